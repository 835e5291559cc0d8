"""Columns that look at other rows of the same group: ranks, running totals, the row before, a group's mean on each of its rows.

A window keeps the parent's rows, their order and who they are. Its functions are named for the semantics they have; a test
compares each with pandas. Whatever `AGGREGATES` has is a window function too: the value of the whole group, on every row of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lester_gui.ir.node import OneParent
from lester_gui.ir.operators import AGGREGATES, ANY, NUMBER, ORDERED, Typed
from lester_gui.ir.schema import Field, PlanError, Schema, Type


@dataclass(frozen=True, slots=True)
class WindowFunction:
    """One function over the rows of a group in order.

    Attributes
    ----------
    name : str
        The name, which states the semantics.
    accepts : frozenset of Type or None
        Types of its column; None if it takes no column.
    result : callable
        From the typed column (of a function without one: an int) to the typed result.
    doc : str
        The semantics in one line.
    before, after : bool
        Whether a row's value depends on rows before it, and on rows after it. Both swap with a negative `offset`.
    options : frozenset of str
        Which of ``offset``, ``ascending`` and ``pct`` it takes.
    """

    name: str
    accepts: frozenset[Type] | None
    result: Callable[[Typed], Typed]
    doc: str
    before: bool = True
    after: bool = True
    options: frozenset[str] = frozenset()


_COUNTED: Final = (Type.INT, False)
_RANK: Final = frozenset({"ascending", "pct"})
_OFFSET: Final = frozenset({"offset"})
_PLACED: Final = frozenset({Type.BOOL, Type.INT, Type.FLOAT, Type.TIMESTAMP, Type.DURATION})
_STEPS: Final = frozenset({Type.INT, Type.FLOAT})


def _rank(t: Typed) -> Typed:
    return (Type.FLOAT, t[1])


WINDOWS: Final[dict[str, WindowFunction]] = {
    f.name: f
    for f in (
        WindowFunction("row_number", None, lambda t: _COUNTED, "1, 2, 3 … in row order", after=False),
        WindowFunction(
            "cumcount",
            None,
            lambda t: _COUNTED,
            "rows before this one; not ascending: rows after it",
            options=frozenset({"ascending"}),
        ),
        WindowFunction(
            "pandas_rank_average", ORDERED, _rank, "rank from 1, mean rank of equal values; missing stays missing", options=_RANK
        ),
        WindowFunction("pandas_rank_min", ORDERED, _rank, "rank from 1, the lowest of equal values", options=_RANK),
        WindowFunction("pandas_rank_max", ORDERED, _rank, "rank from 1, the highest of equal values", options=_RANK),
        WindowFunction("pandas_rank_first", ORDERED, _rank, "rank from 1, equal values in row order", options=_RANK),
        WindowFunction("pandas_rank_dense", ORDERED, _rank, "rank from 1 among the distinct values", options=_RANK),
        WindowFunction(
            "shift",
            ANY,
            lambda t: (t[0], True),
            "the value `offset` rows before, negative: after; missing outside",
            options=_OFFSET,
        ),
        WindowFunction("diff", _STEPS, lambda t: (t[0], True), "value minus the one `offset` rows before", options=_OFFSET),
        WindowFunction(
            "pandas_cumsum",
            NUMBER,
            lambda t: (Type.FLOAT if t[0] is Type.FLOAT else Type.INT, t[1]),
            "exact sum so far; missing values are left out and stay missing",
            after=False,
        ),
        WindowFunction(
            "pandas_cummax",
            ORDERED,
            lambda t: t,
            "largest value so far; missing values are left out and stay missing",
            after=False,
        ),
        WindowFunction(
            "pandas_cummin",
            ORDERED,
            lambda t: t,
            "smallest value so far; missing values are left out and stay missing",
            after=False,
        ),
        WindowFunction(
            "numpy_place",
            _PLACED,
            lambda t: _COUNTED,
            "place from 0 in NumPy's default order, in which equal values change places; missing ones last, in row order",
            options=frozenset({"ascending"}),
        ),
        WindowFunction("running_count", ANY, lambda t: _COUNTED, "values so far that are not missing", after=False),
        WindowFunction("running_first", ANY, lambda t: t, "first value so far that is not missing", after=False),
        WindowFunction("ffill", ANY, lambda t: t, "last value so far that is not missing", after=False),
        WindowFunction("bfill", ANY, lambda t: t, "next value from here on that is not missing", before=False),
        *(WindowFunction(a.name, a.accepts, a.result, f"of the whole group: {a.doc}") for a in AGGREGATES.values()),
    )
}


@dataclass(frozen=True, slots=True)
class WindowColumn:
    """One column of a window.

    Parameters
    ----------
    name : str
        The new column; it replaces a column of the same name.
    function : str
        A function of `WINDOWS`.
    column : str, optional
        The parent's column; None for those that count rows (``row_number``, ``cumcount``, ``size``).
    offset : int
        Of ``shift`` and ``diff``: how many rows before; negative: after.
    ascending : bool
        Of ranks and places: whether the smallest value is first. Of ``cumcount``: whether it counts from the start.
    pct : bool
        Of ranks: divide by the number of values (of distinct ones, for the dense rank).

    Examples
    --------
    >>> WindowColumn("previous", "shift", "amount")
    WindowColumn(name='previous', function='shift', column='amount', offset=1, ascending=True, pct=False)
    """

    name: str
    function: str
    column: str | None = None
    offset: int = 1
    ascending: bool = True
    pct: bool = False

    @property
    def reach(self) -> tuple[int | None, int | None]:
        """How many rows before and after its own a value may depend on; None for all of them."""
        function = WINDOWS[self.function]
        if "offset" in function.options:
            return (max(self.offset, 0), max(-self.offset, 0))
        if self.function == "cumcount":
            return (None, 0) if self.ascending else (0, None)
        return (None if function.before else 0, None if function.after else 0)


@dataclass(frozen=True, kw_only=True)
class Window(OneParent):
    """The parent's rows, in their order, with columns computed over the rows that agree in `by`.

    Without `by` all rows are one group. `order` is the order in which the functions see a group's rows, as (column, ascending),
    missing values last, equal rows in row order; the view's own order stays the parent's. A row with a missing key is in no
    group and gets missing values if `drop_null_keys` (pandas' default); otherwise missing keys are equal. All columns read the
    parent's values.
    """

    by: tuple[str, ...] = ()
    columns: tuple[WindowColumn, ...]
    order: tuple[tuple[str, bool], ...] = ()
    drop_null_keys: bool = True

    def _schema(self) -> Schema:
        if not self.columns:
            raise PlanError("A window computes at least one column", line=self.line)
        for n, _ in self.order:
            if self.parent.schema.field(n, self.line).type not in ORDERED:
                raise PlanError(f"Rows cannot be ordered by {n!r}", line=self.line)
        dropped = self.drop_null_keys and any(self.parent.schema.field(n, self.line).nullable for n in self.by)
        new = [self._field(c, dropped) for c in self.columns]
        if len({f.name for f in new}) != len(new):
            raise PlanError("One column is computed twice in one step", line=self.line)
        return self.parent.schema.with_fields(new)

    def _field(self, c: WindowColumn, dropped: bool) -> Field:
        function = WINDOWS.get(c.function)
        if function is None:
            raise PlanError(f"There is no window function {c.function!r}", f"They are {', '.join(WINDOWS)}.", self.line)
        if c.offset == 0:
            raise PlanError(f"{c.function} looks at another row: its offset is not 0", line=self.line)
        counts_rows = function.accepts is None or c.function == "size"
        if (c.column is None) != counts_rows:
            raise PlanError(f"{c.function} {'takes no' if counts_rows else 'needs a'} column", line=self.line)
        for option, given in (("offset", c.offset != 1), ("ascending", not c.ascending), ("pct", c.pct)):
            if given and option not in function.options:
                raise PlanError(f"{c.function} takes no {option}", line=self.line)
        field = Field("", Type.INT) if c.column is None else self.parent.schema.field(c.column, self.line)
        if function.accepts is not None and field.type not in function.accepts:
            raise PlanError(f"{c.function} is not defined for a {field.type}", line=self.line)
        kind, nullable = function.result((field.type, field.nullable))
        return Field(c.name, kind, nullable or dropped)

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        out = super().definitions()
        out.update({c.name: () if c.column is None else ((0, c.column),) for c in self.columns})
        return out
