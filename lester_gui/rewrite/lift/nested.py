"""A loop through another table within a loop over rows: the first or last row that matches, or a total over those that match.

The inner loop is read as what it looks up: ``if inner.key == outer.key`` gives the key, ``break`` says that the first match
counts. So the inner table becomes a dict that an earlier loop might have filled, and the loop a look into it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal, columns_of, substitute, walk
from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure, Node
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells, paths, stages
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Iterated, Keyed, Leaf, Rows, Tup, Unknown, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.group_values import Groups
from lester_gui.rewrite.lift.nested_shape import NESTED, Shape, adds, overwrites, read_names, shape_of, stored_names
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.statements.branch import condition_of, fork
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class Inner:
    """The table that an inner loop goes through, and what stands for the values of its current row."""

    ident: int
    node: Node
    cells: list[Cell] = field(default_factory=list)  # over `node`, by the number that their leaf has

    def leaf(self, cell: Cell) -> Cell:
        """Return what stands for a value of the inner row while the loop's body is looked at."""
        if cell not in self.cells:
            self.cells.append(cell)
        name = str(self.cells.index(cell))
        return Cell(Leaf("inner", self.ident, name, cell.type, cell.nullable), cell.type, cell.nullable)

    def has(self, expr: Expr) -> bool:
        """Whether an expression reads the inner row."""
        return any(isinstance(e, Leaf) and e.kind == "inner" and e.ident == self.ident for e in walk(expr))

    def own(self, expr: Expr) -> Expr:
        """Return an expression of inner values alone over the inner table.

        Raises
        ------
        Stopped
            If it reads the outer row, too, or may fail on an inner row that the script does not reach.
        """
        out = substitute(expr, lambda e: self.cells[int(e.name)].expr if isinstance(e, Leaf) and self.has(e) else None)
        if any(isinstance(e, Leaf) for e in walk(out)) or set(columns_of(out)) - set(self.node.schema.names):
            raise no_rule("an inner loop whose values are computed from both rows")
        if columns_of(expr) or paths.is_partial(expr):
            raise no_rule("an inner loop that computes what may fail for some row")
        return out


def nested_loop(lift: Lifter, node: ast.For, iterable: Value) -> None:
    """Lift a loop over rows inside another one.

    Raises
    ------
    Stopped
        If it does anything but look up a row, or add something up over rows, by keys that are equal.
    """
    found = shape_of(node)
    inner, element = table_of(lift, node, lift.content(iterable))
    names = stored_names([node.target, *found.before])
    own, other, mine, others = _condition(lift, node, found, inner, element, names)
    stored = stored_names(found.body)
    read = read_names(found.body)
    if stored & read_names((*found.before, *found.tests)) and not found.breaks:
        raise no_rule(NESTED)  # what one match leaves decides which row matches next
    if found.breaks:
        _looked_up(lift, node, found, inner, element, (own, other, mine, others), "first")
    elif all(overwrites(s) for s in found.body) and not stored & read:
        _looked_up(lift, node, found, inner, element, (own, other, mine, others), "last")
    elif all(adds(s) for s in found.body) and not stored & (read - names):
        _added_up(lift, node, found, inner, element, (own, other, mine, others))
    else:
        raise no_rule(NESTED)
    for name in names:
        lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", node.lineno)
    if node.orelse and not found.breaks:
        block(lift, node.orelse)


def table_of(lift: Lifter, node: ast.For, content: Value) -> tuple[Inner, Value]:
    """Return the table of the inner loop, and its element with leaves for the values of its row."""
    from lester_gui.rewrite.lift.loops import elements

    again = isinstance(content, Rows) or (isinstance(content, Iterated) and not isinstance(node.iter, ast.Name))
    if not again or not _made_anew(lift, content):
        raise no_rule(NESTED)
    _, table, element = elements(lift, content)
    if table is None or any(loop.node is table and loop.source is None for loop in lift.loops):
        raise no_rule(NESTED)
    key = (node.lineno, node.col_offset, id(table))
    inner = lift.inner_tables.get(key)
    if inner is None:
        inner = lift.inner_tables[key] = Inner(lift.number(), table)
        position = lift.position(table)
        if any(c.expr == position.expr for c in _flat(lift, element)):
            from lester_gui.rewrite.lift.library.pandas_windows import windowed

            inner.node, number = windowed(lift, table, (), WindowColumn("place", "row_number"), False)
            inner.cells.append(cells.make("sub", number, cells.cell_of(Const(1))))
    position = lift.position(table)
    numbered = inner.node is not table

    def stands(cell: Cell) -> Cell:
        return inner.leaf(inner.cells[0] if numbered and cell.expr == position.expr else lift.move(cell, table, inner.node))

    lift.inner = [*lift.inner, (table, inner, stands)]
    return inner, mapped(lift, element, stands)


