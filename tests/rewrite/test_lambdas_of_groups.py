"""What lambdas take of a group: single rows, frequent values, quantiles; and windows around a row."""

import random
from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
df = pd.read_csv('table.csv')
g = df.groupby('kind')
{steps}
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(df[['p', 'a']], df['label'])
"""
STEPS = {
    "first row": "df['p'] = df['kind'].map(g['a'].agg(lambda s: s.iloc[0]))",
    "last row": "df['p'] = df['kind'].map(g.agg(x=('b', lambda s: s.values[-1]))['x'])",
    "last row of a table": "df['p'] = df['kind'].map(g.apply(lambda t: t['a'].iloc[-1] - t['b'].mean()))",
    "first row on each row": "df['p'] = g['a'].transform(lambda s: s / s.iloc[0])",
    "quantiles on each row": "df['p'] = g['a'].transform(lambda s: s.clip(s.quantile(0.25), s.quantile(0.8)))",
    "a quantile and a mean": "df['p'] = g['a'].transform(lambda s: s.quantile(0.3) - s.mean())",
    "two keys": "df['p'] = df.groupby(['kind', 'b'])['a'].transform(lambda s: s.quantile(0.5) + s.size)",
    "also without a key": "df['p'] = df.groupby('kind', dropna=False)['a'].transform(lambda s: s.quantile(0.5) + s.min())",
    "filled from near rows": "df['p'] = df['a'].ffill(limit=2) + 100 * df['b'].bfill(limit=1)",
    "filled in the group": "df['p'] = g['a'].ffill(limit=1)",
    "filled in a lambda": "df['p'] = g['a'].transform(lambda s: s.bfill(limit=3))",
    "around a row": "df['p'] = df['a'].rolling(4, center=True, min_periods=1).sum()",
    "around a row of the group": "df['p'] = g['a'].transform(lambda s: s.rolling(3, center=True).std())",
}
FREQUENT = {
    "index": "df['p'] = (g['b'].transform(lambda s: s.value_counts().index[0]))",
    "idxmax": "df['p'] = df['kind'].map(g['b'].agg(lambda s: s.value_counts().idxmax()))",
}
STOPS = {
    "second row": "df['p'] = df['kind'].map(g['a'].agg(lambda s: s.iloc[1]))",
    "row of a sorted group": "df['p'] = df['kind'].map(g.apply(lambda t: t.sort_values('a')['b'].iloc[0]))",
    "second value": "df['p'] = df['kind'].map(g['b'].agg(lambda s: s.value_counts().index[1]))",
    "least frequent": "df['p'] = df['kind'].map(g['b'].agg(lambda s: s.value_counts(ascending=True).index[0]))",
    "from far away": "df['p'] = df['a'].ffill(limit=100)",
}


def _write(folder: Path, seed: int, gaps: str = "") -> None:
    rng = random.Random(seed)

    def gap(column: str) -> bool:
        return column in gaps and rng.random() < 0.25

    rows = [
        f"{'' if gap('a') else rng.randint(0, 6)},{'' if gap('b') else rng.randint(0, 2)},"
        f"{'' if gap('k') else rng.choice('uvw')},{rng.randint(0, 1)}\n"
        for _ in range(30)
    ]
    (folder / "table.csv").write_text("a,b,kind,label\n" + "".join(rows) + "1,1,u,0\n1,2,v,1\n")


@pytest.mark.parametrize("case", STEPS)
def test_values_of_groups_with_ties_gaps_and_rows_without_a_key(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=STEPS[case]))
    _write(tmp_path, 1)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for seed, gaps in ((1, ""), (2, ""), (3, "a"), (4, "b"), (5, "k"), (6, "abk")):
        _write(tmp_path, seed, gaps)
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", FREQUENT)
def test_of_equally_frequent_values_the_first_one_counts(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=FREQUENT[case]))
    _write(tmp_path, 1)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for seed, gaps in ((1, ""), (2, ""), (3, "b"), (4, "k"), (5, ""), (6, "")):
        _write(tmp_path, seed, gaps)
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", STOPS)
def test_other_rows_of_a_group_stop(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=STOPS[case]))
    _write(tmp_path, 1)
    found = rewritten(tmp_path)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}
