"""Reads that do not wait for long work: a connection of their own beside the writer's, and what they remember of a run.

A run holds the session's lock for as long as it trains; the pages of a table must not wait for it. They see what is committed.
Only while a purge exchanges the database file do they wait.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Schema
from lester_gui.ir.serialise import loads
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import schema_of, views_of
from lester_gui.session.masking import FEWEST_ROWS, UNIQUE_SHARE, personal_columns
from lester_gui.session.running import Running
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Run, Source, View
from lester_gui.store.connection import Store

R = TypeVar("R")
SOURCE: Final = "source"
ROW_ID: Final = "__p0"
_EXACT_UP_TO: Final = 200_000
"""Rows up to which distinct values are counted exactly."""
_WRITING: Final = ("run", "apply", "recover", "purge")
"""Entries of the journal after which what was remembered of a run may be wrong."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as screens show it: its bound plan, its views and what is masked in them."""

    run: Run
    plan: Plan
    views: dict[str, View]
    personal: dict[str, frozenset[str]]
    stamp: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A table that can be looked at: a view of a run, or a source as the last run read it.

    Attributes
    ----------
    pipeline : str
        Empty for a source.
    name, kind : str
    view : View
        Where the rows stand.
    key : str
        The column whose values number the rows outside: the row id of a source, else the order key.
    """

    pipeline: str
    name: str
    kind: str
    view: View
    facts: RunFacts
    key: str

    @property
    def schema(self) -> Schema:
        return schema_of(self.view)

    @property
    def personal(self) -> frozenset[str]:
        return self.facts.personal[self.view.name]

    @property
    def table(self) -> str:
        return f"lester.{self.view.table_name}"

    @property
    def identity(self) -> tuple[int, int, str]:
        """What tells this state of this table apart from any other, before or after an erasure."""
        return (self.facts.run.id or 0, self.facts.stamp, self.view.name)

    @property
    def run_at(self) -> str | None:
        at = self.facts.run.finished_at
        return None if at is None else at.replace(tzinfo=UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Reader:
    """The readers' connection and what was found with it."""

    store: Store
    connection: duckdb.DuckDBPyConnection
    runs: dict[tuple[int, int], RunFacts] = field(default_factory=dict)
    remembered: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lists: OrderedDict[Hashable, tuple[str, int]] = field(default_factory=OrderedDict)
    made: int = 0

    def once(self, key: Hashable, find: Callable[[], R], most: int = 256) -> R:
        """Return what `find` found for this key, asking it once."""
        if key not in self.remembered:
            self.remembered[key] = find()
            while len(self.remembered) > most:
                self.remembered.popitem(last=False)
        self.remembered.move_to_end(key)
        found: R = self.remembered[key]
        return found


