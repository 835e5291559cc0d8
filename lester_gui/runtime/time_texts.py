"""Dates and times written as text, read as pandas reads them: by pandas itself, for a whole column at once.

A format is one of ``strptime``; ``ISO8601``; ``mixed`` or ``mixed_dayfirst``, where each text is understood by itself; or
``dayfirst`` (1/2/2026, 01.02.2026 and nothing else).
"""

from __future__ import annotations

import re
import warnings
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.tseries.api import guess_datetime_format

from lester_gui.runtime.data_errors import DataError

MIXED: Final = {"mixed": False, "mixed_dayfirst": True}
_OF_THE_DAY: Final = r"(?i)^\s*(now|today)\s*$"
_TIME_ONLY: Final = r"^\s*\d{1,2}(:\d|\s*[apAP]\.?[mM])"
_DAY_FIRST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_UTC: Final = r"(Z|[-+]00:?(00)?)$"


@lru_cache(4096)
def guessed(text: str, dayfirst: bool) -> str | None:
    """Return the format that pandas takes a text to be in, the first one of a column; None where it takes each by itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: str | None = guess_datetime_format(text, dayfirst=dayfirst)
    return found


def parsed(texts: Any, forms: Any, strict: bool) -> pa.Array:
    """Return texts as points in time: missing where a text or format is, and where a text is no time unless `strict`.

    Raises
    ------
    DataError
        If a text is no time and `strict`, is said to be in another zone than UTC, hangs on the day on which it is read, or lies
        outside of the years 1 to 9999.
    """
    texts, forms = _whole(texts), _whole(forms)
    out = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    for form in pc.unique(forms).to_pylist():
        if form is None:
            continue
        rows = np.flatnonzero(pc.and_(pc.equal(forms, form), pc.is_valid(texts)).fill_null(False).to_numpy(zero_copy_only=False))
        out[rows] = _of_one_form(texts.take(pa.array(rows)), form)
        if strict and np.isnat(out[rows]).any():
            raise DataError("a date or time does not have the script's format")
    return pa.array(out, pa.timestamp("us"))


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _of_one_form(texts: pa.Array, form: str) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    if form == "dayfirst":
        return np.array([_day_first(t) for t in texts.to_pylist()], dtype="datetime64[us]")
    by_itself = form in MIXED
    hangs = pc.match_substring_regex(texts, f"{_OF_THE_DAY}|{_TIME_ONLY}" if by_itself else _OF_THE_DAY)
    if pc.any(hangs).as_py():
        raise DataError("a date or time hangs on the day on which it is read")
    options = {"format": "mixed", "dayfirst": MIXED[form]} if by_itself else {"format": form}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pd.to_datetime(pd.Series(texts.to_pylist(), dtype=object), errors="coerce", **options)
    except ValueError:
        raise DataError("times of several zones stand in one column") from None
    if isinstance(found.dtype, pd.DatetimeTZDtype):
        found = _in_utc(found, texts)
    elif found.dtype.kind != "M":
        raise DataError("times of several zones stand in one column")
    years = found.dt.year
    if ((years < 1) | (years > 9999)).any():  # "-2" is a date to pandas
        raise DataError("a date lies outside of the years 1 to 9999")
    values: np.ndarray[Any, np.dtype[np.datetime64]] = found.to_numpy()
    rounded = values.astype("datetime64[us]")
    if ((rounded != values) & ~np.isnat(values)).any():
        raise DataError("a time is told more precisely than by microseconds")
    return rounded


def _in_utc(found: pd.Series, texts: pa.Array) -> pd.Series:
    """Times that are all said to be in UTC, as the time there."""
    there = found.notna().to_numpy()
    if not pc.all(pc.or_(pc.match_substring_regex(texts, _UTC), pa.array(~there))).as_py():
        raise DataError("a time is said to be in another zone than UTC")
    return found.dt.tz_convert("UTC").dt.tz_localize(None)


def _day_first(text: str) -> datetime | None:
    found = _DAY_FIRST.fullmatch(text)
    try:
        return None if found is None else datetime(int(found[4]), int(found[3]), int(found[1]))
    except ValueError:
        return None
