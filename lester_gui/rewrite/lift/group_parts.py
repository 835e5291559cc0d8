"""Parts of a list of a dict: ``[e.amount for e in orders[k] if e.paid]``, sorted, cut, without repetitions, side by side.

A list of a dict is the rows of a table that have its key, in their order. What a script makes of it is the rows of another table
that has the same keys: filtered, with other columns, or in another order. What it then asks of that list is a total, or one row.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, columns_of, substitute, type_of, walk
from lester_gui.ir.nodes import Aggregate, Distinct, Filter, GroupOrder, Keep, Measure, Node, Sort
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells, paths, stages
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Iterated, Keyed, Leaf, Rows, Tup, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.nested import Inner
from lester_gui.rewrite.lift.raising import demand, exits, required
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ASKED = {
    **{f"py_{n}": f"parses_{n}" for n in ("int", "float")},
    **dict.fromkeys(("parse_date", "parse_time"), "parses_date"),
}  # which operator tells whether one fails


def once(lift: Lifter, groups: Groups, what: tuple[object, ...], make: Callable[[], Groups]) -> Groups:
    """Return what was made of a dict of lists in an earlier run of a loop's body, or make it now."""
    key = (id(groups.node), groups.keys, groups.template, *what)
    if key not in lift.group_parts:
        lift.group_parts[key] = make()
    return lift.group_parts[key]


def inner_of(lift: Lifter, groups: Groups) -> Inner:
    """Return what stands for a row of a dict of lists while something is computed of it."""
    key = ("list", id(groups.node), groups.keys)
    inner = lift.inner_tables.get(key)
    if inner is None:
        inner = lift.inner_tables[key] = Inner(lift.number(), groups.node)
    return inner


def comprehension(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, one: GroupOf) -> GroupOf:
    """Return ``[f(e) for e in xs if c]`` of a list of a dict.

    Raises
    ------
    Stopped
        If it depends on the row that asks, or may fail for some element.
    """
    from lester_gui.rewrite.lift.expressions.comprehension import scope

    generator = node.generators[0]
    inner = inner_of(lift, one.groups)
    before, straight, failed = lift.live, lift.straight, exits(lift)
    lift.straight = False
    try:
        with scope(lift, generator.target):
            conditions, element = _computed(lift, inner, generator, one.groups.template, node.elt)
    finally:
        lift.live, lift.straight = before, straight
    if exits(lift) != failed:
        raise no_rule("a list of a dict of which an element may fail")
    made = restricted(lift, one.groups, inner, conditions, element)
    out = replace(one, groups=made, maybe=one.maybe or conditions != paths.TRUE, base=None)
    return distinct(lift, out) if isinstance(node, ast.SetComp) else out


def _computed(lift: Lifter, inner: Inner, generator: ast.comprehension, template: Value, elt: ast.expr) -> tuple[Expr, Value]:
    from lester_gui.rewrite.lift.statements.assign import store
    from lester_gui.rewrite.lift.statements.branch import condition_of

    store(lift, generator.target, mapped(lift, template, inner.leaf))
    conditions: Expr = paths.TRUE
    for test in generator.ifs:
        asked = condition_of(lift, evaluate(lift, test))
        if asked is None:
            raise no_rule("a list of a dict of which a mere result decides what is kept")
        conditions = paths.both(conditions, asked)
        lift.live = paths.both(lift.live, asked)
    kept = paths.conjuncts(conditions)

    def asked_for(cell: Cell) -> Cell:
        there = Apply("not_null", (cell.expr,)) in kept or Apply("not", (Apply("is_null", (cell.expr,)),)) in kept
        return Cell(cell.expr, cell.type) if there else cell

    return conditions, mapped(lift, lift.content(evaluate(lift, elt)), asked_for)


def restricted(lift: Lifter, groups: Groups, inner: Inner, condition: Expr, element: Value) -> Groups:
    """Return the rows of a dict of lists for which a condition on them holds, with another element each."""
    asked = condition if condition in (paths.TRUE, paths.FALSE) else over_rows(inner, Cell(condition, Type.BOOL)).expr
    value = mapped(lift, element, lambda c: over_rows(inner, c))

    def make() -> Groups:
        if asked == paths.TRUE:
            return replace(groups, template=value)
        flat = leaves(lift, value)
        keys = [cells.column(groups.node, k) for k in groups.keys]
        node, out = stages.restrict(lift, groups.node, asked, [*keys, *flat], lift.lines)
        names = tuple(c.expr.name for c in out[: len(keys)] if isinstance(c.expr, Column))
        queue = iter(out[len(keys) :])
        return Groups(node, names, mapped(lift, value, lambda c: next(queue)), groups.plain)

    return once(lift, groups, ("where", asked, value), make)


