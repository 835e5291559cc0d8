"""Slices of scripts with the replies that were written to their prompts: files of `cassettes/slices`, keyed by prompt hash.

Nobody who wrote a reply saw more than the two messages and the schema. They are written replies, not answers of an Ollama model.
"""

import datetime
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lester_gui.ir.schema import Field, Type
from lester_gui.rewrite.ollama.prompts import Messages, question
from lester_gui.rewrite.ollama.stage import Stage, stage_of
from tests.rewrite.ollama.double import Body
from tests.rewrite.ollama.workbench import STEP, Case, plan_of

FOLDER = Path(__file__).parent / "cassettes" / "slices"
ORIGIN = "written reply, not an Ollama model"


@dataclass(frozen=True)
class Cassette:
    """A slice, and replies by the hash of the prompt that they answer, in the order in which they were asked for."""

    name: str
    case: Case
    replies: dict[str, str]


def cassettes() -> list[Cassette]:
    """Return all of them, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def prompt_key(messages: Messages) -> str:
    """Return the hash of what is asked. The language is left out of it: it grows, and replies stay right."""
    return hashlib.sha256(messages[1][1].encode()).hexdigest()[:16]


def first_question(case: Case) -> tuple[Stage, Messages]:
    """Return the stage and the first prompt of a case, as the loop asks it."""
    plan = plan_of(case)
    samples = {node.name: case.rows[variable][:50] for variable, node in zip(case.tables, plan.view(STEP).parents, strict=True)}
    stage = stage_of(plan, STEP, case.script)
    return stage, question(stage, samples)


def _read(path: Path) -> Cassette:
    held = json.loads(path.read_text(encoding="utf-8"))
    tables = {name: tuple(map(_field, table["columns"])) for name, table in held["tables"].items()}
    rows = {name: [_row(row, tables[name]) for row in table["rows"]] for name, table in held["tables"].items()}
    case = Case(
        "\n".join(held["script"]) + "\n", held["first"], tables, rows, held["output"], tuple(map(_field, held["columns"]))
    )
    assert held["origin"] == ORIGIN
    return Cassette(path.stem, case, {key: json.dumps(reply) for key, reply in held["replies"].items()})


def _field(written: list[str]) -> Field:
    name, kind = written
    return Field(name, Type(kind.rstrip("?")), kind.endswith("?"))


def _row(cells: list[Any], columns: tuple[Field, ...]) -> tuple[Any, ...]:
    return tuple(
        datetime.date.fromisoformat(cell) if field.type is Type.DATE and cell is not None else cell
        for cell, field in zip(cells, columns, strict=True)
    )


def replay(held: list[Cassette]) -> Callable[[Body], str]:
    """Return a model that has only the written replies: it looks up what it is asked."""
    known = {key: reply for cassette in held for key, reply in cassette.replies.items()}

    def answer(body: Body) -> str:
        said = tuple((message["role"], message["content"]) for message in body["messages"])
        return known.get(prompt_key(said), '{"steps": []}')

    return answer
