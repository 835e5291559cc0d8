"""pandas: methods of a Series, its text and date accessors, statistics and conversions."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths, times
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Items,
    Iterated,
    Keyed,
    Leaf,
    Order,
    Result,
    Rows,
    Tup,
    Unknown,
    UserFunction,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

STATISTICS = {
    "mean": "mean",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "median": "median",
    "count": "count",
    "nunique": "nunique",
}


def mapped(column: Column1, cell: Cell) -> Column1:
    """Return the column with another value per row."""
    return replace(column, cell=cell)


@method("series", *STATISTICS, "std", "var")
def statistic(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.mean()``: one value, shared by all rows."""
    what = args.what.rsplit(".", 1)[-1]
    given = args.bind(
        "axis", axis=None, ddof=0 if column.numpy else 1, skipna=True, numeric_only=False, dtype=None, keepdims=False
    )
    if lift.is_shown(args):
        return Result(what)
    name = f"{what}_{column.name}" if column.name else what
    if what in ("std", "var"):
        ddof = lift.const(given["ddof"])
        if ddof not in (0, 1):
            raise no_rule(f"{what} with ddof {ddof}")
        return total(lift, column, what if ddof == 1 else f"{what}0", name)
    return total(lift, column, STATISTICS[what], name)


STRICT = ("mean", "std", "std0", "var", "var0", "sum", "min", "max", "median")
"""Totals that are NaN where one of an array's values is."""


def total(lift: Lifter, column: Column1, function: str, name: str) -> Cell:
    """Return a value over all rows of a column, or over those of the group whose function is being lifted."""
    return lift.state(column.node, column.cell, function, name, column.part, strict=column.numpy and function in STRICT)


