"""A plan that is made of files without gaps does what its script does on files that have some."""

from pathlib import Path

import pytest

from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
df = pd.read_csv('table.csv')
{steps}
X, y = df[{columns}], df['label']
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(X, y)
"""
STEPS = {
    "the row before": ("df['p'] = df['a'].shift(1, fill_value=-1.0)\ndf['q'] = df['a'].shift(-2, fill_value=9.0)", ["p", "q"]),
    "the row before in its group": ("df['p'] = df.groupby('kind')['a'].shift(1, fill_value=0.5)", ["p"]),
    "totals along rows": ("df['p'] = df[['a', 'b']].sum(axis=1)\ndf['q'] = df[['a', 'b']].mean(axis=1)", ["p", "q"]),
    "a function along rows": ("df['p'] = df[['a', 'b']].apply(np.sum, axis=1)\ndf['q'] = df[['a', 'b']].max(axis=1)", ["p", "q"]),
    "whole years and remainders": ("df['p'] = df['a'] // 3\ndf['q'] = df['b'] % 7", ["p", "q"]),
    "asked whether it is a text": (
        "def size(s):\n    return len(s) if isinstance(s, str) else -1\n"
        "df['p'] = df['kind'].apply(size)\ndf['q'] = [0 if isinstance(k, float) else 1 for k in df['kind']]",
        ["p", "q"],
    ),
    "totals of arrays": (
        "x = df['a'].values\nM = df[['a', 'b']].values\n"
        "df['p'] = np.where(df['b'] > x.mean(), 1, 0) + np.where(df['b'] > np.max(x), 2, 0) + (df['b'] > M.sum(axis=0)[0]) * 4\n"
        "df['q'] = (df['b'] < np.median(df['a'])) * 1 + (df['b'] < np.mean(df['a'])) * 2 + (df['b'] < np.average(x)) * 4",
        ["p", "q"],
    ),
    "totals of arrays of groups": (
        "g = df.groupby('kind')['a']\n"
        "df['p'] = (g.transform(np.median) + g.transform(lambda s: np.median(s) + s.values.max())).fillna(-1)\n"
        "df['q'] = df['kind'].map(g.agg(np.median)).fillna(0) + g.transform(lambda s: np.nanmedian(s) + np.mean(s))",
        ["p", "q"],
    ),
    "bins": (
        "df['p'] = np.digitize(df['a'], [1, 3.5])\ndf['q'] = np.searchsorted([4, 12], df['b'], side='right')",
        ["p", "q"],
    ),
    "a dict of two columns": (
        "held = dict(zip(df['b'], df['a']))\ndf['p'] = [held.get(b + 2, 0.5) for b in df['b']]\n"
        "df['q'] = [held.get(b, -1) for b in df['b']]",
        ["p", "q"],
    ),
}


def write(folder: Path, gaps: bool) -> None:
    rows = [(i / 4, 20.0 - i, "uvw"[i % 3], int(i % 4 > 1)) for i in range(24)]
    lines = [
        f"{'' if gaps and i in (3, 7, 8) else a},{'' if gaps and i in (7, 12) else b},{'' if gaps and i in (5, 9) else k},{y}\n"
        for i, (a, b, k, y) in enumerate(rows)
    ]
    (folder / "table.csv").write_text("a,b,kind,label\n" + "".join(lines))


@pytest.mark.parametrize("case", STEPS)
def test_gaps_that_come_later_are_treated_as_the_script_does(case: str, tmp_path: Path) -> None:
    steps, columns = STEPS[case]
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=steps, columns=columns))
    write(tmp_path, gaps=False)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops
    assert_same(tmp_path, found.plan)
    write(tmp_path, gaps=True)
    assert_same(tmp_path, found.plan)
