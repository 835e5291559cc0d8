"""pandas: merge and join."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal, columns_of
from lester_gui.ir.nodes import Aggregate, Join, JoinKind, Node, Select, Sort
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Encoded, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import aligned, settled
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.naming import stored_apart, unlike
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

HOW = {"inner": JoinKind.INNER, "left": JoinKind.LEFT, "right": JoinKind.RIGHT, "outer": JoinKind.OUTER, "cross": JoinKind.CROSS}


@function("pandas.merge")
def merge_function(lift: Lifter, args: Arguments) -> Value:
    """``pd.merge(left, right, …)``."""
    left = lift.content(args.positional.pop(0) if args.positional else args.keywords.pop("left"))
    return merge(lift, left, args)


@method("frame", "merge")
def merge(lift: Lifter, left: Value, args: Arguments) -> Value:
    """``left.merge(right, how=…, on=…)``."""
    given = args.bind(
        "right", "how", "on", "left_on", "right_on", ignored=("copy", "validate", "sort"), how="inner", on=None, left_on=None,
        right_on=None, left_index=False, right_index=False, suffixes=None, indicator=False,
    )  # fmt: skip
    right = lift.content(given["right"])
    if lift.kind(right) == "table of totals of a side" and isinstance(left, Frame):
        from lester_gui.rewrite.lift.library import pandas_side_formulas

        assert isinstance(right, pandas_side_formulas.SideFrame)
        return lift.new(pandas_side_formulas.merged(lift, left, right, given))
    if isinstance(right, Column1) and right.name:
        levels = tuple((n, cells.column(right.node, n)) for n in right.index or ())
        right = Frame(right.node, ((right.name, right.cell),), right.index, levels, right.part)
    if not isinstance(left, Frame) or not isinstance(right, Frame):
        raise shape("A merge with something that is not a table")
    mark = lift.const(given["indicator"])
    if "sort" in args.keywords and lift.const(args.keywords["sort"]):
        raise no_rule("merge with sort")
    left, right = whole(lift, left, "A merge"), whole(lift, right, "A merge")
    how = HOW.get(lift.const(given["how"]))
    if how is None:
        raise no_rule(f"merge with how={lift.const(given['how'])!r}")
    suffixes = lift.const(given["suffixes"]) or ("_x", "_y")
    ends = (suffixes[0] or "", suffixes[1] or "")
    if lift.const(given["left_index"]) or lift.const(given["right_index"]):
        if mark:
            raise no_rule("merge by an index with indicator")
        return lift.new(by_index(lift, left, right, given, how, ends))
    on = _keys(lift, left, right, given, how)
    if mark:
        return lift.new(marked(lift, left, right, how, on, ends, mark if isinstance(mark, str) else "_merge"))
    return lift.new(joined(lift, left, right, how, on, ends))


MARKS = ("is_left", "is_right")


def marked(
    lift: Lifter,
    left: Frame,
    right: Frame,
    how: JoinKind,
    on: tuple[tuple[str, str], ...],
    suffixes: tuple[str, str],
    name: str,
) -> Frame:
    """Return the join of two frames with a column that says on which side each row was found."""
    if how is JoinKind.CROSS or any(m in (*left.names, *right.names) for m in MARKS):
        raise no_rule("merge with indicator here")
    there = Cell(Literal(True), Type.BOOL)
    out = joined(lift, left.with_columns({MARKS[0]: there}), right.with_columns({MARKS[1]: there}), how, on, suffixes)
    a, b = (out.get(m) for m in MARKS)
    assert isinstance(a, Cell) and isinstance(b, Cell)

    def text(value: str) -> Cell:
        return Cell(Literal(value), Type.STR)

    side = cells.choose(cells.make("is_null", b).expr, text("left_only"), text("both"))
    side = cells.choose(cells.make("is_null", a).expr, text("right_only"), side)
    kept = tuple((n, c) for n, c in out.columns if n not in MARKS)
    return settled(lift, replace(out, columns=(*kept, (name, side))))


def _keys(lift: Lifter, left: Frame, right: Frame, given: dict[str, Value], how: JoinKind) -> tuple[tuple[str, str], ...]:
    def names(key: str) -> tuple[str, ...]:
        return () if lift.content(given[key]) == Const(None) else lift.strings(given[key])

    if how is JoinKind.CROSS:
        return ()
    if names("on"):
        return tuple((n, n) for n in names("on"))
    a, b = names("left_on"), names("right_on")
    if not a and not b:
        shared = tuple(n for n in left.names if n in right.names)
        a = b = shared
    if not a or len(a) != len(b):
        raise shape("The keys of a merge are not known")
    return tuple(zip(a, b, strict=True))


def by_index(lift: Lifter, left: Frame, right: Frame, given: dict[str, Value], how: JoinKind, suffixes: tuple[str, str]) -> Frame:
    """Return a merge by the index of one side or of both; an index is no column of the result.

    Where both sides are joined by their index, it is the result's. Where only one is, the columns that the other side names
    are the keys, and what index the result has is not used.
    """
    indexed = [bool(lift.const(given[n])) for n in ("left_index", "right_index")]
    if lift.content(given["on"]) != Const(None) or how is JoinKind.CROSS:
        raise no_rule("merge by an index with these options")
    if all(indexed):
        if not left.index and not right.index:
            return positional(lift, left, right, how, suffixes)
        return by_both_indexes(lift, left, right, how, suffixes)
    from_left = indexed[1]  # the left side names its columns
    named, other = (left, right) if from_left else (right, left)
    key = given["left_on" if from_left else "right_on"]
    columns = () if lift.content(key) == Const(None) else lift.strings(key)
    if not other.index or len(columns) != len(other.index):
        raise shape("The keys of a merge are not known")
    if how is JoinKind.OUTER or (how is JoinKind.LEFT and not from_left) or (how is JoinKind.RIGHT and from_left):
        raise no_rule("merge by an index that keeps rows of the other side alone")
    taken = {n.casefold() for n in (*named.names, *other.names)}
    keys = tuple(n if n == k else unlike(n, taken) for n, k in zip(other.index, columns, strict=True))
    if set(keys) & set(other.names):
        raise no_rule("merge by an index where a column has the key's name")
    other = replace(other, index=keys, levels=tuple((k, c) for k, (_, c) in zip(keys, other.levels, strict=True)))
    named = replace(named, index=(), levels=())
    a, b = (named, other) if from_left else (other, named)
    pairs = zip(columns, keys, strict=True) if from_left else zip(keys, columns, strict=True)
    out = joined(lift, a, b, how, tuple(pairs), suffixes)
    rest = tuple((n, v) for n, v in out.columns if n in columns or n not in keys)
    return settled(lift, replace(out, columns=rest, index=None))


def by_both_indexes(
    lift: Lifter, left: Frame, right: Frame, how: JoinKind, suffixes: tuple[str, str], sort: bool = True
) -> Frame:
    """Return the join of two tables by their indexes, which is its index, under the names that the left one has."""
    from lester_gui.rewrite.lift.library.pandas_io import with_index

    if not left.index or not right.index or len(left.index) != len(right.index):
        raise no_rule("join without a named index")
    names = left.index
    if set(names) & {*left.names, *right.names}:
        raise no_rule("a join by an index where a column has the index' name")
    right = replace(right, index=names, levels=tuple((n, c) for n, (_, c) in zip(names, right.levels, strict=True)))
    return with_index(lift, joined(lift, left, right, how, tuple((n, n) for n in names), suffixes, sort), names)


def positional(lift: Lifter, left: Frame, right: Frame, how: JoinKind, suffixes: tuple[str, str]) -> Frame:
    """Return two tables of the same rows side by side: their indexes are the same row numbers."""
    from lester_gui.rewrite.lift.library.pandas_frame import column_of, with_column

    same = left.index == right.index and left.part == right.part and lift.align.same(left.node, right.node)
    if not same or how is JoinKind.CROSS:
        raise no_rule("join without a named index")
    shared = set(left.names) & set(right.names)
    if shared and not any(suffixes):
        raise shape("Two columns get the same name")
    names = {n: n + suffixes[1] if n in shared else n for n in right.names}
    out = replace(left, columns=tuple((n + suffixes[0] if n in shared else n, v) for n, v in left.columns))
    if len({*out.names, *names.values()}) < len(left.names) + len(right.names):
        raise shape("Two columns get the same name")
    for n, new in names.items():
        value = right.get(n)
        out = (
            with_column(lift, out, new, column_of(lift, right, n))
            if isinstance(value, Cell)
            else beside_encoded(lift, out, right, new, value)
        )
    return out


def beside_encoded(lift: Lifter, left: Frame, right: Frame, name: str, value: Value | None) -> Frame:
    """Return a table with an encoded column of another one with the same rows, under the same index."""
    if left.index != right.index:
        raise shape("A Series is aligned by an index that is not the table's")
    if isinstance(value, Encoded):
        left, cell = aligned(lift, left, Column1(right.node, value.cell, name, right.part, False, right.index))
        return left.with_columns({name: replace(value, cell=cell)})
    if isinstance(value, Result):
        return left.with_columns({name: value})
    raise shape(f"The column {name!r} holds something that the plan does not carry")


def joined(
    lift: Lifter,
    left: Frame,
    right: Frame,
    how: JoinKind,
    on: tuple[tuple[str, str], ...],
    suffixes: tuple[str, str],
    sort: bool = True,
) -> Frame:
    """Return the join of two frames, columns and rows in pandas' order; columns that the plan does not carry stay as they are."""
    beside = tuple((n, v) for f in (left, right) for n, v in f.columns if isinstance(v, Result))
    left = _keys_visible(left, {a for a, _ in on})
    right = _keys_visible(right, {b for _, b in on})
    a, left = lift.materialise(left)
    b, right = lift.materialise(right)
    if a is b:
        b = lift.step(Select, lift.naming.called(b), b, parent=b, columns=tuple((n, n) for n in b.schema.names))
    call = lift.naming.called(a)
    stored = stored_apart(dict.fromkeys((*left.names, *right.names)))
    a, b = _called(lift, a, left, stored), _called(lift, b, right, stored)
    on = tuple((stored[x], stored[y]) for x, y in on)
    for x, y in on:
        fx, fy = a.schema.field(x).type, b.schema.field(y).type
        if fx is not fy and not (fx.is_number and fy.is_number):
            raise shape(f"The merge keys {x!r} and {y!r} have different types, {fx} and {fy}")
    if how is JoinKind.RIGHT:
        # pandas keeps the order of the right table: the same join seen from there, with the columns put back in place
        swapped = lift.step(
            Join,
            call,
            b,
            left=b,
            right=a,
            how=JoinKind.LEFT,
            on=tuple((y, x) for x, y in on),
            suffixes=suffixes[::-1],
            null_keys_match=True,
        )
        probe = lift.step(Join, call, left=a, right=b, how=how, on=on, suffixes=suffixes, null_keys_match=True)
        out: Node = lift.step(Select, call, swapped, parent=swapped, columns=tuple((n, n) for n in probe.schema.names))
    else:
        keep = a if how is JoinKind.LEFT and unique_on(b, {y for _, y in on}) else None
        out = lift.step(Join, call, keep, left=a, right=b, how=how, on=on, suffixes=suffixes, null_keys_match=True)
        if how is JoinKind.OUTER and sort:
            out = lift.step(Sort, call, parent=out, by=tuple((x, True) for x, _ in on))
    # where both sides call a column by one stored name and pandas sees two, what pandas calls the result's follows from these
    shown = {s: n for n, s in stored.items()}
    visible = {s + end: n + end for s, n in shown.items() for end in suffixes} | shown
    names = [visible[n] for n in out.schema.names]
    if len({n for n, _ in beside} | set(names)) < len(beside) + len(names):
        raise shape("A column that the plan does not carry has the name of another one in a join")
    made = tuple((name, cells.column(out, n)) for name, n in zip(names, out.schema.names, strict=True))
    return Frame(out, (*made, *beside))


