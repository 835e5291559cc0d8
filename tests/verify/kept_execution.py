"""Run many plans on few inputs: the engine of a session, with one database per input instead of one per run.

Ingesting the sources and opening a database costs more than running a small plan. The views of a run are dropped once they are
read, so nothing of one plan is there for the next.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lester_gui.ir.plan import Plan
from lester_gui.progress import Context
from lester_gui.runtime.records import dialect_of
from lester_gui.sandbox import Positions
from lester_gui.session import Session
from lester_gui.session.execution import execute_on, fresh_snapshots
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Snapshot
from lester_gui.verify.plan_result import PlanResult

Key = tuple[tuple[str, str, str], ...]  # source, how it is split into records, content


@dataclass
class _Input:
    connection: duckdb.DuckDBPyConnection
    snapshots: dict[str, Snapshot]
    runs: int = 0


@dataclass
class KeptExecution:
    """An `Execute` whose databases stay open; close it at the end."""

    session: Session
    _inputs: dict[Key, _Input] = field(default_factory=dict)

    def __call__(self, plan: Plan, folder: Path, split: Positions | None, ctx: Context) -> PlanResult:
        key = self._key(plan, folder)
        if key not in self._inputs:
            connection = stores.open_memory()
            try:
                self._inputs[key] = _Input(connection, fresh_snapshots(connection, plan, folder, self.session.configuration))
            except BaseException:
                connection.close()
                raise
        held = self._inputs[key]
        held.runs += 1
        try:
            worker = self.session.worker(plan, ctx)
            return execute_on(held.connection, held.snapshots, plan, held.runs, worker, split, ctx)
        finally:
            self._forget(held)

    def close(self) -> None:
        """Close all databases."""
        for held in self._inputs.values():
            held.connection.close()
        self._inputs.clear()

    def _key(self, plan: Plan, folder: Path) -> Key:
        paths = {s.name: folder / s.path for s in self.session.configuration.sources}
        reads = {r.source: r for r in plan.reads}
        return tuple(
            (name, repr(dialect_of(read)), hashlib.sha256(paths[name].read_bytes()).hexdigest())
            for name, read in sorted(reads.items())
        )

    def _forget(self, held: _Input) -> None:
        found = held.connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lester'").fetchall()
        for (name,) in found:
            if name.startswith((f"view_{held.runs}_", f"edge_{held.runs}_")) or name == f"split_{held.runs}":
                held.connection.execute(f'DROP TABLE lester."{name}"')
