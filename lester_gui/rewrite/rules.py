"""Rewrite a script by rules: run it symbolically, then put the plan of one pipeline together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Node, Read, Reader
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.schema import PlanError, Schema
from lester_gui.rewrite.findings import Finding, findings
from lester_gui.rewrite.lift.beginning import Beginning, Place, draws_apart
from lester_gui.rewrite.lift.learning import Fit, Learning
from lester_gui.rewrite.lift.library import load
from lester_gui.rewrite.lift.lifter import Lifter
from lester_gui.rewrite.lift.opaque import Step
from lester_gui.rewrite.lift.records import Asked, Observe, internal
from lester_gui.rewrite.lift.stop import Reason, Stop, Stopped

__all__ = ["Asked", "Beginning", "Finding", "Observe", "ObserveStep", "Place", "Rewrite", "Step", "Stop", "rewrite"]

PASSES = 12
"""Most passes over a script; each may tell what it calls columns, or which columns of a wide table it asks for."""

ObserveStep = Callable[[Step], Schema | None]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What rules made of a script.

    Attributes
    ----------
    plan : Plan, optional
        None where the learning half could not be understood.
    stops : tuple of Stop
        Where rules stopped; `covered` ones are opaque steps of the plan.
    findings : tuple of Finding
        What a reader should know about the script itself.
    places : tuple of Place
        Where the script could be cut in two, so that its beginning runs as it is and the rest is lifted.
    """

    plan: Plan | None
    stops: tuple[Stop, ...]
    findings: tuple[Finding, ...]
    places: tuple[Place, ...] = ()


def rewrite(
    script: Script,
    observe: Observe,
    pipeline: str,
    fit_line: int | None = None,
    sources: Mapping[str, str] | None = None,
    observe_step: ObserveStep | None = None,
    beginning: Beginning | None = None,
) -> Rewrite:
    """Rewrite a script.

    Parameters
    ----------
    script : Script
        Its text, with the project modules it imports. Nothing is executed.
    observe : callable
        Asked about each file that the script reads: `Asked` → the names, types and nullability that this reader sees.
    pipeline : str
        The pipeline's name.
    fit_line : int, optional
        The line of the call of ``fit`` that makes the pipeline's model; the last one by default.
    sources : mapping, optional
        Path of a source → its name in the project. Others are called after their files.
    observe_step : callable, optional
        Asked what statements yield that no rule covers, where their text does not tell: `Step` → the schema of a frame, or None.
        Without it, such statements stop the rewrite; lists of records need no answer.
    beginning : Beginning, optional
        What runs as it is: the script is lifted from there on.

    Raises
    ------
    UserError
        If the script is not Python, or a file it reads cannot be observed.
    """
    load()
    _ = script.tree
    observe = functools.cache(observe)  # a second pass asks the same questions

    def attempt(wishes: set[tuple[object, ...]]) -> tuple[Lifter, Rewrite]:
        hints: dict[tuple[object, ...], str] = dict.fromkeys(wishes, "asked")
        for _attempt in range(PASSES):
            lift = Lifter(script, observe, sources or {}, hints)
            lift.observe_step = observe_step
            lift.beginning = beginning
            lift.run()
            if lift.hints == hints:
                break
            hints = dict(lift.hints)
        return lift, put_together(lift, fit_line, pipeline)

    lift, made = attempt(set())
    if lift.wishes and (made.plan is None or made.plan.opaque_steps):
        _, other = attempt(lift.wishes)
        if other.plan is not None and (made.plan is None or other.plan.opaque_steps < made.plan.opaque_steps):
            return other
    return made


def put_together(lift: Lifter, fit_line: int | None, pipeline: str) -> Rewrite:
    """Return what became of a script that was run symbolically."""
    stops = list(lift.stops)
    plan = None
    fit = chosen(lift, fit_line)
    if fit is None:
        stops.append(Stop(fit_line or 0, Reason.NO_RULE, "No call of fit was understood", ""))
    else:
        try:
            plan = assembled(lift, fit, pipeline)
        except Stopped as stop:
            stops.append(Stop(stop.line or fit.line, stop.reason, stop.why, fit.variable))
        except Exception as error:
            fault = internal(error, fit.line)
            stops.append(Stop(fit.line, fault.reason, fault.why, fit.variable))
    if plan is not None:
        stops = [s if s.covered else replace(s, beside=True) for s in stops]
    alternative = rowwise(lift, fit, pipeline) if plan is not None and fit is not None and lift.used_last else None
    places = tuple(p for p in lift.places if not draws_apart(lift, p)) if plan is None else ()
    return Rewrite(plan, tuple(stops), findings(lift, alternative), places)


