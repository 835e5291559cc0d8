"""Ctrl+K: everything of a project by a few letters; persons by an exact value only, so that a search for one shows no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

import duckdb

from lester_gui.discovery.configuration import ROW_KEY
from lester_gui.errors import UserError
from lester_gui.requests import cases
from lester_gui.requests.cases import STATUS_TEXT
from lester_gui.session import subject
from lester_gui.session.opened import Document
from lester_gui.session.reading import Reader, Reading, Shown
from lester_gui.store import subjects
from lester_gui.store.subjects import Subject

MOST: Final = 8
"""Hits per kind."""
_TOKEN: Final = re.compile(r"P-[0-9A-Z]{4,26}", re.IGNORECASE)
SCREENS: Final = (
    ("project", "Project", "pipelines and their state"),
    ("rewrite", "Rewrite", "the script beside its plan"),
    ("data", "Data", "rows of any view"),
    ("person", "Person", "where one person's data went"),
    ("requests", "Requests", "cases by due date"),
    ("audit", "Audit", "the journal"),
)


class Finding(Reading):
    """The use case of the palette."""

    def search(self, text: str) -> list[Document]:
        """Return what a few letters name: persons first, then cases, pipelines, views, columns, sources and screens.

        A person is found by their token or by an exact identifying value, upper and lower case alike; the answer holds the token
        and what they are known by, never a value.
        """
        wanted = text.strip()
        if not wanted:
            return []
        found = [*self._persons(wanted), *self._cases(wanted), *self._pipelines(wanted)]
        if self.has_store:
            found += self.read(lambda reader: _tables(self.tables_now(reader), wanted))
        known = {hit["title"] for hit in found if hit["kind"] == "source"}
        found += _few(
            {"kind": "source", "title": s.name, "text": s.path, "target": s.name}
            for s in self.configuration.sources
            if s.name not in known and (_in(wanted, s.name) or _in(wanted, s.path))
        )
        screens = [s for s in SCREENS if _in(wanted, s[1])]
        return found + [{"kind": "screen", "title": title, "text": note, "target": name} for name, title, note in screens]

    def _persons(self, wanted: str) -> list[Document]:
        if not self.has_store:
            return []

        query = subject.parse(wanted, self.configuration)

        def find(reader: Reader) -> list[tuple[Subject, str | None, list[str]]]:
            connection = reader.connection
            people: tuple[Subject | None, ...]
            if _TOKEN.fullmatch(wanted) or query.column == ROW_KEY:
                people = (_one(connection, query),)
            else:
                people = subjects.search(connection, query.value, query.source or None, query.column or None)
            return [
                (p, subjects.known_token(connection, p), [f"{k.source}.{k.column}" for k in p.named_in])
                for p in people
                if p is not None
            ]

        out = []
        for person, known, columns in self.read(find):
            token = known if known is not None else self._new_token(person)
            out.append({"kind": "person", "title": token, "text": "known by " + ", ".join(columns), "target": token})
        return out

    def _new_token(self, person: Subject) -> str:
        """A token for somebody nobody looked for before; the journal keeps that they were found."""
        with self._lock, self.transaction() as connection:
            token = subjects.token_of(connection, person)
            self.journal.append(connection, "search", self.actor(), subject=token)
        return token

    def _cases(self, wanted: str) -> list[Document]:
        if not self.has_store:
            return []
        every = self.read(lambda reader: cases.list_cases(reader.connection))
        hits = (c for c in every if any(_in(wanted, w) for w in (c.case, c.right.value, c.subject)))
        said = ((c, f"{c.right.value}, {STATUS_TEXT[c.status].lower()}") for c in hits)
        return _few({"kind": "case", "title": c.case, "text": words, "target": c.case} for c, words in said)

    def _pipelines(self, wanted: str) -> list[Document]:
        entries = self.configuration.pipelines
        return _few(
            {"kind": "pipeline", "title": p.name, "text": p.script, "target": p.name}
            for p in entries
            if _in(wanted, p.name) or _in(wanted, p.script)
        )


def _tables(tables: list[Shown], wanted: str) -> list[Document]:
    views = [t for t in tables if t.pipeline]
    found = _few(
        {"kind": "view", "title": t.name, "text": f"{t.pipeline}, {t.view.rows:,} rows", "target": f"{t.pipeline}/{t.name}"}
        for t in views
        if _in(wanted, t.name)
    )
    made: dict[tuple[str, str], Shown] = {}  # a column is shown where it is first met
    for t in views:
        for name in t.schema.names:
            made.setdefault((t.pipeline, name), t)
    found += _few(
        {"kind": "column", "title": name, "text": f"{pipeline}, {t.name}", "target": f"{pipeline}/{t.name}"}
        for (pipeline, name), t in made.items()
        if _in(wanted, name)
    )
    return found + _few(
        {"kind": "source", "title": t.name, "text": f"{t.view.rows:,} rows", "target": t.name}
        for t in tables
        if not t.pipeline and _in(wanted, t.name)
    )


def _one(connection: duckdb.DuckDBPyConnection, query: subject.Query) -> Subject | None:
    """Return the person of a token or of a row, None where a row names nobody."""
    try:
        return subject.find(connection, replace(query, value=query.value.upper()))
    except UserError:
        return None


def _in(wanted: str, name: str) -> bool:
    return wanted.casefold() in name.casefold()


def _few(hits: Iterable[Document]) -> list[Document]:
    return list(islice(hits, MOST))
