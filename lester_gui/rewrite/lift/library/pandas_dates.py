"""pandas: points in time, durations, and the accessor of date columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, missing, times
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Value
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


NO_TIMES = ("", "NaT", "nat", "NAT", "nan", "NaN", "NAN")
"""Texts that pandas takes for a missing time."""

# -- constants ---------------------------------------------------------------------------------------------------------


@function("pandas.Timestamp", "numpy.datetime64")
def timestamp(lift: Lifter, args: Arguments) -> Value:
    """``pd.Timestamp("2023-05-01")``, ``pd.Timestamp(2023, 5, 1)``, ``np.datetime64("2023-05-01")``."""
    first = lift.content(args.positional[0]) if args.positional else None
    if isinstance(first, Cell) and first.type in times.DAYS and len(args.positional) == 1 and not args.keywords:
        return first
    if isinstance(first, Const) and isinstance(first.value, str) and not args.keywords:
        return times.timestamp(times.moment_of(first.value))
    numbers = [lift.const(v) for v in args.positional]
    named = {k: lift.const(v) for k, v in args.keywords.items()}
    allowed = {"year", "month", "day", "hour", "minute", "second"}
    if not all(type(n) is int for n in (*numbers, *named.values())) or not set(named) <= allowed or len(numbers) in (1, 2):
        raise no_rule("a timestamp that is given in this way")
    try:
        return times.timestamp(datetime(*numbers, **named))
    except (TypeError, ValueError) as error:
        raise shape("There is no such date") from error


@function("pandas.Timedelta", "datetime.timedelta", "numpy.timedelta64", "pandas.DateOffset", "pandas.offsets.Day")
def timedelta_of(lift: Lifter, args: Arguments) -> Value:
    """``pd.Timedelta(days=30)``, ``pd.Timedelta("30 days")``, ``pd.Timedelta(30, unit="D")``, ``np.timedelta64(30, "D")``."""
    values = [lift.const(v) for v in args.positional]
    named = {k: lift.const(v) for k, v in args.keywords.items()}
    if args.what == "pandas.offsets.Day":
        values, named = [], {"days": values[0] if values else 1}
    if args.what == "datetime.timedelta" and values:
        named |= dict(zip(("days", "seconds", "microseconds"), values, strict=False))
        values = []
    if not values and named and set(named) <= set(times.UNITS) and all(type(n) in (int, float) for n in named.values()):
        return times.duration(timedelta(**named))
    unit = named.pop("unit", values[1] if len(values) > 1 else None)
    if named or not values or len(values) > 2:
        raise no_rule("a duration that is given in this way")
    if isinstance(values[0], str) and unit is None:
        return times.duration(times.span_of(values[0]))
    if type(values[0]) is int and unit in times.UNITS:
        return times.duration(timedelta(microseconds=values[0] * times.UNITS[unit]))
    raise no_rule("a duration that is given in this way")


@function("pandas.to_timedelta")
def to_timedelta(lift: Lifter, args: Arguments) -> Value:
    """``pd.to_timedelta(column, unit="D")`` of whole numbers, or of a constant."""
    given = args.bind("arg", "unit", unit=None, errors="raise")
    value = lift.content(given["arg"])
    unit = lift.const(given["unit"])
    if isinstance(value, Const):
        keywords = {} if unit is None else {"unit": given["unit"]}
        return timedelta_of(lift, Arguments("pandas.Timedelta", [value], keywords))
    if unit not in times.UNITS or not isinstance(value, Column1 | Cell):
        raise no_rule("to_timedelta of this object or unit")
    size = Cell(Literal(times.UNITS[unit]), Type.INT)
    if isinstance(value, Cell):
        return cells.make("duration_of", value, size)
    return mapped(value, cells.make("duration_of", value.cell, size))


# -- from text ---------------------------------------------------------------------------------------------------------


@function("pandas.to_datetime")
def to_datetime(lift: Lifter, args: Arguments) -> Value:
    """``pd.to_datetime(column, format=…, errors=…)``. Without a format, all are in that of the first one."""
    given = args.bind(
        "arg", "errors", "dayfirst", format=None, errors="raise", dayfirst=False, utc=False, unit=None, ignored=("cache",)
    )
    value = lift.content(given["arg"])
    form, unit, errors = (lift.const(given[n]) for n in ("format", "unit", "errors"))
    if errors not in ("raise", "coerce"):
        raise no_rule("to_datetime with errors='ignore'")
    if isinstance(value, Const) and isinstance(value.value, str) and form is None:
        return times.timestamp(times.moment_of(value.value))
    cell = value.cell if isinstance(value, Column1) else cells.cell_of(value)
    if cell.type in times.DAYS:
        return value
    if unit is not None:
        if unit not in times.UNITS or cell.type is not Type.INT:
            raise no_rule("to_datetime of numbers of this unit")
        epoch = times.timestamp(datetime(1970, 1, 1))
        span = cells.make("duration_of", cell, Cell(Literal(times.UNITS[unit]), Type.INT))
        made = cells.make("add_time", epoch, span)
    else:
        if cell.type is not Type.STR:
            raise no_rule(f"to_datetime of a {cell.type}")
        made = parsed(cell, _format(lift, value, cell, form, bool(lift.const(given["dayfirst"]))), errors)
    return mapped(value, made) if isinstance(value, Column1) else made


@function("pandas.DatetimeIndex")
def datetime_index(lift: Lifter, args: Arguments) -> Value:
    """``pd.DatetimeIndex(column)``: its points in time as an index, of which ``.year`` and its kind are asked."""
    given = args.bind("data")
    column = lift.content(to_datetime(lift, Arguments("pandas.to_datetime", [given["data"]])))
    if not isinstance(column, Column1):
        raise no_rule("DatetimeIndex of this object")
    return replace(column, numpy=True)


def parsed(cell: Cell, form: Cell, errors: str = "raise") -> Cell:
    """Return a column of text as timestamps."""
    return cells.make("try_time" if errors == "coerce" else "parse_time", cell, form)


def _format(lift: Lifter, value: Value, cell: Cell, form: str | None, dayfirst: bool) -> Cell:
    """Return the format in which texts are read: the script's, or that of the first text of the column."""
    each = cells.cell_of(Const("mixed_dayfirst" if dayfirst else "mixed"))
    if form == "mixed":
        return each
    if form is not None:
        if any(d in form for d in ("%z", "%Z")):
            raise no_rule("to_datetime with time zones")
        return cells.cell_of(Const(form))
    first = cell
    if isinstance(value, Column1):
        if not (isinstance(cell.expr, Column) and missing.as_read(value.node, cell.expr.name)):
            blank = cells.make("is_in", cell, *(cells.cell_of(Const(t)) for t in NO_TIMES))
            cell = cells.choose(blank.expr, cells.missing(Type.STR), cell)
        name = lift.called_cell(value.cell) or "time"
        first = lift.state(value.node, cell, "first", f"first_{name}", value.part)
    return cells.make("coalesce", cells.make("time_format", first, cells.cell_of(Const(dayfirst))), each)


