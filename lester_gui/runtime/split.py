"""Deal prepared rows to training and test, as the script does it the first time, and by record ever after.

A random or positional split depends on how many rows there are, so one row less would deal everybody anew. The first run computes
the script's own split and records it per row; later runs look rows up by their *row key*. A row that is not recorded is dealt by
a hash of the seed and its person (or its key), which moves nobody else.
"""

from __future__ import annotations

import hashlib
import json
import random
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import Split
from lester_gui.ir.nodes import Aggregate, Distinct, Explode, Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, distinct_columns
from lester_gui.runtime.materialize import evaluate_expression, schema_of, views_of
from lester_gui.runtime.provenance import ELEMENTS, identifying, occurrences
from lester_gui.runtime.udf import Evaluate
from lester_gui.store import catalogue
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

Flags = NDArray[np.bool_]
TRAIN: Final = "train"
TEST: Final = "test"


@dataclass(frozen=True, slots=True)
class Dealt:
    """How many prepared rows are on either side, and how many of them no record knew."""

    train_rows: int
    test_rows: int
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

    ``position`` orders the rows of one side as the script has them; it may have gaps.

    Parameters
    ----------
    plan
        The bound plan (`Materialised.plan`).
    recorded
        What an earlier run dealt (`recorded_split`). None for the first run. Ignored where the split is an expression or none.
    persons
        Source → row id → a text per person (`store.subjects.PersonKeys`), for rows that are not recorded.
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
    if split.kind in ("none", "expression"):
        on_test = _by_value(connection, plan, run, len(row_nos), evaluate)
        positions = _in_order(on_test)
    elif recorded is None:
        values = plan.label.expr if split.stratify else split.by
        told = None if values is None else evaluate_expression(connection, plan, run, plan.prepared, values, evaluate).to_pylist()
        if split.stratify and any(v is None or v != v for v in told or ()):
            raise UserError("A row has no label to stratify the split by", hint="The script would stop here as well.")
        on_test, positions = _as_the_script(split, len(row_nos), told, seed)
    else:
        on_test, positions, new = _as_recorded(connection, plan, run, keyed, recorded, persons or {}, seed)
    data = keyed.append_column("side", side_names(on_test)).append_column("position", pa.array(positions, pa.int64()))
    with registered(connection, dealt_rows=data):
        connection.execute(f"CREATE TABLE lester.{split_table(run)} AS SELECT * FROM dealt_rows")
    return Dealt(int((~on_test).sum()), int(on_test.sum()), new)


def side_names(on_test: Flags) -> pa.Array:
    """Return the sides of rows as they are stored."""
    return pa.DictionaryArray.from_arrays(pa.array(on_test.astype(np.int8)), pa.array([TRAIN, TEST])).cast(pa.string())


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


def _by_value(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, count: int, evaluate: Evaluate | None) -> Flags:
    if plan.split.test is None:
        return np.zeros(count, dtype=bool)
    test = evaluate_expression(connection, plan, run, plan.prepared, plan.split.test, evaluate)
    return np.array([bool(t) for t in test.to_pylist()], dtype=bool)


def _in_order(on_test: Flags) -> NDArray[np.int64]:
    """Number the rows of either side in the order in which they come."""
    return np.where(on_test, np.cumsum(on_test), np.cumsum(~on_test)) - 1


def _as_the_script(split: Split, count: int, values: Sequence[Any] | None, seed: int) -> tuple[Flags, NDArray[np.int64]]:
    on_test, positions = np.zeros(count, dtype=bool), np.full(count, -1, dtype=np.int64)
    for is_test, rows in zip((False, True), script_split(split, count, values, seed), strict=True):
        chosen = np.asarray(rows, dtype=np.int64)
        on_test[chosen], positions[chosen] = is_test, np.arange(len(chosen))
    if (positions < 0).any():
        raise UserError(
            "The script leaves rows out of both training and test; this is not supported yet", hint="Filter them before."
        )
    return on_test, positions


