"""Look at the rows of a view: pages in any order, statistics per column, and one masked value at a time with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb

from lester_gui.errors import UserError
from lester_gui.features import matrix
from lester_gui.features.column_map import column_map
from lester_gui.lineage.rows import came_from
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import silent
from lester_gui.runtime.materialize import fetch_table
from lester_gui.session.filters import condition
from lester_gui.session.masking import MASK, REVEALED_SECONDS, require_reason
from lester_gui.session.opened import Document
from lester_gui.session.paging import fetch, order_of, plain
from lester_gui.session.reading import Reader, Reading, Shown
from lester_gui.session.row_story import order_key, read_rows, tell
from lester_gui.session.statistics import column_statistics
from lester_gui.store import subjects
from lester_gui.store.subjects import Alias, Subject

MOST_ROWS: Final = 10_000
"""Rows per page: a page is what a screen shows, not a way to take a table home."""


class Browsing(Reading):
    """The use cases of the Data screen."""

    def views(self, pipeline: str | None = None) -> list[Document]:
        """Sources and views that can be looked at, as the newest run of every pipeline (or of one) left them."""
        if not self.has_store:
            return []
        return self.read(lambda reader: [_describe(shown) for shown in self.tables_now(reader, pipeline)])

    def column_statistics(self, pipeline: str, view: str) -> Document:
        """Missing and distinct values, range, and a histogram or the most frequent values; None for personal columns."""

        def find(reader: Reader) -> Document:
            shown = self.table_now(reader, pipeline, view)
            return reader.once(
                ("statistics", *shown.identity),
                lambda: column_statistics(reader.connection, shown.table, shown.schema, shown.personal, shown.view.rows),
            )

        return self.read(find)

    def page(
        self,
        pipeline: str,
        view: str,
        start: int,
        count: int,
        sort: Sequence[Sequence[Any]] | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
    ) -> Document:
        """Rows `start` to `start` + `count` of a view, a source where `pipeline` is empty.

        Parameters
        ----------
        sort
            (column, ascending) pairs; missing values come last either way. The script's order when empty.
        filters
            ``{"column", "op", "value"}``; all must hold. See `filters.condition`.

        Raises
        ------
        UserError
            If there is no such view or column, a value does not fit its column, or a personal column would be sorted or
            searched by anything but an exact value.
        """
        if start < 0 or not 0 <= count <= MOST_ROWS:
            raise UserError(f"A page begins at row 0 or later and has at most {MOST_ROWS:,} rows", "Ask for fewer rows.")

        def find(reader: Reader) -> tuple[Document, list[str]]:
            shown = self.table_now(reader, pipeline, view)
            conditions = [condition(shown.schema, shown.personal, f) for f in filters or ()]
            order = order_of(shown, sort or ())
            rows, total = fetch(reader, shown, start, count, order, conditions)
            masked = [f.name in shown.personal for f in shown.schema]
            page = {
                "rows": [[MASK if m else plain(v) for v, m in zip(row[1:], masked, strict=True)] for row in rows],
                "row_nos": [row[0] for row in rows],
                "total": total,
                "of": shown.view.rows,
            }
            return page, [c.column for c in conditions if c.personal]

        page, searched = self.read(find)
        if searched and start == 0:
            with self._lock:
                for column in searched:
                    self.journal.record(
                        self.connection, "search", self.actor(), pipeline=pipeline or None, view=view, column=column
                    )
        return page

    def reveal(self, pipeline: str, view: str, row_no: int, column: str, reason: str) -> Document:
        """Show one masked value for a short time; who looked, at what and why stands in the journal, the value does not.

        Raises
        ------
        UserError
            Without a reason, if the reason repeats a personal value of the row, or if there is no such cell.
        """
        why = require_reason(reason)

        def find(reader: Reader) -> tuple[Any, list[str], str, dict[str, tuple[int, ...]]]:
            shown = self.table_now(reader, pipeline, view)
            plan, run = shown.facts.plan, shown.facts.run.id
            assert run is not None
            field = shown.schema.field(column)
            number = order_key(reader.connection, shown, row_no)
            back = came_from(reader.connection, plan, run, shown.view.name, number)
            names = [f.name for f in shown.schema if f.name in shown.personal or f.name == field.name]
            row = fetch_table(reader.connection, run, shown.view.name, names, rows=[number]).to_pylist()[0]
            forbidden = [str(row[n]) for n in names if n in shown.personal and row[n] is not None]
            return row[field.name], forbidden, shown.name, read_rows(plan, back.sources)

        value, forbidden, name, sources = self.read(find)
        with self._lock, self.transaction() as connection:
            token = token_of_rows(connection, sources)
            seen: Document = {"view": name, "column": column, "row": row_no}
            seen |= ({"pipeline": pipeline} if pipeline else {}) | ({"subject": token} if token else {})
            self.journal.append(connection, "reveal", self.actor(), forbid=forbidden, reason=why, **seen)
        return {"value": plain(value), "seconds": REVEALED_SECONDS}

    def reveal_alias(self, token: str, source: str, column: str, reason: str) -> Document:
        """Show one identifier of a person for a short time, as `reveal` shows a cell.

        Raises
        ------
        UserError
            Without a reason, if the reason names the person, or if the source knows them by no such column.
        """
        why = require_reason(reason)

        def find(reader: Reader) -> tuple[str, list[str]]:
            person = subjects.of_token(reader.connection, token)
            rows, aliases = ((), ()) if person is None else (person.rows.get(source, ()), person.aliases)
            found = reader.connection.execute(
                "SELECT DISTINCT value FROM lester.subject_key WHERE source = ? AND column_name = ? "
                "AND row_id IN (SELECT unnest(?)) ORDER BY value",
                [source, column, list(rows)],
            ).fetchall()
            if not found:
                raise UserError(f"{source}.{column} does not name this person", "Search for the person again.")
            return ", ".join(value for (value,) in found), [a.value for a in aliases]

        value, forbidden = self.read(find)
        with self._lock:
            details = {"source": source, "column": column, "subject": token}
            self.journal.record(self.connection, "reveal", self.actor(), forbid=forbidden, reason=why, **details)
        return {"value": value, "seconds": REVEALED_SECONDS}

    def row_lineage(self, pipeline: str, view: str, row_no: int) -> Document:
        """Where a row came from, why it is there, what it depends on, where it went, and what the model saw of it.

        Raises
        ------
        UserError
            If there is no such view, or it has no such row any more.
        """

        def find(reader: Reader) -> tuple[Document, Shown, str | None, dict[str, tuple[int, ...]], int | None]:
            shown = self.table_now(reader, pipeline, view)
            document, back, prepared = tell(reader, shown, row_no)
            sources = read_rows(shown.facts.plan, back.sources)
            return document, shown, known_token_of_rows(reader.connection, sources), sources, prepared

        document, shown, token, sources, prepared = self.read(find)
        if token is None and sources:
            with self._lock, self.transaction() as connection:
                token = token_of_rows(connection, sources)
        features = [] if prepared is None else self._features(shown, prepared)
        whose = {"person": token, "pipeline": shown.facts.run.pipeline, "prepared_row": prepared}
        return document | whose | {"features": features}

    def _features(self, shown: Shown, prepared: int) -> list[Document]:
        """What the model saw of a prepared row; features that are made of masked columns stay masked."""
        plan, run = shown.facts.plan, shown.facts.run.id
        assert run is not None
        functions = {t.get("function") for t in plan.encode.steps} & {f.name for f in plan.functions}
        worker = self.worker(plan, silent()) if functions else Worker()
        columns = list(dict.fromkeys(c for b in plan.encode.blocks for c in b.columns))

        def find(reader: Reader) -> list[Document]:
            encoder = learned.load_encoder(reader.connection, run)
            table = fetch_table(reader.connection, run, plan.prepared.name, columns, rows=[prepared])
            if table.num_rows != 1:
                return []
            values = matrix.transform(encoder, table, None, worker.call_block)[0].tolist()
            masked = shown.facts.personal[plan.prepared.name]
            return [
                {"name": c.label, "column": c.name, "value": MASK if masked.intersection(c.sources) else plain(v)}
                for c, v in zip(column_map(encoder).columns, values, strict=True)
            ]

        return self.read(find)


def token_of_rows(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Sequence[int]]) -> str | None:
    """Return the token of the person whom the first of these source rows names, within the caller's transaction."""
    person = _person_of_rows(connection, sources)
    return None if person is None else subjects.token_of(connection, person)


def known_token_of_rows(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Sequence[int]]) -> str | None:
    """Return that token if the person has one."""
    person = _person_of_rows(connection, sources)
    return None if person is None else subjects.known_token(connection, person)


def _person_of_rows(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Sequence[int]]) -> Subject | None:
    for source, row_ids in sources.items():
        found = connection.execute(
            "SELECT k.domain, k.value FROM lester.subject_row k LEFT JOIN lester.subject_unlinked u "
            "ON u.reason = 'many persons' AND u.domain = k.domain AND u.value = k.value "
            "WHERE k.source = ? AND k.row_id IN (SELECT unnest(?)) AND u.value IS NULL ORDER BY k.row_id, k.nth LIMIT 1",
            [source, list(row_ids)],
        ).fetchone()
        if found is not None:
            return subjects.resolve(connection, [Alias(*found)])
    return None


def _describe(shown: Shown) -> Document:
    return {
        "pipeline": shown.pipeline,
        "run_id": shown.facts.run.id,
        "run_at": shown.run_at,
        "name": shown.name,
        "rows": shown.view.rows,
        "columns": [{"name": f.name, "type": str(f.type), "personal": f.name in shown.personal} for f in shown.schema],
        "kind": shown.kind,
    }
