from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.equality import equal
from lester_gui.models.training import Delta, train, update

from .data import LINEAR, RIDGE, names, regression


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(("name", "theirs"), [("Ridge", Ridge), ("LinearRegression", LinearRegression)])
def test_scikit_learn_agrees(name: str, theirs: type, intercept: bool) -> None:
    X, y = regression(1)
    X -= 1e4 if not intercept else 0.0
    ours = train(
        Model(estimator=f"sklearn.linear_model.{name}", params=(("fit_intercept", intercept),)), X, y, features=names(X), seed=0
    )
    fitted = theirs(fit_intercept=intercept).fit(X, y)
    np.testing.assert_allclose(ours.estimator.coef_, fitted.coef_, rtol=1e-8)
    np.testing.assert_allclose(ours.predict(X), fitted.predict(X), rtol=1e-10)
    assert ours.fitted.guarantee == "rounding"


def test_the_last_digits_are_right_where_columns_are_nearly_parallel() -> None:
    X, y = regression(2, rows=30, features=2)
    plain = Model(estimator=RIDGE.estimator, params=(("alpha", 0.5), ("fit_intercept", False)))
    ours = train(plain, X, y, features=names(X), seed=0).estimator.coef_
    rows = [[Fraction(v) for v in row] for row in X.tolist()]
    a, b, d = (sum((r[i] * r[j] for r in rows), Fraction(1, 2) * (i == j)) for i, j in ((0, 0), (0, 1), (1, 1)))
    u, v = (sum((r[i] * Fraction(t) for r, t in zip(rows, y.tolist(), strict=True)), Fraction(0)) for i in (0, 1))
    exact = [float((d * u - b * v) / (a * d - b * b)), float((a * v - b * u) / (a * d - b * b))]
    np.testing.assert_allclose(ours, exact, rtol=1e-14)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([RIDGE, LINEAR]), st.data())
def test_downdates_in_sequence_equal_training_from_scratch(seed: int, model: Model, data: st.DataObject) -> None:
    X, y = regression(seed, rows=40)
    trained = train(model, X, y, features=names(X), seed=0)
    for step in range(3):
        gone = sorted(data.draw(st.sets(st.integers(0, len(X) - 1), min_size=1, max_size=4)))
        keep = [i for i in range(len(X)) if i not in gone]
        new_X, new_y = regression(seed + 1 + step, rows=1)
        delta = Delta(X[gone], y[gone], new_X, new_y)
        X, y = np.vstack([X[keep], new_X]), np.append(y[keep], new_y)
        trained = update(trained, X, y, features=names(X), delta=delta)
        assert (trained.fitted.guarantee, trained.fitted.method) == ("rounding", "updated")
        assert trained.fitted.move is not None and trained.fitted.move > 0
        difference = equal(trained, train(model, X, y, features=names(X), seed=0), X)
        assert difference.equal, difference


def test_without_a_delta_the_remaining_rows_are_summed() -> None:
    X, y = regression(3)
    trained = train(RIDGE, X, y, features=names(X), seed=0)
    updated = update(trained, X[1:], y[1:], features=names(X))
    assert updated.fitted.method == "retrained"
    np.testing.assert_array_equal(updated.estimator.coef_, train(RIDGE, X[1:], y[1:], features=names(X), seed=0).estimator.coef_)


def test_a_delta_that_does_not_fit_is_a_bug() -> None:
    X, y = regression(3)
    trained = train(RIDGE, X, y, features=names(X), seed=0)
    with pytest.raises(ValueError, match="do not lead"):
        update(trained, X[2:], y[2:], features=names(X), delta=Delta(X[:1], y[:1], X[:0], y[:0]))


def test_features_that_depend_on_each_other_are_solved_as_the_script_does() -> None:
    X, y = regression(4)
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    trained = train(LINEAR, X, y, features=names(X), seed=0)
    assert trained.fitted.guarantee == "retrained"
    assert trained.fitted.notes == ("features depend on each other",)
    np.testing.assert_allclose(trained.predict(X), LinearRegression().fit(X, y).predict(X), rtol=1e-10)


def test_more_features_than_rows_with_a_penalty() -> None:
    X, y = regression(5, rows=10, features=30)
    trained = train(RIDGE, X, y, features=names(X), seed=0)
    np.testing.assert_allclose(trained.predict(X), Ridge(alpha=0.5).fit(X, y).predict(X), rtol=1e-9)
    assert equal(update(trained, X[1:], y[1:], features=names(X), delta=Delta(X[:1], y[:1], X[:0], y[:0])),
                 train(RIDGE, X[1:], y[1:], features=names(X), seed=0), X).equal  # fmt: skip


def test_a_label_that_is_text_is_refused() -> None:
    X, _ = regression(6)
    with pytest.raises(UserError, match="not a number"):
        train(RIDGE, X, np.full(len(X), "a", dtype=object), features=names(X), seed=0)
