"""Whom a search means: ``VALUE``, ``SOURCE.COLUMN=VALUE`` or a token, and the person behind it. Exact matches only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from lester_gui.discovery.configuration import ROW_KEY, Configuration
from lester_gui.errors import UserError
from lester_gui.store import catalogue, subjects
from lester_gui.store.subjects import Alias, Subject

TOKEN: Final = re.compile(r"P-[0-9A-Z]{4,26}")


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for. `source` and `column` are empty for a bare value. Personal data: never logged."""

    value: str = field(repr=False)
    source: str = ""
    column: str = ""


class AmbiguousSubject(UserError):
    """A bare value names several persons.

    Attributes
    ----------
    candidates : list of dict
        ``source``, ``column``, ``masked`` and ``token`` of each.
    """

    def __init__(self, candidates: list[dict[str, Any]]) -> None:
        persons = len({c["token"] for c in candidates})
        super().__init__(
            f"This value names {persons} persons", "Say which is meant: SOURCE.COLUMN=VALUE, or the token of a candidate."
        )
        self.candidates = candidates


def parse(text: str, configuration: Configuration) -> Query:
    """Read what somebody typed.

    ``SOURCE.COLUMN=`` counts only if there is such a source with such a subject key; ``#row`` is one of every source. Everything
    else is a value.

    Raises
    ------
    UserError
        If nothing was typed.
    """
    text = text.strip()
    if not text:
        raise UserError("There is nothing to search for", "Give a value that names a person, or SOURCE.COLUMN=VALUE.")
    for source in configuration.sources:
        for column in dict.fromkeys([*source.subject_keys, ROW_KEY]):
            start = f"{source.name}.{column}="
            if text.startswith(start):
                value = text.removeprefix(start).strip()
                if not value:
                    raise UserError(f"There is no value after {start}", "Write it after the equals sign.")
                return Query(value, source.name, column)
    return Query(text)


def refuse_unknown_place(text: str, configuration: Configuration) -> None:
    """Stop where a search that found nobody was aimed at a source or key that does not exist: "nobody" would be a false answer.

    Raises
    ------
    UserError
        Listing what there is; never the value.
    """
    place, equals, _ = text.strip().partition("=")
    source, dot, column = place.partition(".")
    if not equals or not dot or not re.fullmatch(r"[\w-]+", source) or not re.fullmatch(r"#?[\w -]+", column):
        return
    keys = {s.name: [*s.subject_keys, ROW_KEY] for s in configuration.sources}
    if source not in keys:
        raise UserError(f"There is no source called {source}", f"The sources are {', '.join(keys) or 'none'}.")
    if column not in keys[source]:
        named = ", ".join(dict.fromkeys(keys[source]))
        raise UserError(f"{column} does not name persons in {source}", f"There, a person is named by {named}.")


def find(connection: duckdb.DuckDBPyConnection, query: Query) -> Subject | None:
    """Return the person that a query means, None if there is nobody. Within the caller's transaction: candidates get tokens.

    Raises
    ------
    AmbiguousSubject
        If a bare value names several persons.
    UserError
        If a row is asked for that names nobody.
    """
    if query.column == ROW_KEY:
        return _by_row(connection, query.source, query.value)
    if not query.source and TOKEN.fullmatch(query.value):
        person = subjects.of_token(connection, query.value)
        if person is not None:
            return person if person.rows else None
    found = subjects.search(connection, query.value, query.source or None, query.column or None)
    if len(found) > 1:
        raise AmbiguousSubject([c for person in found for c in _candidates(connection, person, query.value)])
    return found[0] if found else None


def _by_row(connection: duckdb.DuckDBPyConnection, source: str, value: str) -> Subject | None:
    """Find the person of a row by the row's permanent number."""
    if not (value.isascii() and value.isdigit()):
        return None
    row_id = int(value)
    snapshot = catalogue.latest_snapshot(connection, source)
    if snapshot is None:
        return None
    there = connection.execute(f"SELECT 1 FROM lester.{snapshot.table_name} WHERE row_id = ?", [row_id]).fetchone()
    if there is None:
        return None
    keys = connection.execute(
        "SELECT k.domain, k.value FROM lester.subject_row k LEFT JOIN lester.subject_unlinked u "
        "ON u.reason = 'many persons' AND u.domain = k.domain AND u.value = k.value "
        "WHERE k.source = ? AND k.row_id = ? AND u.value IS NULL",
        [source, row_id],
    ).fetchall()
    if not keys:
        raise UserError(
            f"Row {row_id} of {source} names nobody: its subject keys are missing or shared by many persons",
            f'Add "{ROW_KEY}" to the subject_keys of {source} in lester.toml to treat each of its rows as a person.',
        )
    return subjects.resolve(connection, [Alias(domain, text) for domain, text in keys])


def _candidates(connection: duckdb.DuckDBPyConnection, person: Subject, value: str) -> list[dict[str, Any]]:
    normal = subjects.normalise(value)
    domains = [a.domain for a in person.aliases if a.value == normal]
    rows = connection.execute(
        f"SELECT DISTINCT source, column_name FROM lester.subject_key WHERE value_hash = {subjects.value_hash(normal)} "
        "AND value = ? AND list_contains(?, domain) ORDER BY ALL",
        [normal, domains],
    ).fetchall()
    token = subjects.token_of(connection, person)
    return [{"source": s, "column": c, "masked": subjects.mask(normal), "token": token} for s, c in rows]
