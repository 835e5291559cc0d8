"""scikit-learn: the splitters that draw training and test rows, where a script takes one draw of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import Const, Estimator, Items, Order, Part, Result, Tup, Value
from lester_gui.rewrite.lift.fold_loops import Folds
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.splitting import node_of, part_of
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

DRAWN = {"ShuffleSplit": 0.1, "StratifiedShuffleSplit": 0.1, "GroupShuffleSplit": 0.2}
"""Splitters that draw rows (or groups) without regard to the other draws, and the share of test rows unless told."""


CUT = {
    "KFold": "kfold",
    "StratifiedKFold": "stratified_kfold",
    "GroupKFold": "group_kfold",
    "TimeSeriesSplit": "time_series",
}
"""Splitters that cut the rows into folds, and what a plan calls them."""


@dataclass(frozen=True, slots=True)
class Draws(Result):
    """What a splitter yields where it draws more than once: a loop over all of them tells scores, the first one is a split."""

    first: Value | None = None


@method("estimator", "split", "get_n_splits")
def folds(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``splitter.split(X, y, groups)``: folds tell scores, and leave no model that is kept; one draw is a split."""
    short = content.name.rsplit(".", 1)[-1]
    if args.what.endswith("get_n_splits") or short not in (*DRAWN, *CUT):
        return Result("folds")
    given = args.bind("X", "y", "groups", X=None, y=None, groups=None)
    if short in CUT:
        return _cut(lift, content, short, given)
    try:
        draw = _first(lift, content, short, given)
    except Stopped:
        if _option(lift, content, "n_splits", 5 if short == "GroupShuffleSplit" else 10) == 1:
            raise
        return Draws("folds")
    if _option(lift, content, "n_splits", 5 if short == "GroupShuffleSplit" else 10) == 1:
        return lift.new(Items((draw,), "draws"))
    return Draws("folds", draw)


def _cut(lift: Lifter, content: Estimator, short: str, given: dict[str, Value]) -> Folds:
    """Return folds of which the last one is known, where rows, number and seed are."""
    try:
        node = _rows(lift, given)
        rounds, shuffle, seed = (
            _option(lift, content, n, d) for n, d in (("n_splits", 5), ("shuffle", False), ("random_state", None))
        )
        others = {n for n, _ in content.params} - {"n_splits", "shuffle", "random_state"}
        unseeded = shuffle is True and type(seed) is not int
        if others or type(rounds) is not int or unseeded or (short == "GroupKFold" and shuffle):
            return Folds("folds")
        fields: dict[str, Any] = {"kind": "random", "method": CUT[short], "folds": rounds, "shuffle": shuffle is True}
        fields["seed"] = seed if shuffle is True else None
        last = _sides(lift, node, short, given, fields)
        if short == "TimeSeriesSplit":  # the first round leaves out what comes after it
            return Folds("folds", last, rounds)
        return Folds("folds", last, rounds, lambda: _sides(lift, node, short, given, {**fields, "first_fold": True}))
    except Stopped:
        return Folds("folds")


def _option(lift: Lifter, content: Estimator, name: str, default: object) -> object:
    value = content.get(name)
    return default if value is None else lift.const(value)


def _first(lift: Lifter, content: Estimator, short: str, given: dict[str, Value]) -> Value:
    """Return the row numbers of training and test rows of the first draw."""
    test_size, train_size = (_option(lift, content, n, None) for n in ("test_size", "train_size"))
    seed = _option(lift, content, "random_state", None)
    if type(seed) is not int:
        raise no_rule(f"{short} without a seed")  # only train_test_split can be given a recorded split
    if test_size is not None and train_size is not None:
        raise no_rule(f"{short} with test_size and train_size: it may leave rows out")
    if test_size is None and train_size is None:
        test_size = DRAWN[short]
    node = _rows(lift, given)
    fields: dict[str, Any] = {
        "kind": "random",
        "method": "sklearn",
        "test_size": test_size,
        "train_size": train_size,
        "seed": seed,
    }
    return _sides(lift, node, short, given, fields)


def _sides(lift: Lifter, node: Node, short: str, given: dict[str, Value], fields: dict[str, Any]) -> Tup:
    """Return the row numbers of training and test rows of a split by classes, by groups, or by neither."""
    by = dealt = None
    if short.startswith("Stratified"):
        by = lift.content(given["y"])
        fields["stratify"] = True
    elif short.startswith("Group"):
        dealt = as_column(lift, given["groups"])
        fields["groups"] = "sorted"
    ident = lift.learner.split(node, by=by, dealt=dealt, **fields)
    return Tup(tuple(lift.new(Order(node, part=Part(ident, side))) for side in ("train", "test")))


def _rows(lift: Lifter, given: dict[str, Value]) -> Node:
    """Return the node whose rows a splitter is given."""
    tables = [lift.content(given[n]) for n in ("X", "y", "groups") if lift.content(given[n]) != Const(None)]
    node = None
    for table in tables:
        try:
            own = node_of(table)
        except Stopped:
            continue
        if part_of(table) is not None:
            raise no_rule("splitting one side of a split again")
        if node is not None and not lift.align.same(own, node):
            raise shape("Tables with different rows are split together")
        node = node or own
    if node is None:
        raise shape("Something that is not a known table is split")
    return node


def first_draw(lift: Lifter, content: Value) -> Value | None:
    """Return what ``next(splitter.split(…))`` yields, or None if this is no splitter's.

    Raises
    ------
    Stopped
        If it was asked before: the second time it yields the second draw.
    """
    if isinstance(content, Draws | Folds):
        if any(content is known for known in lift.learner.drawn):
            raise no_rule("the second draw of a splitter")
        lift.learner.drawn.append(content)
    if isinstance(content, Draws):
        return content.first
    if isinstance(content, Folds):
        return content.at(Const(0))
    return content.values[0] if isinstance(content, Items) and content.kind == "draws" else None
