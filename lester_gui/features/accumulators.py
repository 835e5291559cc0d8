"""What encoders remember of the rows they were fitted on: counts and exact sums. Each is a group: rows can leave again.

An accumulator counts missing values apart, because what an imputer puts in their place moves when rows leave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lester_gui.features.exact_sums import ExactSum
from lester_gui.ir.expressions import Scalar

_ZERO = ExactSum()


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, exact sum and exact sum of squares of a column's values, and how many are missing."""

    count: int = 0
    missing: int = 0
    total: ExactSum = _ZERO
    squares: ExactSum = _ZERO

    def plus(self, other: Moments) -> Moments:
        return Moments(
            self.count + other.count, self.missing + other.missing, self.total + other.total, self.squares + other.squares
        )

    def minus(self, other: Moments) -> Moments:
        """Return the moments without rows that are in them.

        Raises
        ------
        ValueError
            If `other` holds more rows than this.
        """
        if other.count > self.count or other.missing > self.missing:
            raise ValueError("rows leave an encoder that never saw them")
        return Moments(
            self.count - other.count, self.missing - other.missing, self.total - other.total, self.squares - other.squares
        )

    def filled(self, value: float) -> Moments:
        """Return the moments with `value` in place of every missing one."""
        v = ExactSum.of(value)
        return Moments(
            self.count + self.missing, 0, self.total + v.times(self.missing), self.squares + (v * v).times(self.missing)
        )

    def mean(self) -> float:
        """Return the mean as the nearest double."""
        return self.total.divided_by(self.count)

    def variance(self, ddof: int = 0) -> float:
        """Return the variance as the nearest double; the difference is taken before anything is rounded."""
        spread = self.squares.times(self.count) - self.total * self.total
        return spread.divided_by(self.count * (self.count - ddof))

    def to_json(self) -> dict[str, Any]:
        return {
            "moments": [self.count, self.missing],
            "total": self.total.to_json(),
            "squares": self.squares.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each value occurs, and how many are missing.

    `ordered` counts remember the order in which values were first seen; rows cannot leave them, since only the remaining rows
    know who is first then.
    """

    values: Mapping[Scalar, int] = field(default_factory=dict)
    missing: int = 0
    ordered: bool = False

    @property
    def count(self) -> int:
        return sum(self.values.values())

    def plus(self, other: Counts) -> Counts:
        return self._combined(other, 1)

    def minus(self, other: Counts) -> Counts:
        """Return the counts without rows that are in them.

        Raises
        ------
        ValueError
            If a value would occur less than never.
        """
        return self._combined(other, -1)

    def _combined(self, other: Counts, sign: int) -> Counts:
        if self.ordered or other.ordered:
            raise ValueError("counts in order of first sight cannot be updated")
        values = dict(self.values)
        for value, n in other.values.items():
            left = values.pop(value, 0) + sign * n
            if left < 0:
                raise ValueError("rows leave an encoder that never saw them")
            if left:
                values[value] = left
        missing = self.missing + sign * other.missing
        if missing < 0:
            raise ValueError("rows leave an encoder that never saw them")
        return Counts(values, missing)

    def filled(self, value: Scalar) -> Counts:
        """Return the counts with `value` in place of every missing one."""
        if not self.missing:
            return self
        values = dict(self.values)
        values[value] = values.get(value, 0) + self.missing
        return Counts(values, 0, self.ordered)

    def to_json(self) -> dict[str, Any]:
        items = list(self.values.items())
        if not self.ordered:
            items.sort(key=lambda item: _sort_key(item[0]))
        return {
            "counts": [[_value_to_json(v), n] for v, n in items],
            "missing": self.missing,
            "ordered": self.ordered,
        }


@dataclass(frozen=True, slots=True)
class Outputs:
    """What columns a user function gives: names and kinds. Not a statistic; recorded so that the column map needs no data."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"outputs": list(self.names), "kinds": list(self.kinds)}


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a refitted transformer has learnt, as canonical JSON text (`fitted_state`). No group: it is fitted again."""

    state: str

    def to_json(self) -> dict[str, Any]:
        return {"learnt": json.loads(self.state)}


@dataclass(frozen=True, slots=True)
class Branches:
    """The statistics of blocks side by side within a chain: per branch, per step, per lane."""

    statistics: tuple[tuple[tuple[Accumulator, ...], ...], ...]

    def to_json(self) -> dict[str, Any]:
        return {"branches": [[[a.to_json() for a in step] for step in branch] for branch in self.statistics]}


Accumulator = Moments | Counts | Outputs | Learnt | Branches


def accumulator_from_json(data: dict[str, Any]) -> Accumulator:
    """Return what ``to_json`` gave."""
    if "moments" in data:
        count, missing = data["moments"]
        return Moments(count, missing, ExactSum.from_json(data["total"]), ExactSum.from_json(data["squares"]))
    if "counts" in data:
        return Counts({_value_from_json(v): n for v, n in data["counts"]}, data["missing"], data["ordered"])
    if "learnt" in data:
        return Learnt(json.dumps(data["learnt"], sort_keys=True, separators=(",", ":")))
    if "branches" in data:
        return Branches(tuple(tuple(tuple(map(accumulator_from_json, step)) for step in branch) for branch in data["branches"]))
    return Outputs(tuple(data["outputs"]), tuple(data["kinds"]))


def _sort_key(value: Scalar) -> tuple[str, Any]:
    if isinstance(value, str):
        return "text", value
    return "number", value


def _value_to_json(value: Scalar) -> object:
    return {"f": value.hex()} if isinstance(value, float) else value


def _value_from_json(value: object) -> Scalar:
    return float.fromhex(value["f"]) if isinstance(value, dict) else cast(Scalar, value)
