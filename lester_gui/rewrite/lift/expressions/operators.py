"""Arithmetic, comparison and boolean operators, on constants, cells of a row and whole columns."""

from __future__ import annotations

import ast
import operator
import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, missing, paths, several_kinds
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Coded,
    Column1,
    Const,
    Encoded,
    Entries,
    Frame,
    Items,
    Iterated,
    Leaf,
    LineOf,
    Matrix,
    Maybe,
    Order,
    Result,
    Rows,
    Tup,
    Unknown,
    Value,
    Vector,
)
from lester_gui.rewrite.lift.expressions import evaluate, expression
from lester_gui.rewrite.lift.expressions.asked import is_test, mark_test
from lester_gui.rewrite.lift.expressions.basic import under
from lester_gui.rewrite.lift.expressions.nothing import compared_with_none
from lester_gui.rewrite.lift.expressions.partial_columns import combined
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.library.table import METHODS, Arguments
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import caught_by, demand
from lester_gui.rewrite.lift.side_totals import mean_of_side
from lester_gui.rewrite.lift.statements import whole_tables
from lester_gui.rewrite.lift.statements.branch import condition_of, merge
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.whole_lines import as_text
from lester_gui.rewrite.lift.wide_rows import WideRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Pow": operator.pow,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": operator.is_,
    "IsNot": operator.is_not,
}
UNARY: dict[str, Callable[[Any], Any]] = {"USub": operator.neg, "UAdd": operator.pos, "Invert": operator.invert}
BITWISE = {"BitAnd": "and", "BitOr": "or"}


@expression(ast.BinOp)
def binary(lift: Lifter, node: ast.BinOp) -> Value:
    """``a + b`` and its kind."""
    return combine(lift, type(node.op).__name__, evaluate(lift, node.left), evaluate(lift, node.right))


def _plain(lift: Lifter, value: Value) -> Value:
    """Return the content of a value; a column that encoders made, as a column to compute with."""
    content = lift.content(value)
    if not isinstance(content, Encoded | Coded):
        return content
    from lester_gui.rewrite.lift.library.pandas_encoded import as_plain

    return as_plain(lift, content)


def combine(lift: Lifter, op: str, left: Value, right: Value) -> Value:
    """Apply a binary operator to two values."""
    a, b = lift.content(left), lift.content(right)
    if isinstance(a, Result) or isinstance(b, Result):
        if op == "Sub":
            _scored(lift, a, b)
        return Result("arithmetic")
    a, b = (several_kinds.as_plain_number(v) if isinstance(v, Several) else _plain(lift, v) for v in (a, b))
    if isinstance(a, Const) and isinstance(b, Const):
        return _constant(op, a, b)
    if op == "Mod" and isinstance(a, Const) and isinstance(a.value, str):
        from lester_gui.rewrite.lift.library.text import percent

        try:
            return percent(lift, a.value, b)
        except Stopped:
            if lift.loops:
                raise
            return Result("text")  # a figure that is printed; as a value of a row it would be a result, too, and stop
    a, b = as_places(lift, a), as_places(lift, b)
    if isinstance(a, Matrix | Vector) or isinstance(b, Matrix | Vector):
        from lester_gui.rewrite.lift.library.numpy_math import matrix_arithmetic

        return matrix_arithmetic(lift, op, a, b)
    if op in BITWISE and isinstance(a, Frame) and isinstance(b, Frame):
        from lester_gui.rewrite.lift.library.pandas_arithmetic import on_each_column

        return on_each_column(lift, a, b, lambda x, y: _cellwise(op, x, y, pandas=True))
    if isinstance(a, Frame) or isinstance(b, Frame):
        from lester_gui.rewrite.lift.library.pandas_arithmetic import frame_arithmetic

        return frame_arithmetic(lift, op, a, b)
    made = combined(lift, a, b, lambda x, y: _cellwise(op, x, y, pandas=True))
    if made is not None:
        return made
    if isinstance(a, Column1) or isinstance(b, Column1):
        return columnwise(lift, a, b, lambda x, y: _cellwise(op, x, y, pandas=True))
    if "totals" in (lift.kind(a), lift.kind(b)):
        from lester_gui.rewrite.lift.library.pandas_totals import arithmetic

        return arithmetic(lift, a, b, lambda x, y: _cellwise(op, x, y, pandas=True))
    if op in BITWISE and isinstance(a, Items) and isinstance(b, Items) and "index" in (a.kind, b.kind):
        from lester_gui.rewrite.lift.library.pandas_names import combined as combined_names

        return combined_names(lift, a, b, op)
    if isinstance(a, Rows | Items | Tup | WideRow) or isinstance(b, Rows | Items | Tup | WideRow):
        from lester_gui.rewrite.lift.library.lists import sequence_arithmetic

        return sequence_arithmetic(lift, op, a, b)
    x, y = cells.cell_of(a), cells.cell_of(b)
    if op == "Sub" and x.type is Type.DATE and y.type is Type.DATE:
        from lester_gui.rewrite.lift.library.dates import difference

        return difference(x, y)
    if op in cells.DIVIDING and not lift.pandas and caught_by(lift, "ZeroDivisionError"):
        demand(lift, cells.compare("NotEq", y, cells.cell_of(Const(0)), pandas=False).expr, "ZeroDivisionError")
    mean = mean_of_side(lift, x, y) if op == "Div" else None
    if mean is not None:
        return mean
    if op in cells.DIVIDING and not lift.pandas and not lift.nones and (x.nullable or y.nullable):
        return cells.divided(op, x, y)
    return _cellwise(op, x, y, lift.pandas)


