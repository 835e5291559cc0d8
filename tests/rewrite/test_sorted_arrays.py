"""Rows in the order of a column, running totals and greatest rows: plans do what NumPy and pandas do, gaps and ties included."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.read_csv("people.csv")
y = df["member"].astype(int).to_numpy()
"""
TAIL = """
model = DecisionTreeClassifier(max_depth=3)
model.fit(X, y)
"""
ORDERED = "X, y = df[['age', 'income']].to_numpy()[order], y[order]"
CASES = {
    "a stable order": f"order = np.argsort(df['age'].to_numpy(), kind='stable')\n{ORDERED}",
    "NumPy's own order": f"order = np.argsort(df['id'].to_numpy() % 7)\n{ORDERED}",
    "an array's order": f"order = (df['id'].to_numpy() % 5).argsort()\n{ORDERED}",
    "two keys": f"order = np.lexsort((df['income'].to_numpy(), df['age'].to_numpy()))\n{ORDERED}",
    "the first rows of an order": "order = np.argsort(df['income'].to_numpy(), kind='stable')\n"
    "n = int(len(y) * 0.7)\nfirst, rest = order[:n], order[n:]\nZ = df[['age', 'income']].to_numpy()\n"
    "X, X_test, y, y_test = Z[first], Z[rest], y[first], y[rest]",
    "an array's running total": "a = df['age'].to_numpy()\nX = np.column_stack([a, a.cumsum(), np.cumsum(df['id'].to_numpy())])",
    "a Series' running total": "X = np.column_stack([df['age'].cumsum(), np.cumsum(df['age'])])",
    "the greatest rows": "df = df.nlargest(30, 'age')\nX, y = df[['age', 'income']], df['member'].astype(int)",
    "the least rows by two": "df = df.nsmallest(30, ['age', 'income'])\nX, y = df[['age', 'income']], df['member'].astype(int)",
    "ranks of a table": "X = df[['age', 'income']].rank(pct=True)",
    "the rows before": "X = df[['age', 'income', 'id']].diff()",
    "what one group extracts": "df['c'] = df['city'].str.extract(r'([A-Z])').fillna('?')\nX = pd.get_dummies(df[['age', 'c']])",
    "sorted as NumPy sorts": "df['half'] = df['age'].fillna(0) // 20\ndf = df.sort_values('half', ascending=False)\n"
    "X, y = df[['age', 'income']], df['member'].astype(int)",
}


@pytest.mark.parametrize("case", CASES)
def test_rows_are_those_of_the_script_in_their_order(case: str, tmp_path: Path) -> None:
    text = HEAD + CASES[case] + TAIL + ("print(model.score(X_test, y_test))\n" if "X_test" in CASES[case] else "")
    (tmp_path / "script.py").write_text(text)
    for seed in (1, 2):
        corpus_data.write(tmp_path, seed)
        found = rewritten(tmp_path)
        assert found.plan is not None and not found.plan.opaque_steps, found.stops
        assert_same(tmp_path, found.plan)


def test_the_order_of_missing_values_that_numpy_leaves_open_stops(tmp_path: Path) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + f"order = np.argsort(df['age'].to_numpy())\n{ORDERED}" + TAIL)
    found = rewritten(tmp_path)
    assert found.plan is None and any("missing" in s.why for s in found.stops)