def _called(lift: Lifter, node: Node, frame: Frame, stored: dict[str, str]) -> Node:
    """Return the rows of a frame with its columns under the names they are stored by."""
    pairs = tuple((stored[n], columns_of(c.expr)[0]) for n, c in frame.columns if isinstance(c, Cell))
    if all(a == b for a, b in pairs):
        return node
    return lift.step(Select, lift.naming.called(node), node, parent=node, columns=pairs)


def _keys_visible(frame: Frame, keys: set[str]) -> Frame:
    """Return the frame with the index levels that are keys as columns, and the other levels dropped."""
    levels = tuple((n, c) for n, c in frame.levels if n in keys and n not in frame.names)
    return replace(frame, columns=(*levels, *frame.columns), index=(), levels=())


def unique_on(node: Node, keys: set[str]) -> bool:
    """Whether no two rows of `node` can have the same values of `keys`."""
    from lester_gui.ir.nodes import Broadcast, Distinct, Filter, Project, Window

    while True:
        if isinstance(node, Aggregate):
            return set(node.by) <= keys and bool(node.by)
        if isinstance(node, Distinct):
            return bool(node.subset) and set(node.subset) <= keys
        if isinstance(node, Select):
            back = dict(node.columns)
            keys, node = {back[k] for k in keys if k in back}, node.parent
        elif isinstance(node, Project):
            keys, node = keys - {n for n, _ in node.assigned}, node.parent
        elif isinstance(node, Window):
            keys, node = keys - {c.name for c in node.columns}, node.parent
        elif isinstance(node, Filter | Broadcast | Sort):
            node = node.parent
        elif isinstance(node, Join) and _same_keys(node, keys):
            return unique_on(node.left, keys) and unique_on(node.right, keys)
        else:
            return False


