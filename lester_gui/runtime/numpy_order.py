"""The order in which pandas' `sort_values` leaves rows by default: that of NumPy's quicksort, which is not stable.

Where equal values end up hangs on the whole column, on how many rows there are, and on the processor that NumPy sorts with. So it
is pandas that sorts, on the same machine as the script.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.runtime.data_errors import DataError


def numpy_places(kind: str) -> Callable[[Any, Any], pa.Array]:
    """Return the function from lists of values of a type to the lists of their places in the sorted column, counted from 0."""

    def on_groups(groups: Any, ascending: Any) -> pa.Array:
        found = (
            None if g.values is None else places(g.values, up.as_py(), kind) for g, up in zip(groups, ascending, strict=True)
        )
        return pa.array(list(found), pa.list_(pa.int64()))

    return on_groups


def places(values: pa.Array, ascending: bool, kind: str) -> NDArray[np.int64]:
    """Return the places of the values of one column.

    Parameters
    ----------
    kind
        The type of the values in the plan: NumPy sorts each in its own way.

    Raises
    ------
    DataError
        If truth values are missing, which pandas does not sort.
    """
    if pa.types.is_boolean(values.type) and values.null_count:
        raise DataError("truth values are sorted of which some are missing")
    if kind == "duration":
        values = values.cast(pa.duration("us"))
    column = pd.Series(values.to_numpy(zero_copy_only=False))  # whole numbers with gaps are floats, as in pandas
    order = column.sort_values(ascending=ascending, kind="quicksort").index.to_numpy()
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.arange(len(order))
    return out
