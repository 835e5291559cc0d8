"""Training and updating a model of any family: the one door to `models` for session and maintenance.

Linear algebra runs on one thread here: how a sum is cut among threads would decide its last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lester_gui.features.one_thread import one_thread
from lester_gui.ir.learning import Model
from lester_gui.models import forest, logistic, mlp, retrained, ridge
from lester_gui.models.estimators import estimator_class
from lester_gui.models.trained import BIT, Array, Fitted, Trained, seen


@dataclass(frozen=True, slots=True)
class Delta:
    """The training rows that left and joined, where all others kept their features bit for bit.

    Attributes
    ----------
    removed_X, added_X : ndarray, shape (k, features)
    removed_y, added_y : ndarray, shape (k,)
    """

    removed_X: Array
    removed_y: Array
    added_X: Array
    added_y: Array


def train(model: Model, X: Array, y: Array, *, features: Sequence[str], seed: int, split_keys: Array | None = None) -> Trained:
    """Train the canonical model: same class and penalty as the script's, to the optimum where the class solver needs it.

    Parameters
    ----------
    model : Model
        The plan's node.
    X : ndarray, shape (n, features)
    y : ndarray, shape (n,)
    features : sequence of str
        Names of X's columns.
    seed : int
        The recorded seed that stands for a missing ``random_state``.
    split_keys : ndarray, optional
        Stable keys of the training rows in order, for the hash of the split.

    Raises
    ------
    UserError
        If the model is not supported, or these rows cannot carry it (no row, one class).
    """
    with one_thread():
        fitted = _train(model, X, np.asarray(y), seed)
    return Trained(model=model, seed=seed, fitted=fitted, features=tuple(features), seen=seen(X, np.asarray(y), split_keys))


def update(
    old: Trained,
    X: Array,
    y: Array,
    *,
    features: Sequence[str],
    split_keys: Array | None = None,
    delta: Delta | None = None,
) -> Trained:
    """Return the model of the remaining rows. If the training data are the same, the old model is kept bit for bit.

    Parameters
    ----------
    old : Trained
        The model before.
    X, y, features, split_keys
        The training data now, as in `train`.
    delta : Delta, optional
        What changed, if the features of all other rows did not; spares closed-form models a pass over X.

    Raises
    ------
    UserError
        If the remaining rows cannot carry the model.
    """
    y = np.asarray(y)
    now = seen(X, y, split_keys)
    if (now.X, now.y) == (old.seen.X, old.seen.y) and tuple(features) == old.features:
        kept = replace(old.fitted, guarantee=BIT, method="kept", move=0.0, iterations=0, notes=())
        return replace(old, fitted=kept, seen=now)
    with one_thread():
        fitted = _update(old, X, y, features, delta)
    return replace(old, fitted=fitted, features=tuple(features), seen=now)


def family_of(model: Model, X: Array, y: Array) -> str:
    """Return the module that trains this model on this shape: logistic, ridge, forest, mlp or retrained."""
    name = estimator_class(model).__name__
    if name == "LogisticRegression":
        classes = len(np.unique(y))
        return "logistic" if logistic.is_canonical(model, X.shape[1], max(classes, 2)) else "retrained"
    if name in ("LinearRegression", "Ridge"):
        return "ridge" if ridge.is_canonical(model) else "retrained"
    if name in forest.CLASSES:
        return "forest"
    return "mlp" if name in mlp.CLASSES else "retrained"


def _update(old: Trained, X: Array, y: Array, features: Sequence[str], delta: Delta | None) -> Fitted:
    family = family_of(old.model, X, y)
    if family == "logistic" and hasattr(old.estimator, "coef_"):
        return logistic.update(old.model, old.fitted, old.features, X, y, features, old.seed)
    if family == "ridge" and isinstance(old.fitted, ridge.FittedRidge):
        same = delta is not None and tuple(features) == old.features
        changed = (delta.removed_X, delta.removed_y, delta.added_X, delta.added_y) if delta is not None and same else None
        return ridge.update(old.model, old.fitted, X, y, old.seed, changed)
    return replace(_train(old.model, X, y, old.seed), method="retrained")


def _train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    family = family_of(model, X, y)
    if family == "logistic":
        return logistic.train(model, X, y, seed)
    if family == "ridge":
        return ridge.train(model, X, y, seed)
    if family == "forest":
        return forest.train(model, X, y, seed)
    return mlp.train(model, X, y, seed) if family == "mlp" else retrained.train(model, X, y, seed)
