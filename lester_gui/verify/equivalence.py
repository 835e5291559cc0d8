"""Compare one execution of a plan with one captured run of its script, view by view and stage by stage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from lester_gui.ir.learning import ROWS_OF, TRAIN
from lester_gui.ir.nodes import Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.sandbox import Assignment
from lester_gui.verify.capture import Asked, Learning, OriginalRun, learning_of_plan, table_of, vector_of
from lester_gui.verify.comparison import Difference, compare_matrices, compare_tables, compare_vectors, is_missing
from lester_gui.verify.dealt import calls_of, composed
from lester_gui.verify.parameters import compare_parameters
from lester_gui.verify.plan_result import PlanResult, Refit
from lester_gui.verify.text_codes import same_categories
from lester_gui.verify.verdict import STAGES, StageResult

Array = np.ndarray[Any, Any]
WHOLE_LABEL = "the labels of all rows"  # beside y_train and y_test, which a script may call its label, too
Held: TypeAlias = tuple[Asked | None, Difference]
"""What the script asked a model about for the plan's validation rows, and how the two compare."""
_VERSION = re.compile(r"^(.*?)-\d+$")


@dataclass(frozen=True, slots=True)
class ViewComparison:
    """One view against one variable: ``equal``, ``order``, ``differs``, ``not-compared`` or ``excluded``."""

    view: str
    status: str
    variable: str = ""
    line: int | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One input: every view and every stage.

    Attributes
    ----------
    views : mapping
        View name → comparison.
    stages : mapping
        Stage → result.
    details : mapping
        Stage → the comparisons it rests on, by what was compared.
    """

    views: Mapping[str, ViewComparison]
    stages: Mapping[str, StageResult]
    details: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict)

    @property
    def differing_stage(self) -> str:
        """The first stage that differs, or nothing."""
        return next((s for s in STAGES if self.stages[s].status in ("differs", "permuted")), "")


def compare(plan: Plan, result: PlanResult, original: OriginalRun, refit: Refit | None = None) -> Comparison:
    """Compare what a plan yielded with what its script did on the same input.

    Parameters
    ----------
    plan
    result
        Of the plan; what it did not reach is not compared.
    original
        Of the script; values it captured before an exception count.
    refit
        Fits the plan's model on the script's own matrix, where the matrices differ by rounding only and an iterative model
        amplifies that.
    """
    learning = learning_of_plan(original.run, plan)
    if learning is not None and is_whole_script(plan) and plan.split.kind == "none":
        learning = replace(learning, X_test=None, y_test=None, predictions=None)  # nothing says what its test rows are labelled
    if learning is not None and _asks_about_validation_only(plan, result, learning):
        asked = () if learning.X_test is None else (Asked(learning.X_test, learning.y_test),)
        learning = replace(learning, X_test=None, y_test=None, predictions=None, asked_before=asked)
    views = {n.name: compare_view(n, result, original) for n in plan.views}
    views |= {n.name: ViewComparison(n.name, "not-compared") for n in overtaken(plan, original)}
    details: dict[str, dict[str, Difference]] = {s: {} for s in STAGES}
    held = None if learning is None else _validation(plan, result, learning)
    stages = {
        "encode": _encode(plan, result, learning, held, original, details["encode"]),
        "label": _label(plan, result, learning, held, original, details["label"]),
    }
    stages["prepare"] = _prepare(plan, views, stages["encode"])
    stages["split"] = _split(plan, result, original, stages["encode"], details["split"])
    same_inputs = stages["encode"].status == "equal" and stages["label"].status == "equal"
    stages["model"] = _model(plan, result, learning, original, same_inputs, refit, details["model"])
    return Comparison(views, {s: stages[s] for s in STAGES}, details)


def variables(plan: Plan) -> frozenset[str]:
    """Return the names of the script's variables that the views and the label come from."""
    names = {n.name for n in plan.views} | {plan.label.variable}
    return frozenset(names | {base for n in names if (base := n.rpartition("-")[0]) and n.rpartition("-")[2].isdigit()})


# --- prepare -----------------------------------------------------------------------------------------------------------


