"""Operators on cells: typed expressions over the current row, with Python's rules or those of pandas."""

from __future__ import annotations

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, columns_of, type_of, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.operators import OPERATORS, unify
from lester_gui.ir.schema import PlanError, Type
from lester_gui.rewrite.lift import paths, times
from lester_gui.rewrite.lift.domain import Cell, Const, Leaf, Value
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

ARITHMETIC = {"Add": "add", "Sub": "sub", "Mult": "mul"}
DIVIDING = dict(zip(("Div", "FloorDiv", "Mod"), paths.DIVIDING, strict=True))
COMPARISON = {"Eq": "eq", "NotEq": "ne", "Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge"}
NOTHING: dict[Type, Literal] = {
    Type.BOOL: Literal(False),
    Type.INT: Literal(0),
    Type.FLOAT: Literal(0.0),
    Type.STR: Literal(""),
    Type.DATE: Literal("1970-01-01", Type.DATE),
    Type.TIMESTAMP: Literal("1970-01-01 00:00:00", Type.TIMESTAMP),
    Type.DURATION: Literal(0, Type.DURATION),
}
"""What stands in the place of a missing value in an expression that is not reached where it is missing."""


def make(operator: str, *arguments: Cell) -> Cell:
    """Return the operator applied, typed.

    Raises
    ------
    Stopped
        If it is not defined for these types, or a value may be missing where the language would raise.
    """
    try:
        kind, nullable = OPERATORS[operator].type_of(tuple((a.type, a.nullable) for a in arguments))
    except PlanError as error:
        raise Stopped(Reason.SHAPE, error.message) from error
    return Cell(Apply(operator, tuple(a.expr for a in arguments)), kind, nullable)


def there(cell: Cell) -> Cell:
    """Return a cell for places that are reached only where its value is there."""
    return make("coalesce", cell, Cell(NOTHING[cell.type], cell.type)) if cell.nullable and cell.type in NOTHING else cell


def missing(kind: Type) -> Cell:
    """Return a missing value of a type."""
    return Cell(Literal(None, kind), kind, True)


def given(value: Cell, condition: Expr, kind: str = "last") -> Cell:
    """Return what a row gives to a total of a `kind`: nothing where a condition does not hold, which to a sum is 0."""
    if condition == paths.TRUE:
        return value
    nothing = missing(value.type) if kind != "sum" else Cell(Literal(0.0 if value.type is Type.FLOAT else 0), value.type)
    return Cell(paths.choose(condition, value.expr, nothing.expr), value.type, nothing.nullable)


def const_cell(value: object) -> Cell | None:
    """Return a constant as a cell, or None when it is no scalar; NaN is a missing value."""
    if isinstance(value, float) and value != value:
        return missing(Type.FLOAT)
    if isinstance(value, bool | int | float | str):
        literal = Literal(value)
        assert literal.type is not None
        return Cell(literal, literal.type)
    return None


def cell_of(value: Value) -> Cell:
    """Return a cell or constant as a cell.

    Raises
    ------
    Stopped
        If it is neither.
    """
    if isinstance(value, Cell):
        return value
    if isinstance(value, Const):
        cell = const_cell(value.value)
        if cell is not None:
            return cell
        if value.value is None:
            raise shape("None is used as a value of a row")
    raise shape("A table, list or object is used where one value per row is needed")


def column(node: Node, name: str) -> Cell:
    """Return a column of `node` as a cell."""
    field = node.schema.field(name)
    return Cell(Column(name), field.type, field.nullable)


def arithmetic(op: str, a: Cell, b: Cell, pandas: bool) -> Cell:
    """Return ``a op b`` where `op` is the name of the syntax node."""
    if op == "Add" and a.type is Type.STR and b.type is Type.STR:
        parts: list[Cell] = []
        for c in (a, b):
            if isinstance(c.expr, Apply) and c.expr.operator == "concat_text":
                parts += [Cell(x, Type.STR, c.nullable) for x in c.expr.arguments]
            else:
                parts.append(c)
        return make("concat_text", *parts)
    if times.is_time(a, b):
        return times.arithmetic(op, a, b)
    if not (a.type.is_number and b.type.is_number):
        raise shape(f"{op} is used on {a.type} and {b.type}")
    if op in ARITHMETIC:
        return make(ARITHMETIC[op], a, b)
    if op in DIVIDING and not pandas:
        return make(DIVIDING[op], a, b)
    if op == "Div":
        return make("float_div", a, b)
    if op in ("FloorDiv", "Mod") and isinstance(b.expr, Literal) and b.expr.value not in (0, None):
        # what is counted is always there, what is read may miss values in other data
        read = a.nullable or any(isinstance(e, Column) for e in walk(a.expr))
        return make(f"{'pandas' if read else 'py'}_{'floordiv' if op == 'FloorDiv' else 'mod'}", a, b)
    if op == "Pow" and isinstance(b.expr, Literal):
        if b.expr.value == 2:
            return make("mul", a, a)
        if b.expr.value == 0.5:
            return make("sqrt", a)
    raise no_rule(f"the operator {op} on {a.type} and {b.type}")


