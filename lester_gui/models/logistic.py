"""LogisticRegression with an L2 penalty, class *solver*: the canonical model is the optimum, whichever solver the script names.

After an erasure the solver goes on from the old optimum. Where the certificate (residual ≤ 1e-8 and ≤ 1 % of the move) cannot be
reached in double precision, it starts again from zero, which is a retraining.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.convex import LogisticProblem, Optimum
from lester_gui.models.estimators import build, parameters
from lester_gui.models.trained import RETRAINED, SOLVER, Array, Fitted, checked, moved, require_classes

RESIDUAL = 1e-8
SHARE_OF_MOVE = 0.01
LARGEST = 2000  # unknowns: beyond, the Hessian no longer pays


def is_canonical(model: Model, features: int, classes: int) -> bool:
    """Whether the objective is strictly convex and small enough for Newton's method."""
    p = parameters(model)
    plain = p.get("penalty", "l2") in ("l2", "deprecated") and p.get("l1_ratio", 0) in (0, None)
    scores = 1 if classes == 2 else classes
    return plain and math.isfinite(float(p.get("C", 1.0))) and scores * (features + 1) <= LARGEST


def train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    """Train to the optimum from zero.

    Raises
    ------
    UserError
        If no row or only one class is left.
    """
    X, y, classes, problem = _problem(model, X, y)
    optimum = problem.solve()
    reached = optimum.residual <= RESIDUAL
    return Fitted(
        estimator=_estimator(model, seed, optimum, classes),
        guarantee=SOLVER if reached else RETRAINED,
        method="trained",
        residual=optimum.residual,
        smallest_eigenvalue=optimum.smallest_eigenvalue,
        iterations=optimum.iterations,
        notes=() if reached else ("the optimum is not certified in double precision",),
    )


def update(
    model: Model, old: Fitted, old_features: Sequence[str], X: Array, y: Array, features: Sequence[str], seed: int
) -> Fitted:
    """Move the optimum to the remaining rows.

    Parameters
    ----------
    old : Fitted
        The model before.
    old_features, features : sequence of str
        Names of X's columns before and now; a coefficient goes with its name.

    Raises
    ------
    UserError
        If no row or only one class is left.
    """
    X, y, classes, problem = _problem(model, X, y)
    before, names_before = _named(old.estimator, old_features)
    known = dict(zip(names_before, before.tolist(), strict=True))
    names = _names(classes, features, problem.scores, problem.intercept)
    start = np.array([known.get(n, 0.0) for n in names]).reshape(problem.scores, -1)
    optimum = problem.solve(start)
    move = moved(before, optimum.theta.ravel(), names_before, names)
    reached = optimum.residual <= RESIDUAL and optimum.residual <= SHARE_OF_MOVE * move
    if not reached:
        optimum = problem.solve()
    return Fitted(
        estimator=_estimator(model, seed, optimum, classes),
        guarantee=SOLVER if reached else RETRAINED,
        method="updated" if reached else "retrained",
        residual=optimum.residual,
        smallest_eigenvalue=optimum.smallest_eigenvalue,
        move=moved(before, optimum.theta.ravel(), names_before, names),
        iterations=optimum.iterations,
        notes=() if reached else ("the bound of an update was not reached, so it was trained again from zero",),
    )


def _problem(model: Model, X: Array, y: Array) -> tuple[NDArray[np.float64], Array, Array, LogisticProblem]:
    X, y = checked(X, y, model)
    classes = require_classes(y, model)
    p = parameters(model)
    liblinear = p.get("solver") == "liblinear"
    if liblinear and len(classes) > 2:
        raise UserError("The solver liblinear refuses more than two classes", "The script itself would fail on these rows.")
    targets = np.searchsorted(classes, y).astype(np.int64)
    intercept = bool(p.get("fit_intercept", True))
    penalty = 1.0 / float(p.get("intercept_scaling", 1)) ** 2 if liblinear and intercept else 0.0
    weights = float(p.get("C", 1.0)) * _class_weights(p.get("class_weight"), classes, targets)[targets]
    return X, y, classes, LogisticProblem(X, targets, len(classes), weights, intercept, penalty)


def _class_weights(given: Any, classes: Array, targets: NDArray[np.int64]) -> NDArray[np.float64]:
    if given is None:
        return np.ones(len(classes))
    counts = np.bincount(targets, minlength=len(classes))
    if given == "balanced":
        return np.asarray(len(targets) / (len(classes) * counts), dtype=np.float64)
    if isinstance(given, dict):
        return np.array([float(given.get(c, 1.0)) for c in classes.tolist()])
    raise UserError("This class_weight of LogisticRegression is not supported yet")


def _estimator(model: Model, seed: int, optimum: Optimum, classes: Array) -> Any:
    estimator = build(model, seed)
    intercept = bool(parameters(model).get("fit_intercept", True))
    theta = optimum.theta
    estimator.classes_ = classes
    estimator.coef_ = np.ascontiguousarray(theta[:, :-1] if intercept else theta)
    estimator.intercept_ = np.ascontiguousarray(theta[:, -1]) if intercept else np.zeros(len(theta))
    estimator.n_features_in_ = estimator.coef_.shape[1]
    estimator.n_iter_ = np.array([optimum.iterations], dtype=np.int32)
    return estimator


def _named(estimator: Any, features: Sequence[str]) -> tuple[NDArray[np.float64], list[object]]:
    theta = estimator.coef_
    if estimator.fit_intercept:
        theta = np.column_stack([theta, estimator.intercept_])
    return theta.ravel(), _names(estimator.classes_, features, len(theta), estimator.fit_intercept)


def _names(classes: Array, features: Sequence[str], scores: int, intercept: bool) -> list[object]:
    # one score: the class it speaks for is the second; of more: each its own
    owners = [tuple(classes.tolist())] if scores == 1 else classes.tolist()
    columns: list[object] = [("feature", f) for f in features] + ([("intercept",)] if intercept else [])
    return [(owner, column) for owner in owners for column in columns]
