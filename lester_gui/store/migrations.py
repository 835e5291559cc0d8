"""The tables of the project database, by package and version.

Each package that keeps tables describes them in a `TableSet`: a tuple of steps, one per version, each a tuple of SQL
statements. `migrate` brings a database up to date step by step inside one transaction. Nothing ever changes a step that was
released; a new version is a new step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from lester_gui.errors import UserError


@dataclass(frozen=True, slots=True)
class TableSet:
    """The tables of one package.

    Attributes
    ----------
    package : str
        Who owns them, for instance ``requests``.
    steps : tuple of tuple of str
        SQL statements per version, the first makes version 1. Tables are named ``lester.<table>``.
    """

    package: str
    steps: tuple[tuple[str, ...], ...]

    @property
    def version(self) -> int:
        return len(self.steps)


_registered: dict[str, TableSet] = {}


def register(tables: TableSet) -> TableSet:
    """Have `tables` made in every project that is opened from now on, and return them."""
    _registered[tables.package] = tables
    return tables


def registered() -> tuple[TableSet, ...]:
    """Return all registered table sets, in the order of their registration."""
    return tuple(_registered.values())


def migrate(connection: duckdb.DuckDBPyConnection, tables: Iterable[TableSet] | None = None) -> None:
    """Bring the attached database ``lester`` up to date, all or nothing.

    Parameters
    ----------
    connection
        Has the project database attached as ``lester``; no transaction is open.
    tables
        What to bring up to date; all registered sets when None.

    Raises
    ------
    UserError
        If the database was written by a newer Lester.
    """
    connection.execute("BEGIN")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS lester.schema_version (package VARCHAR, version BIGINT)")
        known = dict(connection.execute("SELECT package, version FROM lester.schema_version").fetchall())
        for table_set in registered() if tables is None else tables:
            _upgrade(connection, table_set, known.get(table_set.package, 0))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _upgrade(connection: duckdb.DuckDBPyConnection, tables: TableSet, found: int) -> None:
    if found == tables.version:
        return
    if found > tables.version:
        raise UserError(
            f"This project was written by a newer Lester (tables of {tables.package}: version {found})",
            hint="Open it with that version, or install it here.",
        )
    for statements in tables.steps[found:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute("DELETE FROM lester.schema_version WHERE package = ?", [tables.package])
    connection.execute("INSERT INTO lester.schema_version VALUES (?, ?)", [tables.package, tables.version])
