"""scikit-learn: parameters of estimators as options of a plan; estimators, functions and dicts among them included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lester_gui.features import catalogue
from lester_gui.features.unfitted import DISTRIBUTIONS, FUNCTIONS
from lester_gui.ir.options import Option, Pairs, Reference, Unfitted
from lester_gui.rewrite.lift.domain import Const, Entries, Estimator, Items, Module, Tup, Value
from lester_gui.rewrite.lift.library.sklearn_names import REVALUED
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

COSMETIC = frozenset({"copy", "copy_X", "verbose", "n_jobs", "memory", "pre_dispatch", "verbose_feature_names_out"})
"""Parameters without influence on what is fitted."""


def option_of(lift: Lifter, value: Value, what: str) -> Option:
    """Return a parameter as a plan has it.

    Raises
    ------
    Stopped
        If it depends on data, or is an object that a plan cannot carry.
    """
    content = lift.content(value)
    if isinstance(content, Estimator):
        return unfitted_of(lift, content)
    if isinstance(content, Module):
        if content.name in FUNCTIONS:
            return Reference(content.name)
        raise no_rule(f"{content.name} as {what}")
    if isinstance(content, Tup | Items):
        if isinstance(content, Items) and content.kind == "set":
            raise no_rule(f"a set as {what}")
        return tuple(option_of(lift, v, what) for v in content.values)
    if isinstance(content, Entries):
        return Pairs(tuple((option_of(lift, k, what), option_of(lift, v, what)) for k, v in content.items))
    if isinstance(content, Const):
        return _constant(content.value, what)
    raise shape(f"{what[0].upper()}{what[1:]} depends on the data")


def _constant(value: object, what: str) -> Option:
    if isinstance(value, list | tuple):
        return tuple(_constant(v, what) for v in value)
    if isinstance(value, dict):
        return Pairs(tuple((_constant(k, what), _constant(v, what)) for k, v in value.items()))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise no_rule(f"a {type(value).__name__} as {what}")


def unfitted_of(lift: Lifter, content: Estimator) -> Unfitted:
    """Return an estimator, a way to cut folds, or a distribution, as a plan has it: parameters in order of their names.

    Raises
    ------
    Stopped
        If a parameter cannot be carried.
    """
    return Unfitted(public_name(content.name), options_of(lift, content))


def options_of(lift: Lifter, content: Estimator) -> tuple[tuple[str, Option], ...]:
    """Return the parameters that a script gives an estimator, in order of their names, without those that change nothing."""
    short = content.name.rsplit(".", 1)[-1]
    out: list[tuple[str, Option]] = []
    for name, value in sorted(content.params):
        if name in COSMETIC:
            continue
        option = option_of(lift, value, f"the parameter {name} of {short}")
        if isinstance(option, str) and (name, option) in REVALUED:
            option = REVALUED[name, option]
        out.append((name, option))
    return tuple(out)


def public_name(name: str) -> str:
    """Return the public dotted name of a class that a script imports from wherever."""
    short = name.rsplit(".", 1)[-1]
    if short in catalogue.TRANSFORMERS and name.startswith("sklearn."):
        return catalogue.dotted(short)
    return ".".join(part for part in name.split(".") if not part.startswith("_"))


def is_distribution(name: str) -> bool:
    """Whether a function makes a distribution that a random search draws from."""
    module, _, short = name.rpartition(".")
    return module == "scipy.stats" and short in DISTRIBUTIONS


def is_nan(value: object) -> bool:
    """Whether a constant is the missing number."""
    return isinstance(value, float) and math.isnan(value)
