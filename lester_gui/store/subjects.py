"""Who is in the sources: an index from key values to rows, aliases of one person, and random tokens that stand for people.

Several key columns of one row are aliases of one person, and so are equal values in different sources. Values that name nobody
(missing, ``unknown``, ``-``) or too many (a shared mailbox) never link and are reported. A plain number is only equal to numbers
of columns that mean the same thing (its *domain*): patient 17 is not doctor 17.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.store.migrations import TableSet
from lester_gui.store.registered import registered

ROW_KEY: Final = "#row"
PLACEHOLDERS: Final = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "unbekannt", "-", "--", "?", "."})
MANY: Final = 3
"""A value met with more than this many different values of another key column is taken to name many persons."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letters that look like digits

TABLES = TableSet(
    "subjects",
    (
        (
            "CREATE TABLE lester.subject_key (source VARCHAR, column_name VARCHAR, domain VARCHAR, value VARCHAR, row_id BIGINT)",
            "CREATE TABLE lester.subject_unlinked (source VARCHAR, column_name VARCHAR, reason VARCHAR, domain VARCHAR, "
            "value VARCHAR, rows BIGINT)",
            "CREATE TABLE lester.subject_token (token VARCHAR, domain VARCHAR, value VARCHAR)",
        ),
    ),
)


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A value that names a person, and the domain in which it does. Personal data: never logged."""

    domain: str
    value: str

    @property
    def masked(self) -> str:
        return mask(self.value)


@dataclass(frozen=True, slots=True)
class Subject:
    """A person: all aliases and, per source, the rows that carry one of them."""

    aliases: tuple[Alias, ...]
    rows: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Key values of a column that never link, by reason: ``missing``, ``placeholder`` or ``many persons``."""

    source: str
    column: str
    reason: str
    values: int
    rows: int


def normalise(value: str) -> str:
    """Return the form in which key values are compared: Unicode NFC, no surrounding blanks, no case."""
    return unicodedata.normalize("NFC", value).strip().casefold()


def mask(value: str) -> str:
    """Return a hint at a value that does not give it away.

    Examples
    --------
    >>> mask("670-18-6875"), mask("ann@example.org"), mask("17")
    ('6•••5', 'a•••@•••.org', '•••')
    """
    local, at, host = value.partition("@")
    if at and local:
        return f"{local[0]}•••@•••.{host.rpartition('.')[2]}" if "." in host else f"{local[0]}•••@•••"
    return f"{value[0]}•••{value[-1]}" if len(value) >= 6 else "•••"


def index_source(
    connection: duckdb.DuckDBPyConnection, source: str, keys: pa.Table, domains: Mapping[str, str] | None = None
) -> tuple[Unlinked, ...]:
    """Replace what the index knows about one source.

    Parameters
    ----------
    keys
        Column ``row_id`` and one text column per subject key, as in the file (`runtime.read.key_columns`).
    domains
        Column → name of what it means, for columns that a plan joins; a column's own name in lower case when absent.

    Returns
    -------
    tuple of Unlinked
        What does not link, and why.
    """
    columns = [n for n in keys.column_names if n != "row_id"]
    connection.execute("DELETE FROM lester.subject_key WHERE source = ?", [source])
    connection.execute("DELETE FROM lester.subject_unlinked WHERE source = ?", [source])
    normal: dict[str, pa.DictionaryArray] = {}
    out: list[tuple[str, str, str, str, str, int]] = []  # source, column, reason, domain, value, rows
    for name in columns:
        normal[name], missing, placeholder = _normalised(keys.column(name))
        out += [(source, name, "missing", "", "", missing)] if missing else []
        out += [(source, name, "placeholder", "", "", placeholder)] if placeholder else []
    for name in columns:
        domain = _domain(source, name, domains)
        for value, rows in _many(normal, name):
            out.append((source, name, "many persons", _in_domain(domain, value), value, rows))
    for name in columns:
        domain, values = _domain(source, name, domains), normal[name].dictionary.to_pylist()
        entries = pa.table({"row_id": keys.column("row_id"), "place": normal[name].indices})
        meanings = pa.table(
            {
                "place": pa.array(range(len(values)), pa.int32()),
                "domain": pa.array([_in_domain(domain, v) for v in values], pa.string()),
                "value": normal[name].dictionary,
            }
        )
        with registered(connection, subject_entries=entries, subject_meanings=meanings):
            connection.execute(
                "INSERT INTO lester.subject_key SELECT ?, ?, domain, value, row_id FROM subject_entries "
                "JOIN subject_meanings USING (place) ORDER BY domain, value, row_id",
                [source, name],
            )
    if out:
        connection.executemany("INSERT INTO lester.subject_unlinked VALUES (?, ?, ?, ?, ?, ?)", [list(o) for o in out])
    return unlinked(connection, source)


