"""pandas: a Series with one value per column of a table, such as ``frame.mean()`` or ``frame.isnull().sum()``.

Its index is known: the names of the columns. Its values depend on the data, so what chooses among them (``missing[missing > 0]``,
``sort_values``) is something to look at, a `Result`, and no plan can be made of what is computed from that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import COLUMNS, Cell, Const, Entries, Frame, Items, Module, Result, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_quantiles import quantile
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def of_columns(lift: Lifter, values: tuple[tuple[str, Value], ...]) -> Value:
    """Return a Series with one value per column."""
    return lift.new(Entries(tuple((Const(n), v) for n, v in values), COLUMNS))


def is_totals(value: Value) -> bool:
    """Whether a value is a Series with one value per column."""
    return isinstance(value, Entries) and value.factory == COLUMNS


def arithmetic(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Value:
    """Return an operator applied to each value, with one value or with the value of the same column.

    pandas sorts the names where two sides have them in different orders; there are no such two sides here.
    """
    keys = [tuple(k for k, _ in v.items) for v in (a, b) if isinstance(v, Entries)]
    if len(set(keys)) > 1 or not all(isinstance(v, Entries | Const | Cell) for v in (a, b)):
        raise shape("Values of columns are combined with values of other columns")

    def value_of(side: Value, key: Value) -> Cell:
        found = side.get(key) if isinstance(side, Entries) else side
        assert found is not None
        return cells.cell_of(lift.content(found))

    made = tuple((lift.text(k), apply(value_of(a, k), value_of(b, k))) for k in keys[0])
    return of_columns(lift, made)


def comparison(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Return which columns meet a condition, where the script's text and the types tell; of totals, it is only looked at."""
    from lester_gui.rewrite.lift.expressions.operators import compare

    totals = next(v for v in (a, b) if is_totals(v))
    assert isinstance(totals, Entries)
    if not (isinstance(a, Const | Module) or isinstance(b, Const | Module)):
        return Result("which columns meet a condition")
    if any(isinstance(lift.content(v), Cell | Result) for _, v in totals.items):
        return Result("which columns meet a condition")
    pairs = (((v, b) if totals is a else (a, v)) for _, v in totals.items)
    found = [compare(lift, op, x, y) for x, y in pairs]
    return of_columns(lift, tuple((lift.text(k), f) for (k, _), f in zip(totals.items, found, strict=True)))


def where(lift: Lifter, totals: Entries, mask: Value) -> tuple[tuple[str, Value], ...] | None:
    """Return the values that a mask of constants picks, None if only data tell which."""
    chosen = {lift.text(k): lift.content(v) for k, v in mask.items} if isinstance(mask, Entries) else {}
    names = [lift.text(k) for k, _ in totals.items]
    if set(chosen) != set(names) or not all(isinstance(v, Const) for v in chosen.values()):
        return None
    return tuple((lift.text(k), v) for k, v in totals.items if chosen[lift.text(k)] == Const(True))


@method("totals", "sum", "max", "min")
def one_of_all(lift: Lifter, totals: Entries, args: Arguments) -> Value:
    """``frame.isnull().sum().sum()``: over all columns."""
    what = args.what.rsplit(".", 1)[-1]
    if any(not isinstance(lift.content(v), Cell | Const) for _, v in totals.items):
        return Result(what)
    values = [cells.cell_of(lift.content(v)) for _, v in totals.items]
    if lift.is_shown(args) or not values or any(not v.type.is_number or v.nullable for v in values):
        return Result(what)
    args.bind(axis=0, skipna=True)
    out = values[0]
    for v in values[1:]:
        ahead = cells.compare("Lt" if what == "min" else "Gt", v, out, pandas=True)
        out = cells.make("add", out, v) if what == "sum" else cells.choose(ahead.expr, v, out)
    return out


@method("totals", "__getitem__")
def item(lift: Lifter, totals: Entries, args: Arguments) -> Value:
    """``means["age"]``; which values a condition picks is only looked at."""
    key = lift.content(args.positional[0])
    if isinstance(key, Items):
        picked = tuple((n, totals.get(Const(n))) for n in lift.strings(key))
        if any(v is None for _, v in picked):
            raise shape("A total is asked for a column that is not there")
        return of_columns(lift, tuple((n, v) for n, v in picked if v is not None))
    found = where(lift, totals, key)
    if found is not None:
        return of_columns(lift, found)
    return Result("some of the values")


@attribute("totals", "index")
def names(lift: Lifter, totals: Entries, owner: Value) -> Value:
    """``frame.sum().index``: the names of the columns."""
    return lift.new(Items(tuple(k for k, _ in totals.items), "index"))


@attribute("totals", "values")
def values(lift: Lifter, totals: Entries, owner: Value) -> Value:
    """``frame.mean().values``."""
    from lester_gui.rewrite.lift.domain import Vector

    return Vector(tuple(v for _, v in totals.items))


@attribute("totals", "plot")
@attribute("totals", "shape")
@attribute("totals", "size")
def shown(lift: Lifter, totals: Entries, owner: Value) -> Value:
    """What is only looked at."""
    return Result("values of columns")


LOOKED_AT = ("sort_values", "sort_index", "head", "tail", "nlargest", "nsmallest", "idxmax", "idxmin", "mean", "median", "std",
             "any", "all", "describe", "hist", "count", "apply", "map", "to_frame", "reset_index", "rename", "isin", "between",
             "to_string", "drop", "dropna", "quantile", "value_counts", "unique", "nunique", "gt", "ge", "lt", "le", "eq", "ne",
             "to_csv", "add", "sub", "mul", "div", "isna", "isnull", "notna", "notnull")  # fmt: skip


@method("totals", *LOOKED_AT)
def looked_at(lift: Lifter, totals: Entries, args: Arguments) -> Value:
    """What scripts do with such a Series to look at it."""
    if args.what.rsplit(".", 1)[-1] == "to_csv":
        raise no_rule("a file with values of columns")
    if lift.content(args.keywords.get("inplace", Const(False))) == Const(True):
        lift.set(args.owner, Result("values of columns"))
        return Const(None)
    return Result("values of columns")


@method("totals", "to_dict", "copy", "round", "astype", "fillna")
def as_dict(lift: Lifter, totals: Entries, args: Arguments) -> Value:
    """``frame.mean().to_dict()``."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "to_dict":
        return lift.new(Entries(totals.items))
    return lift.new(totals) if what == "copy" else Result("values of columns")


@method("frame", "quantile")
def quantiles(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.quantile(0.25)``: of each column; of several shares it is only looked at."""
    given = args.bind("q", q=0.5, axis=0, numeric_only=False, interpolation="linear")
    if lift.is_shown(args) or not isinstance(lift.content(given["q"]), Const):
        return Result("quantiles")
    if lift.const(given["axis"]) not in (0, "index") or lift.const(given["interpolation"]) != "linear":
        raise no_rule("DataFrame.quantile with these options")
    from lester_gui.rewrite.lift.library.pandas_frame import column_of

    frame = whole(lift, frame, "Quantiles of all columns")
    out: list[tuple[str, Value]] = []
    for n, c in frame.columns:
        if not isinstance(c, Cell) or (lift.const(given["numeric_only"]) and not (c.type.is_number or c.type is Type.BOOL)):
            continue
        out.append((n, quantile(lift, column_of(lift, frame, n), Arguments("series.quantile", [given["q"]]))))
    return of_columns(lift, tuple(out))
