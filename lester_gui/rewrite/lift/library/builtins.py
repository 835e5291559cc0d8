"""Python's builtins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, group_parts, kinds_of_number, missing, several_kinds
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Fields,
    Frame,
    Grid,
    Handle,
    InLoop,
    Items,
    Keyed,
    Leaf,
    LineOf,
    Matrix,
    Module,
    Order,
    Present,
    Result,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.json_values import Several
from lester_gui.rewrite.lift.library.group_lists import total as of_list
from lester_gui.rewrite.lift.library.nested_dicts import listed
from lester_gui.rewrite.lift.library.side_dicts import statistic as of_side
from lester_gui.rewrite.lift.library.side_orders import size as size_of_side
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.nested_dicts import NestedDict, NestedOf
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.raising import demand
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.side_totals import SideListOf, SideOrder
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.whole_lines import as_text
from lester_gui.rewrite.lift.word_values import WordList

UNSET = Const(...)  # no default was given
NAN = re.compile(r"\b(nan|isnan|NaN|NAN|isna|isnull)\b")

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function(
    "builtins.print", "builtins.display", "builtins.help", "builtins.input", "builtins.exit", "builtins.quit", "pprint.pprint"
)
def show(lift: Lifter, args: Arguments) -> Value:
    """Printing."""
    return Result("printed")


@function("builtins.len")
def length(lift: Lifter, args: Arguments) -> Value:
    """``len(x)``."""
    from lester_gui.rewrite.lift.texts import number_of_fields

    content = lift.content(args.positional[0])
    if isinstance(content, SideListOf | Present):
        return of_side(lift, content, "len")
    if isinstance(content, SideOrder):
        return size_of_side(lift, content)
    if isinstance(content, Frame | Column1 | Matrix | Rows | Grid):
        return lift.count(content.node, content.part)
    if isinstance(content, Order):
        return lift.count(content.node)
    if isinstance(content, Accessor) and content.kind == "structured" and isinstance(content.owner, Matrix):
        return lift.count(content.owner.node, content.owner.part)
    if isinstance(content, Labels):
        return lift.count(content.frame.node)
    if isinstance(content, Shuffled):
        return lift.count(content.order.node)
    if isinstance(content, Tup):
        return Const(len(content.items))
    if isinstance(content, Items):
        return Const(len(content.values))
    if isinstance(content, Entries):
        return Const(len(content.items))
    if isinstance(content, Vocabulary):
        return Const(len(content.values)) if content.node is None else Cell(width_of(lift, content), Type.INT)
    if isinstance(content, Fields):
        return number_of_fields(lift, content)
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and isinstance(content.value, str):
        return Const(len(content.value))
    if isinstance(content, InLoop):
        return Cell(Leaf("size_so_far", content.ident, "size", Type.INT), Type.INT)
    if isinstance(content, GroupOf):
        return of_list(lift, content, "size")
    if isinstance(content, Accessor) and content.kind == "group.counter" and isinstance(content.owner, GroupOf):
        return of_list(lift, group_parts.distinct(lift, content.owner), "size")
    if isinstance(content, NestedOf):
        return of_list(lift, listed(lift, content), "size")
    if isinstance(content, Keyed | Groups | NestedDict):
        return Result("size")
    if isinstance(content, Accessor) and content.kind == "pieces":
        from lester_gui.rewrite.lift.library.text_pieces import number_of_pieces

        return number_of_pieces(content)
    if isinstance(content, Accessor) and content.kind == "findall":
        from lester_gui.rewrite.lift.library.regular_expressions import number_found

        return number_found(content)
    if isinstance(content, LineOf):
        content = as_text(lift, content)
    if isinstance(content, Handle):
        return lines_of(lift, args)
    if isinstance(content, Several):
        content = several_kinds.only(lift, content.text, "TypeError")
    if isinstance(content, WordList):
        return Accessor(replace(content, numbered=False), "number of words")
    cell = cells.cell_of(content)
    if cell.type is Type.STR:
        if cell.nullable and not lift.pandas:
            raise shape("len of a text that may be missing")
        return cells.make("str_len", cell)
    raise no_rule(f"len of a {cell.type}")


def lines_of(lift: Lifter, args: Arguments) -> Value:
    """Return how many lines a list of a file's lines has."""
    from lester_gui.rewrite.lift.library.collections import through

    if lift.is_shown(args):
        return Result("size")
    rows = lift.content(through(lift, args.positional[0], Const(None), "list"))
    if not isinstance(rows, Rows):
        raise no_rule("how many lines a file has")
    return lift.count(rows.node)


