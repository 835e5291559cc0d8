"""Bins, quantiles of dates and sums by label on drawn values, against pandas itself: the plan gives what the script gives."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rewrite.differential import assert_same, rewritten

HEAD = """import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('rows.csv')
"""
TAIL = """
model = LogisticRegression(max_iter=5)
model.fit(X, df['y'])
"""
SCRIPTS = {
    "equal widths": "df['b'] = pd.cut(df['v'], 4, labels=False)\n"
    "df['c'] = pd.cut(df['w'], 3, right=False).cat.codes\nX = df[['b', 'c']]",
    "listed edges": "df['b'] = pd.cut(df['v'], [-50, -1.5, 0, 7, 50], include_lowest=True).cat.codes\nX = df[['b', 'w']]",
    "quantiles that may fall together": "df['b'] = pd.qcut(df['w'], 3, labels=False, duplicates='drop')\n"
    "X = df[['b', 'v']].fillna(-1)",
    "quantiles of dates": "d = pd.to_datetime(df['d'])\ndf['late'] = (d > d.quantile(0.3)).astype(int)\n"
    "df['days'] = (d - d.quantile([0.5, 0.8]).iloc[0]).dt.total_seconds()\nX = df[['late', 'days']]",
    "sums by label": "a = df[df['v'] > 0].groupby('w')['v'].sum()\nb = df.groupby('w')['v'].count()\n"
    "df['s'] = df['w'].map(a / b).fillna(-1)\ndf['t'] = df['w'].map(a.sub(b, fill_value=0)).fillna(-1)\nX = df[['s', 't']]",
    "ranks of labels after rows are chosen": "from sklearn.preprocessing import LabelEncoder\n"
    "df['k'] = LabelEncoder().fit_transform(df['d'])\ndf = df[df['w'] >= -3]\nX = df[['k', 'v']]",
}
ROW = st.tuples(
    st.one_of(st.integers(-40, 40).map(float), st.floats(-40, 40).map(lambda v: round(v, 3))),
    st.integers(-4, 4),
    st.dates(min_value=date(1999, 1, 1), max_value=date(2030, 1, 1)),
)


@pytest.mark.parametrize("case", SCRIPTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ROW, min_size=6, max_size=25))
def test_a_plan_gives_what_pandas_gives(case: str, rows: list[tuple[float, int, object]]) -> None:
    rows = [*rows, (1.25, 0, "2020-02-29"), (-2.5, 5, "2021-03-01"), (3.75, -5, "2019-12-31")]
    lines = [f"{v!r},{w},{d},{i % 2}" for i, (v, w, d) in enumerate(rows)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows.csv").write_text("\n".join(["v,w,d,y", *lines]) + "\n", encoding="utf-8")
        (folder / "script.py").write_text(HEAD + SCRIPTS[case] + TAIL, encoding="utf-8")
        found = rewritten(folder)
        assert found.plan is not None and not found.stops, found.stops
        assert_same(folder, found.plan)
