"""pandas: which rows a DataFrame has, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr
from lester_gui.ir.nodes import Distinct, Keep, Limit, Node, Sort
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WINDOWS, WindowColumn
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Encoded,
    Entries,
    Frame,
    Items,
    Iterated,
    Result,
    Rows,
    Tup,
    Unknown,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import (
    MARK,
    _over,
    column_of,
    filtered,
    in_place,
    limited,
    masked,
    selected,
    with_column,
)
from lester_gui.rewrite.lift.library.pandas_join import beside_encoded, unique_on
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "iterrows", "itertuples")
def rows_of(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``for _, row in frame.iterrows()``, ``for row in frame.itertuples()``: a list with one record per row."""
    given = args.bind(index=True, name="Pandas")
    if any(isinstance(v, Encoded) for _, v in frame.columns):
        raise shape("Going through the rows after a column was encoded is not supported yet")
    # on one side of a split, the place of a row is not how often the loop has run
    place = lift.position(frame.node) if frame.part is None else Unknown("it is the label of a row of one side", lift.line)
    record = lift.new(Entries(tuple((Const(n), v) for n, v in frame.columns), "record"))
    if args.what.endswith("iterrows"):
        return Iterated("records", (Rows(frame.node, Tup((place, record)), frame.part),))
    if lift.content(given["name"]) == Const(None):
        values = tuple(v for _, v in frame.columns)
        return Rows(frame.node, Tup((place, *values) if lift.const(given["index"]) else values), frame.part)
    return Iterated("records", (Rows(frame.node, record, frame.part),))