def rowwise(lift: Lifter, fit: Fit, pipeline: str) -> Plan | None:
    """Return the plan in which every row has its own values where the script reads what a loop left behind, if there is one."""
    lift.rowwise = True
    try:
        return assembled(lift, fit, pipeline)
    except (Stopped, UserError):
        return None
    finally:
        lift.rowwise = False


def chosen(lift: Lifter, fit_line: int | None) -> Fit | None:
    """Return the call of fit on a line, or the last one."""
    if fit_line is None:
        return lift.fits[-1] if lift.fits else None
    found = [f for f in lift.fits if f.line == fit_line]  # in a loop over models, the one that is fitted last
    if len(found) > 1:
        lift.note("fitted-several-times", found[-1].variable, str(len(found)), fit_line)
    return found[-1] if found else None


def assembled(lift: Lifter, fit: Fit, pipeline: str) -> Plan:
    """Return the plan for one call of fit."""
    return plan_of(lift, lift.learner.assemble(fit), pipeline)


def plan_of(lift: Lifter, learning: Learning, pipeline: str) -> Plan:
    """Return a plan with final names.

    Raises
    ------
    PlanError
        If the plan language refuses it.
    """
    nodes = topological(learning.prepared)
    named: dict[int, Node] = lift.naming.final(nodes)
    used = {f for n in nodes for f in called(n)}
    label = learning.label
    try:
        plan = Plan(
            pipeline=pipeline,
            prepared=named[id(learning.prepared)],
            label=label,
            split=learning.split,
            encode=learning.encode,
            model=learning.model,
            functions=tuple(f for name, f in sorted(lift.functions.items())),
            written=tuple(lift.written),
        )
    except PlanError as error:
        raise Stopped(Reason.SHAPE, error.message) from error
    needed = {*plan.called_functions, *used, *transformer_functions(plan)}
    return read_fields(replace(plan, functions=tuple(f for f in plan.functions if f.name in needed)))


def read_fields(plan: Plan) -> Plan:
    """Return a plan that reads only those fields of JSON objects that it uses: which others there are hangs on the data."""
    used = set(plan_names(plan))

    def change(node: Node) -> Node:
        if not isinstance(node, Read) or node.reader not in (Reader.PYTHON_JSON_LINES, Reader.PYTHON_JSON):
            return node
        kept = tuple(sorted((f for f in node.columns if f.name in used), key=lambda f: f.name))  # the data decide their order
        return replace(node, columns=kept or node.columns[:1])

    return plan.map_nodes(change)


def plan_names(plan: Plan) -> Iterator[str]:
    """Yield every text in the steps of a plan that may name a column."""
    for part in (*plan.views, plan.label, plan.split, plan.encode):
        yield from _texts(part, top=True)


def _texts(part: object, top: bool = False) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from _texts(inner)
    elif is_dataclass(part) and (top or not isinstance(part, Node)):
        for f in fields(part):
            if not (isinstance(part, Read) and f.name == "columns"):
                yield from _texts(getattr(part, f.name))


def called(node: Node) -> tuple[str, ...]:
    """Return the user functions that a node's expressions call."""
    from lester_gui.ir.expressions import functions_of
    from lester_gui.ir.nodes import Filter, Project

    if isinstance(node, Filter):
        return functions_of(node.predicate)
    if isinstance(node, Project):
        return tuple(f for _, e in node.assigned for f in functions_of(e))
    return ()


def transformer_functions(plan: Plan) -> tuple[str, ...]:
    """Return the functions that transformers name."""
    return tuple(str(t.get("function")) for t in plan.encode.steps if t.kind == "function")
