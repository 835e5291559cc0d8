"""What was asked and answered, for the screen and the journal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lester_gui.ir.plan import Plan
from lester_gui.rewrite.ollama.client import Model
from lester_gui.rewrite.ollama.prompts import Messages, prompt_version


class Kind(StrEnum):
    """Why a model is asked."""

    FIRST = "first"
    REPAIR = "repair"
    RESAMPLE = "resample"
    KEPT = "kept"  # an answer that was accepted before, checked again


class Outcome(StrEnum):
    """What came of it."""

    ACCEPTED = "accepted"
    DIFFERS = "differs"
    NO_PLAN = "no-plan"  # not a plan of this language
    DECLINED = "declined"  # the model says that it cannot
    CUT_OFF = "cut-off"
    REPEATED = "repeated"  # steps that were refused before


@dataclass(frozen=True, slots=True)
class Attempt:
    """One conversation of two messages and an answer.

    Attributes
    ----------
    number : int
        1-based, within the step.
    step : str
        The view it is about.
    text : str
        The outcome in a sentence, without values.
    """

    number: int
    step: str
    kind: Kind
    model: str
    messages: Messages
    answer: str
    outcome: Outcome
    text: str
    seconds: float
    prompt_tokens: int | None = None
    answer_tokens: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what the review screen shows."""
        spoken = [*self.messages, ("assistant", self.answer)] if self.answer else self.messages
        return {
            "number": self.number,
            "step": self.step,
            "kind": str(self.kind),
            "model": self.model,
            "outcome": self.text,
            "accepted": self.outcome is Outcome.ACCEPTED,
            "seconds": self.seconds,
            "messages": [{"role": role, "content": content} for role, content in spoken],
        }


class Status(StrEnum):
    """What became of the steps that the rules left."""

    FILLED = "filled"
    NOT_FILLED = "not-filled"  # a model answered, and nothing it said was right
    NO_ANSWER = "no-answer"  # no model could be asked, or it broke off


@dataclass(frozen=True)
class Filled:
    """The result of asking.

    Attributes
    ----------
    plan : Plan
        With the model's steps when `status` is filled; otherwise the plan as it came, with its opaque steps.
    message, hint : str
        For the person: what happened and what to do about it.
    asked : Model, optional
        The model, once it could be asked.
    """

    plan: Plan
    status: Status
    message: str
    hint: str = ""
    attempts: tuple[Attempt, ...] = ()
    asked: Model | None = None

    @property
    def filled(self) -> bool:
        """Whether the model's steps were accepted on evidence."""
        return self.status is Status.FILLED

    @property
    def model(self) -> str:
        """The model's name; empty if none could be asked."""
        return self.asked.name if self.asked else ""

    @property
    def digest(self) -> str:
        """The digest of the model's weights, as Ollama gives it."""
        return self.asked.digest if self.asked else ""

    @property
    def server(self) -> str:
        """The server's version."""
        return self.asked.server if self.asked else ""

    @property
    def prompt_version(self) -> str:
        """The version of the prompts."""
        return prompt_version()

    def journal(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        return {
            "model": self.model,
            "digest": self.digest,
            "server": self.server,
            "prompt_version": self.prompt_version,
            "attempts": len(self.attempts),
            "status": str(self.status),
        }
