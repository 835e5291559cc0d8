"""What an option of a plan's step may be: constants, tuples, dicts, functions of a library, objects that nobody has fitted yet.

An estimator that is a parameter of another one (the model of a grid search, a step of its pipeline) is part of the plan as its
name and parameters. It is data: only the layers that train look its class up, and only in scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.ir.expressions import Scalar


@dataclass(frozen=True, slots=True)
class Unfitted:
    """An object of a library as a script makes it, before it has seen any row.

    Attributes
    ----------
    name : str
        Dotted name of its class.
    params : tuple of (str, Option)
        As the script gives them.
    """

    name: str
    params: Options = ()

    def get(self, name: str, default: Option = None) -> Option:
        """Return a parameter's value or `default`."""
        return dict(self.params).get(name, default)

    @property
    def short(self) -> str:
        """The class without its module."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Reference:
    """A function of a library by its dotted name, such as the score of a feature selection."""

    name: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A dict: class weights, the grid of a search."""

    items: tuple[tuple[Option, Option], ...]


Option = Scalar | tuple["Option", ...] | Unfitted | Reference | Pairs | None
Options = tuple[tuple[str, Option], ...]
