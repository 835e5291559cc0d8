"""Erased people stay erased: a keyed hash of every alias, so that the next import can recognise them without naming them.

The key is random, made per project and kept in the project database, so that the list says nothing to somebody who
gets hold of it alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import duckdb

from lester_gui.store.migrations import TableSet

TABLES = TableSet(
    "suppression",
    (
        (
            "CREATE TABLE lester.suppression (digest VARCHAR, reference VARCHAR, added_at TIMESTAMP)",
            "CREATE TABLE lester.suppression_key (key VARCHAR)",
        ),
    ),
)

Alias = tuple[str, str]  # domain, normalised value


def suppress(connection: duckdb.DuckDBPyConnection, aliases: Iterable[Alias], reference: str) -> int:
    """Put aliases of an erased person on the list.

    Parameters
    ----------
    aliases
        (domain, normalised value) pairs, as `store.subjects` has them.
    reference
        The case's number; never a name.

    Returns
    -------
    int
        How many were new.
    """
    digests = {_digest(connection, a) for a in aliases}
    known = {d for (d,) in connection.execute("SELECT digest FROM lester.suppression").fetchall()}
    new = sorted(digests - known)
    at = datetime.now(UTC).replace(tzinfo=None)
    if new:
        connection.executemany("INSERT INTO lester.suppression VALUES (?, ?, ?)", [[d, reference, at] for d in new])
    return len(new)


def suppressed(connection: duckdb.DuckDBPyConnection, aliases: Sequence[Alias]) -> list[bool]:
    """Say for each alias whether it is on the list."""
    known = {d for (d,) in connection.execute("SELECT digest FROM lester.suppression").fetchall()}
    if not known:
        return [False] * len(aliases)
    key = _key(connection)
    return [_hmac(key, a) in known for a in aliases]


def lift(connection: duckdb.DuckDBPyConnection, reference: str) -> None:
    """Take what a case suppressed off the list, for instance when the person comes back."""
    connection.execute("DELETE FROM lester.suppression WHERE reference = ?", [reference])


def count(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many aliases are on the list."""
    row = connection.execute("SELECT count(*) FROM lester.suppression").fetchone()
    return int(row[0]) if row else 0


def _digest(connection: duckdb.DuckDBPyConnection, alias: Alias) -> str:
    return _hmac(_key(connection), alias)


def _hmac(key: bytes, alias: Alias) -> str:
    return hmac.new(key, "\0".join(alias).encode("utf-8"), hashlib.sha256).hexdigest()


def _key(connection: duckdb.DuckDBPyConnection) -> bytes:
    row = connection.execute("SELECT key FROM lester.suppression_key").fetchone()
    if row is None:
        text = secrets.token_hex(32)
        connection.execute("INSERT INTO lester.suppression_key VALUES (?)", [text])
        return bytes.fromhex(text)
    return bytes.fromhex(row[0])
