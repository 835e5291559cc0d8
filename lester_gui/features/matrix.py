"""X on read: prepared rows times encoder state, block by block. It is never stored, so a new mean rewrites no matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features.family import FunctionCaller
from lester_gui.features.lanes import Lane
from lester_gui.features.state import BlockState, EncoderState, Rows, name_block, run_block


def transform(
    state: EncoderState, table: pa.Table, rows: Rows | None = None, functions: FunctionCaller | None = None
) -> NDArray[Any]:
    """Return X as the model sees it.

    Parameters
    ----------
    state : EncoderState
    table : pyarrow.Table
        The prepared view in row order.
    rows : sequence of int, optional
        Positions to transform, in the order wanted; default all.
    functions : callable, optional
        Calls user functions of the plan; needed only if a chain has one.

    Returns
    -------
    ndarray, shape (rows, features)
        In the script's column order and dtype, C-contiguous.

    Raises
    ------
    UserError
        If a row holds a category the encoder refuses, or a column that reaches the model is text.
    """
    taken = table if rows is None else table.take(pa.array(np.asarray(rows, dtype=np.int64)))
    width = sum(len(name_block(b)) for b in state.blocks)
    count = table.num_rows if rows is None else len(rows)  # a table without columns loses its rows when some are taken
    out = np.empty((count, width), dtype=np.dtype(state.encode.dtype))
    at = 0
    for block in state.blocks:
        for lane in run_block(block, taken, functions):
            out[:, at] = _numbers(lane, block)
            at += 1
    if at != width:
        raise ValueError(f"the blocks made {at} columns and their state promises {width}")
    return out


def _numbers(lane: Lane, block: BlockState) -> NDArray[np.float64]:
    if lane.kind in ("str", "date", "timestamp"):
        raise UserError(
            f"The column {lane.name!r} reaches the model as {'text' if lane.kind == 'str' else 'a date'}",
            f"The script's own model would refuse it: encode it in block {block.block.name!r}.",
        )
    return lane.numbers()
