"""Scripts that choose training, validation and test rows by conditions, or read them from three files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lester_gui.ir.nodes import Filter
from lester_gui.ir.parse import parse
from lester_gui.ir.render import render
from tests.reference.interpreter import interpret, sides
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
"""
BY_DATE = """
visits = pd.read_csv("visits.csv", parse_dates=["day"])
{before}
train = visits[visits["day"] < "2024-03-01"]
valid = visits[(visits["day"] >= "2024-03-01") & (visits["day"] < "2024-04-01")]
test = visits[visits["day"] >= "2024-04-01"]
columns = [c for c in visits.columns if c not in ("person", "day", "late")]
"""
BY_LINES = """
X_train, y_train, X_valid, y_valid, X_test, y_test = [], [], [], [], [], []
for line in open("visits.csv"):
    person, day, age, kind, late = line.rstrip("\\n").split(",")
    if person == "person" or day == "":
        continue
    row = [float(age), 1.0 if kind == "a" else 0.0]
    if day < "2024-03-01":
        X_train.append(row)
        y_train.append(int(late))
    elif day < "2024-04-01":
        X_valid.append(row)
        y_valid.append(int(late))
    else:
        X_test.append(row)
        y_test.append(int(late))
model = LogisticRegression(max_iter=500).fit(np.array(X_train), np.array(y_train))
print(model.score(np.array(X_valid), y_valid), model.score(np.array(X_test), y_test))
"""
FROM_FILES = """
train, valid, test = pd.read_csv("train.csv"), pd.read_csv("valid.csv"), pd.read_csv("test.csv")
columns = ["age"]
"""
ASKED = """
scaler = StandardScaler().fit(train[columns])
model = LogisticRegression(max_iter=500)
model.fit(scaler.transform(train[columns]), train["late"])
print(model.score(scaler.transform(valid[columns]), valid["late"]))
print(model.score(scaler.transform(test[columns]), test["late"]))
"""
SCRIPTS = {
    "by date": HEAD + BY_DATE.format(before='visits = visits.drop(columns="kind")') + ASKED,
    "dummies before": HEAD + BY_DATE.format(before='visits = pd.get_dummies(visits, columns=["kind"])') + ASKED,
    "by lines": HEAD + BY_LINES,
    "three files": HEAD + FROM_FILES + ASKED,
}


def write(folder: Path, script: str, seed: int = 1) -> None:
    rng = np.random.default_rng(seed)
    n = 90
    days = pd.to_datetime("2024-01-05") + pd.to_timedelta(rng.integers(0, 130, n), unit="D")
    visits = pd.DataFrame(
        {
            "person": rng.integers(1, 30, n),
            "day": np.where(rng.random(n) < 0.1, "", days.strftime("%Y-%m-%d")),
            "age": rng.integers(18, 90, n),
            "kind": rng.choice(list("abc"), n),
            "late": rng.integers(0, 2, n),
        }
    )
    visits.loc[visits.index[visits["day"] == ""][0], "kind"] = "only where no day is known"
    visits.to_csv(folder / "visits.csv", index=False)
    for name, part in zip(("train", "valid", "test"), (visits[:50], visits[50:70], visits[70:]), strict=True):
        part.to_csv(folder / f"{name}.csv", index=False)
    (folder / "script.py").write_text(script)


@pytest.mark.parametrize("case", SCRIPTS)
def test_three_sides_are_those_of_the_script(case: str, tmp_path: Path) -> None:
    for seed in (1, 2):
        write(tmp_path, SCRIPTS[case], seed)
        found = rewritten(tmp_path)
        assert found.plan is not None and not found.plan.opaque_steps, found.stops
        assert found.plan.split.sides == ("train", "validation", "test")
        assert parse(render(found.plan).text, found.plan) == found.plan
        assert_same(tmp_path, found.plan)
        tables = interpret(found.plan, {p.stem: p.read_bytes() for p in tmp_path.glob("*.csv")})
        dealt = sides(found.plan, tables[found.plan.prepared.name])
        visits = pd.read_csv(tmp_path / "visits.csv")
        months = visits["day"].str[5:7]
        expected = {
            "train": 50 if case == "three files" else int((months < "03").sum()),
            "validation": 20 if case == "three files" else int((months == "03").sum()),
            "test": 20 if case == "three files" else int((months > "03").sum()),
        }
        assert {side: dealt.count(side) for side in expected} == expected


def test_rows_on_no_side_count_for_encoders_that_saw_them(tmp_path: Path) -> None:
    """A row without a day is on no side, and its kind has a column all the same."""
    write(tmp_path, SCRIPTS["dummies before"])
    plan = rewritten(tmp_path).plan
    assert plan is not None and plan.split.trains is not None and plan.encode.fit_on == "all"
    tables = interpret(plan, {"visits": (tmp_path / "visits.csv").read_bytes()})
    assert "" in sides(plan, tables[plan.prepared.name])
    write(tmp_path, SCRIPTS["by date"])
    plan = rewritten(tmp_path).plan
    assert plan is not None and plan.split.trains is None
    assert isinstance(plan.prepared, Filter)


def test_a_model_that_is_asked_about_four_sets_of_rows_stops(tmp_path: Path) -> None:
    more = (
        ASKED
        + 'more = visits[visits["day"] >= "2024-05-01"]\nprint(model.score(scaler.transform(more[columns]), more["late"]))\n'
    )
    write(tmp_path, HEAD + BY_DATE.format(before='visits = visits.drop(columns="kind")') + more)
    found = rewritten(tmp_path)
    assert found.plan is None
    assert any("more parts than training, validation and test" in s.why for s in found.stops), found.stops
