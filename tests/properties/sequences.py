"""A random plan with what it learns, kept up to date through a sequence of changes, and checked after each.

What is maintained must equal the replay in its class and the plain-Python reference; what leaves must be what provenance says;
and whatever the reference shows to change must lie inside data, state and control.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.serialise import dumps, loads, plan_hash
from lester_gui.lineage import footprint as footprints
from lester_gui.lineage.footprint import Footprint, footprint
from lester_gui.lineage.promotion import Promotion, promoted
from lester_gui.maintenance import canonical_run, learned
from lester_gui.maintenance.comparison import Compared, Side, compare_views
from lester_gui.maintenance.delta import Maintained, maintain_views
from lester_gui.maintenance.delta_rules import SourceChange
from lester_gui.maintenance.learned import Worker
from lester_gui.maintenance.learning_update import update_learning
from lester_gui.maintenance.replay import copy_snapshots, replay
from lester_gui.progress import silent
from lester_gui.runtime import functions, split
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.lookups import MEMBERS, lookups_of, make_lookups
from lester_gui.runtime.materialize import fetch_table, materialise, views_of
from lester_gui.session.execution import view_results
from lester_gui.store import catalogue
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Run, Snapshot
from lester_gui.store.connection import open_memory, transaction
from lester_gui.store.person_keys import PersonKeys
from lester_gui.store.registered import registered
from lester_gui.verify.lineage_check import is_exact, surviving
from lester_gui.verify.plan_result import PlanResult
from tests.lineage.test_footprint import changes
from tests.properties.opaque_steps import opaque_rows, run_opaque
from tests.properties.strategies import FUNCTIONS, Case
from tests.reference.interpreter import Row, interpret
from tests.runtime.engine import carried, take_snapshots
from tests.runtime.test_materialize import same

WORKER = Worker(evaluate=carried, run_opaque=run_opaque)
Con = duckdb.DuckDBPyConnection
Views = dict[str, list[Row]]


@dataclass
class Told:
    """How much was looked at: per kind of node, the rows that changed and those that a footprint named."""

    changed: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """Return a table: a factor of 1 would name no row that stays as it is."""
        head = ["node         rows named  of them changed  factor"]
        return head + [
            f"{kind:<12} {self.touched[kind]:>10} {self.changed[kind]:>16}  {self.touched[kind] / max(self.changed[kind], 1):.2f}"
            for kind in sorted(self.touched)
        ] + [f"{name}: {count}" for name, count in sorted(self.seen.items())]  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Rows of one source that leave, rows that get another record, and records that come: (row id, place, record)."""

    source: str
    removed: frozenset[int]
    corrected: Mapping[int, bytes]
    added: tuple[tuple[int, float, bytes], ...]

    @property
    def is_deletion(self) -> bool:
        return bool(self.removed) and not self.corrected and not self.added