def width_of(lift: Lifter, content: Vocabulary) -> Expr:
    """Return the number of categories of a column."""
    for ident, known in lift.widths.items():
        if (known.cell, known.part) == (content.cell, content.part) and known.node is content.node:
            return Leaf("width", ident, "categories", Type.INT)
    ident = lift.number()
    lift.widths[ident] = content
    return Leaf("width", ident, "categories", Type.INT)


@function("builtins.str")
def to_text(lift: Lifter, args: Arguments) -> Value:
    """``str(x)``."""
    content = lift.content(args.positional[0])
    if lift.kind(content) == "dtype":
        return Const(content.name)  # type: ignore[attr-defined]
    if isinstance(content, Const):
        return Const(str(content.value))
    if isinstance(content, Result):
        return content
    if isinstance(content, Several):
        return several_kinds.as_text(lift, content)
    return missing.as_text(lift, cells.cell_of(content))


@function("builtins.int", "numpy.int64", "numpy.int32")
def to_int(lift: Lifter, args: Arguments) -> Value:
    """``int(x)``."""
    content = lift.content(args.positional[0])
    if isinstance(content, Const):
        return _constant(lift, content, int)
    if isinstance(content, Result):
        return content
    if isinstance(content, Several):
        return several_kinds.as_number(lift, content, "int")
    cell = cells.cell_of(content)
    if cell.type is Type.STR:
        return cells.unprinted(cell, Type.INT) or parsed(lift, cell, "int")
    return cell if cell.type is Type.INT else cells.make("to_int", cell)


@function("builtins.float", "numpy.float64", "numpy.float32")
def to_float(lift: Lifter, args: Arguments) -> Value:
    """``float(x)``."""
    content = lift.content(args.positional[0])
    if isinstance(content, Const):
        return _constant(lift, content, float)
    if isinstance(content, Result):
        return content
    if isinstance(content, Several):
        return several_kinds.as_number(lift, content, "float")
    cell = cells.cell_of(content)
    if cell.type is Type.STR:
        return cells.unprinted(cell, Type.FLOAT) or parsed(lift, cell, "float")
    return cell if cell.type is Type.FLOAT else cells.make("to_float", cell)


def _constant(lift: Lifter, content: Const, read: Callable[..., object]) -> Const:
    """Return a constant as a number; one that is none leads to the handler."""
    try:
        return Const(read(content.value))
    except (ValueError, TypeError) as error:
        if not demand(lift, FALSE, type(error).__name__):
            raise shape("A constant that is no number is read as one") from error
        raise Stopped(Reason.SHAPE, "A constant is read as a number inside try") from error


def parsed(lift: Lifter, cell: Cell, kind: str, fits: Expr | None = None) -> Cell:
    """Return ``int(text)`` or ``float(text)``; inside ``try``, text that is no number leads to the handler.

    `fits` is the condition that it is a number, where that is not asked in all rows.
    """
    cell = there(lift, cell)
    tried = demand(lift, cells.make(f"parses_{kind}", cell).expr if fits is None else fits, "ValueError")
    if tried and kind == "float" and NAN.search(lift.script.text):
        return cells.make("float_or_nan", cell)  # a script that knows of NaN may find it written in its data, too
    return cells.make(f"py_{kind}", cell)


def there(lift: Lifter, cell: Cell) -> Cell:
    """Return a value that may be missing as one that is there; inside ``try``, None leads to the handler of a TypeError."""
    if cell.nullable and demand(lift, cells.make("not_null", cell).expr, "TypeError"):
        return Cell(cell.expr, cell.type)
    return cell


@function("builtins.bool")
def to_bool(lift: Lifter, args: Arguments) -> Value:
    """``bool(x)``."""
    from lester_gui.rewrite.lift.expressions.operators import of_condition
    from lester_gui.rewrite.lift.statements.branch import condition_of

    condition = condition_of(lift, args.positional[0])
    return Result("condition") if condition is None else of_condition(condition)


