"""What the original script does, on given sources: run unchanged in the sandbox, and read for what a plan has to equal.

It runs twice, with other seeds for what the script leaves to chance: what differs between the two runs is nondeterministic
and cannot be compared. The split of the first run is imposed on the second, so that an unseeded split does not hide the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lester_gui.discovery.scripts import Script
from lester_gui.ir.learning import VALIDATION, Model
from lester_gui.ir.plan import Plan
from lester_gui.progress import Context
from lester_gui.sandbox import (
    Assignment,
    Call,
    Capture,
    MatrixValue,
    Positions,
    Sandbox,
    ScalarValue,
    ScriptRun,
    SplitCall,
    TableValue,
    Value,
    working_copy,
)
from lester_gui.sandbox.record import cells
from lester_gui.verify.parameters import compare_parameters
from lester_gui.verify.text_codes import TextColumn, categories_of, numbered, text_columns, texts_of

Array = np.ndarray[Any, Any]
TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Original:
    """A pipeline as its author wrote it.

    Attributes
    ----------
    folder : Path
        The project's folder.
    script : Script
        From `discovery.scripts.load_script`.
    sources : mapping
        Source name → path relative to the folder.
    interpreter : str
        For messages.
    """

    folder: Path
    script: Script
    sources: Mapping[str, str]
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that a fitted model is asked about, and their labels where the script shows them."""

    X: Array = field(repr=False)
    y: list[object] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Learning:
    """What went into and came out of the script's model. None where the script shows no such thing.

    Attributes
    ----------
    estimator : str
        Qualified class.
    params : mapping
        Its parameters when it was fitted.
    X_train, X_test : ndarray or None
        As the last estimator saw them.
    y_train, y_test, predictions : list or None
    line : int
        Of the fit.
    asked_before : tuple of Asked
        Rows other than the training rows that the model is asked about before it is asked about `X_test`, the last ones first.
    categories : dict, optional
        Where the script's X holds texts and the arrays hold numbers in their place: the texts that are numbered, by column.
    """

    estimator: str
    params: Mapping[str, object]
    X_train: Array | None = field(repr=False)
    X_test: Array | None = field(repr=False)
    y_train: list[object] | None = field(repr=False)
    y_test: list[object] | None = field(repr=False)
    predictions: list[object] | None = field(repr=False)
    line: int = 0
    asked_before: tuple[Asked, ...] = field(default=(), repr=False)
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    categories: dict[int, list[object]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OriginalRun:
    """One captured run, and what a second one did otherwise.

    Attributes
    ----------
    run : ScriptRun
    unstable : frozenset of (int, str)
        Assignments, by line and variable, whose values differ between two runs.
    unstable_learning : frozenset of str
        Fields of `Learning` that differ.
    """

    run: ScriptRun
    unstable: frozenset[tuple[int, str]] = frozenset()
    unstable_learning: frozenset[str] = frozenset()

    def assignments(self, variable: str) -> list[Assignment]:
        """Return what a variable held, statement by statement."""
        return [a for a in self.run.assignments if a.name == variable]


def run_original(
    original: Original,
    sandbox: Sandbox,
    ctx: Context,
    *,
    replace: Mapping[str, bytes | Path] | None = None,
    capture: Capture | None = None,
    seed: int = 0,
    hash_seed: int = 0,
    impose_split: tuple[Positions | None, ...] = (),
    timeout: float = TIMEOUT,
) -> ScriptRun:
    """Run the script once, on a copy with some files replaced."""
    with working_copy(original.folder, replace=replace, scratch=sandbox.scratch) as copy:
        return sandbox.run_script(
            copy,
            original.script.path,
            source=original.script.text if original.script.kind == "notebook" else None,
            capture=capture,
            seed=seed,
            hash_seed=hash_seed,
            impose_split=impose_split,
            timeout=timeout,
            ctx=ctx,
        )


@dataclass(frozen=True, slots=True)
class Twice:
    """Two runs on one input with other seeds; there is no second where the first did not come to its end."""

    first: ScriptRun
    second: ScriptRun | None = None

    def of(self, model: Model) -> OriginalRun:
        """Return the first run, and what the second did otherwise, for one of the script's models."""
        if self.second is None:
            return OriginalRun(self.first)
        a, b = learning_of(self.first, model), learning_of(self.second, model)
        names = set() if a is None else {k for k, d in a.digests.items() if b is None or b.digests.get(k) != d}
        return OriginalRun(self.first, _unstable(self.first, self.second), frozenset(names))


def run_twice(
    original: Original,
    sandbox: Sandbox,
    ctx: Context,
    capture: Capture | None = None,
    *,
    replace: Mapping[str, bytes | Path] | None = None,
    impose_split: tuple[Positions | None, ...] = (),
    first: ScriptRun | None = None,
) -> Twice:
    """Run the script twice with other seeds and orders of sets: what differs is not determined by its input.

    Parameters
    ----------
    replace
        Files with other content, as in `run_original`.
    impose_split
        Membership for the first run's calls of `train_test_split`; the second gets what the first dealt.
    first
        The first run, where it was made before with the same capture.
    """
    sandbox.warm_up(hash_seed=1)
    if first is None:
        first = run_original(original, sandbox, ctx, capture=capture, replace=replace, impose_split=impose_split)
    if first.status != "finished":
        return Twice(first)
    imposed = tuple(positions_of(s) for s in first.splits)
    second = run_original(original, sandbox, ctx, capture=capture, replace=replace, seed=1, hash_seed=1, impose_split=imposed)
    return Twice(first, second)


def capture_twice(
    original: Original,
    sandbox: Sandbox,
    model: Model,
    ctx: Context,
    capture: Capture | None = None,
    *,
    replace: Mapping[str, bytes | Path] | None = None,
    impose_split: tuple[Positions | None, ...] = (),
) -> OriginalRun:
    """Run the script twice, see `run_twice`, and say what is not determined by its input."""
    return run_twice(original, sandbox, ctx, capture, replace=replace, impose_split=impose_split).of(model)


def positions_of(split: SplitCall) -> Positions:
    """Return a captured split as one to impose."""
    return Positions(tuple(int(i) for i in split.train), tuple(int(i) for i in split.test))


def _unstable(first: ScriptRun, second: ScriptRun) -> frozenset[tuple[int, str]]:
    def digests(run: ScriptRun) -> dict[tuple[int, str], list[str]]:
        out: dict[tuple[int, str], list[str]] = {}
        for a in run.assignments:
            out.setdefault((a.line, a.name), []).append(a.value.digest)
        return out

    one, two = digests(first), digests(second)
    return frozenset(key for key in one.keys() | two.keys() if one.get(key) != two.get(key))


# --- the learning half -------------------------------------------------------------------------------------------------


def learning_of_plan(run: ScriptRun, plan: Plan) -> Learning | None:
    """Return what the model of a plan saw in the script, or None if the script did not get that far.

    A plan of a loop over folds, or over parameters, is about its last round; what earlier rounds fitted is not its model.
    """
    if plan.split.folds and run.status != "finished":
        fits = [c for c in run.calls if c.kind == "fit" and "y" in c.inputs and c.line in plan.model.lines]
        outermost = min((c.depth for c in fits), default=0)
        if sum(c.depth == outermost for c in fits) < plan.split.folds:
            return None
    found = learning_of(run, plan.model, text_columns(plan))
    if found is not None and run.status != "finished" and _is_earlier_round(run, plan.model, found):
        return None
    if found is not None and VALIDATION in plan.split.sides and run.status != "finished":
        # what it was asked about last may be validation rows
        return replace(found, X_test=None, y_test=None, predictions=None, asked_before=())
    return found


def _is_earlier_round(run: ScriptRun, model: Model, found: Learning) -> bool:
    """Whether a script that stopped was in a loop over parameters, and had not come to those of the plan."""
    fits = [c for c in run.calls if c.kind == "fit" and c.line == found.line and c.line in model.lines]
    return len({c.object_no for c in fits}) == len(fits) and bool(compare_parameters(model, found))


def learning_of(run: ScriptRun, model: Model, texts: tuple[TextColumn, ...] = ()) -> Learning | None:
    """Return what the script's model saw, or None if the script fitted none.

    A script may fit several: the class that the plan names counts, then the line, then the last one. Where a model is given
    texts, which the plan numbers as `texts` say, so are the script's.
    """
    fits = [(i, c) for i, c in enumerate(run.calls) if c.kind == "fit" and "y" in c.inputs]
    if not fits:
        return None
    wanted = model.estimator.rpartition(".")[2]
    same_class = [f for f in fits if f[1].estimator.rpartition(".")[2] == wanted]
    if not same_class and run.status != "finished":
        return None  # it stopped in an encoder, within the fit of a pipeline
    same_line = [f for f in same_class if f[1].line in model.lines]
    if run.status == "raised" and model.lines and not same_line:
        return None  # it stopped before: what it fitted on the way there, as for a cross-validation, is not its model
    deepest = max(c.depth for _, c in fits)
    at, fit = (same_line or same_class or [f for f in fits if f[1].depth == deepest])[-1]
    later = [c for c in run.calls[at + 1 :] if c.object_no == fit.object_no]
    X_train = matrix_of(fit.inputs.get("X"))
    tested = [c for c in later if "X" in c.inputs and not _same_input(c, fit)]
    test = tested[-1] if tested else None
    scored = next((c for c in reversed(tested) if "y" in c.inputs), None)
    predicted = next((c for c in reversed(tested) if c.kind == "predict" and test and _same_input(c, test)), None)
    judged = _judging(run.calls[at + 1 :], tested, test) if test else None
    values = {
        "X_train": fit.inputs.get("X"),
        "y_train": fit.inputs.get("y"),
        "X_test": None if test is None else test.inputs["X"],
        "y_test": scored.inputs["y"] if scored is not None else judged.inputs["y"] if judged is not None else None,
        "predictions": None if predicted is None else predicted.output,
    }
    given, categories = values["X_train"], None
    held = texts_of(given, texts)
    if held is not None and isinstance(given, TableValue):
        categories = categories_of(held, texts)
        X_train = numbered(given, held, categories)

    def matrix(asked: Value | None) -> Array | None:
        written = None if categories is None else texts_of(asked, texts)
        if written is not None and isinstance(asked, TableValue) and categories is not None:
            return numbered(asked, written, categories)
        return matrix_of(asked)

    before = {c.inputs["X"].digest: c for c in tested if test is not None and not _same_input(c, test)}
    rows = [(matrix(c.inputs["X"]), _labels_of(c, run.calls[at + 1 :], tested)) for c in reversed(before.values())]
    return Learning(
        estimator=fit.estimator,
        params=fit.params,
        X_train=X_train,
        X_test=matrix(values["X_test"]),
        y_train=vector_of(values["y_train"]),
        y_test=vector_of(values["y_test"]),
        predictions=vector_of(values["predictions"]),
        line=fit.line,
        asked_before=tuple(Asked(X, y) for X, y in rows if X is not None),
        digests={k: v.digest for k, v in values.items() if v is not None},
        categories=categories,
    )


def _labels_of(asked: Call, calls: Sequence[Call], tested: Sequence[Call]) -> list[object] | None:
    """Return the labels of rows that the model is asked about: what it is scored with, or what a metric compares."""
    for call in tested:
        if _same_input(call, asked) and "y" in call.inputs:
            return vector_of(call.inputs["y"])
    judged = _judging(calls, tested, asked)
    return None if judged is None else vector_of(judged.inputs["y"])


def _judging(calls: Sequence[Call], tested: Sequence[Call], test: Call) -> Call | None:
    """Return the metric that compares labels with what the model said of the test rows.

    Where it says the same of other rows, as of validation rows, two metrics are about either of them, and nothing tells which.
    """
    found = [c for c in calls if c.kind == "metric" and _judges(c, tested, test)]
    other = {c.output.digest for c in tested if c.output is not None and not _same_input(c, test)}
    if any(m.inputs["predicted"].digest in other for m in found) and len({m.inputs["y"].digest for m in found}) > 1:
        return None
    return found[0] if found else None


def _judges(metric: Call, tested: Sequence[Call], test: Call) -> bool:
    """Whether a metric compares labels with what the model said of the test rows: its predictions or a column of its scores."""
    said = metric.inputs["predicted"]
    for call in tested:
        if call.output is None or not _same_input(call, test) or call.kind == "score":
            continue
        if said.digest and said.digest == call.output.digest:
            return True
        scores, other = matrix_of(call.output), matrix_of(said)
        if scores is None or other is None or len(scores) != len(other) or call.kind == "predict":
            continue
        if any(np.array_equal(scores[:, j], other[:, 0]) for j in range(scores.shape[1])):
            return True
    return False


def _same_input(a: Call, b: Call) -> bool:
    return a.inputs["X"].digest == b.inputs["X"].digest


def matrix_of(value: Value | None) -> Array | None:
    """Return a captured value as a numeric matrix, None if it is none."""
    if isinstance(value, MatrixValue):
        array = value.dense()
        return array.reshape(-1, 1) if array.ndim == 1 else array if array.ndim == 2 else None
    if isinstance(value, TableValue) and value.table.num_columns:
        columns = [_number_column(value.table.column(i)) for i in range(value.table.num_columns)]
        return None if any(c is None for c in columns) else np.column_stack([c for c in columns if c is not None])
    return None


def _number_column(column: pa.ChunkedArray) -> Array | None:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype="float64")
    return None


