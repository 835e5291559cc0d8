"""What each operator gives on the values where Python, pandas and SQL differ. Every engine is held to this table.

Per operator: (argument types, arguments, result). A result `ERROR` means that the script would raise.
"""

from datetime import date, datetime
from math import inf
from typing import Any

from lester_gui.ir.schema import Type

B, N, F, S, D, T, L = Type.BOOL, Type.INT, Type.FLOAT, Type.STR, Type.DATE, Type.TIMESTAMP, Type.DURATION
ERROR = object()
Case = tuple[tuple[Type, ...], tuple[Any, ...], Any]


def _cases(types: tuple[Type, ...], *rows: tuple[Any, ...]) -> list[Case]:
    return [(types, row[:-1], row[-1]) for row in rows]


def _comparison(prefix: str, sign: str) -> list[Case]:
    numbers = [(1, 2), (2, 2), (3, 2)]
    texts = [("a", "b"), ("b", "b"), ("", "b"), ("B", "a"), ("é", "z"), ("10", "9"), ("2026-01-01", "2025-12-31")]
    holds = {
        "eq": lambda a, b: a == b,
        "ne": lambda a, b: a != b,
        "lt": lambda a, b: a < b,
        "le": lambda a, b: a <= b,
        "gt": lambda a, b: a > b,
        "ge": lambda a, b: a >= b,
    }[sign]
    out = [((N, N), pair, holds(*pair)) for pair in numbers]
    out += [((N, F), (1, 1.5), holds(1, 1.5)), ((B, N), (True, 1), holds(1, 1)), ((F, F), (0.1, 0.1), holds(1, 1))]
    out += [
        ((F, F), (0.30000000000000004, 0.3), holds(2, 1)),
        ((F, F), (-0.0, 0.0), holds(0, 0)),
        ((F, F), (inf, 1e308), holds(2, 1)),
    ]
    out += [((S, S), pair, holds(*pair)) for pair in texts]
    out += [((D, D), (date(2026, 1, 2), date(2026, 1, 10)), holds(1, 2))]
    out += [((T, T), (datetime(2026, 1, 2, 3), datetime(2026, 1, 2, 4)), holds(1, 2))]
    if prefix == "pandas":
        missing = sign == "ne"
        out += [((F, F), (None, 1.0), missing), ((F, F), (1.0, None), missing), ((F, F), (None, None), missing)]
        out += [((S, S), (None, ""), missing), ((S, S), ("x", None), missing)]
    elif sign in ("eq", "ne"):
        same = sign == "eq"
        out += [((S, S), (None, None), same), ((S, S), (None, ""), not same), ((N, N), (0, None), not same)]
    return out


