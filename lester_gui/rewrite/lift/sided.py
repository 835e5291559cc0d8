"""Loops over one side of a split, and lists that a loop deals their rows to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window, WindowColumn
from lester_gui.rewrite.lift import cells, masks, stages
from lester_gui.rewrite.lift.dict_folds import DictFold
from lester_gui.rewrite.lift.domain import Cell, Const, InLoop, Items, Leaf, Part, Rows, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.side_totals import SideTable, checked
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.finished import Finished
    from lester_gui.rewrite.lift.lifter import Lifter


TABLES = ("sides", "tables")
"""The hint under which a list that is cut in two is two tables: rows are told apart by their places.

Statistics of one side are values of these tables, which encoders need not know. Where a plan goes without, the sides stay those
of a split, whose rows are recorded."""


def wants_tables(lift: Lifter, part: Part | None) -> None:
    """Note that a side of a split would have to be a table of its own; only cuts by place can be that."""
    if part is None:
        return
    fields = lift.learner.splits[part.split].fields
    if fields.get("kind") == "positional" and not fields.get("method"):
        lift.wishes.add(TABLES)


def as_table(lift: Lifter, rows: Rows, low: Value, high: Value) -> Rows | None:
    """Return the rows of a list before or after a cut as a table, None where sides are those of a split."""
    low, high = lift.content(low), lift.content(high)
    first = low in (Const(None), Const(0))
    bound = high if first else low
    if TABLES not in lift.hints or rows.part is not None or (not first and high != Const(None)):
        return None
    if not isinstance(bound, Cell | Const):
        return None
    node, place = places_of(lift, rows.node)
    cut = cells.cell_of(bound)
    if cut.type is not Type.INT or (isinstance(bound, Const) and bound.value < 0):  # type: ignore[operator]
        return None
    condition = cells.compare("Lt" if first else "GtE", place, cut, pandas=False).expr
    template = mapped(lift, rows.template, lambda c: lift.move(c, rows.node, node))
    out, found = stages.restrict(lift, node, condition, leaves(lift, template), lift.lines)
    queue = iter(found)
    return Rows(out, mapped(lift, template, lambda c: next(queue)))


def places_of(lift: Lifter, node: Node) -> tuple[Node, Cell]:
    """Return a table with the place of each row, counted from 0; cuts of one list share it."""
    for base, made, name in lift.placed:
        if lift.align.same(base, node):
            return made, cells.column(made, name)
    column = WindowColumn(lift.free_column(node, "place"), "cumcount")
    made = lift.step(Window, lift.naming.called(node), node, parent=node, by=(), columns=(column,), drop_null_keys=False)
    lift.placed.append((node, made, column.name))
    return made, cells.column(made, column.name)


def one_side(done: Finished) -> None:
    """A loop over one side of a split can fill lists, an element for each row, and add up dicts.

    All else would need the rows of that side. A loop over rows in random order can only fill lists, for all else would need their
    order.
    """
    part = done.loop.part
    if part is not None and any(e.kind != "append" or e.guard != TRUE for e in done.loop.effects):
        wants_tables(done.lift, part)
        if TABLES in done.lift.wishes and TABLES not in done.lift.hints:
            raise no_rule("a loop over one side of a split that does more than filling lists")
    for e in done.loop.effects if part is not None else ():
        if not (e.kind == "set" or (e.kind == "append" and e.guard == TRUE)):
            raise no_rule("a loop over one side of a split that does more than filling lists and adding up")
        for cell in leaves(done.lift, e.value) if e.kind == "append" else ():
            refuse_state(cell.expr)
    if done.loop.order is not None and any(e.kind != "append" or e.guard != TRUE for e in done.loop.effects):
        raise no_rule("a loop over rows in random order that does more than filling lists")
    if done.loop.order is not None and any(isinstance(c, InLoop) and c.key is not None for c in done.lift.heap.values()):
        raise no_rule("a dict that a loop over rows in random order fills")


def sides(done: Finished, guard: Expr, lists: list[tuple[int, Value, tuple[int, ...]]]) -> None:
    """Lists that get the rows of one side of a split, told by their place or their group."""
    whole = done.loop.part is not None or done.loop.order is not None
    part, rest = (done.loop.part, guard) if whole else masks.dealt(done.lift, done.node, guard)
    if rest != TRUE:
        raise no_rule("a side of a split of which some rows are left out")
    for ident, value, _ in lists:
        for cell in leaves(done.lift, value):
            refuse_state(cell.expr)
        container = done.lift.heap[ident]
        assert isinstance(container, InLoop)
        if done.loop.order is None:
            done.lift.heap[ident] = done.joined_to(container.before, Rows(done.node, value, part))
        elif isinstance(container.before, Items) and not container.before.values:
            done.lift.heap[ident] = Shuffled(Rows(done.node, value), done.loop.order)
        else:
            raise no_rule("rows in random order after others")


def totals(done: Finished, fold: DictFold, missing: Value | None) -> SideTable:
    """Return a dict in which a loop over one side of a split added up the rows of each key.

    Raises
    ------
    Stopped
        If it holds anything else than one such total, or a key may be missing.
    """
    part = done.loop.part
    assert part is not None
    key = done.place(fold.key)
    if len(fold.parts) != 1 or fold.parts[0].kind != "sum" or not isinstance(key, Cell) or key.nullable:
        raise no_rule("a dict that a loop over one side of a split fills with anything but totals")
    one = fold.parts[0]
    if one.value.nullable or (one.start is not None and one.start.value != 0):
        raise no_rule("a dict that a loop over one side of a split adds up to from another number than nought")
    value, guard, puts = done.expr(one.value.expr), done.expr(one.guard), done.expr(fold.guard)
    for expr in (key.expr, value, guard, puts):
        refuse_state(expr)
    given, function = Cell(value, one.value.type), "sum"
    if puts == guard == TRUE and value == Literal(1):
        given, function = key, "size"
    if guard != TRUE:
        given = cells.choose(guard, given, Cell(Literal(0.0 if given.type is Type.FLOAT else 0), given.type))
    if puts != TRUE:  # a key is there only where such a row is
        given, function = cells.choose(puts, given, Cell(Literal(None, given.type), given.type, True)), "total"
    return checked(SideTable(done.node, part, (key,), given, function, done.variable(fold.ident), done.loop.lines, missing))


def refuse_state(expr: Expr) -> None:
    """Raise where an expression depends on what earlier rows left behind, or on how many there are."""
    for e in walk(expr):
        if isinstance(e, Leaf) and e.kind in ("prev", "prev_item", "seen", "size_so_far"):
            what = e.name if e.kind == "prev" else "a value"
            raise Stopped(Reason.RECURRENCE, f"What a row gives depends on {what} as earlier rows left it")
        if isinstance(e, Leaf) and e.kind == "position":
            raise no_rule("the number of a row used as a value")
