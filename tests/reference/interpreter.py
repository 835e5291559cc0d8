"""The reference: a plan, interpreted row by row in plain Python. It shares no code with `runtime` and is meant to be read.

Each row carries its identity and two sets of source rows: those whose cells are in it (data), and those that decided, without
giving a cell, that this row is what it is (control).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.plan import Plan
from tests.reference.aggregates import aggregate, quantile
from tests.reference.operators import EvaluationError, Value, evaluate, widened
from tests.reference.readers import read_rows
from tests.reference.windows import window_values

Origin = tuple[str, Any]  # view name and row: a source's row id, or a group's key
Nothing: frozenset[Origin] = frozenset()


@dataclass(frozen=True)
class Row:
    """One row: its cells, who it is, and which source rows are in it (data) or decided about it (control).

    `identity` has one entry per occurrence of a source or group, so it tells the rows of a view apart.
    """

    cells: dict[str, Value]
    identity: tuple[Origin, ...]
    data: frozenset[Origin]
    control: frozenset[Origin] = Nothing

    def over(self, cells: dict[str, Value], control: frozenset[Origin] = Nothing) -> "Row":
        """Return the same row with other cells."""
        return Row(cells, self.identity, self.data, self.control | control)


Table = list[Row]
Functions = Mapping[str, Callable[..., Value]]


@dataclass(frozen=True)
class Context:
    """What the nodes need besides their parents."""

    sources: Mapping[str, bytes]
    functions: Functions
    row_ids: Mapping[str, Sequence[int]]
    opaque: Mapping[str, Callable[..., list[tuple[Value, ...]]]]


def interpret(
    plan: Plan,
    source_bytes: Mapping[str, bytes],
    functions: Functions | None = None,
    row_ids: Mapping[str, Sequence[int]] | None = None,
    opaque: Mapping[str, Callable[..., list[tuple[Value, ...]]]] | None = None,
) -> dict[str, Table]:
    """Return every view's rows, in order.

    Parameters
    ----------
    source_bytes
        Source name → the file's bytes.
    functions
        User function name → callable.
    row_ids
        Source name → the id of each row; 1, 2, 3 … where it is left out.
    opaque
        View name of an opaque step → a function of the parents' rows (lists of dicts) that gives tuples.

    Raises
    ------
    EvaluationError
        Where the script would have raised.
    """
    context = Context(source_bytes, functions or {}, row_ids or {}, opaque or {})
    tables: dict[str, Table] = {}
    for node in plan.views:
        tables[node.name] = INTERPRETERS[type(node)](node, [tables[p.name] for p in node.parents], context)
    return tables


def labels(plan: Plan, prepared: Table, functions: Functions | None = None) -> list[Value]:
    """Return y, one value per prepared row."""
    return [evaluate(plan.label.expr, r.cells, plan.prepared.schema, dict(functions or {})) for r in prepared]


def sides(plan: Plan, prepared: Table, functions: Functions | None = None) -> list[str]:
    """Return on which side each prepared row is, '' for none, for a split by expression or none at all."""
    split, schema = plan.split, plan.prepared.schema
    assert split.kind in ("none", "expression"), "random and positional splits are recorded, not computed"

    def side(row: Row) -> str:
        chosen = [s for s, e in split.conditions if evaluate(e, row.cells, schema, dict(functions or {}))]
        if len(chosen) > 1:
            raise EvaluationError("A row is on two sides of the split")
        return chosen[0] if chosen else "" if split.trains is not None else "train"

    return [side(row) for row in prepared]


def _union(sets: Sequence[frozenset[Origin]]) -> frozenset[Origin]:
    return frozenset().union(*sets)


def _read(node: Read, parents: list[Table], context: Context) -> Table:
    rows = read_rows(node, context.sources[node.source])
    ids = context.row_ids.get(node.source, range(1, len(rows) + 1))
    return [Row(cells, ((node.name, i),), frozenset({(node.source, i)})) for cells, i in zip(rows, ids, strict=True)]


def _filter(node: Filter, parents: list[Table], context: Context) -> Table:
    schema, functions = node.parent.schema, dict(context.functions)
    return [r for r in parents[0] if evaluate(node.predicate, r.cells, schema, functions)]


def _project(node: Project, parents: list[Table], context: Context) -> Table:
    schema, functions = node.parent.schema, dict(context.functions)
    return [r.over(r.cells | {n: evaluate(e, r.cells, schema, functions) for n, e in node.assigned}) for r in parents[0]]


def _select(node: Select, parents: list[Table], context: Context) -> Table:
    return [r.over({new: r.cells[old] for new, old in node.columns}) for r in parents[0]]


def _matches(node: Join, a: Row, b: Row) -> bool:
    for left, right in node.on:
        x, y = a.cells[left], b.cells[right]
        if x is None or y is None:
            if not (node.null_keys_match and x is None and y is None):
                return False
        elif x != y:
            return False
    return True


def _joined(node: Join, a: Row | None, b: Row | None, control: frozenset[Origin] = Nothing) -> Row:
    cells = {}
    for f, (name, side, old) in zip(node.schema, node.output_columns, strict=True):
        source = (a, b)[side]
        if a is None and any(old == x == y for x, y in node.on):
            source = b  # a shared key of a right row without a match
        cells[name] = None if source is None else widened(source.cells[old], f.type)
    sides = [r for r in (a, b) if r is not None]
    identity = (a.identity if a else (("", "left"),)) + (b.identity if b else (("", "right"),))
    return Row(cells, identity, _union([r.data for r in sides]), _union([r.control for r in sides]) | control)


def _join(node: Join, parents: list[Table], context: Context) -> Table:
    left, right = parents
    out: Table = []
    matched: set[int] = set()
    for a in left:
        found = [i for i, b in enumerate(right) if node.how is JoinKind.CROSS or _matches(node, a, b)]
        matched.update(found)
        if node.how is JoinKind.SEMI and found:
            out.append(a.over(a.cells, _union([right[i].data | right[i].control for i in found])))
        elif node.how is JoinKind.ANTI and not found:
            out.append(a)
        if node.how in (JoinKind.SEMI, JoinKind.ANTI):
            continue
        taken = {Take.ALL: found, Take.FIRST: found[:1], Take.LAST: found[-1:]}[node.take]
        others = _union([right[i].data | right[i].control for i in found if i not in taken])
        out += [_joined(node, a, right[i], others) for i in taken]
        if not found and node.how in (JoinKind.LEFT, JoinKind.OUTER):
            out.append(_joined(node, a, None))
    if node.how in (JoinKind.RIGHT, JoinKind.OUTER):
        out += [_joined(node, None, b) for i, b in enumerate(right) if i not in matched]
    return out


def _sort_key(value: Value) -> tuple[bool, Value]:
    return (value is None, 0 if value is None else value)


def _aggregate(node: Aggregate, parents: list[Table], context: Context) -> Table:
    groups: dict[tuple[Value, ...], Table] = {} if node.by else {(): []}
    for r in parents[0]:
        key = tuple(r.cells[n] for n in node.by)
        if not (node.drop_null_keys and None in key):
            groups.setdefault(key, []).append(r)
    keys = list(groups)
    if node.order is GroupOrder.SORTED:
        keys.sort(key=lambda key: tuple(map(_sort_key, key)))
    out = []
    for key in keys:
        rows = groups[key]
        cells = dict(zip(node.by, key, strict=True))
        for m in node.measures:
            kind = node.schema.field(m.name).type
            values = [1 if m.column is None else r.cells[m.column] for r in rows]
            value = aggregate(m.function, values) if m.share is None else quantile(values, m.share)
            cells[m.name] = widened(value, kind)
        data, control = _union([r.data for r in rows]), _union([r.control for r in rows])
        out.append(Row(cells, ((node.name, key),), data, control))
    return out


def _distinct(node: Distinct, parents: list[Table], context: Context) -> Table:
    columns = node.subset or node.parent.schema.names
    groups: dict[tuple[Value, ...], list[int]] = {}
    for i, r in enumerate(parents[0]):
        groups.setdefault(tuple(r.cells[n] for n in columns), []).append(i)
    out: dict[int, Row] = {}
    for places in groups.values():
        if node.keep is Keep.NONE and len(places) > 1:
            continue
        kept = places[-1] if node.keep is Keep.LAST else places[0]
        others = [parents[0][i] for i in places if i != kept]
        out[kept] = parents[0][kept].over(parents[0][kept].cells, _union([r.data | r.control for r in others]))
    return [out[i] for i in sorted(out)]


def _concat(node: Concat, parents: list[Table], context: Context) -> Table:
    return [
        Row(r.cells, ((node.name, number), *r.identity), r.data, r.control) for number, table in enumerate(parents) for r in table
    ]


def _sort(node: Sort, parents: list[Table], context: Context) -> Table:
    rows = list(parents[0])
    for name, ascending in reversed(node.by):
        present = [r for r in rows if r.cells[name] is not None]
        missing = [r for r in rows if r.cells[name] is None]
        rows = sorted(present, key=lambda r: r.cells[name], reverse=not ascending) + missing
    return rows


def _limit(node: Limit, parents: list[Table], context: Context) -> Table:
    rows = parents[0]
    start = node.offset if node.offset >= 0 else max(0, len(rows) + node.offset)
    if node.offset >= 0:  # a row stays as long as it is not too far ahead or behind
        deciders = rows[:start]
    else:
        deciders = rows[start:]
    control = _union([r.data | r.control for r in deciders])
    return [r.over(r.cells, control) for r in rows[start : start + node.count]]


def _broadcast(node: Broadcast, parents: list[Table], context: Context) -> Table:
    rows, of = parents
    if not rows:
        return []
    if not of or (node.position == "only" and len(of) > 1):
        raise EvaluationError("there is not the one row whose values are taken")
    given = of[0] if node.position == "first" else of[-1]
    new = {name: given.cells[old] for name, old in node.values}
    return [Row(r.cells | new, r.identity, r.data | given.data, r.control | given.control) for r in rows]


def _window(node: Window, parents: list[Table], context: Context) -> Table:
    groups: dict[tuple[Value, ...], list[int]] = {}
    for i, r in enumerate(parents[0]):
        key = tuple(r.cells[n] for n in node.by)
        if not (node.drop_null_keys and None in key):
            groups.setdefault(key, []).append(i)
    out = [r.over(r.cells | {c.name: None for c in node.columns}) for r in parents[0]]
    for places in groups.values():
        for name, ascending in reversed(node.order):
            present = [i for i in places if parents[0][i].cells[name] is not None]
            missing = [i for i in places if parents[0][i].cells[name] is None]
            places = sorted(present, key=lambda i: parents[0][i].cells[name], reverse=not ascending) + missing
        beside = _union([parents[0][i].data | parents[0][i].control for i in places])
        new: list[dict[str, Value]] = [{} for _ in places]
        for c in node.columns:
            kind = node.schema.field(c.name).type
            given = [None if c.column is None else parents[0][i].cells[c.column] for i in places]
            for cells, value in zip(new, window_values(c, given), strict=True):
                cells[c.name] = widened(value, kind)
        for i, cells in zip(places, new, strict=True):
            out[i] = parents[0][i].over(parents[0][i].cells | cells, beside - parents[0][i].data)
    return out


def _explode(node: Explode, parents: list[Table], context: Context) -> Table:
    out: Table = []
    for r in parents[0]:
        elements = r.cells[node.column] or ([None] if node.keep_empty else [])
        if None in elements and not node.keep_empty:
            raise EvaluationError("a loop meets a missing element")
        for i, element in enumerate(elements):
            out.append(Row(r.cells | {node.column: element}, ((node.name, (r.identity, i)),), r.data, r.control))
    return out


def _opaque(node: Opaque, parents: list[Table], context: Context) -> Table:
    result = context.opaque[node.name](*([dict(r.cells) for r in table] for table in parents))
    rows = [dict(zip(node.schema.names, values, strict=True)) for values in result]
    if node.keeps_rows:
        if len(rows) != len(parents[0]):
            raise EvaluationError("the step does not keep its rows")
        everything = _union([r.data | r.control for table in parents for r in table])
        return [Row(cells, r.identity, r.data, r.control | everything) for cells, r in zip(rows, parents[0], strict=True)]
    data = _union([r.data for table in parents for r in table])
    control = _union([r.control for table in parents for r in table])
    return [Row(cells, ((node.name, i),), data, control) for i, cells in enumerate(rows)]


INTERPRETERS: dict[type[Node], Callable[[Any, list[Table], Context], Table]] = {
    Read: _read,
    Filter: _filter,
    Project: _project,
    Select: _select,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _concat,
    Sort: _sort,
    Limit: _limit,
    Broadcast: _broadcast,
    Window: _window,
    Explode: _explode,
    Opaque: _opaque,
}
