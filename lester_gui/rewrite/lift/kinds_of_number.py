"""Whole numbers among floats: a plan keeps ``0 if gone else 1.5`` as floats, and the script has 0 and not 0.0.

That makes no difference to what is computed, but to the text of a number and to questions for its type.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, columns_of, type_of, walk
from lester_gui.ir.learning import Function
from lester_gui.ir.nodes import Node, Project, Read, Reader
from lester_gui.ir.schema import PlanError, Schema, Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Leaf
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

OF_ONE = frozenset({"neg", "abs", "np_round", "present"})
OF_ANY = frozenset({"add", "sub", "mul", "py_floordiv", "py_mod", "pandas_floordiv", "pandas_mod"})
TELLING = frozenset({"str", "repr", "format", "isinstance", "type", "is_integer", "hex", "dumps", "bit_length", "ascii", "map"})
"""Names of what gives another answer for 1 than for 1.0."""


def is_float(lift: Lifter, cell: Cell) -> bool:
    """Whether a number of a row that a plan keeps as a float is sure to be one in the script, too."""
    return cell.type is Type.FLOAT and _is(lift, cell.expr, _node(lift), Type.FLOAT)


def whole(lift: Lifter, cell: Cell) -> Cell:
    """Return a whole number of which the script asks that it is one: refused where JSON comes to hold others in its place."""
    if cell.type is not Type.INT or not lift.json or _is(lift, cell.expr, _node(lift), Type.INT):
        return cell
    return cells.make("whole_number", cell)


def _node(lift: Lifter) -> Node | None:
    return lift.loops[-1].node if lift.loops else None


def _is(lift: Lifter, expr: Expr, node: Node | None, kind: Type) -> bool:
    """Whether a number is sure to be of a kind in all rows, in other data, too."""

    def inner(one: Expr) -> bool:
        return _is(lift, one, node, kind)

    if isinstance(expr, Literal):
        return expr.value is None or (type(expr.value) is float) == (kind is Type.FLOAT)
    if isinstance(expr, Column):
        return lift.pandas or node is None or _held(lift, node, expr.name, kind)
    if isinstance(expr, Leaf):
        if expr.kind == "get":
            return _held(lift, lift.lookups[expr.ident].keyed.node, expr.name, kind)
        return expr.type is kind and expr.kind in (("state",) if kind is Type.FLOAT else ("count", "position", "size_so_far"))
    if not isinstance(expr, Apply):
        return not isinstance(expr, Call) or kind is Type.INT
    if expr.operator in OF_ONE:
        return inner(expr.arguments[0])
    if expr.operator in OF_ANY:
        return (any if kind is Type.FLOAT else all)(inner(a) for a in expr.arguments)
    if expr.operator in ("if_else", "coalesce"):
        return all(inner(a) for a in expr.arguments[expr.operator == "if_else" :])
    return True


def _held(lift: Lifter, node: Node, name: str, kind: Type) -> bool:
    """Whether a column holds numbers of a kind alone: JSON has whole numbers among floats."""
    if node.schema.field(name).type is not kind:
        return False
    if isinstance(node, Read):
        return node.reader not in (Reader.PYTHON_JSON, Reader.PYTHON_JSON_LINES)
    if isinstance(node, Project) and name in dict(node.assigned):
        return _is(lift, dict(node.assigned)[name], node.parent, kind)
    sources = node.definitions()[name]
    return all(
        not node.parents[i].schema.field(c).type.is_number
        or (node.parents[i].schema.field(c).type is not kind and kind is Type.FLOAT)
        or _held(lift, node.parents[i], c, kind)
        for i, c in sources
    )


def as_text(lift: Lifter, cell: Cell) -> Cell:
    """Return ``str(number)`` of floats; where one of several values is chosen, the text of that one.

    Raises
    ------
    Stopped
        If some of them may be whole numbers in the script, whose text is another one.
    """
    if is_float(lift, cell):
        return cells.make("py_str", cell)
    node, expr = _node(lift), cell.expr
    if not (isinstance(expr, Apply) and expr.operator == "if_else") or cell.nullable:
        raise shape("The text of a number hangs on whether it is a whole number, and in some rows it may be one")
    made = []
    for part in expr.arguments[1:]:
        kind = _type(part, node)
        if kind is None:
            raise shape("The text of a number hangs on whether it is a whole number, and in some rows it may be one")
        one = Cell(part, kind)
        made.append(as_text(lift, one) if kind is Type.FLOAT else cells.as_text(whole(lift, one)))
    return Cell(paths.choose(expr.arguments[0], made[0].expr, made[1].expr), Type.STR)


def _type(expr: Expr, node: Node | None) -> Type | None:
    """Return the type of a value that is never missing; None for any other."""
    if isinstance(expr, Leaf):
        return None if expr.nullable else expr.type
    if any(isinstance(e, Leaf) for e in walk(expr)) or (node is None and columns_of(expr)):
        return None
    try:
        kind, nullable = type_of(expr, Schema(()) if node is None else node.schema)
    except PlanError:
        return None
    return None if nullable else kind


def given(lift: Lifter, arguments: Sequence[Cell], function: Function) -> tuple[Expr, ...]:
    """Return what a function is given.

    Raises
    ------
    Stopped
        If it may ask what tells a whole number from a float, and is given a number that may be either.
    """
    if not _tells(function):
        return tuple(c.expr for c in arguments)
    if any(c.type is Type.FLOAT and not is_float(lift, c) for c in arguments):
        raise shape("A function is given a number that may be whole in some rows, and may ask whether it is")
    return tuple(whole(lift, c).expr for c in arguments)


def _tells(function: Function) -> bool:
    """Whether a function, or one that it needs, may ask what tells a whole number from a float."""
    texts = [function.source, *(text for _, text in function.modules)]
    for node in (n for text in texts for n in ast.walk(ast.parse(text))):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        percent = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not isinstance(node.right, ast.Constant)
        if name in TELLING or isinstance(node, ast.JoinedStr) or percent:
            return True
    return False
