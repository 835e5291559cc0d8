"""Expressions that are wrong in one place: another operator, constant, column or argument. The plan says whether they fit."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, walk
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import PlanError, Schema, Type

T = TypeVar("T")
Variant = tuple[str, Expr]  # family, the wrong expression

_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_FAMILIES = (
    ("add", "sub", "mul", "float_div", "py_div"),
    ("py_floordiv", "py_mod", "pandas_floordiv", "pandas_mod", "mul"),
    ("lower", "upper"),
    ("strip", "lstrip", "rstrip"),
    ("str_len", "word_count"),
    ("contains", "startswith", "endswith"),
    ("log", "log1p", "sqrt"),
    ("year", "month", "day", "weekday"),
    ("is_null", "not_null"),
    ("and", "or"),
    ("sub", "days_between"),
)


def variants(expr: Expr, schema: Schema) -> Iterator[Variant]:
    """Yield `expr` with one place changed, for every place."""
    for part in dict.fromkeys(walk(expr)):
        for family, other in _part(part, schema):
            yield from ((family, changed) for changed in made(_exchanged, expr, part, other))


def made(build: Callable[..., T], *arguments: Any, **named: Any) -> list[T]:
    """Return what is built, or nothing where the plan language refuses it: that is no plan at all."""
    try:
        return [build(*arguments, **named)]
    except PlanError:
        return []


def _exchanged(expr: Expr, part: Expr, other: Expr) -> Expr:
    """Exchange the first occurrence of a part."""
    done = False

    def go(e: Expr) -> Expr:
        nonlocal done
        if not done and e == part:
            done = True
            return other
        if isinstance(e, Apply):
            return Apply(e.operator, tuple(go(a) for a in e.arguments))
        if isinstance(e, Call):
            return Call(e.function, tuple(go(a) for a in e.arguments), e.type, e.nullable)
        return e

    return go(expr)


def _part(e: Expr, schema: Schema) -> Iterator[Variant]:
    if isinstance(e, Column) and e.name in schema:
        kind = schema.field(e.name).type
        for f in schema:
            if f.name != e.name and f.type is kind:
                yield "column of the same type", Column(f.name)
    elif isinstance(e, Literal):
        yield from (("constant", lit) for lit in _constants(e))
    elif isinstance(e, Apply):
        yield from _operator(e)
    elif isinstance(e, Call) and len(e.arguments) > 1:
        yield "arguments exchanged", Call(e.function, e.arguments[::-1], e.type, e.nullable)


def _constants(e: Literal) -> Iterator[Expr]:
    value = e.value
    if isinstance(value, bool):
        yield Literal(not value)
    elif isinstance(value, int):
        yield from (Literal(value + d, e.type) for d in (1, -1))
    elif isinstance(value, float):
        step = 10.0 ** -len(repr(value).partition(".")[2]) if "e" not in repr(value) else value / 100
        yield from (Literal(v, e.type) for v in (value + step, value - step, -value))
    elif isinstance(value, str) and e.type in (Type.DATE, Type.TIMESTAMP):
        moment = datetime.datetime.fromisoformat(value)
        for days in (1, -1):
            moved = moment + datetime.timedelta(days)
            yield Literal(moved.date().isoformat() if e.type is Type.DATE else moved.isoformat(), e.type)
    elif isinstance(value, str):
        yield from (Literal(v) for v in dict.fromkeys((value.swapcase(), value + " ", value[:-1], _next(value))) if v != value)


def _next(text: str) -> str:
    """The text that comes after: the last letter or digit one higher, as a boundary that is one off."""
    return text[:-1] + chr(ord(text[-1]) + 1) if text and text[-1].isascii() else text + "a"


def _operator(e: Apply) -> Iterator[Variant]:
    name, arguments = e.operator, e.arguments
    for other in _others(name):
        yield "operator", Apply(other, arguments)
    first = arguments[0]
    if len(arguments) > 1 and arguments[0] != arguments[-1]:
        yield "arguments exchanged", Apply(name, arguments[::-1])
    if OPERATORS[name].variadic or name in ("and", "or", "coalesce", "is_in", "concat_text"):
        for i in range(1 if name == "is_in" else 0, len(arguments)):
            rest = arguments[:i] + arguments[i + 1 :]
            if len(rest) > 1:
                yield "argument dropped", Apply(name, rest)
            elif rest and name != "is_in":
                yield "argument dropped", rest[0]
    if name == "if_else":
        yield "branches exchanged", Apply(name, (first, arguments[2], arguments[1]))
        yield "branch always taken", arguments[1]
        yield "branch always taken", arguments[2]
    elif name in ("strip", "lstrip", "rstrip") and len(arguments) == 2:
        yield "argument dropped", Apply(name, (first,))
        yield "operator dropped", first
    else:
        yield "operator dropped", first


def _others(name: str) -> Iterator[str]:
    prefix, _, kind = name.partition("_")
    if prefix in ("pandas", "py") and kind in _COMPARISONS:
        yield from (f"{prefix}_{k}" for k in _COMPARISONS if k != kind)
        yield f"{'py' if prefix == 'pandas' else 'pandas'}_{kind}"
    for family in _FAMILIES:
        if name in family:
            yield from (o for o in family if o != name)
