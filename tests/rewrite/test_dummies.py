"""One-hot columns of two tables: the test table gets those of the training table."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import rewritten, same_plan

HEAD = """import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
train, test = train_test_split(people, test_size=0.3, random_state=2)
y_train, y_test = train["member"], test["member"]
"""
FIT = """model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
MADE = {
    "reindex": "X_train = pd.get_dummies(train[['age', 'city', 'name']], columns=['city', 'name'])\n"
    "X_test = pd.get_dummies(test[['age', 'city', 'name']], columns=['city', 'name'])\n"
    "X_test = X_test.reindex(columns=X_train.columns, fill_value=0)\n",
    "by axis": "X_train = pd.get_dummies(train[['income', 'city']])\n"
    "X_test = pd.get_dummies(test[['income', 'city']]).reindex(X_train.columns, axis=1, fill_value=0)\n",
    "align": "X_train, X_test = pd.get_dummies(train[['income', 'name']]), pd.get_dummies(test[['income', 'name']])\n"
    "X_train, X_test = X_train.align(X_test, join='left', axis=1, fill_value=0)\n",
}


@pytest.mark.parametrize("how", MADE)
def test_the_test_table_follows_the_training_table(tmp_path: Path, how: str) -> None:
    assert same_plan(tmp_path, HEAD + MADE[how] + FIT).encode.fit_on == "train"


@pytest.mark.parametrize(
    "made",
    [
        MADE["by axis"].replace("]])", "]], drop_first=True)"),  # each table leaves out its own first value
        MADE["align"].replace("left", "inner"),
    ],
)
def test_columns_that_hang_on_both_tables_stop(tmp_path: Path, made: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + made + FIT, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.stops and found.stops[0].line in (9, 10)


DUMMIES = """import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
people = pd.get_dummies(people, columns=["city"])
{}
X = people.drop(columns=["name", "member", "signup"])
X_train, X_test, y_train, y_test = train_test_split(X, people["member"], random_state=2)
"""
GROUPED = {
    "a mean on each row": "people['x'] = people['income'] - people.groupby('name')['income'].transform('mean')",
    "looked up": "people['x'] = people['name'].map(people.groupby('name')['income'].max())",
    "counted": "people['x'] = people['name'].map(people.groupby('name').size())",
    "aggregates by name": "people['x'] = people['name'].map(people.groupby('name').agg(m=('age', 'max'))['m'])",
}


@pytest.mark.parametrize("how", GROUPED)
def test_a_table_with_dummies_is_grouped_by_its_other_columns(tmp_path: Path, how: str) -> None:
    same_plan(tmp_path, DUMMIES.format(GROUPED[how]) + FIT)


@pytest.mark.parametrize("total", ["people.groupby('name').mean(numeric_only=True)", "people.groupby('name').first()"])
def test_groups_of_all_columns_stop_where_one_is_not_made_yet(tmp_path: Path, total: str) -> None:
    corpus_data.write(tmp_path)
    text = DUMMIES.format(f"means = {total}\npeople['x'] = people['name'].map(means['age'])")
    (tmp_path / "script.py").write_text(text + FIT, encoding="utf-8")
    assert rewritten(tmp_path).stops
