"""scikit-learn: which estimators predict, and names that older versions used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


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
)


# The few parameters that scikit-learn takes, or took, by position.
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
    "FunctionTransformer": ("func",),
    "Pipeline": ("steps",),
    "ColumnTransformer": ("transformers",),
    "FeatureUnion": ("transformer_list",),
    "OneHotEncoder": (),
    "StandardScaler": (),
    "SimpleImputer": (),
}


# Names and values that older versions used.
RENAMED = {
    ("OneHotEncoder", "sparse"): "sparse_output",
    ("GradientBoostingClassifier", "presort"): "",
    ("AdaBoostClassifier", "base_estimator"): "estimator",
    ("BaggingClassifier", "base_estimator"): "estimator",
    ("SGDClassifier", "n_iter"): "max_iter",
}


REVALUED = {("loss", "log"): "log_loss", ("loss", "deviance"): "log_loss", ("max_features", "auto"): "sqrt"}


ARRAY_FUNCTIONS = ("log1p", "log", "sqrt", "exp", "abs")


def is_model(name: str) -> bool:
    """Whether an estimator predicts."""
    parts = name.split(".")
    return len(parts) > 2 and parts[1] in MODEL_MODULES
