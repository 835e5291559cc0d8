"""The original script, run with and without one person's lines, compared at its sinks: footprint and influence by cause.

It needs no plan, so a pipeline that was not rewritten is no blind spot; it costs runs of the script. Both runs read the snapshots
and have the same seeds, and the second one gets the first one's split, so that what differs comes from the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models.metrics import paired_change
from lester_gui.progress import Context, Part
from lester_gui.sandbox import Call, MatrixValue, Positions, Sandbox, ScriptRun, working_copy
from lester_gui.session.alignment import Matched, at_split, columns_of, match
from lester_gui.verify.capture import TIMEOUT, Learning, Original, learning_of, positions_of

METHOD: Final = "counterfactual"
LABEL: Final = "from a counterfactual run of the original script"
_TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".json"})


@dataclass(frozen=True, slots=True)
class Sinks:
    """What one run of the script left: what its model learnt from and said, and the rows of the tables that it wrote.

    Attributes
    ----------
    train_rows, test_rows, width : int
        Shape of X as the model saw it.
    y_train, y_test, predictions : list or None
    probabilities : ndarray or None
        Of the second of two classes, per test row.
    coefficients : ndarray or None
    files : mapping
        Written file → rows, None where they cannot be counted.
    """

    estimator: str
    is_classifier: bool
    train_rows: int
    test_rows: int
    width: int
    y_train: list[object] | None = field(repr=False)
    y_test: list[object] | None = field(repr=False)
    predictions: list[object] | None = field(repr=False)
    probabilities: NDArray[np.float64] | None = field(repr=False)
    coefficients: NDArray[np.float64] | None = field(repr=False)
    files: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class _Watched:
    """A run with all that was captured of it; not kept, because it holds the tables of the script."""

    run: ScriptRun
    learning: Learning
    fit: Call
    files: Mapping[str, int | None]

    def sinks(self) -> Sinks:
        shape, seen = self.learning, self.fit
        return Sinks(
            shape.estimator,
            "classes_" in seen.state or not seen.estimator.endswith(("Regressor", "Regression", "Ridge", "Lasso")),
            0 if shape.X_train is None else len(shape.X_train),
            0 if shape.X_test is None else len(shape.X_test),
            0 if shape.X_train is None else int(shape.X_train.shape[1]),
            shape.y_train,
            shape.y_test,
            shape.predictions,
            _probabilities(self.run, seen, shape),
            _array(seen, "coef_"),
            self.files,
        )


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Both runs and how their rows belong together.

    Attributes
    ----------
    train, test : Matched or None
        Rows of the first run's training and test set in the second one's; None if they cannot be told apart.
    split_imposed : bool
        Whether the second run was dealt as the first; True if the script has no split of its own to impose.
    """

    before: Sinks
    after: Sinks
    train: Matched | None
    test: Matched | None
    split_imposed: bool

    @property
    def train_rows(self) -> int:
        """How many training rows the person has."""
        if self.train is not None:
            return len(self.train.gone)
        return max(0, self.before.train_rows - self.after.train_rows)

    @property
    def test_rows(self) -> int:
        """How many test rows the person has."""
        return len(self.test.gone) if self.test is not None else max(0, self.before.test_rows - self.after.test_rows)

    def pairs(self) -> tuple[list[int], list[int]]:
        """Return the places of other people's test rows in either run's test set."""
        both = [(i, p) for i, p in enumerate(self.test.place) if p is not None] if self.test is not None else []
        return [i for i, _ in both], [p for _, p in both]


class ScriptStops(UserError):
    """The script comes to no end without the person, or with everybody."""


def compare_runs(
    original: Original,
    sandbox: Sandbox,
    model: Model,
    everybody: Mapping[str, bytes],
    others: Mapping[str, bytes],
    ctx: Context,
) -> Counterfactual:
    """Run a script with and without a person.

    Parameters
    ----------
    model
        Which fit counts: its class and the lines of the fit.
    everybody, others
        Contents of the source files, by path, with and without the person's lines.

    Raises
    ------
    ScriptStops
        If a run does not finish, or the script shows no model.
    UserError
        If scripts cannot be run here.
    """
    ctx.advance("Running the original script", 0.0)
    before = _watched(*_run(original, sandbox, everybody, (), Part(ctx, 0.0, 0.3)), model, original)
    splits = before.run.splits
    imposed: list[Positions | None] = []
    matched: list[Matched | None] = []
    for number, split in enumerate(splits):
        ctx.advance("Running it without this person", 0.3 + 0.3 * number / len(splits))
        again, _ = _run(original, sandbox, others, imposed, Part(ctx, 0.3, 0.6))
        _require_end(again, original, "without this person")
        found = None
        if number < len(again.splits):
            found = match(at_split(before.run, split), at_split(again, again.splits[number]))
        matched.append(found)
        imposed.append(None if found is None else _fewer(positions_of(split), found, again.splits[number].rows))
    ctx.advance("Running it without this person", 0.7)
    after = _watched(*_run(original, sandbox, others, imposed, Part(ctx, 0.7, 0.95)), model, original)
    train, test = _both_sides(before, after, matched[-1] if matched else None)
    all_imposed = all(s.imposed for s in after.run.splits) and len(after.run.splits) == len(splits)
    return Counterfactual(before.sinks(), after.sinks(), train, test, all_imposed)