def _made_anew(lift: Lifter, content: Value) -> bool:
    """Whether each round of the outer loop goes through all of it again: a file or an iterator is at its end after one."""
    if isinstance(content, Iterated):
        if content.kind == "range":
            return True
        return content.kind in ("enumerate", "records") and _made_anew(lift, lift.content(content.parts[0]))
    return isinstance(content, Rows | Frame) and content.part is None


def _flat(lift: Lifter, element: Value) -> list[Cell]:
    from lester_gui.rewrite.lift.templates import leaves

    return leaves(lift, element)


def element_at(lift: Lifter, content: Rows, key: Cell) -> Value | None:
    """Return ``rows[i]`` where `i` counts the rows of an inner loop over them; None for any other place."""
    for table, inner, stands in lift.inner:
        if content.node is not table or content.part is not None or inner.node is table:
            continue
        here = inner.leaf(inner.cells[0])
        found = lift.inner_found.get(inner.ident)
        if key == here:
            return mapped(lift, content.template, stands)
        if found is not None and key == found(here):
            return mapped(lift, content.template, lambda c, s=stands, f=found: f(s(c)))  # type: ignore[misc]
    return None


Keys = tuple[list[Cell], list[Cell], Expr, Expr]


def _condition(lift: Lifter, node: ast.For, found: Shape, inner: Inner, element: Value, names: set[str]) -> Keys:
    """Return the keys of the inner table and of the outer row, and what else is asked of the inner and of the outer row."""
    from lester_gui.rewrite.lift.statements.assign import store

    own: list[Cell] = []
    other: list[Cell] = []
    mine: list[Expr] = []
    others: list[Expr] = []
    before = dict(lift.names)
    try:
        store(lift, node.target, element)
        block(lift, list(found.before))
        for test in found.tests:
            pair = pair_of(lift, test, inner)
            if pair is not None:
                own.append(pair[0])
                other.append(pair[1])
                continue
            asked = condition_of(lift, evaluate(lift, test))
            if asked is None:
                raise no_rule(NESTED)
            (mine if inner.has(asked) else others).append(inner.own(asked) if inner.has(asked) else asked)
    finally:
        for name in names:
            lift.names.pop(name, None)
            if name in before:
                lift.names[name] = before[name]
    if not own:
        raise no_rule(NESTED)
    return own, other, paths.conjunction(mine), paths.conjunction(others)


def pair_of(lift: Lifter, test: ast.expr, inner: Inner) -> tuple[Cell, Cell] | None:
    """Return key of the inner and key of the outer row where a test asks whether they are equal, else None."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return None
    a, b = (lift.content(evaluate(lift, side)) for side in (test.left, test.comparators[0]))
    if not isinstance(a, Cell) or not isinstance(b, Cell) or inner.has(a.expr) == inner.has(b.expr):
        return None
    own, other = (a, b) if inner.has(a.expr) else (b, a)
    if own.type is not other.type or own.nullable or other.nullable or own.type is Type.FLOAT:
        raise shape("Rows of two loops are matched by values of different types, or by values that may be missing")
    return Cell(inner.own(own.expr), own.type), other


def _keyed_rows(
    lift: Lifter, inner: Inner, own: list[Cell], mine: Expr, wanted: list[Cell]
) -> tuple[Node, tuple[str, ...], list[Cell]]:
    """Return the inner rows that count, the columns of their keys, and cells over them."""
    node, out = stages.restrict(lift, inner.node, mine, [*own, *wanted], lift.lines)
    keys: list[str] = []
    for cell, given in zip(out[: len(own)], own, strict=True):
        node, name = lift.as_column(node, cell, lift.called_cell(given) or "key")
        keys.append(name)
    if len(set(keys)) != len(keys):
        raise shape("Rows of two loops are matched twice by one value")
    return node, tuple(keys), out[len(own) :]


def by_key(lift: Lifter, inner: Inner, content: Rows, own: list[Cell]) -> Groups:
    """Return a table as the dict of lists that has its rows by a key."""
    what = ("lists", tuple(own))
    known = lift.inner_keyed.get((inner.ident, what))
    if known is None:
        node, names, _ = _keyed_rows(lift, inner, own, paths.TRUE, [])
        template = mapped(lift, content.template, lambda c: lift.move(c, content.node, node))
        known = lift.inner_keyed[inner.ident, what] = Groups(node, names, template, True)
    assert isinstance(known, Groups)
    return known


def _once(lift: Lifter, inner: Inner, what: tuple[object, ...], make: Keyed | None = None) -> Keyed | None:
    """Return what was made for an inner loop in an earlier run of the outer loop's body, or keep what is made now."""
    if make is not None:
        lift.inner_keyed[inner.ident, what] = make
    return lift.inner_keyed.get((inner.ident, what))


