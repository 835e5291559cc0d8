"""Assignments to items and attributes: columns of frames, keys of dicts, cells of arrays."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells, one_hot_rows
from lester_gui.rewrite.lift.classes import class_of
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Frame, Grid, InLoop, Items, Matrix, Ref, Result, Tup, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, family
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.wide_rows import WideRow

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
        if isinstance(root, Ref) and isinstance(grid, InLoop) and isinstance(grid.before, Grid | Matrix):
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
    if isinstance(content, Items) and content.ordered:
        if isinstance(lift.content(key), Cell):
            lift.set(owner, one_hot_rows.with_place(lift, content, cells.cell_of(lift.content(key)), value))
            return
        place = lift.const(key)
        if not isinstance(place, int) or not -len(content.values) <= place < len(content.values):
            raise shape("A list is changed at a place that is not known")
        values = list(content.values)
        values[place] = value
        lift.set(owner, replace(content, values=tuple(values)))
        return
    if isinstance(content, WideRow):
        lift.set(owner, one_hot_rows.with_one(lift, content, lift.content(key), lift.content(value)))
        return
    kind = lift.kind(content)
    rule = METHODS.get((kind, "__setitem__"))
    if rule is None:
        raise no_rule(f"an assignment into a {kind}")
    if isinstance(content, Frame) and lift.live != TRUE:
        raise Stopped(Reason.LEVEL, "A table is changed under a condition on its rows")
    with lift.using(family=family(rule)):
        rule(lift, content, Arguments(f"{kind}[…]", [key, value], owner=owner))


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
