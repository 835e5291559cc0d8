"""Methods of text, on constants and on cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call
from lester_gui.ir.learning import Function
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, missing, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Items, Result, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.raising import demand
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PLAIN = ("lower", "upper", "strip", "lstrip", "rstrip")


@method(
    "text",
    *PLAIN,
    "startswith",
    "endswith",
    "replace",
    "count",
    "casefold",
    "encode",
    "decode",
    "title",
    "capitalize",
    "zfill",
    "isdigit",
    "isnumeric",
    "isalpha",
    "format",
    "find",
    "index",
    "splitlines",
)
def simple(lift: Lifter, content: Value, args: Arguments) -> Value:
    """Text methods."""
    what = args.what.rsplit(".", 1)[-1]
    values = [lift.content(v) for v in args.positional]
    if isinstance(content, Const):
        if any(isinstance(v, Result) for v in values):
            return Result("text")
        if what == "format" and any(isinstance(v, Cell) for v in (*values, *args.keywords.values())):
            return formatted(lift, str(content.value), values, args)
        out = getattr(content.value, what)(
            *(lift.const(v) for v in values), **{k: lift.const(v) for k, v in args.keywords.items()}
        )
        return lift.new(Items(tuple(Const(o) for o in out))) if isinstance(out, list) else Const(out)
    return text_cell(lift, what, cells.cell_of(content), values)


def text_cell(lift: Lifter, what: str, cell: Cell, values: list[Value]) -> Cell:
    """Return a text method of a cell."""
    if cell.nullable and not lift.pandas and lift.loops:
        raise shape("A text that may be missing is used as text")
    if what in PLAIN:
        extra = [cells.cell_of(v) for v in values if v != Const(None)]
        return cells.make(what, cell, *extra)
    if what in ("startswith", "endswith"):
        if len(values) != 1:
            raise no_rule(f"{what} from a place on, on a value of a row")
        options = values[0].items if isinstance(values[0], Tup) else (values[0],)
        out = paths.disjunction(cells.make(what, cell, cells.cell_of(lift.content(o))).expr for o in options)
        return Cell(out, Type.BOOL, cell.nullable)
    if what == "replace" and len(values) == 2:
        return cells.make("replace", cell, *(cells.cell_of(v) for v in values))
    if what == "count" and len(values) == 1:
        return cells.make("count_text", cell, cells.cell_of(values[0]))
    return carried_method(lift, what, cell, values)


RETURNS = {
    **dict.fromkeys(("title", "capitalize", "casefold", "zfill", "swapcase", "ljust", "rjust", "center"), Type.STR),
    **dict.fromkeys(("removeprefix", "removesuffix"), Type.STR),
    **dict.fromkeys(("isdigit", "isalpha", "isnumeric", "isalnum", "isupper", "islower", "isspace", "isdecimal"), Type.BOOL),
    **dict.fromkeys(("find", "rfind", "index"), Type.INT),
}


def carried_method(lift: Lifter, what: str, cell: Cell, values: list[Value]) -> Cell:
    """Return a text method for which there is no operator, as a function that is carried with the plan."""
    if what not in RETURNS or not all(isinstance(v, Const) for v in values):
        raise no_rule(f"the text method {what} on a value of a row")
    arguments = ", ".join(repr(lift.const(v)) for v in values)
    return carried_text(lift, f"text_{what}", f"text.{what}({arguments})", cell, RETURNS[what])


def carried_text(lift: Lifter, base: str, code: str, cell: Cell, kind: Type) -> Cell:
    """Return what an expression makes of ``text``, as a function that is carried with the plan."""
    name, number = base, 1
    while True:
        made = Function(name, f"def {name}(text):\n    return None if text is None else {code}\n")
        if lift.functions.setdefault(name, made) == made:
            break
        number += 1
        name = f"{base}_{number}"
    return Cell(Call(name, (cell.expr,), kind, cell.nullable), kind, cell.nullable)


def formatted(lift: Lifter, pattern: str, values: list[Value], args: Arguments) -> Value:
    """Return ``"{} {}".format(a, b)`` for plain fields."""
    import string

    from lester_gui.rewrite.lift.expressions.basic import joined

    parts: list[Value] = []
    place = 0
    for literal, name, form, conversion in string.Formatter().parse(pattern):
        parts.append(Const(literal))
        if name is None:
            continue
        if form or conversion:
            raise no_rule("a format specification on a value of a row")
        if name == "":
            value, place = values[place], place + 1
        else:
            value = values[int(name)] if name.isdigit() else lift.content(args.keywords[name])
        parts.append(Const(str(value.value)) if isinstance(value, Const) else missing.as_text(lift, cells.cell_of(value)))
    return joined(parts)


def percent(lift: Lifter, pattern: str, value: Value) -> Value:
    """Return ``"%s %d" % (a, b)`` for plain fields; of figures that no plan needs it is one, too."""
    from lester_gui.rewrite.lift.expressions.basic import joined

    given = [lift.content(v) for v in value.items] if isinstance(value, Tup) else [value]
    if not lift.loops or any(isinstance(v, Result) for v in given):
        return Result("text")
    pieces = re.split(r"(%[sd]|%%)", pattern)
    if any("%" in p for p in pieces[::2]) or sum(p in ("%s", "%d") for p in pieces[1::2]) != len(given):
        raise no_rule("a format with widths or precisions on a value of a row")
    parts: list[Value] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0 or piece == "%%":
            parts.append(Const(piece.replace("%%", "%")))
            continue
        one = given.pop(0)
        if piece == "%d" and not (isinstance(one, Const) or cells.cell_of(one).type is Type.INT):
            raise no_rule("%d of a value that is no whole number")
        parts.append(Const(piece % one.value) if isinstance(one, Const) else missing.as_text(lift, cells.cell_of(one)))
    return joined(parts)


@function("str.maketrans", "builtins.str.maketrans")
def translation(lift: Lifter, args: Arguments) -> Value:
    """``str.maketrans("", "", string.punctuation)``."""
    try:
        table = str.maketrans(*(lift.const(v) for v in args.positional))
    except (TypeError, ValueError) as error:
        raise shape("A table of letters is made of something else than letters") from error
    return Accessor(Tup(tuple(Tup((Const(k), Const(v))) for k, v in table.items())), "letters")


@method("text", "translate")
def translate(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``text.translate(table)``."""
    given = lift.content(args.positional[0])
    if not isinstance(given, Accessor) or given.kind != "letters":
        raise no_rule("translate by a table that str.maketrans did not make")
    table = dict(lift.const(given.owner))
    if isinstance(content, Const):
        return Const(lift.text(content).translate(table))
    cell = cells.cell_of(content)
    if cell.nullable and not lift.pandas:
        raise shape("A text that may be missing is used as text")
    return carried_text(lift, "text_translate", f"text.translate({table!r})", cell, Type.STR)


