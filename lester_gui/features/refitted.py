"""Any listed transformer of scikit-learn, fitted again whenever its rows change. Its class is *refitted*, and says so.

Those that work column by column are fitted column by column, so that every column of X keeps its one source; those that mix
are fitted over all columns that arrive, and what they make hangs on all of them unless they tell which.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features import catalogue, fitted_state
from lester_gui.features.accumulators import Accumulator, Learnt
from lester_gui.features.catalogue import Entry
from lester_gui.features.family import Given, only
from lester_gui.features.lanes import Lane
from lester_gui.features.one_thread import one_thread
from lester_gui.features.unfitted import arguments_of, build, library_class
from lester_gui.ir.learning import Transformer
from lester_gui.ir.options import Option, Unfitted

SEED = 0  # stands for a missing random_state: the script itself gives another result each time then
LARGEST = 250_000_000  # cells of one transformer's output; X is dense
_BY_POSITION = ("categories", "drop")  # parameters with one entry per column


class Refitted:
    """Parameters: transformer, unfitted. For those that work column by column; see `run` for the others."""

    stateful = True
    keeps_open = False

    def check(self, step: Transformer) -> None:
        only(step, transformer=None)
        made = unfitted(step)
        if catalogue.entry(made.name) is None or catalogue.dotted(made.short) != made.name:
            reason = catalogue.NOT_LISTED.get(made.short)
            raise UserError(f"The transformer {made.short} is not supported yet" + (f": it {reason}" if reason else ""))
        arguments_of(library_class(made.name), made, SEED)

    def measure(self, lane: Lane, step: Transformer) -> Accumulator:
        raise TypeError("a refitted transformer keeps no statistics that rows can leave")

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Any:
        assert isinstance(statistics, Learnt)
        return restored(_of_lane(unfitted(step), position), statistics.state)

    def apply(self, lane: Lane, fitted: Any, step: Transformer) -> tuple[Lane, ...]:
        return _out(fitted, entry_of(step), (lane,), unfitted(step))


def unfitted(step: Transformer) -> Unfitted:
    """Return the transformer of a step.

    Raises
    ------
    UserError
        If it has none.
    """
    made = step.get("transformer")
    if not isinstance(made, Unfitted):
        raise UserError("A refitted step needs a transformer")
    return made


def entry_of(step: Transformer) -> Entry:
    """Return how a step's transformer is fitted."""
    found = catalogue.entry(unfitted(step).name)
    assert found is not None  # as `check` has seen
    return found


def mixes(step: Transformer) -> bool:
    """Whether a step works on all columns at once."""
    return step.kind == "refitted" and entry_of(step).mixes


def learns(step: Transformer) -> bool:
    """Whether a step learns from rows."""
    return entry_of(step).learns


@dataclass(frozen=True, slots=True)
class _Key:
    text: str  # tells 1 from 1.0, which are equal and mean different things
    state: str
    made: Unfitted = field(compare=False)


def restored(made: Unfitted, state: str) -> Any:
    """Return a fitted transformer; of a selection only which columns it keeps."""
    return _restored(_Key(repr(made), state, made))


