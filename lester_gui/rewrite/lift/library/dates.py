"""datetime: dates that are parsed, constant dates, their parts and differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, times
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Value
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.raising import caught_by, demand
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

TIMES = ("%H", "%M", "%S", "%I", "%p", "%f", "%c", "%X", "%T")


@function("datetime.datetime.strptime", "datetime.strptime")
def parse(lift: Lifter, args: Arguments) -> Value:
    """``datetime.strptime(text, format)`` of a format without a time of day."""
    given = args.bind("date_string", "format")
    form = lift.text(given["format"])
    if any(t in form for t in TIMES):
        raise no_rule("a date with a time of day")
    text, pattern = cells.cell_of(lift.content(given["date_string"])), cells.cell_of(Const(form))
    demand(lift, cells.make("parses_date", text, pattern).expr, "ValueError")
    return cells.make("parse_date", text, pattern)


@function("datetime.date.fromisoformat", "datetime.datetime.fromisoformat")
def from_iso(lift: Lifter, args: Arguments) -> Value:
    """``date.fromisoformat(text)``."""
    if args.what.startswith("datetime.datetime"):
        return moment(lift, args)
    return cells.make("parse_date", cells.cell_of(lift.content(args.positional[0])), cells.cell_of(Const("%Y-%m-%d")))


def moment(lift: Lifter, args: Arguments) -> Value:
    """``datetime.fromisoformat(text)``: a day, perhaps with a time of day; other ISO forms are refused when the data are read."""
    from datetime import datetime

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
    """``datetime(2022, 1, 31)``, or of three numbers of the current row."""
    given = args.bind("year", "month", "day")
    parts = [lift.content(given[n]) for n in ("year", "month", "day")]
    if any(isinstance(p, Cell) for p in parts):
        if caught_by(lift, "ValueError"):
            raise no_rule("a date made of three numbers within try")
        return cells.make("make_date", *(cells.cell_of(p) for p in parts))
    year, month, day = (lift.const(p) for p in parts)
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


@attribute("timedelta", "days")
def days(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``(a - b).days``."""
    return accessor.owner


def is_date(value: Value) -> bool:
    """Whether a value is a date of the current row, or a constant one."""
    return isinstance(value, Cell) and value.type in (Type.DATE, Type.TIMESTAMP)