def _run(
    original: Original, sandbox: Sandbox, contents: Mapping[str, bytes], impose: Sequence[Positions | None], ctx: Context
) -> tuple[ScriptRun, dict[str, int | None]]:
    """Run the script once and count the rows of what it wrote, before the copy is deleted."""
    script = original.script
    with working_copy(original.folder, replace=contents, scratch=sandbox.scratch) as copy:
        run = sandbox.run_script(
            copy,
            script.path,
            source=script.text if script.kind == "notebook" else None,
            impose_split=tuple(impose),
            timeout=TIMEOUT,
            ctx=ctx,
        )
        return run, {c.path: _rows_of(copy.root / c.path) for c in run.changed if c.change != "deleted"}


def _require_end(run: ScriptRun, original: Original, when: str) -> None:
    try:
        run.require_finished(original.script.path, original.interpreter)
    except UserError as error:
        raise ScriptStops(f"{error.message} {when}", error.hint) from error


def _watched(run: ScriptRun, files: Mapping[str, int | None], model: Model, original: Original) -> _Watched:
    _require_end(run, original, "in a counterfactual run")
    learning = learning_of(run, model)
    if learning is None:
        raise ScriptStops(f"{original.script.path} fitted no model that could be watched", "Only scikit-learn's fit is watched.")
    fit = [c for c in run.calls if c.kind == "fit" and c.line == learning.line and c.estimator == learning.estimator][-1]
    return _Watched(run, learning, fit, files)


def _probabilities(run: ScriptRun, fit: Call, learning: Learning) -> NDArray[np.float64] | None:
    """Return the probability of the second of two classes per test row: as the script asked for it, or by its coefficients."""
    for call in reversed(run.calls):
        asked = call.kind == "predict_proba" and call.object_no == fit.object_no
        if asked and isinstance(call.output, MatrixValue) and call.inputs["X"].digest == learning.digests.get("X_test"):
            given = call.output.dense()
            if given.ndim == 2 and given.shape[1] == 2:
                return np.asarray(given[:, 1], dtype=np.float64)
    weights, intercept = (_array(fit, name) for name in ("coef_", "intercept_"))
    linear = fit.estimator.endswith(".LogisticRegression") and weights is not None and intercept is not None
    if not linear or learning.X_test is None or weights is None or weights.shape[0] != 1:
        return None
    return np.asarray(expit(learning.X_test @ weights[0] + intercept), dtype=np.float64)


def _array(fit: Call, name: str) -> NDArray[np.float64] | None:
    value = fit.state.get(name)
    return np.asarray(value.dense(), dtype=np.float64) if isinstance(value, MatrixValue) else None


def _fewer(positions: Positions, found: Matched, rows: int) -> Positions:
    """Return a membership for the smaller table: everybody where they were, rows that are new for training."""
    train, test = ([p for i in side if (p := found.place[i]) is not None] for side in (positions.train, positions.test))
    taken = {*train, *test}
    return Positions((*train, *(i for i in range(rows) if i not in taken)), tuple(test))


def _both_sides(before: _Watched, after: _Watched, dealt: Matched | None) -> tuple[Matched | None, Matched | None]:
    """Match training and test rows: through the last split where there is one, else by their content."""
    if dealt is not None:
        first, second = before.run.splits[-1], after.run.splits[-1]
        sides = []
        for old, new, X in (
            (first.train, second.train, before.learning.X_train),
            (first.test, second.test, before.learning.X_test),
        ):
            at = {int(row): i for i, row in enumerate(new)}
            place = tuple(None if (p := dealt.place[int(row)]) is None else at.get(p) for row in old)
            sides.append(Matched(place, True) if X is not None and len(old) == len(X) else None)
        return sides[0], sides[1]
    one, two = before.learning, after.learning
    return (
        _by_content(one.X_train, two.X_train, one.y_train, two.y_train),
        _by_content(one.X_test, two.X_test, one.y_test, two.y_test),
    )