class Kept:
    """One run in a store in memory. Use as a context manager.

    Attributes
    ----------
    learns : bool
        Whether the rows at hand carry encoders and model; otherwise views only.

    Raises
    ------
    UserError
        If the data stop the plan.
    """

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.con = open_memory()
        self.artifacts = Artifacts(folder / "artifacts")
        try:
            functions.register(self.con)  # as a session does when it opens: a rollback would take them away
            with transaction(self.con):
                self.snapshots = take_snapshots(self.con, case.plan, case.sources, folder)
            self.learns = self._run()
            if not self.learns:
                self._run_views()
        except BaseException:
            self.con.close()
            raise
        self.next_id = 1000

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.con.close()

    @property
    def run(self) -> Run:
        found = catalogue.get(self.con, Run, id=self.number)
        assert found is not None
        return found

    @property
    def plan(self) -> Plan:
        return loads(self.run.plan_json)

    def _run(self) -> bool:
        try:
            with transaction(self.con):
                run, _, _ = canonical_run.execute(
                    self.con, self.case.plan, self.snapshots, WORKER, self.artifacts, silent(), with_original=False
                )
        except UserError:
            return False
        assert run.id is not None
        self.number = run.id
        return True

    def _run_views(self) -> None:
        with transaction(self.con):
            self.number = enter_views(self.con, self.case.plan, self.snapshots)

    # changes

    def records(self, source: str) -> dict[int, bytes]:
        """Return row id → record of a source, in file order."""
        found = snapshot_records(self.con, self.snapshots[source])
        return dict(zip(found.row_ids, map(bytes, found.records), strict=True))

    def draw(self, data: st.DataObject, kinds: str) -> Change | None:
        """Draw a change of one source; records that come are copies of others, which the reader surely accepts.

        Parameters
        ----------
        kinds
            Which of ``d`` (deletions), ``c`` (corrections) and ``i`` (insertions) may occur.
        """
        source = data.draw(st.sampled_from(sorted(self.snapshots)))
        records = self.records(source)
        texts = [r for r in records.values() if r.endswith(b"\n")]
        if not records:
            return None
        whole = len(texts) == len(records)
        kind = data.draw(st.sampled_from([k for k in kinds if k == "d" or whole]))
        touched = data.draw(st.sets(st.sampled_from(sorted(records)), min_size=1, max_size=3))
        gone = touched if kind == "d" else frozenset()
        changed = {i: data.draw(st.sampled_from(texts)) for i in sorted(touched)} if kind == "c" else {}
        added = []
        for _ in range(len(touched) if kind == "i" else 0):
            place = data.draw(st.integers(0, len(records) + 1)) + 0.5
            added.append((self.next_id, place, data.draw(st.sampled_from(texts))))
            self.next_id += 1
        return Change(source, frozenset(gone), changed, tuple(added))

    def enter(self, change: Change) -> SourceChange:
        """Change the snapshot of a source."""
        snapshot = self.snapshots[change.source]
        now = [(i, float(n), change.corrected.get(i, r)) for n, (i, r) in enumerate(self.records(change.source).items(), start=1)]
        rows = sorted([r for r in now if r[0] not in change.removed] + list(change.added), key=lambda r: r[1])
        table = pa.table(
            {
                "ordinal": pa.array(range(1, len(rows) + 1), pa.int64()),
                "row_id": pa.array([r[0] for r in rows], pa.int64()),
                "line": pa.array(range(2, len(rows) + 2), pa.int64()),
                "record": pa.array([r[2] for r in rows], pa.binary()),
            }
        )
        with registered(self.con, changed_records=table):
            self.con.execute(f"DELETE FROM lester.{snapshot.table_name}")
            self.con.execute(f"INSERT INTO lester.{snapshot.table_name} SELECT * FROM changed_records ORDER BY ordinal")
        return SourceChange(change.removed, frozenset(change.corrected), frozenset(i for i, _, _ in change.added))

    def maintain(self, change: Change) -> Maintained:
        """Bring views, split, encoders, model and predictions up to date within the caller's transaction.

        Raises
        ------
        UserError
            If the remaining rows stop the plan.
        """
        plan, sources = self.plan, {change.source: self.enter(change)}
        before = learned.load(self.con, self.number, self.artifacts) if self.learns else None
        done = maintain_views(self.con, plan, self.number, sources, self.snapshots, WORKER, silent())
        if before is not None:
            persons = PersonKeys(self.con, self.snapshots)
            update_learning(self.con, plan, done, sources, self.number, 0, before, persons, WORKER, self.artifacts, silent())
        done.close(self.con)
        catalogue.update(self.con, Run, {"plan_json": dumps(done.plan)}, id=self.number)
        return done

    # checks

    def reference(self) -> Views:
        """Interpret the plan on the records that are there."""
        left = {s: snapshot_records(self.con, snapshot) for s, snapshot in self.snapshots.items()}
        contents, ids = {s: r.content for s, r in left.items()}, {s: r.row_ids for s, r in left.items()}
        return interpret(self.plan, contents, FUNCTIONS, ids, opaque_rows(self.plan))

    def check_replay(self) -> None:
        """Everything equals, in its class, what a run in an empty database makes of the same records."""
        if self.learns:
            found: tuple[Compared, ...] = replay(self.con, self.run, self.artifacts, WORKER, silent()).artefacts
        else:
            empty = open_memory()
            try:
                with transaction(empty):
                    number = enter_views(empty, self.case.plan, copy_snapshots(self.con, empty, self.snapshots))
                    plan = loads(catalogue.get(empty, Run, id=number).plan_json)  # type: ignore[union-attr]
                found = tuple(compare_views(Side(self.con, self.number, self.plan), Side(empty, number, plan)))
            finally:
                empty.close()
        assert [c for c in found if not c.equal] == []

    def check_lookups(self) -> None:
        """The lookup tables hold what a scan of the views and edges yields."""
        for view in views_of(self.con, self.number).values():
            assert view.lookups_json is not None
            edges = json.loads(view.edges_json)
            for key, table in lookups_of(view).items():
                rows = f"SELECT __p{key}, __row_no FROM lester.{view.table_name} WHERE __p{key} IS NOT NULL"
                if key == MEMBERS:
                    rows = f"SELECT row_no, parent_no FROM lester.{edges['0']}"
                found, wanted = (self.con.execute(f"{sql} ORDER BY ALL").fetchall() for sql in (f"SELECT * FROM {table}", rows))
                assert found == wanted, (view.name, key)

    def check_reference(self, expected: Views) -> None:
        """Every view has the cells that the reference has."""
        for node in self.plan.views:
            rows = fetch_table(self.con, self.number, node.name).to_pylist()
            assert len(rows) == len(expected[node.name]), node.name
            for row, wanted in zip(rows, expected[node.name], strict=True):
                assert all(same(row[n], wanted.cells[n]) for n in node.schema.names), node.name

    def refuses_too(self, change: Change) -> bool:
        """Whether a run from nothing on the changed records stops as well; the change is taken back."""
        recorded = split.recorded_split(self.con, self.number) if self.learns else None
        self.con.begin()
        self.enter(change)
        empty = open_memory()
        try:
            with transaction(empty):
                snapshots = copy_snapshots(self.con, empty, self.snapshots)
                if self.learns:
                    canonical_run.execute(
                        empty, self.case.plan, snapshots, WORKER, None, silent(), recorded=recorded, with_original=False
                    )
                else:
                    enter_views(empty, self.case.plan, snapshots)
        except UserError:
            return True
        finally:
            empty.close()
            self.con.rollback()
        return False

    def numbers(self, view: str) -> list[int]:
        """Return the row numbers of a view, in order."""
        found: list[int] = fetch_table(self.con, self.number, view, columns=[], hidden=True).column("__row_no").to_pylist()
        return found

    def survivors(self, change: Change) -> dict[str, np.ndarray]:
        """Return per view which rows stay by provenance alone, for the views where that decides."""
        entries = views_of(self.con, self.number)
        plan, result = self.plan, PlanResult(*view_results(self.con, self.plan, entries))
        gone = {(change.source, i) for i in change.removed}
        out = {}
        for node in plan.views:
            alive = surviving(plan, result, node.name, gone) if is_exact(node, change.source) else None
            if alive is not None:
                out[node.name] = alive
        return out


