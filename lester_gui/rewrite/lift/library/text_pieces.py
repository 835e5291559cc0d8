"""Texts that are split: pieces by their place, how many there are, and all of them unpacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Items, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.library.text import carried_text
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("text", "split", "rsplit")
def split(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``text.split(sep)``, ``text.rsplit(sep, 1)``: pieces whose number is not known."""
    what = args.what.rsplit(".", 1)[-1]
    given = args.bind("sep", "maxsplit", sep=None, maxsplit=-1)
    separator, most = lift.content(given["sep"]), lift.const(given["maxsplit"])
    if isinstance(content, Const):
        pieces = getattr(content.value, what)(lift.const(separator), most)
        return lift.new(Items(tuple(Const(p) for p in pieces)))
    if not isinstance(separator, Const) and most != -1:
        raise no_rule(f"{what} with a limit at a separator that the row decides")
    cell = cells.cell_of(content)
    if cell.nullable and not lift.pandas and lift.loops:
        raise shape("A text that may be missing is used as text")
    if most == -1:
        return Accessor(Tup((cell, separator)), "pieces")
    return Accessor(Tup((cell, separator, Const(what), Const(most))), "pieces")


@method("text", "partition", "rpartition")
def partition(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``text.partition(sep)``: what stands before the separator, the separator if there is one, and what stands after it."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Const):
        return Tup(tuple(Const(p) for p in getattr(content.value, what)(lift.text(args.positional[0]))))
    cell, separator = cells.cell_of(content), lift.text(args.positional[0])
    if cell.nullable or not separator:
        raise shape("A text that may be missing, or an empty separator, is used to take a text apart")
    at = cells.cell_of(Const(separator))
    found = cells.make("contains", cell, at).expr
    outer = cells.make("split_item", cell, at, cells.cell_of(Const(0 if what == "partition" else -1)))
    place = 2 if what == "partition" else 0
    inner = carried_text(lift, f"text_{what}", f"text.{what}({separator!r})[{place}]", cell, Type.STR)
    middle = cells.choose(found, at, cells.cell_of(Const("")))
    return Tup((outer, middle, inner) if what == "partition" else (inner, middle, outer))


@method("pieces", "__getitem__")
def piece(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``text.split(sep)[i]``."""
    place = lift.const(args.positional[0])
    if not isinstance(place, int) or isinstance(place, bool):
        raise no_rule("this piece of a split text")
    enough = place + 1 if place >= 0 else -place
    demand(lift, cells.compare("GtE", number_of_pieces(accessor), cells.cell_of(Const(enough)), False).expr, "IndexError")
    return at(lift, accessor, place)


def at(lift: Lifter, accessor: Accessor, place: int) -> Cell:
    """Return a piece that the script knows to be there."""
    assert isinstance(accessor.owner, Tup)
    cell, separator = cells.cell_of(accessor.owner.items[0]), accessor.owner.items[1]
    plain = len(accessor.owner.items) == 2
    if not plain:
        what, most = (lift.const(v) for v in accessor.owner.items[2:])
        plain = 0 <= place < most if what == "split" else -most <= place < 0
        if not plain:
            code = f"text.{what}({lift.const(separator)!r}, {most})[{place}]"
            return carried_text(lift, f"text_{what}", code, cell, Type.STR)
    if separator == Const(None):
        return cells.make("word_item", cell, cells.cell_of(Const(place)))
    return cells.make("split_item", cell, cells.cell_of(separator), cells.cell_of(Const(place)))


def number_of_pieces(accessor: Accessor) -> Cell:
    """Return ``len(text.split(…))``."""
    assert isinstance(accessor.owner, Tup)
    cell, separator = cells.cell_of(accessor.owner.items[0]), accessor.owner.items[1]
    one = Cell(Literal(1), Type.INT)
    if separator == Const(None):
        made = cells.make("word_count", cell)
    else:
        made = cells.make("add", cells.make("count_text", cell, cells.cell_of(separator)), one)
    if len(accessor.owner.items) == 2:
        return made
    limit = Literal(accessor.owner.items[3].value + 1)  # type: ignore[attr-defined]
    if separator == Const(None):
        raise no_rule("how many pieces a text has that is split at white space a few times")
    return Cell(paths.choose(Apply("py_gt", (made.expr, limit)), limit, made.expr), Type.INT)


def has_piece(lift: Lifter, accessor: Accessor, needle: Value) -> Expr:
    """Return the condition that a constant is one of the pieces of a text.

    At a separator of one letter the piece has separators around it, where the text is put between two of them. Elsewhere a
    separator may begin in the middle of another one, so the question is carried as Python asks it.
    """
    assert isinstance(accessor.owner, Tup)
    cell, separator = cells.cell_of(accessor.owner.items[0]), accessor.owner.items[1]
    if not isinstance(needle, Const) or not isinstance(separator, Const):
        raise no_rule("whether a value of the row is a piece of a text")
    wanted, at = needle.value, separator.value
    if not isinstance(wanted, str):
        return paths.FALSE
    if len(accessor.owner.items) == 2 and isinstance(at, str) and len(at) == 1:
        if at in wanted:
            return paths.FALSE
        around = cells.cell_of(Const(at))
        text = cells.make("concat_text", around, cell, around)
        return cells.make("contains", text, cells.cell_of(Const(at + wanted + at))).expr
    what, most = ("split", -1) if len(accessor.owner.items) == 2 else (lift.const(v) for v in accessor.owner.items[2:])
    return carried_text(lift, "has_piece", f"{wanted!r} in text.{what}({at!r}, {most})", cell, Type.BOOL).expr


def unpacked(lift: Lifter, accessor: Accessor, count: int) -> tuple[Value, ...]:
    """Return all pieces of a text; rows that have another number of them end the script."""
    condition = cells.compare("Eq", number_of_pieces(accessor), cells.cell_of(Const(count)), False).expr
    _must(lift, condition)
    return tuple(at(lift, accessor, i) for i in range(count))


def first_pieces(lift: Lifter, accessor: Accessor, before: int, after: int) -> list[Cell]:
    """Return the pieces that ``a, *rest, b = text.split(sep)`` gives to names without a star."""
    condition = cells.compare("GtE", number_of_pieces(accessor), cells.cell_of(Const(before + after)), False).expr
    _must(lift, condition)
    return [at(lift, accessor, i) for i in range(before)] + [at(lift, accessor, i) for i in range(-after, 0)]


def _must(lift: Lifter, condition: Expr) -> None:
    if not demand(lift, condition, "ValueError"):
        required(lift, condition)
