"""datetime: dates that are parsed, constant dates, their parts and differences."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, times
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Value
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.raising import caught_by, demand
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

TIMES = ("%H", "%M", "%S", "%I", "%p", "%f", "%c", "%X", "%T")


@function("datetime.datetime.strptime", "datetime.strptime")
def parse(lift: Lifter, args: Arguments) -> Value:
    """``datetime.strptime(text, format)``: a day, or a point in time if the format has a time of day."""
    given = args.bind("date_string", "format")
    form = lift.text(given["format"])
    if "%z" in form or "%Z" in form:
        raise no_rule("a time with a time zone")
    content = lift.content(given["date_string"])
    if isinstance(content, Const):
        try:
            found = datetime.strptime(lift.text(content), form)
        except ValueError as error:
            raise shape("A constant text is no date") from error
        return times.timestamp(found) if any(t in form for t in TIMES) else constant_day(found.year, found.month, found.day)
    text, pattern = cells.cell_of(content), cells.cell_of(Const(form))
    demand(lift, cells.make("parses_date", text, pattern).expr, "ValueError")
    return cells.make("parse_time" if any(t in form for t in TIMES) else "parse_date", text, pattern)


@function("datetime.date.fromisoformat", "datetime.datetime.fromisoformat")
def from_iso(lift: Lifter, args: Arguments) -> Value:
    """``date.fromisoformat(text)``."""
    if args.what.startswith("datetime.datetime"):
        return moment(lift, args)
    return cells.make("parse_date", cells.cell_of(lift.content(args.positional[0])), cells.cell_of(Const("%Y-%m-%d")))


def moment(lift: Lifter, args: Arguments) -> Value:
    """``datetime.fromisoformat(text)``: a day, perhaps with a time of day; other ISO forms are refused when the data are read."""
    text = lift.content(args.positional[0])
    if isinstance(text, Const):
        found = datetime.fromisoformat(lift.text(text))
        if found.tzinfo is not None:
            raise no_rule("a time with a time zone")
        return times.timestamp(found)
    if caught_by(lift, "ValueError") is not None:
        raise no_rule("what the script does with a text that is no time")
    return cells.make("parse_time", cells.cell_of(text), cells.cell_of(Const("ISO8601")))


@method("date", "date")
def day_of(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``moment.date()``."""
    return cells.make("to_date", cells.cell_of(content))


@method("date", "weekday")
def weekday(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``date.weekday()``: 0 is Monday."""
    return cells.make("weekday", cells.cell_of(content))


@method("date", "isoweekday")
def iso_weekday(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``date.isoweekday()``: 1 is Monday."""
    return cells.make("add", cells.make("weekday", cells.cell_of(content)), cells.cell_of(Const(1)))


@function("datetime.datetime", "datetime.date")
def constant(lift: Lifter, args: Arguments) -> Value:
    """``datetime(2022, 1, 31)``, ``datetime(2022, 1, 31, 12, 30)``, or of three numbers of the current row."""
    clock = ("hour", "minute", "second", "microsecond")
    given = args.bind("year", "month", "day", *clock, hour=0, minute=0, second=0, microsecond=0)
    if any(lift.content(given[n]) != Const(0) for n in clock):
        try:
            return times.timestamp(datetime(*(lift.const(given[n]) for n in ("year", "month", "day", *clock))))
        except (TypeError, ValueError) as error:
            raise shape("There is no such date") from error
    parts = [lift.content(given[n]) for n in ("year", "month", "day")]
    if any(isinstance(p, Cell) for p in parts):
        if caught_by(lift, "ValueError"):
            raise no_rule("a date made of three numbers within try")
        return cells.make("make_date", *(cells.cell_of(p) for p in parts))
    return constant_day(*(lift.const(p) for p in parts))


def constant_day(year: int, month: int, day: int) -> Cell:
    """Return a day that the script's text fixes."""
    text = f"{year:04d}-{month:02d}-{day:02d}"
    return cells.make("parse_date", cells.cell_of(Const(text)), cells.cell_of(Const("%Y-%m-%d")))


@attribute("date", "year")
def year(lift: Lifter, content: Value, owner: Value) -> Value:
    """``date.year``."""
    return cells.make("year", cells.cell_of(content))


@attribute("date", "month")
def month(lift: Lifter, content: Value, owner: Value) -> Value:
    """``date.month``."""
    return cells.make("month", cells.cell_of(content))


@attribute("date", "day")
def day(lift: Lifter, content: Value, owner: Value) -> Value:
    """``date.day``."""
    return cells.make("day", cells.cell_of(content))


def difference(a: Cell, b: Cell) -> Value:
    """Return ``a - b`` of two dates, of which only the days can be used."""
    return Accessor(cells.make("days_between", a, b), "timedelta")


@method("timedelta", "total_seconds")
def total_seconds(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``(a - b).total_seconds()`` of two days."""
    return cells.make("mul", cells.cell_of(accessor.owner), cells.cell_of(Const(86400.0)))


@attribute("timedelta", "seconds", "microseconds")
def none_left(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``(a - b).seconds`` of two days: what is left of whole days."""
    return Const(0)


@method("date", "toordinal")
def ordinal(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``date.toordinal()``: days since the day before the first of January of the year 1."""
    since = cells.make("days_between", cells.make("to_date", cells.cell_of(content)), constant_day(1, 1, 1))
    return cells.make("add", since, cells.cell_of(Const(1)))


@attribute("timedelta", "days")
def days(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``(a - b).days``."""
    return accessor.owner


def is_date(value: Value) -> bool:
    """Whether a value is a date of the current row, or a constant one."""
    return isinstance(value, Cell) and value.type in (Type.DATE, Type.TIMESTAMP)