# -- the accessor ------------------------------------------------------------------------------------------------------


@attribute("series", "dt")
def date_accessor(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.dt``."""
    if column.cell.type is Type.DURATION:
        return Accessor(column, "series.dt.span")
    if column.cell.type not in times.DAYS:
        raise shape(f".dt of a {column.cell.type}")
    return Accessor(column, "series.dt")


def _is_first(cell: Cell) -> Cell:
    return cells.compare("Eq", cells.make("day", cell), cells.cell_of(Const(1)), pandas=True)


def _is_last(cell: Cell) -> Cell:
    return cells.compare("Eq", cells.make("day", cell), cells.make("days_in_month", cell), pandas=True)


PARTS: dict[str, Callable[[Cell], Cell]] = {
    **{n: partial(cells.make, n) for n in ("year", "month", "day", "hour", "minute", "second", "quarter")},
    **{n: partial(cells.make, "weekday") for n in ("weekday", "dayofweek", "day_of_week")},
    **{n: partial(cells.make, "day_of_year") for n in ("dayofyear", "day_of_year")},
    **{n: partial(cells.make, "days_in_month") for n in ("days_in_month", "daysinmonth")},
    "date": partial(cells.make, "to_date"),
    "is_month_start": _is_first,
    "is_month_end": _is_last,
}
"""Attributes of ``column.dt``; those of one timestamp are the same."""
CALLED: dict[str, Callable[[Cell], Cell]] = {
    "normalize": partial(cells.make, "midnight"),
    "month_name": lambda cell: times.part_of_day(cell, "%B"),
    "day_name": lambda cell: times.part_of_day(cell, "%A"),
}
WITHIN: dict[str, Callable[[Cell], Cell]] = {
    "days": partial(cells.make, "days_in"),
    "seconds": partial(cells.make, "seconds_part"),
}


def _column(accessor: Accessor) -> Column1:
    assert isinstance(accessor.owner, Column1)
    return accessor.owner


def _listed(kind: str, name: str, make: Callable[[Cell], Cell]) -> None:
    @attribute(kind, name)
    def rule(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
        column = _column(accessor)
        return mapped(column, make(column.cell))


for _name, _make in PARTS.items():
    _listed("series.dt", _name, _make)
for _name, _make in WITHIN.items():
    _listed("series.dt.span", _name, _make)


@method("series.dt", *CALLED)
def called(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.normalize()``, ``column.dt.day_name()``."""
    args.bind()
    column = _column(accessor)
    return mapped(column, CALLED[args.what.rsplit(".", 1)[-1]](column.cell))


@method("series.dt", "tz_localize", "tz_convert")
def in_utc(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.tz_localize(None)``: points in time are kept as they are in UTC, whether the script says so or not."""
    given = args.bind("tz", ambiguous="raise", nonexistent="raise")
    zone = lift.const(given["tz"])
    if zone is not None and str(zone).upper() not in ("UTC", "ETC/UTC", "GMT", "ZULU"):
        raise no_rule("times of another zone than UTC")
    return _column(accessor)


@method("series.dt", "floor")
def floor(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.floor("D")``."""
    if lift.const(args.bind("freq")["freq"]) not in ("D", "1D", "d"):
        raise no_rule("rounding times down to something else than days")
    column = _column(accessor)
    return mapped(column, cells.make("midnight", column.cell))


@method("series.dt", "strftime")
def strftime(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.strftime(format)``."""
    column = _column(accessor)
    return mapped(column, times.part_of_day(column.cell, lift.text(args.bind("date_format")["date_format"])))


@method("series.dt", "to_period")
def to_period(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.to_period("M")``, as the text that pandas prints for it."""
    column = _column(accessor)
    return mapped(column, times.period(column.cell, lift.text(args.bind("freq")["freq"])))


@method("series.dt", "isocalendar")
def isocalendar(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.dt.isocalendar()``, of which the week and the day can be used."""
    return Accessor(_column(accessor), "isocalendar")


@attribute("isocalendar", "week")
def week(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.dt.isocalendar().week``."""
    column = _column(accessor)
    return replace(column, cell=cells.make("iso_week", column.cell), name="week")


@method("series.dt.span", "total_seconds")
def total_seconds(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``durations.dt.total_seconds()``."""
    column = _column(accessor)
    return mapped(column, cells.make("seconds_in", column.cell))


# -- one timestamp or duration of a row --------------------------------------------------------------------------------


def _one(kind: str, name: str, make: Callable[[Cell], Cell]) -> None:
    @attribute(kind, name)
    def rule(lift: Lifter, content: Value, owner: Value) -> Value:
        return make(cells.cell_of(content))


for _name, _make in PARTS.items():
    if _name not in ("weekday", "date"):
        _one("date", _name, _make)
for _name, _make in WITHIN.items():
    _one("duration", _name, _make)


@method("date", "normalize", "month_name", "day_name")
def of_one(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``timestamp.normalize()``."""
    return CALLED[args.what.rsplit(".", 1)[-1]](cells.cell_of(content))


@method("duration", "total_seconds")
def seconds_of_one(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``duration.total_seconds()``."""
    return cells.make("seconds_in", cells.cell_of(content))


# -- an index of points in time ----------------------------------------------------------------------------------------


def _of_index(name: str, make: Callable[[Cell], Cell]) -> None:
    @attribute("series", name)
    def rule(lift: Lifter, column: Column1, owner: Value) -> Value:
        if not column.numpy or column.cell.type not in times.DAYS:
            raise no_rule(f"the attribute {name} of this column")
        return mapped(column, make(column.cell))


for _name, _make in PARTS.items():
    _of_index(_name, _make)


@method("series", *CALLED)
def called_of_index(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``frame.index.normalize()``, ``frame.index.day_name()``."""
    args.bind()
    if not column.numpy or column.cell.type not in times.DAYS:
        raise no_rule(f"{args.what} of this column")
    return mapped(column, CALLED[args.what.rsplit(".", 1)[-1]](column.cell))
