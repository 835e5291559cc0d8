"""What the verifier says of wrong plans. One that it accepts must equal the right one, or it is a false accept."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from lester_gui.ir.plan import Plan
from lester_gui.progress import silent
from lester_gui.session import Session
from lester_gui.session.execution import refit
from lester_gui.verify.capture import Original
from lester_gui.verify.originals import Originals
from lester_gui.verify.plan_result import PlanResult
from lester_gui.verify.sources import contents, load
from lester_gui.verify.verdict import VERIFIED, Verdict
from lester_gui.verify.verification import verify_plan
from tests.verify.kept_execution import KeptExecution
from tests.verify.plan_mutants import Mutant, mutants
from tests.verify.stronger_inputs import Tables, differences, result, stronger

SCRIPT_SECONDS = 60.0
INPUTS = 60  # on which a mutant that was accepted has to equal the right plan


@dataclass(frozen=True, slots=True)
class Judged:
    """One wrong plan and what became of it.

    Attributes
    ----------
    outcome : str
        ``refused``; ``equivalent`` (accepted, and the same on all stronger inputs); ``order`` (accepted; only the order of rows
        of a view on the way differs); ``not compared`` (accepted; only views or columns differ of which the verdict says that
        they were not compared, and nothing of them reaches the model); ``script stops`` (accepted; it differs from the right
        plan only on data on which the script itself stops while both plans go on); or ``false accept``.
    shown_on : str
        The input that refused it, or where it differs from the right plan.
    """

    family: str
    place: str
    outcome: str
    shown_on: str
    seconds: float


@dataclass
class Bench:
    """One pipeline of an open project, with its right plan and the runs of its script."""

    session: Session
    pipeline: str
    plan: Plan
    originals: Originals
    execute: KeptExecution
    _right: list[PlanResult] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, pipeline: str, plan: Plan) -> "Bench":
        script = session.script_of(pipeline)
        used = {r.source for r in plan.reads}
        sources = {s.name: s.path for s in session.configuration.sources if s.name in used}
        original = Original(session.folder, script, sources, session.configuration.python)
        return cls(session, pipeline, plan, Originals(original, session.sandbox, keep=True), KeptExecution(session))

    def verdict(self, plan: Plan) -> Verdict:
        """What the verifier says, as for any rewrite."""
        original, sandbox = self.originals.original, self.session.sandbox
        return verify_plan(plan, original, self.execute, sandbox, refit=refit, shrink_seconds=0.0, originals=self.originals)

    def close(self) -> None:
        """Let go of the databases that are kept."""
        self.execute.close()

    def judge(self, mutant: Mutant) -> Judged:
        """Offer a mutant to the verifier; if it accepts, look for a difference on stronger inputs."""
        started = time.perf_counter()
        verdict = self.verdict(mutant.plan)
        outcome, shown_on = "refused", verdict.counterexample.input if verdict.counterexample else verdict.status
        if verdict.status == VERIFIED:
            outcome, shown_on = self.stronger(mutant.plan, verdict)
        return Judged(mutant.family, mutant.place, outcome, shown_on, time.perf_counter() - started)

    def stronger(self, wrong: Plan, verdict: Verdict) -> tuple[str, str]:
        """Compare an accepted plan with the right one on stronger inputs."""
        original = self.originals.original
        tables = load(self.plan, original.folder, original.sources)
        unchecked = {f"view {s.view}: {c}" for s in verdict.steps for c in s.unchecked}
        hidden = tuple(f"{what}view {s.view}" for s in verdict.steps if s.status == "not-compared" for what in ("", "rows of "))
        outcome, where, finished = "equivalent", "", 0
        for number, edited in enumerate(stronger(tables, (self.plan,), original.script.text, INPUTS)):
            if number == len(self._right):
                self._right.append(result(self.plan, self.execute, edited))
            finished += not self._right[number].stopped
            found_here = differences(self._right[number], result(wrong, self.execute, edited))
            if found_here and not self._right[number].stopped and not self._script_runs(edited):
                outcome, where = "script stops", f"{found_here[0]} on input {number}"
                continue
            for found in found_here:
                if found.startswith("order of "):
                    outcome, where = ("order", found) if outcome == "equivalent" else (outcome, where)
                elif found in unchecked or found.partition(":")[0] in hidden:
                    outcome, where = "not compared", found
                else:
                    return "false accept", f"{found} on input {number}"
        return outcome, where or f"{finished} stronger inputs"

    def _script_runs(self, edited: Tables) -> bool:
        """Whether the script gives a result on edited sources."""
        return self.originals.on(contents(edited), frozenset(), SCRIPT_SECONDS, silent()).status == "finished"

    def judged(self, count: int | None = None, seed: int = 0) -> Iterator[Judged]:
        """Judge all mutants of the plan, or a random `count` of them."""
        every = list(mutants(self.plan))
        chosen = every if count is None or count >= len(every) else random.Random(seed).sample(every, count)
        yield from map(self.judge, chosen)
