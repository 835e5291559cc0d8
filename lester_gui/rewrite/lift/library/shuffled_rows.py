"""Lists of rows in a seeded random order: cut in two, counted, and other lists of the same rows in the same order.

A plan does not put rows into a random order; it records for each row on which side of the cut it is. So whatever else depends on
the order of such a list stops.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lester_gui.rewrite.lift.domain import Accessor, Column1, Const, Frame, Matrix, Order, Part, Rows, Tup, Value
from lester_gui.rewrite.lift.library.splitting import by_order, node_of, part_of, side
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("shuffled", "__getitem__")
def cut(lift: Lifter, content: Shuffled, args: Arguments) -> Value:
    """``rows[:cut]``, ``rows[cut:]`` after ``random.shuffle(rows)``."""
    key = lift.content(args.positional[0])
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)):
        raise no_rule("an element of a list in random order")
    low, high, step = (lift.content(v) for v in key.owner.items)
    start = None if low in (Const(None), Const(0)) else low
    stop = None if high == Const(None) else high
    if step != Const(None) or (start is None) == (stop is None):
        raise no_rule("this slice of a list in random order")
    part = by_order(lift, content.order.node, replace(content.order, start=start, stop=stop))
    assert part is not None
    return side(lift, content.inner, part)


def array(lift: Lifter, content: Shuffled, args: Arguments) -> Value:
    """Return ``np.array(rows)``."""
    from lester_gui.rewrite.lift.library.numpy import array as of_rows

    made = lift.content(of_rows(lift, Arguments(args.what, [content.inner, *args.positional[1:]], args.keywords)))
    if not isinstance(made, Rows | Matrix | Column1):
        raise no_rule("this array of a list in random order")
    return lift.new(Shuffled(made, content.order))


@function("sklearn.utils.shuffle")
def shuffle(lift: Lifter, args: Arguments) -> Value:
    """``X, y = shuffle(X, y, random_state=0)``."""
    seed = lift.const(args.keywords.get("random_state", Const(None)))
    contents = [lift.content(v) for v in args.positional]
    if contents and all(is_pandas(c) for c in contents) and type(seed) is int and not set(args.keywords) - {"random_state"}:
        return _shuffled_frames(lift, contents, seed)
    if set(args.keywords) - {"random_state"} or not all(
        isinstance(c, Rows | Matrix | Column1) and c.part is None for c in contents
    ):
        raise no_rule("shuffling these objects")
    nodes = [c.node for c in contents if isinstance(c, Rows | Matrix | Column1)]
    if not all(lift.align.same(n, nodes[0]) for n in nodes):
        raise no_rule("shuffling objects of different rows together")
    out = tuple(lift.new(Shuffled(c, Order(n, "numpy_legacy", seed))) for c, n in zip(contents, nodes, strict=True))
    return out[0] if len(out) == 1 else Tup(out)


def is_pandas(content: Value) -> bool:
    """Whether a value is a frame or a series."""
    return isinstance(content, Frame) or (isinstance(content, Column1) and not content.numpy)


def _shuffled_frames(lift: Lifter, contents: list[Value], seed: int) -> Value:
    """Return tables whose rows are all on one side of a split, in its order."""
    node, part = node_of(contents[0]), part_of(contents[0])
    if not all(part_of(c) == part and lift.align.same(node_of(c), node) for c in contents):
        raise no_rule("shuffling objects of different rows together")
    fields: dict[str, Any] = {"kind": "random", "method": "numpy_legacy", "train_size": 1.0, "seed": seed}
    whole = Part(lift.learner.split(node, of=part, **fields), "train")
    out = tuple(side(lift, c, whole) for c in contents)
    return out[0] if len(out) == 1 else Tup(out)


def unzipped(lift: Lifter, value: Value) -> Value | None:
    """Return ``zip(*pairs)`` of a list of rows as one list for each place; None for anything else."""
    content = lift.content(value)
    rows = content.inner if isinstance(content, Shuffled) else content
    if not isinstance(rows, Rows):
        return None
    template = lift.content(rows.template)
    if not isinstance(template, Tup):
        return None
    lists = [replace(rows, template=v) for v in template.items]
    if isinstance(content, Shuffled):
        return Tup(tuple(lift.new(Shuffled(one, content.order)) for one in lists))
    return Tup(tuple(lift.new(one) for one in lists))
