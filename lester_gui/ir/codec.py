"""Strict codecs between values of a plan and JSON: what is not expected is refused by name, however it got there.

A stored plan, a plan from a colleague and a language model's answer pass here alike, so sizes and depths are limited and no
message repeats a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import Field, PlanError, Type

if TYPE_CHECKING:
    from lester_gui.ir.nodes import Node

Json = Any

MAX_NODES = 2_000
MAX_ITEMS = 20_000  # of one list
MAX_EXPRESSIONS = 100_000  # of one plan
MAX_DEPTH = 120  # of one expression; several passes recurse
MAX_TEXT = 2_000_000  # characters of one text
MAX_INT = 2**127
_SPECIAL_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(slots=True)
class Budget:
    """How many expressions a plan may still have."""

    expressions: int = MAX_EXPRESSIONS


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document a decoder is, with what has been read so far."""

    path: str = ""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def __truediv__(self, part: str | int) -> Place:
        path = f"{self.path}[{part}]" if isinstance(part, int) else f"{self.path}.{part}".lstrip(".")
        return Place(path, self.nodes, self.budget)

    def error(self, message: str) -> PlanError:
        """Return the error for this place."""
        return PlanError(f"{message} (in the plan's JSON at {self.path or 'the top'})")


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is written and read."""

    encode: Callable[[Any], Json]
    decode: Callable[[Json, Place], Any]


def short(name: object) -> str:
    """Return a name for a message, cut when it is suspiciously long."""
    text = repr(name)
    return text if len(text) <= 60 else text[:56] + "…" + text[-1]


def _plain(kind: type, what: str) -> Codec:
    def check(value: Any, at: Place) -> Any:
        if type(value) is not kind:
            raise at.error(f"{what} is expected")
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise at.error("A text is too long")
        if isinstance(value, str) and not _is_unicode(value):
            raise at.error("A text is not valid Unicode")
        if isinstance(value, int) and abs(value) >= MAX_INT:
            raise at.error("A whole number is too large")
        return value

    return Codec(lambda value: check(value, Place("what is written")), check)


text = _plain(str, "A text")
whole = _plain(int, "A whole number")
boolean = _plain(bool, "true or false")


def _is_unicode(value: str) -> bool:
    """Whether a text has no half of a surrogate pair, which neither a file nor the database can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encode_scalar(value: Any) -> Json:
    if value is None or type(value) in (bool, str, int):
        return value if value is None or isinstance(value, bool) else (text if isinstance(value, str) else whole).encode(value)
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    raise PlanError(f"A plan holds texts, numbers and true or false, not a {type(value).__name__}")


def _decode_scalar(value: Json, at: Place) -> Any:
    if isinstance(value, dict) and set(value) == {"float"} and isinstance(value["float"], str):
        if value["float"] in _SPECIAL_FLOATS:
            return _SPECIAL_FLOATS[value["float"]]
    elif value is None or type(value) is bool:
        return value
    elif type(value) is str:
        return text.decode(value, at)
    elif type(value) is int:
        return whole.decode(value, at)
    elif type(value) is float and math.isfinite(value):
        return value
    raise at.error("A text, a number, true, false or null is expected")


scalar = Codec(_encode_scalar, _decode_scalar)


def _decode_number(value: Json, at: Place) -> Any:
    if type(value) not in (int, float):
        raise at.error("A number is expected")
    return _decode_scalar(value, at)


number = Codec(_encode_scalar, _decode_number)


def optional(codec: Codec) -> Codec:
    """Allow None besides what `codec` takes."""
    return Codec(
        lambda value: None if value is None else codec.encode(value),
        lambda value, at: None if value is None else codec.decode(value, at),
    )


def items(codec: Codec) -> Codec:
    """A tuple of what `codec` takes."""

    def decode(value: Json, at: Place) -> Any:
        if not isinstance(value, list):
            raise at.error("A list is expected")
        if len(value) > MAX_ITEMS:
            raise at.error("A list is too long")
        return tuple(codec.decode(v, at / i) for i, v in enumerate(value))

    return Codec(lambda value: [codec.encode(v) for v in value], decode)


def several(*codecs: Codec) -> Codec:
    """A tuple of fixed length."""

    def decode(value: Json, at: Place) -> Any:
        if not isinstance(value, list) or len(value) != len(codecs):
            raise at.error(f"A list of {len(codecs)} is expected")
        return tuple(c.decode(v, at / i) for i, (c, v) in enumerate(zip(codecs, value, strict=True)))

    return Codec(lambda value: [c.encode(v) for c, v in zip(codecs, value, strict=True)], decode)


