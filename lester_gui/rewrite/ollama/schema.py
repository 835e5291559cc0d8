"""The JSON schema of an answer: a list of steps of the plan's own language, with every name an enumeration of what exists.

Ollama compiles the schema to a grammar, so that a model cannot even write a column that is not there. Everything in it is
taken from the plan language itself; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from lester_gui.ir.nodes import GroupOrder, JoinKind, Keep, Take
from lester_gui.ir.operators import AGGREGATES, OPERATORS
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WINDOWS
from lester_gui.rewrite.ollama.stage import Stage

Schema = dict[str, Any]

MAX_STEPS = 8
MAX_ARGUMENTS = 12
MAX_COLUMNS = 60
NEW_COLUMN = "^tmp_[a-z0-9_]{1,24}$"
STEP = "step"  # earlier steps of the answer are step1, step2, …

POSITIONS = ("first", "last", "only")
NOT_OFFERED = ("read", "opaque")
"""Operations that an answer cannot have: files are read by the rules, and a model writes no code."""


def answer_schema(stage: Stage) -> Schema:
    """Return the schema that an answer about `stage` must have."""
    return {
        "type": "object",
        "properties": {"steps": {"type": "array", "items": {"anyOf": list(_steps(stage).values())}, "maxItems": MAX_STEPS}},
        "required": ["steps"],
        "additionalProperties": False,
        "$defs": _definitions(stage),
    }


def offered_steps(stage: Stage) -> dict[str, Schema]:
    """Return the schema of each operation that an answer may have."""
    return _steps(stage)


def allowed_counts(stage: Stage) -> list[int]:
    """Return how many rows a limit may keep: whole numbers of the script, and the lengths of slices between two of them."""
    numbers = _whole(stage)
    return sorted({abs(n) for n in numbers} | {b - a for a in numbers for b in numbers if 0 <= a < b})


def allowed_offsets(stage: Stage) -> list[int]:
    """Return where a limit may begin: at the start, or at a whole number of the script, also counted from the end."""
    return sorted({0} | {sign * n for n in _whole(stage) for sign in (1, -1)})


def allowed_shifts(stage: Stage) -> list[int]:
    """Return how many rows before its own a window may look, negative: after: one, or a whole number of the script."""
    return sorted({sign * n for n in (1, *_whole(stage)) for sign in (1, -1) if n})


def _whole(stage: Stage) -> list[int]:
    return [x.value for x in stage.literals if type(x.value) is int]


def table_names(stage: Stage) -> list[str]:
    """Return the tables that a step may read: the step's inputs and earlier steps of the answer."""
    return [name for name, _ in stage.inputs] + [f"{STEP}{n}" for n in range(1, MAX_STEPS)]


def _definitions(stage: Stage) -> dict[str, Schema]:
    new = [f.name for f in stage.columns if f.name not in stage.observed]
    named: list[Schema] = [{"enum": new}] if new else []
    kinds = ["column_of", "apply"]
    out: dict[str, Schema] = {
        "table": {"enum": table_names(stage)},
        "column": {"enum": list(stage.observed)},
        "new_column": {"anyOf": [*named, {"type": "string", "pattern": NEW_COLUMN}]},
        "any_column": {"anyOf": [_ref("column"), _ref("new_column")]},
        "column_of": _object(column=_ref("any_column")),
        "apply": _object(op={"enum": list(OPERATORS)}, args=_list(_ref("expression"), 1, MAX_ARGUMENTS)),
    }
    if stage.literals:
        kinds.insert(1, "literal")
        out["literal"] = {"anyOf": _literals(stage)}
    if stage.functions:
        kinds.append("call")
        names = [f.name for f in stage.functions]
        out["call"] = _object(call={"enum": names}, args=_list(_ref("expression"), 0, MAX_ARGUMENTS))
    out["expression"] = {"anyOf": [_ref(k) for k in kinds]}
    return out


def _literals(stage: Stage) -> list[Schema]:
    plain = [x.value for x in stage.literals if x.type not in (Type.DATE, Type.TIMESTAMP)]
    out = [_object(literal={"enum": plain})] if plain else []
    for kind in (Type.DATE, Type.TIMESTAMP):
        values = [x.value for x in stage.literals if x.type is kind]
        out += [_object(literal={"enum": values}, type={"enum": [str(kind)]})] if values else []
    return out


