"""Names, constants, displays, f-strings and conditional expressions."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call, Expr, walk
from lester_gui.rewrite.lift import cells, iterators, missing, paths, several_kinds
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Fields, Items, Leaf, Maybe, Ref, Result, Tup, Value
from lester_gui.rewrite.lift.expressions import evaluate, expression
from lester_gui.rewrite.lift.expressions.asked import mark_test
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.json_values import Several
from lester_gui.rewrite.lift.nested_dicts import NestedOf
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import exits
from lester_gui.rewrite.lift.statements.branch import condition_of, merge
from lester_gui.rewrite.lift.statements.whole_tables import is_total
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.wide_rows import OneHotRow, WideRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@expression(ast.Constant)
def constant(lift: Lifter, node: ast.Constant) -> Value:
    """A literal."""
    return Const(node.value)


@expression(ast.Name)
def name(lift: Lifter, node: ast.Name) -> Value:
    """A name; one that still holds what the last round of a loop left there is noted when another loop reads it."""
    value = lift.look_up(node.id)
    iterators.read(lift, node, value)
    if isinstance(value, GroupOf) and value.order == iterators.GIVEN_ONCE:
        return replace(value, order="")
    if isinstance(value, Maybe) and isinstance(value.value, GroupOf | NestedOf) and value.found in paths.conjuncts(lift.live):
        return value.value  # the script asked first
    if isinstance(value, Cell) and isinstance(value.expr, Leaf) and value.expr.kind == "last":
        lift.read_stale.setdefault(value.expr.ident, (node.lineno, node.id))
    return value


@expression(ast.Tuple)
def tuple_display(lift: Lifter, node: ast.Tuple) -> Value:
    """``a, b``."""
    values = elements(lift, node.elts)
    return WideRow(values) if any(isinstance(v, OneHotRow) for v in values) else Tup(values)


@expression(ast.List)
def list_display(lift: Lifter, node: ast.List) -> Value:
    """``[a, b]``."""
    values = elements(lift, node.elts)
    return lift.new(WideRow(values) if any(isinstance(v, OneHotRow) for v in values) else Items(values))


@expression(ast.Set)
def set_display(lift: Lifter, node: ast.Set) -> Value:
    """``{a, b}``."""
    return lift.new(Items(elements(lift, node.elts), "set"))


def elements(lift: Lifter, nodes: list[ast.expr]) -> tuple[Value, ...]:
    """Return the elements of a display, with starred lists of known length spread out."""
    out: list[Value] = []
    for e in nodes:
        if isinstance(e, ast.Starred):
            inner = lift.content(evaluate(lift, e.value))
            if isinstance(inner, Tup):
                out += inner.items
            elif isinstance(inner, Items) and inner.ordered:
                out += inner.values
            elif isinstance(inner, WideRow):
                out += inner.parts
            elif isinstance(inner, Fields):
                from lester_gui.rewrite.lift.texts import all_fields

                out += all_fields(lift, inner)
            else:
                raise shape("A list whose length is not known is spread out with *")
        else:
            out.append(evaluate(lift, e))
    return tuple(out)


@expression(ast.Dict)
def dict_display(lift: Lifter, node: ast.Dict) -> Value:
    """``{k: v, **other}``."""
    items: dict[Value, Value] = {}
    for k, v in zip(node.keys, node.values, strict=True):
        if k is None:
            inner = lift.content(evaluate(lift, v))
            if not isinstance(inner, Entries) or inner.factory.startswith("object:"):
                raise shape("A dict whose keys are not known is spread out with **")
            items.update(inner.items)
        else:
            items[evaluate(lift, k)] = evaluate(lift, v)
    return lift.new(Entries(tuple(items.items())))


@expression(ast.Lambda)
def function(lift: Lifter, node: ast.Lambda) -> Value:
    """``lambda``."""
    from lester_gui.rewrite.lift.functions import made

    return made(lift, node, f"lambda_line_{node.lineno}")


@expression(ast.NamedExpr)
def walrus(lift: Lifter, node: ast.NamedExpr) -> Value:
    """``(name := expr)``."""
    from lester_gui.rewrite.lift.statements.assign import store

    value = evaluate(lift, node.value)
    store(lift, node.target, value)
    return value


@expression(ast.JoinedStr)
def formatted(lift: Lifter, node: ast.JoinedStr) -> Value:
    """An f-string: constants stay text, cells become their Python text."""
    parts: list[Value] = []
    for piece in node.values:
        if isinstance(piece, ast.FormattedValue):
            value = lift.content(evaluate(lift, piece.value))
            if isinstance(value, Const) and piece.conversion == -1:
                form = piece.format_spec
                text = "" if form is None else lift.text(evaluate(lift, form))
                parts.append(Const(format(value.value, text)))
                continue
            if isinstance(value, Result):
                return Result("text")
            if isinstance(value, Several) and piece.format_spec is None and piece.conversion in (-1, 115):
                parts.append(several_kinds.as_text(lift, value))
                continue
            if isinstance(value, Cell) and piece.format_spec is not None and is_total(value.expr) and not lift.loops:
                return Result("text")  # a figure that is printed
            if piece.format_spec is not None or piece.conversion not in (-1, 115):
                raise no_rule("a format specification on a value of a row")
            if not isinstance(value, Cell):
                return Result("text")  # the text of a table or object: only for printing
            parts.append(missing.as_text(lift, value))
        else:
            parts.append(evaluate(lift, piece))
    return joined(parts)


def joined(parts: list[Value]) -> Value:
    """Return texts one after the other; neighbouring constants are put together."""
    out: list[Value] = []
    for part in parts:
        if isinstance(part, Const) and out and isinstance(out[-1], Const):
            out[-1] = Const(str(out[-1].value) + str(part.value))
        else:
            out.append(part)
    out = [p for p in out if p != Const("")]
    if not out:
        return Const("")
    if len(out) == 1:
        return out[0]
    total = cells.cell_of(out[0])
    for part in out[1:]:
        total = cells.arithmetic("Add", total, cells.cell_of(part), pandas=False)
    return total


@expression(ast.IfExp)
def conditional(lift: Lifter, node: ast.IfExp) -> Value:
    """``a if c else b``; each side is evaluated under its condition."""
    mark_test(node.test)
    condition = condition_of(lift, evaluate(lift, node.test))
    if condition is None:
        return Result("choice")
    if condition == TRUE:
        return evaluate(lift, node.body)
    if condition == FALSE:
        return evaluate(lift, node.orelse)
    if paths.both(lift.live, condition) == FALSE:  # what the script asked before decides
        return evaluate(lift, node.orelse)
    if paths.both(lift.live, paths.negated(condition)) == FALSE:
        return evaluate(lift, node.body)
    a = under(lift, condition, node.body)
    b = under(lift, paths.negated(condition), node.orelse)
    if isinstance(a, Ref) or isinstance(b, Ref):
        a, b = lift.content(a), lift.content(b)
    called = (e for v in (a, b) if isinstance(v, Cell) for e in walk(v.expr) if isinstance(e, Call))
    if any(e.function not in lift.side_tables for e in called):
        from lester_gui.rewrite.lift.computed import as_function

        whole = as_function(lift, node)  # a function of a row is computed in all rows, also where the script does not call it
        if isinstance(whole, Cell):
            return whole
    return lift.known(merge(lift, condition, a, b))


def under(lift: Lifter, condition: Expr, node: ast.expr) -> Value:
    """Evaluate an expression that is only reached where `condition` holds."""
    before, straight, failed = lift.live, lift.straight, exits(lift)
    lift.live, lift.straight = paths.both(before, condition), False
    try:
        value = evaluate(lift, node)
        if exits(lift) != failed:  # the rows on which it failed do not come by here any more
            before = paths.either(lift.live, paths.both(before, paths.negated(condition)))
        return value
    except Dead as dead:  # only this side of the expression ends, not the whole path
        raise Stopped(Reason.SYNTAX, f"One side of an expression always fails: {dead.why}") from dead
    finally:
        lift.live, lift.straight = before, straight


@expression(ast.Starred)
def starred(lift: Lifter, node: ast.Starred) -> Value:
    """``*x`` outside a call or display."""
    raise Stopped(Reason.SYNTAX, "A starred expression stands where it is not lifted", node.lineno)


def is_table(value: Value) -> bool:
    """Whether a value has one entry per row."""
    return isinstance(value, Column1)
