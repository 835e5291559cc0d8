"""Correct cells of hospital patients: rows move through filters and groups as in a run on the corrected files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lester_gui.session import Session
from tests.journey.officers import assert_as_from_scratch, assert_equal, assert_same_plan, handle, sides

Copy = Callable[[str], Path]
PIPELINE = "complications"
IN_COUNTY_3, IN_COUNTY_1 = "670-18-6875", "117-52-3454"


@pytest.mark.parametrize(
    ("ssn", "corrections", "records", "change"),
    [
        (
            IN_COUNTY_3,
            ("patients.income=20000.5", "patients.county=county1"),
            {"patients": "1,Tabby,Ward,race3,county1,1,20000.5,group3,670-18-6875"},
            -1,
        ),
        (
            IN_COUNTY_1,
            ("patients.county=county2", "histories.complications=9"),
            {
                "patients": "4,Romy,Hawkins,race3,county2,0,8868.0,group3,117-52-3454",
                "histories": "False,9,117-52-3454",
            },
            +1,
        ),
        (
            IN_COUNTY_3,
            ("patients.income=20000.5", "patients.race="),
            {"patients": "1,Tabby,Ward,,county3,1,20000.5,group3,670-18-6875"},
            0,
        ),
    ],
    ids=["leaves the filter", "enters the filter", "stays"],
)
def test_the_project_is_as_if_it_had_been_right(
    copy_of: Copy, tmp_path: Path, ssn: str, corrections: tuple[str, ...], records: dict[str, str], change: int
) -> None:
    folder = copy_of("hospital")
    texts = {s: (folder / f"data/{s}.csv").read_text() for s in ("patients", "histories")}
    with Session.open(folder, user="ines") as session:
        before = sides(session, PIPELINE)
        done = handle(session, ssn, "rectification", corrections)
        assert_equal(done.applied)
        assert done.plan["sentence"].startswith(f"Corrects {len(records)} source row")
        after = sides(session, PIPELINE)
        assert len(after) - len(before) == change
        shared = before.keys() & after.keys()
        assert {k: before[k] for k in shared} == {k: after[k] for k in shared}
        assert len(shared) == min(len(before), len(after))
        assert_same_plan(session, PIPELINE)
        assert_as_from_scratch(session, PIPELINE, tmp_path)
        assert session.trace(ssn)["found"]
    for source, text in texts.items():
        wanted = [records.get(source, line) if line.endswith(ssn) else line for line in text.splitlines()]
        assert (folder / f"data/{source}.csv").read_text() == "\n".join(wanted) + "\n"
