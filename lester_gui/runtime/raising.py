"""Which expressions can stop a query, so that they must not be computed for rows that the script passes over."""

from __future__ import annotations

from typing import Final

from lester_gui.ir.expressions import Apply, Expr, walk

RAISING: Final = frozenset(
    {
        "py_div",
        "py_floordiv",
        "py_mod",
        "pandas_floordiv",
        "pandas_mod",
        "split_item",
        "word_item",
        "letter",
        "py_split",
        "py_int",
        "py_float",
        "float_or_nan",
        "parse_date",
        "make_date",
        "parse_time",
        "try_time",
        "present",
        "duration_of",
        "to_int",
        "add",
        "sub",
        "mul",
        "neg",
        "abs",
    }
)
"""Operators that can stop a query: by Python's rules, or because a whole number leaves 64 bits."""


def can_raise(expr: Expr) -> bool:
    """Whether evaluating `expr` can stop with an error."""
    return any(isinstance(e, Apply) and e.operator in RAISING for e in walk(expr))
