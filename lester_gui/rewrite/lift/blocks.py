"""Matrices: frames and arrays as blocks of features, put side by side, and which transformers they pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features import chain, refitted
from lester_gui.features.function import is_user_function
from lester_gui.ir.learning import Block, Transformer
from lester_gui.ir.nodes import Node, Option
from lester_gui.rewrite.lift import cells, several_kinds
from lester_gui.rewrite.lift.domain import (
    Cell,
    Coded,
    Column1,
    Encoded,
    Entries,
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
from lester_gui.rewrite.lift.json_values import Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.lost_columns import Lost
from lester_gui.rewrite.lift.mixed_columns import Mixed, as_number
from lester_gui.rewrite.lift.naming import unlike
from lester_gui.rewrite.lift.splits import rows_of, scope
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.wide_rows import WideRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PASSTHROUGH = Transformer("passthrough")


def of_frame(lift: Lifter, frame: Frame) -> Matrix:
    """Return the columns of a frame as a matrix of one block."""
    out: list[MatrixBlock] = []
    for name, value in frame.columns:
        if isinstance(value, Mixed):
            one = MatrixBlock("columns", (Feature(as_number(value.cell), name),))
        elif isinstance(value, Encoded):
            one = MatrixBlock("columns", (Feature(value.cell, name),), value.chain, value.fit_on, value.lines)
        elif isinstance(value, Cell):
            one = MatrixBlock("columns", (Feature(value, name),))
        else:
            raise not_carried(name, value)
        last = out[-1] if out else None
        if last is not None and (last.chain, last.fit_on) == (one.chain, one.fit_on) and are_columnwise(one.chain):
            lines = tuple(dict.fromkeys((*last.lines, *one.lines)))
            out[-1] = MatrixBlock(last.name, (*last.features, *one.features), last.chain, last.fit_on, lines)
        else:
            out.append(one)
    mixed = any(isinstance(v, Cell) and not v.type.is_number for _, v in frame.columns)
    return Matrix(frame.node, tuple(out) or (MatrixBlock("columns", ()),), frame.part, objects=mixed)


def not_carried(name: str, value: Value) -> Stopped:
    """Return the stop for a column that X needs and the plan does not have."""
    if isinstance(value, Lost):
        return Stopped(Reason.SHAPE, f"The model needs the column {name!r}, which could not be lifted: {value.why}", value.line)
    return shape(f"The column {name!r} holds something that the plan does not carry")


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
        one = MatrixBlock(content.name or "column", (Feature(content.cell, content.name),))
        return Matrix(content.node, (one,), content.part, flat=True)
    if isinstance(content, Coded):
        from lester_gui.rewrite.lift.library.sklearn_labels import coded_feature

        made, column = coded_feature(lift, content), content.column
        feature = Feature(made.cell, column.name or lift.called_cell(column.cell))
        return Matrix(
            column.node, (MatrixBlock(feature.name or "code", (feature,), made.chain, made.fit_on, made.lines),), column.part
        )
    if isinstance(content, Rows) and isinstance(template := lift.content(content.template), Entries):
        from lester_gui.rewrite.lift.library.sklearn_dicts import of_records

        return of_records(lift, content, template)
    if isinstance(content, Rows):
        flat = not isinstance(lift.content(content.template), Tup | Items | WideRow)
        return replace(of_rows(lift, content), flat=flat)
    raise shape("X is made of something that does not have one row per row of a table")


def of_rows(lift: Lifter, rows: Rows, name: str = "") -> Matrix:
    """Return a list of records as a matrix with one feature per place."""
    template = lift.content(rows.template)
    if isinstance(template, WideRow):
        from lester_gui.rewrite.lift.one_hot_rows import matrix

        return matrix(lift, rows, template, name)
    values = template.values if isinstance(template, Items | Tup) else (template,)
    features: list[Feature] = []
    for v in values:
        inner = lift.content(v)
        if isinstance(inner, Tup | Items):
            nested = inner.values
            features += [Feature(cells.cell_of(_as_number(lift, lift.content(n))), lift.called_cell(n)) for n in nested]
        else:
            features.append(Feature(cells.cell_of(_as_number(lift, inner)), lift.called_cell(inner)))
    return Matrix(rows.node, (MatrixBlock(name or "columns", tuple(features)),), rows.part)


def _as_number(lift: Lifter, value: Value) -> Value:
    """Return what is computed of a row, of a type that its text does not tell, as the number that an array makes of it."""
    if isinstance(value, Several):
        return several_kinds.as_plain_number(value)
    if not isinstance(value, Lazy):
        return value
    from lester_gui.rewrite.lift.computed import of_lazy

    return of_lazy(lift, value, "float({})")


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
    whole = all(m.whole for m in matrices)
    return Matrix(node, tuple(b for m in moved for b in m.blocks), first.part, first.dtype, whole=whole)


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


def transformed(matrix: Matrix, step: Transformer, name: str, scope: str, lines: tuple[int, ...]) -> Matrix:
    """Return the matrix after one more transformer, fitted on `scope` (empty: it learns nothing).

    One that works column by column joins the chain of every block, and neighbours with the same history become one block. One
    that mixes columns works on all of them together.
    """
    if not is_columnwise(step):
        return _mixed(matrix, step, name, scope, lines)
    blocks: list[MatrixBlock] = []
    for b in matrix.blocks:
        b = pinned(b, scope)
        new = MatrixBlock(name, b.features, (*b.chain, step), scope or b.fit_on, (*b.lines, *lines))
        last = blocks[-1] if blocks else None
        if last is not None and (last.chain, last.fit_on) == (new.chain, new.fit_on) and are_columnwise(new.chain):
            blocks[-1] = replace(new, features=(*last.features, *new.features))
        else:
            blocks.append(new)
    return replace(matrix, blocks=tuple(blocks), flat=False, framed=False)


def pinned(block: MatrixBlock, scope: str) -> MatrixBlock:
    """Return a block whose steps say what they are fitted on, where the next one is fitted on other rows."""
    if not block.fit_on or not scope or block.fit_on == scope:
        return block
    return replace(block, chain=_said(block.chain, block.fit_on))


def _said(steps: tuple[Transformer, ...], scope: str) -> tuple[Transformer, ...]:
    out = []
    for t in steps:
        if t.branches:
            t = replace(t, branches=tuple(replace(b, chain=_said(b.chain, scope)) for b in t.branches))
        out.append(replace(t, fit_on=scope) if not t.fit_on and not t.branches and chain.learns(t) else t)
    return tuple(out)


def _mixed(matrix: Matrix, step: Transformer, name: str, scope: str, lines: tuple[int, ...]) -> Matrix:
    """Return the matrix after a transformer that takes all columns together; branches name their columns by place."""
    features = tuple(f for b in matrix.blocks for f in b.features)
    every = tuple(dict.fromkeys((*(n for b in matrix.blocks for n in b.lines), *lines)))
    if len(matrix.blocks) == 1:
        one = pinned(matrix.blocks[0], scope)
        steps, fit_on = (*one.chain, step), scope or one.fit_on
    else:
        branches, at, names = [], 0, []  # type: ignore[var-annotated]
        for b in matrix.blocks:
            names.append(free_name(b.name, names))
            places = tuple(str(i) for i in range(at, at + len(b.features)))
            own = named_places(_said(b.chain, b.fit_on) if b.fit_on else b.chain, places)
            branches.append(Block(names[-1], places, own or (PASSTHROUGH,)))
            at += len(b.features)
        steps, fit_on = (Transformer("beside", branches=tuple(branches)), step), scope
    return replace(matrix, blocks=(MatrixBlock(name, features, steps, fit_on, every),), flat=False, framed=False)


def free_name(base: str, taken: Sequence[str]) -> str:
    """Return `base`, or with a number where it is taken, be it in other case: the database tells names by letter only."""
    return unlike(base.lstrip("_") or "value", {n.casefold() for n in taken})


def named_places(steps: tuple[Transformer, ...], names: Sequence[str]) -> tuple[Transformer, ...]:
    """Return a chain whose branches call their columns by name, or by the places that these have in another block.

    `names` are those of the block's columns; branches within branches count the columns of the block, too.
    """
    out = []
    for t in steps:
        branches = tuple(Block(b.name, tuple(names[int(c)] for c in b.columns), named_places(b.chain, names)) for b in t.branches)
        out.append(replace(t, branches=branches) if branches else t)
    return tuple(out)


def is_columnwise(step: Transformer) -> bool:
    """Whether a step treats every column for itself, wherever it stands."""
    if step.branches or refitted.mixes(step) or is_user_function(step):
        return False
    for name, value in refitted.unfitted(step).params if step.kind == "refitted" else step.params:
        per_column = name in ("drop", "n_bins") or (name == "categories" and isinstance(value, tuple) and _is_nested(value))
        if per_column and isinstance(value, tuple):
            return False
    return True


def _is_nested(value: tuple[Option, ...]) -> bool:
    return bool(value) and isinstance(value[0], tuple)


def are_columnwise(steps: tuple[Transformer, ...]) -> bool:
    """Whether a chain may be cut into its columns, and joined with an equal one."""
    return all(is_columnwise(t) for t in steps)


KEEPS_COLUMNS = frozenset({"passthrough", "standard_scaler", "ordinal", "min_max_scaler", "max_abs_scaler", "robust_scaler"})
KEEPS_COLUMNS_REFITTED = frozenset({"QuantileTransformer", "PowerTransformer", "Binarizer", "OrdinalEncoder"})


def keeps_columns(steps: tuple[Transformer, ...]) -> bool:
    """Whether a chain makes exactly one column of each, in order."""
    return all(
        t.kind in KEEPS_COLUMNS
        or (t.kind == "function" and not is_user_function(t))
        or t.kind == "simple_imputer"
        or (t.kind == "refitted" and refitted.unfitted(t).short in KEEPS_COLUMNS_REFITTED)
        for t in steps
    ) and are_columnwise(steps)


def single_features(matrix: Matrix) -> list[MatrixBlock]:
    """Return the columns of a matrix one by one, each with its own history.

    Raises
    ------
    Stopped
        If encoders made several columns of one, or of several one, so that places no longer tell columns.
    """
    if any(b.chain and not keeps_columns(b.chain) for b in matrix.blocks):
        raise no_rule("choosing columns of an encoded matrix")
    return [replace(b, features=(f,)) for b in matrix.blocks for f in b.features]


def grouped(name: str, columns: list[MatrixBlock]) -> tuple[MatrixBlock, ...]:
    """Return columns as blocks called `name`; neighbours with the same history become one."""
    out: list[MatrixBlock] = []
    for b in columns:
        last = out[-1] if out else None
        if last is not None and (last.chain, last.fit_on) == (b.chain, b.fit_on):
            lines = tuple(dict.fromkeys((*last.lines, *b.lines)))
            out[-1] = replace(last, features=(*last.features, *b.features), lines=lines)
        else:
            out.append(replace(b, name=name))
    return tuple(out)


def renamed(matrix: Matrix, name: str) -> Matrix:
    """Return a matrix whose plain blocks are called `name`."""
    return replace(matrix, blocks=tuple(b if b.chain else replace(b, name=name) for b in matrix.blocks))


def same_columns(a: Matrix, b: Matrix) -> bool:
    """Whether two matrices of one table are made the same way."""
    return [(blk.chain, [f.cell.expr for f in blk.features]) for blk in a.blocks] == [
        (blk.chain, [f.cell.expr for f in blk.features]) for blk in b.blocks
    ]


def scope_of(lift: Lifter, node: Node, part: Part | None) -> str:
    """Return what an encoder is fitted on: a side of a split, or ``all:`` the rows at hand."""
    part = rows_of(lift.learner.splits, part)
    return scope(part) if part is not None else f"all:{id(lift.align.root(node))}"