def _by_content(
    old: NDArray[Any] | None, new: NDArray[Any] | None, labels: Sequence[object] | None, labels_after: Sequence[object] | None
) -> Matched | None:
    """Match rows that no call of a split has dealt: by what they hold, or one by one where nobody left and the order stayed.

    That the order stayed shows in the labels: a script that shuffles by hand deals others anew, in as many places.
    """
    if old is None or new is None:
        return None
    found = match(*(columns_of(MatrixValue("ndarray", array=a)) for a in (old, new)))
    if (found is None or not found.complete) and len(old) == len(new):
        kept = labels is not None and labels_after is not None and list(labels) == list(labels_after)
        return Matched(tuple(range(len(old))), True) if kept else None
    return found


def _rows_of(file: Path) -> int | None:
    """Return how many lines a text table has; rows of an array."""
    if file.suffix == ".npy":
        try:
            return int(np.load(file, mmap_mode="r", allow_pickle=False).shape[0])
        except (ValueError, OSError, IndexError, EOFError):
            return None
    if file.suffix not in _TABLES or file.is_symlink():
        return None
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


# --- as a document -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs, as numbers: positions in the first run's test set, scores and coefficients."""

    changed: tuple[int, ...]
    compared: int
    shifts: NDArray[np.float64]
    turned: NDArray[np.bool_]
    coefficients: tuple[tuple[int, float, float], ...]
    labels_before: dict[str, int]
    labels_after: dict[str, int]


def differences(found: Counterfactual) -> Differences:
    """Compare predictions, probabilities, coefficients and labels of both runs."""
    first, second = found.before.predictions, found.after.predictions
    old, new = found.pairs()
    comparable = first is not None and second is not None and len(first) == found.before.test_rows
    if not comparable or first is None or second is None or max(new, default=-1) >= len(second):
        old, new, first, second = [], [], [], []
    turned = np.array([first[i] != second[j] for i, j in zip(old, new, strict=True)], dtype=bool)
    a, b = found.before.probabilities, found.after.probabilities
    shifts = b[new] - a[old] if a is not None and b is not None and len(old) else np.empty(0)
    return Differences(
        tuple(i for i, t in zip(old, turned.tolist(), strict=True) if t),
        len(old),
        np.asarray(shifts, dtype=np.float64),
        turned,
        _coefficients(found),
        _counts(found.before.y_train),
        _counts(found.after.y_train),
    )


def accuracy(found: Counterfactual) -> dict[str, float | None]:
    """Return the accuracy of both runs on their own test rows, and the interval of the change on the common ones."""
    nothing: dict[str, float | None] = dict.fromkeys(("now", "without", "change", "low", "high"))
    sides = []
    for sinks in (found.before, found.after):
        y, predicted = sinks.y_test, sinks.predictions
        if y is None or predicted is None or len(y) != len(predicted) or not y or not sinks.is_classifier:
            return nothing
        sides.append((np.array(y, dtype=object), np.array(predicted, dtype=object)))
    (y_old, first), (y_new, second) = sides
    out = nothing | {"now": float((y_old == first).mean()), "without": float((y_new == second).mean())}
    old, new = found.pairs()
    if old:
        change = paired_change(first[old], second[new], y_new[new])
        out |= {"change": change.value, "low": change.low, "high": change.high}
    return out


def own_predictions(found: Counterfactual) -> list[object]:
    """Return what the script predicts for the person's own test rows."""
    predicted = found.before.predictions
    if predicted is None or found.test is None:
        return []
    return [predicted[i] for i in found.test.gone if i < len(predicted)]


def label_counts(before: Mapping[str, int], after: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return label → how often it was trained on, before and after."""
    return [{"label": k, "before": before.get(k, 0), "after": after.get(k, 0)} for k in dict.fromkeys([*before, *after])]


def _coefficients(found: Counterfactual) -> tuple[tuple[int, float, float], ...]:
    old, new = found.before.coefficients, found.after.coefficients
    if old is None or new is None or old.shape != new.shape:
        return ()
    pairs = list(zip(np.atleast_2d(old).ravel().tolist(), np.atleast_2d(new).ravel().tolist(), strict=True))
    moved = [(i, a, b) for i, (a, b) in enumerate(pairs)]
    return tuple(sorted(moved, key=lambda m: -abs(m[2] - m[1])))


def _counts(y: list[object] | None) -> dict[str, int]:
    counts = Counter(str(v) for v in y or ())
    return dict(sorted(counts.items())) if len(counts) <= 20 else {}
