"""From unfitted objects in a plan to scikit-learn's own. Only its public classes are looked up; nothing of a script is run."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.options import Option, Pairs, Reference, Unfitted

FUNCTIONS = frozenset(
    f"sklearn.feature_selection.{name}"
    for name in ("chi2", "f_classif", "f_regression", "mutual_info_classif", "mutual_info_regression", "r_regression")
) | frozenset(f"numpy.{name}" for name in ("log1p", "expm1", "log", "exp", "log2", "exp2", "log10", "sqrt", "square", "cbrt"))
"""What a plan may refer to as a function."""
DISTRIBUTIONS = ("uniform", "loguniform", "randint", "norm", "expon", "reciprocal")
"""Of `scipy.stats`, for the parameters of a random search; their arguments stand in the parameter ``args``."""
OWN = "lester_gui.features.group_statistic.GroupStatistic"
"""A transformer that is not scikit-learn's: totals that scripts take of their training rows."""
WORDS = "lester_gui.features.word_columns.WordColumns"
"""The other one: words that scripts count by hand."""
_NO_INFLUENCE = ("n_jobs", "verbose", "pre_dispatch")
_SPLITTERS = ("ShuffleSplit", "StratifiedShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold")


def library_class(name: str) -> type[Any]:
    """Return the class of a dotted scikit-learn name: an estimator or a way to cut folds.

    Raises
    ------
    UserError
        If scikit-learn has no such class.
    """
    if name == OWN:
        from lester_gui.features.group_statistic import GroupStatistic

        return GroupStatistic
    if name == WORDS:
        from lester_gui.features.word_columns import WordColumns

        return WordColumns
    module, _, short = name.rpartition(".")
    if (module != "sklearn" and not module.startswith("sklearn.")) or any(p.startswith("_") for p in name.split(".")):
        raise UserError(f"{name} is not supported yet", "Lester trains models and encoders of scikit-learn.")
    try:
        found = getattr(importlib.import_module(module), short)
    except (ImportError, AttributeError):
        raise UserError(f"scikit-learn has no {name}", "Check the version that the project needs.") from None
    from sklearn.base import BaseEstimator
    from sklearn.model_selection import BaseCrossValidator

    if isinstance(found, type) and (issubclass(found, BaseEstimator | BaseCrossValidator) or short in _SPLITTERS):
        return found
    raise UserError(f"{name} is not an estimator")


def build(unfitted: Unfitted, seed: int) -> Any:
    """Return an object as a script makes it, parameters that are objects included.

    Parameters
    ----------
    seed : int
        Stands for a missing ``random_state``, here and in the parameters.

    Raises
    ------
    UserError
        If a class is unknown, takes no such parameter, or is not scikit-learn's.
    """
    module, _, short = unfitted.name.rpartition(".")
    if module == "scipy.stats":
        if short not in DISTRIBUTIONS:
            raise UserError(f"The distribution {unfitted.name} is not supported yet")
        arguments = unfitted.get("args", ())
        assert isinstance(arguments, tuple)
        return getattr(importlib.import_module(module), short)(*arguments)
    cls = library_class(unfitted.name)
    return cls(**arguments_of(cls, unfitted, seed))


def arguments_of(cls: type[Any], unfitted: Unfitted, seed: int) -> dict[str, Any]:
    """Return the arguments that make an object of `cls` (see `build`)."""
    given = {k: value_of(v, seed) for k, v in unfitted.params if k not in _NO_INFLUENCE}
    known = parameter_names(cls)
    unknown = sorted(set(given) - known)
    if unknown:
        raise UserError(f"{unfitted.name} has no parameter {unknown[0]!r}")
    if "random_state" in known and given.get("random_state") is None and _may_be_seeded(unfitted):
        given["random_state"] = seed
    return {k: _as_wanted(cls, k, v) for k, v in given.items()}


def _may_be_seeded(unfitted: Unfitted) -> bool:
    """Folds without shuffling take no seed."""
    return unfitted.short not in ("KFold", "StratifiedKFold", "StratifiedGroupKFold") or unfitted.get("shuffle") is True


def parameter_names(cls: type[Any]) -> set[str]:
    """Return what a class can be made with."""
    from sklearn.base import BaseEstimator

    if issubclass(cls, BaseEstimator):
        return set(cls._get_param_names())
    return set(inspect.signature(cls).parameters)


def value_of(option: Option, seed: int) -> Any:
    """Return an option's value as scikit-learn wants it.

    Raises
    ------
    UserError
        If it holds an object that is not supported.
    """
    if isinstance(option, Unfitted):
        return build(option, seed)
    if isinstance(option, Reference):
        if option.name not in FUNCTIONS:
            raise UserError(f"The function {option.name} is not supported yet")
        module, _, short = option.name.rpartition(".")
        return getattr(importlib.import_module(module), short)
    if isinstance(option, Pairs):
        return {value_of(k, seed): value_of(v, seed) for k, v in option.items}
    if isinstance(option, tuple):
        return tuple(value_of(v, seed) for v in option)
    return option


def _as_wanted(cls: type[Any], name: str, value: Any) -> Any:
    """A plan has tuples only; some parameters must be lists."""
    if not isinstance(value, tuple):
        return value
    constraints = getattr(cls, "_parameter_constraints", {})
    wanted = constraints.get(name, []) if isinstance(constraints, dict) else []
    if name in ("steps", "transformers", "transformer_list", "estimators") or (
        list in wanted and tuple not in wanted and "array-like" not in wanted
    ):
        return list(value)
    return value
