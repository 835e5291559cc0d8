"""Files for other programs: what they hold, what is refused, and predictions for new rows."""

from __future__ import annotations

import errno
import shutil
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lester_gui.audit.journal import entries
from lester_gui.errors import UserError
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Concat, Project, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.runtime.read import observe_schema
from lester_gui.session import files
from tests.session.conftest import PIPELINE, Looking, store_plan

PREPARED = "data-5"


def script_data(folder: Path) -> pd.DataFrame:
    """The prepared rows, with the index that the script has."""
    data = pd.read_csv(folder / "data/patients.csv").merge(pd.read_csv(folder / "data/histories.csv"), on=["ssn"])
    means = data.groupby("age_group").agg(mean_complications=("complications", "mean"))
    data = data.merge(means, on=["age_group"])
    data["label"] = data["complications"] > 1.2 * data["mean_complications"]
    data = data[["ssn", "smoker", "county", "num_children", "race", "income", "label"]]
    return data[data["county"].isin(["county2", "county3"])]


def script_matrices(folder: Path) -> tuple[Any, Any, list[str], Any, Any]:
    """X and y of both sides as the script has them, and the names of X's columns."""
    encode = Pipeline([("impute", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder(handle_unknown="ignore"))])
    features = ColumnTransformer(
        [("categories", encode, ["smoker", "county", "race"]), ("numbers", StandardScaler(), ["num_children", "income"])]
    )
    train, test = train_test_split(script_data(folder), test_size=0.25, random_state=42)
    X_train = np.asarray(features.fit_transform(train))
    X_test = np.asarray(features.transform(test))
    return X_train, X_test, list(features.get_feature_names_out()), train["label"].to_numpy(), test["label"].to_numpy()


def test_matrices_are_the_scripts_in_its_row_and_column_order(hospital: Looking, tmp_path: Path) -> None:
    X_train, X_test, names, y_train, y_test = script_matrices(hospital.folder)
    for name, expected in (("X_train", X_train), ("X_test", X_test)):
        told = hospital.export(PIPELINE, name, tmp_path / f"{name}.npy")
        found = np.load(tmp_path / f"{name}.npy", allow_pickle=False)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        assert told == {"name": name, "path": str(tmp_path / f"{name}.npy"), "shape": list(expected.shape), "format": "npy"}
        hospital.export(PIPELINE, name, tmp_path / f"{name}.parquet")
        frame = pd.read_parquet(tmp_path / f"{name}.parquet")
        assert list(frame.columns) == names
        np.testing.assert_array_equal(frame.to_numpy(), found)
        hospital.export(PIPELINE, name, tmp_path / f"{name}.csv")
        np.testing.assert_array_equal(pd.read_csv(tmp_path / f"{name}.csv").to_numpy(), found)
    for name, expected in (("y_train", y_train), ("y_test", y_test)):
        hospital.export(PIPELINE, name, tmp_path / f"{name}.npy")
        found = np.load(tmp_path / f"{name}.npy", allow_pickle=False)
        assert found.dtype == np.bool_
        np.testing.assert_array_equal(found, expected)
        hospital.export(PIPELINE, name, tmp_path / f"{name}.csv")
        assert pd.read_csv(tmp_path / f"{name}.csv")["y"].tolist() == expected.tolist()


