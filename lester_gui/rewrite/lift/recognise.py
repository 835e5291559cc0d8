"""Recognisers: arithmetic that is a scaler by another name. They rename general expressions without changing what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node
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


def recognised(lift: Lifter, matrix: Matrix) -> Matrix:
    """Return a matrix in which hand-made standardisation stands as a scaler; neighbouring columns form one block."""
    out: list[MatrixBlock] = []
    for block in matrix.blocks:
        if block.chain:
            out.append(block)
            continue
        for feature in block.features:
            found = standardised(lift, matrix.node, feature.cell)
            name = feature.name or (lift.called_cell(found.cell) if found else "")
            one = MatrixBlock(
                block.name,
                (type(feature)(found.cell if found else feature.cell, lift.called_cell(found.cell) or name if found else name),),
                (found.transformer,) if found else (),
                found.scope if found else "",
                found.lines if found else block.lines,
            )
            last = out[-1] if out else None
            if last is not None and last.name == one.name and last.chain == one.chain and last.fit_on == one.fit_on:
                out[-1] = MatrixBlock(
                    last.name,
                    (*last.features, *one.features),
                    last.chain,
                    last.fit_on,
                    tuple(dict.fromkeys((*last.lines, *one.lines))),
                )
            else:
                out.append(one)
    return Matrix(matrix.node, tuple(out), matrix.part, matrix.dtype)
