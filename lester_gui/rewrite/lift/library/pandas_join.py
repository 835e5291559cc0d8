"""pandas: merge and join."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal, columns_of
from lester_gui.ir.nodes import Aggregate, Join, JoinKind, Node, Select, Sort
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Value
from lester_gui.rewrite.lift.library.pandas_frame import MARK, settled, whole
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.naming import stored_apart
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
    if isinstance(right, Column1) and right.name:
        levels = tuple((n, cells.column(right.node, n)) for n in right.index or ())
        right = Frame(right.node, ((right.name, right.cell),), right.index, levels, right.part)
    if not isinstance(left, Frame) or not isinstance(right, Frame):
        raise shape("A merge with something that is not a table")
    mark = lift.const(given["indicator"])
    if "sort" in args.keywords and lift.const(args.keywords["sort"]):
        raise no_rule("merge with sort")
    whole(left, "A merge"), whole(right, "A merge")
    how = HOW.get(lift.const(given["how"]))
    if how is None:
        raise no_rule(f"merge with how={lift.const(given['how'])!r}")
    on = _keys(lift, left, right, given, how)
    suffixes = lift.const(given["suffixes"]) or ("_x", "_y")
    ends = (suffixes[0] or "", suffixes[1] or "")
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
    if lift.const(given["left_index"]):
        a = left.index or ()
    if lift.const(given["right_index"]):
        b = right.index or ()
    if not a and not b:
        shared = tuple(n for n in left.names if n in right.names)
        a = b = shared
    if not a or len(a) != len(b):
        raise shape("The keys of a merge are not known")
    return tuple(zip(a, b, strict=True))


def joined(
    lift: Lifter, left: Frame, right: Frame, how: JoinKind, on: tuple[tuple[str, str], ...], suffixes: tuple[str, str]
) -> Frame:
    """Return the join of two frames, columns and rows in pandas' order; marks of columns that nobody named stay."""
    out = _joined(lift, left, right, how, on, suffixes)
    return replace(out, columns=(*out.columns, *((n, v) for f in (left, right) for n, v in f.columns if MARK in n)))


def _joined(
    lift: Lifter, left: Frame, right: Frame, how: JoinKind, on: tuple[tuple[str, str], ...], suffixes: tuple[str, str]
) -> Frame:
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
        if how is JoinKind.OUTER:
            out = lift.step(Sort, call, parent=out, by=tuple((x, True) for x, _ in on))
    if all(n == s for n, s in stored.items()):
        return Frame(out, tuple((n, cells.column(out, n)) for n in out.schema.names))
    # both sides call a column by one stored name where pandas sees one name, so what pandas calls the result's follows
    shown = {s: n for n, s in stored.items()}
    ends = ((s + end, n + end) for s, n in shown.items() for end in suffixes)
    visible = dict(ends) | shown
    return Frame(out, tuple((visible[n], cells.column(out, n)) for n in out.schema.names))


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
        else:
            return False


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
    if not keys or not right.index or len(keys) != len(right.index):
        raise no_rule("join without a named index")
    whole(left, "A join"), whole(right, "A join")
    if not on_index and not set(keys) & set(right.names):  # the right index is not among the columns: it has the keys' names
        right = replace(right, index=keys, levels=tuple((k, c) for k, (_, c) in zip(keys, right.levels, strict=True)))
    out = joined(
        lift,
        left,
        right,
        how,
        tuple(zip(keys, right.index or (), strict=True)),
        (lift.text(given["lsuffix"]), lift.text(given["rsuffix"])),
    )
    if on_index:
        from lester_gui.rewrite.lift.library.pandas_io import with_index

        out = with_index(lift, out, keys)
    return lift.new(out)
