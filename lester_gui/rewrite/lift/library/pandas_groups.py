"""pandas: groups of rows, aggregates in all spellings, and a group's value on each of its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure, Node, Project
from lester_gui.ir.operators import AGGREGATES
from lester_gui.rewrite.lift import cells, grouped
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Items,
    Module,
    Result,
    Tup,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.grouping import Grouping, without_encoded
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import LEVEL, aligned, series_of, settled
from lester_gui.rewrite.lift.library.pandas_sides import side_groups
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

SIMPLE = ("mean", "sum", "min", "max", "count", "size", "nunique", "std", "var", "median", "first", "last")


# -- making groups -----------------------------------------------------------------------------------------------------


@method("frame", "groupby")
def groupby(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.groupby(keys)``, by names of columns, or by Series over the same rows."""
    given = args.bind(
        "by", ignored=("observed",), by=None, as_index=True, sort=True, dropna=True, level=None, axis=0, group_keys=True
    )
    if any(isinstance(frame.get(k), Result) for k in _named_keys(lift, given["by"])):
        return Result("groups")
    if frame.part is not None:
        return side_groups(lift, frame, given)
    encoded, frame = frame, whole(lift, without_encoded(frame), "Grouping")
    if lift.content(given["level"]) != Const(None):
        names = lift.content(given["level"])
        if not (isinstance(names, Const) and names.value == 0 and len(frame.levels) == 1):
            raise no_rule("groupby by level")
        keys: tuple[str, ...] = (frame.levels[0][0],)
    else:
        frame, keys = _keys(lift, frame, given["by"])
    as_index, dropna, sort = (bool(lift.const(given[n])) for n in ("as_index", "dropna", "sort"))
    listed = isinstance(lift.content(given["by"]), Items)
    made = Grouping(frame, keys, (), False, as_index, dropna, sort, args.owner, listed, given["group_keys"])
    return made if len(frame.columns) == len(encoded.columns) else Accessor(made, "groups of some columns")


def _named_keys(lift: Lifter, by: Value) -> list[str]:
    """Return the keys that are given by their names."""
    content = lift.content(by)
    several = content.values if isinstance(content, Items | Tup) else (content,)
    return [v.value for v in map(lift.content, several) if isinstance(v, Const) and isinstance(v.value, str)]


def _keys(lift: Lifter, frame: Frame, by: Value) -> tuple[Frame, tuple[str, ...]]:
    """Return the frame with a column for each key, and the keys' names."""
    content = lift.content(by)
    several = content.values if isinstance(content, Items | Tup) else (content,)
    names: list[str] = []
    for one in several:
        value = lift.content(one)
        if isinstance(value, Const):
            names.append(lift.text(value))
            continue
        if not isinstance(value, Column1):
            raise no_rule("groupby by this object")
        own = frame.get(value.name) if value.name else None
        frame, cell = aligned(lift, frame, value)
        if own is not None and isinstance(own, Cell) and frame.get(value.name) == cell:
            names.append(value.name)
            continue
        name, n = value.name or "key", 1
        while frame.get(name) is not None:
            n += 1
            name = f"{value.name or 'key'}_{n}"
        frame = replace(frame, levels=(*frame.levels, (name, cell)))
        names.append(name)
    return frame, tuple(names)


