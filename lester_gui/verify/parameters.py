"""Is the plan's model the script's: same class, same parameters? Predictions alone would not tell `max_iter` apart."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING

from lester_gui.ir.learning import Model
from lester_gui.verify.comparison import same_cell

if TYPE_CHECKING:
    from lester_gui.verify.capture import Learning

_COSMETIC = frozenset({"verbose", "n_jobs", "copy_X"})  # no influence on the result


def compare_parameters(model: Model, learning: Learning) -> str:
    """Return what is different in one line, or nothing."""
    wanted, found = model.estimator.rpartition(".")[2], learning.estimator.rpartition(".")[2]
    if wanted != found:
        return f"The script fits a {found}, the plan a {wanted}"
    params = dict(model.params)
    defaults = defaults_of(model.estimator)
    for name, value in learning.params.items():
        if name in _COSMETIC or isinstance(value, dict):
            continue  # objects are captured by type only
        planned = params.get(name, defaults.get(name, value) if defaults else value)
        if not same_cell(value, planned) or isinstance(value, bool) != isinstance(planned, bool):
            return f"The parameter {name} of {found} is another one in the plan"
    unknown = [n for n in params if learning.params and n not in learning.params]
    return f"The script's {found} has no parameter {unknown[0]}" if unknown else ""


def defaults_of(estimator: str) -> dict[str, object]:
    """Return the class's default parameters; empty for classes that are not scikit-learn's."""
    module, _, name = estimator.rpartition(".")
    if module.partition(".")[0] != "sklearn":
        return {}
    cls = getattr(importlib.import_module(module), name, None)
    if cls is None:
        return {}
    signature = inspect.signature(cls)
    return {n: p.default for n, p in signature.parameters.items() if p.default is not inspect.Parameter.empty}
