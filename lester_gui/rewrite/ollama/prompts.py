"""What a model is asked: two messages, made from versioned templates and from the plan language itself, so that neither drifts.

Nothing in them comes from a cell of the data: code, names of columns, invented rows.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from string import Template

from lester_gui.ir.operators import AGGREGATES, ANY, NUMBER, OPERATORS, ORDERED, Operator
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.ir.serialise import NODES
from lester_gui.ir.windows import WINDOWS, WindowFunction
from lester_gui.resources import read_text
from lester_gui.rewrite.ollama.lookalikes import look_alikes
from lester_gui.rewrite.ollama.oracle import Counterexample, Table
from lester_gui.rewrite.ollama.schema import answer_schema, offered_steps, shape_text
from lester_gui.rewrite.ollama.sorting import in_order, order_of, order_text
from lester_gui.rewrite.ollama.stage import Stage

VERSION = "v1"
TEMPLATES = ("system.md", "task.md", "repair.md", "observed.md", "counterexample.md", "got.md", "example.json")
MAX_REPEATED = 6_000  # characters of an earlier answer that are shown again

Messages = tuple[tuple[str, str], ...]  # (role, content)

_KINDS = {
    ANY: "any",
    NUMBER: "number",
    ORDERED: "value",
    frozenset({Type.STR}): "text",
    frozenset({Type.INT}): "int",
    frozenset({Type.BOOL}): "condition",
    frozenset({Type.INT, Type.BOOL}): "int",
    frozenset({Type.DATE, Type.TIMESTAMP}): "date",
    frozenset({Type.DURATION}): "duration",
}


@cache
def prompt_version() -> str:
    """Return the version of the templates with a fingerprint of their text, for the evidence."""
    text = "\0".join(_template(name) for name in TEMPLATES)
    return f"{VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def question(stage: Stage, samples: Mapping[str, Sequence[Sequence[object]]]) -> Messages:
    """Return the first question about a stage.

    Parameters
    ----------
    samples : mapping
        View name → real rows; only the kinds of their values are used (`lookalikes`).
    """
    return (("system", _system(stage)), ("user", _task(stage, samples)))


def repair(first: Messages, answer: str, problem: str, counterexample: Counterexample | None) -> Messages:
    """Return the question again with what was wrong with `answer`. `counterexample` must be disguised already."""
    shown = "" if counterexample is None else _counterexample(counterexample) + "\n" + _got(counterexample)
    more = _fill("repair.md", answer=answer[:MAX_REPEATED] or "(left out)", problem=problem, counterexample=shown)
    return (first[0], ("user", first[1][1] + more))


def resample(first: Messages, counterexample: Counterexample | None) -> Messages:
    """Return the first question with what the code was seen to do, but without the wrong answers."""
    if counterexample is None:
        return first
    return (first[0], ("user", first[1][1] + _fill("observed.md", counterexample=_counterexample(counterexample))))


def tokens_at_most(messages: Messages) -> int:
    """Return how many tokens messages may have: code and JSON rarely have less than 2.5 bytes per token."""
    return math.ceil(sum(len(content.encode()) for _, content in messages) / 2.5) + 32


def tokens_at_least(messages: Messages) -> int:
    """Return how many tokens messages surely have; a server that counted fewer did not read all."""
    return sum(len(content.encode()) for _, content in messages) // 8


# -- the language ------------------------------------------------------------------------------------------------------


def _system(stage: Stage) -> str:
    definitions = answer_schema(stage)["$defs"]
    kinds = [str(d["$ref"]).rsplit("/", 1)[-1] for d in definitions["expression"]["anyOf"]]
    shapes = {"column_of": '{"column": COLUMN}', "literal": '{"literal": CONSTANT}'}
    for kind in (Type.DATE, Type.TIMESTAMP):
        if any(x.type is kind for x in stage.literals):
            shapes["literal"] += f'\n{{"literal": CONSTANT, "type": "{kind}"}}'
    shapes |= {"apply": '{"op": OPERATOR, "args": [EXPRESSION, …]}', "call": '{"call": FUNCTION, "args": [EXPRESSION, …]}'}
    return _fill(
        "system.md",
        steps="\n".join(f"{shape_text(schema)}\n  {_semantics(NODES[op][0])}" for op, schema in offered_steps(stage).items()),
        expressions="\n".join(shapes[k] for k in kinds),
        operators="\n".join(map(operator_text, OPERATORS.values())),
        aggregates="\n".join(f"{f.name}: {f.doc}" for f in AGGREGATES.values()),
        windows="\n".join(map(window_text, (f for f in WINDOWS.values() if f.name not in AGGREGATES))),
    )


def operator_text(operator: Operator) -> str:
    """Return an operator in one line: ``strip(text[, text]): str.strip, …``."""
    kinds = [_KINDS.get(k) or " | ".join(sorted(k)) for k in operator.accepts]
    needed = len(kinds) - operator.optional
    inside = ", ".join(kinds[:needed]) + "".join(f"[, {k}]" for k in kinds[needed:]) + (", …" if operator.variadic else "")
    return f"{operator.name}({inside}): {operator.doc}" + ("" if operator.total else "; nothing may be missing")


def window_text(function: WindowFunction) -> str:
    """Return a window function in one line: ``shift (offset): the value …``."""
    return function.name + (f" ({', '.join(sorted(function.options))})" if function.options else "") + f": {function.doc}"


def _semantics(kind: type) -> str:
    """Return a node's description in one line."""
    return " ".join((kind.__doc__ or "").split())


