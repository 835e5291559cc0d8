from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.requests.deadlines import add_months, days_left, due_date, group


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2027, 1, 19), date(2027, 2, 19)),
        (date(2027, 1, 29), date(2027, 3, 1)),  # no 29 February, and the 28th is a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),  # leap year
        (date(2026, 12, 31), date(2027, 2, 1)),  # 31 January is a Sunday
        (date(2027, 2, 28), date(2027, 3, 29)),  # the 28th is a Sunday: same date, not the month's end
        (date(2026, 10, 31), date(2026, 11, 30)),
        (date(2027, 4, 1), date(2027, 5, 3)),  # 1 May is a Saturday
    ],
)
def test_one_calendar_month(received: date, due: date) -> None:
    assert due_date(received) == due


def test_an_extension_runs_from_receipt() -> None:
    assert due_date(date(2027, 1, 31), extended=True) == date(2027, 4, 30)


def test_a_holiday_moves_the_end() -> None:
    assert due_date(date(2026, 11, 25), holidays={date(2026, 12, 25)}) == date(2026, 12, 28)


@settings(max_examples=50)
@given(st.dates(date(2018, 5, 25), date(2100, 1, 1)), st.booleans())
def test_the_end_is_a_working_day_near_the_same_date(received: date, extended: bool) -> None:
    due = due_date(received, extended)
    nominal = add_months(received, 3 if extended else 1)
    assert due.weekday() < 5 and 0 <= (due - nominal).days <= 2
    assert nominal.day == received.day or add_months(received, 4 if extended else 2).month != nominal.month


def test_groups() -> None:
    today = date(2027, 2, 18)
    assert [group(date(2027, 2, d), today) for d in (17, 18, 25, 26)] == ["past-due", "next-7-days", "next-7-days", "later"]
    assert days_left(date(2027, 2, 16), today) == -2
