"""Formulas of columns that were filled, scaled or capped on the training rows: encoders, then a function of one row.

``ratio = a * (p0 / b)`` where the holes of `a` and `b` were filled with medians of the training rows is no value of the prepared
view, since the view does not know the split. So the encoders stay on the columns and the formula is carried as a function that is
called with what they yield. A total of the training rows in any other place is an encoder of its own: it learns the total, or
that of each group, and yields it for every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.features.catalogue import STATISTICS
from lester_gui.features.unfitted import OWN
from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, type_of, walk
from lester_gui.ir.learning import Block, Function, Transformer
from lester_gui.ir.nodes import Node
from lester_gui.ir.options import Unfitted
from lester_gui.ir.schema import PlanError, Type
from lester_gui.rewrite.lift.blocks import are_columnwise, named_places, scope_of
from lester_gui.rewrite.lift.cells import column as column_of
from lester_gui.rewrite.lift.domain import Cell, Feature, Leaf, MatrixBlock
from lester_gui.rewrite.lift.recognise import Peeled, peeled
from lester_gui.rewrite.lift.side_totals import is_lookup, is_total, of_sides
from lester_gui.rewrite.lift.stop import Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

INFIX = {"add": "+", "sub": "-", "mul": "*", "float_div": "/"}
COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
INFIX |= {f"{family}_{name}": sign for family in ("pandas", "py") for name, sign in COMPARED.items()}


def _infix(sign: str) -> Callable[[list[str]], str]:
    return lambda parts: f"({f' {sign} '.join(parts)})"


def _of_numpy(name: str) -> Callable[[list[str]], str]:
    return lambda parts: f"numpy.{name}({', '.join(parts)})"


FORMS: dict[str, Callable[[list[str]], str]] = {
    **{name: _infix(sign) for name, sign in (INFIX | {"and": "and", "or": "or"}).items()},
    **{name: _of_numpy(name) for name in ("abs", "sqrt", "log", "log1p", "exp", "sin", "cos")},
    "np_round": _of_numpy("round"),
    "if_else": lambda p: f"({p[1]} if {p[0]} else {p[2]})",
    "not": lambda p: f"(not {p[0]})",
    "neg": lambda p: f"(-{p[0]})",
    "to_float": lambda p: f"({p[0]})",
    "to_int": lambda p: f"int({p[0]})",  # which fails where a value is missing, as pandas does
    "coalesce": lambda p: f"filled({', '.join(p)})",
    "present": lambda p: f"there({p[0]})",
    "is_null": lambda p: f"({p[0]} != {p[0]})",
    "not_null": lambda p: f"({p[0]} == {p[0]})",
    **{
        name: (lambda p, sign=sign: f"({p[0]} {sign} {p[1]} if {p[1]} != 0 else 1 // 0)")  # type: ignore[misc]
        for name, sign in (("py_div", "/"), ("py_floordiv", "//"), ("py_mod", "%"))
    },
    "is_in": lambda p: f"({p[0]} in ({', '.join(p[1:])},))",
}
"""Operator → how a formula has it, over what it has for the operator's parts."""
HELPERS = {
    "filled(": "filled = lambda *values: next((v for v in values if v == v), numpy.nan)",
    "there(": "there = lambda value: value if value == value else 1 // 0",  # a key that is not there ends the script
}