def over_rows(inner: Inner, cell: Cell) -> Cell:
    """Return what is computed of an element as a value of the rows of the list's table.

    The table has rows that the script may not look at. What fails for such a row is not computed for it; for those that the
    script looks at it did not fail.

    Raises
    ------
    Stopped
        If it depends on the row that asks, or whether it fails cannot be asked.
    """
    known = inner.cells
    out = substitute(cell.expr, lambda e: known[int(e.name)].expr if isinstance(e, Leaf) and inner.has(e) else None)
    if columns_of(cell.expr) or any(isinstance(e, Leaf) for e in walk(out)):
        raise no_rule("an element of a list of a dict that is computed from the row that asks, too")
    return Cell(_where_it_works(out, inner.node), cell.type, cell.nullable)


def _where_it_works(expr: Expr, node: Node) -> Expr:
    if not paths.is_partial(expr):
        return expr
    if not isinstance(expr, Apply):
        raise no_rule("a function of the script on elements of a list of a dict")
    arguments = tuple(_where_it_works(a, node) for a in expr.arguments)
    made = Apply(expr.operator, arguments)
    if expr.operator not in paths.PARTIAL:
        return made
    if expr.operator in ASKED:
        test: Expr = Apply(ASKED[expr.operator], arguments)
    elif expr.operator in paths.DIVIDING:
        test = Apply("py_ne", (arguments[1], Literal(0)))
    else:
        raise no_rule("an element of a list of a dict that cannot be computed for some row")
    kind, _ = type_of(made, node.schema)
    return Apply("if_else", (test, made, cells.NOTHING[kind]))


def distinct(lift: Lifter, one: GroupOf) -> GroupOf:
    """Return a list without repetitions; it has no order that a plan could know."""
    groups = one.groups

    def make() -> Groups:
        node, names, template = columned(lift, groups)
        if len(names) != len(leaves(lift, groups.template)):
            raise no_rule("a set of these elements of a list of a dict")
        call = lift.naming.called(node)
        node = lift.step(Distinct, call, parent=node, subset=(*groups.keys, *names), keep=Keep.FIRST)
        return Groups(node, groups.keys, template, groups.plain)

    return replace(one, groups=once(lift, groups, ("distinct",), make), order="set", base=None)


def columned(lift: Lifter, groups: Groups) -> tuple[Node, list[str], Value]:
    """Return the rows of a dict of lists with a column for each part of an element, their names, and the element."""
    node, names = groups.node, []
    for cell in leaves(lift, groups.template):
        if cell.nullable:
            raise shape("A list of a dict holds values that may be missing")
        node, name = lift.as_column(node, lift.move(cell, groups.node, node), lift.called_cell(cell) or "value")
        names.append(name)
    queue = iter(cells.column(node, n) for n in names)
    return node, names, mapped(lift, groups.template, lambda c: next(queue))


def in_sequence(one: GroupOf) -> None:
    """Refuse what depends on the order of a set.

    Raises
    ------
    Stopped
        If the list was a set.
    """
    if one.order == "set":
        raise shape("The order of a set decides, which changes from run to run")


def arranged(lift: Lifter, one: GroupOf, key: Value, reverse: bool) -> GroupOf:
    """Return a list in a stable order, by the key that the script gives or by its elements."""
    from lester_gui.rewrite.lift.library.collections import ordered

    groups = one.groups
    if lift.content(key) != Const(None):
        in_sequence(one)  # equal keys keep their order

    def make() -> Groups:
        before, lift.live = lift.live, paths.TRUE
        straight, lift.straight = lift.straight, False
        try:
            rows = ordered(lift, Rows(groups.node, groups.template), key, reverse)
        finally:
            lift.live, lift.straight = before, straight
        if not isinstance(rows.node, Sort) or any(rows.node.schema.field(n).nullable for n, _ in rows.node.by):
            raise shape("A list is sorted by values that may be missing")
        return Groups(rows.node, groups.keys, rows.template, groups.plain)

    function = lift.content(key)
    text = ast.dump(function.node) if hasattr(function, "node") else repr(function)
    return replace(one, groups=once(lift, groups, ("sorted", text, reverse), make), order="", base=None)


# -- places ------------------------------------------------------------------------------------------------------------


def at_end(lift: Lifter, one: GroupOf, first: bool) -> Value:
    """Return the first or last element of a list; an empty list has none."""
    in_sequence(one)
    groups = one.groups
    keyed = Keyed(groups.node, groups.keys, groups.template, "first" if first else "last", 0)
    there = stages.hit(lift, keyed, one.key)
    asked = there in paths.conjuncts(lift.live) or not one.maybe
    if not asked and not demand(lift, there, "IndexError"):
        required(lift, there)
    return stages.get(lift, keyed, one.key, None, guarded=True)