def _same_keys(node: Join, keys: set[str]) -> bool:
    """Whether a join is by exactly these columns, called the same on both sides."""
    return {a for a, _ in node.on} == keys and all(a == b for a, b in node.on)


@method("frame", "join")
def join(lift: Lifter, left: Frame, args: Arguments) -> Value:
    """``left.join(right, on=…)``: against the right index."""
    given = args.bind("other", on=None, how="left", lsuffix="", rsuffix="")
    right = lift.content(given["other"])
    if isinstance(right, Column1) and right.name:
        levels = tuple((n, cells.column(right.node, n)) for n in right.index or ())
        right = Frame(right.node, ((right.name, right.cell),), right.index, levels, right.part)
    if not isinstance(right, Frame):
        raise shape("A join with something that is not a table")
    how = HOW[lift.const(given["how"])]
    keys = () if lift.content(given["on"]) == Const(None) else lift.strings(given["on"])
    on_index = not keys
    keys = keys or (left.index or ())
    ends = (lift.text(given["lsuffix"]), lift.text(given["rsuffix"]))
    if on_index and not left.index and not right.index:
        return lift.new(positional(lift, left, right, how, ends))
    left, right = whole(lift, left, "A join"), whole(lift, right, "A join")
    if on_index:
        return lift.new(by_both_indexes(lift, left, right, how, ends))
    if not right.index or len(keys) != len(right.index):
        raise no_rule("join without a named index")
    if set(keys) & set(right.names):
        raise no_rule("join with a table that has a column of the key's name")
    right = replace(right, index=keys, levels=tuple((k, c) for k, (_, c) in zip(keys, right.levels, strict=True)))
    out = joined(lift, replace(left, index=(), levels=()), right, how, tuple((k, k) for k in keys), ends)
    each_once = how is JoinKind.LEFT and unique_on(
        right.node, {columns_of(c.expr)[0] for _, c in right.levels if columns_of(c.expr)}
    )
    return lift.new(replace(out, index=left.index if left.index == () and each_once else None))
