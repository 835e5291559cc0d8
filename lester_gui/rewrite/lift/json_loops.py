"""Loops through a list of JSON within a loop over rows that add something up: ``for e in rec["items"]: total += e["price"]``.

Such a loop is ``total = total + sum(e["price"] for e in rec["items"])``, a value that is computed of the row.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Unknown
from lester_gui.rewrite.lift.functions import stored_names
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.rewrite.slicing import loaded

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def add_up(lift: Lifter, node: ast.For) -> None:
    """Lift a loop through a list of the current row.

    Raises
    ------
    Stopped
        If it does anything but add to variables what it computes of an element.
    """
    sums = [] if node.orelse or any("sum" in a.names for a in lift.activations) else _sums(node.body, [])
    totals = {target for target, _, _ in sums or ()}
    own = set(stored_names([node.target]))
    read = {n for _, value, tests in sums or () for n in loaded([value, *tests])}
    if not sums or totals & (read | own) or len(totals) < len(sums):
        raise no_rule("a loop through a list of JSON that does more than adding something up")
    made: list[ast.stmt] = []
    for target, value, tests in sums:
        generator = ast.comprehension(node.target, node.iter, tests, 0)
        total = ast.Call(ast.Name("sum", ast.Load()), [ast.GeneratorExp(value, [generator])], [])
        text = ast.BinOp(ast.Name(target, ast.Load()), ast.Add(), total)
        made.append(ast.Assign([ast.Name(target, ast.Store())], text))
    for statement in made:
        for part in ast.walk(statement):
            if isinstance(part, ast.expr | ast.stmt) and not hasattr(part, "lineno"):
                ast.copy_location(part, node)
    block(lift, made)
    for name in own:
        lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", node.lineno)


def _sums(body: list[ast.stmt], tests: list[ast.expr]) -> list[tuple[str, ast.expr, list[ast.expr]]] | None:
    """Return variable, what is added to it, and under which conditions, of each statement; None if one does anything else."""
    out: list[tuple[str, ast.expr, list[ast.expr]]] = []
    for statement in body:
        if isinstance(statement, ast.If) and not statement.orelse:
            inner = _sums(statement.body, [*tests, statement.test])
            if inner is None:
                return None
            out += inner
        elif (
            isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Name)
        ):
            out.append((statement.target.id, statement.value, tests))
        else:
            return None
    return out
