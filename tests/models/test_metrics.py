from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, roc_auc_score

from lester_gui.models.metrics import Metric, metrics, paired_change, wilson
from lester_gui.models.training import train

from .data import FOREST, LOGISTIC, RIDGE, classification, names, regression


def test_wilson_interval_of_the_literature() -> None:
    # Newcombe 1998, table I: 81 of 263
    metric = wilson(81, 263)
    assert (round(metric.low, 4), round(metric.high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10).low == 0.0 and wilson(10, 10).high == 1.0


def test_classifiers_agree_with_scikit_learn_and_with_themselves() -> None:
    X, y = classification(1, rows=300)
    trained = train(LOGISTIC, X[:200], y[:200], features=names(X), seed=0)
    found = metrics(trained, X[200:], y[200:])
    assert found["accuracy"].value == pytest.approx(trained.estimator.score(X[200:], y[200:]))
    assert found["auc"].value == pytest.approx(roc_auc_score(y[200:], trained.scores(X[200:])[:, 1]))
    assert found["auc"].low < found["auc"].value < found["auc"].high
    assert metrics(trained, X[200:], y[200:]) == found


def test_regressors() -> None:
    X, y = regression(1, rows=300)
    trained = train(RIDGE, X[:200], y[:200], features=names(X), seed=0)
    found = metrics(trained, X[200:], y[200:])
    assert found["r2"].value == pytest.approx(r2_score(y[200:], trained.predict(X[200:])))
    assert found["mean_absolute_error"].value == pytest.approx(mean_absolute_error(y[200:], trained.predict(X[200:])))


def test_degenerate_test_sets() -> None:
    X, y = classification(2, classes=3)
    trained = train(FOREST, X, y, features=names(X), seed=0)
    assert metrics(trained, X[:0], y[:0]) == {}
    assert set(metrics(trained, X, y)) == {"accuracy"}
    X, y = classification(3)
    two = train(FOREST, X, y, features=names(X), seed=0)
    assert set(metrics(two, X[y == 1], y[y == 1])) == {"accuracy"}


def test_a_change_has_an_interval_around_it() -> None:
    y = np.array([0, 1] * 50)
    worse = y.copy()
    worse[:5] = 1 - worse[:5]
    assert paired_change(y, y, y) == Metric(0.0, 0.0, 0.0)
    change = paired_change(y, worse, y)
    assert change.value == pytest.approx(-0.05) and change.low < -0.05 < change.high


def test_intervals_are_those_of_a_bootstrap() -> None:
    rng = np.random.default_rng(5)

    def bootstrapped(statistic: Callable[[np.ndarray], float], count: int) -> tuple[float, float]:
        found = [statistic(rng.integers(0, count, count)) for _ in range(2000)]
        low, high = np.percentile(found, [2.5, 97.5])
        return float(low), float(high)

    X, y = classification(4, rows=1200)
    trained = train(LOGISTIC, X[:200], y[:200], features=names(X), seed=0)
    scores, truth = trained.scores(X[200:])[:, 1], y[200:]
    auc = metrics(trained, X[200:], truth)["auc"]
    assert (auc.low, auc.high) == pytest.approx(
        bootstrapped(lambda rows: roc_auc_score(truth[rows], scores[rows]), 1000), abs=0.006
    )
    X, y = regression(4, rows=1200)
    ridge = train(RIDGE, X[:200], y[:200], features=names(X), seed=0)
    said, truth = ridge.predict(X[200:]), y[200:]
    found = metrics(ridge, X[200:], truth)
    for name, of in (("r2", r2_score), ("mean_absolute_error", mean_absolute_error)):
        width = found[name].high - found[name].low
        expected = bootstrapped(lambda rows, of=of: of(truth[rows], said[rows]), 1000)
        assert (found[name].low, found[name].high) == pytest.approx(expected, abs=0.15 * width)
