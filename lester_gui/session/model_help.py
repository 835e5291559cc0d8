"""What the Rewrite use cases ask a local language model: to fill a step that rules left, or for a second opinion on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from lester_gui.audit.canonical import digest
from lester_gui.discovery.configuration import Configuration
from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import Step
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.rewrite.ollama.cache import FileAnswers
from lester_gui.rewrite.ollama.loop import fill_all
from lester_gui.rewrite.ollama.opinion import second_opinion
from lester_gui.rewrite.ollama.oracle import Oracle
from lester_gui.session.execution import fresh_snapshots
from lester_gui.session.opened import Document, OpenedProject
from lester_gui.session.step_oracle import StepOracle, step_inputs
from lester_gui.settings import Settings

WorkerOf = Callable[[Plan, Context], Worker]


@dataclass(frozen=True, slots=True)
class Help:
    """What came of asking: the plan (the rules' own if the model gave nothing that holds), who made it, and the conversations."""

    plan: Plan
    rewriter: str
    message: str
    attempts: list[Document] = field(default_factory=list)
    journal: Document = field(default_factory=dict)


def fill(
    project: OpenedProject, plan: Plan, script: Script, worker: WorkerOf, settings: Settings, model: str | None, ctx: Context
) -> Help:
    """Let a model propose plan steps for every opaque step; a proposal counts only if it gives what the script gives."""
    asked = _Asked(project, script, worker, ctx)
    filled = fill_all(
        plan, script.text, asked.oracle, settings=settings, model=model, answers=FileAnswers(project.store.folder / "answers"),
        data=_fingerprint(project, plan), ctx=ctx,
    )  # fmt: skip
    message = filled.message + (f" {filled.hint}" if filled.hint else "")
    rewriter = f"rules and {filled.model}" if filled.status == "filled" else "rules"
    return Help(filled.plan, rewriter, message, [a.as_json() for a in filled.attempts], filled.journal())


def opinion(
    project: OpenedProject,
    plan: Plan,
    step: Step,
    script: Script,
    worker: WorkerOf,
    settings: Settings,
    model: str | None,
    ctx: Context,
) -> Document:
    """Ask a model for a step that is there already.

    Raises
    ------
    UserError
        If the step reads a source, runs the script, or is no step of the preparation.
    """
    node = plan.view(step.views[-1]) if step.views else None
    if node is None or isinstance(node, Read) or (isinstance(node, Opaque) and node.script):
        raise UserError("A second opinion is asked on steps that prepare rows", "Choose another step.")
    asked = _Asked(project, script, worker, ctx)
    found = second_opinion(
        plan, step.views[-1], script.text, asked.same_as(plan, step.views[-1]), settings=settings, model=model, ctx=ctx
    )
    return found.as_json()


class _Asked:
    """Makes the oracle of a step when the loop comes to it."""

    def __init__(self, project: OpenedProject, script: Script, worker: WorkerOf, ctx: Context) -> None:
        self._project = project
        self._script = script
        self._worker = worker
        self._ctx = ctx

    def oracle(self, plan: Plan, name: str) -> Oracle:
        step = plan.view(name)
        if not isinstance(step, Opaque):
            raise TypeError(f"{name} is not opaque")
        return StepOracle(step, self._inputs(plan, step), self._worker, self._ctx).oracle()

    def same_as(self, plan: Plan, name: str) -> Oracle:
        """The step of the plan itself is what another answer must equal."""
        step = plan.view(name)
        return StepOracle(step, self._inputs(plan, step), self._worker, self._ctx, plan).oracle()

    def _inputs(self, plan: Plan, step: Node) -> list[pa.Table]:
        project = self._project
        configuration: Configuration = project.configuration

        def snapshots(connection: object) -> Mapping[str, object]:
            return fresh_snapshots(connection, plan, project.folder, configuration)  # type: ignore[arg-type]

        return step_inputs(plan, step, snapshots, self._worker(plan, self._ctx), self._ctx)  # type: ignore[arg-type]


def _fingerprint(project: OpenedProject, plan: Plan) -> str:
    """A hash of the sources that a plan reads."""
    return digest({r.source: project.file_hash(project.configuration.source(r.source).path) for r in plan.reads})
