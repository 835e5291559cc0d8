"""Ask, check, repair: one step that the rules left, at most four attempts, and nothing is accepted without evidence.

Each attempt is a fresh conversation of two messages: greedy, two repairs with a counterexample, then one freer draw. Most of what
repair can gain comes in two rounds (arXiv 2604.10508).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Opaque
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import plan_hash
from lester_gui.progress import Context
from lester_gui.rewrite.ollama.answers import Declined, decode
from lester_gui.rewrite.ollama.attempts import Attempt, Filled, Kind, Outcome, Status
from lester_gui.rewrite.ollama.cache import Answers, answer_key
from lester_gui.rewrite.ollama.client import Model
from lester_gui.rewrite.ollama.conversation import Conversation, begin, find_model
from lester_gui.rewrite.ollama.counterexamples import disguised
from lester_gui.rewrite.ollama.oracle import Counterexample, Oracle
from lester_gui.rewrite.ollama.prompts import Messages, question, repair, resample
from lester_gui.rewrite.ollama.stage import Stage, graft, stage_of
from lester_gui.settings import Settings

SCHEDULE = (Kind.FIRST, Kind.REPAIR, Kind.REPAIR, Kind.RESAMPLE)
WARM = 0.6  # temperature of the last draw
MAX_SECONDS = 3600.0  # for one step; a slow computer with a large model is slow


def fill(
    plan: Plan,
    step: str,
    script: str,
    oracle: Oracle,
    *,
    settings: Settings,
    ctx: Context,
    model: str | None = None,
    answers: Answers | None = None,
    data: str = "",
) -> Filled:
    """Let a model propose steps for one opaque step, and keep them only if they do what the script does.

    Parameters
    ----------
    plan : Plan
        What the rules made.
    step : str
        Name of an opaque node in it.
    script : str
        The text in which the nodes' `lines` count.
    oracle : Oracle
        Decides.
    model : str, optional
        Otherwise the one in the settings, or the only one installed.
    answers : Answers, optional
        Accepted answers of earlier times; they are checked again.
    data : str
        Fingerprint of the data, part of the key of `answers`.

    Returns
    -------
    Filled
        With the plan that came in, unless an answer was accepted. What a person can mend is in `message` and `hint`.

    Raises
    ------
    Cancelled
        At any time.
    """
    stage = stage_of(plan, step, script)
    work = _Work(plan, stage, oracle, ctx)
    found: Model | None = None
    try:
        server, found = find_model(settings, model, ctx)
        key = answer_key(stage, found, data)
        kept = answers.get(key) if answers else None
        accepted = work.take_kept(kept, found) if kept else None
        if accepted is None:
            first = question(stage, oracle.samples)
            accepted = work.ask(begin(server, found, stage, first, ctx), first)
            if accepted is not None and answers is not None:
                answers.put(key, work.attempts[-1].answer)
    except UserError as error:
        return Filled(plan, Status.NO_ANSWER, error.message, error.hint, tuple(work.attempts), found)
    attempts = tuple(work.attempts)
    if accepted is None:
        hint = "The step stays opaque: it is run as it stands. Try another model, or write the step by hand."
        return Filled(plan, Status.NOT_FILLED, _refusal(attempts, found.name), hint, attempts, found)
    return Filled(accepted, Status.FILLED, f"{found.name} wrote the step, and it agrees with the script", "", attempts, found)


def fill_all(
    plan: Plan,
    script: str,
    oracle_of: Callable[[Plan, str], Oracle],
    *,
    settings: Settings,
    ctx: Context,
    model: str | None = None,
    answers: Answers | None = None,
    data: str = "",
) -> Filled:
    """Do `fill` for every opaque step, sources first; `oracle_of` gives the oracle for a step of the plan so far.

    The status is that of the last step that stayed opaque. When no model can be asked, no further step is tried.
    """
    steps = [n.name for n in plan.views if isinstance(n, Opaque)]
    if not steps:
        return Filled(plan, Status.FILLED, "The rules left no step open")
    results: list[Filled] = []
    for step in steps:
        so_far = results[-1].plan if results else plan
        oracle = oracle_of(so_far, step)
        asked = fill(so_far, step, script, oracle, settings=settings, ctx=ctx, model=model, answers=answers, data=data)
        results.append(asked)
        if asked.status is Status.NO_ANSWER:
            break
    attempts = tuple(a for r in results for a in r.attempts)
    said = next((r for r in reversed(results) if not r.filled), results[-1])
    return replace(said, plan=results[-1].plan, attempts=attempts)


@dataclass
class _Work:
    """The attempts at one step so far."""

    plan: Plan
    stage: Stage
    oracle: Oracle
    ctx: Context
    attempts: list[Attempt] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # hashes of plans

    def take_kept(self, answer: str, model: Model) -> Plan | None:
        """Check an answer of an earlier time as if it came now."""
        started = time.perf_counter()
        judged = self.judge(answer, model.name)
        if judged.outcome is Outcome.ACCEPTED:
            seconds = time.perf_counter() - started
            text = "accepted; the answer was kept from an earlier time"
            self.attempts.append(Attempt(1, self.stage.name, Kind.KEPT, model.name, (), answer, judged.outcome, text, seconds))
            return judged.plan
        self.refused.clear()
        return None

    def ask(self, conversation: Conversation, first: Messages) -> Plan | None:
        """Ask until an answer is accepted, repeated, or the attempts or the time are used up."""
        started = time.monotonic()
        messages, counterexample = first, None
        name = conversation.model.name
        for number, kind in enumerate(SCHEDULE, 1):
            if time.monotonic() - started > MAX_SECONDS:
                return None
            if kind is Kind.RESAMPLE:
                messages = resample(first, counterexample)
            self.ctx.advance(f"Asking {name}, attempt {number} of {len(SCHEDULE)}", (number - 1) / len(SCHEDULE))
            reply = conversation.ask(messages, WARM if kind is Kind.RESAMPLE else 0.0, number, self.ctx)
            if reply.reason == "length":
                judged = _Judged(Outcome.CUT_OFF, "the answer was cut off", "It was too long. Use fewer and simpler steps.")
            else:
                judged = self.judge(reply.text, name)
            self.attempts.append(
                Attempt(
                    number=number,
                    step=self.stage.name,
                    kind=kind,
                    model=name,
                    messages=messages,
                    answer=reply.text,
                    outcome=judged.outcome,
                    text=judged.text,
                    seconds=reply.seconds,
                    prompt_tokens=reply.prompt_tokens,
                    answer_tokens=reply.answer_tokens,
                )
            )
            if judged.outcome is Outcome.ACCEPTED:
                return judged.plan
            if judged.outcome is Outcome.REPEATED:
                return None
            if number < len(SCHEDULE):
                shown = disguised(judged.plan, self.stage, self.oracle, self.ctx) if judged.plan else None
                counterexample = shown or counterexample
                messages = self.next_question(conversation, first, reply.text, judged.problem, shown)
        return None

    def next_question(
        self, conversation: Conversation, first: Messages, answer: str, problem: str, shown: Counterexample | None
    ) -> Messages:
        """Return the repair with as much of what is known as the context holds."""
        wishes = (repair(first, answer, problem, shown), repair(first, "", problem, shown), repair(first, "", problem, None))
        return next((m for m in wishes if conversation.holds(m)), first)

    def judge(self, answer: str, model: str) -> _Judged:
        """Decode an answer, build the plan, and put it to the check."""
        self.ctx.check_cancelled()
        try:
            node = decode(answer, self.stage, f"model:{model}")
            proposed = graft(self.plan, self.stage.name, node)
        except Declined:
            return _Judged(Outcome.DECLINED, "the model says that it cannot write the step", "You gave no steps.")
        except PlanError as error:
            problem = f"It is not a plan. {_sentence(error.message)} {error.hint}".strip()
            return _Judged(Outcome.NO_PLAN, f"not a plan: {error.message}", problem)
        identity = plan_hash(proposed)
        if identity in self.refused:
            return _Judged(Outcome.REPEATED, "the same steps as before", "These steps were refused before.")
        self.refused.add(identity)
        try:
            verdict = self.oracle.check(proposed)
        except UserError as error:
            return _Judged(
                Outcome.DIFFERS, f"the steps cannot be run: {error.message}", f"They fail: {_sentence(error.message)}", proposed
            )
        if verdict.equal:
            return _Judged(Outcome.ACCEPTED, "accepted", "", proposed)
        difference = verdict.difference or "the result is not that of the code"
        return _Judged(Outcome.DIFFERS, difference, f"The steps do something else: {_sentence(difference)}", proposed)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of an answer: for the screen (`text`) and for the next question (`problem`)."""

    outcome: Outcome
    text: str
    problem: str
    plan: Plan | None = None


def _refusal(attempts: Sequence[Attempt], model: str) -> str:
    if attempts and attempts[-1].outcome is Outcome.REPEATED:
        return f"{model} proposed the same wrong steps again"
    several = f"{len(attempts)} attempt{'s' if len(attempts) != 1 else ''}"
    return f"Nothing that {model} proposed does what the script does ({several})"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
