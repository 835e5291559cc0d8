"""Formulas of columns that were filled or scaled on the training rows: the columns' encoders, then a function of one row.

``ratio = a * (p0 / b)`` where the holes of `a` and `b` were filled with medians of the training rows is no value of the prepared
view, since the view does not know the split. So the encoders stay on the columns and the formula is carried as a function that is
called with what they yield.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, walk
from lester_gui.ir.learning import Block, Function, Transformer
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.blocks import are_columnwise
from lester_gui.rewrite.lift.domain import Cell, Feature, Leaf, MatrixBlock
from lester_gui.rewrite.lift.recognise import Peeled, peeled

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

INFIX = {"add": "+", "sub": "-", "mul": "*", "float_div": "/"}
COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
INFIX |= {f"{family}_{name}": sign for family in ("pandas", "py") for name, sign in COMPARED.items()}
CALLED = {"abs": "numpy.abs", "sqrt": "numpy.sqrt", "log": "numpy.log", "log1p": "numpy.log1p", "exp": "numpy.exp"}
CALLED |= {n: f"numpy.{n}" for n in ("sin", "cos")}
PASSED = {"neg": "-", "to_float": ""}


def of_sides(lift: Lifter, expr: Expr) -> bool:
    """Whether an expression has a total over one side of a split."""
    leaves = (e for e in walk(expr) if isinstance(e, Leaf) and e.kind == "state")
    return any(lift.states[e.ident].part is not None for e in leaves)


def formula(lift: Lifter, node: Node, outer: Peeled, block: MatrixBlock, name: str) -> MatrixBlock | None:
    """Return a block of encoded columns and a function of them; None where an expression is no such formula.

    Parameters
    ----------
    outer
        What is done with the formula's values.
    block
        The block that the feature belongs to.
    name
        What the script calls the feature.
    """
    variables: list[Peeled] = []
    code = _code(lift, node, outer.cell.expr, variables)
    scopes = {v.scope for v in variables if v.chain} | ({outer.scope} if outer.scope else set())
    if code is None or len(scopes) != 1 or not all(are_columnwise(v.chain) for v in variables):
        return None
    arguments = ", ".join(f"a{i}" for i in range(len(variables)))
    lines = [
        "import numpy",
        "",
        "",
        f"def {{name}}({arguments}):",
        f"    {arguments}{',' if len(variables) == 1 else ''} = (numpy.float64(v) for v in ({arguments},))",
        '    with numpy.errstate(all="ignore"):',
        f"        return float({code})",
    ]
    called = _carried(lift, name or "formula", "\n".join(lines) + "\n")
    step = Transformer("function", (("function", called),))
    chains = {v.chain for v in variables}
    features = tuple(Feature(v.cell, lift.called_cell(v.cell)) for v in variables)
    if len(chains) == 1:
        before = variables[0].chain
    else:
        branches = tuple(
            Block(f"{called}_{i}", (str(i),), v.chain or (Transformer("passthrough"),)) for i, v in enumerate(variables)
        )
        before = (Transformer("beside", branches=branches),)
    made = tuple(sorted({n for v in (*variables, outer) for n in v.lines} | set(block.lines)))
    return MatrixBlock(called, features, (*before, step, *outer.chain, *block.chain), next(iter(scopes)), made)


def _carried(lift: Lifter, base: str, source: str) -> str:
    name, number = base, 1
    while True:
        function = Function(name, source.format(name=name))
        if lift.functions.setdefault(name, function) == function:
            return name
        number += 1
        name = f"{base}_{number}"


def _code(lift: Lifter, node: Node, expr: Expr, variables: list[Peeled]) -> str | None:
    """Return an expression as Python over its variables, which it notes; None where it has no such form."""
    if isinstance(expr, Literal):
        return repr(expr.value) if isinstance(expr.value, int | float) and not isinstance(expr.value, bool) else None
    if not of_sides(lift, expr) and any(isinstance(e, Column) for e in walk(expr)):
        return _variable(variables, Peeled(Cell(expr, Type.FLOAT, True)))
    found = peeled(lift, node, Cell(expr, Type.FLOAT, True))
    if found.chain and not of_sides(lift, found.cell.expr):
        return _variable(variables, found)
    if not isinstance(expr, Apply):
        return None
    parts = [_code(lift, node, a, variables) for a in expr.arguments]
    if any(p is None for p in parts):
        return None
    if expr.operator in INFIX and len(parts) == 2:
        return f"({parts[0]} {INFIX[expr.operator]} {parts[1]})"
    if expr.operator == "if_else":
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    if expr.operator in ("and", "or"):
        return f"({f' {expr.operator} '.join(str(p) for p in parts)})"
    if expr.operator == "not":
        return f"(not {parts[0]})"
    if expr.operator in CALLED and len(parts) == 1:
        return f"{CALLED[expr.operator]}({parts[0]})"
    return f"({PASSED[expr.operator]}{parts[0]})" if expr.operator in PASSED else None


def _variable(variables: list[Peeled], found: Peeled) -> str:
    if found not in variables:
        variables.append(found)
    return f"a{variables.index(found)}"
