"""Does a plan do what its script does? On the data at hand, on edited data, and without single source rows.

A wrong plan that is called verified is the worst that can happen here, so what was not compared is never counted as equal: a
stage that neither side reached, an input that one side refuses, a step that nothing understood each show in the verdict.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Apply, walk
from lester_gui.ir.plan import Plan
from lester_gui.progress import Context, Part, silent
from lester_gui.runtime.read import RaggedLine
from lester_gui.runtime.records import split
from lester_gui.sandbox import Positions, Sandbox, ScriptRun
from lester_gui.sandbox.copies import private_folder
from lester_gui.verify.capture import Original, OriginalRun, learning_of_plan
from lester_gui.verify.counterexample import describe_failure, shrink
from lester_gui.verify.dealt import calls_of, composed
from lester_gui.verify.equivalence import Comparison, compare, describe, is_whole_script, opaque_steps, variables
from lester_gui.verify.lineage_check import ROWS, check_lineage
from lester_gui.verify.mutations import AIMED_AT_STOPS, ALWAYS, OF_FILES, MutatedInput, mutate
from lester_gui.verify.originals import Originals
from lester_gui.verify.plan_result import Execute, PlanResult, Refit
from lester_gui.verify.sources import SourceTable, contents, load, sample
from lester_gui.verify.verdict import (
    DIFFERS,
    NOT_RUN,
    PARTLY,
    STAGES,
    VERIFIED,
    Counterexample,
    Finding,
    LineageResult,
    StageResult,
    StepEvidence,
    Verdict,
)

GIVEN = "the given data"
MUTATED_TIMEOUT = 60.0
SHRINK_SECONDS = 6.0
INPUT_SECONDS = (
    8.0  # CPU seconds of the script on edited data; a count of wall clock would make the evidence hang on other programs
)


def verify_plan(
    plan: Plan,
    original: Original,
    execute: Execute,
    sandbox: Sandbox,
    ctx: Context | None = None,
    *,
    refit: Refit | None = None,
    mutations: bool = True,
    seed: int = 0,
    shrink_seconds: float = SHRINK_SECONDS,
    originals: Originals | None = None,
) -> Verdict:
    """Verify a plan against its script.

    Parameters
    ----------
    plan
    original
        The script, its project and its sources. It is run on copies only.
    execute
        Runs the plan on a folder of sources.
    sandbox
        Where the script runs.
    ctx
        Progress and cancel.
    refit
        Fits the plan's model on given arrays; tells rounding that an iterative model amplifies from a wrong model.
    mutations
        Whether to try edited data and lineage too. Without it no plan is more than partly verified.
    seed
        Of the edits.
    shrink_seconds
        How long to make a counterexample smaller.
    originals
        Runs of this script that are kept from other verdicts.

    Raises
    ------
    UserError
        If scripts cannot be run here, or a package is missing.
    """
    runs = originals or Originals(original, sandbox)
    work = _Verification(plan, runs, execute, ctx or silent(), refit, seed, shrink_seconds)
    return work.verdict(mutations)


class _Quiet:
    """Passes on the wish to cancel, not the steps of each small run."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def check_cancelled(self) -> None:
        self._ctx.check_cancelled()

    def advance(self, label: str, fraction: float | None = None) -> None:
        self._ctx.check_cancelled()


@dataclass
class _Tally:
    """What has been seen so far."""

    inputs: int = 0
    tried: int = 0
    both_stop: int = 0
    differing: list[str] = field(default_factory=list)
    plan_stops: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # of `plan_stops`, those on files that were read
    late_stops: list[str] = field(default_factory=list)  # of `script_stops`, those that the plan had to stop on, too
    script_stops: list[str] = field(default_factory=list)
    other_exceptions: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    steps: dict[str, tuple[int, int, str | None]] = field(default_factory=dict)  # view → agree, compared, first difference
    stages: dict[str, StageResult] = field(default_factory=dict)