def _scored(lift: Lifter, a: Value, b: Value) -> None:
    """Note the labels that a script compares predictions with by hand: ``pred == y_test``, ``y_test - pred``."""
    for predicted, truth in ((a, b), (b, a)):
        if predicted == Result("predict") and isinstance(truth, Column1 | Coded):
            lift.learner.scored(truth)


def as_places(lift: Lifter, value: Value) -> Value:
    """Return row numbers in their own order as a column, anything else as it is."""
    if isinstance(value, Rows) and value.part is None and isinstance(value.template, Cell):
        place = value.template.expr
        if isinstance(place, Leaf) and place.kind == "position":  # ``frame.index`` of a table whose rows are numbered
            return Column1(value.node, value.template, "", None, True, ())
    if isinstance(value, Order) and not value.method and value.groups is None:
        return Column1(value.node, lift.position(value.node), "", None, True, ())
    if isinstance(value, Iterated):
        from lester_gui.rewrite.lift.library.orders import places_from

        return places_from(lift, value) or value
    return value


def _constant(op: str, a: Const, b: Const) -> Value:
    if op == "Div" and isinstance(a.value, str) and isinstance(b.value, str):  # a pathlib.Path, which is text here
        return Const(posixpath.normpath(posixpath.join(a.value, b.value)))
    if op in BITWISE:
        function = operator.and_ if op == "BitAnd" else operator.or_
    elif op in PYTHON:
        function = PYTHON[op]
    else:
        raise no_rule(f"the operator {op}")
    try:
        return Const(function(a.value, b.value))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Stopped(Reason.SHAPE, f"The operator {op} fails on constants") from error


def _cellwise(op: str, a: Cell, b: Cell, pandas: bool) -> Cell:
    if op in BITWISE:
        if a.type is Type.BOOL and b.type is Type.BOOL:
            if not a.nullable and not b.nullable:
                build = paths.both if op == "BitAnd" else paths.either
                return Cell(build(a.expr, b.expr), Type.BOOL)
            raise shape("& or | is used on conditions that may be missing")
        raise no_rule(f"the operator {op} on {a.type} and {b.type}")
    if op == "Mult" and {a.type, b.type} == {Type.STR, Type.INT}:
        raise no_rule("repeating a text")
    return cells.arithmetic(op, a, b, pandas)