@method("series", "agg", "aggregate")
def several_statistics(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.agg("mean")``, ``column.agg(["mean", "std"])``: totals, under their names if there are several."""
    if lift.is_shown(args):
        return Result("agg")
    content = lift.content(args.bind("func")["func"])
    listed = content.values if isinstance(content, Items | Tup) else None
    names = [lift.text(v) for v in (listed if listed is not None else (content,))]
    if any(n not in (*STATISTICS, "std", "var") for n in names):
        raise no_rule("this aggregate function")
    made = [statistic(lift, column, Arguments(f"series.{n}", [])) for n in names]
    if listed is None:
        return made[0]
    return lift.new(Entries(tuple((Const(n), m) for n, m in zip(names, made, strict=True)), "series"))


@method("series", "fillna")
def fillna(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.fillna(value)``; with inplace=True on a column taken from a frame it changes nothing (copy on write)."""
    from lester_gui.rewrite.lift.expressions.operators import columnwise

    given = args.bind("value", inplace=False)
    content = lift.content(given["value"])
    if isinstance(content, Result):
        raise no_rule("fillna with a value that is not lifted")
    new = columnwise(lift, column, content, filled)
    return in_place(lift, column, args, new) if lift.const(given["inplace"]) else new


def in_place(lift: Lifter, column: Column1, args: Arguments, new: Column1) -> Value:
    """Do what ``method(…, inplace=True)`` of a Series does: a variable changes, a column taken out of a frame is a copy.

    Where other names hold the same Series, whether they are to change too is not known: all of them are unknown from here on.
    """
    owner = args.node.func.value if args.node is not None and isinstance(args.node.func, ast.Attribute) else None
    if not isinstance(owner, ast.Name):
        lift.note("copy-on-write", column.name)
        return Const(None)
    held = [
        (a.names, n)
        for a in lift.activations
        for n, v in a.names.items()
        if isinstance(v, Column1) and v.node is column.node and v.cell == column.cell
    ]
    alone = len(held) == 1 and held[0][1] == owner.id and not lift.loops and len(lift.activations) == 1
    for names, name in held:
        names[name] = new if alone else Unknown("A Series that has several names was changed in place", lift.line)
    return Const(None)


def filled(cell: Cell, value: Cell) -> Cell:
    """Return `value` where `cell` is missing. What the data hold must not decide what the plan says, so it always stands.

    A truth value that is none of a number's kind is kept as it is where none can be missing: it would not fit.
    """
    if cell.type is Type.BOOL and not cell.nullable and value.type is not Type.BOOL:
        return cell
    return cells.make("coalesce", cell, value)


@method("series", "isna", "isnull", "notna", "notnull")
def missing(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.isna()``."""
    return mapped(column, is_missing(column.cell, not args.what.endswith(("notna", "notnull"))))


def is_missing(cell: Cell, yes: bool = True) -> Cell:
    """Return whether a cell is missing."""
    return cells.make("is_null" if yes else "not_null", cell)


@function("pandas.isna", "pandas.isnull", "pandas.notna", "pandas.notnull", "math.isnan")
def missing_function(lift: Lifter, args: Arguments) -> Value:
    """``pd.isna(x)``."""
    value = lift.content(args.positional[0])
    yes = not args.what.endswith(("notna", "notnull"))
    if isinstance(value, Column1):
        return mapped(value, is_missing(value.cell, yes))
    return is_missing(cells.cell_of(value), yes)


def absent(value: Value) -> bool:
    """Whether a value in the script's text is None or NaN."""
    return isinstance(value, Const) and (value.value is None or value.value != value.value)


@method("series", "isin")
def isin(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.isin([…])`` with literals, or with the values of another column."""
    from lester_gui.rewrite.lift.stages import semi

    options = lift.content(args.positional[0])
    if isinstance(options, Order):
        from lester_gui.rewrite.lift.masks import side_leaf

        return mapped(column, Cell(side_leaf(lift, options, column.cell, column.node), Type.BOOL))
    if isinstance(options, Vocabulary) and options.node is not None and options.cell is not None:  # of ``unique()``
        options = Column1(options.node, options.cell)
    if isinstance(options, Column1) and options.part is not None:
        from lester_gui.rewrite.lift.library.pandas_sample import side_of

        side = side_of(lift, column, options)
        if side is not None:
            return mapped(column, Cell(Leaf("side", side.split, side.side, Type.BOOL), Type.BOOL))
    if isinstance(options, Column1 | Rows | Keyed):
        node, cell = lift.resolve(column.node, Cell(semi(lift, options, column.cell, nulls=not column.numpy), Type.BOOL))
        return replace(column, node=node, cell=cell[0])
    literals = _literals(lift, options)
    values = [cells.cell_of(v) for v in literals if not absent(v)]
    if len(values) < len(literals) and not args.what.startswith("numpy."):  # to NumPy, NaN is not even itself
        if column.numpy or column.cell.type is not Type.FLOAT or Const(None) in literals:
            raise shape("isin looks for missing values of this type")
        gone = cells.make("is_null", column.cell)
        there = asked_in(column.cell, values)
        return mapped(column, Cell(paths.either(gone.expr, there), Type.BOOL))
    if not values:
        return mapped(column, Cell(paths.FALSE, Type.BOOL))
    return mapped(column, Cell(asked_in(column.cell, values), Type.BOOL))


def asked_in(cell: Cell, values: list[Cell]) -> Expr:
    """Return the condition that a value is one of those listed."""
    if any(v.type is not cell.type and not (v.type.is_number and cell.type.is_number) for v in values):
        raise shape("isin compares values of different types")
    return cells.make("is_in", cell, *values).expr if values else paths.FALSE


def _literals(lift: Lifter, options: Value) -> tuple[Value, ...]:
    if isinstance(options, Items):
        return options.values
    if isinstance(options, Tup):
        return options.items
    if isinstance(options, Entries):
        return tuple(k for k, _ in options.items)
    raise no_rule("isin with this object")


@method("series", "between")
def between(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.between(low, high, inclusive=…)``."""
    given = args.bind("left", "right", inclusive="both")
    kind = lift.const(given["inclusive"])
    low = cells.compare(
        "GtE" if kind in ("both", "left") else "Gt", column.cell, cells.cell_of(lift.content(given["left"])), True
    )
    high = cells.compare(
        "LtE" if kind in ("both", "right") else "Lt", column.cell, cells.cell_of(lift.content(given["right"])), True
    )
    return mapped(column, Cell(paths.both(low.expr, high.expr), Type.BOOL))


@method("series", "clip")
def clip(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.clip(low, high)``; missing stays missing."""
    given = args.bind("lower", "upper", lower=None, upper=None)
    cell = column.cell
    for name, op in (("lower", "Lt"), ("upper", "Gt")):
        bound = lift.content(given[name])
        if bound != Const(None):
            limit = cells.cell_of(bound)
            if limit.type is Type.FLOAT and cell.type is Type.INT:
                cell = cells.make("to_float", cell)
            cell = cells.choose(cells.compare(op, cell, limit, True).expr, limit, cell)
    return mapped(column, cell)


@method("series", "abs")
def absolute(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.abs()``."""
    return mapped(column, times.magnitude(column.cell) if times.is_time(column.cell) else cells.make("abs", column.cell))


COMPARE = {"eq": "Eq", "ne": "NotEq", "lt": "Lt", "le": "LtE", "gt": "Gt", "ge": "GtE"}
CALCULATE = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mult",
    "div": "Div",
    "truediv": "Div",
    "floordiv": "FloorDiv",
    "mod": "Mod",
    "pow": "Pow",
}


@method("series", *COMPARE, *CALCULATE)
def spelled_out(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.gt(x)``, ``column.add(x)``."""
    from lester_gui.rewrite.lift.expressions.operators import combine, compare

    what = args.what.rsplit(".", 1)[-1]
    given = args.bind("other", "level", "fill_value", level=None, fill_value=None, axis=0)
    other = given["other"]
    if lift.content(given["level"]) != Const(None):
        raise no_rule(f"Series.{what} by a level of an index")
    if lift.content(given["fill_value"]) != Const(None):
        return _with_fill(lift, what, column, lift.content(other), cells.cell_of(lift.content(given["fill_value"])))
    return compare(lift, COMPARE[what], column, other) if what in COMPARE else combine(lift, CALCULATE[what], column, other)


def _with_fill(lift: Lifter, what: str, column: Column1, other: Value, fill: Cell) -> Value:
    """``column.add(other, fill_value=0)``."""
    from lester_gui.rewrite.lift.expressions.operators import columnwise
    from lester_gui.rewrite.lift.library.pandas_by_label import with_fill

    if what not in CALCULATE or not isinstance(other, Column1):
        raise no_rule(f"Series.{what} with fill_value here")
    return columnwise(lift, column, other, with_fill(lambda x, y: cells.arithmetic(CALCULATE[what], x, y, pandas=True), fill))


@method("series", "where", "mask")
def kept_where(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.where(condition, other)``, ``column.mask(condition, other)``; without another value, it is missing."""
    given = args.bind("cond", "other", other=None)
    condition, other = lift.content(given["cond"]), lift.content(given["other"])
    if isinstance(condition, UserFunction):
        from lester_gui.rewrite.lift.expressions.call import invoke

        condition = lift.content(invoke(lift, condition, Arguments("a condition", [column])))
    if not isinstance(condition, Column1) or condition.cell.type is not Type.BOOL or condition.cell.nullable:
        raise no_rule("where with this condition")
    columns = [column, condition, *([other] if isinstance(other, Column1) else [])]
    if any(c.part != column.part or (not c.numpy and not column.numpy and c.index != column.index) for c in columns):
        raise shape("Two Series are aligned by indexes that are not the same")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    own = Cell(exprs[0], column.cell.type, column.cell.nullable)
    if isinstance(other, Column1):
        value = Cell(exprs[2], other.cell.type, other.cell.nullable)
    elif other == Const(None) or (isinstance(other, Const) and other.value != other.value):
        value = cells.missing(own.type)
    else:
        value = cells.cell_of(other)
    chosen = cells.choose(exprs[1], own, value) if args.what.endswith("where") else cells.choose(exprs[1], value, own)
    return replace(column, node=node, cell=chosen)


@method("series", "round")
def rounded(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.round(n)``, as NumPy rounds."""
    digits = lift.const(args.bind("decimals", decimals=0)["decimals"])
    if not isinstance(digits, int) or digits < 0:
        raise no_rule("rounding to tens")
    return mapped(column, cells.make("np_round", column.cell, cells.cell_of(Const(digits))))


@method("series", "combine_first")
def combined(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.combine_first(other)`` over the same rows."""
    from lester_gui.rewrite.lift.expressions.operators import columnwise

    other = lift.content(args.bind("other")["other"])
    if not isinstance(other, Column1):
        raise no_rule("combine_first with this object")
    return columnwise(lift, column, other, filled)


@method(
    "series",
    "copy",
    "rename",
    "squeeze",
    "infer_objects",
    "rename_axis",
    "reset_index",
    "to_frame",
    "to_numpy",
    "tolist",
    "to_list",
)
def same_values(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """The same values in another wrapping."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "rename":
        return replace(column, name=lift.text(args.bind("index")["index"]))
    if what in ("to_numpy", "tolist", "to_list"):
        if what == "to_numpy":
            return replace(column, numpy=True)
        return lift.new(Rows(column.node, column.cell, column.part))
    if what == "to_frame":
        name = args.given("name", 0)
        levels = tuple((n, cells.column(column.node, n)) for n in column.index or ())
        called = lift.text(name) if name else column.name
        return lift.new(Frame(column.node, ((called, column.cell),), column.index, levels, column.part))
    if what == "reset_index":
        return _reset(lift, column, args)
    if what == "rename_axis":
        return _index_called(lift, column, lift.const(args.bind("mapper", mapper=None, axis=0)["mapper"]))
    return column


def _index_called(lift: Lifter, column: Column1, name: str | None) -> Column1:
    """Return a Series whose index has another name; that of row numbers is seen by nobody."""
    if not column.index or name is None or (name,) == column.index:
        return column
    if len(column.index) != 1 or column.part is not None or name in column.node.schema:
        raise no_rule("rename_axis here")
    from lester_gui.ir.nodes import Select

    node, held = lift.as_column(column.node, column.cell, column.name or "value")
    pairs = ((name, column.index[0]), (held, held))
    out = lift.step(Select, lift.naming.called(node), node, parent=node, columns=pairs)
    return replace(column, node=out, cell=cells.column(out, held), index=(name,))


def _reset(lift: Lifter, column: Column1, args: Arguments) -> Value:
    given = args.bind("level", level=None, drop=False, name=None)
    if lift.const(given["drop"]):
        return replace(column, index=())
    name = lift.const(given["name"]) or column.name
    if not column.index:
        raise no_rule("reset_index of a Series here")
    levels = tuple((n, cells.column(column.node, n)) for n in column.index)
    frame = Frame(column.node, (*levels, (name, column.cell)), (), (), column.part)
    return lift.new(lift.materialise(frame)[1])


@method(
    "series",
    "describe",
    "hist",
    "unique",
    "tail",
    "info",
    "mode",
    "corr",
)
def looked_at(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """What scripts use to look at a column; ``unique`` gives its values in order of first appearance."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "unique" and not lift.is_shown(args):
        return Vocabulary("first_seen", column.node, column.cell, (), False)
    if what == "mode" and not lift.is_shown(args):
        one = total(lift, column, "mode", f"mode_{column.name}")
        first = one if column.part is not None else cells.make("present", one)  # of no values there is no first one
        return Accessor(Tup((first,)), "modes")
    if what in ("mode", "corr") and not lift.is_shown(args):
        raise no_rule(f"Series.{what}")
    return Result(what)


@method("series", "items")
def items(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``for key, value in column.items()``: the index and the value of each row."""
    if column.part is not None or column.index is None or len(column.index) > 1:
        raise no_rule("Series.items here")
    key = cells.column(column.node, column.index[0]) if column.index else lift.position(column.node)
    return Iterated("records", (Rows(column.node, Tup((key, column.cell))),))


@method("series", "__getitem__")
def get(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column[mask]``, ``array[order]``, ``array[a:b]``, ``array[:, None]``."""
    from lester_gui.rewrite.lift.library.numpy_items import array_item
    from lester_gui.rewrite.lift.library.pandas_by_label import under_label

    key = lift.content(args.positional[0])
    found = under_label(lift, column, key) if isinstance(key, Cell) and not lift.loops else None
    return array_item(lift, column, key, args.owner) if found is None else found


@method("series", "dropna")
def dropna(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.dropna()``."""
    from lester_gui.rewrite.lift.library.pandas_frame import filtered

    name = column.name or "value"
    levels = tuple((n, cells.column(column.node, n)) for n in column.index or ())
    frame = filtered(lift, Frame(column.node, ((name, column.cell),), column.index, levels), is_missing(column.cell, yes=False))
    return Column1(frame.node, cells.column(frame.node, name), name, None, False, frame.index)


# -- accessors ---------------------------------------------------------------------------------------------------------


@attribute("series", "values")
@attribute("series", "array")
def as_array(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.values``."""
    return replace(column, numpy=True)


@attribute("series", "plot")
def plotted(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.plot``, also where ``.bar()`` follows."""
    return Result("plot")


@attribute("series", "shape")
def shape_of(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.shape``."""
    return Tup((lift.count(column.node, column.part),))


@attribute("series", "size")
def size(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.size``."""
    return lift.count(column.node, column.part)


@attribute("series", "name")
def name(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.name``."""
    return Const(column.name)


@attribute("series", "index")
def index(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.index``: usable where a list of row numbers is; of groups, their keys."""
    if column.index and len(column.index) == 1:
        return Column1(column.node, cells.column(column.node, column.index[0]), column.index[0], column.part, True, column.index)
    return Rows(column.node, lift.position(column.node), column.part)