@function("builtins.abs", "math.fabs")
def absolute(lift: Lifter, args: Arguments) -> Value:
    """``abs(x)``."""
    content = lift.content(args.positional[0])
    if isinstance(content, Const):
        return Const(abs(content.value))  # type: ignore[arg-type]
    if isinstance(content, Column1):
        return replace(content, cell=cells.make("abs", content.cell))
    return cells.make("abs", cells.cell_of(content))


@function("builtins.round")
def rounded(lift: Lifter, args: Arguments) -> Value:
    """``round(x, n)``."""
    content = lift.content(args.positional[0])
    digits = lift.const(args.positional[1]) if len(args.positional) > 1 else None
    if isinstance(content, Result):
        return content
    if isinstance(content, Const):
        return Const(round(content.value, digits))  # type: ignore[call-overload]
    if isinstance(content, Column1):  # a Series rounds as NumPy does
        from lester_gui.rewrite.lift.library.numpy_rounding import to_decimals

        return to_decimals(lift, args)
    cell = cells.cell_of(content)
    if (cell.type is Type.INT and digits is not None) or cell.type not in (Type.INT, Type.FLOAT):
        raise no_rule("round here")
    if digits is not None:
        return cells.make("py_round", cell, cells.cell_of(Const(digits)))
    if cell.nullable:
        raise shape("A value that may be missing is rounded to a whole number")
    return cell if cell.type is Type.INT else cells.make("to_int", cells.make("py_round", cell, cells.cell_of(Const(0))))


@function("builtins.min", "builtins.max")
def extremum(lift: Lifter, args: Arguments) -> Value:
    """``min(a, b)`` of values of one row, or of constants."""
    values = [lift.content(v) for v in args.positional]
    if len(values) == 1 and isinstance(values[0], SideListOf | Present) and not args.keywords:
        return of_side(lift, values[0], args.what)
    if len(values) == 1 and isinstance(values[0], GroupOf):
        given = args.bind("iterable", key=None, default=UNSET)
        empty = None if given["default"] is UNSET else given["default"]
        return group_parts.extremum(lift, values[0], args.what, given["key"], empty)
    if len(values) == 1 and isinstance(values[0], Rows) and set(args.keywords) == {"key"}:
        from lester_gui.rewrite.lift.library.list_elements import extreme

        return extreme(lift, values[0], args.positional[0], args.keywords["key"], args.what.endswith("max"))
    named = values[0].items if len(values) == 1 and isinstance(values[0], Entries) else ()
    if any(isinstance(lift.content(v), Result) for _, v in named):
        return Result("the best one")
    if args.keywords:
        raise no_rule(f"{args.what} with a key")
    if len(values) == 1:
        only = values[0]
        if isinstance(only, Tup | Items):
            values = list(only.values)
        elif isinstance(only, Result):
            return only
        elif isinstance(only, Column1 | Rows):
            from lester_gui.rewrite.lift.library.pandas_io import as_column

            column = as_column(lift, only)
            return lift.state(column.node, column.cell, args.what, args.what, column.part)
        else:
            raise no_rule(f"{args.what} of this object")
    if all(isinstance(v, Const) for v in values):
        return Const({"min": min, "max": max}[args.what](*(lift.const(v) for v in values)))
    if any(isinstance(v, Result) for v in values):
        return Result(args.what)
    out = cells.cell_of(values[0])
    for v in values[1:]:
        other = cells.cell_of(v)
        better = cells.compare("Lt" if args.what == "min" else "Gt", other, out, lift.pandas)
        out = cells.choose(better.expr, other, out)
    return out


@function("builtins.sum")
def total(lift: Lifter, args: Arguments) -> Value:
    """``sum(x)``: over rows a total, over a known sequence an expression."""
    from lester_gui.rewrite.lift.expressions.operators import combine

    content = lift.content(args.positional[0])
    if isinstance(content, Result):
        return content
    if isinstance(content, GroupOf) and len(args.positional) == 1:
        return of_list(lift, content, "sum")
    if isinstance(content, SideListOf | Present) and len(args.positional) == 1:
        return of_side(lift, content, "sum")
    if isinstance(content, Column1 | Rows):
        from lester_gui.rewrite.lift.library.pandas_io import as_column

        column = as_column(lift, content)
        return lift.state(column.node, column.cell, "sum", "sum", column.part)
    if isinstance(content, Tup | Items):
        out: Value = args.positional[1] if len(args.positional) > 1 else Const(0)
        for v in content.values:
            v = _number(lift, v)
            out = v if out == Const(0) else combine(lift, "Add", out, v)
        return out
    raise no_rule("sum of this object")


