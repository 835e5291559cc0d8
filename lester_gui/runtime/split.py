"""Deal prepared rows to training and test, as the script does it the first time, and by record ever after.

A random or positional split depends on how many rows there are, so one row less would deal everybody anew. The first run computes
the script's own split and records it per row; later runs look rows up by their *row key*. A row that is not recorded is dealt by
a hash of the seed and its person (or its key), which moves nobody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION, Split
from lester_gui.ir.nodes import Aggregate, Distinct, Explode, Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, distinct_columns
from lester_gui.runtime.materialize import evaluate_expression, schema_of, views_of
from lester_gui.runtime.provenance import ELEMENTS, identifying, occurrences
from lester_gui.runtime.script_split import script_sides
from lester_gui.runtime.udf import Evaluate
from lester_gui.store import catalogue
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

UNUSED = "unused"  # rows that are on no side
SIDES = (TRAIN, TEST, VALIDATION, UNUSED)
Codes = NDArray[np.int8]
"""Places in `SIDES`, one per prepared row."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """How many prepared rows are on which side, and how many of them no record knew."""

    rows: dict[str, int]
    new_rows: int


def deal(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    recorded: pa.Table | None = None,
    persons: Mapping[str, Mapping[int, str]] | None = None,
    seed: int = 0,
    evaluate: Evaluate | None = None,
) -> Dealt:
    """Make the table ``lester.split_<run>`` (row_no, row_key, side, position) for the prepared rows of a materialised run.

    ``side`` is one of `Split.sides`, or `UNUSED`; ``position`` orders the rows of a side as the script has them, with gaps.

    Parameters
    ----------
    plan
        The bound plan (`Materialised.plan`).
    recorded
        What an earlier run dealt (`recorded_split`). None for the first run. Ignored where the split is an expression or none.
    persons
        Source → row id → a text per person (`store.person_keys.PersonKeys`), for rows that are not recorded.
    seed
        The run's seed, used where the script sets none.

    Raises
    ------
    UserError
        If there are too few rows for the script's split.
    """
    split = plan.split
    keyed = _keyed_rows(connection, plan, run)
    row_nos = keyed.column("row_no").to_numpy()
    new = 0
    if not split.is_recorded:
        sides = _by_value(connection, plan, run, len(row_nos), evaluate)
        positions = _in_order(sides)
    elif recorded is None:
        told = [_values(connection, plan, run, one, evaluate) for one in split.chain]
        sides, positions = _as_the_script(split, len(row_nos), told, seed)
    else:
        sides, positions, new = _as_recorded(connection, plan, run, keyed, recorded, persons or {}, seed)
    data = keyed.append_column("side", side_names(sides)).append_column("position", pa.array(positions, pa.int64()))
    with registered(connection, dealt_rows=data):
        connection.execute(f"CREATE TABLE lester.{split_table(run)} AS SELECT * FROM dealt_rows")
    return Dealt({side: int((sides == SIDES.index(side)).sum()) for side in split.sides}, new)


def _values(
    connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, split: Split, evaluate: Evaluate | None
) -> list[Any] | None:
    """Return what a split looks at, one per prepared row: labels where it is stratified, groups where it deals them."""
    values = plan.label.expr if split.stratify else split.by
    told = None if values is None else evaluate_expression(connection, plan, run, plan.prepared, values, evaluate).to_pylist()
    if split.stratify and any(v is None or v != v for v in told or ()):
        raise UserError("A row has no label to stratify the split by", hint="The script would stop here as well.")
    return told


def side_names(sides: Codes) -> pa.Array:
    """Return the sides of rows as they are stored."""
    return pa.DictionaryArray.from_arrays(pa.array(sides.astype(np.int8)), pa.array(SIDES)).cast(pa.string())


def split_table(run: int) -> str:
    """Return the name of a run's split table in ``lester``."""
    return f"split_{run}"


def recorded_split(connection: duckdb.DuckDBPyConnection, run: int) -> pa.Table:
    """Return (row_key, side, position) of a run, for `deal` of a later one and for the replay."""
    return connection.execute(
        f"SELECT row_key, side, position FROM lester.{split_table(run)} ORDER BY side, position"
    ).to_arrow_table()


def fetch_side(
    connection: duckdb.DuckDBPyConnection,
    run: int,
    prepared: str,
    side: str,
    columns: Sequence[str] | None = None,
    hidden: bool = False,
) -> pa.Table:
    """Return the prepared rows of one side in the script's order.

    Parameters
    ----------
    prepared
        The prepared view's name.
    side
        ``train`` or ``test``.
    hidden
        Also return ``__row_no`` and the provenance columns, at the end.
    """
    entry = catalogue.require_view(connection, run, prepared)
    wanted = list(schema_of(entry).names) if columns is None else list(columns)
    if hidden:
        wanted += [ROW_NO, *(f"__p{i}" for i in range(len(json.loads(entry.occurrences_json))))]
    chosen = ", ".join(f"v.{identifier(n)}" for n in wanted)
    sql = (
        f"SELECT {chosen} FROM lester.{entry.table_name} v JOIN lester.{split_table(run)} s ON s.row_no = v.{ROW_NO} "
        "WHERE s.side = ? ORDER BY s.position"
    )
    return connection.execute(sql, [side]).to_arrow_table()