def test_a_view_is_the_scripts_frame(hospital: Looking, tmp_path: Path) -> None:
    expected = script_data(hospital.folder).reset_index(drop=True)
    expected.to_csv(tmp_path / "expected.csv", index=False)
    told = hospital.export(PIPELINE, PREPARED, tmp_path / "view.csv")
    assert told["shape"] == [290, 7]
    assert (tmp_path / "view.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    hospital.export(PIPELINE, PREPARED, tmp_path / "view.parquet")
    assert pd.read_parquet(tmp_path / "view.parquet")["ssn"].tolist() == expected["ssn"].tolist()


def test_the_model_is_a_skops_file_that_predicts_on_the_exported_matrix(hospital: Looking, tmp_path: Path) -> None:
    told = hospital.export(PIPELINE, "model", tmp_path / "model.skops")
    assert told["shape"] == []
    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == []
    model = skops.io.load(tmp_path / "model.skops", trusted=[])
    hospital.export(PIPELINE, "X_test", tmp_path / "X.npy")
    predicted = model.predict(np.load(tmp_path / "X.npy"))
    stored = hospital.connection.execute(
        "SELECT predicted FROM lester.prediction JOIN lester.split_1 USING (row_no) "
        "WHERE role = 'canonical' AND split_1.side = 'test' ORDER BY position"
    ).fetchall()
    assert [str(p) for p in predicted.tolist()] == [p for (p,) in stored]


def test_an_export_is_journalled_and_readable_by_its_owner_only(hospital: Looking, tmp_path: Path) -> None:
    hospital.export(PIPELINE, PREPARED, tmp_path / "view.csv")
    last = entries(hospital.connection)[-1]
    assert (last.action, last.details) == (
        "export",
        {"pipeline": PIPELINE, "artefact": PREPARED, "run": "run-1", "format": "csv", "rows": 290},
    )
    assert stat.S_IMODE((tmp_path / "view.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "file", "says"),
    [
        ("nothing", "x.csv", "There is nothing called 'nothing'"),
        (PREPARED, "x.xlsx", ".xlsx is no format for a view"),
        (PREPARED, "x", "A name without a suffix is no format"),
        (PREPARED, "x.npy", "The column ssn is not numeric"),
        ("X_train", "x.skops", ".skops is no format for a matrix"),
        ("model", "x.pkl", ".pkl is no format for a model"),
        (PREPARED, "missing/x.csv", "There is no folder for x.csv"),
        (PREPARED, "folder.csv", "is a folder"),
        (PREPARED, "hospital/data/patients.csv", "is a file that the project needs"),
        (PREPARED, "hospital/complications.csv/../lester.toml", "is a file that the project needs"),
        (PREPARED, "hospital/.lester/x.csv", "do not go into .lester"),
    ],
)
def test_exports_that_are_refused_change_nothing(hospital: Looking, tmp_path: Path, name: str, file: str, says: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (hospital.folder / "complications.csv").mkdir()
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and ".lester" not in p.parts}
    with pytest.raises(UserError, match=says.replace(".", r"\.")):
        hospital.export(PIPELINE, name, tmp_path / file)
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and ".lester" not in p.parts}


def test_a_full_disk_leaves_the_old_file_and_no_draft(hospital: Looking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "X.npy").write_bytes(b"old")

    def full(file: Any, values: Any, allow_pickle: bool) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.np, "save", full)
    with pytest.raises(UserError, match=r"X\.npy cannot be written: No space left"):
        hospital.export(PIPELINE, "X_train", tmp_path / "X.npy")
    assert (tmp_path / "X.npy").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_exports_before_a_run_are_refused(tmp_path: Path, samples_folder: Path) -> None:
    shutil.copytree(samples_folder / "hospital", tmp_path / "hospital")
    with Looking(tmp_path / "hospital") as session:
        with pytest.raises(UserError, match="was not run yet"):
            session.export(PIPELINE, PREPARED, tmp_path / "x.csv")
        with pytest.raises(UserError, match="There is no pipeline called other"):
            session.export("other", PREPARED, tmp_path / "x.csv")


# --- score --------------------------------------------------------------------------------------------------------------


def test_scoring_the_rows_of_the_run_gives_its_predictions_after_a_restart(hospital: Looking, tmp_path: Path) -> None:
    folder = hospital.folder
    expected = hospital.connection.execute(
        "SELECT p.predicted, p.probability, v.__p0, v.__p1 FROM lester.prediction p "
        "JOIN (SELECT * FROM lester.view_1_7) v ON v.__row_no = p.row_no WHERE role = 'canonical' ORDER BY v.__row_no"
    ).fetchall()
    hospital.close()
    with Looking(folder) as session:
        told = session.score(PIPELINE, folder, tmp_path / "scores.csv")
        last = entries(session.connection)[-1]
    found = pd.read_csv(tmp_path / "scores.csv")
    assert told["rows"] == len(found) == 290
    assert list(found.columns) == ["patients_row", "histories_row", "prediction", "probability"]
    assert [(str(p), pr, a, b) for a, b, p, pr in found.itertuples(index=False)] == expected
    assert "run 1" in told["note"]
    assert "597 of 887 rows of patients do not reach the model" in told["note"]
    assert (last.action, last.details) == ("score", {"pipeline": PIPELINE, "run": "run-1", "rows": 290})


def new_rows(tmp_path: Path, hospital: Looking, columns: list[str] | None = None, rows: int = 12) -> Path:
    """A folder with a few patients of the counties, the histories without the outcome."""
    folder = tmp_path / "new"
    folder.mkdir()
    patients = pd.read_csv(hospital.folder / "data/patients.csv")
    patients = patients[patients["county"].isin(["county2", "county3"])].head(rows)
    histories = pd.read_csv(hospital.folder / "data/histories.csv")
    histories = histories[histories["ssn"].isin(patients["ssn"])][columns or ["smoker", "complications", "ssn"]]
    patients.to_csv(folder / "patients.csv", index=False)
    histories.to_csv(folder / "histories.csv", index=False)
    return folder


def test_new_rows_need_no_outcome(hospital: Looking, tmp_path: Path) -> None:
    told = hospital.score(PIPELINE, new_rows(tmp_path, hospital, ["smoker", "ssn"]), tmp_path / "scores.parquet")
    assert told["rows"] == 12
    assert "histories.csv has no complications" in told["note"]
    found = pd.read_parquet(tmp_path / "scores.parquet")
    assert found["patients_row"].tolist() == list(range(1, 13))
    X = hospital.folder / "data"
    everyone = hospital.score(PIPELINE, X, tmp_path / "all.csv")
    assert everyone["rows"] == 290
    assert found["probability"].tolist() == pd.read_csv(tmp_path / "all.csv")["probability"].head(12).tolist()


