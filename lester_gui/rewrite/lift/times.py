"""Dates, times and durations as cells: arithmetic, comparison with texts, constants."""

from __future__ import annotations

from datetime import datetime, timedelta

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell
from lester_gui.rewrite.lift.stop import no_rule, shape

DAYS = (Type.DATE, Type.TIMESTAMP)
UNITS = {
    **dict.fromkeys(("W", "w", "week", "weeks"), 604_800_000_000),
    **dict.fromkeys(("D", "d", "day", "days"), 86_400_000_000),
    **dict.fromkeys(("h", "H", "hr", "hour", "hours"), 3_600_000_000),
    **dict.fromkeys(("m", "min", "T", "minute", "minutes"), 60_000_000),
    **dict.fromkeys(("s", "S", "sec", "second", "seconds"), 1_000_000),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1_000),
    **dict.fromkeys(("us", "microsecond", "microseconds"), 1),
}
"""Microseconds per unit, as pandas and NumPy spell them. ``M`` and ``Y`` have no fixed length."""


def timestamp(moment: datetime) -> Cell:
    """Return a constant point in time."""
    return Cell(Literal(moment.isoformat(sep=" "), Type.TIMESTAMP), Type.TIMESTAMP)


def duration(span: timedelta) -> Cell:
    """Return a constant duration."""
    return Cell(Literal(span // timedelta(microseconds=1), Type.DURATION), Type.DURATION)


def moment_of(text: str) -> datetime:
    """Return what pandas makes of a constant text that it compares with a date or takes as a timestamp.

    Raises
    ------
    Stopped
        If the text is no ISO date: of others pandas has to guess which number is the month.
    """
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m", "%Y", "%Y%m%d", "%Y/%m/%d"):
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    raise no_rule("a date that is not written as year-month-day")


def span_of(text: str) -> timedelta:
    """Return the duration that a text such as ``30 days`` or ``1h`` names.

    Raises
    ------
    Stopped
        If it is written in another way.
    """
    import re

    found = re.fullmatch(r"\s*(-?\d+)\s*([A-Za-z]+)\s*", text)
    if found is None or found.group(2) not in UNITS:
        raise no_rule("a duration that is written in this way")
    return timedelta(microseconds=int(found.group(1)) * UNITS[found.group(2)])


def is_time(*arguments: Cell) -> bool:
    """Whether one of the cells is a date, a time or a duration."""
    return any(a.type in DAYS or a.type is Type.DURATION for a in arguments)


def arithmetic(op: str, a: Cell, b: Cell) -> Cell:
    """Return ``a op b`` where at least one is a date, a time or a duration."""
    kinds = (a.type in DAYS, b.type in DAYS)
    spans = (a.type is Type.DURATION, b.type is Type.DURATION)
    if op == "Sub" and all(kinds):
        return cells.make("time_between", a, b)
    if op == "Add" and kinds[0] and spans[1]:
        return cells.make("add_time", a, b)
    if op == "Add" and spans[0] and kinds[1]:
        return cells.make("add_time", b, a)
    if op == "Sub" and kinds[0] and spans[1]:
        return cells.make("add_time", a, cells.make("neg_time", b))
    if op == "Div" and all(spans):
        return cells.make("time_ratio", a, b)
    if op == "FloorDiv" and all(spans) and isinstance(b.expr, Literal) and b.expr.value == UNITS["D"]:
        return cells.make("days_in", a)
    if op == "Mult" and any(spans):
        number, span = (b, a) if spans[0] else (a, b)
        if number.type in (Type.INT, Type.BOOL) and isinstance(span.expr, Literal):
            return cells.make("duration_of", number, Cell(Literal(span.expr.value), Type.INT))
    raise no_rule(f"the operator {op} on a {a.type} and a {b.type}")


def comparable(a: Cell, b: Cell) -> tuple[Cell, Cell]:
    """Return both sides of a comparison in pandas, where a constant text stands for the time that it names."""

    def parsed(cell: Cell, other: Cell) -> Cell:
        if cell.type is not Type.STR or not is_time(other):
            return cell
        if not isinstance(cell.expr, Literal) or not isinstance(cell.expr.value, str):
            raise shape("A date is compared with a text that is not constant")
        text = cell.expr.value
        return duration(span_of(text)) if other.type is Type.DURATION else timestamp(moment_of(text))

    a, b = parsed(a, b), parsed(b, a)
    if {a.type, b.type} == {Type.DATE, Type.TIMESTAMP}:  # a day is its midnight
        a, b = (c if c.type is Type.TIMESTAMP else cells.make("midnight", c) for c in (a, b))
    return a, b


def magnitude(span: Cell) -> Cell:
    """Return ``abs(duration)``."""
    zero = Cell(Literal(0, Type.DURATION), Type.DURATION)
    negative = cells.compare("Lt", span, zero, pandas=True)
    return cells.choose(negative.expr, cells.make("neg_time", span), span)


def part_of_day(cell: Cell, form: str) -> Cell:
    """Return a date as text in a fixed format."""
    return cells.make("date_text", cell, Cell(Literal(form), Type.STR))


def period(cell: Cell, frequency: str) -> Cell:
    """Return the period that a date lies in, as pandas prints it; such texts sort like the periods.

    Raises
    ------
    Stopped
        If periods of that length are not known.
    """
    forms = {"D": "%Y-%m-%d", "M": "%Y-%m", **dict.fromkeys(("Y", "A", "Y-DEC", "A-DEC"), "%Y")}
    if frequency in forms:
        return part_of_day(cell, forms[frequency])
    if frequency in ("Q", "Q-DEC"):
        quarter = cells.make("py_str", cells.make("quarter", cell))
        return cells.make("concat_text", part_of_day(cell, "%YQ"), quarter) if not cell.nullable else _blank(cell, quarter)
    raise no_rule(f"periods of the length {frequency}")


def _blank(cell: Cell, quarter: Cell) -> Cell:
    text = cells.make("concat_text", part_of_day(cell, "%YQ"), quarter)
    missing = cells.missing(Type.STR)
    return Cell(paths.choose(cells.make("is_null", cell).expr, missing.expr, text.expr), Type.STR, True)
