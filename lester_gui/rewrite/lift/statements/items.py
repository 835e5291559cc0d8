"""Assignments to items and attributes: columns of frames, keys of dicts, cells of arrays."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.classes import class_of
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Frame, Grid, InLoop, Items, Leaf, Ref, Result, Tup, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, family
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import demand
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def store_item(lift: Lifter, target: ast.Subscript, value: Value) -> None:
    """``owner[key] = value``."""
    from lester_gui.rewrite.lift.loops import store_in_loop

    if (
        chained(target)
        and isinstance(target.value, ast.Subscript)
        and isinstance(lift.content(evaluate(lift, target.value.value)), Frame)
    ):
        lift.note("copy-on-write", ast.unparse(target.value))
        return
    inner = target.value
    if isinstance(inner, ast.Subscript):  # grid[i][j] = v is grid[i, j] = v
        root = evaluate(lift, inner.value)
        grid = lift.content(root)
        if isinstance(root, Ref) and isinstance(grid, InLoop) and isinstance(grid.before, Grid):
            store_in_loop(lift, root, grid, Tup((evaluate(lift, inner.slice), evaluate(lift, target.slice))), value)
            return
    owner = evaluate(lift, target.value)
    key = evaluate(lift, target.slice)
    content = lift.content(owner)
    if isinstance(content, Result):
        return
    if isinstance(owner, Ref) and store_in_loop(lift, owner, content, key, value):
        return
    if isinstance(content, Entries) and content.factory == "frame":
        from lester_gui.rewrite.lift.library.pandas_frame import first_column

        with lift.using(family="pandas"):
            lift.set(owner, first_column(lift, lift.text(key), value))
        return
    if isinstance(content, Entries):
        index = lift.content(key)
        if not isinstance(index, Const):
            raise shape("A dict is filled at a key that depends on data")
        items = dict(content.items)
        items[index] = value
        lift.set(owner, replace(content, items=tuple(items.items())))
        return
    if isinstance(content, Items) and content.kind == "list":
        index = lift.content(key)
        if isinstance(index, Cell):
            lift.set(owner, placed_by_row(lift, content, index, value))
            return
        place = lift.const(key)
        if not isinstance(place, int) or not -len(content.values) <= place < len(content.values):
            raise shape("A list is changed at a place that is not known")
        values = list(content.values)
        values[place] = value
        lift.set(owner, Items(tuple(values)))
        return
    kind = lift.kind(content)
    rule = METHODS.get((kind, "__setitem__"))
    if rule is None:
        raise no_rule(f"an assignment into a {kind}")
    if isinstance(content, Frame) and lift.live != TRUE:
        raise Stopped(Reason.LEVEL, "A table is changed under a condition on its rows")
    with lift.using(family=family(rule)):
        rule(lift, content, Arguments(f"{kind}[…]", [key, value], owner=owner))


def placed_by_row(lift: Lifter, content: Items, index: Cell, value: Value) -> Items:
    """Return a list of known length after ``xs[i] = value`` at a place that the row decides; an `i` beyond it ends the script."""
    from lester_gui.rewrite.lift.statements.branch import merge

    count = len(content.values)
    if index.type not in (Type.INT, Type.BOOL) or index.nullable:
        raise shape("A list is changed at a place that is no whole number")
    at = [at_place(lift, index, i, count) for i in range(count)]
    known: Expr = FALSE
    for condition in at:
        known = paths.either(known, condition)
    if not _is_code(index) and not demand(lift, known, "IndexError") and lift.straight and lift.loops:
        lift.live = paths.both(lift.live, known)
    return Items(tuple(lift.known(merge(lift, c, value, old)) for c, old in zip(at, content.values, strict=True)))


def at_place(lift: Lifter, index: Cell, place: int, count: int) -> Expr:
    """Return the condition that an index means this place of a list: counted from the front, or back from the end."""
    if _is_code(index):
        assert isinstance(index.expr, Leaf)
        vocabulary, cell = lift.codes[index.expr.ident]
        if vocabulary.order != "listed":
            raise shape("A list is changed at the number of a value that only the data list")
        if place >= len(vocabulary.values):
            return FALSE
        return cells.compare("Eq", cell, cells.cell_of(Const(vocabulary.values[place])), pandas=False).expr
    front = cells.compare("Eq", index, cells.cell_of(Const(place)), pandas=False).expr
    return paths.either(front, cells.compare("Eq", index, cells.cell_of(Const(place - count)), pandas=False).expr)


def _is_code(index: Cell) -> bool:
    return isinstance(index.expr, Leaf) and index.expr.kind == "code"


def chained(target: ast.Subscript) -> bool:
    """Whether a target is ``frame[mask][column]``: pandas 3 changes a copy there, so nothing happens to the frame."""
    inner = target.value
    return (
        isinstance(inner, ast.Subscript)
        and isinstance(inner.slice, ast.Compare | ast.BoolOp | ast.BinOp | ast.UnaryOp)
        and isinstance(target.slice, ast.Constant)
        and isinstance(target.slice.value, str)
    )


def store_attribute(lift: Lifter, target: ast.Attribute, value: Value) -> None:
    """``frame.columns = names``, ``frame.name = series`` for a column that exists."""
    from lester_gui.rewrite.lift.library.pandas_frame import with_column
    from lester_gui.rewrite.lift.library.pandas_names import relabelled

    owner = evaluate(lift, target.value)
    content = lift.content(owner)
    if isinstance(content, Result):
        return
    made = class_of(lift, content)
    if made is not None and (made.kind == "tuple" or target.attr in made.properties):
        raise no_rule(f"setting the attribute {target.attr} of {made.name}")
    if isinstance(content, Entries) and (content.factory == "record" or made is not None):
        items = dict(content.items) | {Const(target.attr): value}
        lift.set(owner, replace(content, items=tuple(items.items())))
        return
    if isinstance(content, Items) and target.attr == "name" and content.kind == "index":
        return  # what the axis of the columns is called is seen by nobody
    if isinstance(content, Frame):
        with lift.using(family="pandas"):
            if target.attr == "columns":
                lift.set(owner, relabelled(lift, content, lift.strings(value)))
                return
            if content.get(target.attr) is not None:
                lift.set(owner, with_column(lift, content, target.attr, value))
                return
    raise no_rule(f"setting the attribute {target.attr}")


def delete_item(lift: Lifter, target: ast.Subscript) -> None:
    """``del frame[column]``."""
    from lester_gui.rewrite.lift.library.pandas_frame import selected

    owner = evaluate(lift, target.value)
    content = lift.content(owner)
    if not isinstance(content, Frame):
        raise Stopped(Reason.EFFECT, "Deleting from a dict or list is not lifted")
    name = lift.text(evaluate(lift, target.slice))
    with lift.using(family="pandas"):
        lift.set(owner, selected(lift, content, tuple(n for n in content.names if n != name)))
