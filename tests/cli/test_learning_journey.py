"""Scripts with encoders of text, selections and searches: rewritten by rules, verified, run, and a person erased from all."""

from pathlib import Path

import pytest

from tests.cli.conftest import answer
from tests.rewrite.learning_scripts import write

HEAD = """
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OrdinalEncoder, StandardScaler
df = pd.read_csv("people.csv")
"""
TAIL = """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3, stratify=y)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
predictions = model.predict(X_test)
"""
SCRIPTS = {
    "mixed": """
y = LabelEncoder().fit_transform(df["outcome"])
X = df[["age", "a", "b", "city", "kind", "note"]]
pre = ColumnTransformer([
    ("text", make_pipeline(TfidfVectorizer(min_df=2), TruncatedSVD(n_components=2, random_state=0)), "note"),
    ("num", make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler()), ["age", "a", "b"]),
    ("cat", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["city", "kind"]),
])
model = Pipeline([("pre", pre), ("best", SelectKBest(f_classif, k=5)), ("clf", LogisticRegression(max_iter=500))])
""",
    "search": """
for column in ["city", "kind"]:
    df[column] = LabelEncoder().fit_transform(df[column])
df["risk"] = (df["risk"] == "yes").astype(int)
X = df[["a", "b", "city", "kind"]]
y = df["risk"]
forest = RandomForestClassifier(n_estimators=5, random_state=0)
model = make_pipeline(StandardScaler(), GridSearchCV(forest, {"max_depth": [2, 4]}, cv=3, n_jobs=2))
""",
    "dummies": """
y = df["risk"]
X = pd.get_dummies(df[["a", "b", "c", "city", "kind"]], columns=["city", "kind"], drop_first=True)
vote = VotingClassifier([("nb", GaussianNB()), ("lr", LogisticRegression(C=0.5))], voting="soft")
model = Pipeline([("sc", StandardScaler()), ("vote", vote)])
model.set_params(vote__lr__C=0.25)
""",
}
QUICK = "mixed"


@pytest.mark.parametrize("name", [QUICK, *(pytest.param(n, marks=pytest.mark.long) for n in SCRIPTS if n != QUICK)])
def test_a_person_leaves_encoders_and_model_as_if_they_had_never_been_there(tmp_path: Path, name: str) -> None:
    write(tmp_path, rows=120)
    (tmp_path / f"{name}.py").write_text(HEAD + SCRIPTS[name] + TAIL, encoding="utf-8")
    (tmp_path / "lester.toml").write_text('[sources.people]\npath = "people.csv"\nsubject_keys = ["id"]\n', encoding="utf-8")
    said = answer("rewrite", tmp_path, name, "--with", "rules")
    assert (said["status"], said["opaque_steps"], said["stops"]) == ("verified", 0, [])
    assert {x["status"] for x in said["stages"].values()} == {"equal"}
    before = answer("run", tmp_path, name)
    case = answer("request", tmp_path, "--right", "erasure", "--subject", "people.id=7", "--by", "ann@x.example")["case"]
    actions = answer("plan", tmp_path, case)["actions"]
    assert "refitted" in next(a["method"] for a in actions if a["kind"] == "encoder")
    answer("approve", tmp_path, case, "--by", "ben@x.example")
    assert answer("apply", tmp_path, case)["status"] == "done"
    replay = answer("replay", tmp_path, name)
    assert replay["equal"], [a for a in replay["artefacts"] if not a["equal"]]
    asked = answer("ask-original", tmp_path, name)
    assert asked["equal"], asked["stages"]
    after = answer("run", tmp_path, name)
    rows = before["train_rows"] + before["test_rows"]
    assert after["train_rows"] + after["test_rows"] == rows - 1
