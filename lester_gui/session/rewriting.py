"""Rewrite, verify and review: from a script to a plan with evidence."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from lester_gui.discovery.configuration import SourceEntry
from lester_gui.discovery.scripts import Script, load_script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import render, with_names
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.ir.serialise import dumps, loads, plan_hash, to_json
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context, Part, silent
from lester_gui.rewrite.lift.lifter import Asked
from lester_gui.rewrite.rules import Beginning, Rewrite, Step, rewrite
from lester_gui.rewrite.slicing import writes_files
from lester_gui.runtime.read import observe_schema
from lester_gui.sandbox import Capture, Positions, ScriptRun
from lester_gui.session import deviations, whole_script
from lester_gui.session.execution import executor, refit
from lester_gui.session.indexing import reading
from lester_gui.session.opened import Document, OpenedProject, one_at_a_time
from lester_gui.session.script_beginning import lifted_from
from lester_gui.session.step_schema import step_schema
from lester_gui.session.worker import worker_for
from lester_gui.settings import load as load_settings
from lester_gui.store import catalogue
from lester_gui.verify.capture import Original, run_original
from lester_gui.verify.equivalence import is_whole_script, runs_script
from lester_gui.verify.originals import Originals
from lester_gui.verify.plan_result import PlanResult
from lester_gui.verify.verdict import DIFFERS, NOT_RUN, Finding, Verdict
from lester_gui.verify.verification import verify_plan

REWRITERS = ("auto", "rules", "ollama")
MOST_OBSERVED = 8
"""How many steps that no rule covers are run to see what they yield; a script with more is run as a whole."""
WHOLE = "The whole script is one opaque step: it is run again whenever its sources change."
BEGINNING = (
    "The beginning of the script is one opaque step: it is run again whenever a source changes. The rest are steps of the plan."
)
SEEDS = (0, 1)
"""Of the hashing of text, which decides the order of sets: what differs between the two is not determined by the input."""
LINE_BY_LINE = (("sep", ","), ("maxsplit", 0))
Given = dict[str, PlanResult]
"""What the plan that was run last makes of the project's files, by its hash."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A pipeline's stored rewrite."""

    record: catalogue.Pipeline
    plan: Plan
    document: Document


class Rewriting(OpenedProject):
    """The use cases of the Rewrite screen."""

    @one_at_a_time
    def rewrite(self, pipeline: str, with_: str = "auto", model: str | None = None, ctx: Context | None = None) -> Document:
        """Rewrite a script by rules, let a language model fill what they leave, verify the plan, and store both.

        Parameters
        ----------
        with_
            ``rules``, ``ollama`` (the model fills every step that rules left), or ``auto`` (the model only if one is there).
        model
            The Ollama model; the preferred one of the settings when None.

        Raises
        ------
        UserError
            If the pipeline is unknown, its script or a source cannot be read, or scripts cannot be run here.
        """
        if with_ not in REWRITERS:
            raise UserError(f"There is no rewriter {with_!r}", f"Choose one of {', '.join(REWRITERS)}.")
        ctx = ctx or silent()
        script = self.script_of(pipeline)
        _ = self.store  # where nothing can be kept, say so before the work
        started = datetime.now(UTC)
        ctx.advance("Reading the script", 0.0)
        self._warm_up()
        found, unread = self._rules(pipeline, script)
        rewriter, attempts, plan, message = "rules", [], found.plan, ""
        run: ScriptRun | None = None
        if plan is None and (begun := self._from_beginning(pipeline, script, found, Part(ctx, 0.05, 0.1))) is not None:
            found, plan, message = begun, begun.plan, BEGINNING
        if plan is None:
            reason = next((s.why for s in found.stops if not s.beside), "The rules stopped")
            plan, run, message = self._whole(pipeline, script, reason, Part(ctx, 0.1, 0.3))
            if plan is None and unread is not None:
                raise unread
        elif plan.opaque_steps and with_ != "rules" and not runs_script(plan):
            from lester_gui.session import model_help

            filled = model_help.fill(self, plan, script, self.worker, load_settings(), model, Part(ctx, 0.1, 0.6))
            plan, attempts, message, rewriter = filled.plan, filled.attempts, filled.message, filled.rewriter
            if attempts:
                self._note_model(pipeline, filled.journal)
        given: Given = {}
        verdict = self.verify(plan, script, Part(ctx, 0.6, 0.95), run, given) if plan is not None else Verdict(status=NOT_RUN)
        if found.plan is not None and plan is not found.plan and verdict.status in (DIFFERS, NOT_RUN):
            # equal step by step, and yet the whole is not: what a model wrote is never kept on such terms
            plan, rewriter = found.plan, "rules"
            message = "The model's step was refused: with it the whole plan differs from the script. The rules' plan stays."
            verdict = self.verify(plan, script, Part(ctx, 0.6, 0.95), given=given)
        if plan is not None and verdict.status == DIFFERS and not verdict.inputs and not is_whole_script(plan):
            plan, verdict, message = self._coarser(pipeline, script, plan, verdict, message, Part(ctx, 0.8, 0.95))
        findings = self._told(found, plan, Part(ctx, 0.95, 0.98), given)
        document = self._document(pipeline, found, plan, verdict, findings, rewriter, attempts, message, started)
        self.keep(pipeline, script, plan, document, rewriter, len(attempts))
        return _answer(document)

    def rules_of(self, pipeline: str, script: Script) -> Rewrite:
        """What the rules make of a script.

        Raises
        ------
        UserError
            If a file that it reads is missing or damaged.
        """
        found, unread = self._rules(pipeline, script)
        if unread is not None:
            raise unread
        return found

    def _rules(self, pipeline: str, script: Script, beginning: Beginning | None = None) -> tuple[Rewrite, UserError | None]:
        """What the rules make of a script, and what a person has to mend first, unless the script itself makes that file."""
        configuration = self.configuration
        refused: list[UserError] = []
        sources = {s.path: s.name for s in configuration.sources} | {
            path: s.name for path in configuration.paths if (s := configuration.source_at(path)) is not None
        }

        @cache  # a script may read one file in several places, and the rules go through it twice
        def observe(asked: Asked) -> Schema:
            path = configuration.paths.get(asked.path, asked.path)
            try:
                if not (self.folder / path).exists() and writes_files(script):
                    raise UserError(
                        f"{path.rpartition('/')[2]} is not there before the script runs; reading a file that it writes itself in "
                        "this way is not supported yet",
                        hint="Check the path, or run the script once.",
                    )
                return observe_schema(self.folder / path, asked.reader, asked.options, asked.names)
            except UserError as error:
                refused.append(error)
                raise

        asked: list[Step] = []

        @cache
        def observe_step(step: Step) -> Schema | None:
            asked.append(step)
            if len(asked) > MOST_OBSERVED:  # by number, not by time: the same script must give the same plan
                return None
            return step_schema(step, self.folder, configuration, self.sandbox, script.modules, silent())

        found = rewrite(script, observe, pipeline, configuration.pipeline(pipeline).fit_line, sources, observe_step, beginning)
        told = {stop.why for stop in found.stops}
        for error in refused:
            # a damaged or missing file is for a person to mend; a reader that Lester lacks is a stop of the rules
            if error.message in told and "not supported yet" not in error.message:
                return found, error
        return found, None

    def _from_beginning(self, pipeline: str, script: Script, found: Rewrite, ctx: Context) -> Rewrite | None:
        """What the rules make of a script whose beginning runs as it is; None where that is no plan either."""
        reads = {entry.path: partial(self._read_whole, entry) for entry in self.configuration.sources}
        try:
            return lifted_from(
                found,
                Original(self.folder, script, {}),
                reads,
                lambda beginning: self._rules(pipeline, script, beginning)[0],
                self.sandbox,
                ctx,
            )
        except UserError:
            return None  # the script does not run here: what follows says so

    def _warm_up(self) -> None:
        """Let the processes that scripts run in make their imports while the rules read the script."""
        if self.sandbox.isolation.supported:
            for hash_seed in SEEDS:
                with suppress(UserError):  # an interpreter that does not start is told where a script needs it
                    self.sandbox.warm_up(hash_seed)

    def _whole(self, pipeline: str, script: Script, reason: str, ctx: Context) -> tuple[Plan | None, ScriptRun | None, str]:
        """The plan that runs the whole script as one step, where nothing better is left; None and why where it cannot be."""
        entries = {s.path: s for s in self.configuration.sources}
        ctx.advance("Running the script to see what its model learns from")
        try:
            run = run_original(Original(self.folder, script, {}), self.sandbox, ctx, capture=Capture(names=frozenset()))
            line = self.configuration.pipeline(pipeline).fit_line or self._fit_line(pipeline)
            reads = {path: partial(self._read_whole, entry) for path, entry in entries.items()}
            plan = whole_script.plan_of_script(script, pipeline, line, reads, run, reason)
        except UserError as error:
            return None, None, f"The script cannot be run as one step either: {error.message}. {error.hint}".strip()
        return plan, run, WHOLE

    def _coarser(
        self, pipeline: str, script: Script, plan: Plan, verdict: Verdict, message: str, ctx: Context
    ) -> tuple[Plan, Verdict, str]:
        """What to keep of a plan that is shown to be wrong on the script's own data: the script as one step, if that agrees."""
        refused = next((f.text for f in verdict.findings if f.kind == "plan-stops"), "")
        refused = refused or next((f"{s.fact}" for s in verdict.stages.values() if s.status in ("differs", "permuted")), "")
        whole, run, _ = self._whole(pipeline, script, f"The plan of the rules was refused: {refused}", Part(ctx, 0.0, 0.3))
        if whole is None:
            return plan, verdict, message
        found = self.verify(whole, script, Part(ctx, 0.3, 1.0), run)
        if found.status in (DIFFERS, NOT_RUN):
            return plan, verdict, message
        told = Finding("plan-refused", "The plan of the rules was refused on the given data", refused)
        return whole, replace(found, findings=(told, *found.findings)), f"{message} {WHOLE}".strip()

    def _fit_line(self, pipeline: str) -> int:
        return next((p.fit_line for p in self.scanned().pipelines if p.name == pipeline), 0)

    def _read_whole(self, entry: SourceEntry) -> Read:
        """How a source is read that a whole script reads by itself: as the index reads it, else line by line."""
        try:
            node = reading(self, entry)
            names = tuple(f.name for f in node.columns)
            schema = observe_schema(self.folder / entry.path, node.reader, node.options, names)
        except UserError:
            node = Read(name=entry.name, source=entry.name, reader=Reader.PYTHON_LINES, options=LINE_BY_LINE, columns=())
            schema = Schema((Field("line", Type.STR),))
        return replace(node, name=entry.name, columns=schema.fields, inferred=True, lines=(), made_by="")

    def verify(
        self, plan: Plan, script: Script, ctx: Context, run: ScriptRun | None = None, given: Given | None = None
    ) -> Verdict:
        """Compare a plan with its script, on the given and on changed data.

        Parameters
        ----------
        run
            Of the script on its own data, with its calls of estimators and no variables, where it was made already.
        given
            Takes up what the plan makes of the project's files, in place of what another plan made of them.
        """
        original = self._original(script, plan)
        originals = Originals(original, self.sandbox, first=run)

        with executor(self.configuration, lambda plan, ctx: worker_for(plan, self.sandbox, script.modules, ctx)) as execute:

            def remembering(plan: Plan, folder: Path, split: Positions | None, ctx: Context) -> PlanResult:
                result = execute(plan, folder, split, ctx)
                if given is not None and folder == self.folder and split is None:
                    given.clear()  # one at a time: it may be as large as the data
                    given[plan_hash(plan)] = result
                return result

            verdict = verify_plan(plan, original, remembering, self.sandbox, ctx, refit=refit, originals=originals)
        return replace(verdict, script_seconds=originals.seconds)

    def script_of(self, pipeline: str) -> Script:
        """The script of a pipeline as it is now."""
        return load_script(self.folder, self.configuration.pipeline(pipeline).script)

    def rewritten(self, pipeline: str) -> Rewritten:
        """The stored rewrite of a pipeline.

        Raises
        ------
        UserError
            If it was not rewritten, or its script changed since.
        """
        record = self.record(pipeline)
        document = json.loads(record.verdict_json or "{}")
        if record.plan_json is None:
            lines = ", ".join(str(s["line"]) for s in document.get("stops", ())[:3])
            where = f": line {lines} stopped the rules" if lines else ""
            raise UserError(f"{pipeline} has no plan{where}", f"See what stopped it: lester rewrite PROJECT {pipeline}")
        return Rewritten(record, loads(record.plan_json), document)

    def record(self, pipeline: str) -> catalogue.Pipeline:
        """What is stored of a pipeline's rewrite, with or without a plan.

        Raises
        ------
        UserError
            If it was not rewritten, or its script changed since.
        """
        entry = self.configuration.pipeline(pipeline)
        record = catalogue.get(self.connection, catalogue.Pipeline, name=pipeline) if self.has_store else None
        if record is None or record.verdict_json is None:
            raise UserError(f"{pipeline} has no plan yet", f"Rewrite it first: lester rewrite PROJECT {pipeline}")
        if record.script_hash != self.file_hash(entry.script):
            raise UserError(
                f"{entry.script} changed since it was rewritten", f"Rewrite it again: lester rewrite PROJECT {pipeline}"
            )
        return record

    @one_at_a_time
    def show(self, pipeline: str) -> Document:
        """The plan as declarative Python, with the names that runs and traces give its views, and as JSON."""
        plan = self.rewritten(pipeline).plan
        return {"text": with_names(render(plan)), "plan": to_json(plan)}

    def models(self) -> Document:
        """The language models on this computer."""
        from lester_gui.rewrite.ollama.status import list_models

        return list_models(load_settings())

    # --- parts ----------------------------------------------------------------------------------------------------------

    def worker(self, plan: Plan, ctx: Context) -> Worker:
        """What runs the code that a plan carries."""
        script = self.script_of(plan.pipeline)
        return worker_for(plan, self.sandbox, script.modules, ctx)

    def _original(self, script: Script, plan: Plan) -> Original:
        used = {r.source for r in plan.reads}
        sources = {s.name: s.path for s in self.configuration.sources if s.name in used}
        return Original(self.folder, script, sources, self.configuration.python)

    def _told(self, found: Rewrite, plan: Plan | None, ctx: Context, given: Given) -> list[Document]:
        if plan is None:
            return [
                {"kind": f.kind, "title": f.title, "text": f.text, "line": f.line, "effect": f.effect} for f in found.findings
            ]
        ran = given.get(plan_hash(plan))
        return deviations.Counter(plan, self.folder, self.configuration, self.worker, ctx, ran).told(found.findings)

    def _note_model(self, pipeline: str, facts: Document) -> None:
        """Journal which model was asked, by digest, and what came of it."""
        details = {"model": facts["model"], "model_digest": facts["digest"], "status": facts["status"]}
        given = {k: v for k, v in details.items() if v}
        self.journal.record(self.connection, "model-asked", self.actor(), pipeline=pipeline, attempts=facts["attempts"], **given)

    def _document(
        self,
        pipeline: str,
        found: Rewrite,
        plan: Plan | None,
        verdict: Verdict,
        findings: list[Document],
        rewriter: str,
        attempts: list[Document],
        message: str,
        started: datetime,
    ) -> Document:
        whole = plan is not None and is_whole_script(plan)  # then every line of the script runs
        stops = [
            {"line": s.line, "reason": str(s.reason), "why": s.why, "covered": s.covered, "beside": s.beside and not whole}
            for s in found.stops
        ]
        base: Document = {
            "pipeline": pipeline,
            "rewriter": rewriter,
            "attempts": len(attempts),
            "conversations": attempts,
            "message": message,
            "stops": stops,
            "rule_findings": findings,
            "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        }
        return base | verdict_part(plan, verdict, findings)

    def keep(
        self,
        pipeline: str,
        script: Script,
        plan: Plan | None,
        document: Document,
        rewriter: str,
        attempts: int,
        action: str = "rewrite",
    ) -> None:
        record = catalogue.Pipeline(
            name=pipeline,
            script=script.path,
            script_hash=self.file_hash(script.path),
            status=document["status"],
            plan_json=None if plan is None else dumps(plan),
            plan_hash=None if plan is None else plan_hash(plan),
            verdict_json=json.dumps(document),
            rewriter=rewriter,
            attempts=attempts,
            updated_at=datetime.now(UTC).replace(tzinfo=None),
        )
        details = {"plan_hash": record.plan_hash} if record.plan_hash else {}
        with self.transaction() as connection:
            catalogue.put_pipeline(connection, record)
            self.journal.append(
                connection, action, self.actor(), pipeline=pipeline, script=script.path, rewriter=rewriter, status=record.status,
                inputs=document["inputs"], attempts=attempts, **details,
            )  # fmt: skip


def verdict_part(plan: Plan | None, verdict: Verdict, findings: list[Document] | None = None) -> Document:
    """What a stored rewrite says of a plan and its verdict; `findings` are the rules', which stay when a plan is edited."""
    return {
        "status": verdict.status,
        "inputs": verdict.inputs,
        "opaque_steps": plan.opaque_steps if plan is not None else 0,
        "user_function_columns": plan.user_function_columns if plan is not None else 0,
        "plan_hash": plan_hash(plan) if plan is not None else None,
        "stages": {
            name: {"status": s.status, "compared": s.fact or str(s.compared), "values": s.compared}
            for name, s in verdict.stages.items()
        },
        "findings": [*(findings or []), *(asdict(f) for f in verdict.findings)],
        "verdict": verdict.to_json(),
    }


def _answer(document: Document) -> Document:
    """The command's document: the stored one without the bulky parts."""
    answer = {k: v for k, v in document.items() if k not in ("conversations", "verdict", "rule_findings")}
    return answer | {"findings": [_shown(f) for f in document["findings"]]}


def _shown(finding: Document) -> Document:
    """A finding without the whole of the plan that would not do it; its text says the same."""
    if "alternative" not in finding:
        return finding
    return finding | {"alternative": {k: v for k, v in finding["alternative"].items() if k != "plan"}}