def place(lift: Lifter, one: GroupOf, number: int) -> Value:
    """Return an element of a list by its place; a list that is too short has none."""
    if number in (0, -1):
        return at_end(lift, one, number == 0)
    return at_end(lift, replace(cut(lift, one, number, number + 1 or None), maybe=True), True)


def cut(lift: Lifter, one: GroupOf, low: int | None, high: int | None) -> GroupOf:
    """Return ``xs[low:high]``."""
    in_sequence(one)
    groups = one.groups
    if (low or 0) == 0 and high is None:
        return one

    def make() -> Groups:
        from lester_gui.rewrite.lift.library.pandas_windows import windowed

        asked: list[Expr] = []
        node = groups.node
        for bound, lower in ((low or 0, True), (high, False)):
            if bound is None or (lower and bound == 0):
                continue
            ascending = bound >= 0
            column = WindowColumn("before" if ascending else "after", "cumcount", ascending=ascending)
            node, number = windowed(lift, node, groups.keys, column, False)
            # rows before this one: at least low, less than high; counted from the end: rows after it
            if ascending:
                asked.append(cells.compare("GtE" if lower else "Lt", number, cells.cell_of(Const(bound)), False).expr)
            else:
                asked.append(cells.compare("Lt" if lower else "GtE", number, cells.cell_of(Const(-bound)), False).expr)
        template = mapped(lift, groups.template, lambda c: lift.move(c, groups.node, node))
        out = lift.step(Filter, lift.naming.called(node), parent=node, predicate=paths.conjunction(asked))
        return Groups(out, groups.keys, template, groups.plain)

    made = once(lift, groups, ("cut", low, high), make)
    return replace(one, groups=made, maybe=True, base=(one, low or 0, high))


def slice_of(lift: Lifter, one: GroupOf, key: Accessor) -> GroupOf:
    """Return a slice whose bounds the script's text fixes."""
    low, high, step = lift.const(key.owner)
    if step not in (None, 1, -1) or (step == -1 and (low, high) != (None, None)):
        raise no_rule("a slice with a step of a list of a dict")
    if step == -1:
        return backwards(lift, one)
    if not all(b is None or (isinstance(b, int) and not isinstance(b, bool)) for b in (low, high)):
        raise no_rule("this slice of a list of a dict")
    return cut(lift, one, low, high)


def backwards(lift: Lifter, one: GroupOf) -> GroupOf:
    """Return ``xs[::-1]``."""
    in_sequence(one)
    groups = one.groups

    def make() -> Groups:
        from lester_gui.rewrite.lift.library.pandas_windows import windowed

        node, number = windowed(lift, groups.node, groups.keys, WindowColumn("place", "row_number"), False)
        assert isinstance(number.expr, Column)
        template = mapped(lift, groups.template, lambda c: lift.move(c, groups.node, node))
        out = lift.step(Sort, lift.naming.called(node), parent=node, by=((number.expr.name, False),))
        return Groups(out, groups.keys, template, groups.plain)

    return replace(one, groups=once(lift, groups, ("backwards",), make), base=None)


def side_by_side(lift: Lifter, pairs: Iterated) -> GroupOf | None:
    """Return ``zip(xs, xs[1:])`` as a list of pairs of an element and the next one; None for anything else."""
    if pairs.kind != "zip" or len(pairs.parts) != 2:
        return None
    a, b = (lift.content(p) for p in pairs.parts)
    if not isinstance(a, GroupOf) or not isinstance(b, GroupOf) or b.base is None:
        return None
    whole, low, high = b.base
    first = a.base[0] if a.base is not None and a.base[1:] == (0, -1) else a
    if (
        (low, high) != (1, None)
        or first.groups.node is not whole.groups.node
        or (first.key, first.base) != (whole.key, whole.base)
    ):
        return None
    groups = whole.groups

    def make() -> Groups:
        from lester_gui.rewrite.lift.library.pandas_windows import windowed

        node, names, template = columned(lift, groups)
        earlier: list[Cell] = []
        for name in names:
            kind = node.schema.field(name).type
            node, found = windowed(lift, node, groups.keys, WindowColumn(f"{name}_before", "shift", name, offset=1), False)
            neutral = cells.NOTHING.get(kind)
            earlier.append(found if neutral is None else cells.make("coalesce", found, Cell(neutral, kind)))
        node, number = windowed(lift, node, groups.keys, WindowColumn("place", "row_number"), False)
        later = cells.compare("Gt", number, cells.cell_of(Const(1)), False).expr
        out = lift.step(Filter, lift.naming.called(node), parent=node, predicate=later)
        queue = iter(Cell(c.expr, c.type) for c in earlier)  # every row that is left has one before it
        first = mapped(lift, template, lambda c: next(queue))
        return Groups(out, groups.keys, Tup((first, template)), groups.plain)

    return replace(whole, groups=once(lift, groups, ("pairs",), make), maybe=True, base=None)


