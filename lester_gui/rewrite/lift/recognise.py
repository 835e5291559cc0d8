"""Recognisers: arithmetic that is a scaler or imputer by another name. They rename expressions and keep what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

from lester_gui.ir.expressions import Apply, Expr, Literal, walk
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Filter, Node
from lester_gui.rewrite.lift.blocks import are_columnwise
from lester_gui.rewrite.lift.domain import Cell, Leaf, Matrix, MatrixBlock
from lester_gui.rewrite.lift.side_totals import of_sides
from lester_gui.rewrite.lift.stop import Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.records import State

FUNCTIONS = ("abs", "sqrt", "log", "log1p", "exp", "sin", "cos")
STRATEGIES = {"mean": "mean", "median": "median", "mode": "most_frequent"}


@dataclass(frozen=True, slots=True)
class Peeled:
    """An expression as a chain of transformers over a cell, and the rows that they are fitted on ('' where nothing is fitted)."""

    cell: Cell
    chain: tuple[Transformer, ...] = ()
    scope: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """The outermost transformer of an expression, and the totals it is written with; a plain function has none."""

    inner: Expr
    transformer: Transformer
    states: tuple[Leaf, ...] = ()
    in_views: bool = False  # where the totals are over all rows, it belongs to the view


def peeled(lift: Lifter, node: Node, cell: Cell) -> Peeled:
    """Return an expression without the scalers and imputers around it.

    ``(fill(x) - mean(fill(x))) / std(fill(x))`` is an imputer and a scaler over x, if all totals are taken over the same rows. A
    total over all rows inside one over the training rows stays a part of the cell: it is a value of the prepared view.
    """
    steps: list[_Step] = []
    expr, scope = cell.expr, ""
    while (step := _outermost(lift, expr)) is not None:
        found = {_scope(lift, node, step, leaf) for leaf in step.states}
        if None in found or len(found) > 1 or (scope and found and found != {scope}):
            break
        scope = scope or next((f for f in found if f), "")
        steps.append(step)
        expr = step.inner
    while steps and not steps[-1].states:  # a function of something that no total is part of belongs to the view
        expr = Apply(str(steps.pop().transformer.get("function")).removeprefix("numpy."), (expr,))
    if not steps:
        return Peeled(cell)
    states = [lift.states[leaf.ident] for s in steps for leaf in s.states]
    inner = lift.states[steps[-1].states[0].ident].cell
    lines = tuple(sorted({n for s in states for n in s.lines}))
    return Peeled(Cell(expr, inner.type, inner.nullable), tuple(s.transformer for s in reversed(steps)), scope, lines)


def _outermost(lift: Lifter, expr: Expr) -> _Step | None:
    """The outermost transformer of an expression, as far as its form tells."""
    if not isinstance(expr, Apply):
        return None
    if expr.operator in FUNCTIONS:
        known = any(_state(lift, e) is not None for e in walk(expr))
        transformer = Transformer("function", (("function", f"numpy.{expr.operator}"),))
        return _Step(expr.arguments[0], transformer) if known else None
    if len(expr.arguments) != 2:
        return None
    left, right = expr.arguments
    if expr.operator == "coalesce":
        state = _state(lift, right)
        if state is None or state.function not in STRATEGIES:
            return None
        assert isinstance(right, Leaf)
        transformer = Transformer("simple_imputer", (("fill_value", None), ("strategy", STRATEGIES[state.function])))
        return _Step(left, transformer, (right,), state.function != "mode")
    if expr.operator == "sub":
        if _is(right, lift, "median"):
            centred = Transformer("robust_scaler", (("with_centering", True), ("with_scaling", False)))
            return _Step(left, centred, (right,), True)
        return _Step(left, _scaler(None, "divide", True), (right,), True) if _is(right, lift, "mean") else None
    if expr.operator != "float_div":
        return None
    zero, replaced = "divide", _without_zero(right)
    if replaced is not None:
        right, zero = replaced, "one"
    if not _is(right, lift, "std", "std0"):
        return None
    spread = _state(lift, right)
    assert isinstance(right, Leaf) and spread is not None
    if isinstance(left, Apply) and left.operator == "sub" and _is(left.arguments[1], lift, "mean"):
        inner, mean = left.arguments
        assert isinstance(mean, Leaf)
        return _Step(inner, _scaler(spread, zero, True), (mean, right))
    return _Step(left, _scaler(spread, zero, False), (right,), True)


def _state(lift: Lifter, expr: Expr) -> State | None:
    return lift.states[expr.ident] if isinstance(expr, Leaf) and expr.kind == "state" else None


def _is(expr: Expr, lift: Lifter, *functions: str) -> TypeGuard[Leaf]:
    state = _state(lift, expr)
    return state is not None and state.function in functions


def _scaler(spread: State | None, zero: str, with_mean: bool) -> Transformer:
    ddof = 1 if spread is not None and spread.function == "std" else 0
    params = (("ddof", ddof), ("with_mean", with_mean), ("with_std", spread is not None), ("zero_std", zero))
    return Transformer("standard_scaler", params)


def _scope(lift: Lifter, node: Node, step: _Step, leaf: Leaf) -> str | None:
    """What a transformer is fitted on, where a total is taken of just what it is applied to; None where it is not."""
    from lester_gui.rewrite.lift.blocks import scope_of

    state = lift.states[leaf.ident]
    if step.in_views and state.part is None:
        return None
    root, own_root = lift.align.root(state.node), lift.align.root(node)
    inner, there, base = step.inner, state.cell.expr, state.node
    if step.transformer.kind == "simple_imputer":
        there = _before_filling(lift, state)
    try:
        if not lift.align.same(base, node) and state.part is None and isinstance(root, Filter):
            # a total over some rows, used on others of the same table; a filter keeps the columns as they are
            there, base = lift.align.move(there, base, root), root.parent
            if isinstance(own_root, Filter):
                inner, node = lift.align.move(inner, node, own_root), own_root.parent
        own, there = lift.align.together((inner, node), (there, base))[1]
    except Stopped:
        return None
    return scope_of(lift, state.node, state.part) if own == there else None


def _before_filling(lift: Lifter, state: State) -> Expr:
    """What a total is taken of, or was taken of before that was filled with this very total: it is the same one after it.

    A script fills ``train["a"]`` with its median, and then ``test["a"]`` with the median of what ``train["a"]`` is by now.
    """
    filled = state.cell.expr
    if not (isinstance(filled, Apply) and filled.operator == "coalesce" and len(filled.arguments) == 2):
        return filled
    inner, leaf = filled.arguments
    known = _state(lift, leaf)
    if known is None or known.node is not state.node or known.cell.expr != inner:
        return filled
    return inner if (known.function, known.part) == (state.function, state.part) else filled


def _without_zero(expr: Expr) -> Expr | None:
    """Std where an expression is ``1 if std == 0 else std``."""
    if isinstance(expr, Apply) and expr.operator == "if_else":
        condition, one, std = expr.arguments
        if isinstance(condition, Apply) and condition.operator in ("pandas_eq", "py_eq") and condition.arguments[0] == std:
            zero = condition.arguments[1]
            if isinstance(zero, Literal) and zero.value == 0 and isinstance(one, Literal) and one.value == 1:
                return std
    return None


def recognised(lift: Lifter, matrix: Matrix) -> Matrix:
    """Return a matrix in which hand-made scaling and filling stand as encoders; neighbouring columns form one block."""
    from lester_gui.rewrite.lift import formulas

    out: list[MatrixBlock] = []
    for block in matrix.blocks:
        if not are_columnwise(block.chain):
            out.append(block)
            continue
        for feature in block.features:
            found = peeled(lift, matrix.node, feature.cell)
            if of_sides(lift, found.cell.expr):
                made = formulas.formula(lift, matrix.node, found, block, feature.name or lift.called_cell(feature.cell))
                if made is not None:
                    out.append(made)
                    continue
            if not found.chain or (block.chain and block.fit_on != found.scope):
                name = feature.name if block.chain else feature.name or ""
                _add(out, replace(block, features=(replace(feature, name=name),)))
                continue
            name = lift.called_cell(found.cell) or feature.name
            lines = (*found.lines, *block.lines) if block.chain else found.lines
            chain = (*found.chain, *block.chain)
            _add(out, MatrixBlock(block.name, (replace(feature, cell=found.cell, name=name),), chain, found.scope, lines))
    return replace(matrix, blocks=tuple(out))


def _add(blocks: list[MatrixBlock], one: MatrixBlock) -> None:
    """Put a block after others, into the last one if that has the same name and history."""
    last = blocks[-1] if blocks else None
    same = last is not None and (last.name, last.chain, last.fit_on) == (one.name, one.chain, one.fit_on)
    if last is not None and same and are_columnwise(last.chain):
        lines = tuple(dict.fromkeys((*last.lines, *one.lines)))
        blocks[-1] = MatrixBlock(last.name, (*last.features, *one.features), last.chain, last.fit_on, lines)
    else:
        blocks.append(one)
