"""Kill the process at named points of run, apply and purge. Reopened, the project has all of the old state or all of the new."""

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from lester_gui import faults
from lester_gui.audit.chain import verify_chain
from lester_gui.maintenance import pending
from lester_gui.maintenance.replay import replay
from lester_gui.maintenance.search import search
from lester_gui.progress import silent
from tests.maintenance.clinic import WORKER, Clinic, make_clinic, open_clinic, plan, run_all
from tests.maintenance.test_case import applied, planned, purged

PATIENTS, WHO = 24, -1  # the last one has a patient's line and two histories
RUN = ["run.materialised", "run.dealt", "run.saved"]
APPLY = [
    "apply.begun",
    "apply.sources",
    "apply.view:1",
    "apply.view:3",
    "apply.view:5",
    "apply.view:8",
    "apply.views",
    "apply.learned",
    "apply.pipeline",
    "apply.noted",
    "apply.commit",
    "apply.committed",
]
PURGE = [
    "purge.source.drafted:1",
    "purge.source.drafted:2",
    "purge.source.replaced:1",
    "purge.source.replaced:2",
    "purge.source.rewritten:1",
    "purge.source.rewritten:2",
    "purge.source.noted:1",
    "purge.source.noted:2",
    "purge.file:1",
    "purge.file:2",
    "purge.tokens",
    "purge.artifacts",
    "purge.database.copied",
    "purge.database.switched",
    "purge.finish",
    "purge.finished",
]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.maintenance.test_case"])
TABLES = ("view_", "edge_", "rows_", "members_", "split_", "snapshot_")


def test_there_are_thirty_points() -> None:
    assert len(RUN + APPLY + PURGE) >= 30


class Masters:
    """A project that was run, one that was applied, and what both look like inside."""

    def __init__(self, folder: Path) -> None:
        self.ran, self.applied, self.purged = folder / "ran", folder / "applied", folder / "purged"
        self.ran.mkdir()
        clinic = make_clinic(self.ran, patients=PATIENTS)
        self.ssns = clinic.ssns
        self.old = contents(clinic)
        self.sources = files(self.ran)
        clinic.close()
        clinic = self.copy(self.ran, self.applied)
        applied(clinic, clinic.work(self.ssns[WHO]))
        self.new = contents(clinic)
        clinic.close()
        clinic = self.copy(self.applied, self.purged)
        assert purged(clinic).status == "done"
        report = replay(clinic.con, clinic.run, clinic.store.artifacts, WORKER, silent())
        assert report.equal
        self.cleaned = files(self.purged)
        self.final = contents(clinic)
        clinic.close()

    def copy(self, master: Path, to: Path) -> Clinic:
        shutil.copytree(master, to)
        return open_clinic(to, self.ssns)


def contents(clinic: Clinic) -> dict[str, object]:
    """What is in snapshots, views, edges, splits, states and predictions, apart from identifiers of runs."""
    names = [
        n
        for (n,) in clinic.con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lester'").fetchall()
        if n.startswith(TABLES) or n in ("subject_key", "subject_row", "encoder_state", "prediction")
    ]
    return {n: sorted(map(repr, clinic.con.execute(f"SELECT * FROM lester.{n}").fetchall())) for n in names}


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".lester" not in p.parts}


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory) -> Masters:
    return Masters(tmp_path_factory.mktemp("masters"))


def _die(folder: str, ssns: list[str], phase: str, point: str) -> None:
    clinic = open_clinic(Path(folder), ssns)
    if phase == "run":
        os.environ[faults.VARIABLE] = point
        run_all(clinic, [plan()])
    elif phase == "apply":
        work = clinic.work(ssns[WHO])
        agreed = planned(clinic, work)
        os.environ[faults.VARIABLE] = point
        faults._passages.clear()
        applied(clinic, work, agreed)
    else:
        os.environ[faults.VARIABLE] = point
        purged(clinic)


def killed(masters: Masters, master: Path, folder: Path, phase: str, point: str) -> Clinic:
    """Copy a project, kill a process that works on it, and open it again."""
    shutil.copytree(master, folder)
    child = FORKS.Process(target=_die, args=(str(folder), masters.ssns, phase, point))
    child.start()
    child.join(120)
    assert child.exitcode == -9, f"{point} was not passed"
    clinic = open_clinic(folder, masters.ssns)
    chain = verify_chain(clinic.con, clinic.journal.mirror_path)
    assert chain.intact, chain.reasons
    drafts = [p.name for p in folder.rglob("*") if "draft" in p.name or "fresh" in p.name]
    assert drafts == []
    return clinic


@pytest.mark.parametrize("point", RUN)
def test_a_killed_run_leaves_nothing(masters: Masters, tmp_path: Path, point: str) -> None:
    clinic = killed(masters, masters.ran, tmp_path / "p", "run", point)
    assert contents(clinic) == masters.old
    names = {m for (m,) in clinic.con.execute("SELECT artefact FROM lester.model").fetchall()}
    assert {p.name for p in clinic.store.artifacts.folder.iterdir()} == names
    clinic.close()


@pytest.mark.parametrize("point", APPLY)
def test_a_killed_apply_is_all_or_nothing(masters: Masters, tmp_path: Path, point: str) -> None:
    clinic = killed(masters, masters.ran, tmp_path / "p", "apply", point)
    done = point == "apply.committed"
    assert contents(clinic) == (masters.new if done else masters.old)
    assert len(pending.purges(clinic.con)) == int(done)
    assert files(clinic.folder) == masters.sources
    if point in ("apply.views", "apply.commit"):  # what was rolled back can be done again
        applied(clinic, clinic.work(masters.ssns[WHO]))
        assert contents(clinic) == masters.new
    clinic.close()


@pytest.mark.parametrize("point", PURGE)
def test_a_killed_purge_goes_on_where_it_stopped(masters: Masters, tmp_path: Path, point: str) -> None:
    clinic = killed(masters, masters.applied, tmp_path / "p", "purge", point)
    assert contents(clinic) in (masters.new, masters.final, renumbered(masters, clinic))
    report = purged(clinic)
    assert report.status == "done" and report.search.get("hits", []) == []
    assert contents(clinic) == masters.final
    assert files(clinic.folder) == masters.cleaned
    assert pending.purges(clinic.con) == [] and not (clinic.store.folder / "purge.key").exists()
    ssn = masters.ssns[WHO]
    assert search([clinic.folder], [ssn], silent(), (clinic.store.database, clinic.con)).hits == []
    clinic.close()


def renumbered(masters: Masters, clinic: Clinic) -> dict[str, object]:
    """The new state where one source file is done and its snapshot describes it, the other not yet."""
    mixed = dict(masters.new)
    found = contents(clinic)
    for name in found:
        if name.startswith("snapshot_") and found[name] == masters.final[name]:
            mixed[name] = masters.final[name]
    return mixed