class Reading(Running):
    """What the use cases that only look stand on."""

    def __init__(self, folder: Path, user: str | None = None) -> None:
        self._reading = threading.RLock()
        self._reader: Reader | None = None
        super().__init__(folder, user)

    def close(self) -> None:
        """Let go of the project."""
        with self._lock, self._reading:
            self._reader = None
            super().close()

    def read(self, use: Callable[[Reader], R]) -> R:
        """Run a read on the readers' own connection, beside whatever is being written.

        `use` takes no lock and writes nothing but temporary tables. It is called again if the database was exchanged under it.

        Raises
        ------
        UserError
            If nothing was run in this project yet.
        """
        if not self.has_store:
            raise UserError("Nothing was run in this project yet", "Rewrite and run a pipeline first.")
        try:
            with self._reading:
                return use(self._own_reader())
        except (duckdb.CatalogException, duckdb.BinderException, duckdb.ConnectionException):
            pass  # a run or a purge took the table away between two statements: wait for it, then look again
        with self._lock, self._reading:
            self._reader = None
            return use(self._own_reader())

    def run_facts(self, reader: Reader, run: Run) -> RunFacts:
        """What is known of a run, looked up once until the next run or erasure."""
        return self._facts(reader, run, _stamp(reader.connection))

    def runs_now(self, reader: Reader, pipeline: str | None = None) -> list[RunFacts]:
        """The newest finished run of every pipeline, or of one."""
        stamp = _stamp(reader.connection)
        newest = reader.once(
            ("runs", stamp), lambda: {r.pipeline: r for r in catalogue.find(reader.connection, Run, status="done")}
        )
        names = sorted(newest) if pipeline is None else [pipeline] * (pipeline in newest)
        return [self._facts(reader, newest[name], stamp) for name in names]

    def tables_now(self, reader: Reader, pipeline: str | None = None) -> list[Shown]:
        """Everything that can be looked at: sources first (unless one pipeline is asked for), then views in plan order."""
        runs = self.runs_now(reader, pipeline)
        return reader.once(("tables", *((f.run.id, f.stamp) for f in runs), pipeline), lambda: _tables(runs, pipeline))

    def table_now(self, reader: Reader, pipeline: str, view: str) -> Shown:
        """A view of a pipeline's newest run, or a source where `pipeline` is empty.

        Raises
        ------
        UserError
            If there is none; the hint lists those there are.
        """
        tables = [t for t in self.tables_now(reader, pipeline or None) if t.pipeline == pipeline]
        for shown in tables:
            if shown.name == view:
                return shown
        if pipeline and not tables:
            raise UserError(f"{pipeline} was not run yet", f"Run it first: lester run PROJECT {pipeline}")
        what = "view" if pipeline else "source"
        raise UserError(f"There is no {what} {view!r}", f"The {what}s are {', '.join(t.name for t in tables) or 'none'}.")

    def subject_keys_now(self, connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
        """Source → the columns that name a person, by the last run and by ``lester.toml`` as it is."""
        keys = {s.name: tuple(json.loads(s.subject_keys_json)) for s in catalogue.find(connection, Source)}
        for entry in self.configuration.sources:
            keys[entry.name] = tuple(dict.fromkeys([*keys.get(entry.name, ()), *entry.subject_keys]))
        return keys

    def _own_reader(self) -> Reader:
        store = self.store
        if self._reader is None or self._reader.store is not store:
            self._reader = Reader(store, store.cursor())
        return self._reader

    def _facts(self, reader: Reader, run: Run, stamp: int) -> RunFacts:
        key = (run.id or 0, stamp)
        if key not in reader.runs:
            reader.runs = {k: v for k, v in reader.runs.items() if k[1] == stamp}
            reader.runs[key] = self._look_at(reader.connection, run, stamp)
        return reader.runs[key]

    def _look_at(self, connection: duckdb.DuckDBPyConnection, run: Run, stamp: int) -> RunFacts:
        assert run.id is not None
        plan = loads(run.plan_json)
        views = views_of(connection, run.id)

        def nearly_unique(view: str, column: str) -> bool:
            return _nearly_unique(connection, f"lester.{views[view].table_name}", column, views[view].rows)

        personal = personal_columns(plan, self.subject_keys_now(connection), nearly_unique)
        return RunFacts(run, plan, views, personal, stamp)


def _tables(runs: Sequence[RunFacts], pipeline: str | None) -> list[Shown]:
    views = [
        Shown(f.run.pipeline, v.name, v.kind, v, f, ROW_ID if isinstance(f.plan.view(v.name), Read) else ROW_NO)
        for f in runs
        for v in f.views.values()
    ]
    if pipeline is not None:
        return views
    newest: dict[str, Shown] = {}
    for shown in sorted(views, key=lambda s: s.facts.run.id or 0):
        node = shown.facts.plan.view(shown.name)
        if isinstance(node, Read):
            newest[node.source] = Shown("", node.source, SOURCE, shown.view, shown.facts, ROW_ID)
    return [newest[name] for name in sorted(newest)] + views


def _stamp(connection: duckdb.DuckDBPyConnection) -> int:
    marks = ", ".join("?" * len(_WRITING))
    row = connection.execute(
        f"SELECT coalesce(max(seq), 0) FROM lester.journal WHERE action IN ({marks})", list(_WRITING)
    ).fetchone()
    assert row is not None
    return int(row[0])


def _nearly_unique(connection: duckdb.DuckDBPyConnection, table: str, column: str, rows: int) -> bool:
    name = identifier(column)
    distinct = f"count(DISTINCT {name})" if rows <= _EXACT_UP_TO else f"approx_count_distinct({name})"
    found = connection.execute(f"SELECT count({name}), {distinct} FROM {table}").fetchone()
    assert found is not None
    values, different = int(found[0]), int(found[1])
    return values >= FEWEST_ROWS and different > UNIQUE_SHARE * values
