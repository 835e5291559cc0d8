"""From a model's answer to nodes of a plan, or to a sentence that says what is wrong with it. The schema may have been ignored,
so nothing is taken on trust: everything passes the plan language's own strict decoder, and constants must be the script's.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from lester_gui.ir.expressions import Expr, Literal, walk
from lester_gui.ir.nodes import Filter, Limit, Node, Project, Select
from lester_gui.ir.plan import topological
from lester_gui.ir.schema import PlanError, Type
from lester_gui.ir.serialise import node_from_json
from lester_gui.ir.windows import Window
from lester_gui.rewrite.ollama.schema import (
    MAX_STEPS,
    STEP,
    allowed_counts,
    allowed_offsets,
    allowed_shifts,
    offered_steps,
    shape_text,
)
from lester_gui.rewrite.ollama.stage import Stage

MAX_CHARACTERS = 60_000
MAX_DEPTH = 40  # of brackets in the JSON

_PLACE = re.compile(r" \(in the plan's JSON at (?:the node)?\.?([a-z_]*)[^)]*\)$")
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.S)
_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$", re.S)


class NotAPlan(PlanError):
    """An answer that is no plan. The message is for the model as much as for the person, and holds no values from data."""


class Declined(NotAPlan):
    """The model answered with no steps: it cannot say the code in this language."""


def decode(answer: str, stage: Stage, made_by: str) -> Node:
    """Return the last node of an answer, under the stage's name, over the stage's inputs.

    Columns that are not required are dropped and the others put in order; nothing else is mended.

    Raises
    ------
    NotAPlan
        If it is no complete JSON, uses what does not exist, or does not yield the required columns.
    """
    steps = _steps(answer)
    if not steps:
        raise Declined("The answer has no steps")
    tables: dict[str, Node] = dict(stage.inputs)
    node: Node | None = None
    names = _view_names(stage, len(steps) + 1)
    for number, step in enumerate(steps, 1):
        try:
            node = _node(step, stage, tables, names[number - 1], made_by)
        except PlanError as error:
            said = _PLACE.sub(lambda m: f" in {m[1]}" if m[1] else "", error.message)
            said = said.removesuffix(f" (script line {error.line})")  # the answer is wrong, not the script
            raise NotAPlan(f"{STEP}{number}: {said}", error.hint or _hint(step, said, stage, tables)) from error
        tables[f"{STEP}{number}"] = node
    assert node is not None
    unused = set(names[: len(steps)]) - {n.name for n in topological(node)}
    if unused:
        raise NotAPlan("A step is not used by the last one; the last step must make the required table")
    return replace(_with_required(node, stage, names[-1], made_by), name=stage.name)


def _steps(answer: str) -> list[dict[str, Any]]:
    if len(answer) > MAX_CHARACTERS:
        raise NotAPlan("The answer is too long")
    text = _THOUGHTS.sub("", answer)
    fenced = _FENCE.match(text)
    text = fenced.group(1) if fenced else text
    if _depth(text) > MAX_DEPTH:
        raise NotAPlan("The answer is nested too deeply")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NotAPlan("The answer is not complete JSON") from error
    if not isinstance(value, dict) or set(value) != {"steps"} or not isinstance(value["steps"], list):
        raise NotAPlan('The answer must be {"steps": […]}')
    if len(value["steps"]) > MAX_STEPS:
        raise NotAPlan(f"The answer has more than {MAX_STEPS} steps")
    return value["steps"]


def _hint(step: Any, said: str, stage: Stage, tables: dict[str, Node]) -> str:
    if said.startswith("There is no view"):
        return f"It may read {', '.join(tables)}."
    shape = offered_steps(stage).get(step["op"]) if isinstance(step, dict) and isinstance(step.get("op"), str) else None
    return f"It is written {shape_text(shape)}." if shape else ""


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


def _node(step: Any, stage: Stage, tables: dict[str, Node], name: str, made_by: str) -> Node:
    offered = offered_steps(stage)
    if not isinstance(step, dict) or not isinstance(step.get("op"), str) or step["op"] not in offered:
        raise PlanError(f"One of the operations {', '.join(offered)} is expected")
    fields = offered[step["op"]]["properties"]
    unknown = set(step) - set(fields)
    if unknown:
        raise PlanError(f"A {step['op']} has only the fields {', '.join(fields)}")
    node = node_from_json(
        _typed(step, stage) | {"name": name, "lines": list(stage.lines), "made_by": made_by},
        tables,
    )
    for expr in _expressions(node):
        _check_literals(expr, stage)
    if isinstance(node, Limit) and (node.count not in allowed_counts(stage) or node.offset not in allowed_offsets(stage)):
        raise PlanError("A limit may only use whole numbers of the code")
    if isinstance(node, Window) and not {c.offset for c in node.columns} <= set(allowed_shifts(stage)):
        raise PlanError("An offset may only be 1 or a whole number of the code")
    return node


def _typed(value: Any, stage: Stage) -> Any:
    """Return JSON in which every call of a user function says what the function is known to return."""
    if isinstance(value, list):
        return [_typed(v, stage) for v in value]
    if not isinstance(value, dict):
        return value
    out = {k: _typed(v, stage) for k, v in value.items()}
    if "call" not in out:
        return out
    known = {f.name: f for f in stage.functions}
    if set(out) != {"call", "args"} or not isinstance(out["call"], str) or out["call"] not in known:
        raise PlanError(f"The functions that may be called are {', '.join(known) or 'none'}")
    function = known[out["call"]]
    if not isinstance(out["args"], list) or len(out["args"]) != function.arguments:
        raise PlanError(f"{function.name} takes {function.arguments} arguments")
    return out | {"type": str(function.type), "nullable": function.nullable}


def _expressions(node: Node) -> list[Expr]:
    if isinstance(node, Filter):
        return [node.predicate]
    return [e for _, e in node.assigned] if isinstance(node, Project) else []


def _check_literals(expr: Expr, stage: Stage) -> None:
    for e in walk(expr):
        if isinstance(e, Literal) and e not in stage.literals:
            raise PlanError("A constant is used that the code does not have")


def _with_required(node: Node, stage: Stage, name: str, made_by: str) -> Node:
    required, schema = stage.required, node.schema
    missing = [n for n in required.names if n not in schema]
    if missing:
        raise NotAPlan(f"The last step lacks the column {missing[0]!r}. It has {', '.join(schema.names)}.")
    for field in required:
        if schema.field(field.name).type is not field.type:
            made = schema.field(field.name).type
            raise NotAPlan(f"The column {field.name!r} must be {_article(field.type)}; the last step makes it {_article(made)}")
    if schema.names == required.names:
        return node
    pairs = tuple((n, n) for n in required.names)
    return Select(name=name, lines=stage.lines, made_by=made_by, parent=node, columns=pairs)


def _article(kind: Type) -> str:
    return f"{'an' if kind is Type.INT else 'a'} {kind}"


def _view_names(stage: Stage, count: int) -> list[str]:
    """Return names for the steps of an answer that no view has: the result's name with the next numbers."""
    base = re.sub(r"\W+", "_", stage.output).strip("_") or "view"
    out: list[str] = []
    number = 2
    while len(out) < count:
        if f"{base}-{number}" not in stage.taken:
            out.append(f"{base}-{number}")
        number += 1
    return out