def compare_view(node: Node, result: PlanResult, original: OriginalRun) -> ViewComparison:
    """Compare one view with the script's variable of that name, as it stood after the statement the view comes from."""
    view = result.views.get(node.name)
    assignment = assignment_for(node, original)
    if view is None or assignment is None:
        return ViewComparison(node.name, "not-compared")
    if (assignment.line, assignment.name) in original.unstable:
        return ViewComparison(node.name, "excluded", assignment.name, assignment.line)
    captured = table_of(assignment.value)
    if captured is None:
        return ViewComparison(node.name, "not-compared")
    expected, named = captured
    if not expected.num_columns:
        return ViewComparison(node.name, "not-compared")
    difference = compare_tables(expected, view.table, named=named)
    if not difference.compared and expected.num_rows == view.table.num_rows:
        return ViewComparison(node.name, "not-compared", assignment.name, assignment.line, difference)
    return ViewComparison(node.name, difference.status, assignment.name, assignment.line, difference)


def assignment_for(node: Node, original: OriginalRun) -> Assignment | None:
    """Return what the script's variable of the view's name held after the view's lines, None if there is no such thing."""
    found = _VERSION.match(node.name)
    for variable in dict.fromkeys([node.name, found.group(1) if found else node.name]):
        assigned = original.assignments(variable)
        inside = [a for a in assigned if any(a.line <= line <= a.end_line for line in node.lines)]
        if inside:
            return inside[-1]
    return None


def overtaken(plan: Plan, original: OriginalRun) -> list[Node]:
    """Return views of states that a variable passed through within one statement: a loop over columns is captured at its end."""
    last: dict[int, Node] = {}
    out = []
    for node in plan.views:  # later states of a variable come after earlier ones
        assignment = assignment_for(node, original)
        if assignment is not None:
            if id(assignment) in last:
                out.append(last[id(assignment)])
            last[id(assignment)] = node
    return out


def _prepare(plan: Plan, views: Mapping[str, ViewComparison], encode: StageResult) -> StageResult:
    compared = [v for v in views.values() if v.status in ("equal", "order", "differs")]
    wrong = [v for v in compared if v.status == "differs"]
    if wrong:
        names = ", ".join(v.view for v in wrong[:3])
        return StageResult("differs", len(compared), f"{len(wrong)} of {len(compared)} views differ: {names}")
    if compared:
        reordered = sum(v.status == "order" for v in compared)
        rest = f", {reordered} of them in another order" if reordered else ""
        return StageResult("equal", len(compared), f"{len(compared)} of {len(views)} views compared, all equal{rest}")
    if encode.status == "equal":
        return StageResult("equal", 0, "No view has a variable of its own in the script; compared through X")
    excluded = any(v.status == "excluded" for v in views.values())
    return StageResult("excluded" if excluded else "not-compared", 0, "No view could be compared")


# --- encode, label, split ----------------------------------------------------------------------------------------------


def _encode(
    plan: Plan,
    result: PlanResult,
    learning: Learning | None,
    held: Held | None,
    original: OriginalRun,
    details: dict[str, Difference],
) -> StageResult:
    if learning is None or learning.X_train is None or result.X_train is None:
        return StageResult("not-compared", 0, "The script's matrix or the plan's was not reached")
    unstable = original.unstable_learning & {"X_train", "X_test"}
    if "X_train" not in unstable:
        details["X_train"] = compare_matrices(learning.X_train, result.X_train)
        if learning.categories is not None and not same_categories(plan, result, learning.categories):
            rows = len(learning.X_train)
            details["X_train"] = Difference("differs", rows, len(result.X_train), rows, notes=("other texts are numbered",))
    if learning.X_test is not None and "X_test" not in unstable:
        if result.X_test is not None:
            details["X_test"] = compare_matrices(learning.X_test, result.X_test)
        elif not result.stopped:
            details["X_test"] = Difference("differs", len(learning.X_test), 0)
    if held is not None and "X_test" not in unstable:
        details["X_validation"] = held[1]
    if not details:
        return StageResult("excluded", 0, "The script's matrix is another each time")
    return _stage(details, lambda: f"X has {learning.X_train.shape[1] if learning.X_train is not None else 0} columns, all equal")


