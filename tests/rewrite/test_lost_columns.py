"""A column that is not understood costs that column alone, and never a wrong X."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
df['digits'] = df['name'].map(lambda t, seen={}: seen.setdefault(t, len(seen)))
"""
TAIL = """
model = LogisticRegression(max_iter=50)
model.fit(X, y)
"""
DROPPED = {
    "not chosen": "X, y = df[['income', 'id']], df['member']",
    "dropped after a merge": "costs = visits.groupby('person_id')['cost'].sum().reset_index()\n"
    "df = df.merge(costs, left_on='id', right_on='person_id')\n"
    "X, y = df.drop(columns=['digits', 'name', 'city', 'age', 'signup', 'member']), df['member']",
    "dropped after rows were chosen": "df = df[df['income'] > 20].sort_values('id', ascending=False)\n"
    "del df['digits']\nX, y = df[['income', 'id']], df['member']",
}
NEEDED = {
    "in X": "X, y = df[['income', 'digits']], df['member']",
    "among all numbers": "X, y = df.drop(columns='member').select_dtypes('number').fillna(0), df['member']",
    "to choose rows": "df = df[df['digits'] > 3]\nX, y = df[['income']], df['member']",
    "to drop duplicates": "df = df.drop(columns='id').drop_duplicates()\nX, y = df[['income']], df['member']",
    "to drop what is missing": "df = df.dropna()\nX, y = df[['income']], df['member']",
    "in a mean of all columns": "df = df[['city', 'digits', 'id']].groupby('city').mean()\n"
    "X, y = df, (df['id'] > 29).astype(int)",
    "in what is missing by row": "df['gaps'] = df.isna().sum(axis=1)\nX, y = df[['gaps', 'income']], df['member']",
}


@pytest.mark.parametrize("case", DROPPED)
def test_a_plan_goes_on_without_a_column_that_nothing_needs(tmp_path: Path, case: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + DROPPED[case] + TAIL, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.plan.opaque_steps, found.stops
    assert [s.line for s in found.stops] == [5] and all(s.beside for s in found.stops)
    assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", NEEDED)
def test_there_is_no_plan_where_the_column_is_needed(tmp_path: Path, case: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + NEEDED[case] + TAIL, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None
    assert any(s.line == 5 for s in found.stops)
