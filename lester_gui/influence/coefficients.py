"""How far each coefficient of a linear model moves when a person leaves, by the feature's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lester_gui.features.column_map import ColumnMap
from lester_gui.models.trained import Trained


@dataclass(frozen=True, slots=True)
class CoefficientChange:
    """One coefficient.

    Attributes
    ----------
    name, label : str
        The feature, as in `FeatureColumn`; ``intercept`` for the intercept.
    owner : str
        The class it speaks for, in models of more than two; else empty.
    before, after : float or None
        None where the feature does not exist (a category only this person had).
    """

    name: str
    label: str
    owner: str
    before: float | None
    after: float | None

    @property
    def change(self) -> float:
        """After minus before; a missing coefficient counts as zero."""
        return (self.after or 0.0) - (self.before or 0.0)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "owner": self.owner, "before": self.before, "after": self.after, "change": self.change}


def coefficient_changes(
    before: Trained, after: Trained, columns: ColumnMap, columns_after: ColumnMap
) -> tuple[CoefficientChange, ...]:
    """Return every coefficient, the one that moves most first; empty for models without coefficients."""
    old, new = _coefficients(before, columns), _coefficients(after, columns_after)
    labels = {c.name: c.label for c in (*columns_after.columns, *columns.columns)}
    changes = [
        CoefficientChange(name, labels.get(name, name), owner, old.get((owner, name)), new.get((owner, name)))
        for owner, name in dict.fromkeys([*old, *new])
    ]
    return tuple(sorted(changes, key=lambda c: (-abs(c.change), c.name, c.owner)))


def _coefficients(trained: Trained, columns: ColumnMap) -> dict[tuple[str, str], float]:
    estimator = trained.estimator
    if not isinstance(getattr(estimator, "coef_", None), np.ndarray):
        return {}
    weights = np.atleast_2d(estimator.coef_)
    if weights.shape[1] != len(columns):
        return {}  # coefficients of something other than X's columns, such as kernels
    owners = [str(c) for c in estimator.classes_.tolist()] if len(weights) > 1 else [""]
    if len(owners) != len(weights):
        return {}  # one row per pair of classes: they belong to no single class
    out = {(o, n): float(w) for o, row in zip(owners, weights, strict=True) for n, w in zip(columns.names, row, strict=True)}
    if isinstance(getattr(estimator, "intercept_", None), np.ndarray | float):
        for owner, value in zip(owners, np.atleast_1d(estimator.intercept_), strict=True):
            out[(owner, "intercept")] = float(value)
    return out
