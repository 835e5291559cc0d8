"""When an answer is due: one calendar month from receipt, two more for complex cases (GDPR Art. 12(3)).

Months are counted by Regulation (EEC, Euratom) No 1182/71, Art. 3: the period ends on the same date of the last month, or on its
last day where that date does not exist; if that is a Saturday, a Sunday or a public holiday, on the next working day.
"""

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

MONTHS: Final = 1
EXTENSION: Final = 2


def due_date(received: date, extended: bool = False, holidays: Collection[date] = ()) -> date:
    """Return the last day for the answer.

    Parameters
    ----------
    received : date
        The day the request arrived. It is not counted.
    extended : bool
        Whether the period was extended; both periods together run from receipt.
    holidays : collection of date
        Public holidays at the controller's seat.

    Examples
    --------
    >>> due_date(date(2027, 1, 31))  # 28 February is a Sunday
    datetime.date(2027, 3, 1)
    >>> due_date(date(2027, 1, 31), extended=True)
    datetime.date(2027, 4, 30)
    """
    day = add_months(received, MONTHS + (EXTENSION if extended else 0))
    while day.weekday() >= 5 or day in holidays:
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int) -> date:
    """Return the same date `months` later, or the last day of that month where the date does not exist."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_left(due: date, today: date) -> int:
    """Return the days until `due`; negative when it has passed."""
    return (due - today).days


def group(due: date, today: date) -> str:
    """Return where an open case stands in the list: ``past-due``, ``next-7-days`` or ``later``."""
    left = days_left(due, today)
    return "past-due" if left < 0 else "next-7-days" if left <= 7 else "later"
