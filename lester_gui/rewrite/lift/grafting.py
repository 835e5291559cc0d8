"""Columns of two branches of one table side by side: the steps of one branch are made again on top of the other.

A script adds columns to lists and arrays in any order (a running count here, a lookup there, the row before elsewhere). Each of
them is a step on the rows as they were, so the steps part ways; where their columns meet again, in ``np.column_stack`` or a sum,
the steps of the shorter branch are repeated over the longer one. They keep the rows and their order, so they yield the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from lester_gui.ir.expressions import Column, Expr, columns_of, substitute
from lester_gui.ir.nodes import Aggregate, Broadcast, Filter, Join, JoinKind, Node, Project, Select, Sort, Take
from lester_gui.ir.windows import Window
from lester_gui.rewrite.lift.stop import Stopped, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.tables import Tables

Picked: TypeAlias = Sort | Filter | None
"""The step that sorted or chose the rows of a branch whose columns are put back into the rows as they were before it."""


def grafted(tables: Tables, pairs: tuple[tuple[Expr, Node], ...]) -> tuple[Node, list[Expr]]:
    """Return a node over which all expressions can be written, and the expressions over it.

    Raises
    ------
    Stopped
        If the nodes do not have the same rows, or a step cannot be repeated.
    """
    targets = sorted({id(n): n for _, n in pairs}.values(), key=lambda n: -len(tables.align.chain(n)))
    problem: Stopped | None = None
    for target in targets:  # where a table was narrowed before it was changed, only the wider one has room for both
        try:
            return _on_top(tables, pairs, target)
        except Stopped as stop:
            problem = problem or stop
    assert problem is not None
    raise problem


def as_before(tables: Tables, expr: Expr, source: Node, over: Sort | Filter, target: Node) -> tuple[Node, Expr]:
    """Return an expression over sorted or chosen rows as the same value on each row of `target`: the rows as they were before.

    Raises
    ------
    Stopped
        If a step on the sorted or chosen rows cannot be repeated on those.
    """
    return _brought(tables, expr, source, target, over)


def _on_top(tables: Tables, pairs: tuple[tuple[Expr, Node], ...], target: Node) -> tuple[Node, list[Expr]]:
    out: list[tuple[Expr, Node]] = []
    for expr, node in pairs:
        target, expr = _brought(tables, expr, node, target)
        out.append((expr, target))
    return target, [tables.align.move(expr, node, target) for expr, node in out]


def _brought(tables: Tables, expr: Expr, source: Node, target: Node, over: Picked = None) -> tuple[Node, Expr]:
    """Return `target` with the columns that an expression over `source` needs, and the expression over it.

    With `over`, the rows of `source` are those of that sort or filter, and `target` has them as they were before it.
    """
    if source is over:
        return _brought(tables, expr, over.parent, target)
    base = tables.align.base(source)
    if over is None:
        try:
            return target, tables.align.move(expr, source, target)
        except Stopped:
            if not tables.align.same(source, target):
                raise
            if isinstance(source, Aggregate):
                return _of_groups(tables, expr, source, target)
            if base is None:
                raise
    if base is None:
        raise shape("A column of sorted rows is put back into a table with other rows")
    if isinstance(source, Project):
        made = dict(source.assigned)
        return _brought(tables, _with(expr, {n: e for n, e in made.items() if n in columns_of(expr)}), base, target, over)
    if isinstance(source, Select):
        return _brought(tables, _with(expr, {new: Column(old) for new, old in source.columns}), base, target, over)
    if isinstance(source, Window):
        return _window(tables, expr, source, base, target, over)
    if isinstance(source, Broadcast):
        return _broadcast(tables, expr, source, base, target, over)
    if isinstance(source, Join):
        return _join(tables, expr, source, base, target, over)
    return _brought(tables, expr, base, target, over)


def _with(expr: Expr, table: dict[str, Expr]) -> Expr:
    return substitute(expr, lambda e: table.get(e.name) if isinstance(e, Column) else None)


def _column(tables: Tables, name: str, source: Node, target: Node, over: Picked) -> tuple[Node, str]:
    """Return `target` with a column of `source`, and its name there."""
    target, expr = _brought(tables, Column(name), source, target, over)
    if isinstance(expr, Column):
        return target, expr.name
    free = tables.free_column(target, name)
    return tables.step(Project, tables.naming.called(target), target, parent=target, assigned=((free, expr),)), free


def _rest(tables: Tables, expr: Expr, base: Node, target: Node, names: dict[str, str], over: Picked) -> tuple[Node, Expr]:
    """Bring the columns of an expression that are not among those just made, which are called `names` over `target`."""
    node, at = _all_columns(tables, [c for c in columns_of(expr) if c not in names], base, target, over)
    made = {n: tables.align.move(Column(new), target, node) for n, new in names.items()}
    return node, _with(expr, {n: Column(c) for n, c in at.items()} | made)


def _window(tables: Tables, expr: Expr, step: Window, base: Node, target: Node, over: Picked) -> tuple[Node, Expr]:
    wanted = [c for c in step.columns if c.name in columns_of(expr)]
    if wanted and isinstance(over, Filter):
        raise shape("A value that hangs on which rows were chosen is needed before they are")
    needed = dict.fromkeys((*step.by, *(c.column for c in wanted if c.column is not None), *(n for n, _ in step.order)))
    target, at = _all_columns(tables, list(needed), base, target, over)
    order = tuple((at[n], up) for n, up in step.order)
    if isinstance(over, Sort):  # what was the order of the rows is said in the step itself
        target, sorted_by = _all_columns(tables, [n for n, _ in over.by], over, target, over)
        at = {n: _moved_name(tables, a, target) for n, a in at.items()}
        order = (*((at[n], up) for n, up in step.order), *((sorted_by[n], up) for n, up in over.by))
    names: dict[str, str] = {}
    columns = []
    for c in wanted:
        names[c.name] = tables.free_column(target, c.name)
        columns.append(replace(c, name=names[c.name], column=None if c.column is None else at[c.column]))
    if not columns:
        return _brought(tables, expr, base, target, over)
    made = tables.step(
        Window,
        tables.naming.called(target),
        target,
        step.lines,
        parent=target,
        by=tuple(at[n] for n in step.by),
        columns=tuple(columns),
        order=order,
        drop_null_keys=step.drop_null_keys,
    )
    return _rest(tables, expr, base, made, names, over)


def _moved_name(tables: Tables, name: str, target: Node) -> str:
    """Return a column's name after more columns were put on top: it keeps it."""
    if name not in target.schema:
        raise shape("A column that is needed here was changed or dropped before")
    return name


