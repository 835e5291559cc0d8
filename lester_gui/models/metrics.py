"""How good a model is, with an interval: a change inside it is no evidence of anything.

Shares have Wilson's interval (Wilson, JASA 1927), everything else a percentile bootstrap with a fixed seed, so that the same
predictions always give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lester_gui.models.trained import Array, Trained

Z95 = 1.959963984540054
RESAMPLES = 500
_SEED = 20240901


@dataclass(frozen=True, slots=True)
class Metric:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


def metrics(trained: Trained, X: Array, y: Array) -> dict[str, Metric]:
    """Return the metrics of a model on labelled rows, by name; none without rows.

    Returns
    -------
    dict
        Classifiers: ``accuracy``, and ``auc`` for two classes that both occur. Regressors: ``mean_absolute_error``, ``r2``.
    """
    y = np.asarray(y)
    if len(y) == 0:
        return {}
    predicted = trained.predict(X)
    if not trained.is_classifier:
        truth, numbers = y.astype(np.float64), predicted.astype(np.float64)
        out = {"mean_absolute_error": bootstrap(lambda rows: float(np.abs(truth[rows] - numbers[rows]).mean()), len(y))}
        if len(np.unique(truth)) > 1:
            out["r2"] = bootstrap(lambda rows: _r2(truth[rows], numbers[rows]), len(y))
        return out
    out = {"accuracy": wilson(int((predicted == y).sum()), len(y))}
    scores = positive_scores(trained, X)
    if scores is not None:
        positive = y == trained.estimator.classes_[1]
        if positive.any() and not positive.all():
            places = np.unique(scores, return_inverse=True)[1]  # sorted once, not once per resample
            out["auc"] = bootstrap(lambda rows: _auc(positive[rows], places[rows]), len(y))
    return out


def positive_scores(trained: Trained, X: Array) -> NDArray[np.float64] | None:
    """Return the score of the second class of a two-class model, None for any other."""
    if not trained.is_classifier or len(trained.estimator.classes_) != 2:
        return None
    scores = trained.scores(X)
    if scores.ndim == 2:
        return np.asarray(scores[:, 1])
    return None if scores.dtype.kind != "f" else np.asarray(scores)


def wilson(hits: int, count: int) -> Metric:
    """Return a share with Wilson's 95 % interval."""
    share, z2 = hits / count, Z95 * Z95
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * float(np.sqrt(share * (1 - share) / count + z2 / (4 * count * count)))
    return Metric(share, 0.0 if hits == 0 else centre - half, 1.0 if hits == count else centre + half)


def bootstrap(statistic: Callable[[NDArray[np.int64]], float], count: int) -> Metric:
    """Return a statistic of `count` rows with its percentile interval; `statistic` takes positions and may give NaN."""
    rng = np.random.default_rng(_SEED)
    samples = np.array([statistic(rng.integers(0, count, count)) for _ in range(RESAMPLES)])
    samples = samples[~np.isnan(samples)]
    value = statistic(np.arange(count))
    if len(samples) == 0:
        return Metric(value, value, value)
    low, high = np.percentile(samples, [2.5, 97.5])
    return Metric(value, float(low), float(high))


def paired_change(before: Array, after: Array, y: Array) -> Metric:
    """Return the change of accuracy on the same rows, after minus before, with its interval.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Predictions of both models.
    y : ndarray, shape (n,)
    """
    gained = (after == y).astype(np.float64) - (before == y).astype(np.float64)
    if not gained.any():
        return Metric(0.0, 0.0, 0.0)
    return bootstrap(lambda rows: float(gained[rows].mean()), len(gained))


def _auc(positive: NDArray[np.bool_], places: NDArray[np.int64]) -> float:
    """Return the share of pairs that are in order, ties as halves; `places` are the ranks of the scores, equal for ties."""
    hits = int(positive.sum())
    if hits in (0, len(positive)):
        return float("nan")
    size = int(places.max()) + 1
    found, missed = (np.bincount(places[side], minlength=size) for side in (positive, ~positive))
    pairs = found * (np.cumsum(missed) - missed / 2)
    return float(pairs.sum() / (hits * (len(positive) - hits)))


def _r2(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    spread = float(((truth - truth.mean()) ** 2).sum())
    return float("nan") if spread == 0 else 1.0 - float(((truth - predicted) ** 2).sum()) / spread
