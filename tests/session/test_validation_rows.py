"""Rows that a script deals again: a run, a person among the validation rows, and an erasure asked of the script."""

import random
from pathlib import Path

import numpy as np
import pytest

from lester_gui.ir.learning import VALIDATION
from lester_gui.session import Session

HEAD = """import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("people.csv").dropna(subset=["income"])
X, y = df[["age", "income"]], df["bought"]
"""
SPLITS = {
    "training rows": """X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=4, stratify=y)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=5, stratify=y_rest)
""",
    "test rows": """X_train, X_rest, y_train, y_rest = train_test_split(X, y, test_size=0.4, random_state=4)
X_test, X_val, y_test, y_val = train_test_split(X_rest, y_rest, test_size=0.4, random_state=5)
""",
    "conditions": """train, val, test = df[df["age"] < 50], df[(df["age"] >= 50) & (df["age"] < 65)], df[df["age"] >= 65]
X_train, X_val, X_test = (part[["age", "income"]] for part in (train, val, test))
y_train, y_val, y_test = (part["bought"] for part in (train, val, test))
""",
}
TAIL = """scaler = StandardScaler().fit(X_train)
model = LogisticRegression(max_iter=500).fit(scaler.transform(X_train), y_train)
print(model.score(scaler.transform(X_val), y_val))
print(model.score(scaler.transform(X_test), y_test))
"""


def write(folder: Path, split: str) -> None:
    rng = random.Random(3)
    rows = [(f"p{i}@example.org", rng.randint(18, 80), round(rng.gauss(40, 12), 1)) for i in range(160)]
    lines = [
        f"{who},{age},{'' if i % 17 == 3 else income},{int(age + income > 90)}\n" for i, (who, age, income) in enumerate(rows)
    ]
    (folder / "people.csv").write_text("email,age,income,bought\n" + "".join(lines))
    (folder / "train.py").write_text(HEAD + SPLITS[split] + TAIL)


@pytest.mark.parametrize("split", list(SPLITS))
def test_a_person_among_the_validation_rows_is_found_and_erased(split: str, tmp_path: Path) -> None:
    write(tmp_path, split)
    with Session.open(tmp_path, user="ines") as session:
        session.scan(write=True)
        assert session.rewrite("train", "rules")["status"] == "verified"
        ran = session.run("train")
        _, plan = session.latest("train")
        assert plan.split.sides == ("train", "validation", "test")
        held = {who: session.trace(who)["pipelines"][0] for who in (f"p{i}@example.org" for i in range(30))}
        who = next(w for w, p in held.items() if p["validation_rows"])
        assert (held[who]["train_rows"], held[who]["test_rows"], held[who]["models"]) == (0, 0, [])
        traced = session.trace(who, influence=True)
        assert "1 validation row" in traced["sentence"] and traced["stage_counts"]["split"] == 1
        counts = [sum(p[f"{side}_of"] for p in traced["pipelines"]) for side in ("train", VALIDATION, "test")]
        assert counts == [ran["train_rows"], ran["validation_rows"], ran["test_rows"]]
        session.export("train", "X_validation", tmp_path / "x.npy")
        assert np.load(tmp_path / "x.npy").shape == (ran["validation_rows"], 2)
        for one in (who, next(w for w, p in held.items() if p["train_rows"])):
            case = session.request("erasure", one, by="anna")["case"]
            session.plan(case)
            session.approve(case, by="bert")
            done = session.apply(case)
            assert done["replay"]["equal"] and done["ask_original"]["equal"]
        after = session.trace("p25@example.org")["pipelines"][0]
        assert after["validation_of"] == ran["validation_rows"] - 1 and after["train_of"] == ran["train_rows"] - 1


LATE = """import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
visits = pd.read_csv("visits.csv")
visits["day"] = pd.to_datetime(visits["day"], dayfirst=True, errors="coerce")
visits = visits.sort_values("day")
visits["month"] = visits["day"].dt.month
visits = pd.get_dummies(visits, columns=["kind"])
columns = ["age", "month"] + [c for c in visits.columns if c.startswith("kind_")]
train = visits[visits["day"] < "2024-03-01"]
valid = visits[(visits["day"] >= "2024-03-01") & (visits["day"] < "2024-04-01")]
test = visits[visits["day"] >= "2024-04-01"]
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
model.fit(train[columns], train["late"])
print(model.score(valid[columns], valid["late"]), model.score(test[columns], test["late"]))
"""


def test_rows_on_no_side_are_traced_and_erased(tmp_path: Path) -> None:
    """Days in German, some missing: these rows are on no side, but their kinds have columns, and they stand in the sort."""
    rng = random.Random(3)
    lines = [
        f"P{i % 40},{'' if i in (7, 33, 47, 80) else f'{rng.randint(1, 28):02d}.{rng.randint(1, 5):02d}.2024'},"
        f"{rng.randint(20, 80)},{rng.choice(['check', 'lab', 'surgery'])},{rng.randint(0, 1)}\n"
        for i in range(150)
    ]
    (tmp_path / "visits.csv").write_text("person,day,age,kind,late\n" + "".join(lines))
    (tmp_path / "late.py").write_text(LATE)
    with Session.open(tmp_path, user="ines") as session:
        session.scan(write=True)
        assert session.rewrite("late", "rules")["status"] == "verified"
        ran = session.run("late")
        assert ran["train_rows"] + ran["validation_rows"] + ran["test_rows"] == 146
        traced = session.trace("P7", influence=True)["pipelines"][0]
        assert traced["train_rows"] + traced["validation_rows"] + traced["test_rows"] == 2 and traced["influence"] is not None
        assert {p["side"] for p in traced["predictions"] if p["own"]} <= {"train", VALIDATION, "test"}
        for who in ("P7", "P33", "P0"):
            case = session.request("erasure", who, by="anna")["case"]
            session.plan(case)
            session.approve(case, by="bert")
            done = session.apply(case)
            assert done["replay"]["equal"] and done["ask_original"]["equal"]
