import copy
from dataclasses import replace

import numpy as np
import pytest

from lester_gui.models.equality import equal
from lester_gui.models.trained import Trained
from lester_gui.models.training import train

from .data import FOREST, LOGISTIC, RIDGE, classification, names, regression


def nudged(trained: Trained, size: float) -> Trained:
    estimator = copy.deepcopy(trained.estimator)
    estimator.coef_ = estimator.coef_ + size
    return replace(trained, fitted=replace(trained.fitted, estimator=estimator))


@pytest.mark.parametrize(("size", "expected"), [(1e-9, True), (1e-7, False)])
def test_class_solver(size: float, expected: bool) -> None:
    X, y = classification(1)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    difference = equal(trained, nudged(trained, size), X)
    assert difference.equal is expected
    assert difference.max_difference == pytest.approx(size, rel=1e-4)
    assert difference.where == "['coef_']"
    assert equal(trained, nudged(trained, size), X, guarantee="bit").equal is False


@pytest.mark.parametrize(("size", "expected"), [(1e-14, True), (1e-10, False)])
def test_class_rounding(size: float, expected: bool) -> None:
    X, y = regression(1)
    trained = train(RIDGE, X, y, features=names(X), seed=0)
    assert equal(trained, nudged(trained, size), X).equal is expected


def test_forests() -> None:
    X, y = classification(2)
    trained = train(FOREST, X, y, features=names(X), seed=0)
    assert equal(trained, train(FOREST, X, y, features=names(X), seed=9), X).equal
    other = equal(trained, train(FOREST, X[1:], y[1:], features=names(X), seed=0), X)
    assert not other.equal and other.guarantee == "retrained" and other.where


def test_what_cannot_be_compared_is_not_equal() -> None:
    X, y = classification(3, classes=3)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    fewer = train(LOGISTIC, X[y != 1], y[y != 1], features=names(X), seed=0)
    assert equal(trained, fewer, X).where == "classes"
    assert equal(trained, train(LOGISTIC, X[:, 1:], y, features=names(X)[1:], seed=0)).where == "features"
    assert equal(trained, train(FOREST, X, y, features=names(X), seed=0)).where == "class of the model"


def test_the_weaker_class_decides() -> None:
    X, y = classification(4)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    kept = replace(trained, fitted=replace(trained.fitted, guarantee="bit"))
    assert equal(kept, trained, X).guarantee == "solver"
    assert equal(kept, kept, X) == equal(kept, kept, X)
    assert equal(kept, kept, X).tolerance == 0.0


def test_predictions_that_differ_beyond_a_tie_are_a_difference() -> None:
    X, y = classification(5)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    far = np.vstack([X, X * 1e12])
    assert equal(trained, nudged(trained, 5e-9), far).max_difference < 1e-8
