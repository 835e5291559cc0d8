"""A fitted model with what is needed to trust it: what it saw, how it was made, and in which class it equals a retraining."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model

Array = NDArray[Any]

BIT, ROUNDING, SOLVER, RETRAINED = "bit", "rounding", "solver", "retrained"


VERSIONS: dict[str, str] = {
    "python": platform.python_version(),
    "numpy": np.__version__,
    "scipy": version("scipy"),
    "scikit-learn": version("scikit-learn"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Hashes (SHA-256, hex) of the training data a model saw, and their size."""

    X: str
    y: str
    split: str
    rows: int
    features: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a family hands back.

    Attributes
    ----------
    guarantee : str
        The class (DESIGN.md 3): ``bit``, ``rounding``, ``solver`` or ``retrained``.
    method : str
        ``trained`` (first time), ``kept`` (data unchanged), ``updated`` (from the old optimum), ``retrained``.
    residual : float or None
        Class solver: gradient norm ÷ smallest Hessian eigenvalue, a bound on the distance to the optimum.
    smallest_eigenvalue : float or None
        Of the Hessian, intercept included, in the coordinates of `residual`.
    move : float or None
        How far an update moved the parameters (Euclidean).
    iterations : int
        Steps of the solver.
    notes : tuple of str
        Warnings of scikit-learn by category, and why a class was not reached. Never data.
    """

    estimator: Any
    guarantee: str
    method: str
    residual: float | None = None
    smallest_eigenvalue: float | None = None
    move: float | None = None
    iterations: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model of a run.

    Attributes
    ----------
    model : Model
        The plan's node.
    seed : int
        Stands for ``random_state`` where the script sets none.
    fitted : Fitted
    features : tuple of str
        Names of X's columns in order.
    seen : Seen
    versions : dict
        Of Python, NumPy, SciPy and scikit-learn.
    """

    model: Model
    seed: int
    fitted: Fitted
    features: tuple[str, ...]
    seen: Seen
    versions: dict[str, str] = field(default_factory=lambda: dict(VERSIONS))

    @property
    def estimator(self) -> Any:
        """The fitted scikit-learn estimator."""
        return self.fitted.estimator

    @property
    def is_classifier(self) -> bool:
        from sklearn.base import is_classifier

        return bool(is_classifier(self.estimator))

    def predict(self, X: Array) -> Array:
        """Return a class or a number per row.

        Raises
        ------
        UserError
            If the class cannot predict after the rows that it was trained on.
        """
        if len(X) == 0:
            return np.empty(0, dtype=self.estimator.classes_.dtype if self.is_classifier else np.float64)
        return self._asked("predict", X)

    def scores(self, X: Array) -> Array:
        """Return probabilities, shape (rows, classes); of a class without them decision values or predictions, shape (rows,)."""
        if len(X) == 0:
            return np.empty((0, len(self.estimator.classes_)) if hasattr(self.estimator, "predict_proba") else 0)
        if hasattr(self.estimator, "predict_proba"):
            return self._asked("predict_proba", X)
        if self.is_classifier and hasattr(self.estimator, "decision_function"):
            return self._asked("decision_function", X)
        return self._asked("predict", X).astype(np.float64, copy=False)

    def _asked(self, method: str, X: Array) -> Array:
        """Ask the estimator; some classes find out only then that they saw too few rows for their settings.

        Raises
        ------
        UserError
            If scikit-learn refuses. Its text is left out: it may quote values.
        """
        try:
            return np.asarray(getattr(self.estimator, method)(X))
        except ValueError:
            raise UserError(
                f"{type(self.estimator).__name__} cannot predict after these training rows",
                "The script itself would fail on them; look for too few rows for its settings.",
            ) from None


def seen(X: Array, y: Array, split_keys: Array | None = None) -> Seen:
    """Return the hashes of training data.

    Parameters
    ----------
    X : ndarray, shape (n, features)
    y : ndarray, shape (n,)
    split_keys : ndarray, optional
        Stable keys of the training rows in order: int64, shape (n,) or (n, parts).
    """
    keys = np.empty(0, dtype=np.int64) if split_keys is None else np.asarray(split_keys)
    return Seen(array_hash(X), array_hash(y), array_hash(keys), len(X), X.shape[1])


def array_hash(values: Array) -> str:
    """Return the SHA-256 of an array's type, shape and content."""
    digest = hashlib.sha256(f"{values.dtype.str}{values.shape}".encode())
    if values.dtype == object:
        digest.update(json.dumps([[type(v).__name__, str(v)] for v in values.ravel().tolist()]).encode())
    else:
        digest.update(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def checked(X: Array, y: Array, model: Model, *, gaps_allowed: bool = False) -> tuple[NDArray[np.float64], Array]:
    """Return training data as a contiguous float64 matrix and a flat label array.

    Raises
    ------
    UserError
        If no row is left, or a value is missing or infinite where the model cannot take it.
    ValueError
        If X and y do not belong together.
    """
    name = class_name(model)
    matrix, labels = np.ascontiguousarray(X, dtype=np.float64), np.asarray(y)
    if matrix.ndim != 2 or labels.shape != (len(matrix),):
        raise ValueError(f"X has shape {matrix.shape} and y {labels.shape}")
    if len(matrix) == 0:
        raise UserError(f"No training row is left, so {name} has nothing to learn from")
    if matrix.shape[1] == 0:
        raise UserError(f"No feature is left, so {name} has nothing to learn from")
    if not gaps_allowed and not np.isfinite(matrix).all():
        raise UserError(f"X holds missing or infinite values, which {name} refuses", "Impute them in the script's encoders.")
    if labels.dtype.kind in "fO" and pd.isna(labels).any():
        raise UserError("A training row has no label", "Drop rows without a label before the split.")
    return matrix, labels


def require_classes(y: Array, model: Model) -> Array:
    """Return the classes in scikit-learn's order.

    Raises
    ------
    UserError
        If there are fewer than two.
    """
    classes = np.unique(y)
    if len(classes) < 2:
        raise UserError(
            f"Only one class is left among the training rows, and {class_name(model)} needs two",
            "The script itself would fail on these rows.",
        )
    return classes


def class_name(model: Model) -> str:
    """Return the estimator's name without its module."""
    return model.estimator.rpartition(".")[2]


def moved(old: NDArray[np.float64], new: NDArray[np.float64], old_names: Sequence[object], new_names: Sequence[object]) -> float:
    """Return the Euclidean distance of two named parameter vectors; a name on one side only counts with its whole value."""
    a, b = dict(zip(old_names, old.tolist(), strict=True)), dict(zip(new_names, new.tolist(), strict=True))
    return float(np.sqrt(sum((a.get(k, 0.0) - b.get(k, 0.0)) ** 2 for k in dict.fromkeys([*a, *b]))))
