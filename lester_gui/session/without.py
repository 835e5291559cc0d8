"""A run without one person: its views are maintained as an erasure would, looked at, and rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned, source_edits
from lester_gui.maintenance.delta import Maintained, maintain_views
from lester_gui.maintenance.learned import Prepared, Worker
from lester_gui.maintenance.learning_update import numbers_stay, update_split
from lester_gui.maintenance.replay import snapshots_of
from lester_gui.maintenance.view_change import new_rows
from lester_gui.progress import Context, Part
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.store.catalogue import Run
from lester_gui.store.person_keys import PersonKeys


@dataclass(frozen=True, slots=True)
class WithoutThem:
    """The run's views and prepared rows without the person, as long as the context lasts.

    Attributes
    ----------
    connection
        Where the views are without the person.
    with_them
        Where the same views are as they were.
    maintained : Maintained
    prepared : Prepared
    positions : mapping
        View → its place among the run's views.
    """

    connection: duckdb.DuckDBPyConnection
    with_them: duckdb.DuckDBPyConnection
    maintained: Maintained
    prepared: Prepared
    positions: Mapping[str, int]

    @property
    def keeps_numbers(self) -> bool:
        """Whether a prepared row that stays has the number that it had."""
        return numbers_stay(self.maintained)

    def changed_rows(self, view: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return some columns of those rows of a view that are there without the person and were not, or were others."""
        names = ", ".join(identifier(c) for c in columns)
        return self.connection.execute(f"SELECT {names} FROM {new_rows(self.positions[view])} ORDER BY {ROW_NO}").fetchall()


@contextmanager
def without(
    connection: duckdb.DuckDBPyConnection, run: Run, plan: Plan, rows: Mapping[str, Sequence[int]], worker: Worker, ctx: Context
) -> Iterator[WithoutThem]:
    """Take some source rows out of the views of a run, and put them back.

    Parameters
    ----------
    connection
        The project's database, with no transaction begun.
    rows
        Source → row ids to leave out.

    Raises
    ------
    UserError
        If the plan stops on what is left.
    """
    assert run.id is not None
    ctx.advance("Leaving this person out", 0.0)
    positions = {name: view.position for name, view in views_of(connection, run.id).items()}
    connection.begin()
    try:
        read = {r.source for r in plan.reads}
        changes = {source: source_edits.take_out(connection, source, ids) for source, ids in rows.items() if source in read}
        maintained = maintain_views(connection, plan, run.id, changes, snapshots_of(connection, run), worker, Part(ctx, 0.1, 0.9))
        persons = PersonKeys(connection, read)
        update_split(connection, maintained, run.id, run.seed, persons, worker)
        prepared = learned.prepare(connection, maintained.plan, run.id, worker)
        with connection.cursor() as with_them:
            yield WithoutThem(connection, with_them, maintained, prepared, positions)
    finally:
        connection.rollback()