@method("series", "groupby")
def series_groupby(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.groupby(other)``."""
    given = args.bind("by", ignored=("observed",), sort=True, dropna=True, group_keys=True)
    name = column.name or "value"
    frame, keys = _keys(lift, Frame(column.node, ((name, column.cell),), column.index, (), column.part), given["by"])
    dropna, sort = (bool(lift.const(given[n])) for n in ("dropna", "sort"))
    whole_frame = whole(lift, frame, "Grouping")
    return Grouping(whole_frame, keys, (name,), True, True, dropna, sort, keyed=given["group_keys"])


def rows_of(lift: Lifter, group: Grouping) -> tuple[Node, Frame]:
    """Return the rows that are grouped, as a node with exactly their columns: those that the table has now.

    Raises
    ------
    Stopped
        If the table got other rows or keys since it was grouped.
    """
    frame = group.frame
    if group.owner is not None:
        now = lift.content(group.owner)
        now = without_encoded(now) if isinstance(now, Frame) else now
        if isinstance(now, Frame) and now != frame:
            old = {k: frame.get(k) for k in group.keys}
            new = {k: now.get(k) for k in group.keys}
            extra = tuple((k, c) for k, c in frame.levels if k in group.keys and k not in now.names and now.get(k) is None)
            same = lift.align.same(now.node, frame.node) and now.part == frame.part
            for k, cell in old.items():
                here = new[k]
                if same and not any(k == n for n, _ in extra):
                    if not isinstance(cell, Cell) or not isinstance(here, Cell):
                        raise shape("The keys of a group changed after the table was grouped")
                    same = lift.align.move(cell.expr, frame.node, now.node) == here.expr
            if not same:
                raise shape("A table was changed after it was grouped")
            levels = tuple((k, lift.move(c, frame.node, now.node)) for k, c in extra if isinstance(c, Cell))
            frame = replace(now, levels=(*now.levels, *levels))
    return _carried(lift, frame)


def _carried(lift: Lifter, frame: Frame) -> tuple[Node, Frame]:
    """Return a node in which each column of a frame is a column of that name. It may have others: so it stays the table's."""
    named = {n: c for n, c in (*frame.levels, *frame.columns) if isinstance(c, Cell)}
    new = {n: c for n, c in named.items() if c.expr != Column(n)}
    if len(named) < len(frame.levels) + len(frame.columns) or any(n in frame.node.schema for n in new):
        return lift.materialise(frame, with_index=True)
    node, resolved = lift.resolve(frame.node, *new.values())
    if any(n in node.schema for n in new):
        return lift.materialise(frame, with_index=True)
    if new:
        assigned = tuple((n, c.expr) for n, c in zip(new, resolved, strict=True))
        node = lift.step(Project, lift.naming.called(node), node, parent=node, assigned=assigned)
    columns = tuple((n, cells.column(node, n)) for n, _ in frame.columns)
    levels = tuple((n, cells.column(node, n)) for n, _ in frame.levels)
    return node, Frame(node, columns, frame.index, levels, frame.part, frame.origin)


@method("groups of some columns", "__getitem__", "size", "agg", "aggregate")
def of_some(lift: Lifter, content: Accessor, args: Arguments) -> Value:
    """Groups of a table with encoded columns: what names the columns that it takes does not need these."""
    what = args.what.rsplit(".", 1)[-1] if "[" not in args.what else "__getitem__"
    if what in ("agg", "aggregate") and args.positional and not isinstance(lift.content(args.positional[0]), Entries):
        raise no_rule("aggregates of all columns of a table after a column was encoded")
    return METHODS["groupby", what](lift, content.owner, args)


@method("groupby", "__getitem__")
def chosen(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column]`` or ``grouped[[columns]]``."""
    key = lift.content(args.positional[0])
    return replace(group, columns=lift.strings(key), series=isinstance(key, Const))


@attribute("groupby", "ngroups")
def ngroups(lift: Lifter, group: Grouping, owner: Value) -> Value:
    """``grouped.ngroups``."""
    return Result("groups")


# -- one row per group -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """One column of an aggregate: its name, and the function of a column of the group, or of all of its rows."""

    name: str
    function: Value
    column: str | None


@method("groupby", *SIMPLE)
def simple(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.mean()``."""
    what = args.what.rsplit(".", 1)[-1]
    given = args.bind(ignored=("numeric_only", "min_count", "engine"), ddof=1)
    if lift.const(given["ddof"]) != 1:
        raise no_rule(f"{what} of groups with ddof")
    if what == "size":
        out = aggregated(lift, group, [Wanted("size", Const("size"), None)])
        return _as_series(out, "size", group) if group.as_index else lift.new(out)
    columns = group.columns or tuple(n for n in group.frame.names if n not in group.keys)
    wanted = [Wanted(n, Const(what), n) for n in columns if group.columns or _accepts(group.frame, n, what)]
    out = aggregated(lift, group, wanted)
    results: dict[str, Value] = {n: v for n, v in group.frame.columns if n in columns and isinstance(v, Result)}
    if results and not group.series:
        out = out.with_columns(results)
    return _as_series(out, columns[0], group) if group.series and group.as_index else lift.new(out)


def _accepts(frame: Frame, name: str, function: str) -> bool:
    cell = frame.get(name)
    return isinstance(cell, Cell) and cell.type in AGGREGATES[function].accepts


@method("groupby", "quantile")
def quantile(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].quantile(0.75)``: one value for each group."""
    given = args.bind("q", q=0.5, interpolation="linear", numeric_only=False)
    share = lift.const(given["q"])
    if (
        not group.series
        or not group.as_index
        or not isinstance(share, int | float)
        or lift.const(given["interpolation"]) != "linear"
    ):
        raise no_rule("quantiles of several columns or shares of groups")
    node, frame = rows_of(lift, group)
    scope = grouped.Scope(node, group.keys, group.dropna)
    cell = scope.quantile(lift, cell_of(frame, group.columns[0]), node, float(share))
    return _as_series(_one_row_each(lift, group, [scope], [(group.columns[0], cell)]), group.columns[0], group)


@method("groupby", "agg", "aggregate")
def agg(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.agg(new=(column, function))``, ``grouped.agg({column: [functions]})``, ``grouped[column].agg(function)``."""
    wanted: list[Wanted] = []
    single = False
    if args.positional:
        spec = lift.content(args.positional[0])
        if isinstance(spec, Entries):
            nested = any(isinstance(lift.content(v), Items | Tup) for _, v in spec.items)
            for k, v in spec.items:
                column = lift.text(k)
                for f in _each(lift, v):
                    wanted.append(Wanted(f"{column}{LEVEL}{_named(lift, f)}" if nested else column, f, column))
        elif isinstance(spec, Items | Tup):
            columns = group.columns or tuple(n for n in group.frame.names if n not in group.keys)
            for column in columns:
                for f in _each(lift, spec):
                    name = _named(lift, f)
                    wanted.append(Wanted(name if group.series else f"{column}{LEVEL}{name}", f, column))
        else:
            columns = group.columns or tuple(n for n in group.frame.names if n not in group.keys)
            wanted = [Wanted(n, args.positional[0], n) for n in columns]
            single = group.series
    for name, value in args.keywords.items():
        pair = lift.content(value)
        if isinstance(pair, Tup) and len(pair.items) == 2:
            wanted.append(Wanted(name, pair.items[1], lift.text(pair.items[0])))
        elif isinstance(pair, Entries) and pair.get(Const("column")) is not None:  # pd.NamedAgg
            column_of, function_of = pair.get(Const("column")), pair.get(Const("aggfunc"))
            assert column_of is not None and function_of is not None
            wanted.append(Wanted(name, function_of, lift.text(column_of)))
        elif group.series:
            wanted.append(Wanted(name, value, group.columns[0]))
        else:
            raise no_rule("agg with this argument")
    if len({w.name for w in wanted}) != len(wanted):
        raise shape("Two aggregates get the same name")
    out = aggregated(lift, group, wanted)
    return _as_series(out, wanted[0].name, group) if single and group.as_index else lift.new(out)


def _each(lift: Lifter, value: Value) -> tuple[Value, ...]:
    content = lift.content(value)
    return content.values if isinstance(content, Items | Tup) else (value,)


def _named(lift: Lifter, function: Value) -> str:
    """Return what pandas calls the column of a function that is one of several."""
    content = lift.content(function)
    if isinstance(content, UserFunction):
        return content.name if content.name and "lambda" not in content.name else "<lambda>"
    return content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else lift.text(content)


def known_function(lift: Lifter, value: Value) -> str | None:
    """Return the aggregate that a text or a library function names; None for a function of the script.

    Raises
    ------
    Stopped
        If it is neither.
    """
    content = lift.content(value)
    if isinstance(content, UserFunction) or content == Module("numpy.median"):
        return None  # handed a Series, NumPy's median is NaN where one of the values is
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else lift.const(content)
    if isinstance(content, Module):
        if name == "len":
            return "size"
        if content.name.startswith("numpy.") and name in ("std", "var"):
            return f"{name}0"  # handed a Series, NumPy divides by the number of values
        name = {"amin": "min", "amax": "max", "nanmean": "mean", "nansum": "sum", "nanmedian": "median"}.get(name, name)
    if name not in SIMPLE:
        raise no_rule("this aggregate function")
    return str(name)


def aggregated(lift: Lifter, group: Grouping, wanted: list[Wanted]) -> Frame:
    """Return one row per group, keys in the index or as columns."""
    node, frame = rows_of(lift, group)
    for key in group.keys:
        if frame.get(key) is None:
            raise shape(f"There is no column {key!r} to group by")
    results: list[tuple[str, Cell]] = []
    scopes: list[grouped.Scope] = []
    for w in wanted:
        cell, scope = _one(lift, group, node, frame, w)
        results.append((w.name, cell))
        scopes.append(scope)
    return _one_row_each(lift, group, scopes, results)


def _one_row_each(lift: Lifter, group: Grouping, scopes: list[grouped.Scope], results: list[tuple[str, Cell]]) -> Frame:
    source, measures, table = grouped.measures_for(lift, scopes, list(group.keys))
    # a measure that is a column as it stands bears the column's name
    plain = {c.expr: n for n, c in results}
    visible = {old.name: plain[leaf].replace(LEVEL, "_") for leaf, old in table.items() if leaf in plain}  # type: ignore[attr-defined]
    if len({*visible.values(), *group.keys}) == len(visible) + len(group.keys):
        measures = [Measure(visible.get(m.name, m.name), m.function, m.column, m.share) for m in measures]
        table = {leaf: type(old)(visible.get(old.name, old.name)) for leaf, old in table.items()}  # type: ignore[attr-defined,call-arg]
    out: Node = lift.step(
        Aggregate,
        lift.naming.called(scopes[0].node),
        parent=source,
        by=group.keys,
        measures=tuple(measures),
        order=GroupOrder.SORTED if group.sort else GroupOrder.FIRST_SEEN,
        drop_null_keys=group.dropna,
    )
    rest: list[tuple[str, Value]] = [(n, grouped.filled_in(c, table, out)) for n, c in results]
    keys = tuple((n, cells.column(out, n)) for n in group.keys)
    if group.as_index:
        return settled(lift, Frame(out, tuple(rest), group.keys, keys)) if _plain(rest) else _with_levels(lift, out, rest, keys)
    return settled(lift, Frame(out, (*keys, *rest), ()))


def _plain(columns: list[tuple[str, Value]]) -> bool:
    return not any(LEVEL in n for n, _ in columns)


def _with_levels(lift: Lifter, node: Node, columns: list[tuple[str, Value]], keys: tuple[tuple[str, Cell], ...]) -> Frame:
    """Return a frame whose columns have names of two levels, over a node whose columns have plain ones."""
    new = {n.replace(LEVEL, "_"): c.expr for n, c in columns if isinstance(c, Cell) and not lift.is_column(c)}
    if new:
        node = lift.step(Project, lift.naming.called(node), node, parent=node, assigned=tuple(new.items()))
    made = tuple((n, c if lift.is_column(c) else cells.column(node, n.replace(LEVEL, "_"))) for n, c in columns)
    return Frame(node, made, tuple(n for n, _ in keys), keys)


def _one(lift: Lifter, group: Grouping, node: Node, frame: Frame, wanted: Wanted) -> tuple[Cell, grouped.Scope]:
    """Return what one aggregate computes, over the measures of a scope."""
    name = known_function(lift, wanted.function)
    cell = Cell(cells.cell_of(Const(1)).expr, cells.cell_of(Const(1)).type)
    if wanted.column is not None and name != "size":
        found = frame.get(wanted.column)
        if not isinstance(found, Cell):
            raise shape(f"There is no column {wanted.column!r} to aggregate")
        cell = found
    if name is not None:
        scope = grouped.Scope(node)
        return scope.measure(lift, name, cell, node), scope
    column = series_of(frame, cell, wanted.column or "", node)
    scope = grouped.Scope(node, group.keys, group.dropna)
    return grouped.of_measures(grouped.computed(lift, scope, wanted.function, column)), scope


def _as_series(frame: Frame, name: str, group: Grouping) -> Value:
    cell = dict(frame.columns)[name]
    assert isinstance(cell, Cell)
    return Column1(frame.node, cell, name if name != "size" else "", None, False, group.keys)


@method("groupby", "apply")
def apply(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.apply(function)`` of a function that yields one value per group."""
    given = args.bind("func", ignored=("include_groups",))
    node, frame = rows_of(lift, group)
    argument: Value = (
        series_of(frame, cell_of(frame, group.columns[0]), group.columns[0], node)
        if group.series
        else lift.new(replace(frame, columns=tuple((n, c) for n, c in frame.columns if not group.columns or n in group.columns)))
    )
    scope = grouped.Scope(node, group.keys, group.dropna)
    value = grouped.computed(lift, scope, given["func"], argument)
    if isinstance(value, Entries) and value.factory == "series":
        return lift.new(_several_values(lift, group, scope, value))
    if isinstance(value, Column1):
        return _on_rows(lift, group, frame, scope, value, group.keyed is None or bool(lift.const(group.keyed)))
    cell = grouped.of_measures(value)
    source, measures, table = grouped.measures_for(lift, [scope], list(group.keys))
    order = GroupOrder.SORTED if group.sort else GroupOrder.FIRST_SEEN
    out = lift.step(
        Aggregate,
        lift.naming.called(node),
        parent=source,
        by=group.keys,
        measures=tuple(measures),
        order=order,
        drop_null_keys=group.dropna,
    )
    name = group.columns[0] if group.series else ""
    return Column1(out, grouped.filled_in(cell, table, out), name, None, False, group.keys)


def _on_rows(lift: Lifter, group: Grouping, frame: Frame, scope: grouped.Scope, value: Column1, keyed: bool) -> Value:
    """``grouped.apply(lambda s: s.fillna(s.mean()))``: one value for each row, under the row's own index.

    Before that index stand the groups' keys, unless the script says ``group_keys=False``: then the values are those of
    ``transform``, which find their rows by the index, whatever order they come in.
    """
    if not lift.align.same(value.node, scope.node):
        raise shape("A function of a group looks at other rows than the group's")
    if group.dropna and any(frame.node.schema.field(k).nullable for k in group.keys if k in frame.node.schema):
        raise no_rule("a function of the rows of groups whose key may be missing, and with it the rows")
    node, cell = grouped.on_each_row(lift, frame, group.keys, group.dropna, scope, value)
    made = series_of(frame, cell, group.columns[0] if group.series else value.name, node)
    return Accessor(Tup((made, Const(len(group.keys)))), "by group and row") if keyed else made


def _several_values(lift: Lifter, group: Grouping, scope: grouped.Scope, values: Entries) -> Frame:
    """Return one row per group with a column for each entry of the Series that a function of the group yields."""
    results = [(lift.text(k), grouped.of_measures(lift.content(v))) for k, v in values.items]
    return _one_row_each(lift, group, [scope], results)


def cell_of(frame: Frame, name: str) -> Cell:
    """Return a column of the rows that are grouped."""
    cell = frame.get(name)
    if not isinstance(cell, Cell):
        raise shape(f"There is no column {name!r} in the groups")
    return cell
