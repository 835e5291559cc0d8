"""scikit-learn: which estimators predict, and names that older versions used."""

from __future__ import annotations

import inspect

from lester_gui.errors import UserError
from lester_gui.features.unfitted import library_class

MODEL_MODULES = (
    "linear_model",
    "ensemble",
    "tree",
    "svm",
    "neighbors",
    "neural_network",
    "naive_bayes",
    "discriminant_analysis",
    "dummy",
    "kernel_ridge",
    "calibration",
    "multiclass",
    "multioutput",
    "gaussian_process",
    "cross_decomposition",
)
SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "TransformedTargetRegressor")
"""Models of other modules."""


# What older versions took by position and the installed one does not.
POSITIONAL = {
    "KNeighborsClassifier": ("n_neighbors",),
    "KNeighborsRegressor": ("n_neighbors",),
    "Ridge": ("alpha",),
    "Lasso": ("alpha",),
    "RandomForestClassifier": ("n_estimators",),
    "RandomForestRegressor": ("n_estimators",),
    "MLPClassifier": ("hidden_layer_sizes",),
    "MLPRegressor": ("hidden_layer_sizes",),
    "LogisticRegression": ("penalty",),
    "RidgeClassifier": ("alpha",),
    **dict.fromkeys(("ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit"), ("n_splits",)),
}


def positional(name: str) -> tuple[str, ...]:
    """Return the parameters that a class takes by position, in order."""
    short = name.rsplit(".", 1)[-1]
    if short in POSITIONAL:
        return POSITIONAL[short]
    try:
        signature = inspect.signature(library_class(".".join(p for p in name.split(".") if not p.startswith("_"))))
    except UserError:  # not in the installed version: only names tell
        return ()
    return tuple(n for n, p in signature.parameters.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD)


# Names and values that older versions used.
RENAMED = {
    ("OneHotEncoder", "sparse"): "sparse_output",
    ("GradientBoostingClassifier", "presort"): "",
    ("AdaBoostClassifier", "base_estimator"): "estimator",
    ("BaggingClassifier", "base_estimator"): "estimator",
    ("SGDClassifier", "n_iter"): "max_iter",
    ("CalibratedClassifierCV", "base_estimator"): "estimator",
    ("GridSearchCV", "iid"): "",
    ("RandomizedSearchCV", "iid"): "",
    ("SimpleImputer", "verbose"): "",
}


REVALUED = {("loss", "log"): "log_loss", ("loss", "deviance"): "log_loss", ("max_features", "auto"): "sqrt"}


ARRAY_FUNCTIONS = ("log1p", "log", "sqrt", "exp", "abs")


def is_model(name: str) -> bool:
    """Whether an estimator predicts."""
    parts = name.split(".")
    return len(parts) > 2 and (parts[1] in MODEL_MODULES or parts[-1] in SEARCHES)