class _Verification:
    def __init__(
        self,
        plan: Plan,
        originals: Originals,
        execute: Execute,
        ctx: Context,
        refit: Refit | None,
        seed: int,
        shrink_seconds: float,
    ) -> None:
        self.plan = plan
        self.originals = originals
        self.original = originals.original
        self.execute = execute
        self.sandbox = originals.sandbox
        self.ctx = ctx
        self.refit = refit
        self.seed = seed
        self.shrink_seconds = shrink_seconds
        self.names = _names(plan)
        self.base: OriginalRun | None = None
        self.tally = _Tally()
        self.worked = self.longest = 0.0  # CPU seconds of the script on edited data, in all and of one run
        self.started = time.monotonic()

    def verdict(self, mutations: bool) -> Verdict:
        self.base, result = self._both()
        run = self.base.run
        if run.status != "finished":
            return self._not_run(run)
        if isinstance(result, UserError):
            return self._plan_failed(result)
        self.ctx.advance("Comparing stage by stage", 0.3)
        comparison = self._count(GIVEN, self.base, result)
        if self.shrink_seconds <= 0 and (comparison.differing_stage or result.stopped):
            return self._finish(result, comparison, self._counterexample(GIVEN, {}, comparison, GIVEN), LineageResult())
        tables = load(self.plan, self.original.folder, self.original.sources)
        small = sample(self.plan, result, tables, self.seed)
        if comparison.differing_stage or result.stopped:
            return self._finish(result, comparison, self._counterexample("a sample", small, comparison, GIVEN), LineageResult())
        counterexample, lineage = None, LineageResult()
        if mutations:
            counterexample, comparison = self._mutate(small, comparison)
            if counterexample is None and not is_whole_script(self.plan):  # of a whole script it says nothing that could be wrong
                self.ctx.advance("Checking the lineage", 0.85)
                lineage = self._lineage(small)
        return self._finish(result, comparison, counterexample, lineage, mutations)

    def _both(self) -> tuple[OriginalRun, PlanResult | UserError]:
        """Run script and plan on the given data, side by side unless the plan has to be told the script's split."""
        self.ctx.advance("Running the original script twice", 0.02)
        with ThreadPoolExecutor(1) as pool:
            script = pool.submit(self.originals.given, self.names, self.plan.model, _Quiet(self.ctx))
            impose = None
            if self._needs_split:
                run = script.result().run
                impose = self._split_to_impose(run)
                if run.status != "finished":
                    return script.result(), UserError("The script did not come to its end")
            self.ctx.advance("Running the plan beside it", 0.1)
            result: PlanResult | UserError
            try:
                result = self.execute(self.plan, self.original.folder, impose, Part(self.ctx, 0.1, 0.3))
            except UserError as error:
                result = error
            return script.result(), result

    # --- running both sides ---------------------------------------------------------------------------------------------

    @property
    def _needs_split(self) -> bool:
        return any(s.kind == "random" and s.seed is None for s in self.plan.split.chain)

    def _split_to_impose(self, run: ScriptRun) -> Positions | None:
        if not self._needs_split or not run.splits:
            return None
        calls = calls_of(self.plan.split, run.splits)
        return None if calls is None else composed(self.plan.split, calls)

    def _run_script(self, sources: Mapping[str, bytes]) -> OriginalRun:
        assert self.base is not None
        run = self.originals.on(sources, self.names, MUTATED_TIMEOUT, self.ctx)
        self.worked += run.cpu_seconds
        self.longest = max(self.longest, run.cpu_seconds)
        return OriginalRun(run, self.base.unstable, self.base.unstable_learning)

    def _run_plan(self, sources: Mapping[str, bytes], original: OriginalRun) -> PlanResult:
        with private_folder(self.sandbox.scratch) as folder:
            for path, content in sources.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            try:
                return self.execute(self.plan, folder, self._split_to_impose(original.run), _Quiet(self.ctx))
            except UserError as error:
                kind = getattr(error, "exception_type", "")
                stage = "read" if isinstance(error, RaggedLine) else "prepare"
                return PlanResult({}, stopped=stage, exception_type=str(kind))

    def _mutate(self, small: Mapping[str, SourceTable], comparison: Comparison) -> tuple[Counterexample | None, Comparison]:
        kinds = OF_FILES if is_whole_script(self.plan) else None
        inputs = list(mutate(self.plan, self.original.script.text, small, self.seed, kinds))
        for number, (mutated, run) in enumerate(self._runs(inputs)):
            self.ctx.advance(f"Comparing on edited data: {mutated.name}", 0.35 + 0.5 * number / len(inputs))
            if run.run.status in ("timeout", "killed"):
                continue
            found = self._count(mutated.name, run, self._run_plan(mutated.sources, run))
            if found.differing_stage:
                tables = _retabled(small, mutated.sources)
                return self._counterexample(mutated.name, tables, found, mutated.name), found
        return None, comparison

    def _runs(self, inputs: list[MutatedInput]) -> Iterator[tuple[MutatedInput, OriginalRun]]:
        """Yield script runs in order; while a plan is executed here, the next script runs there.

        Once the script has used up its time, only the inputs that are always tried are left.
        """
        upcoming = iter(inputs)
        waiting: deque[tuple[MutatedInput, Future[OriginalRun]]] = deque()
        with ThreadPoolExecutor(1) as pool:

            def begin_next() -> None:
                for mutated in upcoming:
                    if self.worked > INPUT_SECONDS and mutated.name not in ALWAYS:
                        self.tally.left_out.append(mutated.name)
                        continue
                    waiting.append((mutated, pool.submit(self._run_script, mutated.sources)))
                    return

            begin_next()
            try:
                while waiting:
                    begin_next()
                    mutated, run = waiting.popleft()
                    yield mutated, run.result()
            finally:
                for _, run in waiting:
                    run.cancel()

    def _lineage(self, small: Mapping[str, SourceTable]) -> LineageResult:
        original = self._run_script(contents(small))
        result = self._run_plan(contents(small), original)
        if original.run.status != "finished" or result.stopped:
            return LineageResult()
        return check_lineage(
            self.plan,
            small,
            result,
            original,
            lambda tables: self._run_script(contents(tables)),
            lambda tables: self._run_plan(contents(tables), original),
            self.ctx,
            ROWS if self.longest < INPUT_SECONDS / ROWS / 2 else ROWS // 2,
        )

    def _counterexample(
        self, name: str, tables: Mapping[str, SourceTable], first: Comparison, first_seen_on: str
    ) -> Counterexample | None:
        wanted = first.differing_stage
        if not wanted:  # the plan stopped before there was anything to compare
            return None

        def fails(fewer: Mapping[str, SourceTable]) -> Comparison | None:
            self.ctx.check_cancelled()
            run = self._run_script(contents(fewer))
            if run.run.status not in ("finished", "raised"):
                return None
            comparison = compare(self.plan, self._run_plan(contents(fewer), run), run, self.refit)
            return comparison if comparison.differing_stage == wanted else None

        if self.shrink_seconds <= 0 or wanted in ("split", "model"):  # fewer rows do not show more there
            return replace(describe_failure(self.plan, first_seen_on, tables, first), source_rows={}, sources={})
        self.ctx.advance("Looking for a small counterexample", 0.9)
        whole = fails(tables)
        if whole is None:  # only the whole data show it
            return replace(describe_failure(self.plan, first_seen_on, tables, first), source_rows={}, sources={})
        smaller, comparison = shrink(tables, fails, self.shrink_seconds)
        return describe_failure(self.plan, name, smaller, comparison or whole)

    # --- counting -------------------------------------------------------------------------------------------------------

    def _count(self, name: str, original: OriginalRun, result: PlanResult) -> Comparison:
        comparison = compare(self.plan, result, original, self.refit)
        tally = self.tally
        tally.tried += 1
        for view in comparison.views.values():
            if view.status in ("equal", "order", "differs"):
                agree, compared, first = tally.steps.get(view.view, (0, 0, None))
                wrong = view.status == "differs"
                tally.steps[view.view] = (agree + (not wrong), compared + 1, first or (name if wrong else None))
        for stage, outcome in comparison.stages.items():
            before = tally.stages.get(stage)
            if before is None or (outcome.status in ("differs", "permuted") and before.status not in ("differs", "permuted")):
                fact = outcome.fact if before is None else f"On {name}: {outcome.fact}"
                tally.stages[stage] = replace(outcome, fact=fact)
        raised = original.run.raised
        if comparison.differing_stage:
            tally.differing.append(name)
        elif raised is None and result.stopped:
            tally.plan_stops.append(name)
            if result.stopped != "read":  # that a damaged file is not read is told, and is no matter of the plan's steps
                tally.refused.append(name)
        elif raised is not None and not result.stopped:
            tally.script_stops.append(name)
            # the script's encoders or its model refuse what the plan's take; that a metric refuses the predictions, or that no
            # test rows are left to predict, says nothing of the plan
            no_test_rows = result.test is not None and not len(result.test)
            late = learning_of_plan(original.run, self.plan) is not None and not raised.metric and not no_test_rows
            # or the plan says itself on what data it stops, and not on these; a loop over parameters fits other models on the
            # line that fits the plan's, and what one of those refuses is no matter of the plan
            not_fitting = raised.line not in self.plan.model.lines
            if late or (name in AIMED_AT_STOPS and not_fitting and _says_where_it_stops(self.plan)):
                tally.late_stops.append(name)
        else:
            tally.inputs += 1
            tally.both_stop += raised is not None
            if raised is not None and result.exception_type and raised.type != result.exception_type:
                tally.other_exceptions.append(name)
        return comparison

    def _finish(
        self,
        result: PlanResult,
        comparison: Comparison,
        counterexample: Counterexample | None,
        lineage: LineageResult,
        mutations: bool = False,
    ) -> Verdict:
        assert self.base is not None
        findings = [*self._findings(lineage), *self._conditions(mutations)]
        return Verdict(
            status=self._status(lineage, mutations),
            inputs=self.tally.inputs,
            inputs_tried=self.tally.tried,
            stages=self.tally.stages,
            steps=tuple(self._steps(result, comparison)),
            findings=tuple(findings),
            counterexample=counterexample,
            lineage=lineage,
            excluded=self._excluded(),
            seconds=time.monotonic() - self.started,
            versions=self.base.run.versions,
            isolation=self.base.run.isolation.sentence,
        )

    def _status(self, lineage: LineageResult, mutations: bool) -> str:
        tally = self.tally
        statuses = {stage: tally.stages[stage].status for stage in STAGES}
        if tally.differing or GIVEN in tally.plan_stops:
            return DIFFERS
        complete = all(s == "equal" or (stage == "model" and s == "excluded") for stage, s in statuses.items())
        compared = tally.inputs - tally.both_stop
        enough = mutations and compared >= max(3, tally.tried / 3) and 2 * tally.inputs >= tally.tried
        one_sided = tally.refused or tally.late_stops  # one refuses what the other takes: not the same on such data
        if complete and enough and not one_sided and not lineage.wrong and not opaque_steps(self.plan):
            return VERIFIED
        return PARTLY

    def _steps(self, result: PlanResult, comparison: Comparison) -> Iterator[StepEvidence]:
        for node in self.plan.views:
            view = comparison.views[node.name]
            agree, compared, first = self.tally.steps.get(node.name, (0, 0, None))
            held = result.views.get(node.name)
            status = "differs" if first else view.status if view.status != "not-compared" or not compared else "equal"
            difference = view.difference
            fact = describe(difference) if difference is not None and difference.status != "equal" else ""
            yield StepEvidence(
                view=node.name,
                kind=type(node).__name__,
                status=status,
                rows_in=sum(result.views[p.name].table.num_rows for p in node.parents if p.name in result.views),
                rows_out=0 if held is None else held.table.num_rows,
                variable=view.variable,
                line=view.line,
                inputs_agree=agree,
                inputs=compared,
                fact=fact,
                rows=() if difference is None else difference.rows,
                counterexample=first,
                unchecked=node.schema.names if difference is None or not compared else difference.extra,
            )

    def _findings(self, lineage: LineageResult) -> Iterator[Finding]:
        tally = self.tally
        if tally.script_stops:
            text = f"On {_quoted(tally.script_stops)} the script raises an exception."
            yield Finding("script-stops", "The script stops where the plan goes on", text)
        if tally.plan_stops:
            text = f"It refuses {_quoted(tally.plan_stops)}."
            yield Finding("plan-stops", "The plan stops where the script goes on", text)
        if tally.other_exceptions:
            text = f"So on {_quoted(tally.other_exceptions)}."
            yield Finding("other-exception", "Script and plan stop for different reasons", text)
        if lineage.wrong:
            text = f"Without {lineage.wrong} of {lineage.tried} source rows, other rows stay than the lineage says."
            yield Finding("lineage", "The predicted lineage is wrong", text)

    def _conditions(self, mutations: bool) -> Iterator[Finding]:
        for node in opaque_steps(self.plan):
            text = f"{node.name} runs the script's own statements: {node.reason}"
            yield Finding("opaque", "A step that nothing understood", text, node.line)
        if not mutations and not self.tally.differing:
            yield Finding("given-data-only", "Compared on the given data only", "Edited data were not tried.")
        if left_out := len(self.tally.left_out):
            text = (
                f"The script takes long: of {self.tally.tried + left_out} inputs that were prepared, {left_out} were not tried."
            )
            yield Finding("fewer-inputs", "Compared on fewer edited data than usual", text)
        for what in self._excluded():
            yield Finding("nondeterministic", "The script gives other results each time it runs", f"{what} cannot be compared.")

    def _excluded(self) -> tuple[str, ...]:
        assert self.base is not None
        variables = sorted({f"{name} (line {line})" for line, name in self.base.unstable if name in self.names})
        return (*variables, *sorted(self.base.unstable_learning))

    # --- nothing to compare ---------------------------------------------------------------------------------------------

    def _not_run(self, run: ScriptRun) -> Verdict:
        if run.raised is not None and run.raised.module:
            run.require_finished(self.original.script.path, self.original.interpreter)
        try:
            run.require_finished(self.original.script.path, self.original.interpreter)
            text, line = "", None
        except UserError as error:
            text, line = str(error), run.raised.line if run.raised is not None else None
        return self._empty(NOT_RUN, Finding("script-failed", "The original script does not run", text, line), run)

    def _plan_failed(self, error: UserError) -> Verdict:
        assert self.base is not None
        return self._empty(DIFFERS, Finding("plan-stops", "The plan stops on the given data", str(error)), self.base.run)

    def _empty(self, status: str, finding: Finding, run: ScriptRun) -> Verdict:
        stages = {s: StageResult("not-compared", 0, finding.title) for s in STAGES}
        return Verdict(
            status,
            stages=stages,
            findings=(finding,),
            seconds=time.monotonic() - self.started,
            versions=run.versions,
            isolation=run.isolation.sentence,
        )


def _quoted(inputs: Iterable[str]) -> str:
    """Return the names of inputs, which are phrases, apart from the sentence that they stand in."""
    return ", ".join(f"“{name}”" for name in inputs)


def _says_where_it_stops(plan: Plan) -> bool:
    """Whether some step of a plan ends it where the script would raise an exception."""
    return any(isinstance(e, Apply) and e.operator == "present" for expr in plan.expressions for e in walk(expr))


def _names(plan: Plan) -> frozenset[str]:
    """Return the script's variables that are compared; none where the plan runs the script and knows only what its model saw."""
    return frozenset() if is_whole_script(plan) else variables(plan)


def _retabled(tables: Mapping[str, SourceTable], sources: Mapping[str, bytes]) -> dict[str, SourceTable]:
    out = {}
    for name, t in tables.items():
        records = split(sources[t.path], t.dialect, t.path)
        out[name] = replace(t, preamble=records.preamble).with_records(records.records[: -1 if records.document else None])
    return out
