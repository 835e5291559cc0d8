"""What running a plan yields for verification. Filled by whoever runs plans; verification itself knows no engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from lester_gui.ir.plan import Plan
from lester_gui.progress import Context
from lester_gui.sandbox import Positions

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One provenance column of a view: for each row, its row of `origin` (a `Read`, or a view that begins new rows)."""

    origin: str
    rows: pa.Array = field(repr=False)


@dataclass(frozen=True, slots=True)
class ViewResult:
    """The rows of one view.

    Attributes
    ----------
    table : pyarrow.Table
        The plan's columns, in row order.
    row_no : ndarray of int64
        The rows' own numbers, which edges of later views refer to, and occurrences that begin at this view; of a `Read` these
        count records from 1.
    occurrences : tuple of Occurrence
        A row exists because of one row of each of these.
    """

    table: pa.Table = field(repr=False)
    row_no: Array = field(repr=False)
    occurrences: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class Edges:
    """Rows of a view that begins new rows, and the rows of its parent that each comes from."""

    row_no: Array = field(repr=False)
    parent_no: Array = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlanResult:
    """One execution of a plan, as far as it came.

    Attributes
    ----------
    views : mapping
        By view name.
    edges : mapping
        By name of the view that begins new rows.
    train, test : ndarray of int64
        Positions in the prepared view of the rows of `X_train` and `X_test`, in their order.
    validation : ndarray, optional
        Those of the validation rows, where the split has them.
    y : ndarray
        The label of each prepared row.
    X_train, X_test : ndarray
    X_validation : ndarray, optional
    predictions : ndarray
        For `X_test`, by a model with the script's own settings.
    stopped : str
        The stage at which the data stopped the plan (``read`` before the first); empty if nothing did.
        What follows that stage is None.
    exception_type : str
        What the script would have raised there, if the engine knows.
    """

    views: Mapping[str, ViewResult]
    edges: Mapping[str, Edges] = field(default_factory=dict)
    train: Array | None = field(default=None, repr=False)
    test: Array | None = field(default=None, repr=False)
    validation: Array | None = field(default=None, repr=False)
    y: Array | None = field(default=None, repr=False)
    X_train: Array | None = field(default=None, repr=False)
    X_test: Array | None = field(default=None, repr=False)
    X_validation: Array | None = field(default=None, repr=False)
    predictions: Array | None = field(default=None, repr=False)
    stopped: str = ""
    exception_type: str = ""

    @property
    def y_train(self) -> Array | None:
        return None if self.y is None or self.train is None else self.y[self.train]

    @property
    def y_test(self) -> Array | None:
        return None if self.y is None or self.test is None else self.y[self.test]

    @property
    def y_validation(self) -> Array | None:
        return None if self.y is None or self.validation is None else self.y[self.validation]


class Execute(Protocol):
    """Runs a plan on files. Passed in, since the engine is a matter of the caller."""

    def __call__(self, plan: Plan, folder: Path, split: Positions | None, ctx: Context) -> PlanResult:
        """Run `plan` on the sources below `folder`, at the paths they have in the project.

        Parameters
        ----------
        split
            Membership that the script was seen to deal, where the plan's random split has no seed of its own.

        Raises
        ------
        UserError
            If the data stop the plan.
        """


class Refit(Protocol):
    """Fits a plan's model on given arrays with the script's settings and returns predictions."""

    def __call__(self, plan: Plan, X_train: Array, y_train: Array, X_test: Array) -> Array: ...
