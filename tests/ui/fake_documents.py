"""What the stand-in session holds: one made-up hospital pipeline, its plan, steps and views."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

# fmt: off
SCRIPT = Path(__file__).resolve().parents[2] / "sample_pipelines" / "hospital" / "complications.py"
MASKED = "••••••"
ROWS = 887
TODAY = date.today()
NOW = datetime.now().astimezone().replace(microsecond=0)
PLAN = '''patients = read("patients")
histories = read("histories")

data = patients.join(histories, on=[ssn == ssn])

complications = data.aggregate(
    by=[age_group],
    mean_complications=exact_mean(complications),
)
data_2 = data.join(complications, on=[age_group == age_group])
data_3 = data_2.project(
    label=complications > 1.2 * mean_complications,
)

data_4 = data_3.select(
    ssn, smoker, county, num_children, race, income, label)
data_5 = data_4.filter(county in ("county2", "county3"))

encoded = data_5.encode(
    columns(smoker, county, race)
        >> simple_imputer(strategy="most_frequent")
        >> one_hot_encoder(handle_unknown="ignore"),
    columns(num_children, income) >> standard_scaler(),
    fit_on="train",
)
train, test = data_5.split(
    train_test_split(test_size=0.25, random_state=42))

model = logistic_regression(max_iter=1000)'''
STEPS = [
    ("patients and histories", "read", "prepare", range(19, 21), range(1, 3)),
    ("data", "join", "prepare", range(23, 24), range(4, 5)),
    ("complications", "aggregate", "prepare", range(24, 25), range(6, 10)),
    ("label", "project", "label", range(25, 27), range(10, 14)),
    ("data, fewer columns", "filter", "prepare", range(29, 31), range(15, 18)),
    ("featurisation", "encode", "encode", range(33, 41), range(19, 26)),
    ("train and test", "split", "split", range(42, 43), range(26, 28)),
    ("model", "model", "model", range(44, 49), range(29, 30)),
]
FINDING = {
    "kind": "global-state",
    "title": "The average uses all rows",
    "text": "The mean per age group is taken before the split, so test rows reach the training labels.",
    "line": 24,
}
COLUMNS = [
    {"name": "ssn", "type": "str", "personal": True},
    {"name": "smoker", "type": "str", "personal": False},
    {"name": "county", "type": "str", "personal": False},
    {"name": "num_children", "type": "int", "personal": False},
    {"name": "race", "type": "str", "personal": False},
    {"name": "income", "type": "float", "personal": False},
    {"name": "label", "type": "bool", "personal": False},
]
VIEWS = [("patients", ROWS, "source"), ("histories", ROWS, "source"), ("data", ROWS, "join"), ("complications", 3, "aggregate"),
         ("data-2", ROWS, "join"), ("data-5", 591, "filter")]


REPLAY = {"pipeline": "complications", "equal": True, "seconds": 0.4, "artefacts": [
    {"name": "data", "class": "bit", "max_difference": 0.0}, {"name": "model", "class": "solver", "max_difference": 1.2e-10}]}
ASKED = {"pipeline": "complications", "equal": True, "not_compared": [],
         "stages": {name: {"status": "equal", "compared": "591 rows"} for name in ("prepare", "encode", "label", "split",
             "model")}}