def row_key_sql(plan: Plan, tables: Mapping[str, str], source: str, node: Node | None = None) -> str:
    """Return SQL that yields (row_no, row_key) for rows of the prepared view.

    A row key survives a replay: it holds the source row ids of the row, and for a row of a group the hash of what the group has
    in common, since row numbers of groups change when a group disappears. Rows of an opaque step have nothing but their cells:
    the hash of these, and which of several equal rows it is. The row of an element has the key of its list's row, and its place.

    Parameters
    ----------
    tables
        View name → SQL of its table, for the views that create row identity.
    source
        SQL of the prepared rows (all, or the affected ones).
    node
        Another view whose rows `source` holds.
    """
    node = node or plan.prepared
    origins = occurrences(node)
    parts, joins = [], []
    for k in identifying(node):
        origin = plan.view(origins[k])
        if isinstance(origin, Opaque):
            digest = _digest("t", origin.schema.names)
            nth = f"row_number() OVER (PARTITION BY {digest} ORDER BY t.{ROW_NO})"
            cells = f"(SELECT t.{ROW_NO}, {digest} || '#' || {nth} AS key FROM {tables[origin.name]} t)"
            joins.append(f"LEFT JOIN {cells} o{k} ON o{k}.{ROW_NO} = v.__p{k}")
            parts.append(f"coalesce(o{k}.key, '')")
        elif isinstance(origin, Explode):
            above = row_key_sql(plan, tables, tables[origin.parent.name], origin.parent)
            nth = f"coalesce(a.row_key, '') || '~' || (e.{ROW_NO} % {ELEMENTS})"
            elements = f"(SELECT e.{ROW_NO}, {nth} AS key FROM {tables[origin.name]} e"
            elements += f" LEFT JOIN ({above}) a ON a.row_no = e.{ROW_NO} // {ELEMENTS})"
            joins.append(f"LEFT JOIN {elements} o{k} ON o{k}.{ROW_NO} = v.__p{k}")
            parts.append(f"coalesce(o{k}.key, '')")
        elif isinstance(origin, Aggregate | Distinct):
            digest = _digest(f"o{k}", _common_columns(origin))
            joins.append(f"LEFT JOIN {tables[origin.name]} o{k} ON o{k}.{ROW_NO} = v.__p{k}")
            parts.append(f"CASE WHEN v.__p{k} IS NULL THEN '' ELSE {digest} END")
        else:
            parts.append(f"coalesce(CAST(v.__p{k} AS VARCHAR), '')")
    key = " || '|' || ".join(parts)
    return f"SELECT v.{ROW_NO} AS row_no, {key} AS row_key FROM {source} v {' '.join(joins)}"


def _digest(table: str, names: Sequence[str]) -> str:
    values = ", ".join(f"CAST({table}.{identifier(n)} AS VARCHAR)" for n in names)
    return f"left(sha256(CAST([{values or 'NULL'}]::VARCHAR[] AS JSON)::VARCHAR), 32)"


def _common_columns(origin: Node) -> tuple[str, ...]:
    return origin.by if isinstance(origin, Aggregate) else distinct_columns(origin) if isinstance(origin, Distinct) else ()


def row_keys(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int) -> list[str]:
    """Return the row keys of a run's prepared rows, in order."""
    return list(_keyed_rows(connection, plan, run).column("row_key").to_pylist())


def _keyed_rows(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int) -> pa.Table:
    tables = {name: f"lester.{v.table_name}" for name, v in views_of(connection, run).items()}
    return fetch_in_order(connection, row_key_sql(plan, tables, tables[plan.prepared.name]), "row_no")


def _by_value(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, count: int, evaluate: Evaluate | None) -> Codes:
    sides = np.full(count, SIDES.index(TRAIN if plan.split.trains is None else UNUSED), dtype=np.int8)
    taken = np.zeros(count, dtype=bool)
    for side, condition in plan.split.conditions:
        answers = evaluate_expression(connection, plan, run, plan.prepared, condition, evaluate)
        chosen = np.array(answers.to_pylist(), dtype=bool)
        if (taken & chosen).any():
            raise UserError("A row is on two sides of the split", hint="Change a condition of the split in the plan.")
        sides[chosen] = SIDES.index(side)
        taken |= chosen
    return sides


def _in_order(sides: Codes) -> NDArray[np.int64]:
    """Number the rows of each side in the order in which they come."""
    positions = np.zeros(len(sides), dtype=np.int64)
    for code in range(len(SIDES)):
        chosen = sides == code
        positions[chosen] = np.arange(chosen.sum())
    return positions


def _as_the_script(split: Split, count: int, told: Sequence[Sequence[Any] | None], seed: int) -> tuple[Codes, NDArray[np.int64]]:
    sides, positions = np.zeros(count, dtype=np.int8), np.full(count, -1, dtype=np.int64)
    for side, rows in script_sides(split, range(count), told, seed).items():
        chosen = np.asarray(rows, dtype=np.int64)
        sides[chosen], positions[chosen] = SIDES.index(side), np.arange(len(chosen))
    if (positions < 0).any():
        raise UserError(
            "The script leaves rows out of both training and test; this is not supported yet", hint="Filter them before."
        )
    return sides, positions