def _asks_about_validation_only(plan: Plan, result: PlanResult, learning: Learning) -> bool:
    """Whether the script never asks a model about the test rows, as where it only looks for the best of several.

    Which rows are which then shows in the calls that deal them: the validation rows come from dealing training rows again.
    """
    X, split = result.X_validation, plan.split
    if X is None or learning.X_test is None or learning.asked_before or split.again is None or split.of != TRAIN:
        return False
    tested = result.X_test is not None and compare_matrices(learning.X_test, result.X_test).equal
    return not tested and compare_matrices(learning.X_test, X).equal


def _validation(plan: Plan, result: PlanResult, learning: Learning) -> Held | None:
    """Return the rows that the script has for the plan's validation rows, and how they compare.

    None where there is nothing to compare: what the calls of a split dealt is compared by themselves, and a script that cuts by
    place need not ask about the part between two cuts.
    """
    X = result.X_validation
    if X is None or (learning.X_test is None and not learning.asked_before):
        return None
    found = [(asked, compare_matrices(asked.X, X)) for asked in learning.asked_before]
    equal = next((f for f in found if f[1].equal), None)
    if equal is not None or plan.split.validates is None:
        return equal
    return found[0] if found else (None, Difference("differs", 0, len(X)))


def _label(
    plan: Plan,
    result: PlanResult,
    learning: Learning | None,
    held: Held | None,
    original: OriginalRun,
    details: dict[str, Difference],
) -> StageResult:
    unstable = original.unstable_learning
    if learning is not None:
        for name, expected, got in (
            ("y_train", learning.y_train, result.y_train),
            ("y_test", learning.y_test, result.y_test),
        ):
            if expected is not None and got is not None and name not in unstable:
                details[name] = _compare_labels(expected, _list(got))
            elif expected is not None and got is None and not result.stopped:
                details[name] = Difference("differs", len(expected), 0)
        asked = held[0] if held is not None and "y_test" not in unstable else None
        if asked is not None and asked.y is not None and result.y_validation is not None:
            details["y_validation"] = _compare_labels(asked.y, _list(result.y_validation))
    in_order = not plan.split.is_shuffle  # else the script has its labels in the order of the shuffled rows
    whole = _label_variable(plan, original, len(result.y)) if in_order and result.y is not None else None
    if whole is not None and result.y is not None:
        details[WHOLE_LABEL] = _compare_labels(whole, _list(result.y))
    if not details:
        status = "excluded" if unstable & {"y_train", "y_test"} else "not-compared"
        return StageResult(status, 0, "The script's labels could not be compared")
    return _stage(details, lambda: f"{max(d.expected for d in details.values())} labels, all equal")


def _compare_labels(expected: list[object], got: list[object]) -> Difference:
    """Compare labels; truth values are not the numbers 0 and 1, since which label is numbered 0 depends on the data."""
    found = compare_vectors(expected, got)
    truths = [{isinstance(v, bool) for v in side if not is_missing(v)} for side in (expected, got)]
    if found.equal and {True} in truths and {False} in truths:
        return replace(
            found, status="differs", differing=len(expected), notes=("truth values on one side, numbers on the other",)
        )
    return found


def _label_variable(plan: Plan, original: OriginalRun, rows: int) -> list[object] | None:
    """Return the last value of the script's y that has one label per prepared row."""
    for a in reversed(original.assignments(plan.label.variable)):
        values = vector_of(a.value)
        if values is not None and len(values) == rows:
            return None if (a.line, a.name) in original.unstable else values
    return None


def _split(
    plan: Plan, result: PlanResult, original: OriginalRun, encode: StageResult, details: dict[str, Difference]
) -> StageResult:
    if result.train is None or result.test is None:
        return StageResult("not-compared", 0, "The plan did not reach its split")
    sides = {side: getattr(result, side) for side in plan.split.sides}
    rows = sum(len(positions) for positions in sides.values())
    calls = None if is_whole_script(plan) else calls_of(plan.split, original.run.splits, rows)
    counted = [f"{len(positions)} {ROWS_OF[side]}" for side, positions in sides.items()]
    fact = f"{', '.join(counted[:-1])} and {counted[-1]} rows"
    if calls is None:
        if encode.status == "equal":
            return StageResult("equal", 1, f"{fact}, as the script's matrices show")
        return StageResult("not-compared", 0, "The script deals its rows by hand")
    dealt = zip(calls, plan.split.chain, strict=True)
    if any(isinstance(call.options.get("random_state"), int) and split.seed is None for call, split in dealt):
        return StageResult("differs", 1, "The script sets a seed, the plan none")
    script = composed(plan.split, calls)
    for side, positions in sides.items():
        details[side] = compare_vectors(list(getattr(script, side)), positions.tolist())
    return _stage(details, lambda: f"{fact}, all in place")