def test_a_missing_feature_is_imputed_as_in_training_also_when_no_row_has_it(hospital: Looking, tmp_path: Path) -> None:
    folder = new_rows(tmp_path, hospital)
    patients = pd.read_csv(folder / "patients.csv")
    patients["race"] = None
    patients.to_csv(folder / "patients.csv", index=False)
    assert hospital.score(PIPELINE, folder, tmp_path / "scores.csv")["rows"] == 12


def test_new_rows_that_are_refused(hospital: Looking, tmp_path: Path) -> None:
    folder = new_rows(tmp_path, hospital)
    out = tmp_path / "scores.csv"
    with pytest.raises(UserError, match="There is no file or folder 'nowhere'"):
        hospital.score(PIPELINE, tmp_path / "nowhere", out)
    with pytest.raises(UserError, match=r"need histories\.csv too"):
        hospital.score(PIPELINE, folder / "patients.csv", out)
    with pytest.raises(UserError, match=r"\.npy is no format for predictions"):
        hospital.score(PIPELINE, folder, tmp_path / "scores.npy")
    patients = (folder / "patients.csv").read_text()
    (folder / "patients.csv").write_text(patients.replace("income", "earnings"))
    with pytest.raises(UserError, match=r"patients\.csv has no column 'income', which the model needs"):
        hospital.score(PIPELINE, folder, out)
    lines = patients.splitlines(keepends=True)
    (folder / "patients.csv").write_text("".join([*lines[:3], lines[3].replace("\n", ",more,more\n"), *lines[4:]]))
    with pytest.raises(UserError, match="line 4: 11 fields where 9 were expected"):
        hospital.score(PIPELINE, folder, out)
    (folder / "patients.csv").write_text(patients.replace("county2", "county9").replace("county3", "county9"))
    with pytest.raises(UserError, match="None of the new rows reaches the model"):
        hospital.score(PIPELINE, folder, out)
    assert not out.exists()


def two_part_project(folder: Path) -> Plan:
    """Train and test rows in a file each; the model sees numbers as they are."""
    folder.mkdir()
    rng = np.random.default_rng(3)
    for name, rows in (("old", 80), ("late", 30)):
        X = rng.normal(size=(rows, 2))
        frame = pd.DataFrame({"a": X[:, 0], "code": rng.integers(1, 4, rows), "b": X[:, 1], "y": X[:, 0] + X[:, 1] > 0})
        frame["code"] = "0" + frame["code"].astype(str) + np.where(frame.index % 9 == 0, "x", "")
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "lester.toml").write_text(
        '[project]\nname = "Parts"\n[sources.old]\npath = "old.csv"\nsubject_keys = ["#row"]\n'
        '[sources.late]\npath = "late.csv"\nsubject_keys = ["#row"]\n[pipelines.parts]\nscript = "parts.py"\n'
    )
    (folder / "parts.py").write_text("# the plan stands in for this script\n")

    def part(name: str, side: str) -> Project:
        schema = observe_schema(folder / f"{name}.csv", Reader.PANDAS_CSV)
        read = Read(name=name, source=name, reader=Reader.PANDAS_CSV, inferred=True, columns=schema.fields)
        return Project(name=f"{name}-2", parent=read, assigned=(("part", lit(side)),))

    both = Concat(name="both", inputs=(part("old", "train"), part("late", "test")))
    blocks = (
        Block("codes", ("code",), (Transformer("one_hot", (("handle_unknown", "ignore"),)),)),
        Block("", ("a", "b"), (Transformer("passthrough"),)),
    )
    return Plan(
        pipeline="parts",
        prepared=both,
        label=Label(expr=col("y")),
        split=Split(kind="expression", test=op("py_eq", col("part"), lit("test"))),
        encode=Encode(blocks=blocks),
        model=Model(estimator="sklearn.ensemble.RandomForestClassifier", params=(("n_estimators", 5), ("random_state", 0))),
    )


def test_one_part_of_a_concat_is_enough_and_text_stays_text(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    plan = two_part_project(folder)
    with Looking(folder) as session:
        store_plan(session, plan)
        session.run("parts")
        late = pd.read_csv(folder / "late.csv")
        few = late[~late["code"].str.endswith("x")].head(6)
        few.drop(columns="y").to_csv(tmp_path / "late.csv", index=False)  # codes that look like numbers now
        told = session.score("parts", tmp_path / "late.csv", tmp_path / "scores.csv")
        assert told["read"] == {"late": 6}
        expected = dict(
            session.connection.execute(
                "SELECT b.__p1, p.predicted FROM lester.prediction p JOIN lester.view_1_4 b ON b.__row_no = p.row_no "
                "WHERE p.role = 'canonical' AND b.__p1 IS NOT NULL"
            ).fetchall()
        )
        found = pd.read_csv(tmp_path / "scores.csv")
        assert found["row"].tolist() == [1, 2, 3, 4, 5, 6]
        assert [str(p) for p in found["prediction"]] == [expected[i + 1] for i in few.index]
        with pytest.raises(UserError, match=r"come as old\.csv, late\.csv"):
            (tmp_path / "other.csv").write_text("a,b\n1,2\n")
            session.score("parts", tmp_path / "other.csv", tmp_path / "x.csv")
