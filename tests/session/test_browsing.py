"""Pages, statistics, masks and the lineage of a row, against pandas on the same files."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lester_gui.audit.journal import entries
from lester_gui.errors import UserError
from lester_gui.maintenance import fresh_database
from lester_gui.session import paging
from lester_gui.session.masking import MASK
from tests.session.conftest import PIPELINE, SSN, Looking

PREPARED = "data-5"


@pytest.fixture
def prepared(hospital: Looking) -> pd.DataFrame:
    """The prepared rows as the script makes them."""
    patients = pd.read_csv(hospital.folder / "data/patients.csv")
    data = patients.merge(pd.read_csv(hospital.folder / "data/histories.csv"), on=["ssn"])
    means = data.groupby("age_group").agg(mean_complications=("complications", "mean"))
    data = data.merge(means, on=["age_group"])
    data["label"] = data["complications"] > 1.2 * data["mean_complications"]
    data = data[["ssn", "smoker", "county", "num_children", "race", "income", "label"]]
    return data[data["county"].isin(["county2", "county3"])].reset_index(drop=True)


def rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Rows as pages show them: missing values are None, the ssn is masked."""
    out = frame.astype(object).where(frame.notna(), None)
    out["ssn"] = MASK
    return out.values.tolist()


def everything(session: Looking, view: str, size: int, **query: Any) -> dict[str, Any]:
    """All pages of a view in one."""
    first = session.page(PIPELINE, view, 0, size, **query)
    found = dict(first)
    for start in range(size, first["total"], size):
        page = session.page(PIPELINE, view, start, size, **query)
        found["rows"] = found["rows"] + page["rows"]
        found["row_nos"] = found["row_nos"] + page["row_nos"]
    return found


def test_views_lists_sources_then_views_with_their_masks(hospital: Looking) -> None:
    views = hospital.views()
    assert [(v["pipeline"], v["name"], v["kind"], v["rows"]) for v in views[:4]] == [
        ("", "histories", "source", 887),
        ("", "patients", "source", 887),
        (PIPELINE, "patients", "read", 887),
        (PIPELINE, "histories", "read", 887),
    ]
    assert [v["name"] for v in hospital.views(PIPELINE)][-1] == PREPARED
    personal = {c["name"] for c in views[1]["columns"] if c["personal"]}
    assert personal == {"id", "first_name", "last_name", "ssn"}
    assert views[-1]["columns"][0] == {"name": "ssn", "type": "str", "personal": True}
    json.dumps(views)


def test_nothing_to_see_before_the_first_run(tmp_path: Path, samples_folder: Path) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(samples_folder / "hospital", folder)
    with Looking(folder) as session:
        assert session.views() == []
        with pytest.raises(UserError, match="Nothing was run"):
            session.page(PIPELINE, PREPARED, 0, 10)
        assert not (folder / ".lester").exists()


def test_pages_are_the_scripts_rows_in_its_order(hospital: Looking, prepared: pd.DataFrame) -> None:
    found = everything(hospital, PREPARED, 64)
    assert found["total"] == found["of"] == len(prepared)
    assert found["rows"] == rows(prepared)
    assert found["row_nos"] == sorted(set(found["row_nos"]))


