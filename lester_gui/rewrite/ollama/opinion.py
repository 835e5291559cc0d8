"""A second opinion on one step: would a model have written it in a way that does the same? It never changes the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import plan_hash
from lester_gui.progress import Context
from lester_gui.rewrite.ollama.answers import decode
from lester_gui.rewrite.ollama.attempts import Attempt, Kind, Outcome
from lester_gui.rewrite.ollama.client import Model
from lester_gui.rewrite.ollama.conversation import begin, find_model
from lester_gui.rewrite.ollama.oracle import Oracle
from lester_gui.rewrite.ollama.prompts import question, repair
from lester_gui.rewrite.ollama.stage import Stage, graft, stage_of
from lester_gui.settings import Settings

TRIES = 2  # the second only when the first is no plan at all


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model thinks of a step.

    Attributes
    ----------
    agrees : bool or None
        None when it gave no answer that is a plan, or could not be asked.
    text : str
        A sentence for the reader.
    hint : str
        What to do when there is no answer.
    """

    agrees: bool | None
    text: str
    hint: str = ""
    asked: Model | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def model(self) -> str:
        """The model's name; empty if none could be asked."""
        return self.asked.name if self.asked else ""

    @property
    def digest(self) -> str:
        """The digest of the model's weights, as Ollama gives it."""
        return self.asked.digest if self.asked else ""

    def as_json(self) -> dict[str, Any]:
        """Return what the review screen shows."""
        return {"model": self.model, "digest": self.digest, "agrees": self.agrees, "text": self.text}


def second_opinion(
    plan: Plan,
    step: str,
    script: str,
    oracle: Oracle,
    *,
    settings: Settings,
    ctx: Context,
    model: str | None = None,
) -> Opinion:
    """Ask a model for a step that the plan has already, and compare: by the plan's hash, then by the check.

    Parameters
    ----------
    step : str
        Name of any view but one that reads a file.
    oracle : Oracle
        Only `check` and `samples` are used.

    Raises
    ------
    UserError
        If the step reads a file, which no model is asked about.
    Cancelled
        At any time.
    """
    if isinstance(plan.view(step), Read):
        raise UserError("A second opinion on reading a file is not supported yet", "Ask about a step that works on tables.")
    stage = stage_of(plan, step, script)
    found: Model | None = None
    try:
        server, found = find_model(settings, model, ctx)
        first = question(stage, oracle.samples)
        conversation = begin(server, found, stage, first, ctx)
        attempts: list[Attempt] = []
        messages = first
        for number in range(1, TRIES + 1):
            ctx.advance(f"Asking {found.name} for a second opinion")
            reply = conversation.ask(messages, 0.0, number, ctx)
            outcome, agrees, text = _compare(reply.text, reply.reason, stage, plan, oracle, found.name)
            kind = Kind.FIRST if number == 1 else Kind.REPAIR
            attempts.append(Attempt(number, step, kind, found.name, messages, reply.text, outcome, text, reply.seconds))
            if agrees is not None:
                return Opinion(agrees, text, "", found, tuple(attempts))
            messages = repair(first, reply.text, text, None)
    except UserError as error:
        return Opinion(None, error.message, error.hint, found)
    return Opinion(None, f"No answer that is a plan: {text}", "Try another model.", found, tuple(attempts))


def _compare(answer: str, reason: str, stage: Stage, plan: Plan, oracle: Oracle, model: str) -> tuple[Outcome, bool | None, str]:
    if reason == "length":
        return Outcome.CUT_OFF, None, "the answer was cut off"
    try:
        proposed = graft(plan, stage.name, decode(answer, stage, f"model:{model}"))
    except PlanError as error:
        return Outcome.NO_PLAN, None, error.message
    if plan_hash(proposed) == plan_hash(plan):
        return Outcome.ACCEPTED, True, "the same step"
    try:
        verdict = oracle.check(proposed)
    except UserError as error:
        return Outcome.DIFFERS, False, f"its steps cannot be run: {error.message}"
    if verdict.equal:
        return Outcome.ACCEPTED, True, "other steps that yield the same"
    return Outcome.DIFFERS, False, verdict.difference or "its steps yield something else"