@dataclass(frozen=True, slots=True)
class _Variable:
    """What a formula is computed of: one value of encoded columns, each named once. `lines` and `scope` are its encoders'."""

    cells: tuple[Cell, ...]
    chain: tuple[Transformer, ...] = ()
    scope: str = ""
    lines: tuple[int, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is a column of text, perhaps filled."""
        return len(self.cells) == 1 and self.cells[0].type is Type.STR and all(t.kind == "simple_imputer" for t in self.chain)

    @property
    def is_plain(self) -> bool:
        """Whether it is one column for itself, so that a block can have several of its kind."""
        return len(self.cells) == 1 and are_columnwise(self.chain)


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
    found = _computed(lift, node, outer.cell.expr, name)
    if found is None:
        return None
    scopes = {s for s in (found.scope, outer.scope, block.fit_on if block.chain else "") if s}
    if len(scopes) != 1:
        return None
    features = tuple(Feature(c, lift.called_cell(c)) for c in found.cells)
    made = tuple(sorted({*found.lines, *outer.lines, *block.lines}))
    chain = (*found.chain, *outer.chain, *block.chain)
    return MatrixBlock(_called(found.chain) or block.name, features, chain, next(iter(scopes)), made)


def _called(chain: tuple[Transformer, ...]) -> str:
    return next((str(t.get("function")) for t in reversed(chain) if t.kind == "function"), "")


def _computed(lift: Lifter, node: Node, expr: Expr, name: str) -> _Variable | None:
    """Return an expression as a function of encoded columns, or as an encoder alone; None where it has no such form."""
    variables: list[_Variable] = []
    code = _code(lift, node, expr, variables)
    scopes = {v.scope for v in variables if v.scope}
    if code is None or len(scopes) > 1:
        return None
    if code == "a0" and len(variables) == 1:
        return variables[0]
    if _is_text(lift, node, expr):
        return None
    arguments = ", ".join(f"a{i}" for i in range(len(variables)))
    body = [
        *_arrived(arguments, variables),
        *(line for name, line in HELPERS.items() if name in code),
        'with numpy.errstate(all="ignore"):',
        f"    return float({code})",
    ]
    lines = ["import numpy", "", "", f"def {{name}}({arguments}):", *(f"    {line}" for line in body)]
    called = _carried(lift, name or "formula", "\n".join(lines) + "\n")
    step = Transformer("function", (("function", called),))
    cells, before = _beside(called, variables)
    lines_made = tuple(sorted({n for v in variables for n in v.lines}))
    return _Variable(cells, (*before, step), next(iter(scopes), ""), lines_made)


def _arrived(arguments: str, variables: list[_Variable]) -> list[str]:
    """Return the lines that make numbers of the numbers among a function's arguments; missing text becomes NaN, too."""
    if not any(v.is_text for v in variables):
        return [f"{arguments}{',' if len(variables) == 1 else ''} = (numpy.float64(v) for v in ({arguments},))"]
    return [
        f"a{i} = numpy.nan if a{i} is None else a{i}" if v.is_text else f"a{i} = numpy.float64(a{i})"
        for i, v in enumerate(variables)
    ]


def _is_text(lift: Lifter, node: Node, expr: Expr) -> bool:
    """Whether an expression yields text, as far as its form tells."""
    if isinstance(expr, Apply) and expr.operator in ("coalesce", "if_else"):
        return any(_is_text(lift, node, a) for a in expr.arguments[1 if expr.operator == "if_else" else 0 :])
    if isinstance(expr, Leaf):
        return expr.type is Type.STR
    return _kind(node, expr) is Type.STR


def _kind(node: Node, expr: Expr) -> Type:
    """Return the type of an expression; one that its form does not tell is a number."""
    try:
        return type_of(expr, node.schema)[0]
    except (PlanError, TypeError):  # a total in it has no column yet
        return Type.FLOAT


def _beside(called: str, variables: list[_Variable]) -> tuple[tuple[Cell, ...], tuple[Transformer, ...]]:
    """Return the columns of all variables, each once, and the chain that gives the variables' values from them."""
    cells = tuple({c.expr: c for v in variables for c in v.cells}.values())
    place = {c.expr: str(i) for i, c in enumerate(cells)}
    chains = {v.chain for v in variables}
    if len(variables) == 1 or (len(chains) == 1 and len(cells) == len(variables) and all(v.is_plain for v in variables)):
        return cells, variables[0].chain
    branches = []
    for i, v in enumerate(variables):
        places = tuple(place[c.expr] for c in v.cells)
        branches.append(Block(f"{called}_{i}", places, named_places(v.chain, places) or (Transformer("passthrough"),)))
    return cells, (Transformer("beside", branches=tuple(branches)),)


def _carried(lift: Lifter, base: str, source: str) -> str:
    name, number = base, 1
    while True:
        function = Function(name, source.format(name=name))
        if lift.functions.setdefault(name, function) == function:
            return name
        number += 1
        name = f"{base}_{number}"


def _code(lift: Lifter, node: Node, expr: Expr, variables: list[_Variable]) -> str | None:
    """Return an expression as Python over its variables, which it notes; None where it has no such form."""
    if isinstance(expr, Literal):
        return _literal(expr)
    if not of_sides(lift, expr) and any(isinstance(e, Column) for e in walk(expr)):
        return _variable(variables, _Variable((Cell(expr, _kind(node, expr), True),)))
    found = peeled(lift, node, Cell(expr, Type.FLOAT, True))
    if found.chain and not of_sides(lift, found.cell.expr):
        return _variable(variables, _Variable((found.cell,), found.chain, found.scope, found.lines))
    if is_lookup(lift, expr) or is_total(lift, expr):
        learnt = _learnt(lift, node, expr)
        return None if learnt is None else _variable(variables, learnt)
    if not isinstance(expr, Apply):
        return None
    parts = [_code(lift, node, a, variables) for a in expr.arguments]
    form = FORMS.get(expr.operator)
    if form is None or any(p is None for p in parts):
        return None
    return form([str(p) for p in parts])


def _literal(expr: Literal) -> str | None:
    if expr.value is None:
        return "numpy.nan"
    return repr(expr.value).replace("{", "{{").replace("}", "}}") if isinstance(expr.value, int | float | str) else None


def _variable(variables: list[_Variable], found: _Variable) -> str:
    if found not in variables:
        variables.append(found)
    return f"a{variables.index(found)}"


def _learnt(lift: Lifter, node: Node, expr: Expr) -> _Variable | None:
    """Return a total of the training rows, or that of a row's group, as an encoder; None where it cannot be one."""
    if isinstance(expr, Call):
        asked = lift.side_tables[expr.function]
        base, part, value, function, keys = asked.node, asked.part, asked.value, asked.function, asked.keys
        share, place, lines = None, None, asked.lines
    elif isinstance(expr, Leaf) and expr.kind == "count":
        base, counted = lift.counted[expr.ident]
        assert counted is not None
        part, value, function, keys = counted, column_of(base, base.schema.names[0]), "size", ()
        share, place, lines = None, None, ()
    else:
        assert isinstance(expr, Leaf)
        state = lift.states[expr.ident]
        assert state.part is not None
        base, part, value, function, keys = state.node, state.part, state.cell, state.function, ()
        share, place, lines = state.share, state.place, state.lines
    if function not in STATISTICS:
        return None
    try:
        inner, *own = (lift.align.move(c.expr, base, node) for c in (value, *keys))
    except Stopped:
        return None
    if isinstance(expr, Call) and tuple(own) != expr.arguments:
        return None  # looked up by another column than the one that the groups are of
    if any(of_sides(lift, k) for k in own):
        return None
    learnt = _computed(lift, node, inner, lift.called_cell(value))
    if learnt is None or (learnt.scope and learnt.scope != scope_of(lift, base, part)):
        return None
    params = (("function", function), *((n, v) for n, v in (("share", share), ("place", place)) if v is not None))
    step = Transformer("refitted", (("transformer", Unfitted(OWN, params)),))
    groups = [_Variable((Cell(k, c.type, True),)) for k, c in zip(own, keys, strict=True)]
    cells, before = _beside(f"groups_{function}", [learnt, *groups])
    return _Variable(cells, (*before, step), scope_of(lift, base, part), (*learnt.lines, *lines))
