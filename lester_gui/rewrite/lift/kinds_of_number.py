"""Whole numbers among floats: a plan keeps ``0 if gone else 1.5`` as floats, and the script has 0 and not 0.0.

That makes no difference to what is computed, but to the text of a number and to questions for its type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
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
    if cell.type is not Type.FLOAT:
        return False
    return _is_float(lift, cell.expr, lift.loops[-1].node if lift.loops else None)


def _is_float(lift: Lifter, expr: Expr, node: Node | None) -> bool:
    def inner(one: Expr) -> bool:
        return _is_float(lift, one, node)

    if isinstance(expr, Literal):
        return expr.value is None or isinstance(expr.value, float)
    if isinstance(expr, Column):
        return lift.pandas or node is None or _held(lift, node, expr.name)
    if isinstance(expr, Leaf):
        if expr.kind == "get":
            return _held(lift, lift.lookups[expr.ident].keyed.node, expr.name)
        return expr.type is Type.FLOAT and expr.kind == "state"
    if not isinstance(expr, Apply):
        return not isinstance(expr, Call)
    if expr.operator in OF_ONE:
        return inner(expr.arguments[0])
    if expr.operator in OF_ANY:
        return any(inner(a) for a in expr.arguments)
    if expr.operator in ("if_else", "coalesce"):
        return all(inner(a) for a in expr.arguments[expr.operator == "if_else" :])
    return True


def _held(lift: Lifter, node: Node, name: str) -> bool:
    """Whether a column holds floats alone: JSON has whole numbers among them."""
    if node.schema.field(name).type is not Type.FLOAT:
        return False
    if isinstance(node, Read):
        return node.reader not in (Reader.PYTHON_JSON, Reader.PYTHON_JSON_LINES)
    if isinstance(node, Project) and name in dict(node.assigned):
        return _is_float(lift, dict(node.assigned)[name], node.parent)
    sources = node.definitions()[name]
    return all(node.parents[i].schema.field(c).type is not Type.FLOAT or _held(lift, node.parents[i], c) for i, c in sources)


def as_text(lift: Lifter, cell: Cell) -> Cell:
    """Return ``str(number)`` of floats; where one of several values is chosen, the text of that one.

    Raises
    ------
    Stopped
        If some of them may be whole numbers in the script, whose text is another one.
    """
    if is_float(lift, cell):
        return cells.make("py_str", cell)
    node, expr = lift.loops[-1].node if lift.loops else None, cell.expr
    if not (isinstance(expr, Apply) and expr.operator == "if_else") or cell.nullable:
        raise shape("The text of a number hangs on whether it is a whole number, and in some rows it may be one")
    made = []
    for part in expr.arguments[1:]:
        kind = _type(part, node)
        if kind is None:
            raise shape("The text of a number hangs on whether it is a whole number, and in some rows it may be one")
        one = Cell(part, kind)
        made.append(as_text(lift, one) if kind is Type.FLOAT else cells.as_text(one))
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


def refuse(lift: Lifter, parameters: Iterable[Cell], function: Function) -> None:
    """Raise where a function is given a number that may be whole in the script, and asks for what tells it from a float.

    Raises
    ------
    Stopped
        If it does.
    """
    if all(c.type is not Type.FLOAT or is_float(lift, c) for c in parameters):
        return
    texts = [function.source, *(text for _, text in function.modules)]
    for node in (n for text in texts for n in ast.walk(ast.parse(text))):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        percent = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not isinstance(node.right, ast.Constant)
        if name in TELLING or isinstance(node, ast.JoinedStr) or percent:
            raise shape("A function is given a number that may be whole in some rows, and may ask whether it is")
