"""Models made of models: trained as the script does, stored without pickle, and equal to a training on the remaining rows."""

import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.ir.options import Pairs, Reference, Unfitted
from lester_gui.models.equality import equal
from lester_gui.models.estimators import build
from lester_gui.models.leaves import fingerprint
from lester_gui.models.storage import dumps, loads
from lester_gui.models.training import train, update

from .data import classification, names

FOREST = Unfitted("sklearn.ensemble.RandomForestClassifier", (("max_depth", 2), ("n_estimators", 3)))
LOGISTIC = Unfitted("sklearn.linear_model.LogisticRegression", (("C", 0.5),))
SCALED = Unfitted(
    "sklearn.pipeline.Pipeline", (("steps", (("sc", Unfitted("sklearn.preprocessing.StandardScaler")), ("clf", LOGISTIC))),)
)
BEST = Unfitted(
    "sklearn.feature_selection.SelectKBest", (("k", 1), ("score_func", Reference("sklearn.feature_selection.f_classif")))
)
FOLDS = Unfitted("sklearn.model_selection.StratifiedKFold", (("n_splits", 3), ("shuffle", True)))
UNIFORM = Unfitted("scipy.stats.uniform", (("args", (0.1, 2.0)),))


def model(name: str, **params: object) -> Model:
    return Model(estimator=f"sklearn.{name}", params=tuple(params.items()))  # type: ignore[arg-type]


COMPOSITES = [
    model("model_selection.GridSearchCV", estimator=SCALED, param_grid=Pairs((("clf__C", (0.1, 1.0)),)), cv=FOLDS, n_jobs=2),
    model("model_selection.RandomizedSearchCV", estimator=LOGISTIC, param_distributions=Pairs((("C", UNIFORM),)), n_iter=2, cv=2),
    model("ensemble.VotingClassifier", estimators=(("f", FOREST), ("l", LOGISTIC)), voting="soft"),
    model("ensemble.StackingClassifier", estimators=(("f", FOREST),), final_estimator=LOGISTIC, cv=2),
    model("ensemble.BaggingClassifier", estimator=FOREST, n_estimators=2),
    model("ensemble.AdaBoostClassifier", n_estimators=3),
    model("calibration.CalibratedClassifierCV", estimator=FOREST, cv=2),
    model("multiclass.OneVsRestClassifier", estimator=LOGISTIC),
    model("pipeline.Pipeline", steps=(("best", BEST), ("clf", LOGISTIC))),
]


@pytest.mark.parametrize("composite", COMPOSITES, ids=lambda m: m.estimator.rpartition(".")[2])
def test_composites_are_stored_and_trained_again(composite: Model) -> None:
    X, y = classification(1)
    labels = np.array(["no", "yes"], dtype=object)[y]
    trained = train(composite, X, labels, features=names(X), seed=3)
    data, record = dumps(trained)
    again = loads(data, json.loads(json.dumps(record)))
    assert again.model == composite
    assert fingerprint(again.estimator) == fingerprint(trained.estimator)
    assert equal(again, trained, X).equal
    left = update(again, X[5:], labels[5:], features=names(X))
    scratch = train(composite, X[5:], labels[5:], features=names(X), seed=3)
    assert left.fitted.method == "retrained"
    assert left.fitted.guarantee == "retrained"
    assert fingerprint(left.estimator) == fingerprint(scratch.estimator)


def test_a_search_is_the_scripts_search() -> None:
    X, y = classification(2)
    ours = train(COMPOSITES[0], X, y, features=names(X), seed=3).estimator
    pipe = Pipeline([("sc", StandardScaler()), ("clf", LogisticRegression(C=0.5, random_state=3))])
    theirs = GridSearchCV(pipe, {"clf__C": [0.1, 1.0]}, cv=build_folds()).fit(X, y)
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_array_equal(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


def build_folds() -> object:
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(3, shuffle=True, random_state=3)


def test_a_missing_seed_is_set_at_every_depth() -> None:
    made = build(COMPOSITES[2], 11)
    inner = dict(made.estimators)["f"]
    assert isinstance(inner, RandomForestClassifier)
    assert inner.random_state == 11


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (model("ensemble.BaggingClassifier", estimator=Unfitted("subprocess.Popen", (("args", "ls"),))), "not supported yet"),
        (model("ensemble.BaggingClassifier", estimator=Unfitted("sklearn.tree.export_text")), "not an estimator"),
        (model("ensemble.BaggingClassifier", estimator=Unfitted("sklearn.svm.SVC", (("x", 1),))), "no parameter 'x'"),
        (model("ensemble.BaggingClassifier", estimator=Reference("os.system")), "os.system is not supported yet"),
        (model("ensemble.BaggingClassifier", estimator=Unfitted("scipy.stats.rv_histogram")), "distribution"),
    ],
)
def test_only_estimators_are_made(wrong: Model, message: str) -> None:
    with pytest.raises(UserError, match=message):
        build(wrong, 0)


def test_rows_without_a_label_are_refused_before_a_composite_sees_them() -> None:
    X, y = classification(2)
    labels = np.array(["no", "yes"], dtype=object)[y]
    labels[0] = None
    with pytest.raises(UserError, match="no label"):
        train(COMPOSITES[2], X, labels, features=names(X), seed=0)