@lru_cache(maxsize=64)
def _restored(key: _Key) -> Any:
    state = json.loads(key.state)
    if _is_selector(key.made):
        return Selection(tuple(state["support"]))
    return fitted_state.restore(build(key.made, SEED), state)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns a selection keeps, by position. Scores and models behind the choice change nothing in X."""

    support: tuple[int, ...]


def _is_selector(made: Unfitted) -> bool:
    from sklearn.feature_selection import SelectorMixin

    return issubclass(library_class(made.name), SelectorMixin)


def fit_lanes(step: Transformer, lanes: Sequence[Lane], given: Given) -> tuple[Learnt, ...]:
    """Fit a step that works column by column; dropped lanes too, which keeps positions."""
    entry, made = entry_of(step), unfitted(step)
    live = iter(range(len(lanes)))
    return tuple(Learnt("null") if lane.dropped else _fit(_of_lane(made, next(live)), entry, (lane,), given) for lane in lanes)


def run(step: Transformer, lanes: tuple[Lane, ...], recorded: Learnt | None, given: Given) -> tuple[tuple[Lane, ...], Learnt]:
    """Pass lanes through a step that mixes them; with nothing recorded, fit it first.

    Raises
    ------
    UserError
        If scikit-learn refuses the rows, or no column is left.
    """
    made, entry = unfitted(step), entry_of(step)
    live = tuple(x for x in lanes if not x.dropped)
    if not live:
        raise UserError(f"No column is left for {made.short}", "The remaining training rows cannot carry this pipeline.")
    if not entry.learns:
        recorded = _fit(made, entry, tuple(_one_row(x, entry) for x in live), given)
    elif recorded is None:
        recorded = _fit(made, entry, live, given)
    return _out(restored(made, recorded.state), entry, live, made), recorded


def apply_stateless(step: Transformer, lane: Lane) -> tuple[Lane, ...]:
    """Pass one lane through a step that learns nothing and works column by column."""
    made, entry = unfitted(step), entry_of(step)
    fitted = restored(made, _fit(made, entry, (_one_row(lane, entry),), Given()).state)
    return _out(fitted, entry, (lane,), made)


def _fit(made: Unfitted, entry: Entry, lanes: tuple[Lane, ...], given: Given) -> Learnt:
    estimator = build(made, SEED)
    arguments = [_input(entry, lanes, made)]
    if entry.supervised:
        if given.y is None:
            raise UserError(f"{made.short} needs labels, and none are known here")
        if any(v is None or v != v for v in given.y.tolist()):
            raise UserError("A training row has no label", "Drop rows without a label before the split.")
        arguments.append(given.y.astype(str) if given.y.dtype == object and _all_text(given.y) else given.y)
    _quietly(estimator.fit, made, *arguments)
    if _is_selector(made):
        state = {"support": [int(i) for i in _quietly(lambda: estimator.get_support(indices=True), made)]}
    else:
        state = fitted_state.learnt(estimator)
    return Learnt(json.dumps(state, sort_keys=True, separators=(",", ":")))


def _quietly(call: Any, made: Unfitted, *arguments: Any) -> Any:
    """Call scikit-learn on one thread, so that sums have one order; what it says may quote values and is left out."""
    with warnings.catch_warnings(), one_thread():
        warnings.simplefilter("ignore")
        try:
            return call(*arguments)
        except (ValueError, TypeError, AttributeError) as error:
            raise UserError(
                f"{made.short} refuses the rows", "The script itself would fail on them; look for gaps, text or too few rows."
            ) from error


def _out(fitted: Any, entry: Entry, lanes: tuple[Lane, ...], made: Unfitted) -> tuple[Lane, ...]:
    """Return what a fitted transformer makes of lanes, each column with its name and sources."""
    if isinstance(fitted, Selection):
        return tuple(lanes[i] for i in fitted.support)
    rows = len(lanes[0].values)
    names = output_names(fitted, [x.name for x in lanes])
    if rows * len(names) > LARGEST:
        raise UserError(
            f"{made.short} makes {len(names):,} columns of {rows:,} rows, which is not supported yet",
            "Limit its number of columns, with max_features or n_features.",
        )
    if rows:
        values = _quietly(fitted.transform, made, _input(entry, lanes, made))
        values = values.toarray() if scipy.sparse.issparse(values) else np.asarray(values)
    else:
        values = np.empty((0, len(names)))
    if values.shape[1] != len(names):
        raise ValueError(f"{made.short} makes {values.shape[1]} columns and names {len(names)}")
    out = []
    text = values.dtype == object and not all(isinstance(v, int | float | bool) for v in values.ravel().tolist())
    for i, (name, parents) in enumerate(zip(names, parents_of(fitted, len(names), len(lanes)), strict=True)):
        sources = tuple(dict.fromkeys(s for p in parents for s in lanes[p].sources))
        one = lanes[parents[0]] if len(parents) == 1 else None
        label = f"{one.label}, {made.short}" if one is not None and name == one.name else f"{made.short}: {name}"
        kind = one.kind if text and one is not None else "str" if text else "float"
        column = _cells(values[:, i], kind) if text else values[:, i].astype(np.float64)
        out.append(Lane(name=name, label=label, sources=sources, kind=kind, values=column))
    return tuple(out)


def _cells(values: NDArray[Any], kind: str) -> NDArray[Any]:
    if kind in ("int", "float"):
        return values.astype(np.float64)
    out = np.empty(len(values), dtype=object)
    out[:] = [None if v is None or v != v else v for v in values.tolist()]
    return out


def output_names(fitted: Any, names: list[str]) -> list[str]:
    """Return the names of the columns that a fitted transformer makes, made unique by position where scikit-learn has none."""
    if hasattr(fitted, "get_feature_names_out"):
        unique = [f"x{i}" for i in range(len(names))] if len(set(names)) < len(names) else names
        return [str(n) for n in fitted.get_feature_names_out(np.array(unique, dtype=object))]
    return [f"{type(fitted).__name__.lower()}{i}" for i in range(fitted.n_features)]  # hashing has no names


def parents_of(fitted: Any, width: int, given: int) -> list[tuple[int, ...]]:
    """Return for every column that is made the positions of the columns it hangs on: all, unless the transformer tells."""
    short = type(fitted).__name__
    if given == 1:
        return [(0,)] * width
    if short == "PolynomialFeatures":
        return [tuple(int(i) for i in np.flatnonzero(p)) or tuple(range(given)) for p in fitted.powers_]
    if short == "MissingIndicator":
        return [(int(i),) for i in fitted.features_]
    if short == "SimpleImputer":
        kept = [i for i in range(given) if fitted.keep_empty_features or not _is_missing(fitted.statistics_[i])]
        marked = [] if not fitted.add_indicator else [int(i) for i in fitted.indicator_.features_]
        return [(i,) for i in (*kept, *marked)]
    return [tuple(range(given))] * width


def _is_missing(value: Any) -> bool:
    return value is None or bool(value != value)


def _input(entry: Entry, lanes: tuple[Lane, ...], made: Unfitted) -> Any:
    closed = [x.closed() for x in lanes]
    if entry.reads == "texts":
        if len(closed) != 1 or closed[0].kind != "str":
            raise UserError(f"{made.short} needs one column of text, and {closed[0].name!r} is none")
        if closed[0].missing().any():
            raise UserError(f"{made.short} refuses missing values, and column {closed[0].name!r} has some")
        return closed[0].values.tolist()
    if entry.reads == "cells" and all(x.values.dtype == np.int64 for x in closed):
        return np.column_stack([x.values for x in closed])  # whole numbers, as they are named
    if entry.reads == "numbers" or all(x.is_number for x in closed):
        return np.column_stack([x.numbers() for x in closed])
    out = np.empty((len(closed[0].values), len(closed)), dtype=object)
    for i, lane in enumerate(closed):
        out[:, i] = [np.nan if v is None else v for v in lane.scalars()]
    return out


def _of_lane(made: Unfitted, position: int) -> Unfitted:
    """Return a transformer for one column: parameters with an entry per column are cut to its own."""
    params: list[tuple[str, Option]] = []
    for name, value in made.params:
        if name in _BY_POSITION and isinstance(value, tuple):
            params.append((name, (value[position],) if position < len(value) else value))
        elif name == "n_bins" and isinstance(value, tuple) and position < len(value):
            params.append((name, value[position]))
        else:
            params.append((name, value))
    return replace(made, params=tuple(params))


def _one_row(lane: Lane, entry: Entry) -> Lane:
    if entry.reads == "texts":
        return replace(lane, kind="str", values=np.array(["a"], dtype=object), fill=None)
    return replace(lane, kind="float", values=np.ones(1), fill=None)


def _all_text(values: NDArray[Any]) -> bool:
    return all(isinstance(v, str) for v in values.tolist())
