"""FunctionTransformer: element-wise NumPy functions, and user functions that the plan carries, called through the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Outputs
from lester_gui.features.family import FunctionCaller, only
from lester_gui.features.lanes import Lane, lanes_of, width_of
from lester_gui.ir.learning import Transformer


class Function:
    """Parameters: function, either ``numpy.<ufunc>`` or the name of a function in the plan, which must work row by row."""

    stateful = False
    keeps_open = True

    def check(self, step: Transformer) -> None:
        only(step, function=None, validate=None, feature_names_out=None, check_inverse=None, accept_sparse=None)
        if step.get("function") is None:
            raise UserError("A function transformer without a function passes its input on: use passthrough")
        if not is_user_function(step):
            ufunc(step)

    def measure(self, lane: Lane, step: Transformer) -> Accumulator:
        raise TypeError("a function learns nothing")

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> None:
        raise TypeError("a function learns nothing")

    def apply(self, lane: Lane, fitted: None, step: Transformer) -> tuple[Lane, ...]:
        function = ufunc(step)
        with np.errstate(all="ignore"):
            values = np.asarray(function(lane.numbers()), dtype=np.float64)
            fill = None if lane.fill is None else float(function(np.array([lane.fill], dtype=np.float64))[0])
        if fill is not None and np.isnan(fill):
            fill = None
        label = f"{function.__name__} of {lane.label}"
        return (replace(lane, label=label, kind="float", values=values, fill=fill),)


def is_user_function(step: Transformer) -> bool:
    """Whether a step calls a function that the plan carries."""
    return step.kind == "function" and "." not in str(step.get("function"))


def ufunc(step: Transformer) -> np.ufunc:
    """Return the NumPy function of a step.

    Raises
    ------
    UserError
        If NumPy has no such element-wise function of one argument, or it turns a missing value into a number.
    """
    dotted = str(step.get("function"))
    module, _, name = dotted.rpartition(".")
    function = getattr(np, name, None) if module in ("numpy", "np") else None
    if not isinstance(function, np.ufunc) or (function.nin, function.nout) != (1, 1):
        raise UserError(f"The function {dotted} is not supported yet in a function transformer")
    with np.errstate(all="ignore"):
        try:
            kept = bool(np.isnan(float(function(np.nan))))
        except TypeError:
            kept = False
    if not kept:
        raise UserError(f"The function {dotted} is not supported yet: it gives missing values a value")
    return function


def call(
    step: Transformer, lanes: tuple[Lane, ...], recorded: Outputs | None, functions: FunctionCaller | None
) -> tuple[tuple[Lane, ...], Outputs]:
    """Apply a user function to all lanes of a block at once.

    Parameters
    ----------
    recorded : Outputs or None
        What the function gave when the encoder was fitted; with it, no rows need no call.

    Raises
    ------
    UserError
        If nobody can call it, or it gives another number of rows or other columns than before.
    """
    name = str(step.get("function"))
    sources = tuple(dict.fromkeys(s for lane in lanes for s in lane.sources))
    rows = len(lanes[0].values)
    if recorded is not None and rows == 0:
        return tuple(
            _lane(n, k, sources, np.empty(0, dtype=np.float64 if k in ("int", "float") else object), name)
            for n, k in zip(recorded.names, recorded.kinds, strict=True)
        ), recorded
    if functions is None:
        raise UserError(f"The function {name!r} of the script is needed here, and nothing can run it", "Open the project again.")
    given = functions(name, pa.table({lane.name: lane.closed().arrow() for lane in lanes}))
    if given.num_rows != rows:
        raise UserError(f"The function {name!r} gave {given.num_rows} rows for {rows}", "It has to work row by row.")
    widths = {c: width_of(given, c) for c in given.column_names}
    out = tuple(_lane(x.name, x.kind, sources, x.values, name) for x in lanes_of(given, tuple(given.column_names), widths))
    outputs = Outputs(tuple(x.name for x in out), tuple(x.kind for x in out))
    if recorded is not None and outputs.names != recorded.names:
        raise UserError(f"The function {name!r} gives other columns than when the encoder was fitted")
    return out, outputs


def _lane(name: str, kind: str, sources: tuple[str, ...], values: NDArray[Any], function: str) -> Lane:
    return Lane(name=name, label=f"{function}: {name}", sources=sources, kind=kind, values=values)