def enter_views(con: Con, plan: Plan, snapshots: Mapping[str, Snapshot]) -> int:
    """Make the views of a plan as a run that learns nothing."""
    now = canonical_run.datetime.now()
    run = catalogue.add(
        con, Run(pipeline=plan.pipeline, plan_hash=plan_hash(plan), plan_json=dumps(plan), snapshots_json="{}", status="started",
                 started_at=now, seed=0)
    )  # fmt: skip
    assert run.id is not None
    made = materialise(con, plan, run.id, snapshots, carried, run_opaque=run_opaque)
    make_lookups(con, made.plan, made.views)
    catalogue.update(con, Run, {"plan_json": dumps(made.plan)}, id=run.id)
    return run.id


def check_change(kept: Kept, change: Change, told: Told) -> bool:
    """Carry out one change and check all that it must hold to; say whether the run stands afterwards."""
    before = kept.reference()
    old = {n.name: kept.numbers(n.name) for n in kept.plan.views}
    named: Footprint | None = None
    if change.is_deletion:
        named = footprint(kept.con, kept.plan, kept.number, {change.source: sorted(change.removed)})
        candidates = promoted(kept.con, kept.plan, kept.number, named.sources)
        entering = {p.view for p in candidates}
        check_by_tables(kept, named, candidates)
        stay = kept.survivors(change)
    kept.con.begin()
    try:
        done = kept.maintain(change)
    except UserError:
        kept.con.rollback()
        assert kept.refuses_too(change), "maintenance stops where a run from nothing does not"
        told.seen["changes that stop the plan"] += 1
        return False
    kept.con.commit()
    kept.check_lookups()
    kept.check_replay()
    after = kept.reference()
    kept.check_reference(after)
    for view in done.changes.values():
        told.seen[f"{view.kind} {view.method}"] += 1
    if named is not None:
        check_named(kept.plan, named, entering, old, before, after, told)
        check_survival(kept.plan, stay, before, after)
    return True


def check_by_tables(kept: Kept, named: Footprint, candidates: tuple[Promotion, ...]) -> None:
    """Rows that are looked up one by one are those that reading the tables finds."""
    with patch.object(footprints, "FEW", -1):
        read = footprint(kept.con, kept.plan, kept.number, named.sources)
        assert promoted(kept.con, kept.plan, kept.number, named.sources) == candidates
    assert not read.provenance
    assert read.sources == named.sources
    for one, other in ((read.views, named.views), (read.sides, named.sides)):
        for name, touched in one.items():
            assert touched.rows == other[name].rows
            assert touched.touched.to_pylist() == other[name].touched.to_pylist(), name


def check_named(
    plan: Plan,
    named: Footprint,
    entering: set[str],
    old: Mapping[str, list[int]],
    before: Views,
    after: Views,
    told: Told,
) -> None:
    """What the reference shows to change was touched, or may have entered."""
    for node in plan.views:
        touched, numbers = set(named.views[node.name].numbers()), old[node.name]
        places, new = changes(before[node.name], after[node.name])
        missed = [p for p in places if numbers[p] not in touched]
        assert not missed, (node.name, type(node).__name__, missed)
        assert not new or entering & {n.name for n in topological(node)}, (node.name, type(node).__name__)
        if not isinstance(node, Read):
            told.touched[type(node).__name__] += len(touched)
            told.changed[type(node).__name__] += len(places)


def check_survival(plan: Plan, stay: Mapping[str, np.ndarray], before: Views, after: Views) -> None:
    """Where provenance alone decides which rows stay, these are the rows that stayed."""
    for name, alive in stay.items():
        left = [row.identity for row, lives in zip(before[name], alive, strict=True) if lives]
        assert sorted(map(repr, left)) == sorted(repr(r.identity) for r in after[name]), (name, type(plan.view(name)).__name__)
