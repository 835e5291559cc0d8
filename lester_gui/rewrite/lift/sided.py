"""Loops over one side of a split, and lists that a loop deals their rows to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window, WindowColumn
from lester_gui.rewrite.lift import cells, masks, paths, side_dicts, stages
from lester_gui.rewrite.lift.dict_folds import DictFold
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, InLoop, Items, Leaf, Part, Present, Rows, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.side_totals import SideDict, SideLists, SideTable, checked
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.effects import Effect
    from lester_gui.rewrite.lift.finished import Finished
    from lester_gui.rewrite.lift.folds import Fold
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


def _rather_tables(lift: Lifter, part: Part, what: str) -> None:
    """Stop where the side could be a table of its own, and is none yet: as a table it can do more."""
    wants_tables(lift, part)
    if TABLES in lift.wishes and TABLES not in lift.hints:
        raise no_rule(what)


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
        _rather_tables(done.lift, part, "a loop over one side of a split that does more than filling lists")
    for e in done.loop.effects if part is not None else ():
        if e.kind not in (("set",) if done.loop.keyed is not None else ("set", "append", "keyed", "slot", "add")):
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
    if rest != TRUE and (done.loop.part is None or done.loop.order is not None):
        raise no_rule("a side of a split of which some rows are left out")
    for ident, value, _ in lists:
        for cell in leaves(done.lift, value):
            refuse_state(cell.expr)
        container = done.lift.heap[ident]
        assert isinstance(container, InLoop)
        if rest != TRUE:
            done.lift.heap[ident] = _some(done, container, value, rest, part)
        elif done.loop.order is None:
            done.lift.heap[ident] = done.joined_to(container.before, Rows(done.node, value, part))
        elif isinstance(container.before, Items) and not container.before.values:
            done.lift.heap[ident] = Shuffled(Rows(done.node, value), done.loop.order)
        else:
            raise no_rule("rows in random order after others")


def left(done: Finished, name: str, fold: Fold, cell: Cell, old: Value | None) -> Value:
    """Return a sum, count or extremum that a loop over one side of a split leaves in a variable.

    Raises
    ------
    Stopped
        If it leaves anything else, or the rows are in random order.
    """
    lift, part = done.lift, done.loop.part
    if part is None or done.loop.order is not None or done.loop.keyed is not None or fold.kind not in ("sum", "min", "max"):
        raise no_rule("what a loop over one side of a split, or over rows in random order, leaves in a variable")
    _rather_tables(lift, part, "what a loop over one side of a split leaves in a variable")
    for expr in (fold.value, fold.guard):
        refuse_state(expr)
    if cell.nullable:
        raise no_rule("what a loop over one side of a split leaves in a variable that may be missing")
    if fold.kind == "sum" and fold.guard == TRUE and fold.value == Literal(1):
        out = lift.count(done.node, part)
    else:
        given = cells.given(Cell(fold.value, cell.type), fold.guard, fold.kind)
        out = lift.state(done.node, given, fold.kind, name, part)
    return done.on_top(out, fold.kind, old)


def _some(done: Finished, container: InLoop, value: Value, guard: Expr, part: Part | None) -> Value:
    """Return the numbers that some rows of a side give to a list: their statistics are known."""
    cell = done.lift.content(value)
    refuse_state(guard)
    if not isinstance(cell, Cell) or cell.nullable or not (isinstance(container.before, Items) and not container.before.values):
        raise no_rule("a side of a split of which some rows are left out")
    return Present(Column1(done.node, cells.given(cell, guard), done.lift.called_cell(cell), part, True))


def lists(done: Finished, effects: list[Effect], asked: list[Effect], plain: bool) -> SideLists:
    """Return a dict of lists of numbers that a loop over one side of a split filled.

    Raises
    ------
    Stopped
        If the lists hold other things, or one may be empty.
    """
    guard, value, lines = done.guarded(effects, key=True)
    assert effects[0].key is not None and done.loop.part is not None
    cell = done.lift.content(value)
    if any(e.key != effects[0].key for e in asked) or not isinstance(cell, Cell) or cell.nullable:
        raise no_rule("a dict of such lists that a loop over one side of a split fills")
    reached = paths.disjunction(e.guard for e in reversed(asked))
    if asked and done.expr(reached) != guard:
        raise no_rule("a dict of lists of one side of a split of which some may be empty")
    keys = side_dicts.keys_of(done.lift, done.place(effects[0].key))
    for expr in (guard, cell.expr, *(k.expr for k in keys)):
        refuse_state(expr)
    found = side_dicts.has(done.lift, done.node, done.loop.part, keys, guard, lines)
    return SideLists(done.node, done.loop.part, keys, cells.given(cell, guard), found, plain, lines)


def totals(done: Finished, fold: DictFold, missing: Value | None) -> SideTable | SideDict:
    """Return a dict in which a loop over one side of a split added up the rows of each key.

    Raises
    ------
    Stopped
        If it holds anything else than such totals, or a key may be missing.
    """
    part = done.loop.part
    assert part is not None
    key = done.place(fold.key)
    values = [Cell(done.expr(p.value.expr), p.value.type, p.value.nullable) for p in fold.parts]
    parts = tuple(replace(p, guard=done.expr(p.guard)) for p in fold.parts)
    fold = replace(fold, guard=done.expr(fold.guard), parts=parts)
    for expr in (fold.guard, *(v.expr for v in values), *(p.guard for p in parts), *(c.expr for c in leaves(done.lift, key))):
        refuse_state(expr)
    if done.loop.keyed is not None:
        return side_dicts.rewritten(done.lift, done.loop.keyed, key, fold, values)
    single = len(parts) == 1 and parts[0].kind == "sum" and isinstance(key, Cell) and isinstance(fold.template, Cell)
    if not single or (parts[0].start is not None and parts[0].start.value != 0):
        return side_dicts.of_fold(done.lift, done.node, part, key, fold, values, done.loop.lines, missing)
    one, value, guard, puts = parts[0], values[0].expr, parts[0].guard, fold.guard
    assert isinstance(key, Cell)
    if one.value.nullable or key.nullable:
        raise no_rule("a dict that a loop over one side of a split fills with anything but totals")
    given, function = Cell(value, one.value.type), "sum"
    if puts == guard == TRUE and value == Literal(1):
        given, function = key, "size"
    given = cells.given(given, guard, "sum")
    if puts != TRUE:  # a key is there only where such a row is
        given, function = cells.given(given, puts), "total"
    return checked(SideTable(done.node, part, (key,), given, function, done.variable(fold.ident), done.loop.lines, missing))


def refuse_state(expr: Expr) -> None:
    """Raise where an expression depends on what earlier rows left behind, or on how many there are."""
    for e in walk(expr):
        if isinstance(e, Leaf) and e.kind in ("prev", "prev_item", "seen", "size_so_far"):
            what = e.name if e.kind == "prev" else "a value"
            raise Stopped(Reason.RECURRENCE, f"What a row gives depends on {what} as earlier rows left it")
        if isinstance(e, Leaf) and e.kind == "position":
            raise no_rule("the number of a row used as a value")
