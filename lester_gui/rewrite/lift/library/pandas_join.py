"""pandas: merge, join, groupby."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, GroupOrder, Join, JoinKind, Measure, Node, Select, Sort
from lester_gui.ir.operators import AGGREGATES
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Frame, Grouping, Items, Module, Result, Tup, Value
from lester_gui.rewrite.lift.library.pandas_frame import settled, whole
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
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
    if lift.const(given["indicator"]) or ("sort" in args.keywords and lift.const(args.keywords["sort"])):
        raise no_rule("merge with indicator or sort")
    whole(left, "A merge"), whole(right, "A merge")
    how = HOW.get(lift.const(given["how"]))
    if how is None:
        raise no_rule(f"merge with how={lift.const(given['how'])!r}")
    on = _keys(lift, left, right, given, how)
    suffixes = lift.const(given["suffixes"]) or ("_x", "_y")
    return lift.new(joined(lift, left, right, how, on, (suffixes[0] or "", suffixes[1] or "")))


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
    """Return the join of two frames, columns and rows in pandas' order."""
    left = _keys_visible(left, {a for a, _ in on})
    right = _keys_visible(right, {b for _, b in on})
    a, left = lift.materialise(left)
    b, right = lift.materialise(right)
    if a is b:
        b = lift.step(Select, lift.naming.called(b), b, parent=b, columns=tuple((n, n) for n in b.schema.names))
    call = lift.naming.called(a)
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
    index: tuple[str, ...] | None = ()
    return Frame(out, tuple((n, cells.column(out, n)) for n in out.schema.names), index)


def _keys_visible(frame: Frame, keys: set[str]) -> Frame:
    """Return the frame with the index levels that are keys as columns, and the other levels dropped."""
    levels = tuple((n, c) for n, c in frame.levels if n in keys and n not in frame.names)
    return replace(frame, columns=(*levels, *frame.columns), index=(), levels=())


def unique_on(node: Node, keys: set[str]) -> bool:
    """Whether no two rows of `node` can have the same values of `keys`."""
    from lester_gui.ir.nodes import Broadcast, Distinct, Filter, Project

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
    out = joined(
        lift,
        left,
        right,
        how,
        tuple(zip(keys, right.index, strict=True)),
        (lift.text(given["lsuffix"]), lift.text(given["rsuffix"])),
    )
    if on_index:
        from lester_gui.rewrite.lift.library.pandas_io import with_index

        out = with_index(lift, out, keys)
    return lift.new(out)


# -- groups ------------------------------------------------------------------------------------------------------------


