"""Encoded columns of a table as plain columns, before its rows are chosen, sorted or put together.

What an encoder makes of all rows at hand is state of its own as long as the table keeps these rows. Where a script goes on to
choose among them, the encoder was fitted on other rows than those that are left, so its numbers become columns of the table:
ranks of values, or the scaler's formula with totals of the rows that it saw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.domain import Cell, Coded, Column1, Const, Encoded, Frame, Value
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.ir.nodes import Node
    from lester_gui.rewrite.lift.lifter import Lifter


def plainly(lift: Lifter, frame: Frame) -> Frame:
    """Return the frame with every encoded column as a plain one that can be; the others stay encoded."""
    if frame.part is not None:
        return frame
    from lester_gui.rewrite.lift.library.pandas_frame import with_column

    for name, value in frame.columns:
        if not isinstance(value, Encoded) or value.fit_on != scope_of(lift, frame.node, None) or len(value.chain) != 1:
            continue
        current = frame.get(name)
        assert isinstance(current, Encoded)
        made = _of(lift, frame.node, current, name)
        if made is not None:
            known = lift.categories & {name}
            frame = with_column(lift, frame, name, made)
            lift.categories.update(known)
    return frame


def as_plain(lift: Lifter, value: Value) -> Value:
    """Return a column that was taken out of a table encoded as a plain one; anything else as it is.

    Raises
    ------
    Stopped
        If it cannot be written without its encoder, or the encoder was not fitted on the rows at hand.
    """
    if isinstance(value, Coded):
        return _of_labels(lift, value)
    if not isinstance(value, Encoded) or not isinstance(value.frame, Frame):
        return value
    frame = value.frame
    if frame.part is not None or value.fit_on != scope_of(lift, frame.node, None) or len(value.chain) != 1:
        raise shape("A column that encoders made on one side of a split, or on other rows, is computed with")
    made = _of(lift, frame.node, value, "encoded")
    if made is None:
        raise shape("A column is computed with that passed an encoder which only a matrix has")
    return replace(made, index=frame.index, numpy=False)


def _of_labels(lift: Lifter, value: Coded) -> Column1:
    """Return numbers of values as a column to compute with."""
    from lester_gui.rewrite.lift.library.sklearn_labels import CODES

    column = value.column
    scope = scope_of(lift, column.node, column.part)
    if column.part is not None or value.order == "first_seen" or (value.fit_on or scope) != scope:
        raise shape("Numbers of labels that hang on one side of a split, or on an order of rows, are computed with")
    made = _numbers(lift, column.node, column.cell, column.name or "label", CODES[value.order])
    return replace(made, index=column.index, numpy=column.numpy)


def whole(lift: Lifter, frame: Frame, what: str) -> Frame:
    """Return the frame without encoded columns, unless it is one side of a split.

    Raises
    ------
    Stopped
        If it is, or if a column cannot be written without its encoder.
    """
    frame = plainly(lift, frame)
    if any(isinstance(v, Encoded) for _, v in frame.columns):
        raise shape(f"{what} after a column was encoded into columns that only the data tell is not supported yet")
    if frame.part is not None:
        raise shape(f"{what} on the training or test part alone is not supported yet")
    return frame


def _of(lift: Lifter, node: Node, value: Encoded, name: str) -> Column1 | None:
    step = value.chain[0]
    if step.kind == "ordinal" and value.dtype in ("int64", "int8") and step.get("categories") == "auto":
        return _numbers(lift, node, value.cell, name, step)
    if step.kind == "standard_scaler" and value.cell.type.is_number:
        return _scaled(lift, node, value.cell, name, step)
    if step.kind == "min_max_scaler" and value.cell.type.is_number and step.get("feature_range", (0, 1)) in ((0, 1), (0.0, 1.0)):
        low, high = (lift.state(node, cells.make("to_float", value.cell), w, f"{w}_{name}") for w in ("min", "max"))
        return _column(node, _over(cells.make("sub", cells.make("to_float", value.cell), low), cells.make("sub", high, low)))
    return None


def _numbers(lift: Lifter, node: Node, cell: Cell, name: str, step: Transformer) -> Column1:
    base, column = lift.as_column(node, cell, name)
    from lester_gui.rewrite.lift.library.pandas_windows import windowed

    rows, rank = windowed(lift, base, (), WindowColumn(f"{column}_rank", "pandas_rank_dense", column), dropna=False)
    none = step.get("encoded_missing_value", "last")
    if none == "last":
        instead = cells.make("to_float", lift.state(base, cells.column(base, column), "nunique", f"nunique_{column}"))
    else:
        instead = cells.cell_of(Const(float(str(none))))
    number = cells.make("coalesce", cells.make("sub", rank, cells.cell_of(Const(1))), instead)
    return _column(rows, cells.make("to_int", number))


def _scaled(lift: Lifter, node: Node, cell: Cell, name: str, step: Transformer) -> Column1:
    number = cells.make("to_float", cell)
    mean = lift.state(node, number, "mean", f"mean_{name}")
    spread = lift.state(node, number, "std" if step.get("ddof", 0) == 1 else "std0", f"std_{name}")
    apart = cells.make("sub", number, mean) if step.get("with_mean", True) else number
    return _column(node, _over(apart, spread) if step.get("with_std", True) else apart)


def _over(number: Cell, width: Cell) -> Cell:
    """Return a number over a width, over one where that is nought, as scikit-learn has it."""
    none = cells.compare("Eq", width, cells.cell_of(Const(0.0)), pandas=True).expr
    return cells.make("float_div", number, cells.choose(none, Cell(Literal(1.0), width.type), width))


def _column(node: Node, cell: Cell) -> Column1:
    return Column1(node, cell, "", None, True)
