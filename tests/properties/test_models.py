"""Models through random erasures and corrections, down to one class and to nothing: as trained from scratch, or refused."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.equality import equal
from lester_gui.models.leaves import fingerprint
from lester_gui.models.trained import Trained
from lester_gui.models.training import train, update

LEAVES = "abc"
MODELS = {
    "logistic": Model(estimator="sklearn.linear_model.LogisticRegression"),
    "logistic, weighted": Model(
        estimator="sklearn.linear_model.LogisticRegression", params=(("C", 0.3), ("class_weight", "balanced"))
    ),
    "logistic, no intercept": Model(estimator="sklearn.linear_model.LogisticRegression", params=(("fit_intercept", False),)),
    "ridge": Model(estimator="sklearn.linear_model.Ridge", params=(("alpha", 0.5),)),
    "linear": Model(estimator="sklearn.linear_model.LinearRegression"),
    "bayes": Model(estimator="sklearn.naive_bayes.GaussianNB"),
    "tree": Model(estimator="sklearn.tree.DecisionTreeClassifier", params=(("random_state", 1),)),
    "forest": Model(estimator="sklearn.ensemble.RandomForestClassifier", params=(("n_estimators", 3), ("random_state", 1))),
    "neighbours": Model(estimator="sklearn.neighbors.KNeighborsClassifier", params=(("n_neighbors", 2),)),
    "constant": Model(estimator="sklearn.dummy.DummyClassifier"),
}
Rows = list[tuple[int, float, float, str, int]]  # key, two numbers, category, class


def matrix(rows: Rows) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Two numbers and one column per category that is there."""
    there = sorted({r[3] for r in rows})
    X = np.array([[r[1], r[2], *(float(r[3] == c) for c in there)] for r in rows]).reshape(len(rows), 2 + len(there))
    return X, ("u", "v", *(f"c={c}" for c in there))


def outcome(model: Model, rows: Rows, old: Trained | None = None) -> Trained | None:
    """Train from scratch, or bring `old` up to date; None where that is refused."""
    X, features = matrix(rows)
    y = np.array([r[4] for r in rows], dtype=np.int64)
    try:
        found = train(model, X, y, features=features, seed=3) if old is None else update(old, X, y, features=features)
        found.predict(X)
    except UserError:
        return None
    return found


# one row has no variance, by which naive Bayes divides
pytestmark = pytest.mark.filterwarnings("ignore:.*encountered in.*:RuntimeWarning:sklearn")


def some_rows(draw: st.DataObject) -> Rows:
    rng = np.random.default_rng(draw.draw(st.integers(0, 10_000)))
    count, classes = draw.draw(st.integers(4, 30)), draw.draw(st.sampled_from([2, 3]))
    return [
        (i, float(rng.normal()), float(rng.normal() * 3), LEAVES[int(rng.integers(0, 3))], int(rng.integers(0, classes)))
        for i in range(count)
    ]


def changed(draw: st.DataObject, rows: Rows) -> Rows:
    """Return what is left: some rows erased, or all of a class or category, or all but one class; or some corrected."""
    how = draw.draw(st.sampled_from(["erase", "correct", "empty a class", "one class only", "empty a category", "erase all"]))
    one = draw.draw(st.sampled_from(rows))
    if how == "empty a class":
        return [r for r in rows if r[4] != one[4]]
    if how == "one class only":
        return [r for r in rows if r[4] == one[4]]
    if how == "empty a category":
        return [r for r in rows if r[3] != one[3]]
    if how == "erase all":
        return []
    some = draw.draw(st.sets(st.sampled_from([r[0] for r in rows]), min_size=1, max_size=4))
    if how == "erase":
        return [r for r in rows if r[0] not in some]
    value, label = draw.draw(st.floats(-5, 5)), draw.draw(st.integers(0, 2))
    return [(r[0], value, r[2], LEAVES[label], label) if r[0] in some else r for r in rows]


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_a_model_through_changes_is_that_of_a_training_from_scratch(name: str, draw: st.DataObject) -> None:
    check_models(name, draw)


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_the_same_of_thousands(name: str, draw: st.DataObject) -> None:
    check_models(name, draw)


def test_more_neighbours_than_rows_are_refused_in_words() -> None:
    rows: Rows = [(0, 0.0, 1.0, "a", 0), (1, 1.0, 0.5, "b", 1)]
    X, features = matrix(rows)
    trained = train(MODELS["neighbours"], X, np.array([0, 1]), features=features, seed=0)
    left = update(trained, X[:1], np.array([0]), features=features)
    for ask in (left.predict, left.scores):
        with pytest.raises(UserError, match="KNeighborsClassifier cannot predict after these training rows"):
            ask(X)


@pytest.mark.parametrize("algorithm", ["kd_tree", "ball_tree"])
def test_a_model_that_was_asked_is_the_same_model(algorithm: str) -> None:
    model = Model(estimator="sklearn.neighbors.KNeighborsClassifier", params=(("algorithm", algorithm), ("n_neighbors", 2)))
    X, y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 0, 1, 0, 1])
    asked, other = (train(model, X, y, features=("u", "v"), seed=0) for _ in range(2))
    before = fingerprint(asked.estimator)
    asked.predict(X)
    assert fingerprint(asked.estimator) == before == fingerprint(other.estimator)
    assert equal(asked, other, X).equal
    moved = train(model, X + 1, y, features=("u", "v"), seed=0)
    assert fingerprint(moved.estimator) != before


def check_models(name: str, draw: st.DataObject) -> None:
    model, rows = MODELS[name], some_rows(draw)
    trained = outcome(model, rows)
    for _ in range(draw.draw(st.integers(1, 3))):
        if trained is None or not rows:
            return
        rows = changed(draw, rows)
        maintained, scratch = outcome(model, rows, trained), outcome(model, rows)
        assert (maintained is None) == (scratch is None), "one refuses what the other takes"
        if maintained is None or scratch is None:
            return
        found = equal(maintained, scratch, matrix(rows)[0])
        assert found.equal, found
        trained = maintained
