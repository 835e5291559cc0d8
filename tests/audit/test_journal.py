import json
import multiprocessing
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lester_gui import faults
from lester_gui.audit.chain import Head, export_head, verify_chain
from lester_gui.audit.entries import ACTIONS, Actor, refuse_values
from lester_gui.audit.journal import Journal, entries, head
from lester_gui.errors import UserError
from lester_gui.store.connection import attach
from lester_gui.store.migrations import migrate


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    attach(con, folder / "lester.duckdb")
    migrate(con)
    return con


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect(tmp_path)
    yield con
    con.close()


@pytest.fixture
def journal(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.jsonl")
    assert journal.open(con)
    return journal


def filled(con: duckdb.DuckDBPyConnection, journal: Journal) -> None:
    for i in range(1, 6):
        journal.record(con, "run", Actor("J. Lindqvist", "jl"), pipeline="complaints", run=f"run-{i}", rows=i, seconds=0.5)


def test_entries_chain_and_the_mirror_follows(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    filled(con, journal)
    report = verify_chain(con, tmp_path / "journal.jsonl")
    assert report.intact and report.entries == 5 and report.first_bad is None and report.reasons == ()
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4, 5]
    assert json.loads(lines[-1])["hash"] == report.head == head(con)[1]
    assert stat.S_IMODE((tmp_path / "journal.jsonl").stat().st_mode) == 0o600


def test_an_entry_is_undone_with_its_action(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    con.execute("CREATE TABLE lester.thing (x INT)")
    with pytest.raises(RuntimeError), journal.transaction(con):
        con.execute("INSERT INTO lester.thing VALUES (1)")
        journal.append(con, "plan", case="LR-0001")
        raise RuntimeError("stop")
    assert con.execute("SELECT count(*) FROM lester.thing").fetchone() == (0,)
    assert entries(con) == []
    assert not (tmp_path / "journal.jsonl").exists()


@pytest.mark.parametrize("seq", [1, 3, 5])
@pytest.mark.parametrize(
    "change",
    ["details = '{\"rows\":9}'", "actor = 'somebody'", "written_at = '2020-01-01'", "hash = repeat('a', 64)", "action = 'plan'"],
)
def test_a_changed_entry_is_named(
    con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path, seq: int, change: str
) -> None:
    filled(con, journal)
    con.execute(f"UPDATE lester.journal SET {change} WHERE seq = {seq}")
    report = verify_chain(con, tmp_path / "journal.jsonl")
    assert not report.intact and report.first_bad == seq


def test_one_changed_byte_of_the_mirror_is_named(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    filled(con, journal)
    mirror = tmp_path / "journal.jsonl"
    data = bytearray(mirror.read_bytes())
    data[len(data) // 2] ^= 1
    mirror.write_bytes(bytes(data))
    report = verify_chain(con, mirror)
    assert not report.intact and report.first_bad == 3


def test_a_removed_entry_is_named(con: duckdb.DuckDBPyConnection, journal: Journal) -> None:
    filled(con, journal)
    con.execute("DELETE FROM lester.journal WHERE seq = 2")
    report = verify_chain(con)
    assert (report.intact, report.first_bad, report.reasons) == (False, 2, ("Entry 2 is missing.",))


def test_a_cut_tail_shows_against_an_exported_head(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    filled(con, journal)
    known = export_head(con, tmp_path / "head.json")
    assert known == Head(5, head(con)[1]) == Head(*(json.loads((tmp_path / "head.json").read_text())[k] for k in ("seq", "hash")))
    con.execute("DELETE FROM lester.journal WHERE seq > 3")
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "journal.jsonl").write_bytes(b"".join(lines[:3]))
    assert verify_chain(con, tmp_path / "journal.jsonl").intact  # nothing inside the project can tell
    report = verify_chain(con, tmp_path / "journal.jsonl", [known])
    assert not report.intact and report.first_bad == 4 and "ends at entry 3" in report.reasons[0]


def test_an_old_database_beside_a_newer_mirror_is_found_and_not_written_over(tmp_path: Path) -> None:
    mirror = tmp_path / "journal.jsonl"
    with connect(tmp_path) as con:
        journal = Journal(mirror)
        journal.open(con)
        filled(con, journal)
        con.execute("DELETE FROM lester.journal WHERE seq > 2")
    before = mirror.read_bytes()
    with connect(tmp_path) as con:
        journal = Journal(mirror)
        assert not journal.open(con)
        journal.record(con, "run", pipeline="p")
        assert mirror.read_bytes() == before
        assert verify_chain(con, mirror).first_bad == 3


def test_opening_completes_the_mirror(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    filled(con, journal)
    mirror = tmp_path / "journal.jsonl"
    whole = mirror.read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        mirror.write_bytes(whole[:cut])
        assert Journal(mirror).open(con)
        assert mirror.read_bytes() == whole


def _die_at(point: str, folder: str) -> None:
    os.environ[faults.VARIABLE] = point
    con = connect(Path(folder))
    journal = Journal(Path(folder) / "journal.jsonl")
    journal.open(con)
    con.begin()
    journal.append(con, "run", pipeline="second")
    faults.point("before-commit")
    con.commit()
    faults.point("before-mirror")
    journal.mirror(con)


@pytest.mark.parametrize(("point", "left"), [("before-commit", 1), ("before-mirror", 2)])
def test_a_kill_leaves_table_and_mirror_together(tmp_path: Path, point: str, left: int) -> None:
    with connect(tmp_path) as con:
        journal = Journal(tmp_path / "journal.jsonl")
        journal.open(con)
        journal.record(con, "run", pipeline="first")
    child = multiprocessing.get_context("spawn").Process(target=_die_at, args=(point, str(tmp_path)))
    child.start()
    child.join(60)
    assert child.exitcode == -9
    with connect(tmp_path) as con:
        assert Journal(tmp_path / "journal.jsonl").open(con)
        report = verify_chain(con, tmp_path / "journal.jsonl")
        assert report.intact and report.entries == left


def test_a_mirror_that_cannot_be_written_says_so(con: duckdb.DuckDBPyConnection, journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(UserError, match="done and journalled"):
        journal.record(con, "run", pipeline="p")
    assert head(con)[0] == 1


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("made-up", {}),
        ("run", {"email": "x"}),
        ("run", {"subject": "anna@example.org"}),
        ("run", {"rows": "7"}),
        ("run", {"rows": True}),
        ("run", {"plan_hash": "not hex"}),
        ("run", {"reason": "two\nlines"}),
    ],
)
def test_only_the_allow_list_is_written(
    con: duckdb.DuckDBPyConnection, journal: Journal, action: str, details: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="journal") as caught:
        journal.record(con, action, **details)  # type: ignore[arg-type]
    assert "anna" not in str(caught.value)
    assert head(con)[0] == 0


@pytest.mark.parametrize("reason", ["Anna@Example.org asked", "about anna@example.org.", "123-45-6789"])
def test_a_reason_does_not_name_the_person(con: duckdb.DuckDBPyConnection, journal: Journal, reason: str) -> None:
    with pytest.raises(UserError, match="contains a value of the person"):
        journal.record(con, "approve", reason=reason, forbid=["anna@example.org", "123-45-6789", ""])
    refuse_values("the 12 rows", ["1", ""])  # part of a number is not the value


def test_every_action_has_words() -> None:
    assert all(code == code.lower() and text[0].isupper() for code, text in ACTIONS.items())
