"""How good a model is, with an interval: a change inside it is no evidence of anything.

Shares have Wilson's interval (Wilson, JASA 1927), the area under the curve DeLong's (DeLong, DeLong, Clarke-Pearson, Biometrics
1988), everything else the one that the central limit theorem gives the mean of its influence function: the same predictions
always give the same interval, and one pass over them is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lester_gui.models.trained import Array, Trained

Z95 = 1.959963984540054


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
        missed = np.abs(truth - numbers)
        out = {"mean_absolute_error": _around(float(missed.mean()), missed)}
        if truth.min() < truth.max():
            out["r2"] = _r2(truth, numbers)
        return out
    out = {"accuracy": wilson(int((predicted == y).sum()), len(y))}
    scores = positive_scores(trained, X)
    if scores is not None:
        positive = y == trained.estimator.classes_[1]
        if positive.any() and not positive.all():
            out["auc"] = _auc(positive, scores)
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


def paired_change(before: Array, after: Array, y: Array) -> Metric:
    """Return the change of accuracy on the same rows, after minus before, with its interval.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Predictions of both models.
    y : ndarray, shape (n,)
    """
    gained = (after == y).astype(np.float64) - (before == y).astype(np.float64)
    return change_of_share(int((gained > 0).sum()), int((gained < 0).sum()), len(gained))


def change_of_share(gained: int, lost: int, count: int) -> Metric:
    """Return the change of a share with its interval, from how many of the same rows became right and how many wrong."""
    value = (gained - lost) / count
    half = Z95 * float(np.sqrt(max(0.0, (gained + lost) / count - value * value) / count))
    return Metric(value, value - half, value + half)


def _around(value: float, terms: NDArray[np.float64]) -> Metric:
    """Return the interval of a statistic that behaves like a mean of `terms`, one per row."""
    half = Z95 * float(terms.std()) / float(np.sqrt(len(terms)))
    return Metric(value, value - half, value + half)


def _auc(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> Metric:
    """Return the share of pairs that are in order, ties as halves."""
    places = np.unique(scores, return_inverse=True)[1]
    size = int(places.max()) + 1
    found, missed = (np.bincount(places[side], minlength=size) for side in (positive, ~positive))
    hits, others = int(found.sum()), int(missed.sum())
    below = (np.cumsum(missed) - missed / 2) / others  # for a score: the share of the other class that lies below it
    above = 1.0 - (np.cumsum(found) - found / 2) / hits
    value = float((found * below).sum() / hits)
    spread = sum(float((n * (x - value) ** 2).sum()) / (int(n.sum()) ** 2) for n, x in ((found, below), (missed, above)))
    half = Z95 * float(np.sqrt(spread))
    return Metric(value, max(0.0, value - half), min(1.0, value + half))


def _r2(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> Metric:
    errors, spread = (truth - predicted) ** 2, (truth - truth.mean()) ** 2
    share = float(errors.sum()) / float(spread.sum())
    return _around(1.0 - share, (errors - share * spread) / float(spread.mean()))
