"""Review of a rewrite: look at it, decide on steps and findings, edit the plan, ask a model for a second opinion."""

from __future__ import annotations

import json
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.parse import parse
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import from_json, plan_hash
from lester_gui.progress import Context, silent
from lester_gui.session import decisions, review
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.rewriting import Rewriting, Rewritten, verdict_part
from lester_gui.settings import load as load_settings

PERSON = "person"


class Reviewing(Rewriting):
    """The use cases of the Rewrite screen that follow a rewrite."""

    @one_at_a_time
    def review(self, pipeline: str) -> Document:
        """Original beside plan, with the evidence of every step; without a plan, what stopped it.

        Raises
        ------
        UserError
            If it was not rewritten, or its script changed since.
        """
        record = self.record(pipeline)
        script = self.script_of(pipeline)
        if record.plan_json is None:
            return review.without_plan(record, json.loads(record.verdict_json or "{}"), script)
        found = self.rewritten(pipeline)
        known = decisions.known(self.connection, found.record)
        return review.document(found.record, found.plan, found.document, script, known)

    @one_at_a_time
    def decide_step(self, pipeline: str, number: int, decision: str, reason: str = "", by: str | None = None) -> Document:
        """Accept or reject a step of a plan.

        Raises
        ------
        UserError
            If there is no such step, a rejection has no reason, or a step is to be accepted whose finding nobody decided on.
        """
        found = self.rewritten(pipeline)
        step = review.step_of(found.plan, number)
        if decision == decisions.ACCEPTED:
            known = decisions.known(self.connection, found.record)
            waiting = review.undecided(found.plan, found.document, known, step.number)
            if waiting:
                raise UserError(
                    f"Nobody decided yet on the finding of step {number}: {waiting[0]['title'].lower()}",
                    "Say whether the plan keeps what the script does, and why.",
                )
        with self.transaction() as connection:
            decisions.decide(connection, found.record, step.name, decision, reason, self.actor(by).name)
            code = "rewrite-accepted" if decision == decisions.ACCEPTED else "rewrite-rejected"
            given = {"reason": reason.strip()} if reason.strip() else {}
            self.journal.append(connection, code, self.actor(by), pipeline=pipeline, step=step.number, **given)
        return self.review(pipeline)

    @one_at_a_time
    def decide_finding(
        self, pipeline: str, number: int, decision: str, reason: str, by: str | None = None, ctx: Context | None = None
    ) -> Document:
        """Decide on a finding: ``kept`` (the plan does what the script does) or ``deviates`` (the other reading is adopted).

        A plan that deviates is verified like any other; it is stored as what it is, mostly as differing from its script.

        Parameters
        ----------
        number
            Of the finding, as the review counts them.
        reason
            Why; journalled, without personal values.

        Raises
        ------
        UserError
            If there is no such finding, the reason is missing, or the finding has no other reading.
        """
        found = self.rewritten(pipeline)
        finding = review.finding_of(found.document, number)
        decisions.require_reason(decision, reason)
        facts = {"kind": finding["kind"], "status": decision, "reason": reason.strip()}
        deviates = decision == decisions.DEVIATES
        if deviates and "plan" not in finding.get("alternative", {}):
            raise UserError("There is no other reading of this line to adopt", "Keep what the script does, or edit the plan.")
        if deviates:
            plan = from_json(finding["alternative"]["plan"])
            self._adopt(found, plan, {k: v for k, v in finding.items() if k != "alternative"} | facts, ctx or silent())
            found = self.rewritten(pipeline)
        with self.transaction() as connection:
            decisions.decide(connection, found.record, review.key_of(finding), decision, reason, self.actor(by).name)
            self.journal.append(
                connection, "finding-decided", self.actor(by), pipeline=pipeline, plan_hash=found.record.plan_hash, **facts
            )
        return self.review(pipeline)

    @one_at_a_time
    def edit_plan(self, pipeline: str, text: str, ctx: Context | None = None) -> Document:
        """Read an edited plan text back, verify it again, and store it; what differs from the script is stored as that.

        Decisions about the steps before the first one that changed stay.

        Raises
        ------
        PlanTextError
            If the text is no plan; `plan_line` says where. The stored plan stays as it was.
        """
        found = self.rewritten(pipeline)
        self._adopt(found, parse(text, found.plan), None, ctx or silent())
        return self.review(pipeline)

    @one_at_a_time
    def check_again(self, pipeline: str, ctx: Context | None = None) -> Document:
        """Verify the stored plan once more on the data as they are, without rewriting: what a person edited stays."""
        found = self.rewritten(pipeline)
        script = self.script_of(pipeline)
        verdict = self.verify(found.plan, script, ctx or silent())
        document = found.document | verdict_part(found.plan, verdict, found.document.get("rule_findings"))
        rewriter = found.record.rewriter or "rules"
        self.keep(pipeline, script, found.plan, document, rewriter, found.record.attempts, action="plan-checked")
        return self.review(pipeline)

    @one_at_a_time
    def second_opinion(self, pipeline: str, number: int, model: str | None = None, ctx: Context | None = None) -> Document:
        """Ask a language model for one step and note whether it agrees; the plan stays as it is."""
        found = self.rewritten(pipeline)
        script = self.script_of(pipeline)
        step = review.step_of(found.plan, number)
        from lester_gui.session import model_help

        opinion = model_help.opinion(self, found.plan, step, script, self.worker, load_settings(), model, ctx or silent())
        with self.transaction() as connection:
            decisions.keep_opinion(connection, found.record, step.name, opinion)
            self.journal.append(connection, "model-asked", self.actor(), pipeline=pipeline, step=number, model=opinion["model"])
        return self.review(pipeline)

    def require_accepted(self, found: Rewritten) -> None:
        """Refuse a plan of which somebody rejected a step.

        Raises
        ------
        UserError
            With the step's number.
        """
        known = decisions.known(self.connection, found.record)
        for step in review.steps_of(found.plan):
            if known.of(step.name) == decisions.REJECTED:
                raise UserError(
                    f"Step {step.number} of {found.record.name} was rejected, so the plan is not run",
                    "Edit the plan, rewrite the script again, or accept the step.",
                )

    def _adopt(self, found: Rewritten, plan: Plan, deviation: dict[str, Any] | None, ctx: Context) -> None:
        """Verify another plan of the same script and store it as made by a person."""
        pipeline = found.record.name
        script = self.script_of(pipeline)
        verdict = self.verify(plan, script, ctx)
        document = found.document | verdict_part(plan, verdict, found.document.get("rule_findings"))
        document["rewriter"] = PERSON
        if deviation is not None:
            document["deviations"] = [*found.document.get("deviations", []), deviation]
        self.keep(pipeline, script, plan, document, PERSON, 0, action="plan-edited")
        kept = [*review.unchanged(found.plan, plan), *review.finding_keys(found.document)]
        with self.transaction() as connection:
            decisions.carry_over(connection, found.record, plan_hash(plan), kept)
