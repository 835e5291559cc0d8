"""Training data for the tests of models."""

import numpy as np
from numpy.typing import NDArray

from lester_gui.ir.learning import Model

LOGISTIC = Model(estimator="sklearn.linear_model.LogisticRegression")
RIDGE = Model(estimator="sklearn.linear_model.Ridge", params=(("alpha", 0.5),))
LINEAR = Model(estimator="sklearn.linear_model.LinearRegression")
FOREST = Model(
    estimator="sklearn.ensemble.RandomForestClassifier", params=(("n_estimators", 5), ("max_depth", 4), ("random_state", 3))
)
MLP = Model(
    estimator="sklearn.neural_network.MLPClassifier", params=(("hidden_layer_sizes", (4,)), ("max_iter", 30), ("random_state", 7))
)


def classification(
    seed: int, rows: int = 120, features: int = 4, classes: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features))
    X[:, 0] = (X[:, 0] > 0).astype(float)
    scores = X @ rng.normal(size=(features, classes)) + rng.gumbel(size=(rows, classes))
    y = scores.argmax(axis=1)
    y[:classes] = np.arange(classes)
    return X, y


def regression(seed: int, rows: int = 120, features: int = 4) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features)) + 1e4
    return X, X @ rng.normal(size=features) + rng.normal(size=rows)


def names(X: NDArray[np.float64]) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(X.shape[1]))
