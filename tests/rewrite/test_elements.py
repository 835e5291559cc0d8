"""One element of a column, an index in order, and conditions on whole tables, on data where the naive reading is another one."""

from pathlib import Path

import pytest

from tests.reference.operators import EvaluationError
from tests.rewrite.differential import assert_same, original, planned, rewritten

HEAD = """import pandas as pd
import numpy as np
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('rows.csv')
"""
FIT = """
model = LogisticRegression(max_iter=50)
model.fit(df[['x']], df['y'])
"""
ROWS = "k,v,w,y\nb,3,,0\n,1,2.5,1\na,2,1.5,0\nb,3,,1\na,5,0.5,1\nc,0,4.0,0\n"
TURNED = "k,v,w,y\nc,0,4.0,0\na,5,0.5,1\nb,3,,1\na,2,1.5,0\n,1,2.5,1\nb,3,,0\n"

ELEMENTS = {
    "first, which is missing": "df['x'] = df['v'] + (df['w'] > df['w'].iloc[0])",
    "label of a filtered table": "some = df[df['v'] > 1].reset_index(drop=True)\ndf['x'] = df['v'] - some.loc[1, 'v']",
    "last of an array": "df['x'] = df['v'] - df['v'].to_numpy()[-1]",
    "by a text": "df['x'] = df['v'] - df.groupby('k')['v'].sum()['a']",
    "by a missing mean": "df['x'] = df['v'] * (df.groupby('k')['w'].mean()['b'] > 0)",
    "distinct, one of them missing": "df['x'] = df['v'] + (df['k'] == df['k'].unique()[1])",
    "distinct in order": "df['x'] = df['v'] - np.unique(df['v'])[1]",
    "counts in the order of the index": "df['x'] = df['v'] - df['k'].value_counts().sort_index().iloc[0]",
    "downwards, missing last": "df['x'] = df['v'] - df['k'].value_counts(dropna=False).sort_index(ascending=False).iloc[-1]",
    "two levels": "df['x'] = df.groupby(['y', 'k'])['v'].sum().sort_index(ascending=[False, True]).iloc[0] - df['v']",
    "the last three": "df['x'] = df['v'] - df['v'].iloc[-3:].sum()",
    "from the second to the fourth": "df['x'] = df['v'] - df['v'][1:4].sum()",
    "a row": "row = df.iloc[3]\ndf['x'] = df['v'] * row['v'] + (df['w'] > row.w)",
    "any of none": "df['x'] = df['v']\nif (df['v'] > 100).any():\n    df['x'] = df['v'] * 2",
    "all": "if (df['v'] >= 0).all():\n    df['x'] = df['v'] * 2\nelse:\n    df['x'] = df['v']",
    "missing ones": "if df['w'].isna().sum() > 1:\n    df['x'] = df['w'].fillna(9)\nelse:\n    df['x'] = df['w'].fillna(0)",
    "unique": "df['x'] = df['v']\nif not df['k'].is_unique:\n    df['x'] = df['x'] + 1",
    "a number, chosen": "if df['v'].max() > 4:\n    top = 4\nelse:\n    top = df['v'].max()\ndf['x'] = df['v'].clip(upper=top)",
    "clip with truth values": "df['b'] = df['v'] > 2\ndf[['v', 'b']] = df[['v', 'b']].clip(lower=0)\ndf['x'] = df['v'] + df['b']",
}


@pytest.mark.parametrize("what", ELEMENTS)
def test_a_plan_does_the_same_on_other_rows_and_orders(tmp_path: Path, what: str) -> None:
    (tmp_path / "script.py").write_text(HEAD + ELEMENTS[what] + FIT, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for rows in (ROWS, TURNED):
        (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
        assert_same(tmp_path, found.plan)


ENDS = {
    "no such row": ("df['x'] = df['v'] - df['v'].iloc[5]", IndexError),
    "no such label": ("df['x'] = df['v'] - df.groupby('k')['v'].sum()['c']", KeyError),
    "no second value": ("df['x'] = df['v'] - df['w'].unique()[3]", IndexError),
}


@pytest.mark.parametrize("what", ENDS)
def test_where_there_is_no_such_element_plan_and_script_end(tmp_path: Path, what: str) -> None:
    text, error = ENDS[what]
    (tmp_path / "script.py").write_text(HEAD + text + FIT, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    (tmp_path / "rows.csv").write_text("k,v,w,y\nb,3,,0\na,2,1.5,1\nb,3,,1\n", encoding="utf-8")
    with pytest.raises(error):
        original(tmp_path, "sklearn.linear_model.LogisticRegression")
    with pytest.raises(EvaluationError):
        planned(tmp_path, found.plan)


STOPS = {
    "a label that several rows have": "s = df.set_index('k')['v']\ndf['x'] = df['v'] - s['c']",
    "a label after rows were moved": "s = df.sort_values('v')\ndf['x'] = df['v'] - s['v'][0]",
    "an order of moved rows": "s = df.sort_values('v')['v'].sort_index()\ndf['x'] = df['v'] - s.iloc[0]",
    "rows left out under a condition": "if df['w'].isna().any():\n    df = df.dropna(subset=['w'])\ndf['x'] = df['v']",
    "a column of one branch": "if df['v'].max() > 100:\n    df['x'] = df['v']\nelse:\n    df['z'] = df['v']",
    "two models": "df['x'] = df['v']\nif df['v'].max() > 4:\n    LogisticRegression().fit(df[['x']], df['y'])\nelse:\n"
    "    LogisticRegression().fit(df[['v']], df['y'])\nif 'x' in df:\n    raise SystemExit",
    "truth values that clip changes": "df['b'] = df['v'] > 2\ndf[['v', 'b']] = df[['v', 'b']].clip(upper=0.5)\ndf['x'] = df['v']",
}


@pytest.mark.parametrize("what", STOPS)
def test_what_is_not_exactly_understood_stops(tmp_path: Path, what: str) -> None:
    (tmp_path / "script.py").write_text(HEAD + STOPS[what] + FIT, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    assert rewritten(tmp_path).stops
