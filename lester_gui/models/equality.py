"""Are two models the same, in their class? Classes, parameters and predictions have to agree within its tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lester_gui.models.leaves import Leaf, leaves
from lester_gui.models.logistic import RESIDUAL
from lester_gui.models.trained import BIT, RETRAINED, ROUNDING, SOLVER, Array, Trained

TOLERANCE = {BIT: 0.0, RETRAINED: 0.0, ROUNDING: 1e-12, SOLVER: RESIDUAL}
_WEAKNESS = (BIT, RETRAINED, ROUNDING, SOLVER)
_UNDECIDED = 1e-6  # two classes whose scores are nearer than this may change places within a tolerance


@dataclass(frozen=True, slots=True)
class Difference:
    """The outcome of a comparison.

    Attributes
    ----------
    equal : bool
    guarantee : str
        The weaker class of the two; it sets the tolerance.
    tolerance : float
        Class rounding: relative to the largest parameter of an array; class solver: absolute.
    max_difference : float
        Of the parameters, in the units of `tolerance`; infinite where they cannot be compared.
    disagreement : float
        Share of the given rows with another prediction; 0 without rows.
    where : str
        The parameter that differs most, or what cannot be compared; empty if nothing differs.
    """

    equal: bool
    guarantee: str
    tolerance: float
    max_difference: float
    disagreement: float
    where: str


def equal(a: Trained, b: Trained, X: Array | None = None, guarantee: str | None = None) -> Difference:
    """Compare two models.

    Parameters
    ----------
    a, b : Trained
    X : ndarray, shape (n, features), optional
        Rows to predict with both, such as the test set.
    guarantee : str, optional
        The class to compare in; by default the weaker of the two.
    """
    kind = guarantee or max(a.fitted.guarantee, b.fitted.guarantee, key=_WEAKNESS.index)
    tolerance = TOLERANCE[kind]
    if type(a.estimator) is not type(b.estimator):
        return Difference(False, kind, tolerance, np.inf, 1.0, "class of the model")
    if a.features != b.features:
        return Difference(False, kind, tolerance, np.inf, 1.0, "features")
    if a.is_classifier and a.estimator.classes_.tolist() != b.estimator.classes_.tolist():
        return Difference(False, kind, tolerance, np.inf, 1.0, "classes")
    size, where = parameter_difference(a.estimator, b.estimator, relative=kind == ROUNDING, all_leaves=tolerance == 0)
    disagreement, contested = (0.0, False) if X is None or len(X) == 0 else _predictions(a, b, X, tolerance)
    if contested and not where:
        where = "predictions"
    return Difference(size <= tolerance and not contested, kind, tolerance, size, disagreement, where)


def parameter_difference(a: Any, b: Any, *, relative: bool = False, all_leaves: bool = True) -> tuple[float, str]:
    """Return the largest difference between two estimators of one class and the path where it is.

    Parameters
    ----------
    relative : bool
        Divide by the largest absolute value of the array on either side.
    all_leaves : bool
        Compare everything; otherwise fitted values alone (not how many steps a solver took).
    """
    left, right = dict(leaves(a)), dict(leaves(b))
    if not all_leaves:
        left, right = ({k: v for k, v in x.items() if not k.startswith("['n_iter_']")} for x in (left, right))
    if left.keys() != right.keys():
        return np.inf, sorted(left.keys() ^ right.keys())[0]
    worst, where = 0.0, ""
    for path, value in left.items():
        size = _difference(value, right[path], relative)
        if size > worst:
            worst, where = size, path
    return worst, where


def _difference(a: Leaf, b: Leaf, relative: bool) -> float:
    numbers = tuple((isinstance(v, np.ndarray) and v.dtype.kind in "biuf") or type(v) is float for v in (a, b))
    if not all(numbers):
        same = np.array_equal(a, b) if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) else a == b and type(a) is type(b)
        return 0.0 if same else np.inf
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if x.shape != y.shape:
        return np.inf
    differs = ~((x == y) | (np.isnan(x) & np.isnan(y)))
    if not differs.any():
        return 0.0
    size = float(np.abs(x[differs] - y[differs]).max())
    if np.isnan(size):
        return np.inf
    scale = float(max(np.nanmax(np.abs(x)), np.nanmax(np.abs(y)))) if relative else 1.0
    return size / scale if scale else size


def _predictions(a: Trained, b: Trained, X: Array, tolerance: float) -> tuple[float, bool]:
    """Return the share of rows with another prediction, and whether any of them is more than a tie within the tolerance."""
    if not a.is_classifier:
        first, second = a.predict(X), b.predict(X)
        scale = float(np.abs(first).max()) or 1.0
        # sums over features carry the parameters' error times the largest feature
        allowed = tolerance * max(scale, float(np.abs(X).max()) * X.shape[1])
        differs = np.abs(first - second) > allowed
        return float(differs.mean()), bool(differs.any())
    differs = a.predict(X) != b.predict(X)
    if not differs.any():
        return 0.0, False
    scores = a.scores(X[differs])
    if tolerance == 0 or scores.ndim != 2 or scores.shape[1] < 2:
        return float(differs.mean()), True
    top = np.sort(scores, axis=1)
    return float(differs.mean()), bool((top[:, -1] - top[:, -2] > _UNDECIDED).any())