def divided(op: str, a: Cell, b: Cell) -> Cell:
    """Return ``a op b``, dividing floats that may be NaN: NaN if one of them is, and an error where the divisor is nought."""
    present = [make("not_null", c).expr for c in (a, b) if c.nullable]
    x, y = (make("coalesce", c, cell_of(Const(1.0))) if c.nullable else c for c in (a, b))
    made = make(DIVIDING[op], x, y)
    return choose(paths.conjunction(present), made, missing(Type.FLOAT))


def compare(op: str, a: Cell, b: Cell, pandas: bool) -> Cell:
    """Return ``a op b`` for an operator of `COMPARISON`."""
    name = COMPARISON[op]
    if pandas and times.is_time(a, b):
        a, b = times.comparable(a, b)
    if not pandas:
        a, b = _asked_before(a), _asked_before(b)
    numbers = a.type.is_number and b.type.is_number
    if a.type is not b.type and not numbers:
        if name in ("eq", "ne") and {a.type, b.type} <= {Type.STR, Type.INT, Type.FLOAT, Type.BOOL}:
            return Cell(Literal(name == "ne"), Type.BOOL)  # text never equals a number
        if {a.type, b.type} <= {Type.DATE, Type.TIMESTAMP}:
            if pandas or name in ("eq", "ne"):  # in Python a date equals no datetime, and which one a day is is not told here
                return make(f"pandas_{name}", a, b)
            return make(f"py_{name}", *(make("midnight", c) if c.type is Type.DATE else c for c in (a, b)))
        raise shape(f"A {a.type} is compared with a {b.type}")
    return make(f"{'pandas' if pandas else 'py'}_{name}", a, b)


def _asked_before(cell: Cell) -> Cell:
    """What an earlier row left is compared only where the script has asked ``is None`` first, or it would raise."""
    carried = isinstance(cell.expr, Leaf) and cell.expr.kind == "prev"
    return Cell(cell.expr, cell.type) if carried else cell


def truth(cell: Cell) -> Cell:
    """Return ``bool(cell)``."""
    if cell.type is Type.BOOL and not cell.nullable:
        return cell
    if cell.nullable:
        raise shape("A value that may be missing is used as a condition")
    if cell.type is Type.STR:
        return make("py_ne", cell, Cell(Literal(""), Type.STR))
    if cell.type.is_number:
        return make("py_ne", cell, Cell(Literal(0), Type.INT))
    raise shape(f"A {cell.type} is used as a condition")


def choose(condition: Expr, a: Cell, b: Cell) -> Cell:
    """Return ``a if condition else b``."""
    if a == b:
        return a
    try:
        kind = unify((a.type, b.type))
    except PlanError as error:
        raise Stopped(Reason.SHAPE, error.message) from error
    if b.nullable and condition in _asks_for_nothing(b) and not paths.is_partial(a.expr):
        return make("coalesce", b, a)
    if a.nullable and paths.negated(condition) in _asks_for_nothing(a) and not paths.is_partial(b.expr):
        return make("coalesce", a, b)
    return Cell(paths.choose(condition, a.expr, b.expr), kind, a.nullable or b.nullable)


def _asks_for_nothing(cell: Cell) -> tuple[Expr, ...]:
    """Return the conditions that a value is missing, in both ways in which they are written."""
    return Apply("is_null", (cell.expr,)), paths.negated(Apply("not_null", (cell.expr,)))


def as_text(cell: Cell) -> Cell:
    """Return ``str(cell)``."""
    return cell if cell.type is Type.STR and not cell.nullable else make("py_str", cell)


def unprinted(cell: Cell, kind: Type) -> Cell | None:
    """Return what was printed, where a number is read back from the text that Python made of it."""
    if isinstance(cell.expr, Apply) and cell.expr.operator == "py_str":
        inner = cell.expr.arguments[0]
        if isinstance(inner, Column | Apply) and cell.type is Type.STR and _printed(inner) is kind:
            return Cell(inner, kind)
    return None


def _printed(expr: Expr) -> Type | None:
    """The type of an expression that does not need a schema to tell, else None."""
    if isinstance(expr, Apply):
        fixed = {
            "str_len": Type.INT,
            "py_int": Type.INT,
            "word_count": Type.INT,
            "py_float": Type.FLOAT,
            "to_float": Type.FLOAT,
            "count_text": Type.INT,
        }
        return fixed.get(expr.operator)
    return None


def retyped(cell: Cell, node: Node) -> Cell:
    """Return the cell with the type it has over `node`."""
    if not columns_of(cell.expr) and not isinstance(cell.expr, Column):
        return cell
    kind, nullable = type_of(cell.expr, node.schema)
    return Cell(cell.expr, kind, nullable)