def _stage(details: Mapping[str, Difference], fact: Callable[[], str]) -> StageResult:
    for name, d in details.items():
        if d.status == "permuted":
            return StageResult("permuted", len(details), f"{name} has the script's columns in another order")
    wrong = {name: d for name, d in details.items() if not d.equal}
    if wrong:
        parts = [f"{name}: {describe(d)}" for name, d in wrong.items()]
        return StageResult("differs", len(details), "; ".join(parts))
    return StageResult("equal", len(details), fact())


def describe(d: Difference) -> str:
    """Return a difference in numbers."""
    if d.expected != d.got:
        return f"{d.expected} rows in the script, {d.got} in the plan"
    if d.status == "order":
        return f"the same {d.expected} rows in another order"
    if d.differing:
        where = f", in {', '.join(d.columns[:5])}" if d.columns else ""
        return f"{d.differing} of {d.expected} rows differ{where}"
    return "; ".join(d.notes) or "other columns"


# --- model -------------------------------------------------------------------------------------------------------------


def _model(
    plan: Plan,
    result: PlanResult,
    learning: Learning | None,
    original: OriginalRun,
    same_inputs: bool,
    refit: Refit | None,
    details: dict[str, Difference],
) -> StageResult:
    if learning is None:
        return StageResult("not-compared", 0, "The script did not reach its model")
    problem = compare_parameters(plan.model, learning)
    if problem:
        return StageResult("differs", 1, problem)
    if "predictions" in original.unstable_learning:
        return StageResult("excluded", 1, "Same class and parameters; without a seed the predictions are others each time")
    if learning.predictions is None or result.predictions is None:
        if result.predictions is None or not same_inputs:
            return StageResult("not-compared", 1, "Same class and parameters; predictions were not reached")
        return StageResult("equal", 1, "Same class, parameters and training data; the script shows no predictions")
    d = compare_vectors(learning.predictions, _list(result.predictions))
    details["predictions"] = d
    if d.equal:
        return StageResult("equal", 2, f"{d.expected} predictions, all equal")
    if same_inputs and refit is not None and d.expected == d.got:
        again = _refitted(plan, learning, refit)
        if again is not None and compare_vectors(learning.predictions, _list(again)).equal:
            details["predictions"] = Difference("equal", d.expected, d.got, notes=("on the script's own matrix",))
            fact = f"{d.expected} predictions equal on the script's own matrix; rounding of X moves {d.differing}"
            return StageResult("equal", 2, fact)
    return StageResult("differs", 2, f"Predictions: {describe(d)}")


def _refitted(plan: Plan, learning: Learning, refit: Refit) -> Array | None:
    if learning.X_train is None or learning.X_test is None or learning.y_train is None:
        return None
    return refit(plan, learning.X_train, np.asarray(learning.y_train), learning.X_test)


def _list(values: Array) -> list[object]:
    return list(np.asarray(values).tolist())


def opaque_steps(plan: Plan) -> tuple[Opaque, ...]:
    """Return the steps that nothing understood."""
    return tuple(n for n in plan.views if isinstance(n, Opaque))


def is_whole_script(plan: Plan) -> bool:
    """Whether a plan runs its script as one step, so that the script itself deals the rows that the plan has."""
    return isinstance(plan.prepared, Opaque) and plan.prepared.is_whole_script


def runs_script(plan: Plan) -> bool:
    """Whether a step of a plan is the script, or the beginning of it, on the files as they are."""
    return any(step.script for step in opaque_steps(plan))


def sources_of(plan: Plan) -> tuple[Read, ...]:
    """Return the plan's reads, one per source file."""
    return tuple({r.source: r for r in plan.reads}.values())
