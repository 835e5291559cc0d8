import io
import json
import zipfile

import numpy as np
import pytest

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.ir.options import Pairs, Unfitted
from lester_gui.models.equality import equal
from lester_gui.models.leaves import fingerprint
from lester_gui.models.storage import dumps, loads
from lester_gui.models.training import Delta, train, update

from .data import FOREST, LOGISTIC, MLP, RIDGE, classification, names, regression

OTHERS = [
    Model(estimator=f"sklearn.{name}", params=params)
    for name, params in (
        ("ensemble.HistGradientBoostingClassifier", (("max_iter", 3),)),
        ("ensemble.GradientBoostingClassifier", (("n_estimators", 3),)),
        ("tree.DecisionTreeClassifier", ()),
        ("neighbors.KNeighborsClassifier", ()),
        ("naive_bayes.GaussianNB", ()),
        ("svm.SVC", ()),
        ("linear_model.SGDClassifier", ()),
        ("neural_network.MLPClassifier", (("hidden_layer_sizes", (3,)), ("max_iter", 10), ("solver", "sgd"))),
    )
]

STEPS = (
    ("fill", Unfitted("sklearn.impute.SimpleImputer", (("strategy", "most_frequent"),))),
    ("encode", Unfitted("sklearn.preprocessing.OneHotEncoder", (("handle_unknown", "ignore"),))),
    ("model", Unfitted("sklearn.linear_model.LogisticRegression", ())),
)
SEARCHES = [
    Model(
        estimator="sklearn.model_selection.GridSearchCV",
        params=(
            ("cv", 2),
            ("estimator", Unfitted("sklearn.pipeline.Pipeline", (("steps", STEPS),))),
            ("param_grid", Pairs((("model__C", (0.1, 1.0)),))),
            ("scoring", scoring),
        ),
    )
    for scoring in ("accuracy", "f1_weighted", "neg_log_loss")
]


@pytest.mark.parametrize("model", [LOGISTIC, FOREST, MLP, *OTHERS, *SEARCHES], ids=lambda m: m.estimator)
def test_models_survive_storage(model: Model) -> None:
    X, y = classification(1)
    labels = np.array(["no", "yes"], dtype=object)[y]
    trained = train(model, X, labels, features=names(X), seed=0, split_keys=np.arange(len(y)))
    data, record = dumps(trained)
    again = loads(data, json.loads(json.dumps(record)))
    assert fingerprint(again.estimator) == fingerprint(trained.estimator)
    assert equal(again, trained, X).equal
    assert (again.model, again.seed, again.seen, again.versions, again.features) == (
        model, trained.seed, trained.seen, trained.versions, trained.features,
    )  # fmt: skip
    assert np.array_equal(again.predict(X), trained.predict(X))


def test_a_stored_ridge_can_still_be_downdated() -> None:
    X, y = regression(1)
    trained = train(RIDGE, X, y, features=names(X), seed=0)
    again = loads(*dumps(trained))
    delta = Delta(X[:2], y[:2], X[:0], y[:0])
    a, b = (update(t, X[2:], y[2:], features=names(X), delta=delta) for t in (trained, again))
    assert a.fitted.method == b.fitted.method == "updated"
    assert fingerprint(a.estimator) == fingerprint(b.estimator)


def test_another_model_than_the_record_says_is_refused() -> None:
    X, y = classification(2)
    first = dumps(train(LOGISTIC, X, y, features=names(X), seed=0))
    second = dumps(train(LOGISTIC, X[1:], y[1:], features=names(X), seed=0))
    with pytest.raises(UserError, match="not the one"):
        loads(first[0], second[1])


def test_foreign_types_are_refused() -> None:
    X, y = classification(3)
    data, record = dumps(train(LOGISTIC, X, y, features=names(X), seed=0))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = archive.read("schema.json").decode().replace("sklearn.linear_model._logistic", "somewhere.else")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as forged:
            for name in archive.namelist():
                forged.writestr(name, schema if name == "schema.json" else archive.read(name))
    with pytest.raises(UserError, match=r"somewhere\.else"):
        loads(out.getvalue(), record)
    process = Model(estimator="sklearn.gaussian_process.GaussianProcessClassifier")
    with pytest.raises(UserError, match="not supported yet: it cannot be stored"):
        dumps(train(process, X, y, features=names(X), seed=0))