def _number(lift: Lifter, value: Value) -> Value:
    content = lift.content(value)
    if isinstance(content, Cell) and content.type is Type.BOOL:
        return cells.make("if_else", content, cells.cell_of(Const(1)), cells.cell_of(Const(0)))
    return content


@function("builtins.any", "builtins.all")
def quantified(lift: Lifter, args: Arguments) -> Value:
    """``any(…)`` and ``all(…)`` of a known sequence."""
    from lester_gui.rewrite.lift import paths
    from lester_gui.rewrite.lift.expressions.operators import of_condition
    from lester_gui.rewrite.lift.statements.branch import condition_of

    content = lift.content(args.positional[0])
    if isinstance(content, GroupOf):
        return group_parts.quantified(lift, content, args.what)
    if not isinstance(content, Tup | Items):
        raise no_rule(f"{args.what} over rows")
    out: Expr = paths.FALSE if args.what == "any" else paths.TRUE
    for v in content.values:
        condition = condition_of(lift, v)
        if condition is None:
            return Result("condition")
        out = paths.either(out, condition) if args.what == "any" else paths.both(out, condition)
    return of_condition(out)


@function(
    "builtins.isinstance",
    "builtins.type",
    "builtins.id",
    "builtins.hash",
    "builtins.repr",
    "builtins.callable",
    "builtins.getattr",
    "builtins.hasattr",
)
def reflection(lift: Lifter, args: Arguments) -> Value:
    """Questions about objects: only constants can be asked."""
    content = lift.content(args.positional[0])
    if isinstance(content, Cell | Several) and args.what == "type":
        return Accessor(content, "type of a value")
    if isinstance(content, Several) and args.what == "isinstance":
        from lester_gui.rewrite.lift.expressions.operators import of_condition

        return of_condition(several_kinds.is_instance(lift, content, lift.content(args.positional[1])))
    if isinstance(content, Cell) and args.what == "isinstance":
        kind = lift.content(args.positional[1])
        found = is_of_type(lift, content, kind.name) if isinstance(kind, Module) else None
        if found is not None:
            return found
    if args.what == "repr":
        return Result("text")
    if args.what == "hasattr" and isinstance(content, Column1 | Frame) and not getattr(content, "numpy", False):
        name = lift.text(args.positional[1])
        known = hasattr(pd.Series if isinstance(content, Column1) else pd.DataFrame, name)
        return Const(known or (isinstance(content, Frame) and name in content.names))
    raise no_rule(args.what)


TYPES = {"builtins.str": Type.STR, "builtins.int": Type.INT, "builtins.float": Type.FLOAT, "builtins.bool": Type.BOOL}


def is_of_type(lift: Lifter, content: Cell, name: str) -> Value | None:
    """Return whether a value of a row is of a type of Python, None if that is not known."""
    of_pandas = content.type is Type.STR and (content.nullable or missing.may_hold_nan(lift))
    if content.type is Type.FLOAT and not kinds_of_number.is_float(lift, content):
        return None
    asked = kinds_of_number.whole(lift, content)
    if asked != content and not content.nullable and name in ("builtins.int", "builtins.float"):
        return cells.make("not_null" if name == "builtins.int" else "is_null", asked)
    if name in TYPES and not content.nullable and not of_pandas:
        return Const(content.type is TYPES[name])
    if name in ("builtins.str", "builtins.float") and of_pandas:  # pandas has a float where a text is missing
        return cells.make("not_null" if name == "builtins.str" else "is_null", content)
    return None


@method("type of a value", "__eq__")
def same_type(lift: Lifter, asked: Accessor, args: Arguments) -> Value:
    """``type(x) == float``, ``type(x) is str``: bool is a type of its own here."""
    kind = lift.content(args.positional[0])
    if isinstance(asked.owner, Several):
        from lester_gui.rewrite.lift.expressions.operators import of_condition

        return of_condition(several_kinds.is_exactly(lift, asked.owner, kind))
    found = is_of_type(lift, cells.cell_of(asked.owner), kind.name) if isinstance(kind, Module) else None
    if found is None:
        raise no_rule("this question for a type")
    return found