def _steps(stage: Stage) -> dict[str, Schema]:
    any_column, table, expression = _ref("any_column"), _ref("table"), _ref("expression")
    renamed = {"type": "array", "items": any_column, "minItems": 2, "maxItems": 2}
    ordered = {"type": "array", "prefixItems": [any_column, {"type": "boolean"}], "minItems": 2, "maxItems": 2}
    measure = _object(name=any_column, function={"enum": list(AGGREGATES)}, column={"anyOf": [any_column, {"type": "null"}]})
    window = _object(
        name=any_column,
        function={"enum": list(WINDOWS)},
        column={"anyOf": [any_column, {"type": "null"}]},
        offset={"enum": allowed_shifts(stage)},
        ascending={"type": "boolean"},
        pct={"type": "boolean"},
    )
    counts, offsets = allowed_counts(stage), allowed_offsets(stage)
    steps = {
        "filter": _step("filter", parent=table, predicate=expression),
        "project": _step("project", parent=table, assigned=_list(_object(name=any_column, expr=expression), 1, MAX_COLUMNS)),
        "select": _step("select", parent=table, columns=_list(renamed, 1, MAX_COLUMNS)),
        "join": _step("join", left=table, right=table, how=_choice(JoinKind), on=_list(renamed, 0, 8), take=_choice(Take)),
        "aggregate": _step(
            "aggregate",
            parent=table,
            by=_list(any_column, 0, 12),
            measures=_list(measure, 0, MAX_COLUMNS),
            order=_choice(GroupOrder),
            drop_null_keys={"type": "boolean"},
        ),
        "distinct": _step("distinct", parent=table, subset=_list(any_column, 0, MAX_COLUMNS), keep=_choice(Keep)),
        "sort": _step("sort", parent=table, by=_list(ordered, 1, 12)),
        "limit": _step("limit", parent=table, count={"enum": counts}, offset={"enum": offsets}),
        "concat": _step("concat", inputs=_list(table, 2, 8)),
        "broadcast": _step(
            "broadcast", parent=table, of=table, values=_list(renamed, 1, MAX_COLUMNS), position={"enum": list(POSITIONS)}
        ),
        "window": _step(
            "window",
            parent=table,
            by=_list(any_column, 0, 12),
            columns=_list(window, 1, MAX_COLUMNS),
            order=_list(ordered, 0, 12),
            drop_null_keys={"type": "boolean"},
        ),
        "explode": _step("explode", parent=table, column=any_column, keep_empty={"type": "boolean"}),
    }
    return steps if counts else {op: step for op, step in steps.items() if op != "limit"}


def _step(op: str, **fields: Schema) -> Schema:
    return _object(op={"const": op}, **fields)


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(items: Schema, low: int, high: int) -> Schema:
    return {"type": "array", "items": items, "minItems": low, "maxItems": high}


def _choice(kind: type[StrEnum]) -> Schema:
    return {"enum": [str(member) for member in kind]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def shape_text(schema: Schema) -> str:
    """Return a step's schema in one line for a prompt: ``{"op": "filter", "parent": TABLE, "predicate": EXPRESSION}``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1].upper().replace("ANY_COLUMN", "COLUMN")
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return _choices(schema["enum"])
    if "anyOf" in schema:
        return " or ".join(shape_text(s) for s in schema["anyOf"])
    if schema["type"] == "object":
        return "{" + ", ".join(f'"{k}": {shape_text(v)}' for k, v in schema["properties"].items()) + "}"
    if schema["type"] != "array":
        return {"boolean": "true or false", "integer": "a whole number", "null": "null"}[schema["type"]]
    if "prefixItems" in schema:
        return "[" + ", ".join(shape_text(s) for s in schema["prefixItems"]) + "]"
    if schema.get("maxItems") == schema.get("minItems") == 2:
        return f"[{shape_text(schema['items'])}, {shape_text(schema['items'])}]"
    return f"[{shape_text(schema['items'])}, …]"


def _choices(values: Sequence[Any]) -> str:
    return " or ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in values)