CASES: dict[str, list[Case]] = {
    "add": _cases((N, N), (1, 2, 3), (-5, 2, -3), (1, None, None))
    + _cases((F, F), (0.1, 0.2, 0.30000000000000004))
    + _cases((N, F), (1, 0.5, 1.5))
    + _cases((B, B), (True, True, 2))
    + _cases((F, F), (inf, -inf, None))
    + _cases((N, N), (2**62, 2**62, ERROR)),
    "sub": _cases((N, N), (1, 2, -1), (None, 2, None)) + _cases((F, F), (0.3, 0.1, 0.19999999999999998), (inf, inf, None)),
    "mul": _cases((N, N), (-3, 4, -12), (None, None, None))
    + _cases((F, F), (0.1, 3.0, 0.30000000000000004), (inf, 0.0, None))
    + _cases((B, F), (True, 2.5, 2.5)),
    "neg": _cases((N,), (5, -5), (0, 0), (None, None)) + _cases((F,), (1.5, -1.5)) + _cases((B,), (True, -1)),
    "abs": _cases((N,), (-5, 5), (None, None)) + _cases((F,), (-1.5, 1.5), (-inf, inf)),
    "float_div": _cases(
        (N, N), (7, 2, 3.5), (-7, 2, -3.5), (1, 0, inf), (-1, 0, -inf), (0, 0, None), (None, 0, None), (1, 3, 1 / 3)
    )
    + _cases((F, F), (1.0, -0.0, -inf), (0.0, -0.0, None), (inf, inf, None), (1.0, inf, 0.0)),
    "py_div": _cases((N, N), (7, 2, 3.5), (-7, 2, -3.5), (1, 0, ERROR), (0, 0, ERROR), (6, 3, 2.0))
    + _cases((F, F), (1.0, 0.0, ERROR)),
    "py_floordiv": _cases((N, N), (7, 2, 3), (-7, 2, -4), (7, -2, -4), (-7, -2, 3), (0, 5, 0), (-1, 10, -1), (1, 0, ERROR))
    + _cases((F, N), (7.5, 2, 3.0), (-7.5, 2, -4.0), (7.5, -2, -4.0), (1.0, 0, ERROR), (-0.5, 1, -1.0), (6.0, -3, -2.0))
    + _cases((F, F), (1.0, 0.1, 9.0), (-1.0, 0.1, -10.0), (0.3, 0.1, 2.0), (1e300, 1e-10, inf), (-5.0, inf, -1.0))
    + _cases((N, F), (7, 0.5, 14.0), (7, 0.0, ERROR)),
    "py_mod": _cases((N, N), (7, 3, 1), (-7, 3, 2), (7, -3, -2), (-7, -3, -1), (6, 3, 0), (1, 0, ERROR))
    + _cases((F, N), (7.25, 2, 1.25), (-7.25, 2, 0.75), (7.25, -2, -0.75), (-6.0, 3, 0.0), (1.0, 0, ERROR))
    + _cases((F, F), (1.0, 0.1, 0.09999999999999995), (-1e-20, 1.0, 1.0), (5.0, inf, 5.0), (-5.0, inf, inf)),
    "pandas_floordiv": _cases((N, N), (7, 2, 3), (-7, 2, -4), (7, -2, -4), (None, 2, None), (0, 5, 0), (1, 0, ERROR))
    + _cases((F, N), (7.5, 2, 3.0), (-7.5, 2, -4.0), (None, 2, None), (1.0, 0, ERROR), (6.0, -3, -2.0))
    + _cases((F, F), (1.0, 0.1, 9.0), (-1.0, 0.1, -10.0), (2.0, None, None)),
    "pandas_mod": _cases((N, N), (7, 3, 1), (-7, 3, 2), (7, -3, -2), (None, 3, None), (6, 3, 0), (1, 0, ERROR))
    + _cases((F, N), (7.25, 2, 1.25), (-7.25, 2, 0.75), (None, 2, None), (1.0, 0, ERROR)),
    "sqrt": _cases((F,), (2.0, 1.4142135623730951), (-1.0, None), (-0.0, -0.0), (None, None), (inf, inf))
    + _cases((N,), (9, 3.0)),
    "log": _cases((F,), (1.0, 0.0), (0.0, -inf), (-1.0, None), (None, None)) + _cases((N,), (2, 0.6931471805599453)),
    "sin": _cases((F,), (0.0, 0.0), (1.5, 0.9974949866040544), (inf, None), (None, None)),
    "cos": _cases((F,), (0.0, 1.0), (1.5, 0.0707372016677029), (-inf, None), (None, None)),
    "log1p": _cases((F,), (0.0, 0.0), (-1.0, -inf), (-2.0, None), (1e-10, 9.9999999995e-11), (None, None)),
    "exp": _cases((F,), (0.0, 1.0), (1000.0, inf), (-1000.0, 0.0), (None, None)) + _cases((N,), (1, 2.718281828459045)),
    "whole_number": _cases((N,), (1, 1), (-5, -5), (None, None)),
    "np_round": _cases((F, N), (0.5, 0, 0.0), (1.5, 0, 2.0), (2.675, 2, 2.68), (-1.25, 1, -1.2), (inf, 1, inf), (None, 1, None))
    + _cases((N, N), (7, 0, 7), (7, 2, 7)),
    "py_round": _cases(
        (F, N),
        (0.5, 0, 0.0),
        (1.5, 0, 2.0),
        (2.5, 0, 2.0),
        (-0.5, 0, -0.0),
        (2.675, 2, 2.67),
        (1.005, 2, 1.0),
        (0.125, 2, 0.12),
        (None, 0, None),
        (1234.5, -2, 1200.0),
    )
    + _cases((N, N), (15, -1, 20.0), (25, -1, 20.0), (7, 0, 7.0)),
    **{f"pandas_{s}": _comparison("pandas", s) for s in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{f"py_{s}": _comparison("py", s) for s in ("eq", "ne", "lt", "le", "gt", "ge")},
    "and": _cases((B, B), (True, True, True), (True, False, False), (False, False, False))
    + _cases((B, B, B), (True, True, False, False)),
    "or": _cases((B, B), (False, False, False), (True, False, True)) + _cases((B, B, B), (False, False, True, True)),
    "not": _cases((B,), (True, False), (False, True)),
    "is_in": _cases(
        (S, S, S),
        ("a", "a", "b", True),
        ("c", "a", "b", False),
        (None, "a", "b", False),
        ("", "", "b", True),
        ("A", "a", "b", False),
    )
    + _cases((N, N), (1, 1, True), (None, 1, False))
    + _cases((F, N), (1.0, 1, True)),
    "is_null": _cases((S,), (None, True), ("", False), ("None", False), ("nan", False))
    + _cases((F,), (None, True), (0.0, False)),
    "not_null": _cases((S,), (None, False), ("", True)) + _cases((N,), (0, True)),
    "coalesce": _cases((S, S), (None, "x", "x"), ("", "x", ""), (None, None, None))
    + _cases((N, F), (1, 2.5, 1.0), (None, 2.5, 2.5))
    + _cases((F, F, F), (None, None, 3.0, 3.0)),
    "if_else": _cases((B, S, S), (True, "a", "b", "a"), (False, "a", "b", "b"), (True, None, "b", None))
    + _cases((B, N, F), (True, 1, 2.5, 1.0)),
    "lower": _cases((S,), ("ÄB c", "äb c"), ("", ""), (None, None), ("ΑΣ", "ας"), ("İ", "i̇")),
    "upper": _cases((S,), ("äb c", "ÄB C"), ("straße", "STRASSE"), (None, None), ("ŉ", "ʼN")),
    "strip": _cases(
        (S,), ("  a b\t\n", "a b"), ("\u00a0\u2003a\u3000", "a"), ("\u200ba", "\u200ba"), ("\x1ca\x1f", "a"), (None, None)
    )
    + _cases((S, S), ("xxaxx", "x", "a"), ("abcab", "ba", "c"), (" a ", "x", " a "), ("a]b^-", "]^-", "a]b"), ("aba", "", "aba")),
    "lstrip": _cases((S,), ("  a ", "a "), ("\u2003a", "a"), (None, None)) + _cases((S, S), ("xxax", "x", "ax")),
    "rstrip": _cases((S,), ("  a \n", "  a"), ("a\u3000", "a"), (None, None)) + _cases((S, S), ("a\n\n", "\n", "a")),
    "str_len": _cases((S,), ("", 0), ("abc", 3), ("é", 1), ("e\u0301", 2), ("👩‍👩‍👧", 5), (None, None)),
    "word_count": _cases((S,), ("", 0), ("   ", 0), (" a  b\tc\n", 3), ("a\u00a0b", 2), ("a\u200bb", 1), (None, None)),
    "contains": _cases(
        (S, S),
        ("abc", "b", True),
        ("abc", "", True),
        ("", "", True),
        ("a.c", "b", False),
        ("a%c", "%", True),
        ("abc", "B", False),
        (None, "a", None),
    ),
    "startswith": _cases(
        (S, S), ("abc", "ab", True), ("abc", "b", False), ("abc", "", True), ("a_c", "ab", False), (None, "a", None)
    ),
    "endswith": _cases((S, S), ("abc", "bc", True), ("abc", "b", False), ("abc", "", True), (None, "a", None)),
    "replace": _cases(
        (S, S, S),
        ("aaa", "aa", "b", "ba"),
        ("a.b", ".", "", "ab"),
        ("ab", "", "-", "-a-b-"),
        ("abc", "x", "y", "abc"),
        (None, "a", "b", None),
    ),
    "concat_text": _cases((S, S), ("a", "b", "ab"), ("", "", ""), ("a", None, None)) + _cases((S, S, S), ("a", " ", "b", "a b")),
    "slice_text": _cases(
        (S, N, N), ("abcdef", 1, 3, "bc"), ("abc", 0, 10, "abc"), ("abc", 2, 1, ""), ("äöü", 1, 2, "ö"), (None, 0, 1, None)
    )
    + _cases(
        (S, N, N),
        ("abcdef", 0, -1, "abcde"),
        ("abcdef", 1, -1, "bcde"),
        ("abcdef", -2, 99, "ef"),
        ("a", -3, -1, ""),
        ("a", -3, 9, "a"),
        ("", 0, -1, ""),
        ("äöü", -2, -1, "ö"),
        ("ab", 1, -1, ""),
        (None, -1, 9, None),
    ),
    "letter": _cases(
        (S, N), ("abc", 0, "a"), ("abc", -1, "c"), ("äöü", 1, "ö"), ("abc", 3, ERROR), ("", 0, ERROR), ("ab", -3, ERROR)
    ),
    "split_item": _cases(
        (S, S, N), ("a@b", "@", 1, "b"), ("a", "@", 0, "a"), ("a,,b", ",", 1, ""), ("a", "@", 1, ERROR), ("a.b.c", ".", 2, "c")
    ),
    "word_item": _cases(
        (S, N), (" a  b\tc\n", 1, "b"), ("a b", -1, "b"), ("a\xa0b", 1, "b"), ("a", 1, ERROR), ("", 0, ERROR), ("a b", -3, ERROR)
    ),
    "py_split": _cases(
        (S, S),
        ("a,b", ",", ["a", "b"]),
        ("", ",", [""]),
        (",a,,", ",", ["", "a", "", ""]),
        ("a||b", "||", ["a", "b"]),
        (None, ",", None),
        ("a", "", ERROR),
    ),
    "py_split_words": _cases((S,), (" a  b\tc\n", ["a", "b", "c"]), ("", []), ("  ", []), ("a\xa0ß", ["a", "ß"]), (None, None)),
    "split_get": _cases((S, N, S), ("a@b", 1, "@", "b"), ("a", 1, "@", None), ("a,b,", -1, ",", ""), ("a", -2, ",", None))
    + _cases((S, N, S), ("a / b", 1, " / ", "b"), ("", 0, "@", ""), (None, 0, "@", None))
    + _cases((S, N), (" a  b\tc", 1, "b"), (" a  b\tc", -1, "c"), ("  ", 0, None), (None, 0, None)),
    "regex_search": _cases(
        (S, S),
        ("abc", "b|x", True),
        ("abc", "^b", False),
        ("a1", r"\d$", True),
        ("a1\n", r"\d$", True),
        ("ABC", "(?i)b", True),
        ("٣", r"\d", True),
        ("Anna", r"(?<=A)n", True),
        ("", "", True),
        (None, "a", None),
    ),
    "regex_replace": _cases(
        (S, S, S), ("a1b22", r"\d+", "#", "a#b#"), ("ab-cd", r"(\w+)-(\w+)", r"\2-\1", "cd-ab"), (None, "a", "b", None)
    ),
    "regex_count": _cases((S, S), ("a1b22", r"\d", 3), ("abc", "x", 0), ("aXa", "(?i)x|a", 3), (None, "a", None)),
    "regex_get": _cases(
        (S, S, N),
        ("id-0042", r"(\d+)", 1, "0042"),
        ("none", r"(\d+)", 1, None),
        ("ab", r"(a)|(b)", 2, None),
        ("x: 7 y", r"(\w): (\d)", 2, "7"),
        (None, "(a)", 1, None),
    ),
    "to_number": _cases(
        (S,),
        ("7", 7.0),
        (" -7.5 ", -7.5),
        ("+.5", 0.5),
        ("1e3", 1000.0),
        ("5.", 5.0),
        ("-inf", -inf),
        ("", None),
        ("n/a", None),
        ("1,5", None),
        ("1_0", None),
        ("0x10", None),
        ("٣", None),
        ("e5", None),
        (None, None),
    ),
    "count_text": _cases((S, S), ("aaaa", "aa", 2), ("abc", "x", 0), ("a.b.", ".", 2), ("abc", "", 4), (None, "a", None)),
    "py_int": _cases(
        (S,),
        ("7", 7),
        (" -7\n", -7),
        ("+7", 7),
        ("007", 7),
        ("1_000", 1000),
        ("7.0", ERROR),
        ("", ERROR),
        ("٣", 3),
        ("0x10", ERROR),
    ),
    "float_or_nan": _cases(
        (S,), ("1.5", 1.5), ("nan", None), (" -NaN ", None), ("inf", float("inf")), ("1,5", ERROR), ("", ERROR)
    ),
    "py_float": _cases(
        (S,),
        ("7", 7.0),
        (" 1e3 ", 1000.0),
        (".5", 0.5),
        ("inf", inf),
        ("-Infinity", -inf),
        ("nan", ERROR),
        ("", ERROR),
        ("1,5", ERROR),
        ("1_0.5", 10.5),
    ),
    "py_str": _cases((N,), (7, "7"), (-7, "-7"), (None, "None"))
    + _cases((B,), (True, "True"), (False, "False"))
    + _cases(
        (F,),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (1e15, "1000000000000000.0"),
        (1e-5, "1e-05"),
        (0.0001, "0.0001"),
        (inf, "inf"),
        (-0.0, "-0.0"),
        (1.5e300, "1.5e+300"),
        (123456.789, "123456.789"),
    )
    + _cases((S,), ("x", "x"), ("", ""), (None, "None")),
    "to_float": _cases((N,), (3, 3.0), (None, None)) + _cases((B,), (True, 1.0)) + _cases((F,), (2.5, 2.5)),
    "to_int": _cases((F,), (2.9, 2), (-2.9, -2), (-0.5, 0), (1e10, 10**10), (inf, ERROR))
    + _cases((B,), (True, 1))
    + _cases((N,), (5, 5)),
    "parse_date": _cases(
        (S, S),
        ("2026-01-31", "%Y-%m-%d", date(2026, 1, 31)),
        ("31.1.2026", "%d.%m.%Y", date(2026, 1, 31)),
        ("2026-02-30", "%Y-%m-%d", ERROR),
        ("2026-01-31x", "%Y-%m-%d", ERROR),
        ("", "%Y-%m-%d", ERROR),
    ),
    "make_date": _cases(
        (N, N, N),
        (2026, 1, 31, date(2026, 1, 31)),
        (1, 1, 1, date(1, 1, 1)),
        (2026, 2, 29, ERROR),
        (0, 1, 1, ERROR),
        (2026, -1, 1, ERROR),
        (10**12, 1, 1, ERROR),
    ),
    "one_hot_at": _cases(
        (N, N),
        (0, 1, [1.0]),
        (2, 4, [0.0, 0.0, 1.0, 0.0]),
        (4, 4, [0.0, 0.0, 0.0, 0.0]),
        (-1, 2, [0.0, 0.0]),
        (0, 0, []),
    ),
    "parses_int": _cases(
        (S,), ("7", True), (" -7\n", True), ("7.0", False), ("", False), ("1_000", True), ("٣", True), ("x", False)
    ),
    "parses_float": _cases((S,), ("7", True), ("nan", True), ("inf", True), ("1,5", False), ("", False), ("?", False)),
    "parses_date": _cases(
        (S, S),
        ("2026-01-31", "%Y-%m-%d", True),
        ("2026-02-30", "%Y-%m-%d", False),
        ("", "%Y-%m-%d", False),
        ("31.1.2026", "%d.%m.%Y", True),
    ),
    "parse_time": _cases(
        (S, S),
        ("2026-01-31", "ISO8601", datetime(2026, 1, 31)),
        ("2026-01-31 05:06", "ISO8601", datetime(2026, 1, 31, 5, 6)),
        ("2026-01-31T05:06:07.25", "ISO8601", datetime(2026, 1, 31, 5, 6, 7, 250000)),
        ("2026-01-31T05:06:07Z", "ISO8601", datetime(2026, 1, 31, 5, 6, 7)),
        ("2026-01-31 05:06:07.5+00:00", "ISO8601", datetime(2026, 1, 31, 5, 6, 7, 500000)),
        ("2026-01-31T05:06:07+02:00", "ISO8601", ERROR),
        ("31/01/2026", "%d/%m/%Y", datetime(2026, 1, 31)),
        ("1/2/2026", "%d/%m/%Y", datetime(2026, 2, 1)),
        ("31.01.2026 5:06", "%d.%m.%Y %H:%M", datetime(2026, 1, 31, 5, 6)),
        ("1/02/2026", "dayfirst", datetime(2026, 2, 1)),
        ("31.12.2026", "dayfirst", datetime(2026, 12, 31)),
        ("2026-12-31", "dayfirst", ERROR),
        ("1/2.2026", "dayfirst", ERROR),
        ("31/01/2026", "ISO8601", ERROR),
        ("2026-02-30", "ISO8601", ERROR),
        ("", "ISO8601", ERROR),
        (None, "ISO8601", None),
    ),
    "try_time": _cases(
        (S, S),
        ("2026-01-31", "ISO8601", datetime(2026, 1, 31)),
        ("soon", "ISO8601", None),
        ("2026-01-31T05:06:07Z", "ISO8601", datetime(2026, 1, 31, 5, 6, 7)),
        ("2026-01-31T05:06:07+02:00", "ISO8601", ERROR),
        ("2026-01-31 05:06:07-0330", "ISO8601", ERROR),
        ("2026-02-30", "%Y-%m-%d", None),
        (None, "%Y", None),
        ("soon", "mixed", None),
        ("", "mixed", None),
        ("03/04/2026", "mixed", datetime(2026, 3, 4)),
        ("03/04/2026", "mixed_dayfirst", datetime(2026, 4, 3)),
        ("31.12.2026", "mixed", datetime(2026, 12, 31)),
        ("2026-03-04", "mixed_dayfirst", datetime(2026, 4, 3)),
        ("4 Mar 2026 5:06", "mixed", datetime(2026, 3, 4, 5, 6)),
        ("3/4/26", "mixed", datetime(2026, 3, 4)),
        ("2026-01-31T05:06:07Z", "mixed", datetime(2026, 1, 31, 5, 6, 7)),
        ("2026-01-31T05:06:07+02:00", "mixed", ERROR),
        ("today", "mixed", ERROR),
        ("-2", "ISO8601", ERROR),
        ("2026-1-5", "ISO8601", datetime(2026, 1, 5)),
        ("10:30", "mixed", ERROR),
    ),
    "time_format": _cases(
        (S, B),
        ("2026-01-31", False, "%Y-%m-%d"),
        ("01/02/2026", False, "%m/%d/%Y"),
        ("01/02/2026", True, "%d/%m/%Y"),
        ("31.12.2026 05:06", False, "%d.%m.%Y %H:%M"),
        ("31.12.2026 5:06", True, "%d.%m.%Y %H:%M"),
        ("soon", False, None),
        ("", True, None),
        (None, False, None),
    ),
    "date_text": _cases((D, S), (date(2026, 1, 31), "%d.%m.%Y", "31.01.2026"), (None, "%Y", None))
    + _cases((T, S), (datetime(2026, 1, 31, 5, 6), "%H:%M", "05:06")),
    "year": _cases((D,), (date(2026, 1, 31), 2026), (None, None)) + _cases((T,), (datetime(1999, 12, 31, 23, 59), 1999)),
    "month": _cases((D,), (date(2026, 12, 31), 12), (None, None)),
    "day": _cases((D,), (date(2026, 12, 31), 31), (None, None)),
    "weekday": _cases((D,), (date(2026, 1, 5), 0), (date(2026, 1, 4), 6), (None, None)),
    "hour": _cases((T,), (datetime(2026, 1, 31, 5, 6, 7), 5), (None, None)) + _cases((D,), (date(2026, 1, 31), 0)),
    "minute": _cases((T,), (datetime(2026, 1, 31, 5, 6, 7), 6)) + _cases((D,), (date(2026, 1, 31), 0)),
    "second": _cases((T,), (datetime(2026, 1, 31, 5, 6, 7), 7), (datetime(2026, 1, 31, 5, 6, 7, 900000), 7), (None, None)),
    "quarter": _cases((T,), (datetime(2026, 3, 31), 1), (datetime(2026, 4, 1), 2), (None, None))
    + _cases((D,), (date(2026, 12, 1), 4)),
    "day_of_year": _cases((D,), (date(2024, 12, 31), 366), (date(2026, 1, 1), 1)) + _cases((T,), (datetime(2026, 2, 1, 23), 32)),
    "iso_week": _cases((D,), (date(2027, 1, 1), 53), (date(2026, 1, 1), 1)) + _cases((T,), (datetime(2026, 1, 5, 1), 2)),
    "days_in_month": _cases((D,), (date(2024, 2, 1), 29)) + _cases((T,), (datetime(2026, 2, 28, 23), 28), (None, None)),
    "midnight": _cases((T,), (datetime(2026, 1, 31, 5), datetime(2026, 1, 31)), (None, None))
    + _cases((D,), (date(2026, 1, 31), datetime(2026, 1, 31))),
    "to_date": _cases((T,), (datetime(2026, 1, 31, 5), date(2026, 1, 31)), (None, None))
    + _cases((D,), (date(2026, 1, 1), date(2026, 1, 1))),
    "time_between": _cases(
        (T, T),
        (datetime(2026, 1, 2), datetime(2026, 1, 1), 86_400_000_000),
        (datetime(2026, 1, 1), datetime(2026, 1, 1, 1), -3_600_000_000),
    )
    + _cases((T, D), (datetime(2026, 1, 1, 0, 0, 1), date(2026, 1, 1), 1_000_000), (None, date(2026, 1, 1), None)),
    "add_time": _cases((T, L), (datetime(2026, 1, 1), 86_400_000_001, datetime(2026, 1, 2, 0, 0, 0, 1)), (None, 1, None))
    + _cases((D, L), (date(2026, 1, 1), -1_000_000, datetime(2025, 12, 31, 23, 59, 59))),
    "days_in": _cases((L,), (86_400_000_000, 1), (86_399_999_999, 0), (-1, -1), (0, 0), (None, None)),
    "seconds_part": _cases((L,), (86_400_000_000, 0), (86_399_999_999, 86399), (-1, 86399), (1_999_999, 1), (None, None)),
    "seconds_in": _cases((L,), (1_500_000, 1.5), (-250_000, -0.25), (None, None)),
    "time_ratio": _cases((L, L), (3, 2, 1.5), (-1, 4, -0.25), (1, 0, inf), (0, 0, None), (None, 1, None)),
    "present": _cases((N,), (1, 1), (None, ERROR)) + _cases((S,), ("", ""), (None, ERROR)) + _cases((F,), (1.5, 1.5)),
    "neg_time": _cases((L,), (5, -5), (None, None)),
    "duration_of": _cases((N, N), (2, 3_600_000_000, 7_200_000_000), (-1, 1000, -1000), (None, 1, None)),
    "days_between": _cases(
        (D, D), (date(2026, 3, 1), date(2026, 2, 1), 28), (date(2026, 1, 1), date(2026, 1, 2), -1), (None, date(2026, 1, 1), None)
    )
    + _cases(
        (T, T), (datetime(2026, 1, 2, 1), datetime(2026, 1, 1, 23), 0), (datetime(2026, 1, 1, 23), datetime(2026, 1, 2, 1), -1)
    ),
}
