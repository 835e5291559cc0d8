"""Dicts and sets after the loop that filled them: the rows of each key, or one row per key with what the loop added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure, Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths, sided
from lester_gui.rewrite.lift.dict_folds import DictFold, PartFold
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, InLoop, Keyed, Leaf, Tup, Unknown, Value, Vocabulary
from lester_gui.rewrite.lift.group_values import Groups
from lester_gui.rewrite.lift.library import group_lists
from lester_gui.rewrite.lift.nested_dicts import NestedDict, inner_factory, is_nested
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.running import in_order, with_start
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.finished import Finished


def containers(done: Finished) -> None:
    """Put what the loop made of dicts and sets into the heap; one that is not lifted costs only itself."""
    for ident, content in list(done.lift.heap.items()):
        if not isinstance(content, InLoop):
            continue
        try:
            made = _made(done, ident, content)
            if is_nested(content) and made is not None:
                made = _nested(done, ident, content, made)
        except Stopped as stop:
            made = Unknown(stop.why, done.loop.line)
            done.lift.failures[ident] = stop.reason
        if made is not None:
            done.after[ident] = made


def _made(done: Finished, ident: int, content: InLoop) -> Value | None:
    lists = done.of("keyed").get(ident)
    if lists is not None:
        if content.key is not None or not done.is_new(content) or done.of("set").get(ident):
            raise no_rule("a dict of lists that is used in several ways in one loop")
        assert isinstance(content.before, Entries)
        factory = inner_factory(content.before)
        if done.loop.part is not None:
            if factory == "set":
                raise no_rule("a dict of sets that a loop over one side of a split fills")
            return sided.lists(done, lists, done.of("slot").get(ident, []), not factory)
        return group_lists.made(done, lists, done.of("slot").get(ident, []), not factory, factory == "set")
    final = done.final(content)
    if isinstance(final, Unknown):
        return final
    if final.key is not None:
        if final.value is None:
            return None  # only asked, never changed
        return filled(done, done.running.fold(content), content)
    adds = done.of("add").get(ident)
    if adds is None:
        return None
    if not done.is_new(content):
        raise no_rule("a set that is filled further by another loop")
    guard, _, lines = done.guarded(adds, key=True)
    assert adds[0].key is not None
    if done.loop.part is not None:
        return _set_of_side(done, done.place(adds[0].key), guard)
    node, names, _ = keyed_rows(done, adds[0].key, guard, [], lines)
    return Keyed(node, names, None, "first", done.lift.number())


def _set_of_side(done: Finished, key: Value, guard: Expr) -> Vocabulary:
    """Return the values that a loop over one side of a split put into a set."""
    if guard != TRUE or not isinstance(key, Cell):
        raise no_rule("a set that a loop over one side of a split fills with values of some rows, or with tuples")
    sided.refuse_state(key.expr)
    return Vocabulary("set", done.node, key, (), False, done.loop.part)


def _nested(done: Finished, ident: int, content: InLoop, made: Value) -> Value:
    """Return a dict whose keys are pairs as the dict of dicts that the script has.

    Raises
    ------
    Stopped
        If the script may have made a dict and put nothing into it.
    """
    reached, put = (_reached(done, ident, kinds) for kinds in (("nested",), ("set", "keyed")))
    if reached != put:
        raise shape("A dict within a dict may be empty")
    assert isinstance(content.before, Entries)
    return NestedDict(made, content.before.made is None) if isinstance(made, Keyed | Groups) else made


def _reached(done: Finished, ident: int, kinds: tuple[str, ...]) -> Expr:
    return paths.disjunction(e.guard for e in reversed(done.loop.effects) if e.kind in kinds and e.target == ident)


def keyed_rows(
    done: Finished, key: Value, guard: Expr, values: list[Cell], lines: tuple[int, ...]
) -> tuple[Node, tuple[str, ...], list[Cell]]:
    """Return the rows under a guard with their key as columns, the columns' names, and the values over these rows."""
    lift = done.lift
    placed = done.place(key)
    keys = [cells.cell_of(k) for k in (placed.items if isinstance(placed, Tup) else (placed,))]
    names = [lift.called_cell(c) for c in keys]
    lines = tuple(sorted({*lines, *done.loop.lines}))
    node, resolved = done.rows(guard, [*keys, *values], lines)
    out: list[str] = []
    for cell, name in zip(resolved[: len(keys)], names, strict=True):
        node, column = lift.as_column(node, cell, name or "key", lines)
        out.append(column)
    return node, tuple(out), resolved[len(keys) :]