def _join_before(tables: Tables, step: Join, keys: list[str], wanted: dict[str, str], target: Node) -> dict[str, str] | None:
    """Return what the columns that a join brought are called over `target` if the same join has been made below that."""
    for node in tables.align.chain(target):
        if not isinstance(node, Join) or len(node.on) != len(step.on):
            continue
        if (node.how, node.take, node.null_keys_match) != (step.how, step.take, step.null_keys_match):
            continue
        own, other = _origin(node.right), _origin(step.right)
        if own[0] is not other[0] or [own[1].get(b) for _, b in node.on] != [other[1].get(b) for _, b in step.on]:
            continue
        held = {own[1].get(o): n for n, side, o in node.output_columns if side == 1}
        if _names_after(tables, [a for a, _ in node.on], node.left, target) != keys:
            continue
        names = _names_after(tables, [held.get(other[1][o]) for o in wanted.values()], node, target)
        if names is not None:
            return dict(zip(wanted, names, strict=True))
    return None


def _names_after(tables: Tables, columns: Sequence[str | None], node: Node, target: Node) -> list[str] | None:
    """Return what columns of a node are called over `target`; None if one is not there, or was changed on the way."""
    try:
        moved = [tables.align.move(Column(c), node, target) for c in columns if c is not None]
    except Stopped:
        return None
    names = [e.name for e in moved if isinstance(e, Column)]
    return names if len(names) == len(columns) else None


def _origin(node: Node) -> tuple[Node, dict[str, str]]:
    """Return the node that steps which only choose and rename columns start from, and what each column is called there."""
    names = {n: n for n in node.schema.names}
    while isinstance(node, Select):
        own = dict(node.columns)
        names, node = {n: own[o] for n, o in names.items()}, node.parent
    return node, names


def _of_groups(tables: Tables, expr: Expr, source: Aggregate, target: Node) -> tuple[Node, Expr]:
    """Join the totals that an expression needs to other totals of the same groups."""
    groups = tables.align.chain(target)[-1]
    assert isinstance(groups, Aggregate)
    keys = [tables.align.move(Column(n), groups, target) for n in groups.by]
    if not all(isinstance(k, Column) for k in keys):
        raise shape("The keys of groups were changed before more totals of theirs are needed")
    names = {own: k.name for own, k in zip(source.by, keys, strict=True) if isinstance(k, Column)}
    wanted = [n for n in columns_of(expr) if n not in names]
    made = {n: tables.free_column(target, n) for n in wanted}
    pairs = tuple((new, old) for old, new in {**names, **made}.items())
    keys_there = tuple(names.values())
    out = _looked_up(tables, target, source, pairs, keys_there, source.lines, Take.ALL, not source.drop_null_keys)
    return out, _with(expr, {n: Column(new) for n, new in {**names, **made}.items()})