@method("text", "join")
def join(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``separator.join([…])`` of a known number of texts."""
    from lester_gui.rewrite.lift.expressions.basic import joined

    parts = lift.content(args.positional[0])
    if isinstance(parts, Result):
        return parts
    values = parts.values if isinstance(parts, Items | Tup) else None
    if values is None:
        raise no_rule("joining texts whose number is not known")
    out: list[Value] = []
    for v in values:
        inner = lift.content(v)
        if isinstance(inner, Cell) and inner.type is not Type.STR:
            raise shape("join of something that is not text")
        out += [content, inner]
    return joined(out[1:])


@method("text", "__getitem__")
def get(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``text[a:b]``, ``text[i]``: an empty text has no first letter, so its row ends the script."""
    key = lift.content(args.positional[0])
    if isinstance(content, Const) and isinstance(key, Const):
        return Const(lift.text(content)[lift.const(key)])
    cell = cells.cell_of(content)
    if isinstance(key, Const) and isinstance(key.value, int) and not isinstance(key.value, bool):
        return _letter(lift, cell, key.value)
    return cells.make("slice_text", cell, *slice_bounds(lift, key))


def _letter(lift: Lifter, cell: Cell, place: int) -> Cell:
    if cell.nullable:
        raise shape("A letter is taken from a text that may be missing")
    enough = cells.cell_of(Const(place + 1 if place >= 0 else -place))
    condition = cells.compare("GtE", cells.make("str_len", cell), enough, pandas=False).expr
    demand(lift, condition, "IndexError")
    return cells.make("letter", cell, cells.cell_of(Const(place)))


def slice_bounds(lift: Lifter, key: Value | Arguments) -> tuple[Cell, Cell]:
    """Return the literal bounds of a slice of text.

    Raises
    ------
    Stopped
        If they are not in the script's text.
    """
    if isinstance(key, Arguments):
        given = key.bind("start", "stop", start=None, stop=None)
        low, high, step = lift.const(given["start"]), lift.const(given["stop"]), None
    elif isinstance(key, Accessor) and key.kind == "slice":
        low, high, step = lift.const(key.owner)
    else:
        raise no_rule("one character of a text")
    low, high = low or 0, 2**31 - 1 if high is None else high
    if step not in (None, 1) or not isinstance(low, int) or not isinstance(high, int):
        raise no_rule("a slice of text with a step")
    return cells.cell_of(Const(low)), cells.cell_of(Const(high))


@method("date", "strftime", "date", "weekday", "isoformat")
def date_method(lift: Lifter, content: Value, args: Arguments) -> Value:
    """Methods of dates."""
    what = args.what.rsplit(".", 1)[-1]
    cell = cells.cell_of(content)
    if what == "weekday":
        return cells.make("weekday", cell)
    if what == "strftime":
        return cells.make("date_text", cell, cells.cell_of(lift.content(args.positional[0])))
    if what == "date" and cell.type is Type.DATE:
        return cell
    if what == "isoformat" and cell.type is Type.DATE:
        return cells.make("date_text", cell, cells.cell_of(Const("%Y-%m-%d")))
    raise no_rule(f"the date method {what}")
