"""Any scikit-learn model without an exact update: fitted again on the remaining rows, class *retrained*, and called that."""

from __future__ import annotations

import warnings
from typing import Any

from lester_gui.errors import UserError
from lester_gui.features.one_thread import one_thread
from lester_gui.ir.learning import Model
from lester_gui.models.estimators import build, inner_names
from lester_gui.models.trained import RETRAINED, Array, Fitted, checked, class_name, require_classes

_TAKES_GAPS = ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree", "HistGradientBoosting", "Bagging", "Dummy")
_TREES_AND_COUNTS = (
    "RandomForest",
    "ExtraTrees",
    "DecisionTree",
    "ExtraTree",
    "Bagging",
    "Bernoulli",
    "Multinomial",
    "Complement",
)
_TAKES_ONE_CLASS = (*_TREES_AND_COUNTS, "MLP", "KNeighbors", "Dummy", "GaussianNB")


def train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    """Fit the estimator with the script's own settings.

    Raises
    ------
    UserError
        If no row is left, one class is left where the estimator needs two, or scikit-learn refuses the rows.
    """
    from sklearn.base import is_classifier

    name = class_name(model)
    inner = tuple(inner_names(model.params))
    gaps_allowed = any(n.startswith(_TAKES_GAPS) or "Imputer" in n for n in (name, *inner))
    matrix, labels = checked(X, y, model, gaps_allowed=gaps_allowed)
    estimator = build(model, seed)
    if is_classifier(estimator) and not (name.startswith(_TAKES_ONE_CLASS) and not inner):
        require_classes(labels, model)
    notes = fit(estimator, matrix, labels)
    return Fitted(estimator=estimator, guarantee=RETRAINED, method="trained", notes=notes)


def fit(estimator: Any, X: Array, y: Array) -> tuple[str, ...]:
    """Fit in place, on one thread per library so that sums have one order, and return the warnings by category.

    Raises
    ------
    UserError
        If a row has no label, or scikit-learn refuses the rows. Its text is left out: it may quote values.
    """
    if any(v is None or v != v for v in y.tolist()):
        raise UserError("A training row has no label", "Drop rows without a label before the split.")
    with warnings.catch_warnings(record=True) as caught, one_thread():
        warnings.simplefilter("always")
        try:
            estimator.fit(X, y)
        except ValueError as error:
            raise UserError(
                f"{type(estimator).__name__} refuses the training rows",
                "The script itself would fail on them; look for too few rows or classes for its settings.",
            ) from error
    forget_search(estimator)
    return tuple(dict.fromkeys(w.category.__name__ for w in caught))


def forget_search(estimator: Any, seen: frozenset[int] = frozenset()) -> None:
    """Take out of a fitted search, wherever it stands, how long its fits took and what it drew from: neither is part of a model.

    Times differ from run to run, so that equal models would look different.
    """
    from sklearn.base import BaseEstimator
    from sklearn.model_selection._search import BaseSearchCV

    if id(estimator) in seen:
        return
    seen = seen | {id(estimator)}
    if isinstance(estimator, BaseSearchCV) and hasattr(estimator, "cv_results_"):
        estimator.refit_time_ = 0.0
        for name in [n for n in estimator.cv_results_ if n.endswith("_time")]:
            del estimator.cv_results_[name]
        if hasattr(estimator, "param_distributions"):
            estimator.param_distributions = {}
    if isinstance(estimator, BaseEstimator):
        estimator = list(vars(estimator).values())
    if isinstance(estimator, dict):
        estimator = list(estimator.values())
    if isinstance(estimator, list | tuple):
        for inner in estimator:
            if isinstance(inner, list | tuple | dict | BaseEstimator):
                forget_search(inner, seen)