def choice(kind: type[StrEnum]) -> Codec:
    """One of the members of an enumeration."""

    def decode(value: Json, at: Place) -> Any:
        if type(value) is str and value in set(kind):
            return kind(value)
        raise at.error(f"One of {', '.join(kind)} is expected")

    return Codec(lambda value: str(kind(value)), decode)


def _decode_node(value: Json, at: Place) -> Any:
    name = text.decode(value, at)
    if name not in at.nodes:
        raise at.error(f"There is no view {short(name)} before this one")
    return at.nodes[name]


node = Codec(lambda value: value.name, _decode_node)


def require_keys(value: Json, at: Place, known: Sequence[str], needed: Sequence[str] = ()) -> None:
    """Raise unless `value` is an object with only `known` and all `needed` keys."""
    if not isinstance(value, dict):
        raise at.error("An object is expected")
    for key in value:
        if key not in known:
            raise at.error(f"There is no field {short(key)}")
    for key in needed:
        if key not in value:
            raise at.error(f"The field {key!r} is missing")


def record(of: type, /, **codecs: Codec) -> Codec:
    """A dataclass by its fields. Fields that have a default may be left out when reading; all are written."""
    needed = [f.name for f in fields(of) if f.name in codecs and f.default is MISSING and f.default_factory is MISSING]

    def decode(value: Json, at: Place) -> Any:
        require_keys(value, at, list(codecs), needed)
        return of(**{key: codecs[key].decode(v, at / key) for key, v in value.items()})

    return Codec(lambda value: {key: codec.encode(getattr(value, key)) for key, codec in codecs.items()}, decode)


column_field = record(Field, name=text, type=choice(Type), nullable=boolean)


def _encode_expr(expr: Any, depth: int = 0) -> Json:
    if depth > MAX_DEPTH:
        raise PlanError("An expression is nested too deeply", "Give its parts names of their own.")
    if isinstance(expr, Column):
        return {"column": text.encode(expr.name)}
    if isinstance(expr, Literal):
        assert expr.type is not None
        out = {"literal": _encode_scalar(expr.value)}
        natural = expr.value is not None and Literal(expr.value).type is expr.type
        return out if natural else out | {"type": str(expr.type)}
    arguments = [_encode_expr(a, depth + 1) for a in expr.arguments]
    if isinstance(expr, Apply):
        return {"op": expr.operator, "args": arguments}
    if isinstance(expr, Call):
        return {"call": expr.function, "args": arguments, "type": str(expr.type), "nullable": expr.nullable}
    raise TypeError(f"not an expression: {type(expr).__name__}")


def _decode_expr(value: Json, at: Place, depth: int = 0) -> Expr:
    at.budget.expressions -= 1
    if depth > MAX_DEPTH or at.budget.expressions < 0:
        raise PlanError("An expression is nested too deeply, or the plan has too many", "Give its parts names of their own.")
    if not isinstance(value, dict):
        raise at.error("An expression is expected")
    if "column" in value:
        require_keys(value, at, ["column"])
        return Column(text.decode(value["column"], at))
    if "literal" in value:
        require_keys(value, at, ["literal", "type"])
        kind = choice(Type).decode(value["type"], at / "type") if "type" in value else None
        return Literal(_decode_scalar(value["literal"], at), kind)
    if "op" in value:
        require_keys(value, at, ["op", "args"], ["args"])
        if text.decode(value["op"], at) not in OPERATORS:
            raise at.error(f"There is no operator {short(value['op'])}")
        return Apply(value["op"], _arguments(value, at, depth))
    require_keys(value, at, ["call", "args", "type", "nullable"], ["call", "args", "type"])
    return Call(
        text.decode(value["call"], at),
        _arguments(value, at, depth),
        choice(Type).decode(value["type"], at / "type"),
        boolean.decode(value.get("nullable", False), at / "nullable"),
    )


def _arguments(value: Json, at: Place, depth: int) -> tuple[Expr, ...]:
    arguments = value["args"]
    if not isinstance(arguments, list) or len(arguments) > MAX_ITEMS:
        raise at.error("A list of arguments is expected")
    return tuple(_decode_expr(a, Place("an argument", at.nodes, at.budget), depth + 1) for a in arguments)


expression = Codec(_encode_expr, _decode_expr)
