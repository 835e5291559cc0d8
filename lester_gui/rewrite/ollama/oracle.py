"""What decides whether a proposed plan is right. Passed in by `session`: rewriting and verification do not know each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lester_gui.ir.plan import Plan


@dataclass(frozen=True, slots=True)
class Table:
    """A few rows of a view; cells are None, bool, int, float, str, date, datetime, or a list of numbers or texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Rows on which the original step and the plan's differ.

    Attributes
    ----------
    tables : mapping of str to Table
        Name of a view that the step reads → its rows.
    expected, got : Table or str
        What the original yields, and what the plan yields; a text is the class of the error that was raised instead.
    """

    tables: Mapping[str, Table]
    expected: Table | str
    got: Table | str


class Verdict(Protocol):
    """Whether a plan does what the script does, on everything it was compared on."""

    @property
    def equal(self) -> bool:
        """Whether no difference was found."""

    @property
    def difference(self) -> str:
        """The first difference by stage, operator and shape, without any value; empty when equal."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """The three questions that a proposed plan is put to.

    Attributes
    ----------
    check : callable
        Plan → `Verdict`. May raise `UserError` where the plan cannot be run on the data; that counts as a difference.
    counterexample : callable, optional
        Plan → `Counterexample` in real values, or None. It is reduced and disguised before anything of it is sent.
    recheck : callable, optional
        (Plan, tables) → `Counterexample` of the original step and the plan's step run on exactly these rows; None if they agree.
    samples : mapping
        Name of a view that the step reads → some real rows, from which the kinds of its values are learnt and nothing else.
    """

    check: Callable[[Plan], Verdict]
    counterexample: Callable[[Plan], Counterexample | None] | None = None
    recheck: Callable[[Plan, Mapping[str, Table]], Counterexample | None] | None = None
    samples: Mapping[str, Sequence[Sequence[object]]] = field(default_factory=dict)