def _as_recorded(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    keyed: pa.Table,
    recorded: pa.Table,
    persons: Mapping[str, Mapping[int, str]],
    seed: int,
) -> tuple[Codes, NDArray[np.int64], int]:
    codes = ", ".join(f"'{side}'" for side in SIDES)
    with registered(connection, keyed_rows=keyed, recorded_rows=recorded):
        found = connection.execute(
            f"SELECT list_position([{codes}], r.side) - 1 AS side, r.position "
            "FROM keyed_rows k LEFT JOIN recorded_rows r USING (row_key) ORDER BY k.row_no"
        ).to_arrow_table()
    if found.num_rows != keyed.num_rows:
        raise RuntimeError("the recorded split knows a row key twice")
    new = np.flatnonzero(found.column("side").is_null().to_numpy())
    sides = found.column("side").fill_null(0).to_numpy().astype(np.int8)
    positions = found.column("position").fill_null(0).to_numpy()
    if not len(new):
        return sides, positions, 0
    positions = positions.copy()
    known = recorded.column("side").to_pylist()
    shares = shares_of_sides(plan.split, known)
    following = dict.fromkeys(SIDES, 0)
    for side, position in zip(known, recorded.column("position").to_pylist(), strict=True):
        following[side] = max(following[side], position + 1)
    numbers, keys = (keyed.column(n).take(pa.array(new)).to_pylist() for n in ("row_no", "row_key"))
    person_of = _persons_of(connection, plan, run, numbers, persons)
    chosen = next((s.seed for s in plan.split.chain if s.seed), seed)
    for place, row_no, key in zip(new, numbers, keys, strict=True):
        side = keyed_side(chosen, person_of.get(row_no, key), shares)
        sides[place], positions[place] = SIDES.index(side), following[side]
        following[side] += 1
    return sides, positions, len(new)


def shares_of_sides(split: Split, known: Sequence[str]) -> dict[str, float]:
    """Return the shares of test and validation rows that the script asks for; what was recorded where it names numbers of rows.

    Parameters
    ----------
    known
        The recorded rows' sides.
    """
    own = _share_of_test_rows(split)
    if split.is_shuffle and split.again is not None:
        return shares_of_sides(split.again, known)
    inner = None if split.again is None else _share_of_test_rows(split.again)
    if own is None or (split.again is not None and inner is None):
        return {side: known.count(side) / len(known) if known else 0.25 for side in split.sides[1:]}
    if split.again is None or inner is None:
        return {TEST: own}
    dealt = 1 - own if split.of == TRAIN else own
    if split.again.whole and dealt:
        inner = 1 - min(1.0, (1 - inner) / dealt)
    if split.of == TRAIN:
        return {TEST: own, VALIDATION: dealt * inner}
    return dict(zip(split.parts_again, (dealt * (1 - inner), dealt * inner), strict=True))


def _share_of_test_rows(split: Split) -> float | None:
    """Return the share of test rows that the script asks for, None where it names a number of rows."""
    if split.is_shuffle:
        return 0.0
    if isinstance(split.test_size, float):
        return split.test_size
    if isinstance(split.train_size, float):
        return 1 - split.train_size
    if split.every:
        return len(split.offsets) / split.every
    if split.folds:
        return 1 / (split.folds + (split.method == "time_series"))
    return 0.25 if split.test_size is None and split.train_size is None else None  # scikit-learn's default


def keyed_side(seed: int, key: str, shares: Mapping[str, float]) -> str:
    """Return the side of a row that no record knows: a function of the seed and its person or key, and of nothing else.

    Parameters
    ----------
    shares
        As `shares_of_sides` returns them; the rest are training rows.
    """
    digest = hashlib.sha256(f"split\0{seed}\0{key}".encode()).digest()
    drawn, reached = int.from_bytes(digest[:8], "big"), 0.0
    for side in (TEST, VALIDATION):
        reached += shares.get(side, 0.0)
        if drawn < reached * 2**64:
            return side
    return TRAIN


def _persons_of(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    row_nos: Sequence[int],
    persons: Mapping[str, Mapping[int, str]],
) -> dict[int, str]:
    """Return row number → person, from the first source of the row that names one."""
    node = plan.prepared
    table = views_of(connection, run)[node.name].table_name
    out: dict[int, str] = {}
    origins = occurrences(node)
    for k in identifying(node):
        origin = plan.view(origins[k])
        known = persons.get(origin.source) if isinstance(origin, Read) else None
        if not known:
            continue
        sql = f"SELECT {ROW_NO}, __p{k} FROM lester.{table} WHERE {ROW_NO} IN (SELECT unnest(?))"
        for row_no, row_id in connection.execute(sql, [list(row_nos)]).fetchall():
            if row_id in known:
                out.setdefault(row_no, known[row_id])
    return out