@pytest.mark.parametrize("block", [4, 50, 1024])
def test_pages_stay_whole_when_rows_are_gone(hospital: Looking, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(paging, "_BLOCK", block)
    before = everything(hospital, "data", 100)
    table = next(t.table for t in hospital.read(lambda r: hospital.tables_now(r, PIPELINE)) if t.name == "data")
    gone = before["row_nos"][0:300:7] + before["row_nos"][500:640]
    with hospital.transaction() as connection:
        connection.execute(f"DELETE FROM {table} WHERE __row_no IN (SELECT unnest(?))", [gone])
        view = table.removeprefix("lester.")
        connection.execute("UPDATE lester.view SET rows = rows - ? WHERE table_name = ?", [len(gone), view])
        hospital.journal.append(connection, "apply", hospital.actor())
    left = [(n, r) for n, r in zip(before["row_nos"], before["rows"], strict=True) if n not in set(gone)]
    after = everything(hospital, "data", 37)
    assert after["row_nos"] == [n for n, _ in left]
    assert after["rows"] == [r for _, r in left]
    assert after["total"] == len(left)
    assert hospital.page(PIPELINE, "data", len(left), 10)["rows"] == []


def test_sorting_puts_missing_values_last_and_keeps_the_scripts_order_among_equals(
    hospital: Looking, prepared: pd.DataFrame
) -> None:
    found = everything(hospital, PREPARED, 90, sort=[["race", True], ["income", False]])
    expected = prepared.sort_values(["race", "income"], ascending=[True, False], kind="stable", na_position="last")
    assert found["rows"] == rows(expected)
    descending = everything(hospital, PREPARED, 90, sort=[("race", False)])
    assert [r[4] for r in descending["rows"]][-34:] == [None] * 34
    assert everything(hospital, PREPARED, 300, sort=[("smoker", True)])["row_nos"][0] == min(
        n for n, r in zip(found["row_nos"], found["rows"], strict=True) if r[1] is False
    )


@pytest.mark.parametrize(
    ("column", "op", "value", "keep"),
    [
        ("county", "=", "county2", lambda d: d["county"] == "county2"),
        ("county", "≠", "county2", lambda d: d["county"] != "county2"),
        ("race", "!=", "race1", lambda d: d["race"] != "race1"),
        ("num_children", "<", 3, lambda d: d["num_children"] < 3),
        ("num_children", "≥", "3", lambda d: d["num_children"] >= 3),
        ("income", "<=", 100_000.5, lambda d: d["income"] <= 100_000.5),
        ("income", ">", "100,000", lambda d: d["income"] > 100_000),
        ("race", "contains", "CE1", lambda d: d["race"].str.contains("ce1", na=False)),
        ("smoker", "missing", None, lambda d: d["smoker"].isna()),
        ("label", "=", "yes", lambda d: d["label"]),
    ],
)
def test_filters(hospital: Looking, prepared: pd.DataFrame, column: str, op: str, value: object, keep: Any) -> None:
    found = everything(hospital, PREPARED, 70, filters=[{"column": column, "op": op, "value": value}])
    assert found["rows"] == rows(prepared[keep(prepared)])
    assert found["total"] == len(found["rows"])
    assert found["of"] == len(prepared)


def test_filters_together_and_sorted(hospital: Looking, prepared: pd.DataFrame) -> None:
    filters = [{"column": "county", "op": "=", "value": "county3"}, {"column": "income", "op": ">", "value": 50_000}]
    found = everything(hospital, PREPARED, 25, sort=[("income", True)], filters=filters)
    kept = prepared[(prepared["county"] == "county3") & (prepared["income"] > 50_000)].sort_values("income", kind="stable")
    assert found["rows"] == rows(kept)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"column": "nothing", "op": "=", "value": 1}, "There is no column 'nothing'"),
        ({"column": "income", "op": "=", "value": "many"}, "income holds numbers"),
        ({"column": "income", "op": "contains", "value": "1"}, "not text"),
        ({"column": "income", "op": "~", "value": "1"}, "There is no comparison"),
        ({"column": "income", "op": "=", "value": None}, "has no value"),
        ({"column": "label", "op": "=", "value": "perhaps"}, "yes or no"),
        ({"column": "ssn", "op": "contains", "value": "670"}, "masked"),
        ({"column": "ssn", "op": "<", "value": "670"}, "masked"),
        ({"column": "ssn", "op": "!=", "value": SSN}, "masked"),
    ],
)
def test_filters_that_are_refused(hospital: Looking, entry: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        hospital.page(PIPELINE, PREPARED, 0, 10, filters=[entry])
    assert "670" not in str(caught.value)


def test_a_masked_column_is_found_by_exact_value_and_journalled_without_it(hospital: Looking) -> None:
    found = hospital.page(PIPELINE, PREPARED, 0, 10, filters=[{"column": "ssn", "op": "=", "value": SSN}])
    assert found["total"] == 1
    assert found["rows"][0][0] == MASK
    last = entries(hospital.connection)[-1]
    assert (last.action, last.details["column"]) == ("search", "ssn")
    assert SSN not in json.dumps(last.details)


def test_guards_of_pages(hospital: Looking) -> None:
    for start, count in ((-1, 10), (0, -1), (0, 1_000_000)):
        with pytest.raises(UserError, match="A page begins"):
            hospital.page(PIPELINE, PREPARED, start, count)
    with pytest.raises(UserError, match="There is no view 'nothing'"):
        hospital.page(PIPELINE, "nothing", 0, 1)
    with pytest.raises(UserError, match="There is no source 'nothing'"):
        hospital.page("", "nothing", 0, 1)
    with pytest.raises(UserError, match="was not run yet"):
        hospital.page("other", PREPARED, 0, 1)
    with pytest.raises(UserError, match="cannot be sorted by"):
        hospital.page(PIPELINE, PREPARED, 0, 1, sort=[("ssn", True)])
    assert hospital.page(PIPELINE, PREPARED, 0, 0)["rows"] == []


def test_a_name_that_is_sql_is_only_a_name(hospital: Looking) -> None:
    with pytest.raises(UserError, match="There is no column"):
        hospital.page(PIPELINE, PREPARED, 0, 1, sort=[('income" DESC; DROP TABLE x --', True)])
    with pytest.raises(UserError, match="There is no view"):
        hospital.page(PIPELINE, "x'; DROP TABLE y; --", 0, 1)


def test_pages_do_not_wait_for_a_long_run(hospital: Looking, prepared: pd.DataFrame) -> None:
    answers: list[Any] = []

    def look() -> None:
        answers.append(hospital.page(PIPELINE, PREPARED, 0, 20, sort=[("income", True)])["total"])
        answers.append(len(hospital.views()))
        answers.append(hospital.column_statistics(PIPELINE, PREPARED)["income"]["distinct"])

    with hospital._lock, hospital.transaction() as connection:  # as while a run trains
        connection.execute("CREATE TABLE lester.halfway AS SELECT 1 AS a")
        reader = threading.Thread(target=look)
        reader.start()
        reader.join(20)
        assert not reader.is_alive()
    assert answers == [len(prepared), 10, prepared["income"].nunique()]


def test_pages_live_through_a_purge_that_exchanges_the_database(hospital: Looking) -> None:
    query = {"sort": [("income", True)]}
    before = hospital.page(PIPELINE, PREPARED, 100, 20, **query)
    failures: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                assert hospital.page(PIPELINE, PREPARED, 100, 20, **query) == before
            except BaseException as error:
                failures.append(error)
                return

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(3):
        with hospital._lock:
            fresh_database.rewrite(hospital.store)
    stop.set()
    reader.join(30)
    assert not failures
    assert hospital.page(PIPELINE, PREPARED, 100, 20, **query) == before


def test_many_different_lists_leave_few_tables_behind(hospital: Looking) -> None:
    for limit in range(30):
        hospital.page(PIPELINE, PREPARED, 0, 5, filters=[{"column": "income", "op": ">", "value": 1000 * limit}])

    def count(reader: Any) -> int:
        found = reader.connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'listed_%'").fetchone()
        return int(found[0])

    assert hospital.read(count) <= 8


def test_statistics_are_those_of_pandas(hospital: Looking, prepared: pd.DataFrame) -> None:
    found = hospital.column_statistics(PIPELINE, PREPARED)
    assert list(found) == list(prepared.columns)
    assert found["ssn"] is None
    income = found["income"]
    assert (income["min"], income["max"], income["nulls"]) == (prepared["income"].min(), prepared["income"].max(), 0)
    assert len(income["histogram"]) == 24
    expected = pd.cut(prepared["income"], 24).value_counts(sort=False).tolist()
    assert sum(abs(a - b) for a, b in zip(income["histogram"], expected, strict=True)) <= 2  # values on an edge
    children = found["num_children"]
    assert children["histogram"] == prepared["num_children"].value_counts().sort_index().tolist()
    race = found["race"]
    assert race["nulls"] == prepared["race"].isna().sum()
    assert race["top"] == [[k, v] for k, v in prepared["race"].value_counts(normalize=True).items()]
    assert race["histogram"] is None
    assert found["label"]["top"] == [[False, pytest.approx(163 / 290)], [True, pytest.approx(127 / 290)]]
    assert hospital.column_statistics(PIPELINE, PREPARED) is found  # computed once
    json.dumps(found)


def test_a_source_is_numbered_by_its_lines(hospital: Looking) -> None:
    page = hospital.page("", "patients", 0, 3)
    assert page["row_nos"] == [1, 2, 3]
    lines = (hospital.folder / "data/patients.csv").read_text().splitlines()
    assert page["rows"][1][3] == lines[2].split(",")[3]
    lineage = hospital.row_lineage("", "patients", 2)
    assert lineage["title"] == "Row 2 of patients"
    assert lineage["came_from"][0] == {
        "source": "patients",
        "row": 2,
        "columns": ["id", "first_name", "last_name", "race", "county", "num_children", "income", "age_group", "ssn"],
        "kind": "data",
    }
    assert lineage["features"] == []  # county1 is filtered out


def test_the_lineage_of_a_prepared_row(hospital: Looking) -> None:
    page = hospital.page(PIPELINE, PREPARED, 0, 1)
    found = hospital.row_lineage(PIPELINE, PREPARED, page["row_nos"][0])
    json.dumps(found)
    assert found["title"] == "Row 1 of data-5"
    assert [(c["source"], c["row"], c["kind"]) for c in found["came_from"]] == [("patients", 1, "data"), ("histories", 1, "data")]
    assert {"view": PREPARED, "text": "county is county2 or county3", "kind": "control"} in found["kept_because"]
    assert found["depends_on"] == [
        {"view": "complications", "text": "308 rows of data with age_group group3: mean 5.26948", "kind": "state"}
    ]
    assert found["went_to"][0]["text"].startswith("complications, t")
    assert len(found["features"]) == 9
    assert (found["pipeline"], found["prepared_row"]) == (PIPELINE, page["row_nos"][0])
    assert hospital.row_lineage("", "patients", 1)["prepared_row"] == page["row_nos"][0]
    assert {"name", "column", "value"} == set(found["features"][0])
    assert found["person"].startswith("P-")
    assert found["person"] == hospital.row_lineage("", "histories", 1)["person"]
    assert SSN not in json.dumps(found)
    with pytest.raises(UserError, match="no such row"):
        hospital.row_lineage(PIPELINE, PREPARED, 3)


def test_what_the_model_saw_is_the_row_of_the_matrix(hospital: Looking, tmp_path: Path) -> None:
    hospital.export(PIPELINE, "X_train", tmp_path / "X.npy")
    X = np.load(tmp_path / "X.npy")
    page = hospital.page(PIPELINE, PREPARED, 0, 40)
    for row_no in page["row_nos"]:
        found = hospital.row_lineage(PIPELINE, PREPARED, row_no)
        text = found["went_to"][0]["text"]
        if "training row" in text:
            place = int(text.rpartition(" ")[2].replace(",", "")) - 1
            assert [f["value"] for f in found["features"]] == X[place].tolist()
            return
    pytest.fail("no training row among the first 40")


def test_a_value_is_revealed_with_a_reason_that_is_kept(hospital: Looking) -> None:
    row_no = hospital.page(PIPELINE, PREPARED, 0, 1)["row_nos"][0]
    assert hospital.reveal(PIPELINE, PREPARED, row_no, "ssn", "  call them back ") == {"value": SSN, "seconds": 30}
    last = entries(hospital.connection)[-1]
    assert last.action == "reveal"
    assert last.actor == "ines"
    assert {k: last.details[k] for k in ("pipeline", "view", "column", "row", "reason")} == {
        "pipeline": PIPELINE,
        "view": PREPARED,
        "column": "ssn",
        "row": row_no,
        "reason": "call them back",
    }
    token = last.details["subject"]
    assert token == hospital.row_lineage(PIPELINE, PREPARED, row_no)["person"]
    assert hospital.reveal_alias(str(token), "patients", "ssn", "call them back")["value"] == SSN
    assert hospital.reveal("", "patients", 1, "first_name", "call them back")["value"] == "Tabby"


@pytest.mark.parametrize("reason", ["", "  ", "ok", f"looking for {SSN}", "is this Tabby?"])
def test_a_reason_that_is_refused_reveals_nothing(hospital: Looking, reason: str) -> None:
    before = len(entries(hospital.connection))
    with pytest.raises(UserError) as caught:
        hospital.reveal("", "patients", 1, "ssn", reason)
    assert SSN not in str(caught.value)
    assert len(entries(hospital.connection)) == before


def test_an_unknown_alias_or_row_reveals_nothing(hospital: Looking) -> None:
    token = hospital.search(SSN)[0]["target"]
    with pytest.raises(UserError, match="does not name this person"):
        hospital.reveal_alias(token, "patients", "first_name", "a good reason")
    with pytest.raises(UserError, match="no such row"):
        hospital.reveal("", "patients", 100_000, "ssn", "a good reason")
    with pytest.raises(UserError, match="There is no column"):
        hospital.reveal("", "patients", 1, "nothing", "a good reason")