def script_split(split: Split, count: int, values: Sequence[Any] | None, seed: int) -> tuple[list[int], list[int]]:
    """Return the row numbers (from 0) of training and test rows, in the script's order, for a random or positional split.

    Parameters
    ----------
    values
        One per row: labels for a stratified split, groups for a split that deals groups.
    seed
        Stands for the script's seed where it sets none.
    """
    chosen = seed if split.seed is None else split.seed
    if split.method == "every":
        marked = set(split.offsets)
        test = [i for i in range(count) if i % split.every in marked]
        return [i for i in range(count) if i % split.every not in marked], test
    if split.in_order:
        train, test = script_split(replace(split, in_order=False), count, values, seed)
        return sorted(train), sorted(test)
    if split.method in ("numpy_legacy_uniform", "numpy_generator_uniform"):
        return _by_draws(split, count, chosen)
    if split.folds:
        return _last_fold(split, count, values, chosen)
    if split.by is not None:
        assert values is not None
        if split.groups == "sorted" and any(v is None or v != v for v in values):
            raise UserError("A row has no group to be dealt by", hint="The script would stop here as well.")
        kinds = sorted(set(values)) if split.groups == "sorted" else list(dict.fromkeys(values))
        of_groups, _ = script_split(replace(split, by=None, groups=""), len(kinds), None, seed)
        training = {kinds[i] for i in of_groups}
        return [i for i in range(count) if values[i] in training], [i for i in range(count) if values[i] not in training]
    if split.method == "sklearn":
        from sklearn.model_selection import train_test_split

        try:
            train, test = train_test_split(
                np.arange(count),
                test_size=split.test_size,
                train_size=split.train_size,
                random_state=chosen if split.shuffle else None,
                shuffle=split.shuffle,
                stratify=values if split.stratify else None,
            )
        except ValueError:
            raise UserError(
                f"{count} rows are too few for the script's split", hint="The script would stop here as well."
            ) from None
        return [int(i) for i in train], [int(i) for i in test]
    cut = _cut(split, count)
    order = _permutation(split, count, chosen, cut)
    first, second = order[:cut], order[cut:]
    return (first, second) if split.cut == "train_first" else (second, first)


