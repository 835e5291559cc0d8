"""Who is in the sources: an index from key values to rows, aliases of one person, and random tokens that stand for people.

Several key columns of one row are aliases of one person, and so are equal values in different sources. Values that name nobody
(missing, ``unknown``, ``-``) or too many (a shared mailbox) never link and are reported. A plain number is only equal to numbers
of columns that mean the same thing (its *domain*): patient 17 is not doctor 17.

The index is kept twice, because DuckDB finds a row fast only in a table that is sorted by what is looked for: ``subject_key`` by
a hash of the value (long values may begin alike, and only the first bytes of a text are looked at), ``subject_row`` by row.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.errors import UserError
from lester_gui.store.migrations import TableSet
from lester_gui.store.points import rows_at
from lester_gui.store.registered import registered

ROW_KEY: Final = "#row"
PLACEHOLDERS: Final = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "unbekannt", "-", "--", "?", "."})
MANY: Final = 3
"""A value met with more than this many different values of another key column is taken to name many persons."""
_AT_ONCE: Final = 50
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
        (
            "CREATE TABLE lester.subject_column AS WITH seen AS (SELECT source, column_name, domain, min(rowid) AS place "
            "FROM lester.subject_key GROUP BY ALL), placed AS (SELECT source, column_name, domain, min(place) OVER "
            "(PARTITION BY source, column_name) AS first FROM seen) SELECT source, column_name, "
            "dense_rank() OVER (PARTITION BY source ORDER BY first) AS nth, domain FROM placed",
            "CREATE TABLE lester.subject_row AS SELECT k.source, k.row_id, c.nth, k.column_name, k.domain, k.value "
            "FROM lester.subject_key k JOIN lester.subject_column c USING (source, column_name, domain) "
            "ORDER BY k.source, k.row_id, c.nth",
            "CREATE TABLE lester.subject_value AS SELECT *, md5_number_lower(value) AS value_hash FROM lester.subject_key "
            "ORDER BY source, column_name, value_hash, domain, row_id",
            "DROP TABLE lester.subject_key",
            "ALTER TABLE lester.subject_value RENAME TO subject_key",
            "CREATE TABLE lester.subject_count AS SELECT source, count(*) AS values FROM "
            "(SELECT DISTINCT source, domain, value FROM lester.subject_key) GROUP BY source",
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
class NamedIn:
    """A key column of a source with values in some of a person's rows: in how many, and how many different values."""

    source: str
    column: str
    rows: int
    values: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A person.

    Attributes
    ----------
    aliases : tuple of Alias
        All values that name them.
    rows : dict
        Source → the rows that carry one of these.
    named_in : tuple of NamedIn
        The key columns that have a value in these rows, shared values included, by source and in the order of its keys.
    is_shared : bool
        Whether one of the aliases names many persons, so that it was not followed to other keys.
    """

    aliases: tuple[Alias, ...]
    rows: dict[str, tuple[int, ...]]
    named_in: tuple[NamedIn, ...] = ()
    is_shared: bool = False


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
    forget_source(connection, source)
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
    meant: dict[str, pa.Array] = {}  # column → the domains of its values
    for nth, name in enumerate(columns, start=1):
        domain, values = _domain(source, name, domains), normal[name].dictionary.to_pylist()
        meant[name] = pa.array([_in_domain(domain, v) for v in values], pa.string())
        entries = pa.table({"row_id": keys.column("row_id"), "place": normal[name].indices})
        meanings = pa.table(
            {
                "place": pa.array(range(len(values)), pa.int32()),
                "domain": meant[name],
                "value": normal[name].dictionary,
                "value_hash": pa.array([value_hash(v) for v in values], pa.uint64()),
            }
        )
        with registered(connection, subject_entries=entries, subject_meanings=meanings):
            connection.execute(
                "INSERT INTO lester.subject_key SELECT ?, ?, domain, value, row_id, value_hash FROM subject_entries "
                "JOIN subject_meanings USING (place) ORDER BY value_hash, domain, row_id",
                [source, name],
            )
        for found in meant[name].unique().to_pylist():
            connection.execute("INSERT INTO lester.subject_column VALUES (?, ?, ?, ?)", [source, name, nth, found])
    _index_rows(connection, source, keys.column("row_id"), normal, meant)
    named = [pa.table({"domain": meant[n], "value": normal[n].dictionary}) for n in columns]
    different = pa.concat_tables(named).group_by(["domain", "value"]).aggregate([]).num_rows if named else 0
    connection.execute("INSERT INTO lester.subject_count VALUES (?, ?)", [source, different])
    if out:
        connection.executemany("INSERT INTO lester.subject_unlinked VALUES (?, ?, ?, ?, ?, ?)", [list(o) for o in out])
    return unlinked(connection, source)


def _index_rows(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    row_ids: pa.ChunkedArray,
    normal: Mapping[str, pa.DictionaryArray],
    meant: Mapping[str, pa.Array],
) -> None:
    """Enter what stands in the rows of a source, in the order of rows."""
    parts = []
    for nth, (name, values) in enumerate(normal.items(), start=1):
        own = {"row_id": row_ids, "domain": meant[name].take(values.indices), "value": values.dictionary.take(values.indices)}
        named = pa.table(own).append_column("nth", pa.repeat(pa.scalar(nth, pa.int64()), len(row_ids)))
        named = named.append_column("name", pa.repeat(pa.scalar(name), len(row_ids)))
        parts.append(named.filter(pc.is_valid(named.column("value"))))
    if not parts:
        return
    with registered(connection, subject_entries=pa.concat_tables(parts)):
        connection.execute(
            "INSERT INTO lester.subject_row SELECT ?, row_id, nth, name, domain, value FROM subject_entries ORDER BY row_id, nth",
            [source],
        )


def forget_source(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Take a source out of the index."""
    for table in ("subject_key", "subject_row", "subject_column", "subject_count", "subject_unlinked"):
        connection.execute(f"DELETE FROM lester.{table} WHERE source = ?", [source])


