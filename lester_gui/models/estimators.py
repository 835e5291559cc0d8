"""From the plan's model node to a scikit-learn estimator, unfitted. Only scikit-learn's own classes are ever looked up."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from lester_gui.errors import UserError
from lester_gui.features.unfitted import arguments_of
from lester_gui.ir.learning import Model
from lester_gui.ir.options import Pairs, Unfitted


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
    from sklearn.base import BaseEstimator

    if not (isinstance(found, type) and issubclass(found, BaseEstimator) and hasattr(found, "fit") and hasattr(found, "predict")):
        raise UserError(f"{model.estimator} is not a model that predicts")
    return found


def parameters(model: Model) -> dict[str, Any]:
    """Return the script's parameters by name, as the plan has them but for ``class_weight``: its pairs are the dict they were."""
    given: dict[str, Any] = dict(model.params)
    weight = given.get("class_weight")
    if isinstance(weight, tuple | Pairs):
        given["class_weight"] = dict(weight.items if isinstance(weight, Pairs) else weight)
    return given


def build(model: Model, seed: int) -> Any:
    """Return the unfitted estimator with the script's parameters; `seed` stands for a missing ``random_state`` at any depth.

    Raises
    ------
    UserError
        If a class is unknown or takes no such parameter.
    """
    cls = estimator_class(model)
    given = parameters(model)
    if isinstance(given.get("class_weight"), dict):
        given["class_weight"] = Pairs(tuple(given["class_weight"].items()))
    unfitted = Unfitted(model.estimator, tuple(given.items()))
    arguments = arguments_of(cls, unfitted, seed)
    if not is_composite(model):  # threads of one forest are harmless; processes for folds are not
        arguments |= {k: v for k, v in given.items() if k in ("n_jobs", "verbose")}
    return cls(**arguments)


def is_composite(model: Model) -> bool:
    """Whether a model is made of other estimators: a search, a vote, a stack."""
    return any(True for _ in inner_names(model.params)) or model.estimator.startswith("sklearn.model_selection.")


def inner_names(option: object) -> Iterator[str]:
    """Yield the classes of all objects within options, without their modules."""
    if isinstance(option, Unfitted):
        yield option.short
        yield from inner_names(option.params)
    elif isinstance(option, Pairs):
        for pair in option.items:
            yield from inner_names(pair)
    elif isinstance(option, tuple):
        for item in option:
            yield from inner_names(item)