# -- the task ----------------------------------------------------------------------------------------------------------


def _task(stage: Stage, samples: Mapping[str, Sequence[Sequence[object]]]) -> str:
    tables = []
    for name, node in stage.inputs:
        order = order_of(node)
        rows = Table(node.schema.names, look_alikes(node.schema, stage.literals, samples.get(node.name, ())))
        tables.append(f"{name} ({_columns(node.schema)}){order_text(order)}\n{_rows(in_order(rows, order))}")
    return _fill(
        "task.md",
        example=_template("example.json").strip(),
        code="\n".join(f"{line.number:5d} {'>' if line.marked else '|'} {line.text}" for line in stage.code),
        tables="\n".join(tables),
        adapters=_adapters(stage),
        output=stage.output,
        required=_columns(stage.required),
        literals=", ".join(_json(x.value) for x in dict.fromkeys(stage.literals)) or "none",
        functions=", ".join(f"{f.name} of {f.arguments}, which gives {f.type}" for f in stage.functions) or "none",
    )


def _adapters(stage: Stage) -> str:
    if not stage.adapters:
        return ""
    return "\nThe code has these tables as pandas frames that went through\n" + "\n".join(f"  {a}" for a in stage.adapters) + "\n"


def _columns(schema: Schema) -> str:
    return ", ".join(map(_column, schema))


def _column(field: Field) -> str:
    return f"{field.name} {field.type}" + (" or missing" if field.nullable else "")


def _counterexample(found: Counterexample) -> str:
    tables = "\n".join(f"{name} ({', '.join(t.columns)})\n{_rows(t)}" for name, t in found.tables.items())
    return _fill("counterexample.md", tables=tables, expected=_result(found.expected))


def _got(found: Counterexample) -> str:
    return _fill("got.md", got=_result(found.got))


def _result(result: Table | str) -> str:
    return f"an error, {result}" if isinstance(result, str) else f"({', '.join(result.columns)})\n{_rows(result)}"


def _rows(table: Table) -> str:
    return "\n".join("  " + _json(list(row)) for row in table.rows) or "  no rows"


def _json(value: object) -> str:
    def plain(other: object) -> object:
        if isinstance(other, datetime.date):
            return other.isoformat()
        raise TypeError(f"no text for a {type(other).__name__}")

    return json.dumps(value, ensure_ascii=False, default=plain)


# -- templates ---------------------------------------------------------------------------------------------------------


@cache
def _template(name: str) -> str:
    return read_text("prompts", VERSION, name)


def _fill(template: str, **values: str) -> str:
    return Template(_template(template)).substitute(values)
