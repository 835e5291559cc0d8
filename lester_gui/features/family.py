"""What every family of transformers does: check parameters, measure rows, resolve measures into fitted values, apply them.

To add a family: a module with a class of this protocol, and its name in `state.FAMILIES`. `measure` must not look at
`Lane.fill`, and `resolve` must, or statistics behind an imputer go wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator
from lester_gui.features.lanes import Lane
from lester_gui.ir.learning import Transformer

FunctionCaller = Callable[[str, pa.Table], pa.Table]
"""Calls a user function of the plan, by name, on the block's columns; gives a table with as many rows, one column per output."""


@dataclass(frozen=True, slots=True)
class Given:
    """What fitting and transforming need besides the columns.

    Attributes
    ----------
    functions : callable, optional
        Calls user functions of the plan.
    y : ndarray, shape (n,), optional
        The labels of the rows that are fitted on, for transformers that look at them.
    train : ndarray of bool, shape (n,), optional
        Which of these rows are training rows, where some steps are fitted on those only.
    """

    functions: FunctionCaller | None = None
    y: NDArray[Any] | None = None
    train: NDArray[np.bool_] | None = None

    def of_training_rows(self) -> Given:
        """Return the same for the training rows alone."""
        if self.train is None:
            raise ValueError("nothing says which rows are training rows")
        return Given(self.functions, None if self.y is None else self.y[self.train])


class Family(Protocol):
    """One kind of transformer.

    Attributes
    ----------
    stateful : bool
        Whether it learns anything from the rows it is fitted on.
    keeps_open : bool
        Whether missing values may stay open behind it, so that later statistics can be kept decrementally.
    """

    stateful: bool
    keeps_open: bool

    def check(self, step: Transformer) -> None:
        """Raise `UserError` for a parameter that is not supported."""

    def measure(self, lane: Lane, step: Transformer) -> Accumulator:
        """Return what the rows of this lane add to the statistics."""

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Any:
        """Return the fitted values; `lane` gives name, kind and fill, its values are not read. `position` is its index."""

    def apply(self, lane: Lane, fitted: Any, step: Transformer) -> tuple[Lane, ...]:
        """Return the lane transformed; zero, one or several lanes."""


def only(step: Transformer, **supported: tuple[object, ...] | None) -> None:
    """Refuse parameters of `step` that are not named, or whose value is not among those listed (None: any value).

    Raises
    ------
    UserError
        It names the parameter.
    """
    for name, value in step.params:
        if name not in supported:
            raise UserError(f"The parameter {name!r} of {step.kind} is not supported yet")
        allowed = supported[name]
        if allowed is not None and not any(value == a and type(value) is type(a) for a in allowed):
            raise UserError(f"{name}={value!r} of {step.kind} is not supported yet")
