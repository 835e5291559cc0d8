"""The rows that a case touches, as whoever decides on it is shown them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import affected
from lester_gui.maintenance.plan import make_plan
from lester_gui.maintenance.work import NewValue
from lester_gui.progress import silent
from lester_gui.runtime import read
from tests.maintenance.clinic import Clinic, make_clinic, open_clinic, plan, run_all, write_sources


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = make_clinic(tmp_path)
    yield clinic
    clinic.close()


def in_file(clinic: Clinic, source: str, ssn: str) -> list[dict[str, str]]:
    with (clinic.folder / "data" / f"{source}.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["ssn"] == ssn]


def test_an_erasure_shows_the_rows_as_they_stand_in_the_files(clinic: Clinic) -> None:
    ssn = clinic.ssns[5]  # has no race: a gap is shown as the empty text that it is
    work = clinic.work(ssn)
    touched = affected.row_ids(clinic.con, work)
    assert set(touched) == {"patients", "histories"}
    for source, ids in touched.items():
        rows = affected.rows(clinic.con, work, source, ids, 0, 20)
        assert [{f.column: f.old for f in r.fields} for r in rows] == in_file(clinic, source, ssn)
        assert {f.new for r in rows for f in r.fields} == {None}
    text = (clinic.folder / "data" / "patients.csv").read_text().splitlines()
    (row,) = affected.rows(clinic.con, work, "patients", touched["patients"], 0, 20)
    assert text[row.line - 1].startswith(ssn)
    assert ssn not in repr(row), "what is printed by mistake holds no value"


def test_rows_come_in_the_order_of_the_file_page_by_page(clinic: Clinic) -> None:
    work = clinic.work(clinic.ssns[-1])  # has two histories
    ids = affected.row_ids(clinic.con, work)["histories"]
    pages = [affected.rows(clinic.con, work, "histories", ids, start, 1) for start in range(3)]
    assert [len(p) for p in pages] == [1, 1, 0]
    assert pages[0][0].line < pages[1][0].line


def test_a_correction_shows_only_rows_that_change_with_the_new_text(clinic: Clinic) -> None:
    ssn = clinic.ssns[-1]
    before = [row["complications"] for row in in_file(clinic, "histories", ssn)]
    other = "8" if before[0] != "8" else "7"
    work = clinic.work(
        ssn, "rectification", [NewValue("histories", "complications", before[1] if before[1] != before[0] else other)]
    )
    touched = affected.row_ids(clinic.con, work)
    rows = affected.rows(clinic.con, work, "histories", touched["histories"], 0, 20)
    changed = [(f.column, f.old, f.new) for r in rows for f in r.fields if f.new is not None]
    made = make_plan(clinic.con, clinic.site, work, silent())
    assert len(rows) == made.document["counts"]["source_rows"] == len(changed)
    assert all(column == "complications" and old != new for column, old, new in changed)


def test_a_correction_that_changes_nothing_is_refused_here_too(clinic: Clinic) -> None:
    income = in_file(clinic, "patients", clinic.ssns[2])[0]["income"]
    with pytest.raises(UserError, match="old ones"):
        affected.row_ids(clinic.con, clinic.work(clinic.ssns[2], "rectification", [NewValue("patients", "income", income)]))


def test_a_plan_counts_the_rows_that_stay_because_they_carry_no_key(tmp_path: Path) -> None:
    ssns = write_sources(tmp_path, 30)
    path = tmp_path / "data" / "patients.csv"
    lines = path.read_text().splitlines(keepends=True)
    for i, text in ((4, ""), (9, "NA"), (12, "n/a")):
        lines[i] = text + lines[i][lines[i].index(",") :]
    path.write_text("".join(lines))
    clinic = open_clinic(tmp_path, ssns)
    run_all(clinic, [plan()], {"patients": ["ssn"], "histories": []})
    found = make_plan(clinic.con, clinic.site, clinic.work(ssns[20]), silent()).document["without_key"]
    patients, histories = sorted(found, key=lambda w: w["source"] != "patients")
    assert (patients["rows"], patients["of"], patients["keys"]) == (3, 29, ["ssn"])
    assert (histories["rows"], histories["of"], histories["keys"]) == (31, 31, [])
    clinic.close()


def test_rows_of_a_json_document_over_several_lines(tmp_path: Path) -> None:
    ssns = write_sources(tmp_path, 30)
    path = tmp_path / "data" / "patients.csv"
    with path.open(newline="") as file:
        people = [r | {"num_children": int(r["num_children"]), "income": float(r["income"])} for r in csv.DictReader(file)]
    path.write_text(json.dumps(people, indent=1))
    dialect = (("orient", "records"),)
    schema = read.observe_schema(path, Reader.PANDAS_JSON, dialect)
    patients = Read(name="patients", source="patients", reader=Reader.PANDAS_JSON, options=dialect, columns=schema.fields)
    learns = Plan(
        pipeline="complications",
        prepared=patients,
        label=Label(expr=op("pandas_eq", col("smoker"), lit("Yes"))),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=42),
        encode=Encode(blocks=(Block("numbers", ("num_children", "income"), (Transformer("standard_scaler"),)),)),
        model=Model(estimator="sklearn.linear_model.LogisticRegression"),
    )
    clinic = open_clinic(tmp_path, ssns)
    run_all(clinic, [learns])
    work = clinic.work(ssns[4])
    (row,) = affected.rows(clinic.con, work, "patients", affected.row_ids(clinic.con, work)["patients"], 0, 20)
    assert {f.column: f.old for f in row.fields}["ssn"] == ssns[4]
    assert path.read_text().splitlines()[row.line - 1].strip().startswith("{")
    made = make_plan(clinic.con, clinic.site, work, silent()).document
    assert made["counts"]["source_rows"] == 1 and ssns[4] not in json.dumps(made)
    clinic.close()
