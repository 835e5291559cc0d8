"""Any scikit-learn model without an exact update: fitted again on the remaining rows, class *retrained*, and called that."""

from __future__ import annotations

import warnings
from typing import Any

import sklearn.base
from threadpoolctl import threadpool_limits

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.estimators import build
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
    name = class_name(model)
    matrix, labels = checked(X, y, model, gaps_allowed=name.startswith(_TAKES_GAPS))
    estimator = build(model, seed)
    if sklearn.base.is_classifier(estimator) and not name.startswith(_TAKES_ONE_CLASS):
        require_classes(labels, model)
    notes = fit(estimator, matrix, labels)
    return Fitted(estimator=estimator, guarantee=RETRAINED, method="trained", notes=notes)


def fit(estimator: Any, X: Array, y: Array) -> tuple[str, ...]:
    """Fit in place, on one thread per library so that sums have one order, and return the warnings by category.

    Raises
    ------
    UserError
        If scikit-learn refuses the rows. Its text is left out: it may quote values.
    """
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        try:
            estimator.fit(X, y)
        except ValueError as error:
            raise UserError(
                f"{type(estimator).__name__} refuses the training rows",
                "The script itself would fail on them; look for too few rows or classes for its settings.",
            ) from error
    return tuple(dict.fromkeys(w.category.__name__ for w in caught))
