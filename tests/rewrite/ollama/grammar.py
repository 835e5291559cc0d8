"""Whether a value fits a JSON schema, for the part of the language that answers use: what constrained decoding could write."""

import re
from typing import Any

Schema = dict[str, Any]


def fits(value: Any, schema: Schema, root: Schema | None = None) -> bool:
    """Return whether a grammar compiled from `schema` could have written `value`."""
    root = schema if root is None else root
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        return any(fits(value, s, root) for s in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return any(type(a) is type(value) and a == value for a in allowed)
    return _KINDS[schema["type"]](value, schema, root)


def _object(value: Any, schema: Schema, root: Schema) -> bool:
    fields = schema["properties"]
    if not isinstance(value, dict) or set(value) - set(fields) or set(schema["required"]) - set(value):
        return False
    return all(fits(v, fields[k], root) for k, v in value.items())


def _array(value: Any, schema: Schema, root: Schema) -> bool:
    if not isinstance(value, list) or not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1_000_000):
        return False
    if "prefixItems" in schema:
        return all(fits(v, s, root) for v, s in zip(value, schema["prefixItems"], strict=True))
    return all(fits(v, schema["items"], root) for v in value)


def _text(value: Any, schema: Schema, root: Schema) -> bool:
    return isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None


_KINDS = {
    "object": _object,
    "array": _array,
    "string": _text,
    "boolean": lambda value, schema, root: isinstance(value, bool),
    "integer": lambda value, schema, root: type(value) is int,
    "null": lambda value, schema, root: value is None,
}
