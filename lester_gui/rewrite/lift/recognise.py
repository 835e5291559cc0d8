"""Recognisers: arithmetic that is a scaler by another name. They rename general expressions without changing what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.blocks import are_columnwise
from lester_gui.rewrite.lift.domain import Cell, Leaf, Matrix, MatrixBlock

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Standardised:
    """``(x - mean) / std`` of one column, and the rows that mean and deviation were taken over."""

    cell: Cell
    transformer: Transformer
    scope: str
    lines: tuple[int, ...]


def standardised(lift: Lifter, node: Node, cell: Cell) -> Standardised | None:
    """Return what is standardised, where an expression is ``(x - mean(x)) / std(x)`` over one set of rows, else None."""
    expr = cell.expr
    if not (isinstance(expr, Apply) and expr.operator == "float_div" and isinstance(expr.arguments[0], Apply)):
        return None
    top, bottom = expr.arguments
    zero = "divide"
    replaced = _without_zero(bottom)
    if replaced is not None:
        bottom, zero = replaced, "one"
    if not (isinstance(top, Apply) and top.operator == "sub" and isinstance(bottom, Leaf) and bottom.kind == "state"):
        return None
    inner, mean = top.arguments
    if not (isinstance(mean, Leaf) and mean.kind == "state"):
        return None
    centre, spread = lift.states[mean.ident], lift.states[bottom.ident]
    if centre.function != "mean" or spread.function not in ("std", "std0") or centre.part != spread.part:
        return None
    if not lift.align.same(centre.node, spread.node) or not lift.align.same(centre.node, node):
        return None
    here = [(inner, node), (centre.cell.expr, centre.node), (spread.cell.expr, spread.node)]
    own, of_mean, of_spread = lift.align.together(*here)[1]
    if own != of_mean or own != of_spread:
        return None
    from lester_gui.rewrite.lift.blocks import scope_of

    ddof = 1 if spread.function == "std" else 0
    params = (("ddof", ddof), ("with_mean", True), ("with_std", True), ("zero_std", zero))
    value = Cell(inner, centre.cell.type, centre.cell.nullable)
    lines = tuple(sorted({*centre.lines, *spread.lines}))
    return Standardised(value, Transformer("standard_scaler", params), scope_of(lift, centre.node, centre.part), lines)


def _without_zero(expr: Expr) -> Expr | None:
    """Std where an expression is ``1 if std == 0 else std``."""
    if isinstance(expr, Apply) and expr.operator == "if_else":
        condition, one, std = expr.arguments
        if isinstance(condition, Apply) and condition.operator in ("pandas_eq", "py_eq") and condition.arguments[0] == std:
            zero = condition.arguments[1]
            if isinstance(zero, Literal) and zero.value == 0 and isinstance(one, Literal) and one.value == 1:
                return std
    return None


def imputed(lift: Lifter, node: Node, cell: Cell) -> Standardised | None:
    """Return what is filled, where an expression is ``x.fillna(statistic of x)`` that no total over all rows can stand for.

    A statistic of the training side, and the most frequent value, have no place in a view; as an imputer they have.
    """
    expr = cell.expr
    if not (isinstance(expr, Apply) and expr.operator == "coalesce" and len(expr.arguments) == 2):
        return None
    inner, fill = expr.arguments
    if not (isinstance(fill, Leaf) and fill.kind == "state"):
        return None
    state = lift.states[fill.ident]
    strategy = {"mean": "mean", "median": "median", "mode": "most_frequent"}.get(state.function)
    if strategy is None or (state.part is None and state.function != "mode") or not lift.align.same(state.node, node):
        return None
    own, filled = lift.align.together((inner, node), (state.cell.expr, state.node))[1]
    if own != filled:
        return None
    from lester_gui.rewrite.lift.blocks import scope_of

    transformer = Transformer("simple_imputer", (("fill_value", None), ("strategy", strategy)))
    value = Cell(inner, state.cell.type, state.cell.nullable)
    return Standardised(value, transformer, scope_of(lift, state.node, state.part), state.lines)


def recognised(lift: Lifter, matrix: Matrix) -> Matrix:
    """Return a matrix in which hand-made standardisation stands as a scaler; neighbouring columns form one block."""
    out: list[MatrixBlock] = []
    for block in matrix.blocks:
        if not are_columnwise(block.chain):
            out.append(block)
            continue
        for feature in block.features:
            if block.chain:
                found = imputed(lift, matrix.node, feature.cell)
                if found is None or found.scope != block.fit_on:
                    _add(out, MatrixBlock(block.name, (feature,), block.chain, block.fit_on, block.lines))
                else:
                    chain = (found.transformer, *block.chain)
                    one = MatrixBlock(
                        block.name, (type(feature)(found.cell, feature.name),), chain, block.fit_on, (*found.lines, *block.lines)
                    )
                    _add(out, one)
                continue
            found = standardised(lift, matrix.node, feature.cell) or imputed(lift, matrix.node, feature.cell)
            name = feature.name or (lift.called_cell(found.cell) if found else "")
            one = MatrixBlock(
                block.name,
                (type(feature)(found.cell if found else feature.cell, lift.called_cell(found.cell) or name if found else name),),
                (found.transformer,) if found else (),
                found.scope if found else "",
                found.lines if found else block.lines,
            )
            _add(out, one)
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
