"""A table whose rows are shuffled: what hangs on their order stops or is right, all else is lifted as if they were not."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
df = pd.read_csv('people.csv').dropna(subset=['age', 'income'])
df = df.sample(frac=1, random_state=4){reset}
{step}
X, y = df[['income', 'p']], df['member']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
"""
LIFTED = {
    "a mean of all rows": "df['p'] = df['income'] - df['income'].mean()",
    "gaps filled with a mean": "df['p'] = df['age'].fillna(df['age'].mean())",
    "intervals between quantiles": "df['p'] = pd.qcut(df['age'], 3, labels=False)",
    "an element for each row": "df['p'] = [a * 2 for a in df['age']]",
    "scaled on all rows": "from sklearn.preprocessing import StandardScaler\n"
    "df['p'] = StandardScaler().fit_transform(df[['age']])",
    "shuffled once more": "df['p'] = df['age']\ndf = df.sample(frac=1, random_state=9)",
}
STOPS = {
    "row numbers": "df['p'] = range(len(df))",
    "row numbers of an array": "df['p'] = np.arange(len(df)) % 3",
    "labels": "df['p'] = df.index % 2",
    "the row before": "df['p'] = df['income'].shift(1).fillna(0)",
    "running totals": "df['p'] = df['income'].cumsum()",
    "ranks that ties share by order": "df['p'] = df['age'].rank(method='first')",
    "numbers within groups": "df['p'] = df.groupby('city').cumcount()",
    "the first of each group": "df['p'] = df.groupby('city')['income'].transform('first')",
    "rows chosen": "df['p'] = df['age'] * 2\ndf = df[df['age'] > 30]",
    "the first rows": "df['p'] = df['age'] * 2\ndf = df.head(40)",
    "the first of equal rows": "df['p'] = df['age'] * 2\ndf = df.drop_duplicates('city')",
    "an element": "df['p'] = df['age'] - df['age'].iloc[0]",
    "numbers as first seen": "df['p'] = pd.factorize(df['city'])[0]",
    "another table's column by place": "s = pd.read_csv('people.csv').dropna(subset=['age', 'income'])['age']\n"
    "df['p'] = s.values",
    "what the row before left": "out, last = [], 0\nfor i, r in df.iterrows():\n"
    "    out.append(last)\n    last = r['age']\ndf['p'] = out",
    "every second row": "df['p'] = df['age']\ndf = df.iloc[::2]",
}


def write(folder: Path, step: str, reset: str) -> None:
    corpus_data.write(folder)
    (folder / "script.py").write_text(SCRIPT.format(step=step, reset=reset))


@pytest.mark.parametrize("reset", ["", ".reset_index(drop=True)"])
@pytest.mark.parametrize("case", LIFTED)
def test_what_does_not_hang_on_the_order_is_lifted(case: str, reset: str, tmp_path: Path) -> None:
    write(tmp_path, LIFTED[case], reset)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("reset", ["", ".reset_index(drop=True)"])
@pytest.mark.parametrize("case", STOPS)
def test_what_hangs_on_the_order_stops(case: str, reset: str, tmp_path: Path) -> None:
    write(tmp_path, STOPS[case], reset)
    assert rewritten(tmp_path).stops