@method("frame", "to_dict")
def records(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.to_dict("records")``: a list with one dict per row.

    Where a value may be missing it is NaN, as in the table: such records can only be gone through.
    """
    if lift.is_shown(args):
        return Result("to_dict")
    if lift.const(args.bind("orient", orient="dict")["orient"]) != "records" or frame.part is not None:
        raise no_rule("DataFrame.to_dict of this kind")
    if not all(isinstance(v, Cell) for _, v in frame.columns):
        raise shape("Going through the rows after a column was encoded is not supported yet")
    record = lift.new(Entries(tuple((Const(n), v) for n, v in frame.columns)))
    rows = Rows(frame.node, record)
    return Iterated("records", (rows,)) if any(v.nullable for _, v in frame.columns if isinstance(v, Cell)) else lift.new(rows)


@method("frame", "query")
def query(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.query("a > 3 and b in @names")``."""
    from lester_gui.rewrite.lift.library.pandas_query import condition

    given = args.bind("expr", ignored=("engine",), inplace=False)
    mask = Column1(frame.node, condition(lift, frame, lift.text(given["expr"])), "", frame.part, True)
    return in_place(lift, args, masked(lift, frame, mask), given["inplace"])


@method("frame", "dropna")
def dropna(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.dropna(subset=…)``."""
    given = args.bind(axis=0, how="any", thresh=None, subset=None, inplace=False, ignore_index=False)
    if lift.const(given["axis"]) not in (0, "index"):
        raise no_rule("dropna by column, of which only the data tell which are left")
    thresh = lift.const(given["thresh"])
    frame = whole(lift, frame, "Choosing rows")
    names = frame.names if lift.content(given["subset"]) == Const(None) else lift.strings(given["subset"])
    kept: list[Expr] = []
    for n in names:
        cell = frame.get(n)
        if not isinstance(cell, Cell):
            raise shape(f"There is no column {n!r} to look for missing values in")
        # asked of every column, missing values seen so far or not: what the data hold must not decide what the plan says
        kept.append(cells.make("not_null", cell).expr)
    condition = paths.conjunction(kept)
    if thresh is not None:
        one, nought = cells.cell_of(Const(1)), cells.cell_of(Const(0))
        count = nought
        for k in kept:
            count = cells.make("add", count, cells.choose(k, one, nought))
        condition = cells.compare("GtE", count, cells.cell_of(Const(thresh)), pandas=True).expr
    elif lift.const(given["how"]) == "all":
        condition = paths.FALSE
        for k in kept:
            condition = paths.either(condition, k)
    out = filtered(lift, frame, Cell(condition, Type.BOOL))
    if lift.const(given["ignore_index"]):
        out = replace(out, index=())
    return in_place(lift, args, out, given["inplace"])


@method("frame", "drop_duplicates")
def drop_duplicates(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.drop_duplicates(subset, keep=…)``."""
    given = args.bind("subset", subset=None, keep="first", inplace=False, ignore_index=False)
    frame = whole(lift, frame, "Choosing rows")
    subset = () if lift.content(given["subset"]) == Const(None) else lift.strings(given["subset"])
    keep = lift.const(given["keep"])
    out = lift.step(
        Distinct,
        lift.naming.called(frame.node),
        parent=frame.node,
        subset=subset or frame.names,
        keep={"first": Keep.FIRST, "last": Keep.LAST, False: Keep.NONE}[keep],
    )
    index = () if lift.const(given["ignore_index"]) else None
    return in_place(lift, args, _over(frame, out, index if frame.index == () or index == () else frame.index), given["inplace"])


@method("frame", "sort_values")
def sort_values(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.sort_values(by, ascending=…)``. Only orders that do not depend on the algorithm: pandas' default is not stable."""
    given = args.bind(
        "by", ascending=True, inplace=False, kind="quicksort", na_position="last", ignore_index=False, axis=0, key=None
    )
    frame = whole(lift, frame, "Sorting")
    names = lift.strings(given["by"])
    ascending = lift.const(given["ascending"])
    orders = [bool(a) for a in ascending] if isinstance(ascending, list | tuple) else [bool(ascending)] * len(names)
    wide, by = _sort_keys(lift, frame, list(zip(names, orders, strict=True)), given)
    if len(names) == 1 and lift.const(given["kind"]) not in ("stable", "mergesort"):
        node, by[-1] = placed(lift, wide.node, *by[-1])
        wide = replace(wide, node=node)
    out = lift.step(Sort, lift.naming.called(wide.node), parent=wide.node, by=tuple(by))
    index = () if lift.const(given["ignore_index"]) else None
    ordered = _over(wide, out, index if frame.index == () or index == () else frame.index)
    return in_place(lift, args, ordered if wide is frame else selected(lift, ordered, frame.names), given["inplace"])


def placed(lift: Lifter, node: Node, name: str, ascending: bool) -> tuple[Node, tuple[str, bool]]:
    """Return a node with what a column is sorted by where NumPy sorts it, and that sort key: equal values change places."""
    from lester_gui.rewrite.lift.library.pandas_windows import windowed

    lift.note("unstable-sort", name)
    field = node.schema.field(name)
    if field.type not in (WINDOWS["numpy_place"].accepts or ()):
        return node, (name, ascending)  # texts keep their order
    out, place = windowed(lift, node, (), WindowColumn("place", "numpy_place", name, ascending=ascending))
    assert isinstance(place.expr, Column)
    return out, (place.expr.name, True)


def _sort_keys(
    lift: Lifter, frame: Frame, by: list[tuple[str, bool]], given: dict[str, Value]
) -> tuple[Frame, list[tuple[str, bool]]]:
    """Return a frame and the columns that give its order: those of the script, what ``key`` makes of them, where gaps are."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    if lift.content(given["key"]) != Const(None):
        for place, (name, ascending) in enumerate(by):
            made = invoke(lift, given["key"], Arguments("the key of a sort", [lift.new(column_of(lift, frame, name))]))
            key = lift.free_column(frame.node, f"{name}_key")
            frame, by[place] = with_column(lift, frame, key, made), (key, ascending)
    if lift.const(given["na_position"]) == "last":
        return frame, by
    keys = []
    for name, ascending in by:
        there = lift.free_column(frame.node, f"has_{name}")
        column = lift.content(column_of(lift, frame, name))
        if not isinstance(column, Column1):
            raise no_rule("sort_values of this column")
        frame = with_column(lift, frame, there, lift.new(replace(column, cell=cells.make("not_null", column.cell))))
        keys += [(there, True), (name, ascending)]
    return frame, keys


@method("frame", "nlargest", "nsmallest")
def greatest(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.nlargest(n, columns)``: equal rows in their own order, those that miss the value last."""
    given = args.bind("n", "columns", "keep", keep="first")
    names, count = lift.strings(given["columns"]), lift.const(given["n"])
    if lift.const(given["keep"]) != "first" or not isinstance(count, int) or count < 0:
        raise no_rule("nlargest with keep, or of a number that is not known")
    frame = whole(lift, frame, "Sorting")
    by = tuple((n, args.what.endswith("nsmallest")) for n in names)
    node = lift.step(Sort, lift.naming.called(frame.node), parent=frame.node, by=by)
    out = lift.step(Limit, lift.naming.called(node), parent=node, count=count)
    return lift.new(_over(frame, out, None if frame.index == () else frame.index))


@method("frame", "sort_index")
def sort_index(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.sort_index()`` where the rows are in that order already, or the index is made of columns."""
    given = args.bind(axis=0, ascending=True, inplace=False, kind="quicksort", na_position="last", ignore_index=False)
    if lift.const(given["axis"]) not in (0, "index"):
        return in_place(lift, args, _columns_in_order(lift, frame, given["ascending"]), given["inplace"])
    if lift.const(given["na_position"]) != "last":
        raise no_rule("sort_index with na_position")
    frame = whole(lift, frame, "Sorting")
    if frame.index == () and lift.const(given["ascending"]) is True:
        return in_place(lift, args, frame, given["inplace"])
    if not frame.levels:
        raise no_rule("sort_index here")
    node, frame = lift.materialise(frame, with_index=True)
    out = in_order_of_index(lift, node, tuple(n for n, _ in frame.levels), given)
    index = () if lift.const(given["ignore_index"]) else frame.index
    return in_place(lift, args, replace(_over(frame, out, index), levels=frame.levels if index else ()), given["inplace"])


def _columns_in_order(lift: Lifter, frame: Frame, ascending: Value) -> Frame:
    """Return the frame with its columns sorted by name, where all are known by name."""
    if any(MARK in n or n.endswith("*") for n in frame.names):
        raise no_rule("sorting columns of which only the data tell how many there are")
    return selected(lift, frame, tuple(sorted(frame.names, reverse=not lift.const(ascending))))


def in_order_of_index(lift: Lifter, node: Node, levels: tuple[str, ...], given: dict[str, Value]) -> Sort:
    """Return the rows of a node in the order of its index; rows with equal ones stay as they stand, with a note."""
    ascending = lift.const(given["ascending"])
    orders = [bool(a) for a in ascending] if isinstance(ascending, list | tuple) else [bool(ascending)] * len(levels)
    if len(orders) != len(levels):
        raise shape("An index is sorted by another number of levels than it has")
    if lift.const(given["kind"]) not in ("stable", "mergesort") and not unique_on(node, set(levels)):
        lift.note("unstable-sort", levels[0])
    return lift.step(Sort, lift.naming.called(node), parent=node, by=tuple(zip(levels, orders, strict=True)))


@method("frame", "head", "tail")
def head(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.head(n)``."""
    given = args.bind("n", n=5)
    if lift.is_shown(args):
        return Result("rows shown")
    count = lift.const(given["n"])
    if args.what.endswith("tail"):
        frame = whole(lift, frame, "Choosing rows")
        node = lift.step(Limit, lift.naming.called(frame.node), parent=frame.node, count=count, offset=-count)
        return lift.new(_over(frame, node, None))
    return lift.new(limited(lift, frame, 0, count))


@function("pandas.concat")
def concat(lift: Lifter, args: Arguments) -> Value:
    """``pd.concat([a, b])`` below each other, or side by side where the rows are the same."""
    given = args.bind("objs", ignored=("copy", "sort"), axis=0, ignore_index=False, join="outer", keys=None)
    if lift.content(given["keys"]) != Const(None):
        raise no_rule("concat with keys")
    objs = lift.content(given["objs"])
    tables = [lift.content(v) for v in (objs.values if isinstance(objs, Items | Tup) else ())]
    if not tables:
        raise shape("concat of a list whose length is not known")
    if lift.const(given["axis"]) in (1, "columns"):
        return lift.new(beside(lift, tables, lift.const(given["join"]) == "inner"))
    frames = [t for t in tables if isinstance(t, Frame)]
    if len(frames) != len(tables):
        raise no_rule("concat of Series below each other")
    return lift.new(below(lift, frames, () if lift.const(given["ignore_index"]) else None))


def below(lift: Lifter, frames: list[Frame], index: tuple[str, ...] | None) -> Frame:
    """Return the rows of all frames, one after the other."""
    from lester_gui.ir.nodes import Concat

    names = frames[0].names
    if any(set(f.names) != set(names) for f in frames):
        raise shape("Tables with different columns are put below each other")
    parts = [lift.materialise(selected(lift, whole(lift, f, "concat"), names))[0] for f in frames]
    if len({id(p) for p in parts}) != len(parts):
        raise no_rule("a table put below itself")
    out = lift.step(Concat, lift.naming.called(parts[0]), inputs=tuple(parts))
    return Frame(out, tuple((n, cells.column(out, n)) for n in names), index)


def beside(lift: Lifter, tables: list[Value], inner: bool = False) -> Frame:
    """Return columns of the same rows side by side, or those of tables whose index has each value once by that index."""
    from lester_gui.rewrite.lift.library.pandas_by_label import beside as by_label

    frame: Frame | None = None
    for t in tables:
        if isinstance(t, Column1):
            if not t.name:
                raise shape("A column without a name is put beside others")
            levels = tuple((n, cells.column(t.node, n)) for n in t.index or ())
            t = Frame(t.node, ((t.name, t.cell),), t.index, levels, t.part)
        if not isinstance(t, Frame):
            raise no_rule("concat of this object")
        if frame is None:
            frame = t
            continue
        if frame.levels and t.levels and not lift.align.same(frame.node, t.node):
            frame = by_label(lift, frame, t, inner)
            continue
        for n in t.names:
            if n in frame.names:
                raise shape("Two columns get the same name")
            value = t.get(n)
            frame = (
                with_column(lift, frame, n, column_of(lift, t, n))
                if isinstance(value, Cell)
                else beside_encoded(lift, frame, t, n, value)
            )
    assert frame is not None
    return frame