def vector_of(value: Value | None) -> list[object] | None:
    """Return a captured value as a list of labels, None if it is none."""
    if isinstance(value, MatrixValue):
        array = value.dense()
        return list(array.reshape(-1).tolist()) if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1) else None
    if isinstance(value, TableValue) and value.table.num_columns == 1:
        return cells(value.table.column(0))
    return None


def table_of(value: Value) -> tuple[pa.Table, bool] | None:
    """Return a captured value as a table and whether its column names mean something; None if it is no table of rows.

    Named index levels of a frame are columns: a plan has no index.
    """
    if isinstance(value, TableValue):
        named = value.type in ("DataFrame", "Series")
        table = value.table
        if value.index is not None:
            names = [*value.index.column_names, *table.column_names]
            table = pa.Table.from_arrays([*value.index.columns, *table.columns], names=names)
        return table, named
    if isinstance(value, MatrixValue) and value.array.ndim in (1, 2):
        array = matrix_of(value)
        assert array is not None
        return pa.table(
            [pa.array(array[:, j]) for j in range(array.shape[1])], names=[str(j) for j in range(array.shape[1])]
        ), False
    return None


def scalar_of(value: Value) -> object:
    """Return the value of a captured scalar, None for everything else."""
    return value.value if isinstance(value, ScalarValue) else None
