"""Options in JSON: constants as they are, tuples as lists, and dicts, functions and unfitted objects as marked objects."""

from __future__ import annotations

from typing import Any

from lester_gui.ir.codec import MAX_ITEMS, Codec, Json, Place, require_keys, scalar, short, text
from lester_gui.ir.options import Pairs, Reference, Unfitted
from lester_gui.ir.schema import PlanError

MAX_OPTION_DEPTH = 4  # of tuples in tuples
MAX_OBJECT_DEPTH = 12  # of objects in objects: a search over a pipeline of unions
_OBJECTS = frozenset({"unfitted", "named", "pairs"})


def _encode_option(value: Any, depth: int = 0, objects: int = 0) -> Json:
    if objects > MAX_OBJECT_DEPTH or (depth == MAX_OPTION_DEPTH and isinstance(value, tuple)):
        raise PlanError("An option is nested too deeply")
    if isinstance(value, tuple):
        return [_encode_option(v, depth + 1, objects) for v in value]
    if isinstance(value, Unfitted):
        return {"unfitted": text.encode(value.name), "params": _encode_options(value.params, objects + 1)}
    if isinstance(value, Reference):
        return {"named": text.encode(value.name)}
    if isinstance(value, Pairs):
        return {"pairs": [[_encode_option(v, 0, objects + 1) for v in pair] for pair in value.items]}
    return scalar.encode(value)


def _decode_option(value: Json, at: Place, depth: int = 0, objects: int = 0) -> Any:
    if isinstance(value, list):
        if depth == MAX_OPTION_DEPTH or len(value) > MAX_ITEMS:
            raise at.error("An option is nested too deeply or too long")
        return tuple(_decode_option(v, at / i, depth + 1, objects) for i, v in enumerate(value))
    if isinstance(value, dict) and objects >= MAX_OBJECT_DEPTH and not _OBJECTS.isdisjoint(value):
        raise at.error("An option is nested too deeply, or an object stands where none may")
    if isinstance(value, dict) and "unfitted" in value:
        require_keys(value, at, ["unfitted", "params"], ["params"])
        return Unfitted(text.decode(value["unfitted"], at), _decode_options(value["params"], at, objects + 1))
    if isinstance(value, dict) and "named" in value:
        require_keys(value, at, ["named"])
        return Reference(text.decode(value["named"], at))
    if isinstance(value, dict) and "pairs" in value:
        require_keys(value, at, ["pairs"])
        pairs = value["pairs"]
        if not isinstance(pairs, list) or len(pairs) > MAX_ITEMS or any(not isinstance(p, list) or len(p) != 2 for p in pairs):
            raise at.error("A list of pairs is expected")
        return Pairs(tuple((_decode_option(k, at, 0, objects + 1), _decode_option(v, at, 0, objects + 1)) for k, v in pairs))
    return scalar.decode(value, at)


def _encode_options(value: Any, objects: int = 0) -> Json:
    out = {text.encode(name): _encode_option(v, 0, objects) for name, v in value}
    if len(out) != len(value):
        raise PlanError("An option is given twice")
    return out


def _decode_options(value: Json, at: Place, objects: int = 0) -> Any:
    if not isinstance(value, dict):
        raise at.error("An object is expected")
    return tuple((text.decode(k, at), _decode_option(v, at / short(k), 0, objects)) for k, v in value.items())


options = Codec(_encode_options, _decode_options)
plain_options = Codec(
    lambda value: _encode_options(value, MAX_OBJECT_DEPTH), lambda value, at: _decode_options(value, at, MAX_OBJECT_DEPTH)
)
"""Without objects: what a reader may be told."""
