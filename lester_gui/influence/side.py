"""What is compared: the prepared data of a pipeline, with the person and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.features.state import Rows
from lester_gui.models.trained import Array


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The prepared data with or without the person.

    Attributes
    ----------
    table : pyarrow.Table
        The prepared view in row order.
    keys : ndarray, shape (n,) or (n, parts), or sequence
        A stable, hashable key per row; a row of somebody else has the same key on both sides.
    train, test : sequence of int
        Positions in the recorded order.
    y : ndarray, shape (n,)
        The label of every row.
    validation : sequence of int
        Positions of the rows for validation, where the split has them.
    """

    table: pa.Table
    keys: NDArray[Any] | Sequence[Any]
    train: Rows
    test: Rows
    y: Array
    validation: Rows = ()

    def index(self) -> pd.Index:
        """Return the keys as hashable values; whole numbers stay an array of them."""
        keys = self.keys
        if isinstance(keys, np.ndarray) and keys.ndim == 1:
            return pd.Index(keys, tupleize_cols=False)
        tuples = [tuple(k) for k in keys.tolist()] if isinstance(keys, np.ndarray) else list(keys)
        return pd.Index(tuples, dtype=object, tupleize_cols=False)