def _last_fold(split: Split, count: int, values: Sequence[Any] | None, seed: int) -> tuple[list[int], list[int]]:
    """Return the rows outside and inside the last fold that scikit-learn cuts."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

    shuffled: dict[str, Any] = {"shuffle": True, "random_state": seed} if split.shuffle else {}
    splitters: dict[str, Callable[[], Any]] = {
        "kfold": lambda: KFold(split.folds, **shuffled),
        "stratified_kfold": lambda: StratifiedKFold(split.folds, **shuffled),
        "group_kfold": lambda: GroupKFold(split.folds),
        "time_series": lambda: TimeSeriesSplit(split.folds),
    }
    given = np.asarray(values) if split.stratify else None
    groups = list(values) if split.by is not None and values is not None else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a class with fewer rows than folds is no error
            train, test = list(splitters[split.method]().split(np.zeros((count, 1)), given, groups))[-1]
    except ValueError:
        raise UserError(f"{count} rows are too few for the script's folds", hint="The script would stop here as well.") from None
    return [int(i) for i in train], [int(i) for i in test]


def _by_draws(split: Split, count: int, seed: int) -> tuple[list[int], list[int]]:
    """Deal rows by one number each, between 0 and 1: those below the share are the first part."""
    legacy = split.method == "numpy_legacy_uniform"
    draws = np.random.RandomState(seed).random_sample(count) if legacy else np.random.default_rng(seed).random(count)
    share = split.train_size if split.cut == "train_first" else split.test_size
    if share is None:
        raise UserError("The plan does not say where the script cuts", hint="Rewrite the pipeline again.")
    first = [int(i) for i in np.flatnonzero(draws < share)]
    second = [int(i) for i in np.flatnonzero(~(draws < share))]
    return (first, second) if split.cut == "train_first" else (second, first)


def _permutation(split: Split, count: int, seed: int, cut: int) -> list[int]:
    if split.kind == "positional" or not split.shuffle:
        return list(range(count))
    if split.method == "numpy_legacy":
        return [int(i) for i in np.random.RandomState(seed).permutation(count)]
    if split.method == "numpy_generator":
        return [int(i) for i in np.random.default_rng(seed).permutation(count)]
    if split.method == "python_shuffle":
        order = list(range(count))
        random.Random(seed).shuffle(order)
        return order
    if split.method in ("numpy_choice", "python_sample", "pandas_sample"):
        if split.method == "pandas_sample":
            drawn = [int(i) for i in np.random.RandomState(seed).choice(count, cut, replace=False)]
        elif split.method == "numpy_choice":
            drawn = [int(i) for i in np.random.default_rng(seed).choice(count, cut, replace=False)]
        else:
            drawn = random.Random(seed).sample(range(count), cut)
        return [*drawn, *sorted(set(range(count)) - set(drawn))]
    raise UserError(
        f"A split by {split.method!r} is not supported yet", hint="Use train_test_split or a permutation with a seed."
    )


def _cut(split: Split, count: int) -> int:
    """Return how many rows the first part has: what the script cuts off, or all others."""
    size = split.train_size if split.train_size is not None else split.test_size
    if size is None:
        raise UserError("The plan does not say where the script cuts", hint="Rewrite the pipeline again.")
    whole = round if split.method in ("pandas_sample", "rounded") else int
    number = whole(count * size) if isinstance(size, float) else int(size)
    number = max(0, min(count, number if number >= 0 else count + number))
    given_is_first = (split.train_size is not None) == (split.cut == "train_first")
    return number if given_is_first else count - number


def _as_recorded(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    keyed: pa.Table,
    recorded: pa.Table,
    persons: Mapping[str, Mapping[int, str]],
    seed: int,
) -> tuple[Flags, NDArray[np.int64], int]:
    with registered(connection, keyed_rows=keyed, recorded_rows=recorded):
        found = connection.execute(
            f"SELECT r.side = '{TEST}' AS test, r.position FROM keyed_rows k LEFT JOIN recorded_rows r USING (row_key) "
            "ORDER BY k.row_no"
        ).to_arrow_table()
    if found.num_rows != keyed.num_rows:
        raise RuntimeError("the recorded split knows a row key twice")
    new = np.flatnonzero(found.column("test").is_null().to_numpy())
    on_test = found.column("test").fill_null(False).to_numpy()
    positions = found.column("position").fill_null(0).to_numpy()
    if not len(new):
        return on_test, positions, 0
    on_test, positions = on_test.copy(), positions.copy()
    sides = recorded.column("side").to_pylist()
    share = share_of_test_rows(plan.split, sides)
    following = dict.fromkeys((TRAIN, TEST), 0)
    for side, position in zip(sides, recorded.column("position").to_pylist(), strict=True):
        following[side] = max(following[side], position + 1)
    numbers, keys = (keyed.column(n).take(pa.array(new)).to_pylist() for n in ("row_no", "row_key"))
    person_of = _persons_of(connection, plan, run, numbers, persons)
    for place, row_no, key in zip(new, numbers, keys, strict=True):
        side = keyed_side(plan.split.seed or seed, person_of.get(row_no, key), share)
        on_test[place], positions[place] = side == TEST, following[side]
        following[side] += 1
    return on_test, positions, len(new)


def share_of_test_rows(split: Split, sides: Sequence[str]) -> float:
    """Return the share of test rows that the script asks for; what was recorded where it names a number of rows."""
    if isinstance(split.test_size, float):
        return split.test_size
    if isinstance(split.train_size, float):
        return 1 - split.train_size
    if split.every:
        return len(split.offsets) / split.every
    if split.folds:
        return 1 / (split.folds + (split.method == "time_series"))
    if split.test_size is None and split.train_size is None:
        return 0.25  # scikit-learn's default
    return sides.count(TEST) / len(sides) if sides else 0.25


def keyed_side(seed: int, key: str, share: float) -> str:
    """Return the side of a row that no record knows: a function of the seed and its person or key, and of nothing else."""
    digest = hashlib.sha256(f"split\0{seed}\0{key}".encode()).digest()
    return TEST if int.from_bytes(digest[:8], "big") < share * 2**64 else TRAIN


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
