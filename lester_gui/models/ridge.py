"""LinearRegression and Ridge, class *rounding*: the Gram matrix about a frozen shift, from which rows can be taken away.

A raw Gram matrix cancels catastrophically when means are large; about the first run's means it does not. The solution is
then refined on X itself with residuals in extended precision, so an update and a training from scratch end in the same doubles
but for rounding.
Decremental Gram matrices: Schelter, CIDR 2020 (Amnesia).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models import retrained
from lester_gui.models.estimators import build, parameters
from lester_gui.models.trained import ROUNDING, Array, Fitted, checked, class_name

Vector = NDArray[np.float64]
Changed = tuple[Array, Array, Array, Array]

_REFINEMENTS = 3
_CHUNK = 8192
_WORST_CONDITION = 1e11


@dataclass(frozen=True, slots=True)
class Gram:
    """Sums over rows of x and y about a frozen shift, y as the last column.

    Attributes
    ----------
    shift : ndarray, shape (d + 1,)
    sums : ndarray, shape (d + 1,)
    products : ndarray, shape (d + 1, d + 1)
    rows : int
    """

    shift: Vector
    sums: Vector
    products: Vector
    rows: int

    def changed(self, X: Array, y: Array, sign: int) -> Gram:
        """Return the sums with rows added (sign 1) or taken away (-1)."""
        z = np.column_stack([X, y]) - self.shift
        return Gram(self.shift, self.sums + sign * z.sum(axis=0), self.products + sign * (z.T @ z), self.rows + sign * len(z))


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRidge(Fitted):
    """A fit with the sums it came from."""

    gram: Gram


def is_canonical(model: Model) -> bool:
    """Whether the closed form is what the script's class computes."""
    p = parameters(model)
    alpha = p.get("alpha", 1.0)
    return not p.get("positive") and isinstance(alpha, int | float) and not isinstance(alpha, bool) and alpha >= 0


def train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    """Solve in closed form. Where features depend on each other and nothing penalises it, scikit-learn's own solution is taken.

    Raises
    ------
    UserError
        If no row is left or the label is no number.
    """
    X, y = checked(X, y, model)
    y = _numbers(y, model)
    shift = np.append(X.mean(axis=0), y.mean())
    empty = Gram(shift, np.zeros(len(shift)), np.zeros((len(shift), len(shift))), 0)
    return _solve(model, empty.changed(X, y, 1), X, y, seed, "trained")


def update(model: Model, old: FittedRidge, X: Array, y: Array, seed: int, changed: Changed | None) -> Fitted:
    """Take rows out of the sums and solve again; with no `changed`, sum the rows there are.

    Raises
    ------
    UserError
        If no row is left.
    """
    X, y = checked(X, y, model)
    y = _numbers(y, model)
    if changed is None:
        fitted = replace(train(model, X, y, seed), method="retrained")
    else:
        removed_X, removed_y, added_X, added_y = changed
        gram = old.gram.changed(removed_X, _numbers(np.asarray(removed_y), model), -1)
        gram = gram.changed(added_X, _numbers(np.asarray(added_y), model), 1)
        if gram.rows != len(X):
            raise ValueError("the changed rows do not lead from the old training data to the new")
        fitted = _solve(model, gram, X, y, seed, "updated")
    move = None
    if old.estimator.coef_.shape == fitted.estimator.coef_.shape:
        step = np.append(fitted.estimator.coef_ - old.estimator.coef_, fitted.estimator.intercept_ - old.estimator.intercept_)
        move = float(np.linalg.norm(step))
    return replace(fitted, move=move)


def _solve(model: Model, gram: Gram, X: Vector, y: Vector, seed: int, method: str) -> Fitted:
    p = parameters(model)
    alpha = float(p.get("alpha", 1.0)) if class_name(model) == "Ridge" else 0.0
    intercept = bool(p.get("fit_intercept", True))
    if intercept:
        products = gram.products - np.outer(gram.sums, gram.sums) / gram.rows
        means = gram.shift + gram.sums / gram.rows
    else:
        means = np.zeros(len(gram.shift))
        cross = np.outer(gram.shift, gram.sums)
        products = gram.products + cross + cross.T + gram.rows * np.outer(gram.shift, gram.shift)
    system = products[:-1, :-1] + alpha * np.eye(len(means) - 1)
    size = np.sqrt(np.diag(system))
    if np.any(size == 0) or np.linalg.cond(system / np.outer(size, size)) > _WORST_CONDITION:
        again = retrained.train(model, X, y, seed)
        return replace(again, method=method if method == "trained" else "retrained", notes=("features depend on each other",))
    factor = scipy.linalg.cho_factor(system / np.outer(size, size))
    weights = scipy.linalg.cho_solve(factor, products[:-1, -1] / size) / size
    for _ in range(_REFINEMENTS):
        gradient, means = _refined(weights, X, y, alpha, intercept)
        weights = weights + scipy.linalg.cho_solve(factor, gradient / size) / size
    estimator = build(model, seed)
    estimator.coef_ = np.ascontiguousarray(weights)
    estimator.intercept_ = _intercept(means, weights) if intercept else 0.0
    estimator.n_features_in_ = len(weights)
    return FittedRidge(estimator=estimator, guarantee=ROUNDING, method=method, iterations=_REFINEMENTS, gram=gram)


def _refined(weights: Vector, X: Vector, y: Vector, alpha: float, intercept: bool) -> tuple[Vector, Any]:
    """Return the negative gradient at `weights`, and the means, from X itself in extended precision."""
    means = np.append(_long_mean(X), _long_mean(y[:, None])) if intercept else np.zeros(X.shape[1] + 1, dtype=np.longdouble)
    wide = weights.astype(np.longdouble)
    total = -alpha * wide
    for at in range(0, len(X), _CHUNK):
        part = X[at : at + _CHUNK] - means[:-1]
        total = total + part.T @ (y[at : at + _CHUNK] - means[-1] - part @ wide)
    return np.asarray(total, dtype=np.float64), means


def _long_mean(values: Vector) -> NDArray[np.longdouble]:
    return np.asarray(values.sum(axis=0, dtype=np.longdouble) / len(values))


def _intercept(means: Any, weights: Vector) -> float:
    return float(means[-1] - means[:-1] @ weights.astype(np.longdouble))


def _numbers(y: Array, model: Model) -> Vector:
    if y.dtype.kind not in "biuf":
        raise UserError(f"The label is not a number, which {class_name(model)} needs")
    return y.astype(np.float64)