def value_hash(value: str) -> int:
    """Return the hash that ``subject_key`` is sorted by: DuckDB's ``md5_number_lower``."""
    return int.from_bytes(hashlib.md5(value.encode(), usedforsecurity=False).digest()[8:], "little")


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
        f"SELECT DISTINCT domain FROM lester.subject_key WHERE value_hash = {value_hash(value)} AND value = ? "
        "AND (? IS NULL OR source = ?) AND (? IS NULL OR column_name = ?) ORDER BY domain",
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
    keys = _key_columns(connection)
    entries: set[_Entry] = set()
    shared = False
    while frontier:
        many = _named_by_many(connection, frontier)
        shared = shared or bool(many)
        hits = _entries_of_values(connection, frontier)
        entries |= hits
        rows: dict[str, set[int]] = {}
        for hit in hits:
            if len(keys.get(hit.source, ())) > 1:
                rows.setdefault(hit.source, set()).add(hit.row_id)
        beside = _entries_of_rows(connection, rows)
        entries |= beside
        linked = {(hit.source, hit.row_id) for hit in hits if hit.alias not in many}
        aliases = {e.alias for e in beside if (e.source, e.row_id) in linked} - known
        frontier = aliases - _named_by_many(connection, aliases)
        known |= frontier
    return _person(known, entries, keys, shared)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key value of a row."""

    source: str
    row_id: int
    column: str
    alias: Alias


def _person(known: Iterable[Alias], entries: Iterable[_Entry], keys: Mapping[str, Sequence[str]], shared: bool) -> Subject:
    rows: dict[str, set[int]] = {}
    named: dict[tuple[str, str], list[_Entry]] = {}
    for e in entries:
        rows.setdefault(e.source, set()).add(e.row_id)
        named.setdefault((e.source, e.column), []).append(e)
    found = [
        NamedIn(source, column, len({e.row_id for e in own}), len({e.alias.value for e in own}))
        for source in sorted(rows)
        for column in keys[source]
        if (own := named.get((source, column)))
    ]
    return Subject(tuple(sorted(known)), {s: tuple(sorted(r)) for s, r in sorted(rows.items())}, tuple(found), shared)


def _key_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return source → its key columns in their order."""
    out: dict[str, list[str]] = {}
    sql = "SELECT DISTINCT source, nth, column_name FROM lester.subject_column ORDER BY ALL"
    for source, _, column in connection.execute(sql).fetchall():
        out.setdefault(source, []).append(column)
    return out


def _entries_of_values(connection: duckdb.DuckDBPyConnection, aliases: Iterable[Alias]) -> set[_Entry]:
    """Return the places in which some values stand."""
    columns = "SELECT source, row_id, column_name, domain, value FROM lester.subject_key"
    own = []
    for alias in sorted(aliases):
        where = f"value_hash = {value_hash(alias.value)} AND value = ? AND domain = ?"
        own.append((f"{columns} WHERE {where}", (alias.value, alias.domain)))
    out: set[_Entry] = set()
    for number in range(0, len(own), _AT_ONCE):
        some = own[number : number + _AT_ONCE]
        sql, arguments = " UNION ALL ".join(s for s, _ in some), [text for _, texts in some for text in texts]
        out |= {_Entry(s, r, c, Alias(d, v)) for s, r, c, d, v in connection.execute(sql, arguments).fetchall()}
    return out