# -- questions ---------------------------------------------------------------------------------------------------------


def has(lift: Lifter, one: GroupOf, needle: Value) -> Expr:
    """Return the condition ``needle in xs``."""
    node, names, _ = columned(lift, one.groups)
    content = lift.content(needle)
    parts = content.items if isinstance(content, Tup) else (content,)
    if len(parts) != len(names):
        raise shape("A list of a dict is searched for something of another shape")
    own = lift.content(one.key)
    keys = own.items if isinstance(own, Tup) else (own,)
    return stages.hit(lift, Keyed(node, (*one.groups.keys, *names), None, "first", 0), Tup((*keys, *parts)))


def _pairs(lift: Lifter, one: GroupOf) -> Groups:
    """Return each element of the lists once with how often it is there, in the order of first appearance."""

    def make() -> Groups:
        node, names, template = columned(lift, one.groups)
        out = lift.step(
            Aggregate,
            lift.naming.called(node),
            parent=node,
            by=(*one.groups.keys, *names),
            measures=(Measure(lift.free_column(node, "count"), "size", None),),
            order=GroupOrder.FIRST_SEEN,
            drop_null_keys=False,
        )
        count = cells.column(out, out.measures[0].name)
        queue = iter(cells.column(out, n) for n in names)
        return Groups(out, one.groups.keys, Tup((mapped(lift, template, lambda c: next(queue)), count)))

    return once(lift, one.groups, ("counted",), make)


def counted(lift: Lifter, one: GroupOf) -> Keyed:
    """Return how often each element is in the lists, by key of the list and element."""
    made = _pairs(lift, one)
    element = made.template
    assert isinstance(element, Tup)
    names = [c.expr.name for c in leaves(lift, element.items[0]) if isinstance(c.expr, Column)]
    return Keyed(made.node, (*made.keys, *names), element.items[1], "only", 0)


def counts(lift: Lifter, one: GroupOf) -> GroupOf:
    """Return ``Counter(xs).values()``."""
    groups = _pairs(lift, one)
    assert isinstance(groups.template, Tup)
    return replace(one, groups=replace(groups, template=groups.template.items[1]), base=None)


def extremum(lift: Lifter, one: GroupOf, what: str, key: Value, empty: Value | None) -> Value:
    """Return ``max(xs, key=…, default=…)``: of equal elements the first."""
    from lester_gui.rewrite.lift.library.group_lists import by_place, total
    from lester_gui.rewrite.lift.statements.branch import merge

    plain = lift.content(key) == Const(None)
    if plain and isinstance(lift.content(one.groups.template), Cell):
        return total(lift, one, what, empty)
    best = arranged(lift, by_place(lift, one), key, what == "max")
    if empty is None or not best.maybe:
        return at_end(lift, best, True)
    there = stages.hit(lift, Keyed(best.groups.node, best.groups.keys, None, "first", 0), best.key)
    return lift.known(merge(lift, there, at_end(lift, replace(best, maybe=False), True), lift.content(empty)))


def quantified(lift: Lifter, one: GroupOf, what: str) -> Value:
    """Return ``any(xs)`` or ``all(xs)``: whether some element is true, or none is false."""
    from lester_gui.rewrite.lift.expressions.operators import of_condition

    groups = one.groups
    inner = inner_of(lift, groups)
    element = lift.content(groups.template)
    if not isinstance(element, Cell):
        raise no_rule(f"{what} of a list of records")
    asked = cells.truth(inner.leaf(element)).expr
    asked = asked if what == "any" else paths.negated(asked)
    made = restricted(lift, groups, inner, asked, mapped(lift, element, inner.leaf))
    found = stages.hit(lift, Keyed(made.node, made.keys, None, "first", 0), one.key)
    return of_condition(found if what == "any" else paths.negated(found))


def most_common(lift: Lifter, one: GroupOf, number: int | None) -> GroupOf:
    """Return ``Counter(xs).most_common(n)``: by count, equal counts in the order in which their elements first came."""
    in_sequence(one)
    groups = _pairs(lift, one)

    def make() -> Groups:
        assert isinstance(groups.template, Tup)
        count = groups.template.items[1]
        assert isinstance(count, Cell) and isinstance(count.expr, Column) and count.type is Type.INT
        node = lift.step(Sort, lift.naming.called(groups.node), parent=groups.node, by=((count.expr.name, False),))
        return Groups(node, groups.keys, groups.template)

    whole = replace(one, groups=once(lift, groups, ("most",), make), order="", base=None)
    return whole if number is None else cut(lift, whole, None, number)
