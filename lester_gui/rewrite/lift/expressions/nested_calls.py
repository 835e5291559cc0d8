"""Sums, counts and searches over another table's rows in one expression: read as the inner loop that they stand for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Const, Iterated, Rows, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.nested_shape import stored_names

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def in_one_expression(lift: Lifter, node: ast.Call) -> Value | None:
    """Return ``sum(e for x in xs if c)`` and its like over another table's rows, as the loop they stand for; None for others."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if not lift.loops or name not in ("sum", "len", "any", "next") or node.keywords or not node.args:
        return None
    made = node.args[0]
    if not isinstance(made, ast.GeneratorExp | ast.ListComp) or len(made.generators) != 1 or name in lift.names:
        return None
    if (name == "next") != (len(node.args) == 2) or (name == "len") != isinstance(made, ast.ListComp):
        return None
    generator = made.generators[0]
    content = lift.content(evaluate(lift, generator.iter))
    if not isinstance(content, Rows | Iterated) or (
        isinstance(content, Iterated) and content.kind not in ("enumerate", "records")
    ):
        return None
    variable = f"{name}_line_{node.lineno}_{node.col_offset}"
    tests = [*generator.ifs, made.elt] if name == "any" else list(generator.ifs)
    if not tests:
        return None
    target = ast.Name(variable, ast.Store())
    does: list[ast.stmt]
    if name in ("sum", "len"):
        does = [ast.AugAssign(target, ast.Add(), made.elt if name == "sum" else ast.Constant(1))]
        start: Value = Const(0)
    else:
        does = [ast.Assign([target], ast.Constant(True) if name == "any" else made.elt), ast.Break()]
        start = Const(False) if name == "any" else evaluate(lift, node.args[1])
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    loop = ast.For(generator.target, generator.iter, [ast.If(test, does, [])], [])
    for part in ast.walk(loop):
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
    from lester_gui.rewrite.lift.statements import execute

    before = dict(lift.names)
    lift.names[variable] = start
    execute(lift, loop)
    out = lift.names.pop(variable)
    for n in stored_names([generator.target]):
        lift.names.pop(n, None)
        if n in before:
            lift.names[n] = before[n]
    return lift.known(out)
