"""Expressions over the columns of one row: columns, literals, operators and calls of user functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lester_gui.ir.operators import OPERATORS, Typed
from lester_gui.ir.schema import PlanError, Schema, Type

Scalar = bool | int | float | str
_NATURAL: dict[type, Type] = {bool: Type.BOOL, int: Type.INT, float: Type.FLOAT, str: Type.STR}
_WRITTEN_AS = {
    Type.FLOAT: (Type.FLOAT, Type.INT),
    Type.DATE: (Type.STR,),
    Type.TIMESTAMP: (Type.STR,),
    Type.DURATION: (Type.INT,),
    Type.FLOATS: (),
    Type.STRS: (),
}


@dataclass(frozen=True, slots=True)
class Expr:
    """Base of all expressions."""


@dataclass(frozen=True, slots=True)
class Column(Expr):
    """The value of a column of the parent."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal(Expr):
    """A constant from the script's text. Never a value that was read from data.

    `value` None stands for a missing value and needs `type`. Dates and times are ISO texts with their `type`, durations whole
    microseconds.
    """

    value: Scalar | None
    type: Type | None = None

    def __post_init__(self) -> None:
        if self.type is None:
            if self.value is None:
                raise PlanError("A missing literal needs a type")
            object.__setattr__(self, "type", _NATURAL[type(self.value)])
        elif self.value is not None and _NATURAL[type(self.value)] not in _WRITTEN_AS.get(self.type, (self.type,)):
            raise PlanError(f"A {self.type} cannot be written as a {_NATURAL[type(self.value)]}")

    def __eq__(self, other: object) -> bool:  # 1, 1.0 and True are different literals
        return isinstance(other, Literal) and self.type is other.type and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash((self.type, repr(self.value)))


@dataclass(frozen=True, slots=True)
class Apply(Expr):
    """An operator of `OPERATORS` applied to arguments."""

    operator: str
    arguments: tuple[Expr, ...]

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise PlanError(f"There is no operator {self.operator!r}")
        if self.operator.startswith("regex_"):
            _require_pattern(self.operator, [a.value if isinstance(a, Literal) else None for a in self.arguments])


def _require_pattern(operator: str, values: Sequence[Scalar | None]) -> None:
    """Refuse a literal pattern, replacement or group that Python's `re` refuses too."""
    pattern, third = (*values, None, None, None)[1:3]
    if not isinstance(pattern, str):
        return
    try:
        read = re.compile(pattern)
        if operator == "regex_replace" and isinstance(third, str):
            read.sub(third, "")
    except (re.error, IndexError):  # an unknown group in a replacement is an IndexError
        raise PlanError(f"{operator} has a pattern that Python does not read") from None
    if operator == "regex_get" and isinstance(third, int) and not 0 <= third <= read.groups:
        raise PlanError(f"{operator} takes group {third} of a pattern with {read.groups}")


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A user function, by name, on argument expressions. Its source is carried by the plan and runs in the worker."""

    function: str
    arguments: tuple[Expr, ...]
    type: Type
    nullable: bool = False


def col(name: str) -> Column:
    """Short for ``Column(name)``."""
    return Column(name)


def lit(value: Scalar) -> Literal:
    """Short for ``Literal(value)``."""
    return Literal(value)


def op(operator: str, *arguments: Expr) -> Apply:
    """Short for ``Apply(operator, arguments)``."""
    return Apply(operator, arguments)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield `expr` and all sub-expressions, outermost first, without recursion."""
    stack = [expr]
    while stack:
        e = stack.pop()
        yield e
        if isinstance(e, Apply | Call):
            stack.extend(reversed(e.arguments))


def columns_of(expr: Expr) -> tuple[str, ...]:
    """Return the names of the columns that `expr` reads, each once, in order of first use."""
    return tuple(dict.fromkeys(e.name for e in walk(expr) if isinstance(e, Column)))


def functions_of(expr: Expr) -> tuple[str, ...]:
    """Return the names of the user functions that `expr` calls."""
    return tuple(dict.fromkeys(e.function for e in walk(expr) if isinstance(e, Call)))


def type_of(expr: Expr, schema: Schema, line: int | None = None) -> Typed:
    """Return type and nullability of `expr` over `schema`.

    Raises
    ------
    PlanError
        If a column is unknown or a type does not fit; it names the script's `line`.
    """
    if isinstance(expr, Column):
        field = schema.field(expr.name, line)
        return field.type, field.nullable
    if isinstance(expr, Literal):
        assert expr.type is not None
        return expr.type, expr.value is None
    if isinstance(expr, Apply):
        return OPERATORS[expr.operator].type_of(tuple(type_of(a, schema, line) for a in expr.arguments), line)
    if isinstance(expr, Call):
        for a in expr.arguments:
            type_of(a, schema, line)
        return expr.type, expr.nullable
    raise TypeError(f"not an expression: {type(expr).__name__}")


def substitute(expr: Expr, replace: Callable[[Expr], Expr | None]) -> Expr:
    """Return `expr` with every sub-expression for which `replace` gives one exchanged, outermost first."""
    new = replace(expr)
    if new is not None:
        return new
    if isinstance(expr, Apply):
        return Apply(expr.operator, tuple(substitute(a, replace) for a in expr.arguments))
    if isinstance(expr, Call):
        return Call(expr.function, tuple(substitute(a, replace) for a in expr.arguments), expr.type, expr.nullable)
    return expr
