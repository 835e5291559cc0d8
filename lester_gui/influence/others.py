"""Rows of other people that move when one person leaves: features, labels, membership. A group mean is enough for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lester_gui.influence.side import Side


@dataclass(frozen=True, slots=True)
class MovedRows:
    """Counts of other people's prepared rows.

    Attributes
    ----------
    labels, features : int
        Rows on both sides with another label; with another value in a feature column.
    columns : tuple of str
        The feature columns in which any differs.
    gone, new, switched : int
        Rows only before; only after; in another part of the split.
    """

    labels: int
    features: int
    columns: tuple[str, ...]
    gone: int
    new: int
    switched: int

    @property
    def any(self) -> bool:
        return bool(self.labels or self.features or self.gone or self.new or self.switched)

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "features": self.features,
            "columns": list(self.columns),
            "gone": self.gone,
            "new": self.new,
            "switched": self.switched,
        }


def moved_rows(before: Side, after: Side, there: NDArray[np.intp], mine: NDArray[np.int64], columns: Sequence[str]) -> MovedRows:
    """Count what moves for other people.

    Parameters
    ----------
    before, after : Side
    there : ndarray of int, shape (rows of before,)
        Where each row of other people stands in `after`; -1 for those that are not there, and for the person's own.
    mine : ndarray of int
        Positions in `before` of the person's own rows.
    columns : sequence of str
        Side columns that feed X.
    """
    old = np.flatnonzero(there >= 0)
    new = there[old]
    features, moved = np.zeros(len(old), dtype=bool), []
    for name in dict.fromkeys(columns):
        differs = _differs(before.table.column(name), after.table.column(name), old, new)
        if differs.any():
            moved.append(name)
            features |= differs
    return MovedRows(
        labels=int(np.sum(before.y[old] != after.y[new])),
        features=int(features.sum()),
        columns=tuple(moved),
        gone=len(there) - len(mine) - len(old),
        new=after.table.num_rows - len(old),
        switched=int(np.sum(_parts(before)[old] != _parts(after)[new])),
    )


def _differs(a: pa.ChunkedArray, b: pa.ChunkedArray, old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.bool_]:
    left, right = a.take(pa.array(old)), b.take(pa.array(new))
    if a.type != b.type or pa.types.is_nested(a.type):
        pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
        return np.fromiter((x != y and not (x != x and y != y) for x, y in pairs), bool, len(left))
    floats = pa.types.is_floating(a.type)
    gone = [side.is_null(nan_is_null=floats).to_numpy() for side in (left, right)]
    other = pc.fill_null(pc.not_equal(left, right), False).to_numpy()
    return np.asarray(np.where(gone[0] | gone[1], gone[0] != gone[1], other))


def _parts(side: Side) -> NDArray[np.int8]:
    parts = np.zeros(side.table.num_rows, dtype=np.int8)
    parts[np.asarray(side.train, dtype=np.int64)] = 1
    parts[np.asarray(side.test, dtype=np.int64)] = 2
    return parts
