"""What a case asks for, resolved: whose rows, which new values, and the project they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import loads
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.store import catalogue, subjects
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Run
from lester_gui.store.subjects import Subject

ERASURE: Final = "erasure"
RECTIFICATION: Final = "rectification"


@dataclass(frozen=True, slots=True)
class Site:
    """The project as maintenance needs it.

    Attributes
    ----------
    folder : Path
        The project folder.
    artifacts : Artifacts
    worker_of : callable
        Gives what runs the code that a plan carries.
    scripts : mapping
        Pipeline → path of its script.
    """

    folder: Path
    artifacts: Artifacts
    worker_of: Callable[[Plan, Context], Worker]
    scripts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewValue:
    """A field of a rectification: one row, or with `row_id` None every row of the person in the source."""

    source: str
    column: str
    value: str
    row_id: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A case as maintenance sees it.

    Attributes
    ----------
    case, right, token : str
    subject : Subject
        The person as the index knows them now. Personal data: never logged.
    new_values : tuple of NewValue
        For a rectification.
    keep_sources : bool
        Only Lester's copy is erased; the source files stay.
    """

    case: str
    right: str
    token: str
    subject: Subject
    new_values: tuple[NewValue, ...] = ()
    keep_sources: bool = False

    def values(self) -> tuple[str, ...]:
        """Return the person's identifiers, for searches and for refusing them in reasons."""
        return tuple(a.value for a in self.subject.aliases if not a.domain.endswith(subjects.ROW_KEY))

    def rows_of(self, new_value: NewValue) -> tuple[int, ...]:
        """Return the rows that a new value is for.

        Raises
        ------
        UserError
            If the row is not the person's, or the person has none in the source.
        """
        own = self.subject.rows.get(new_value.source, ())
        if new_value.row_id is None:
            if not own:
                raise UserError(f"The person has no row in {new_value.source}")
            return own
        if new_value.row_id not in own:
            raise UserError(
                f"Row {new_value.row_id} of {new_value.source} is not a row of this person", hint="lester trace lists their rows."
            )
        return (new_value.row_id,)


def subject_of(con: duckdb.DuckDBPyConnection, token: str) -> Subject:
    """Return the person behind a token, with the rows they have now.

    Raises
    ------
    UserError
        If the token means nobody any more, or several persons.
    """
    found = subjects.of_token(con, token)
    if found is None:
        raise UserError(f"{token} cannot be linked to a person any more", hint="The person was erased.")
    return found


def runs(con: duckdb.DuckDBPyConnection) -> list[tuple[Run, Plan]]:
    """Return the newest finished run of each pipeline with its bound plan, by pipeline."""
    newest: dict[str, Run] = {}
    for run in catalogue.find(con, Run, status="done"):
        newest[run.pipeline] = run
    return [(run, loads(run.plan_json)) for _, run in sorted(newest.items())]


def reading_of(con: duckdb.DuckDBPyConnection, source: str, column: str | None = None) -> Read:
    """Return how a pipeline reads a source, one that knows the column if that is given.

    Raises
    ------
    UserError
        If no pipeline that was run reads it, or none knows the column.
    """
    found = [read for _, plan in runs(con) for read in plan.reads if read.source == source]
    for read in found:
        if column is None or column in read.schema:
            return read
    if not found:
        raise UserError(f"No pipeline that was run reads {source}", hint="Run a pipeline first.")
    raise UserError(f"The source {source} has no column {column!r}", hint=f"It has {', '.join(found[0].schema.names)}.")
