"""Which rows of a source are one person's, as the index of subjects knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import duckdb


class PersonKeys(Mapping[str, Mapping[int, str]]):
    """Source → row id → a text that is equal for rows of one person, from the row's first key that links.

    Rows without such a key are absent. A source is looked up when it is asked for.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, sources: Iterable[str]) -> None:
        self._connection = connection
        self._sources = tuple(dict.fromkeys(sources))
        self._known: dict[str, dict[int, str]] = {}

    def __getitem__(self, source: str) -> Mapping[int, str]:
        if source not in self._sources:
            raise KeyError(source)
        if source not in self._known:
            rows = self._connection.execute(
                "SELECT k.row_id, k.domain, k.value FROM lester.subject_row k LEFT JOIN lester.subject_unlinked u "
                "ON u.reason = 'many persons' AND u.domain = k.domain AND u.value = k.value "
                "WHERE k.source = ? AND u.value IS NULL ORDER BY k.row_id, k.nth DESC",
                [source],
            ).fetchall()
            self._known[source] = {row_id: f"{domain}\0{value}" for row_id, domain, value in rows}
        return self._known[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
