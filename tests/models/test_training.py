import numpy as np
import pytest

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.estimators import build
from lester_gui.models.leaves import fingerprint
from lester_gui.models.script_model import distance_from_script, fit_as_script
from lester_gui.models.training import train, update

from .data import FOREST, LOGISTIC, MLP, RIDGE, classification, names, regression


@pytest.mark.parametrize("model", [LOGISTIC, FOREST, MLP])
def test_unchanged_data_keep_the_model_bit_for_bit(model: Model) -> None:
    X, y = classification(1)
    trained = train(model, X, y, features=names(X), seed=0, split_keys=np.arange(len(y)))
    kept = update(trained, X.copy(), y.copy(), features=names(X), split_keys=np.arange(len(y)))
    assert kept.estimator is trained.estimator
    assert (kept.fitted.guarantee, kept.fitted.method) == ("bit", "kept")
    assert kept.seen == trained.seen


@pytest.mark.parametrize("model", [FOREST, MLP, Model(estimator="sklearn.naive_bayes.GaussianNB")])
def test_retrained_models_equal_a_training_from_scratch(model: Model) -> None:
    X, y = classification(2)
    trained = train(model, X, y, features=names(X), seed=0)
    updated = update(trained, X[3:], y[3:], features=names(X))
    assert (updated.fitted.guarantee, updated.fitted.method) == ("retrained", "retrained")
    scratch = train(model, X[3:], y[3:], features=names(X), seed=0)
    assert fingerprint(updated.estimator) == fingerprint(scratch.estimator)
    assert fingerprint(updated.estimator) != fingerprint(trained.estimator)
    assert updated.seen == scratch.seen != trained.seen


def test_the_recorded_seed_stands_for_a_missing_random_state() -> None:
    unseeded = Model(estimator=FOREST.estimator, params=(("n_estimators", 3), ("random_state", None)))
    X, y = classification(3)
    prints = [fingerprint(train(unseeded, X, y, features=names(X), seed=s).estimator) for s in (5, 5, 6)]
    assert prints[0] == prints[1] != prints[2]


def test_a_network_may_learn_a_constant() -> None:
    X, y = classification(4)
    trained = train(MLP, X, np.zeros(len(y)), features=names(X), seed=0)
    assert set(trained.predict(X).tolist()) == {0.0}


def test_one_class_is_refused_where_the_script_would_fail() -> None:
    X, y = classification(4)
    svm = Model(estimator="sklearn.svm.SVC")
    trained = train(svm, X, y, features=names(X), seed=0)
    with pytest.raises(UserError, match="SVC needs two"):
        update(trained, X[y == 0], y[y == 0], features=names(X))


def test_what_scikit_learn_refuses_is_said_without_its_words() -> None:
    X, _ = classification(4, rows=10)
    labels = np.array([f"secret{i}" for i in range(10)], dtype=object)
    model = Model(estimator="sklearn.calibration.CalibratedClassifierCV")
    with pytest.raises(UserError, match="refuses the training rows") as error:
        train(model, X, labels, features=names(X), seed=0)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("estimator", "params", "message"),
    [
        ("xgboost.XGBClassifier", (), "xgboost.XGBClassifier is not supported yet"),
        ("os.system", (), "not supported yet"),
        ("sklearn.linear_model.Nothing", (), "has no"),
        ("sklearn.preprocessing.StandardScaler", (), "not a model"),
        ("sklearn.linear_model.Ridge", (("alhpa", 1),), "no parameter 'alhpa'"),
    ],
)
def test_unknown_models_and_parameters(estimator: str, params: tuple[tuple[str, object], ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        build(Model(estimator=estimator, params=params), 0)


def test_distance_from_the_scripts_own_model() -> None:
    X, y = classification(5, rows=400)
    script = fit_as_script(LOGISTIC, X[:300], y[:300], features=names(X), seed=0)
    ours = train(LOGISTIC, X[:300], y[:300], features=names(X), seed=0)
    distance = distance_from_script(ours, script, X[300:])
    assert 0 < distance["max_parameter_difference"] < 1e-2
    assert distance["disagreement_on_test"] <= 0.01
    assert distance_from_script(ours, ours, X[300:]) == {"max_parameter_difference": 0.0, "disagreement_on_test": 0.0}
    forest = train(FOREST, X, y, features=names(X), seed=0)
    same = distance_from_script(forest, fit_as_script(FOREST, X, y, features=names(X), seed=0), X)
    assert same == {"max_parameter_difference": 0.0, "disagreement_on_test": 0.0}


def test_warnings_of_a_fit_are_kept_by_name() -> None:
    X, y = classification(6)
    short = Model(estimator=LOGISTIC.estimator, params=(("max_iter", 1),))
    assert fit_as_script(short, X, y, features=names(X), seed=0).fitted.notes == ("ConvergenceWarning",)


def test_no_rows_to_predict() -> None:
    X, y = classification(7)
    trained = train(LOGISTIC, X, y, features=names(X), seed=0)
    assert trained.predict(X[:0]).shape == (0,)
    assert trained.scores(X[:0]).shape == (0, 2)
    X, numbers = regression(7)
    assert train(RIDGE, X, numbers, features=names(X), seed=0).scores(X[:0]).shape == (0,)
