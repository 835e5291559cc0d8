"""From the plan's model node to a scikit-learn estimator, unfitted. Only scikit-learn's own classes are ever looked up."""

from __future__ import annotations

import importlib
from typing import Any

from sklearn.base import BaseEstimator

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model


def estimator_class(model: Model) -> type[Any]:
    """Return the class of a dotted scikit-learn name.

    Raises
    ------
    UserError
        If it is no scikit-learn estimator with ``fit`` and ``predict``.
    """
    module, _, name = model.estimator.rpartition(".")
    if module != "sklearn" and not module.startswith("sklearn."):
        raise UserError(f"The model {model.estimator} is not supported yet", "Lester trains models of scikit-learn.")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        raise UserError(f"scikit-learn has no {model.estimator}", "Check the version that the project needs.") from None
    if not (isinstance(found, type) and issubclass(found, BaseEstimator) and hasattr(found, "fit") and hasattr(found, "predict")):
        raise UserError(f"{model.estimator} is not a model that predicts")
    return found


def parameters(model: Model) -> dict[str, Any]:
    """Return the script's parameters by name. A ``class_weight`` written as pairs becomes the dict that it was."""
    given: dict[str, Any] = dict(model.params)
    weight = given.get("class_weight")
    if isinstance(weight, tuple):
        given["class_weight"] = dict(weight)
    return given


def build(model: Model, seed: int) -> Any:
    """Return the unfitted estimator with the script's parameters; `seed` stands for a missing ``random_state``.

    Raises
    ------
    UserError
        If the class is unknown or takes no such parameter.
    """
    cls = estimator_class(model)
    given = parameters(model)
    known = set(cls._get_param_names())
    unknown = sorted(set(given) - known)
    if unknown:
        raise UserError(f"{model.estimator} has no parameter {unknown[0]!r}")
    if "random_state" in known and given.get("random_state") is None:
        given["random_state"] = seed
    return cls(**given)
