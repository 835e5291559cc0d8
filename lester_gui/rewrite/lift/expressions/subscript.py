"""Subscripts: items, slices, columns, masks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.classes import class_of, values_of
from lester_gui.rewrite.lift.domain import Accessor, Const, Entries, Items, Maybe, Module, Result, Tup, Value
from lester_gui.rewrite.lift.expressions import evaluate, expression
from lester_gui.rewrite.lift.fold_loops import Folds
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, family
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@expression(ast.Slice)
def slice_value(lift: Lifter, node: ast.Slice) -> Value:
    """``a:b:c`` inside a subscript: an object of its own, with None where a bound is left out."""
    return Accessor(
        Tup(tuple(Const(None) if part is None else evaluate(lift, part) for part in (node.lower, node.upper, node.step))), "slice"
    )


@expression(ast.Subscript)
def subscript(lift: Lifter, node: ast.Subscript) -> Value:
    """``x[key]``."""
    owner = evaluate(lift, node.value)
    key = evaluate(lift, node.slice)
    return item(lift, owner, key)


def item(lift: Lifter, owner: Value, key: Value) -> Value:
    """Return ``owner[key]``."""
    if isinstance(owner, Module):
        if owner.name == "numpy.c_":
            from lester_gui.rewrite.lift.library.numpy_shapes import c_

            return c_(lift, Arguments("numpy.c_", [key]))
        if owner.name == "numpy.r_" and isinstance(key, Tup):
            from lester_gui.rewrite.lift.library.numpy_steps import put_together

            stepped = put_together(lift, Arguments("numpy.r_", list(key.items)))
            if stepped is None:
                raise no_rule("np.r_ of these arrays")
            return stepped
        return owner  # a type, such as list[int]
    content, index = lift.content(owner), lift.content(key)
    if isinstance(content, Result):
        from lester_gui.rewrite.lift.library.numpy_counts import Counts, looked_up

        if isinstance(content, Folds):
            return content.at(index) or content
        return (looked_up(lift, content, index) if isinstance(content, Counts) else None) or content
    if isinstance(content, Maybe):  # None has no items, so the key is there where the script goes on
        if not demand(lift, content.found, "TypeError"):
            required(lift, content.found)
        return item(lift, content.value, key)
    as_tuple = values_of(lift, content)
    if as_tuple is not None:
        content = as_tuple
    elif class_of(lift, content) is not None:
        raise no_rule("[…] on an object of the script's own class")
    if isinstance(content, Items) and content.kind == "array" and isinstance(index, Accessor):
        raise no_rule("a slice of an array of a fixed size")
    if isinstance(content, Tup) or (isinstance(content, Items) and content.ordered):
        values = content.values
        found = of_known(lift, values, index, isinstance(content, Tup))
        if found is not None:
            return found
    if isinstance(content, Entries) and isinstance(index, Const):
        value = content.get(index)
        if value is None:
            if demand(lift, FALSE, "KeyError"):
                raise Dead("A dict is read at a key that it does not have")
            raise Stopped(Reason.SHAPE, "A dict is read at a key that it does not have")
        return value
    if isinstance(content, Const) and isinstance(content.value, str):
        if isinstance(index, Const):
            return Const(content.value[lift.const(index)])
        if isinstance(index, Accessor) and index.kind == "slice":
            low, high, step = lift.const(index.owner)
            return Const(content.value[low:high:step])
    kind = lift.kind(content)
    rule = METHODS.get((kind, "__getitem__"))
    if rule is None:
        raise no_rule(f"[…] on a {kind}")
    with lift.using(family=family(rule)):
        return rule(lift, content, Arguments(f"{kind}[…]", [key], owner=owner))


def of_known(lift: Lifter, values: tuple[Value, ...], index: Value, is_tuple: bool) -> Value | None:
    """Return an item or slice of a sequence of known length, or None if the index is not constant."""
    if isinstance(index, Const) and isinstance(index.value, int):
        if not -len(values) <= index.value < len(values):
            if demand(lift, FALSE, "IndexError"):
                raise Dead("An index is out of range")
            raise shape("An index is out of range")
        return values[index.value]
    if isinstance(index, Accessor) and index.kind == "slice":
        low, high, step = lift.const(index.owner)
        part = values[low:high:step]
        return Tup(part) if is_tuple else lift.new(Items(part))
    return None
