"""Values of JSON that are a text in some rows and a number in others: what Python makes of each, and of questions for its kind.

``isinstance(age, str)``, ``age is None`` and the like narrow such a value on the way; where only one kind is left, it is an
ordinary value of a row again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, kinds_of_number, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Module, Tup, Value
from lester_gui.rewrite.lift.json_values import Several
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

NO_TEXT, NO_NUMBER, NO_TRUTH = (Cell(Literal(None, t), t, True) for t in (Type.STR, Type.INT, Type.INT))
KINDS = ("text", "number", "truth", "none")


def as_several(value: Value) -> Several:
    """Return a value of one kind as one that may be of several.

    Raises
    ------
    Stopped
        If it is no value of a row, or neither text, number nor truth value.
    """
    if isinstance(value, Several):
        return value
    if value == Const(None):
        return Several(NO_TEXT, NO_NUMBER, NO_TRUTH)
    cell = cells.cell_of(value)
    if cell.type is Type.STR:
        return Several(cell, NO_NUMBER, NO_TRUTH, cell.nullable)
    if cell.type is Type.BOOL:
        if cell.nullable:
            raise shape("A value of JSON of several kinds is put together with a truth value that may be missing")
        return Several(NO_TEXT, NO_NUMBER, _as_number(cell), False)
    if not cell.type.is_number:
        raise shape(f"A value of JSON of several kinds is put together with a {cell.type}")
    return Several(NO_TEXT, cell, NO_TRUTH, cell.nullable)


def merged(condition: Expr, a: Value, b: Value) -> Value:
    """Return the value that is `a` where the condition holds and `b` elsewhere."""
    x, y = as_several(a), as_several(b)
    text, number, truth_ = (cells.choose(condition, one, other) for one, other in zip(x.cells, y.cells, strict=True))
    return _plain(Several(text, number, truth_, x.none or y.none))


def or_default(there: Expr, value: Several, default: Value) -> Several:
    """Return ``raw.get("field", default)``: where the field is not there, it is of no kind."""
    pairs = zip(value.cells, as_several(default).cells, strict=True)
    text, number, truth_ = (x if is_there(y) == FALSE else cells.choose(there, x, y) for x, y in pairs)
    return Several(text, number, truth_)


def _plain(value: Several) -> Value:
    """Return a value of a single kind as an ordinary one."""
    kinds = [c for c in value.cells if is_there(c) != FALSE]
    if not kinds:
        return Const(None)
    if len(kinds) > 1 or (kinds[0] is value.truth and value.none):
        return value
    cell = kinds[0] if value.none else cells.there(kinds[0])
    return cells.make("py_eq", cell, cells.cell_of(Const(1))) if kinds[0] is value.truth else cell


# -- of which kind it is -----------------------------------------------------------------------------------------------


def is_there(cell: Cell) -> Expr:
    """Return the condition that a value is of the kind of a cell."""
    if isinstance(cell.expr, Literal):
        return FALSE if cell.expr.value is None else TRUE
    return cells.make("not_null", cell).expr if cell.nullable else TRUE


def is_none(value: Several) -> Expr:
    """Return the condition that a value is None."""
    return FALSE if not value.none else paths.conjunction(paths.negated(is_there(c)) for c in value.cells)


def is_instance(lift: Lifter, value: Several, kind: Value) -> Expr:
    """Return ``isinstance(value, kind)``; a truth value is an int, too.

    Raises
    ------
    Stopped
        If it hangs on whether a number is whole, or the kind is no type of Python's JSON.
    """
    if isinstance(kind, Tup):
        numbers = {Module("builtins.int"), Module("builtins.float")}
        both = set(kind.items) >= numbers
        rest = [is_instance(lift, value, v) for v in kind.items if not (both and v in numbers)]
        return paths.disjunction([is_there(value.number), is_there(value.truth), *rest] if both else rest)
    name = kind.name if isinstance(kind, Module) else ""
    if name == "builtins.str":
        return is_there(value.text)
    if name == "builtins.bool":
        return is_there(value.truth)
    if name in ("builtins.list", "builtins.dict", "builtins.tuple"):
        return FALSE
    whole = kinds_of_number.whole(lift, value.number)
    if name == "builtins.int" and whole.type is Type.INT:
        return paths.disjunction([is_there(whole), is_there(value.truth)])
    if name == "builtins.float" and kinds_of_number.is_float(lift, value.number):
        return is_there(value.number)
    raise no_rule("this question for a type")


def is_exactly(lift: Lifter, value: Several, kind: Value) -> Expr:
    """Return ``type(value) is kind``: a truth value is no int here."""
    if kind == Module("builtins.int") and value.number.type is Type.INT:
        return is_there(kinds_of_number.whole(lift, value.number))
    return is_instance(lift, value, kind)


def narrowed(lift: Lifter, value: Several) -> Value:
    """Return a value as what it can still be after what the script asked on the way here."""
    tests = [is_there(c) for c in value.cells]
    whole = Apply("not_null", (Apply("whole_number", (value.number.expr,)),))
    known = paths.conjuncts(lift.live)
    left = []
    for kind in KINDS:
        case = {test: KINDS[i] == kind for i, test in enumerate(tests) if test not in (TRUE, FALSE)}
        case[whole] = kind == "number"
        fits = all((test != FALSE) if KINDS[i] == kind else (test != TRUE) for i, test in enumerate(tests))
        fits = fits and (kind != "none" or value.none)
        if fits and all(paths.holds(c, case) is not False for c in known):
            left.append(kind)
    lift.nones = True
    gone = (NO_TEXT, NO_NUMBER, NO_TRUTH)
    text, number, truth_ = (c if k in left else no for k, c, no in zip(KINDS, value.cells, gone, strict=False))
    return _plain(Several(text, number, truth_, "none" in left))


def on_its_way(lift: Lifter, names: dict[str, Value], other: dict[str, Value], live: Expr) -> dict[str, Value]:
    """Return names as a path leaves them, where it knows more of what the `other` path left else than it."""
    before, lift.live = lift.live, live
    try:
        return {n: narrowed(lift, v) if isinstance(v, Several) and other.get(n) != v else v for n, v in names.items()}
    finally:
        lift.live = before


def only(lift: Lifter, cell: Cell, error: str) -> Cell:
    """Return a value as the only kind that an operation takes: other rows lead to the handler of `error`, or end the script."""
    there = is_there(cell)
    if there == FALSE:
        raise Stopped(Reason.SHAPE, "A value of JSON is used as a kind that it is never of here")
    if demand(lift, there, error):
        return cells.there(cell)
    required(lift, there)
    return cells.make("present", cell) if cell.nullable else cell


# -- what is made of it ------------------------------------------------------------------------------------------------


def truth(value: Several) -> Expr:
    """Return ``bool(value)``."""
    return paths.disjunction(
        paths.both(is_there(c), cells.truth(cells.there(c)).expr) for c in value.cells if is_there(c) != FALSE
    )


def equals(value: Value, other: Value) -> Expr:
    """Return ``value == other`` of values of which one is of several kinds; True is 1.

    Raises
    ------
    Stopped
        If the other one may be missing, or of several kinds itself.
    """
    if not isinstance(value, Several):
        value, other = other, value
    assert isinstance(value, Several)
    cell = cells.cell_of(other)
    if cell.nullable or cell.type not in (Type.STR, Type.INT, Type.FLOAT, Type.BOOL):
        raise shape("A value of JSON of several kinds is compared with one that may be missing")
    if cell.type is Type.STR:
        if is_there(value.text) == FALSE:
            return FALSE
        return paths.both(is_there(value.text), cells.make("py_eq", cells.there(value.text), cell).expr)
    wanted = _as_number(cell)
    numbers = [c for c in (value.number, value.truth) if is_there(c) != FALSE]
    return paths.disjunction([paths.both(is_there(c), cells.make("py_eq", cells.there(c), wanted).expr) for c in numbers])


def _as_number(cell: Cell) -> Cell:
    if cell.type is not Type.BOOL:
        return cell
    return cells.choose(cell.expr, cells.cell_of(Const(1)), cells.cell_of(Const(0)))


def as_plain_number(value: Several) -> Value:
    """Return a value as the number that arithmetic and arrays take it for: True is 1. One that may be a text stays as it is."""
    if is_there(value.text) != FALSE or is_there(value.number) == FALSE:
        return value
    number = value.number if value.none else cells.there(value.number)
    return cells.choose(is_there(value.truth), cells.there(value.truth), number)


def as_number(lift: Lifter, value: Several, kind: str) -> Value:
    """Return ``float(value)`` or ``int(value)``: a text is read, None is a TypeError."""
    from lester_gui.rewrite.lift.library.builtins import NAN, parsed

    if kind == "float" and NAN.search(lift.script.text):
        raise no_rule("a number that may be written as nan in a JSON value of several kinds")
    not_none = paths.negated(is_none(value))
    caught = demand(lift, not_none, "TypeError")
    made: list[tuple[Expr, Cell]] = []
    if is_there(value.text) != FALSE:
        text = cells.there(value.text)
        fails = paths.both(is_there(value.text), paths.negated(cells.make(f"parses_{kind}", text).expr))
        made.append((is_there(value.text), parsed(lift, text, kind, paths.negated(fails))))
    to = "to_float" if kind == "float" else "to_int"
    if is_there(value.truth) != FALSE:
        made.append((is_there(value.truth), cells.make(to, cells.there(value.truth))))
    number = value.number
    if is_there(number) == FALSE:
        last = cells.make(to, cells.cell_of(Const(0)))
    else:
        last = cells.make(to, cells.there(number) if caught or not number.nullable else cells.make("present", number))
    for test, cell in reversed(made):
        last = cells.choose(test, cell, last)
    return last


def as_text(lift: Lifter, value: Several) -> Cell:
    """Return ``str(value)``."""
    out = cells.cell_of(Const("None"))
    if is_there(value.truth) != FALSE:
        yes, no = (cells.cell_of(Const(word)) for word in ("True", "False"))
        out = cells.choose(
            is_there(value.truth), cells.choose(truth(replace(value, text=NO_TEXT, number=NO_NUMBER)), yes, no), out
        )
    if is_there(value.number) != FALSE:
        number = cells.there(value.number)
        floats = number.type is Type.FLOAT
        shown = kinds_of_number.as_text(lift, number) if floats else cells.as_text(kinds_of_number.whole(lift, number))
        out = cells.choose(is_there(value.number), shown, out)
    return out if is_there(value.text) == FALSE else cells.choose(is_there(value.text), cells.there(value.text), out)