def _entries_of_rows(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Collection[int]]) -> set[_Entry]:
    """Return the key values of some rows."""
    out: set[_Entry] = set()
    for source, ids in rows.items():
        sql = rows_at("*", "lester.subject_row", "row_id", ids)
        found = connection.execute(f"SELECT row_id, column_name, domain, value FROM ({sql}) WHERE source = ?", [source])
        out |= {_Entry(source, r, c, Alias(d, v)) for r, c, d, v in found.fetchall()}
    return out


def _named_by_many(connection: duckdb.DuckDBPyConnection, aliases: Collection[Alias]) -> set[Alias]:
    """Return those of some values that name many persons."""
    if not aliases:
        return set()
    marks = ", ".join("?" * len(aliases))
    sql = f"SELECT domain, value FROM lester.subject_unlinked WHERE reason = 'many persons' AND value IN ({marks})"
    return {Alias(d, v) for d, v in connection.execute(sql, [a.value for a in aliases]).fetchall()} & set(aliases)


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
    marks = ", ".join("?" * len(subject.aliases))
    rows = connection.execute(
        f"SELECT token, domain, value FROM lester.subject_token WHERE value IN ({marks}) ORDER BY rowid",
        [a.value for a in subject.aliases],
    ).fetchall()
    tokens = dict.fromkeys(str(token) for token, d, v in rows if Alias(d, v) in subject.aliases)
    return next((t for t in tokens if is_one_person(connection, aliases_of_token(connection, t))), None)


def is_one_person(connection: duckdb.DuckDBPyConnection, aliases: Collection[Alias]) -> bool:
    """Whether the aliases behind a token are still one person's: where a key that joined them went, they may not be."""
    there = [a for a in aliases if _entries_of_values(connection, [a])]
    if len(there) == len(aliases) or len(there) < 2:
        return True
    return set(there) <= set(resolve(connection, there[:1]).aliases)


def aliases_of_token(connection: duckdb.DuckDBPyConnection, token: str) -> tuple[Alias, ...]:
    """Return the aliases behind a token, none if the mapping was destroyed."""
    rows = connection.execute("SELECT DISTINCT domain, value FROM lester.subject_token WHERE token = ?", [token]).fetchall()
    return tuple(sorted(Alias(d, v) for d, v in rows))


def of_token(connection: duckdb.DuckDBPyConnection, token: str) -> Subject | None:
    """Return the person behind a token with the rows they have now, None if it means nobody any more.

    Raises
    ------
    UserError
        If it stood for rows that are several persons' now, because a key is none any more.
    """
    aliases = aliases_of_token(connection, token)
    if not is_one_person(connection, aliases):
        raise UserError(
            f"{token} stands for rows that the subject keys no longer join",
            hint="Search for the person again and open a new request.",
        )
    return resolve(connection, aliases) if aliases else None


def destroy_token(connection: duckdb.DuckDBPyConnection, token: str) -> None:
    """Forget whom a token stands for; the token itself stays in cases and journal and means nobody any more."""
    connection.execute("DELETE FROM lester.subject_token WHERE token = ?", [token])


def remove_rows(connection: duckdb.DuckDBPyConnection, source: str, row_ids: Sequence[int]) -> None:
    """Take rows of a source out of the index."""
    aliases = {e.alias for e in _entries_of_rows(connection, {source: row_ids})}
    hashes = {value_hash(alias.value) for alias in aliases}
    listed = ", ".join(map(str, sorted(hashes))) or "NULL"
    for table, near in (("subject_key", f"value_hash IN ({listed})"), ("subject_row", "TRUE")):
        sql = f"DELETE FROM lester.{table} WHERE {near} AND source = ? AND row_id IN (SELECT unnest(?))"
        connection.execute(sql, [source, list(row_ids)])
    left = {e.alias for e in _entries_of_values(connection, aliases) if e.source == source}
    sql = "UPDATE lester.subject_count SET values = values - ? WHERE source = ?"
    connection.execute(sql, [len(aliases - left), source])


def values_of(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    """Return how many different values the index knows of a source."""
    row = connection.execute("SELECT values FROM lester.subject_count WHERE source = ?", [source]).fetchone()
    return int(row[0]) if row else 0


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