@method("frame", "groupby")
def groupby(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.groupby(keys)``."""
    given = args.bind("by", ignored=("observed", "group_keys"), as_index=True, sort=True, dropna=True, level=None, axis=0)
    whole(frame, "Grouping")
    keys = lift.strings(given["by"])
    flags = (bool(lift.const(given[n])) for n in ("as_index", "dropna", "sort"))
    as_index, dropna, sort = flags
    return Grouping(frame, keys, (), False, as_index, dropna, sort)


@method("series", "groupby")
def series_groupby(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.groupby(other)``."""
    from lester_gui.rewrite.lift.library.pandas_frame import aligned

    key = lift.content(args.bind("by", ignored=("observed",))["by"])
    if not isinstance(key, Column1) or not key.name or not column.name:
        raise no_rule("Series.groupby of this")
    frame, cell = aligned(lift, Frame(column.node, ((column.name, column.cell),), column.index, (), column.part), key)
    frame = settled(lift, frame.with_columns({key.name: cell}))
    return Grouping(whole(frame, "Grouping"), (key.name,), (column.name,), True)


@method("groupby", "__getitem__")
def chosen(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column]`` or ``grouped[[columns]]``."""
    key = lift.content(args.positional[0])
    return replace(group, columns=lift.strings(key), series=isinstance(key, Const))


SIMPLE = ("mean", "sum", "min", "max", "count", "size", "nunique", "std", "var", "median", "first", "last")


@method("groupby", *SIMPLE)
def simple(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.mean()``."""
    what = args.what.rsplit(".", 1)[-1]
    args.bind(ignored=("numeric_only", "min_count"), ddof=1)
    if what == "size":
        out = aggregated(lift, group, [("size", "size", None)])
        return _as_series(lift, out, "size", group) if group.as_index else lift.new(out)
    columns = group.columns or tuple(n for n in group.frame.names if n not in group.keys)
    measures = [(n, what, n) for n in columns if group.columns or _accepts(group.frame, n, what)]
    out = aggregated(lift, group, [(n, f, c) for n, f, c in measures])
    if group.series and group.as_index:
        return _as_series(lift, out, columns[0], group)
    return lift.new(out)


def _accepts(frame: Frame, name: str, function: str) -> bool:
    cell = frame.get(name)
    return isinstance(cell, Cell) and cell.type in AGGREGATES[function].accepts


@method("groupby", "agg", "aggregate")
def agg(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.agg(new=(column, function))``, ``grouped.agg({column: function})``, ``grouped[column].agg([functions])``."""
    measures: list[tuple[str, str, str | None]] = []
    if args.positional:
        spec = lift.content(args.positional[0])
        if isinstance(spec, Entries):
            for k, v in spec.items:
                column, one = lift.text(k), lift.content(v)
                if isinstance(one, Items) and len(one.values) > 1:
                    raise no_rule("agg with several functions per column in one dict")
                measures.append((column, _function(lift, one.values[0] if isinstance(one, Items) else one), column))
                if isinstance(one, Items):
                    raise no_rule("agg with column names of two levels")
        elif isinstance(spec, Items) and group.series:
            measures = [(_function(lift, f), _function(lift, f), group.columns[0]) for f in spec.values]
        elif group.columns:
            f = _function(lift, spec)
            measures = [(n, f, n) for n in group.columns]
        else:
            raise no_rule("agg with this argument")
    for name, value in args.keywords.items():
        pair = lift.content(value)
        if isinstance(pair, Tup):
            column = lift.text(pair.items[0])
            measures.append((name, _function(lift, pair.items[1]), column))
        elif group.series:
            measures.append((name, _function(lift, pair), group.columns[0]))
        else:
            raise no_rule("agg with this argument")
    measures = [(n, f, None if f == "size" else c) for n, f, c in measures]
    out = aggregated(lift, group, measures)
    single = group.series and args.positional and not isinstance(lift.content(args.positional[0]), Items)
    return _as_series(lift, out, measures[0][0], group) if single and group.as_index else lift.new(out)


def _function(lift: Lifter, value: Value) -> str:
    content = lift.content(value)
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else lift.const(content)
    if isinstance(content, Module) and name == "len":
        return "size"
    if name not in SIMPLE:
        raise no_rule("this aggregate function")
    return str(name)


def aggregated(lift: Lifter, group: Grouping, measures: list[tuple[str, str, str | None]]) -> Frame:
    """Return one row per group, keys in the index or as columns."""
    node, frame = lift.materialise(group.frame, with_index=True)
    for key in group.keys:
        if frame.get(key) is None:
            raise shape(f"There is no column {key!r} to group by")
    made = tuple(Measure(n, f, c) for n, f, c in measures)
    for m in made:
        if m.column is not None and m.column not in node.schema:
            raise shape(f"There is no column {m.column!r} to aggregate")
    out = lift.step(
        Aggregate,
        lift.naming.called(node),
        parent=node,
        by=group.keys,
        measures=made,
        order=GroupOrder.SORTED if group.sort else GroupOrder.FIRST_SEEN,
        drop_null_keys=group.dropna,
    )
    keys = tuple((n, cells.column(out, n)) for n in group.keys)
    rest = tuple((n, cells.column(out, n)) for n, _, _ in measures)
    if group.as_index:
        return Frame(out, rest, group.keys, keys)
    return Frame(out, (*keys, *rest), ())


def _as_series(lift: Lifter, frame: Frame, name: str, group: Grouping) -> Value:
    return Column1(frame.node, cells.column(frame.node, name), name if name != "size" else "", None, False, group.keys)


@method("groupby", "transform")
def transform(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].transform("mean")``: the group's value for each of its rows; rows without a key get none."""
    if not group.columns or not group.series:
        raise no_rule("transform of several columns")
    function_name = _function(lift, args.bind("func")["func"])
    column = group.columns[0]
    node, frame = lift.materialise(group.frame, with_index=True)
    name = lift.free_column(node, f"{column}_{function_name}")
    totals = lift.step(
        Aggregate,
        name,
        parent=node,
        by=group.keys,
        measures=(Measure(name, function_name, None if function_name == "size" else column),),
    )
    out = lift.step(
        Join, lift.naming.called(node), node, left=node, right=totals, how=JoinKind.LEFT, on=tuple((k, k) for k in group.keys)
    )
    return Column1(out, cells.column(out, name), column, None, False, frame.index)


@method("groupby", "head", "tail", "apply", "filter", "cumcount", "cumsum", "rank", "shift", "ngroup", "diff", "groups")
def ordered(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """What depends on the order in a group, or runs code per group."""
    raise no_rule(args.what.replace("groupby", "DataFrameGroupBy"))


@attribute("groupby", "ngroups")
def ngroups(lift: Lifter, group: Grouping, owner: Value) -> Value:
    """``grouped.ngroups``."""
    return Result("groups")
