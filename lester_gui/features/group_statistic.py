"""A total over the rows that are fitted on, or over those of a row's group, as a transformer of scikit-learn's kind.

Scripts take such totals of their training rows and use them on both sides: a limit for outliers, the mean of a shop. Sums are
exact before they are rounded, so that the order of the rows does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from lester_gui.features.catalogue import STATISTICS


class GroupStatistic(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """One column with a statistic of the first column, over the rows whose other columns are those of the row.

    Parameters
    ----------
    function : str
        One of `STATISTICS`, of the values that are not missing, as pandas has them. ``size`` counts all rows; ``total`` is a sum
        that is missing where there is no value; ``std`` and ``var`` divide by one less than the number of values, ``std0`` and
        ``var0`` by that number; a quantile is interpolated linearly; an element is one of the values in order.
    share : float, optional
        Of a quantile, between 0 and 1.
    place : tuple of (float, int, int, int), optional
        Of an element among `n` values, counted from 0: ``(int(n * a) + b) // c + d``; a negative one counts from the end.

    Attributes
    ----------
    groups_ : dict
        The statistic of each group, by the values of its other columns; of all rows under ``()`` where there are none.
    """

    def __init__(
        self, function: str = "mean", share: float | None = None, place: tuple[float, int, int, int] | None = None
    ) -> None:
        self.function = function
        self.share = share
        self.place = place

    def fit(self, X: NDArray[Any], y: object = None) -> GroupStatistic:
        """Learn the statistic of each group.

        Parameters
        ----------
        X : ndarray, shape (n, 1 + k)
            Values, and the keys of groups; NaN or None where one is missing. A row without a key belongs to no group.

        Raises
        ------
        ValueError
            If there is no such statistic, or a group has too few values for such an element.
        """
        asks = {"quantile": self.share is not None, "element": self.place is not None}
        if self.function not in STATISTICS or any(told != (self.function == name) for name, told in asks.items()):
            raise ValueError(f"there is no statistic {self.function!r} with share {self.share!r} and place {self.place!r}")
        rows: dict[tuple[Hashable, ...], list[Any]] = {}
        for value, *keys in np.asarray(X).tolist():
            if not any(_is_missing(k) for k in keys):
                rows.setdefault(tuple(keys), []).append(value)
        if np.asarray(X).shape[1] == 1:
            rows.setdefault((), [])
        self.groups_ = {k: self._of(v) for k, v in rows.items()}
        return self

    def transform(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Return the statistic of each row's group, NaN where there was none; shape (n, 1)."""
        found = [self.groups_.get(tuple(keys), math.nan) for _, *keys in np.asarray(X).tolist()]
        return np.array(found, dtype=np.float64).reshape(-1, 1)

    def get_feature_names_out(self, input_features: NDArray[Any]) -> NDArray[Any]:
        """Return the name of the column that is made."""
        return np.array([f"{self.function}_{input_features[0]}"], dtype=object)

    def _of(self, values: list[Any]) -> float:
        present = [v for v in values if not _is_missing(v)]
        if self.function in ("size", "count"):
            return float(len(values if self.function == "size" else present))
        if self.function == "nunique":
            return float(len(set(present)))
        known = [float(v) for v in present]
        if self.function == "sum":
            return math.fsum(known)
        if self.function == "element":
            return self._element(sorted(known))
        if not known:
            return math.nan
        if self.function == "total":
            return math.fsum(known)
        if self.function in ("min", "max"):
            return min(known) if self.function == "min" else max(known)
        if self.function == "mean":
            return math.fsum(known) / len(known)
        if self.function in ("median", "quantile"):
            return float(np.quantile(np.array(known), 0.5 if self.share is None else self.share))
        return self._spread(known)

    def _element(self, known: list[float]) -> float:
        assert self.place is not None
        factor, before, divisor, after = self.place
        place = (int(len(known) * factor) + before) // divisor + after
        if not -len(known) <= place < len(known):
            raise ValueError(f"there is no element {place} of {len(known)} values")
        return known[place]

    def _spread(self, known: list[float]) -> float:
        degrees = len(known) - (0 if self.function.endswith("0") else 1)
        if degrees == 0:
            return math.nan
        mean = math.fsum(known) / len(known)
        variance = math.fsum((v - mean) ** 2 for v in known) / degrees
        return math.sqrt(variance) if self.function.startswith("std") else variance


def _is_missing(key: object) -> bool:
    return key is None or key != key
