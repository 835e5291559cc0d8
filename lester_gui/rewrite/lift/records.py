"""What the interpreter keeps: questions to the caller, states, findings, activations, snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Apply, Call, Column, Expr, columns_of
from lester_gui.ir.nodes import Node, Options, Reader
from lester_gui.ir.schema import Schema
from lester_gui.rewrite.lift.domain import (
    Cell,
    Part,
    Value,
)
from lester_gui.rewrite.lift.stop import Reason, Stopped


@dataclass(frozen=True, slots=True)
class Asked:
    """A file as a script reads it: what `observe` is asked about."""

    path: str
    reader: Reader
    options: Options = ()
    names: tuple[str, ...] = ()


Observe = Callable[[Asked], Schema]


@dataclass(frozen=True, slots=True)
class State:
    """A value that all rows share: a total over the rows of `node`. A `strict` one misses where one of its values does."""

    node: Node
    cell: Cell
    function: str
    part: Part | None
    lines: tuple[int, ...]
    share: float | None = None  # of a quantile
    place: tuple[float, int, int, int] | None = None  # of an element, as `features.group_statistic` reads it
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Something the reader should know about the script, before it is worded."""

    kind: str
    line: int
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a ``return`` gave under a condition; `heap` are all objects as they were then."""

    guard: Expr
    value: Value
    heap: dict[int, Value]


@dataclass(slots=True)
class Activation:
    """One call of a function of the script: its names, where its free names are looked up, and what it returned so far."""

    names: dict[str, Value]
    module: str
    depth: int = 0  # loops around the call
    returns: list[Returned] = field(default_factory=list)
    closure: tuple[dict[str, Value], ...] = ()
    inside: frozenset[tuple[int, str]] = frozenset()  # names of comprehensions that it sees


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a failed attempt may have changed."""

    names: list[dict[str, Value]]
    returns: list[list[Returned]]
    heap: dict[int, Value]
    live: Expr
    loops: list[Any]
    depth: int
    files: dict[str, Any]
    lengths: tuple[int, int, int]  # of fits, findings and written files


SHORT = {
    "py_str": "",
    "str_len": "length",
    "lstrip": "",
    "rstrip": "",
    "word_count": "words",
    "lower": "",
    "strip": "",
    "py_int": "",
    "py_float": "",
    "float_or_nan": "",
    "to_float": "",
    "to_int": "",
    "coalesce": "",
}


def described(expr: Expr) -> str:
    """Return a name for an expression: the column, or the column and what is done to it."""
    if isinstance(expr, Column):
        return expr.name
    names = columns_of(expr)
    if isinstance(expr, Apply) and len(names) == 1 and len(expr.arguments) == 1 and expr.operator in SHORT:
        inner = described(expr.arguments[0])
        return "_".join(p for p in (inner, SHORT[expr.operator]) if p)
    if isinstance(expr, Call):
        return expr.function
    return names[0] if len(names) == 1 and isinstance(expr, Apply) and expr.operator == "coalesce" else ""


def internal(error: Exception, line: int) -> Stopped:
    """Return the stop for a fault of the rewriter itself; it names the fault, never the data."""
    if isinstance(error, UserError):
        return Stopped(Reason.SHAPE, error.message, line)
    return Stopped(Reason.INTERNAL, f"The rewriter itself failed here ({type(error).__name__})", line)