def columnwise(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Column1:
    """Apply an operator row by row to columns, or a column and one value."""
    columns = [v for v in (a, b) if isinstance(v, Column1)]
    first = columns[0]
    if len(columns) == 1:
        x, y = (v.cell if isinstance(v, Column1) else cells.cell_of(v) for v in (a, b))
        return replace(first, cell=apply(x, y))
    second = columns[1]
    if first.part != second.part:
        raise shape("Columns of different sides of the split are combined")
    from lester_gui.rewrite.lift.library.pandas_by_label import are_apart, paired
    from lester_gui.rewrite.lift.put_back import as_one_order

    first, second = columns = list(as_one_order(lift, first, second))
    if are_apart(lift, first, second):
        return paired(lift, first, second, apply)
    if not first.numpy and not second.numpy and first.index != second.index:
        raise shape("Two Series are aligned by indexes that are not the same")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    x, y = (Cell(e, c.cell.type, c.cell.nullable) for e, c in zip(exprs, columns, strict=True))
    name = first.name if first.name == second.name else ""
    return replace(first, node=node, cell=apply(x, y), name=name, numpy=first.numpy and second.numpy)


@expression(ast.UnaryOp)
def unary(lift: Lifter, node: ast.UnaryOp) -> Value:
    """``-a``, ``not a``, ``~mask``."""
    if isinstance(node.op, ast.Not):
        mark_test(node.operand)
    value = lift.content(evaluate(lift, node.operand))
    if isinstance(value, Result):
        return value
    if isinstance(node.op, ast.Not):
        condition = condition_of(lift, value)
        return Result("condition") if condition is None else of_condition(paths.negated(condition))
    if isinstance(value, Const):
        return Const(UNARY[type(node.op).__name__](value.value))

    def apply(cell: Cell) -> Cell:
        if isinstance(node.op, ast.USub) and cell.type is Type.DURATION:
            return cells.make("neg_time", cell)
        if isinstance(node.op, ast.USub) and cell.type.is_number:
            return cells.make("neg", cell)
        if isinstance(node.op, ast.UAdd):
            return cell
        if isinstance(node.op, ast.Invert) and cell.type is Type.BOOL and not cell.nullable:
            return Cell(paths.negated(cell.expr), Type.BOOL)
        raise shape(f"{type(node.op).__name__} is used on a {cell.type}" + (" that may be missing" if cell.nullable else ""))

    if isinstance(value, Items) and value.kind == "index" and isinstance(node.op, ast.Invert):
        from lester_gui.rewrite.lift.library.pandas_names import truths

        return lift.new(Items(tuple(Const(not t) for t in truths(lift, value)), "index"))
    if isinstance(value, Matrix):
        from lester_gui.rewrite.lift.library.numpy import on_features

        return on_features(value, apply)
    if isinstance(value, Frame):
        return lift.new(replace(value, columns=tuple((n, apply(cells.cell_of(c))) for n, c in value.columns)))
    if isinstance(value, Vector):
        return Vector(tuple(apply(cells.cell_of(lift.content(v))) for v in value.items))
    if isinstance(value, Column1):
        return replace(value, cell=apply(value.cell))
    return apply(cells.cell_of(value))


def of_condition(condition: Expr) -> Value:
    """Return a condition as a value; a decided one is a constant."""
    if condition in (TRUE, FALSE):
        return Const(condition == TRUE)
    return Cell(condition, Type.BOOL)


@expression(ast.BoolOp)
def boolean(lift: Lifter, node: ast.BoolOp) -> Value:
    """``a and b``, ``a or b``; later operands are evaluated under the earlier ones."""
    is_and = isinstance(node.op, ast.And)
    value = lift.content(evaluate(lift, node.values[0]))
    for operand in node.values[1:]:
        instead = None if is_and else _instead(lift, value, operand)
        if instead is not None:
            value = instead
            continue
        condition = condition_of(lift, value)
        if condition is None:
            return Result("condition")
        go = condition if is_and else paths.negated(condition)
        if FALSE in (go, paths.both(lift.live, go)):
            return value
        following = lift.content(under(lift, go, operand))
        if go == TRUE:
            value = following
            continue
        if isinstance(following, Result):
            return following
        if not is_and and missing.is_nothing(value, following):
            value = missing.present(lift, value)
            continue
        both = _is_condition(value) and _is_condition(following)
        together = value if both else merge(lift, go, following, value if is_and else missing.present(lift, value))
        if both or (isinstance(together, Unknown) and is_test(node)):
            right = condition_of(lift, following)
            assert right is not None
            value = of_condition(paths.both(condition, right) if is_and else paths.either(condition, right))
        else:
            value = lift.known(together)
    return value


def _instead(lift: Lifter, value: Value, operand: ast.expr) -> Value | None:
    """Return ``x or {}`` and ``x or []`` of what JSON has in its place, None for anything else."""
    if not isinstance(value, Json | JsonList | Maybe):
        return None
    from lester_gui.rewrite.lift.library.json_objects import empty_instead

    return empty_instead(value, lift.content(evaluate(lift, operand)))


def _is_condition(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, bool)
    return isinstance(value, Cell) and value.type is Type.BOOL and not value.nullable


@expression(ast.Compare)
def comparison(lift: Lifter, node: ast.Compare) -> Value:
    """``a < b <= c``, ``a in b``, ``a is None``."""
    left = evaluate(lift, node.left)
    total: Value | None = None
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(lift, right_node)
        one = compare(lift, type(op).__name__, left, right)
        if total is None:
            total = one
        elif isinstance(total, Result) or isinstance(one, Result):
            total = Result("condition")
        elif isinstance(total, Const) and isinstance(one, Const):
            total = Const(bool(total.value) and bool(one.value))
        else:
            total = of_condition(paths.both(cells.cell_of(total).expr, cells.cell_of(one).expr))
        left = right
    assert total is not None
    return total


def compare(lift: Lifter, op: str, left: Value, right: Value) -> Value:
    """Compare two values."""
    a, b = lift.content(left), lift.content(right)
    if isinstance(a, Result) or isinstance(b, Result):
        if op in ("Eq", "NotEq"):
            _scored(lift, a, b)
        return Result("condition")
    a, b = _plain(lift, a), _plain(lift, b)
    if isinstance(a, Accessor) and a.kind == "type of a value" and op in ("Eq", "Is", "NotEq", "IsNot"):
        one = METHODS[a.kind, "__eq__"](lift, a, Arguments("type", [b]))
        return one if op in ("Eq", "Is") else of_condition(paths.negated(cells.cell_of(one).expr))
    a, b = (as_text(lift, v) if isinstance(v, LineOf) else v for v in (a, b))
    if "dtype" in (lift.kind(a), lift.kind(b)) and op in ("Eq", "NotEq", "Is", "IsNot"):
        from lester_gui.rewrite.lift.library.pandas_dtypes import equal

        return Const(equal(lift, a, b) == (op in ("Eq", "Is")))
    if op in ("In", "NotIn"):
        from lester_gui.rewrite.lift.expressions.membership import contains

        condition = contains(lift, a, b)
        return of_condition(paths.negated(condition) if op == "NotIn" else condition)
    if op in ("Is", "IsNot", "Eq", "NotEq") and Const(None) in (a, b):
        return compared_with_none(lift, op, a if b == Const(None) else b)
    if op not in ("Eq", "NotEq"):
        a, b = (several_kinds.as_plain_number(v) if isinstance(v, Several) else v for v in (a, b))
    if isinstance(a, Several) or isinstance(b, Several):
        if op not in ("Eq", "NotEq"):
            raise no_rule(f"the comparison {op} of a value of JSON of several kinds")
        same = several_kinds.equals(a, b)
        return of_condition(same if op == "Eq" else paths.negated(same))
    if isinstance(a, Const) and isinstance(b, Const):
        return _constant(op, a, b)
    if isinstance(a, Order) and a.method.endswith("_uniform"):
        from lester_gui.rewrite.lift.library.orders import below

        return below(lift, a, op, b)
    a, b = as_places(lift, a), as_places(lift, b)
    if isinstance(a, Matrix | Vector) or isinstance(b, Matrix | Vector):
        from lester_gui.rewrite.lift.library.numpy_math import matrix_comparison

        return matrix_comparison(lift, op, a, b)
    if isinstance(a, Column1) or isinstance(b, Column1):
        return columnwise(lift, a, b, lambda x, y: cells.compare(op, x, y, pandas=True))
    if isinstance(a, Tup) and isinstance(b, Tup) and op in ("Eq", "NotEq") and len(a.items) == len(b.items):
        parts = [cells.cell_of(compare(lift, "Eq", x, y)).expr for x, y in zip(a.items, b.items, strict=True)]
        condition = paths.conjunction(parts)
        return of_condition(condition if op == "Eq" else paths.negated(condition))
    if op not in cells.COMPARISON:
        raise no_rule(f"the comparison {op}")
    if isinstance(a, Frame) or isinstance(b, Frame):
        from lester_gui.rewrite.lift.library.pandas_arithmetic import frame_comparison

        return frame_comparison(lift, op, a, b)
    if "totals" in (lift.kind(a), lift.kind(b)):
        from lester_gui.rewrite.lift.library.pandas_totals import comparison as of_totals

        return of_totals(lift, op, a, b)
    if op in ("Eq", "NotEq") and any(isinstance(v, Items) and v.kind == "index" for v in (a, b)):
        from lester_gui.rewrite.lift.library.pandas_names import compared

        return compared(lift, a, b, op)
    if isinstance(a, Frame | Matrix | Rows | Items | Entries) or isinstance(b, Frame | Matrix | Rows | Items | Entries):
        raise no_rule("a comparison of whole tables or lists")
    x, y = cells.cell_of(a), cells.cell_of(b)
    texts = (
        op in ("Eq", "NotEq") and x.expr == y.expr and x.type is Type.STR and missing.is_nan(lift, x)
    )  # NaN is not even itself
    not_a_number = not lift.nones and any(c.type is Type.FLOAT and c.nullable for c in (x, y))
    of_tables = not lift.loops and any(c.nullable and whole_tables.is_total(c.expr) for c in (x, y))  # of no value it is NaN
    return of_condition(cells.compare(op, x, y, lift.pandas or not_a_number or texts or of_tables).expr)
