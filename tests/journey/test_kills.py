"""Kill `lester` in the middle of a run, an apply and a purge; what opens again is old or new as a whole, and goes on.

Beside `tests/maintenance/test_kills.py`, which kills at every named point below the session, these go through the command line:
the notes of cases, replays and answers of the original are in play as well.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lester_gui import cli, faults
from lester_gui.runtime.materialize import fetch_table, views_of
from lester_gui.session import Session
from tests.cli.conftest import SSN, answer
from tests.journey.officers import REASON, sides
from tests.journey.places import places

PIPELINE = "complications"
QUICK = (
    "apply.view:4",
    "apply.commit",
    "apply.committed",
    "purge.source.replaced:2",
    "purge.database.switched",
    "purge.finished",
)
APPLY = ("apply.sources", "apply.view:4", "apply.learned", "apply.noted", "apply.commit", "apply.committed")
PURGE = (
    "purge.source.drafted",
    "purge.source.replaced:2",
    "purge.source.noted",
    "purge.file",
    "purge.tokens",
    "purge.database.copied",
    "purge.database.switched",
    "purge.finish",
    "purge.finished",
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.journey.officers"])

State = dict[str, Any]


def points(names: Iterable[str]) -> list[Any]:
    return [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.long]) for n in names]


def state(folder: Path) -> State:
    """Return all that a run keeps, the case's status and what is still to purge, after opening the project."""
    with Session.open(folder, user="ines") as session:
        run, _ = session.latest(PIPELINE)
        assert run.id is not None
        audit = session.audit()
        assert audit["intact"], audit["reasons"]
        views = {v: fetch_table(session.connection, run.id, v).to_pylist() for v in views_of(session.connection, run.id)}
        said = session.connection.execute(
            "SELECT side, label, predicted FROM lester.prediction WHERE run = ? AND role = 'canonical' ORDER BY ALL", [run.id]
        ).fetchall()
        statuses = [c["status"] for c in session.cases()]
        return {"views": views, "sides": sides(session, PIPELINE), "predictions": said, "cases": statuses}


def sources(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (folder / "data").iterdir()}


@dataclass(frozen=True)
class Masters:
    """A project with an approved case; the same one applied and not purged; and one where all is done."""

    approved: Path
    applied: Path
    done: Path


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory, samples: Any) -> Masters:
    base = tmp_path_factory.mktemp("killed")
    found = Masters(base / "approved", base / "applied", base / "done")
    samples("hospital").copy(found.approved)
    with Session.open(found.approved, user="ines") as session:
        case = session.request("erasure", SSN, by="ines")["case"]
        session.plan(case)
        session.approve(case, by="maria", reason=REASON)
    shutil.copytree(found.approved, found.applied)
    answer("apply", found.applied, "LR-0001", "--no-purge")
    shutil.copytree(found.applied, found.done)
    answer("purge", found.done)
    return found


def _die(arguments: list[str], point: str) -> None:
    os.environ[faults.VARIABLE] = point
    cli.main([*arguments, "--json"])


def kill(point: str, *arguments: object) -> None:
    """Run a command in a child that is killed at a point."""
    child = FORKS.Process(target=_die, args=([str(a) for a in arguments], point))
    child.start()
    child.join(300)
    assert child.exitcode == -9, f"{point} was not passed"


def test_a_killed_run(masters: Masters, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(masters.approved, folder)
    before, files = state(folder), sources(folder)
    kill("run.saved", "run", folder, PIPELINE)
    assert state(folder) == before
    assert sources(folder) == files
    again = answer("run", folder, PIPELINE)
    assert again["train_rows"] == 217
    assert answer("replay", folder, PIPELINE)["equal"]


@pytest.mark.parametrize("point", points(APPLY))
def test_a_killed_apply(masters: Masters, tmp_path: Path, point: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(masters.approved, folder)
    old, new = state(masters.approved), state(masters.applied)
    kill(point, "apply", folder, "LR-0001")
    assert sources(folder) == sources(masters.approved)
    found = state(folder)
    if point == "apply.committed":
        assert found == new
        assert answer("purge", folder)["status"] == "done"
    else:
        assert found == old
        assert answer("apply", folder, "LR-0001")["status"] == "done"
    finished(folder, masters)


@pytest.mark.parametrize("point", points(PURGE))
def test_a_killed_purge(masters: Masters, tmp_path: Path, point: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(masters.applied, folder)
    kill(point, "purge", folder)
    found, new, done = state(folder), state(masters.applied), state(masters.done)
    assert found in (new, done)
    kept = sources(folder)
    for name, content in kept.items():  # each file is old or new as a whole
        assert content in (sources(masters.applied)[name], sources(masters.done)[name]), name
    assert answer("purge", folder)["status"] in ("done", "nothing to purge")
    finished(folder, masters)


def finished(folder: Path, masters: Masters) -> None:
    """Check that a project that was killed is now like the one that was not, and that its case lacks no proof."""
    assert state(folder) == state(masters.done)
    assert sources(folder) == sources(masters.done)
    assert places([SSN], [folder]) == set()
    with Session.open(folder, user="ines") as session:
        case = session.case("LR-0001")
        assert case["execution"]["plan_hash"] == case["plan"]["plan_hash"]
        assert case["replay"]["equal"]
        assert case["ask_original"]["equal"]
        assert session.certificate("LR-0001", folder.parent / "certificate.json")["complete"]