def _looked_up(
    tables: Tables,
    target: Node,
    source: Node,
    columns: tuple[tuple[str, str], ...],
    keys: tuple[str, ...],
    lines: tuple[int, ...],
    take: Take,
    nulls: bool,
) -> Node:
    """Return `target` with columns (name there, name in `source`) of another table, found by keys of the same name."""
    right = tables.step(Select, tables.naming.called(source), lines=source.lines, parent=source, columns=columns)
    return tables.step(
        Join,
        tables.naming.called(target),
        target,
        lines,
        left=target,
        right=right,
        how=JoinKind.LEFT,
        on=tuple((k, k) for k in keys),
        take=take,
        null_keys_match=nulls,
    )


def _all_columns(tables: Tables, wanted: list[str], base: Node, target: Node, over: Picked) -> tuple[Node, dict[str, str]]:
    found: list[tuple[str, str, Node]] = []
    for n in wanted:
        target, name = _column(tables, n, base, target, over)
        found.append((n, name, target))
    out: dict[str, str] = {}
    for n, name, node in found:
        moved = tables.align.move(Column(name), node, target)
        assert isinstance(moved, Column)
        out[n] = moved.name
    return target, out


def _broadcast(tables: Tables, expr: Expr, step: Broadcast, base: Node, target: Node, over: Picked) -> tuple[Node, Expr]:
    names = {n: tables.free_column(target, n) for n, _ in step.values if n in columns_of(expr)}
    if not names:
        return _brought(tables, expr, base, target, over)
    there = _broadcast_before(tables, step, names, target)
    if there is not None:
        return _rest(tables, expr, base, target, there, over)
    made = tables.step(
        Broadcast,
        tables.naming.called(target),
        target,
        step.lines,
        parent=target,
        of=step.of,
        values=tuple((names[n], old) for n, old in step.values if n in names),
        position=step.position,
    )
    return _rest(tables, expr, base, made, names, over)


def _broadcast_before(tables: Tables, step: Broadcast, wanted: Iterable[str], target: Node) -> dict[str, str] | None:
    """Return what the columns of a broadcast are called over `target` if it has been made below that."""
    for node in tables.align.chain(target):
        if isinstance(node, Broadcast) and node.of is step.of and node.position == step.position:
            held, made = {old: n for n, old in node.values}, dict(step.values)
            names = _names_after(tables, [held.get(made[n]) for n in wanted], node, target)
            if names is not None:
                return dict(zip(wanted, names, strict=True))
    return None


def _join(tables: Tables, expr: Expr, step: Join, base: Node, target: Node, over: Picked) -> tuple[Node, Expr]:
    if step.left is not base or step.how is not JoinKind.LEFT:
        raise shape("Two tables are combined of which one was joined in a way that cannot be repeated")
    outputs = {n: (side, old) for n, side, old in step.output_columns}
    wanted = [n for n in columns_of(expr) if outputs[n][0] == 1]
    own: dict[str, Expr] = {n: Column(outputs[n][1]) for n in columns_of(expr) if outputs[n][0] == 0}
    if not wanted:
        return _brought(tables, _with(expr, own), base, target, over)
    target, at = _all_columns(tables, [a for a, _ in step.on], base, target, over)
    there = _join_before(tables, step, [at[a] for a, _ in step.on], {n: outputs[n][1] for n in wanted}, target)
    if there is not None:
        return _rest(tables, _with(expr, own), base, target, there, over)
    names: dict[str, str] = {}
    pairs = [(at[a], b) for a, b in step.on]
    for n in wanted:
        free = tables.free_column(target, n)
        while free in (*names.values(), *(p for p, _ in pairs)):
            free += "_2"
        names[n] = free
    if len({p for p, _ in pairs}) != len(pairs):
        raise shape("A dict is read with one value for two parts of its key")
    columns = (*pairs, *((names[n], outputs[n][1]) for n in wanted))
    keys = tuple(p for p, _ in pairs)
    made = _looked_up(tables, target, step.right, columns, keys, step.lines, step.take, step.null_keys_match)
    if any(e != Column(n) for n, e in own.items()):
        raise shape("Two tables are combined of which one was joined with columns of the same name")
    return _rest(tables, expr, base, made, names, over)