def _looked_up(lift: Lifter, node: ast.For, found: Shape, inner: Inner, element: Value, keys: Keys, take: str) -> None:
    from lester_gui.rewrite.lift.statements.assign import store

    own, other, mine, others = keys
    wanted = list(inner.cells)
    what = (take, tuple(own), mine, tuple(wanted))
    keyed = _once(lift, inner, what)
    if keyed is None:
        table, names, out = _keyed_rows(lift, inner, own, mine, wanted)
        keyed = Keyed(table, names, Tup(tuple(out)), take, lift.number(), "", lift.lines)
        _once(lift, inner, what, keyed)
    key: Value = other[0] if len(other) == 1 else Tup(tuple(other))
    there = stages.hit(lift, keyed, key)
    looked = stages.get(lift, keyed, key, guarded=True)
    assert isinstance(looked, Tup)
    values = {inner.leaf(c): v for c, v in zip(wanted, looked.items, strict=True)}

    def placed(cell: Cell) -> Cell:
        if cell not in values:
            raise no_rule("an inner loop that reads what it did not look at to find its row")
        return cells.cell_of(values[cell])

    def yes() -> None:
        store(lift, node.target, mapped(lift, element, placed))
        lift.inner_found = {**lift.inner_found, inner.ident: placed}
        try:
            block(lift, [*found.before, *found.body])
        finally:
            lift.inner_found = {k: v for k, v in lift.inner_found.items() if k != inner.ident}

    def no() -> None:
        for name in stored_names([node.target, *found.before]):
            lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", node.lineno)
        if found.breaks:
            block(lift, list(node.orelse))

    fork(lift, paths.both(others, there), yes, no)


def _added_up(lift: Lifter, node: ast.For, found: Shape, inner: Inner, element: Value, keys: Keys) -> None:
    from lester_gui.rewrite.lift.expressions.operators import combine
    from lester_gui.rewrite.lift.statements.assign import store

    own, other, mine, others = keys
    before = dict(lift.names)
    store(lift, node.target, element)
    block(lift, list(found.before))
    given: list[tuple[str, Cell]] = []
    for statement in found.body:
        assert isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)
        cell = cells.cell_of(lift.content(evaluate(lift, statement.value)))
        if cell.nullable or not cell.type.is_number:
            raise no_rule("an inner loop that adds up anything but numbers that are all there")
        given.append((statement.target.id, Cell(inner.own(cell.expr), cell.type)))
    if len({n for n, _ in given}) != len(given):
        raise no_rule(NESTED)
    lift.names.clear()
    lift.names.update(before)
    what = ("sum", tuple(own), mine, tuple(given))
    keyed = _once(lift, inner, what)
    if keyed is None:
        keyed = _totals(lift, inner, own, mine, given)
        _once(lift, inner, what, keyed)
    key: Value = other[0] if len(other) == 1 else Tup(tuple(other))
    zeros = Tup(tuple(Const(0.0 if c.type is Type.FLOAT else 0) for _, c in given))
    totals = stages.get(lift, keyed, key, zeros)
    assert isinstance(totals, Tup)
    for (name, cell), total in zip(given, totals.items, strict=True):
        added = cells.cell_of(lift.content(total))
        if others != paths.TRUE:
            added = cells.choose(others, added, cells.cell_of(Const(0.0 if cell.type is Type.FLOAT else 0)))
        lift.names[name] = combine(lift, "Add", lift.look_up(name), added)


def _totals(lift: Lifter, inner: Inner, own: list[Cell], mine: Expr, given: list[tuple[str, Cell]]) -> Keyed:
    node, names, out = _keyed_rows(lift, inner, own, mine, [c for _, c in given])
    measures: list[Measure] = []
    for (name, _), cell in zip(given, out, strict=True):
        called = name if name not in names else f"{name}_total"
        if cell.expr == Literal(1):
            measures.append(Measure(called, "size", None))
            continue
        node, column = lift.as_column(node, cell, name)
        measures.append(Measure(called, "sum", column))
    total = lift.step(
        Aggregate,
        lift.naming.called(node),
        parent=node,
        by=names,
        measures=tuple(measures),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=False,
    )
    values = []
    for measure, (_, cell) in zip(measures, given, strict=True):
        made = cells.column(total, measure.name)
        if made.nullable:
            made = cells.make("coalesce", made, cells.cell_of(Const(0.0 if cell.type is Type.FLOAT else 0)))
        values.append(made)
    return Keyed(total, names, Tup(tuple(values)), "only", lift.number())
