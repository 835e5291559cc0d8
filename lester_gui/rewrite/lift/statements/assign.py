"""Assignments: names, tuples of names, items, attributes, and the augmented forms."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.classes import values_of
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Fields,
    Frame,
    Items,
    Maybe,
    Ref,
    Result,
    Rows,
    Tup,
    Unknown,
    Value,
)
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.list_elements import taken_apart
from lester_gui.rewrite.lift.library.text_pieces import first_pieces
from lester_gui.rewrite.lift.memory import change, is_array, placed
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.statements import statement
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape
from lester_gui.rewrite.lift.texts import LineSource
from lester_gui.rewrite.lift.whole_lines import is_loose, pieces_of
from lester_gui.rewrite.lift.wide_rows import WideRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@statement(ast.Assign)
def assign(lift: Lifter, node: ast.Assign) -> None:
    """``a = b = expr``; ``a, b = x, y`` keeps the identity of each object."""
    target = node.targets[0]
    if (
        len(node.targets) == 1
        and isinstance(target, ast.Tuple)
        and isinstance(node.value, ast.Tuple)
        and _one_to_one(target, node.value)
    ):
        values = [evaluate(lift, e) for e in node.value.elts]
        for t, v in zip(target.elts, values, strict=True):
            store(lift, t, v)
        return
    value = _each_piece(lift, node) or _first_pieces(lift, node) or evaluate(lift, node.value)
    for t in node.targets:
        store(lift, t, value)


def _each_piece(lift: Lifter, node: ast.Assign) -> Value | None:
    """Return what ``a, b = [int(p) for p in text.split("/")]`` or ``map(int, …)`` unpacks: the names tell how many there are.

    None for any other assignment.
    """
    target, value = node.targets[0], node.value
    if len(node.targets) != 1 or not isinstance(target, ast.Tuple) or any(isinstance(e, ast.Starred) for e in target.elts):
        return None
    if isinstance(value, ast.ListComp | ast.GeneratorExp) and len(value.generators) == 1 and not value.generators[0].ifs:
        sequence: ast.AST = value.generators[0]
        field = "iter"
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "map" and len(value.args) == 2:
        sequence, field = value, "args"
    else:
        return None
    source = value.args[1] if isinstance(value, ast.Call) else value.generators[0].iter
    split = source.func.attr if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) else ""
    content = lift.content(evaluate(lift, source)) if split in ("split", "rsplit") and lift.loops else None
    if not (isinstance(content, Accessor) and content.kind == "pieces"):
        return None
    name = f"pieces_line_{node.lineno}"
    lift.names[name] = Tup(unpack(lift, content, len(target.elts), []))
    place = ast.copy_location(ast.Name(name, ast.Load()), source)
    before = getattr(sequence, field)
    setattr(sequence, field, [value.args[0], place] if isinstance(value, ast.Call) else place)
    try:
        return evaluate(lift, value)
    finally:
        setattr(sequence, field, before)
        lift.names.pop(name, None)


def _first_pieces(lift: Lifter, node: ast.Assign) -> Value | None:
    """Return what ``a, b = line.split(";")[:2]`` unpacks where texts have different numbers of pieces; None for anything else."""
    target, value = node.targets[0], node.value
    if len(node.targets) != 1 or not isinstance(target, ast.Tuple) or any(isinstance(e, ast.Starred) for e in target.elts):
        return None
    part = value.slice if isinstance(value, ast.Subscript) else None
    if not (isinstance(part, ast.Slice) and part.lower is None and part.step is None and lift.loops):
        return None
    if not (isinstance(part.upper, ast.Constant) and part.upper.value == len(target.elts)):
        return None
    assert isinstance(value, ast.Subscript)
    content = lift.content(evaluate(lift, value.value))
    if isinstance(content, Fields):
        source = lift.texts[content.source]
        content = pieces_of(lift, content) if isinstance(source, LineSource) and is_loose(lift, source) else content
    if not (isinstance(content, Accessor) and content.kind == "pieces"):
        return None
    return Tup(tuple(first_pieces(lift, content, len(target.elts), 0)))


def _one_to_one(target: ast.Tuple, value: ast.Tuple) -> bool:
    return len(target.elts) == len(value.elts) and not any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))


@statement(ast.AnnAssign)
def annotated(lift: Lifter, node: ast.AnnAssign) -> None:
    """``a: int = expr``."""
    if node.value is not None:
        store(lift, node.target, evaluate(lift, node.value))


@statement(ast.AugAssign)
def augmented(lift: Lifter, node: ast.AugAssign) -> None:
    """``a += expr``: a list is changed in place, everything else is replaced."""
    load = ast.copy_location(_as_load(node.target), node)
    owner = evaluate(lift, load)
    if isinstance(owner, Ref) and isinstance(lift.content(owner), Items | WideRow) and isinstance(node.op, ast.Add):
        from lester_gui.rewrite.lift.library.table import METHODS, Arguments

        METHODS["list", "extend"](lift, lift.content(owner), Arguments("+=", [evaluate(lift, node.value)], owner=owner))
        return
    value = evaluate(lift, ast.copy_location(ast.BinOp(load, node.op, node.value), node))
    if isinstance(owner, Ref) and isinstance(node.target, ast.Name) and is_array(lift.content(owner)):
        change(lift, owner, lift.content(value))
        return
    store(lift, node.target, value)


def _as_load(target: ast.expr) -> ast.expr:
    copy = ast.parse(ast.unparse(target), mode="eval").body
    for inner in ast.walk(copy):
        ast.copy_location(inner, target)
    return copy


def store(lift: Lifter, target: ast.expr, value: Value) -> None:
    """Assign `value` to a target."""
    if isinstance(target, ast.Name):
        assign_name(lift, target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        names = [e.id if isinstance(e, ast.Name) else "" for e in target.elts]
        if any(isinstance(e, ast.Starred) for e in target.elts):
            starred(lift, target.elts, value)
            return
        for t, v in zip(target.elts, unpack(lift, value, len(target.elts), names), strict=True):
            store(lift, t, v)
    elif isinstance(target, ast.Subscript):
        from lester_gui.rewrite.lift.statements.items import store_item

        store_item(lift, target, value)
    elif isinstance(target, ast.Attribute):
        from lester_gui.rewrite.lift.statements.items import store_attribute

        store_attribute(lift, target, value)
    else:
        raise Stopped(Reason.SYNTAX, f"An assignment to {type(target).__name__} is not lifted")


def starred(lift: Lifter, targets: list[ast.expr], value: Value) -> None:
    """``a, b, *rest = values``."""
    content = lift.content(value)
    place = next(i for i, e in enumerate(targets) if isinstance(e, ast.Starred))
    after = len(targets) - place - 1
    star = targets[place]
    assert isinstance(star, ast.Starred)
    if isinstance(content, Fields) and _is_read(lift, star.value):
        from lester_gui.rewrite.lift.texts import all_fields

        content = Tup(all_fields(lift, content))  # what is done with the rest tells how many there are
    if isinstance(content, Fields):
        content = pieces_of(lift, content)
    if isinstance(content, Accessor) and content.kind == "pieces":
        given: list[Value] = [*first_pieces(lift, content, place, after)]
        rest: Value = Unknown("it holds as many pieces of a text as there are", lift.line)
    elif (apart := taken_apart(lift, value, content, place, after)) is not None:
        given, rest = apart
    else:
        known = content.values if isinstance(content, Items | Tup) else None
        if known is None or len(known) < len(targets) - 1:
            raise shape("A value whose length is not known is unpacked")
        given = [*known[:place], *known[len(known) - after :]]
        rest = lift.new(Items(tuple(known[place : len(known) - after])))
    for t, v in zip([e for e in targets if e is not star], given, strict=True):
        store(lift, t, v)
    if isinstance(rest, Unknown) and isinstance(star.value, ast.Name):
        lift.names[star.value.id] = rest
    else:
        store(lift, star.value, rest)


def _is_read(lift: Lifter, target: ast.expr) -> bool:
    """Whether the script reads a name anywhere in the module or function at hand."""
    tree = dict(lift.script.modules).get(lift.activations[-1].module)
    names = ast.walk(lift.script.tree if tree is None else ast.parse(tree))
    return isinstance(target, ast.Name) and any(
        isinstance(n, ast.Name) and n.id == target.id and isinstance(n.ctx, ast.Load) for n in names
    )


def assign_name(lift: Lifter, name: str, value: Value) -> None:
    """Assign to a name; the node behind a table is called after it."""
    if isinstance(value, Column1):
        value = replace(value, lines=lift.lines)
    value = lift.names[name] = placed(lift, value)
    content = lift.heap.get(value.id, value) if isinstance(value, Ref) else value
    if isinstance(content, Frame | Rows) and name != "_":
        lift.claim(name, content)
    if isinstance(content, Cell):
        from lester_gui.rewrite.lift.loops import name_cell

        name_cell(lift, name, content)


def unpack(lift: Lifter, value: Value, count: int, names: list[str]) -> tuple[Value, ...]:
    """Return the `count` values that `value` is unpacked into; `names` are those of the targets, '' where there is none."""
    content = lift.content(value)
    if isinstance(content, Result):
        return (content,) * count
    if isinstance(content, Maybe):
        if not demand(lift, content.found, "TypeError"):
            required(lift, content.found)
        return unpack(lift, content.value, count, names)
    if isinstance(content, Fields):
        from lester_gui.rewrite.lift.texts import fix_width

        return fix_width(lift, content, count, names)
    if isinstance(content, Accessor) and content.kind == "pieces":
        from lester_gui.rewrite.lift.library.text_pieces import unpacked

        return unpacked(lift, content, count)
    if isinstance(content, Accessor) and content.kind == "transposed":
        from lester_gui.rewrite.lift.library.numpy_steps import columns_of

        content = Tup(columns_of(lift, content))
    values: tuple[Value, ...] | None = None
    content = values_of(lift, content) or content
    if isinstance(content, Tup):
        values = content.items
    elif isinstance(content, Items):
        values = content.values
    if values is None:
        raise shape("A value whose length is not known is unpacked")
    if len(values) != count:
        raise shape(f"{len(values)} values are unpacked into {count} names")
    return values