def filled(done: Finished, fold: DictFold, content: InLoop) -> Value:
    """Return a dict after its loop."""
    lift = done.lift
    if done.loop.part is not None:
        if not done.is_new(content):
            raise no_rule("a dict that several loops fill, one of them over one side of a split")
        return sided.totals(done, fold, _default(content))
    lines = tuple(sorted({e.line for e in done.of("set").get(fold.ident, [])})) or done.loop.lines
    numbered = _numbering(done, fold)
    if numbered is not None:
        return numbered
    guard = done.unseen(done.running.guard(fold.guard))
    kinds = {p.kind for p in fold.parts}
    for p in fold.parts:
        done.running.resolve(p.value.expr)
        done.running.resolve(p.guard)
    values = [Cell(done.expr(p.value.expr), p.value.type, p.value.nullable) for p in fold.parts]
    call = done.variable(fold.ident)
    missing = _default(content)
    if kinds <= {"first"} or (kinds == {"last"} and all(p.guard == TRUE for p in fold.parts)):
        names = [lift.called_cell(c) for c in values]
        node, keys, resolved = keyed_rows(done, fold.key, guard, values, lines)
        queue: list[Cell] = []
        for cell, name in zip(resolved, names, strict=True):
            if paths.is_partial(cell.expr):  # a join may look at rows that the script does not
                node, column = lift.as_column(node, cell, name or "value", lines)
                queue.append(cells.column(node, column))
            else:
                queue.append(cell)
        it = iter(queue)
        template = mapped(lift, fold.template, lambda c: next(it))
        take = "first" if kinds <= {"first"} else "last"
        return Keyed(node, keys, template, take, lift.number(), call, lines, missing)
    return _aggregated(done, fold, guard, values, lines, missing)


def _default(content: InLoop) -> Value | None:
    from lester_gui.rewrite.lift.dict_state import ZERO
    from lester_gui.rewrite.lift.domain import Entries

    return ZERO.get(inner_factory(content.before)) if isinstance(content.before, Entries) else None


def _aggregated(
    done: Finished, fold: DictFold, guard: Expr, values: list[Cell], lines: tuple[int, ...], missing: Value | None
) -> Keyed:
    """Return a dict of sums, counts, extrema, first and last values: one row per key."""
    lift = done.lift
    given = [in_order(_given(p, v, done.expr(p.guard))) for p, v in zip(fold.parts, values, strict=True)]
    names = [lift.called_cell(v) for v in values]
    node, keys, resolved = keyed_rows(done, fold.key, guard, given, lines)
    lines = tuple(sorted({*lines, *done.loop.lines}))
    measures: list[Measure] = []
    for part, cell, name in zip(fold.parts, resolved, names, strict=True):
        if part.kind == "sum" and isinstance(cell.expr, Literal) and cell.expr == Literal(1):
            measures.append(Measure(_free("count", measures, keys), "size", None))
            continue
        node, column = lift.as_column(node, cell, name or "value", lines)
        measures.append(Measure(_free(f"{part.kind}_{column}", measures, keys), part.kind, column))
    call = done.variable(fold.ident)
    out = lift.step(
        Aggregate,
        call,
        lines=lines,
        parent=node,
        by=keys,
        measures=tuple(measures),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=False,
    )
    pairs = zip(fold.parts, measures, leaves(lift, fold.template), strict=True)
    it = iter([_ended(p, cells.column(out, m.name), c.type) for p, m, c in pairs])
    template = mapped(lift, fold.template, lambda c: next(it))
    return Keyed(out, keys, template, "only", lift.number(), missing=missing)


def _free(name: str, measures: list[Measure], keys: tuple[str, ...]) -> str:
    number, out = 1, name
    while out in keys or any(m.name == out for m in measures):
        number += 1
        out = f"{name}_{number}"
    return out


def _given(part: PartFold, value: Cell, guard: Expr) -> Cell:
    """Return what a row gives to a part: nothing where its own condition does not hold."""
    if value.nullable:
        raise shape("A dict keeps values that may be missing")
    return cells.given(value, guard, part.kind)


def _ended(part: PartFold, column: Cell, kind: Type) -> Cell:
    """Return a part after the loop: what it started from counts, too."""
    start = None if part.start is None else cells.cell_of(Const(part.start.value))
    if part.kind == "sum":
        out = with_start(column, "sum", start)
        return cells.make("to_float", out) if kind is Type.FLOAT and out.type is Type.INT else out
    if start is None:
        return cells.there(column)  # every key has a row that gives something
    return cells.make("coalesce", column, start) if part.kind == "last" else with_start(column, part.kind, start)


def _numbering(done: Finished, fold: DictFold) -> Vocabulary | None:
    """``if k not in index: index[k] = len(index)``: numbers in order of first appearance."""
    if len(fold.parts) != 1 or fold.parts[0].kind != "first":
        return None
    value = fold.parts[0].value.expr
    if not (isinstance(value, Leaf) and value.kind == "size_so_far" and value.ident == fold.ident):
        return None
    key = done.place(fold.key)
    if not isinstance(key, Cell):
        raise no_rule("numbers for keys of several values")
    if fold.guard != TRUE:
        node, (cell,) = done.rows(done.unseen(done.running.guard(fold.guard)), [key], done.loop.lines)
        return Vocabulary("first_seen", node, cell)
    return Vocabulary("first_seen", done.node, key)
