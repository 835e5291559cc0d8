import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.equality import equal
from lester_gui.models.training import train, update

from .data import LOGISTIC, classification, names


def model(**params: object) -> Model:
    return Model(estimator=LOGISTIC.estimator, params=tuple(params.items()))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "params",
    [{}, {"C": 0.01}, {"C": 50.0, "class_weight": "balanced"}, {"fit_intercept": False}, {"solver": "saga", "max_iter": 1}],
)
def test_the_canonical_model_is_the_optimum_of_scikit_learns_objective(classes: int, params: dict[str, object]) -> None:
    X, y = classification(1, classes=classes)
    ours = train(model(**params), X, y, features=names(X), seed=0)
    same = {k: v for k, v in params.items() if k not in ("solver", "max_iter")}
    theirs = LogisticRegression(**same, solver="newton-cholesky", tol=1e-12, max_iter=500).fit(X, y)
    np.testing.assert_allclose(ours.estimator.coef_, theirs.coef_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.estimator.intercept_, theirs.intercept_, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.estimator.coef_.shape == theirs.coef_.shape
    assert ours.fitted.guarantee == "solver"
    assert ours.fitted.residual is not None and ours.fitted.residual <= 1e-11


def test_liblinear_penalises_its_intercept() -> None:
    X, y = classification(2)
    X[:, 1] += 3
    ours = train(model(solver="liblinear", intercept_scaling=2.0), X, y, features=names(X), seed=0)
    theirs = LogisticRegression(solver="liblinear", intercept_scaling=2.0, tol=1e-10, max_iter=5000).fit(X, y)
    np.testing.assert_allclose(ours.estimator.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.estimator.intercept_, theirs.intercept_, atol=1e-6)


def test_class_weights_and_text_labels() -> None:
    X, y = classification(3)
    labels = np.array(["no", "yes"], dtype=object)[y]
    ours = train(model(class_weight=(("no", 1.0), ("yes", 4.0))), X, labels, features=names(X), seed=0)
    theirs = LogisticRegression(class_weight={"no": 1.0, "yes": 4.0}, solver="newton-cholesky", tol=1e-12).fit(X, labels)
    np.testing.assert_allclose(ours.estimator.coef_, theirs.coef_, atol=1e-9)
    assert ours.predict(X).tolist() == theirs.predict(X).tolist()


@pytest.mark.parametrize("classes", [2, 4])
def test_unscaled_features_reach_the_optimum_too(classes: int) -> None:
    X, y = classification(4, rows=600, classes=classes)
    X[:, 1] = 40_000 + 25_000 * X[:, 1]
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    assert trained.fitted.iterations is not None and trained.fitted.iterations < 40
    assert classes == 2 or np.abs(trained.estimator.coef_.sum(axis=0)).max() < 1e-12
    assert trained.fitted.guarantee == "solver"
    assert trained.fitted.residual is not None and trained.fitted.residual <= 1e-10
    updated = update(trained, X[1:], y[1:], features=names(X))
    assert (updated.fitted.method, updated.fitted.guarantee) == ("updated", "solver")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 3]), st.data())
def test_updates_in_sequence_equal_training_from_scratch(seed: int, classes: int, data: st.DataObject) -> None:
    X, y = classification(seed, rows=60, classes=classes)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    for _ in range(3):
        gone = data.draw(st.sets(st.integers(classes, len(X) - 1), min_size=1, max_size=6))
        keep = [i for i in range(len(X)) if i not in gone]
        X, y = X[keep], y[keep]
        trained = update(trained, X, y, features=names(X))
        scratch = train(LOGISTIC, X, y, features=names(X), seed=0)
        assert trained.fitted.guarantee == "solver"
        assert trained.fitted.iterations >= 1
        assert trained.fitted.move is not None and trained.fitted.residual is not None
        assert trained.fitted.residual <= min(1e-8, 0.01 * trained.fitted.move)
        difference = equal(trained, scratch, X)
        assert difference.equal and difference.max_difference <= 1e-11, difference


def test_a_vanished_category_takes_its_coefficient_along() -> None:
    X, y = classification(5)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    less = np.delete(X, 2, axis=1)
    features = ("x0", "x1", "x3")
    updated = update(trained, less, y, features=features)
    assert updated.features == features
    assert equal(updated, train(LOGISTIC, less, y, features=features, seed=0)).max_difference <= 1e-11


def test_a_vanished_class_leaves_the_others() -> None:
    X, y = classification(6, classes=3)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    rest = y != 1
    updated = update(trained, X[rest], y[rest], features=names(X))
    assert updated.estimator.classes_.tolist() == [0, 2]
    assert equal(updated, train(LOGISTIC, X[rest], y[rest], features=names(X), seed=0), X).equal


def test_a_row_without_any_pull_is_trained_again_from_zero() -> None:
    X, y = classification(7)
    pulled = np.vstack([X, [[0.0, 1e6, 0.0, 0.0]]])
    sign = train(LOGISTIC, X, y, features=names(X), seed=0).estimator.coef_[0, 1] > 0
    labels = np.append(y, int(sign))
    trained = train(LOGISTIC, pulled, labels, features=names(X), seed=0)
    updated = update(trained, X, y, features=names(X))
    # its probability is 1 to the last bit, so the optimum does not move and no bound of 1 % of the move can be met
    assert (updated.fitted.guarantee, updated.fitted.method) == ("retrained", "retrained")
    np.testing.assert_array_equal(updated.estimator.coef_, train(LOGISTIC, X, y, features=names(X), seed=0).estimator.coef_)


@pytest.mark.parametrize(
    "params",
    [{"l1_ratio": 1, "solver": "liblinear"}, {"C": float("inf")}, {"l1_ratio": 0.5, "solver": "saga", "max_iter": 5}],
)
def test_other_objectives_are_retrained_and_say_so(params: dict[str, object]) -> None:
    X, y = classification(8)
    trained = train(model(**params), X, y, features=names(X), seed=0)
    assert trained.fitted.guarantee == "retrained"
    updated = update(trained, X[1:], y[1:], features=names(X))
    assert (updated.fitted.guarantee, updated.fitted.method) == ("retrained", "retrained")


def test_degenerate_rows_are_refused() -> None:
    X, y = classification(9)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    with pytest.raises(UserError, match="Only one class"):
        update(trained, X[y == 1], y[y == 1], features=names(X))
    with pytest.raises(UserError, match="No training row"):
        update(trained, X[:0], y[:0], features=names(X))
    with pytest.raises(UserError, match="No feature"):
        update(trained, X[:, :0], y, features=())
    X[3, 1] = np.nan
    with pytest.raises(UserError, match="missing or infinite"):
        update(trained, X, y, features=names(X))
    with pytest.raises(UserError, match="liblinear"):
        train(model(solver="liblinear"), *classification(9, classes=3), features=names(X), seed=0)
