from datetime import datetime

import pytest
from PySide6.QtCore import QCoreApplication

from lester_gui.ui import words


def say(text, n):
    return QCoreApplication.translate("x", text, None, n)


def test_plurals_and_separators(lester_app):
    assert say("%Ln rows", 1) == "1 row"
    assert say("%Ln rows", 0) == "0 rows"
    assert say("%Ln rows", 31480) == "31,480 rows"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.01, "< 0.1 s"), (0.4, "0.4 s"), (12.2, "12 s"), (700, "11 min 40 s"), (120, "2 min"), (7500, "2 h 5 min")],
)
def test_seconds(value, shown):
    assert words.seconds(value) == shown


def test_numbers():
    assert words.number(1204338) == "1,204,338"
    assert words.number(None) == "–"
    assert words.number(-0.5, 2) == "−0.50"
    assert words.signed(0.0021) == "+0.0021"
    assert words.signed(-0.0002) == "−0.0002"
    assert words.signed(0.0) == "0.0000"
    assert words.signed(1e-9) == "+1.0e−09"
    assert words.big(1_290_000) == ("1.29", "million")


def test_times():
    now = datetime(2027, 2, 18, 12, 0)
    assert words.when("2027-02-18T08:15:00", now) == "today, 08:15"
    assert words.when("2027-02-17T08:15:00", now) == "yesterday"
    assert words.when("2027-02-09T08:15:00", now) == "9 February"
    assert words.when("2026-02-09T08:15:00", now) == "9 February 2026"
    assert words.when(None, now) == "never"
    assert words.day("2027-02-19") == "19 February 2027"
    assert words.day_heading("2027-02-18T08:15:00", now) == "Today, 18 February 2027"


def test_lists():
    assert words.ranges([611]) == "row 611"
    assert words.ranges([3, 9, 12]) == "rows 3, 9 and 12"
    assert words.ranges([18204, 1, 2, 3]) == "rows 18,204 and 3 more"
    assert words.listed(list("abcdef"), 4) == "a, b, c, d and 2 more"