def _normalised(column: pa.ChunkedArray) -> tuple[pa.DictionaryArray, int, int]:
    """Return a column's values as they are compared, null where they name nobody; how many are missing and placeholders."""
    met = column.cast(pa.string()).combine_chunks().dictionary_encode()
    texts = [normalise(v) for v in met.dictionary.to_pylist()]
    values = pa.array(sorted(set(texts) - PLACEHOLDERS), pa.string())
    known = {v: i for i, v in enumerate(values.to_pylist())}
    places = pa.array([known.get(t) for t in texts], pa.int32()).take(met.indices)
    missing = column.null_count
    return pa.DictionaryArray.from_arrays(places, values), missing, places.null_count - missing


def unlinked(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> tuple[Unlinked, ...]:
    """Return what never links, per source, column and reason."""
    rows = connection.execute(
        "SELECT source, column_name, reason, count(*), sum(rows) FROM lester.subject_unlinked "
        "WHERE ? IS NULL OR source = ? GROUP BY ALL ORDER BY ALL",
        [source, source],
    ).fetchall()
    return tuple(Unlinked(s, c, r, int(n), int(m)) for s, c, r, n, m in rows)


def search(
    connection: duckdb.DuckDBPyConnection, text: str, source: str | None = None, column: str | None = None
) -> tuple[Subject, ...]:
    """Return the persons that a value names, in any source or in one column.

    One value can name several persons (17 in two domains); the caller then lists their masked aliases and asks. Placeholders and
    the empty text name nobody.
    """
    value = normalise(text)
    if value in PLACEHOLDERS:
        return ()
    found = connection.execute(
        "SELECT DISTINCT domain FROM lester.subject_key WHERE value = ? AND (? IS NULL OR source = ?) "
        "AND (? IS NULL OR column_name = ?) ORDER BY domain",
        [value, source, source, column, column],
    ).fetchall()
    subjects: list[Subject] = []
    for (domain,) in found:
        if not any(Alias(domain, value) in s.aliases for s in subjects):
            subjects.append(resolve(connection, [Alias(domain, value)]))
    return tuple(subjects)


def resolve(connection: duckdb.DuckDBPyConnection, start: Iterable[Alias]) -> Subject:
    """Return the person behind some aliases: follow rows to further aliases until nothing new is found.

    A value that names many persons is followed to its own rows when the search starts from it, but not from there to the other
    keys of these rows, and it is nobody's alias.
    """
    known = set(start)
    frontier = set(known)
    rows: dict[str, set[int]] = {}
    while frontier:
        _load_aliases(connection, sorted(frontier))
        hits = connection.execute(
            "SELECT k.source, k.row_id, u.value IS NULL FROM lester.subject_key k JOIN subject_frontier f USING (domain, value) "
            "LEFT JOIN (SELECT DISTINCT domain, value FROM lester.subject_unlinked WHERE reason = 'many persons') u "
            "USING (domain, value)"
        ).fetchall()
        for source, row_id, _ in hits:
            rows.setdefault(source, set()).add(row_id)
        frontier = _aliases_of(connection, {(s, r) for s, r, links in hits if links}) - known
        known |= frontier
    return Subject(tuple(sorted(known)), {s: tuple(sorted(r)) for s, r in sorted(rows.items())})


def token_of(connection: duckdb.DuckDBPyConnection, subject: Subject) -> str:
    """Return the random token that stands for a person in cases and journal, the same for every alias; make one if need be."""
    found = known_token(connection, subject)
    if found is not None:
        token = found
        have = {
            Alias(d, v)
            for d, v in connection.execute("SELECT domain, value FROM lester.subject_token WHERE token = ?", [token]).fetchall()
        }
    else:
        token, have = _new_token(connection), set()
    new = [[token, a.domain, a.value] for a in subject.aliases if a not in have]
    if new:
        connection.executemany("INSERT INTO lester.subject_token VALUES (?, ?, ?)", new)
    return token


def known_token(connection: duckdb.DuckDBPyConnection, subject: Subject) -> str | None:
    """Return the token that one of the person's aliases has, or None; the oldest if aliases of two tokens became one person."""
    if not subject.aliases:
        return None
    _load_aliases(connection, subject.aliases)
    row = connection.execute(
        "SELECT token FROM lester.subject_token t JOIN subject_frontier f USING (domain, value) ORDER BY t.rowid LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def aliases_of_token(connection: duckdb.DuckDBPyConnection, token: str) -> tuple[Alias, ...]:
    """Return the aliases behind a token, none if the mapping was destroyed."""
    rows = connection.execute("SELECT DISTINCT domain, value FROM lester.subject_token WHERE token = ?", [token]).fetchall()
    return tuple(sorted(Alias(d, v) for d, v in rows))


def destroy_token(connection: duckdb.DuckDBPyConnection, token: str) -> None:
    """Forget whom a token stands for; the token itself stays in cases and journal and means nobody any more."""
    connection.execute("DELETE FROM lester.subject_token WHERE token = ?", [token])


def remove_rows(connection: duckdb.DuckDBPyConnection, source: str, row_ids: Sequence[int]) -> None:
    """Take rows of a source out of the index."""
    sql = "DELETE FROM lester.subject_key WHERE source = ? AND row_id IN (SELECT unnest(?))"
    connection.execute(sql, [source, list(row_ids)])


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
                "SELECT k.row_id, k.domain, k.value FROM lester.subject_key k LEFT JOIN lester.subject_unlinked u "
                "ON u.reason = 'many persons' AND u.domain = k.domain AND u.value = k.value "
                "WHERE k.source = ? AND u.value IS NULL ORDER BY k.row_id, k.rowid DESC",
                [source],
            ).fetchall()
            self._known[source] = {row_id: f"{domain}\0{value}" for row_id, domain, value in rows}
        return self._known[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def _domain(source: str, column: str, domains: Mapping[str, str] | None) -> str:
    if column == ROW_KEY:
        return f"{source}{ROW_KEY}"
    return (domains or {}).get(column, column).casefold()


def _in_domain(domain: str, value: str) -> str:
    """A plain number means something in its domain only; any other text is the same wherever it stands."""
    return domain if value.isdigit() or domain.endswith(ROW_KEY) else ""


def _many(normal: Mapping[str, pa.DictionaryArray], column: str) -> list[tuple[str, int]]:
    """Return the values of `column` that stand beside too many values of another key column, with their numbers of rows."""
    own = normal[column]
    many: set[int] = set()
    for other, others in normal.items():
        if other in (column, ROW_KEY):
            continue
        pairs = pa.table({"own": own.indices, "other": others.indices}).drop_null().group_by(["own", "other"]).aggregate([])
        counts = pairs.group_by("own").aggregate([("other", "count")])
        many.update(counts.filter(pc.greater(counts.column("other_count"), MANY)).column("own").to_pylist())
    if not many:
        return []
    rows = pa.table({"own": own.indices}).drop_null().group_by("own").aggregate([("own", "count")])
    numbers = dict(zip(rows.column("own").to_pylist(), rows.column("own_count").to_pylist(), strict=True))
    return [(own.dictionary[i].as_py(), numbers[i]) for i in sorted(many)]


def _load_aliases(connection: duckdb.DuckDBPyConnection, aliases: Sequence[Alias]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE subject_frontier (domain VARCHAR, value VARCHAR)")
    if aliases:
        connection.executemany("INSERT INTO subject_frontier VALUES (?, ?)", [[a.domain, a.value] for a in aliases])


def _aliases_of(connection: duckdb.DuckDBPyConnection, rows: set[tuple[str, int]]) -> set[Alias]:
    out: set[Alias] = set()
    by_source: dict[str, list[int]] = {}
    for source, row_id in rows:
        by_source.setdefault(source, []).append(row_id)
    for source, ids in by_source.items():
        sql = (
            "SELECT DISTINCT domain, value FROM lester.subject_key WHERE source = ? AND row_id IN (SELECT unnest(?)) EXCEPT "
            "SELECT domain, value FROM lester.subject_unlinked WHERE reason = 'many persons'"
        )
        out |= {Alias(d, v) for d, v in connection.execute(sql, [source, ids]).fetchall()}
    return out


def _new_token(connection: duckdb.DuckDBPyConnection) -> str:
    for length in (4, 4, 4, 5, 5, 6, 8, 12):
        token = "P-" + "".join(secrets.choice(_ALPHABET) for _ in range(length))
        taken = connection.execute(
            "SELECT 1 FROM lester.subject_token WHERE token = ? UNION ALL "
            "SELECT 1 FROM lester.journal WHERE details LIKE '%' || ? || '%' LIMIT 1",
            [token, token],
        ).fetchone()
        if taken is None:
            return token
    raise RuntimeError("no free token")
