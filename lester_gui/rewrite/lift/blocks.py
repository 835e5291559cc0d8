"""Matrices: frames and arrays as blocks of features, put side by side, and which transformers they pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Encoded,
    Feature,
    Frame,
    Items,
    Matrix,
    MatrixBlock,
    Part,
    Rows,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PASSTHROUGH = Transformer("passthrough")


def of_frame(lift: Lifter, frame: Frame) -> Matrix:
    """Return the columns of a frame as a matrix of one block."""
    out: list[MatrixBlock] = []
    for name, value in frame.columns:
        if isinstance(value, Encoded):
            one = MatrixBlock("columns", (Feature(value.cell, name),), value.chain, value.fit_on, value.lines)
        elif isinstance(value, Cell):
            one = MatrixBlock("columns", (Feature(value, name),))
        else:
            raise shape(f"The column {name!r} holds something that the plan does not carry")
        last = out[-1] if out else None
        if last is not None and (last.chain, last.fit_on) == (one.chain, one.fit_on):
            lines = tuple(dict.fromkeys((*last.lines, *one.lines)))
            out[-1] = MatrixBlock(last.name, (*last.features, *one.features), last.chain, last.fit_on, lines)
        else:
            out.append(one)
    return Matrix(frame.node, tuple(out) or (MatrixBlock("columns", ()),), frame.part)


def of_value(lift: Lifter, value: Value) -> Matrix:
    """Return whatever a script passes as X as a matrix.

    Raises
    ------
    Stopped
        If it does not have one row per row of a known table.
    """
    content = lift.content(value)
    if isinstance(content, Matrix):
        return content
    if isinstance(content, Frame):
        return of_frame(lift, content)
    if isinstance(content, Column1):
        return Matrix(
            content.node, (MatrixBlock(content.name or "column", (Feature(content.cell, content.name),)),), content.part
        )
    if isinstance(content, Rows):
        return of_rows(lift, content)
    raise shape("X is made of something that does not have one row per row of a table")


def of_rows(lift: Lifter, rows: Rows, name: str = "") -> Matrix:
    """Return a list of records as a matrix with one feature per place."""
    template = lift.content(rows.template)
    values = template.items if isinstance(template, Tup) else template.values if isinstance(template, Items) else (template,)
    features: list[Feature] = []
    for v in values:
        inner = lift.content(v)
        if isinstance(inner, Tup | Items):
            nested = inner.items if isinstance(inner, Tup) else inner.values
            features += [Feature(cells.cell_of(lift.content(n)), lift.called_cell(n)) for n in nested]
        else:
            features.append(Feature(cells.cell_of(inner), lift.called_cell(inner)))
    return Matrix(rows.node, (MatrixBlock(name or "columns", tuple(features)),), rows.part)


def beside(lift: Lifter, matrices: list[Matrix]) -> Matrix:
    """Return matrices side by side, in order.

    Raises
    ------
    Stopped
        If their rows are not the same.
    """
    first = matrices[0]
    if any(m.part != first.part for m in matrices):
        raise shape("Matrices of different sides of the split are put side by side")
    node, moved = over_one_node(lift, matrices)
    return Matrix(node, tuple(b for m in moved for b in m.blocks), first.part, first.dtype)


def over_one_node(lift: Lifter, matrices: list[Matrix]) -> tuple[Node, list[Matrix]]:
    """Return the matrices over one node with the rows of all."""
    pairs = [(f.cell.expr, m.node) for m in matrices for b in m.blocks for f in b.features]
    if not pairs:
        return matrices[0].node, matrices
    node, exprs = lift.align.together(*pairs)
    queue = iter(exprs)
    out = []
    for m in matrices:
        blocks = tuple(
            replace(b, features=tuple(replace(f, cell=Cell(next(queue), f.cell.type, f.cell.nullable)) for f in b.features))
            for b in m.blocks
        )
        out.append(replace(m, node=node, blocks=blocks))
    return node, out


def transformed(matrix: Matrix, transformer: Transformer, name: str, scope: str, lines: tuple[int, ...]) -> Matrix:
    """Return the matrix after a transformer that works column by column; neighbouring blocks with the same history become one."""
    blocks: list[MatrixBlock] = []
    for b in matrix.blocks:
        if b.fit_on and scope and b.fit_on != scope:
            raise shape("One encoder is fitted on other rows than the one before it")
        new = MatrixBlock(name, b.features, (*b.chain, transformer), scope or b.fit_on, (*b.lines, *lines))
        if blocks and blocks[-1].chain == new.chain and blocks[-1].fit_on == new.fit_on:
            blocks[-1] = replace(new, features=(*blocks[-1].features, *new.features))
        else:
            blocks.append(new)
    return replace(matrix, blocks=tuple(blocks))


def same_columns(a: Matrix, b: Matrix) -> bool:
    """Whether two matrices of one table are made the same way."""
    return [(blk.chain, [f.cell.expr for f in blk.features]) for blk in a.blocks] == [
        (blk.chain, [f.cell.expr for f in blk.features]) for blk in b.blocks
    ]


def scope_of(lift: Lifter, node: Node, part: Part | None) -> str:
    """Return what an encoder is fitted on: ``train``, ``test``, or ``all:`` the rows at hand."""
    return part.side if part is not None else f"all:{id(lift.align.root(node))}"
