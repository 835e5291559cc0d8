"""pandas: ``replace`` of values of a Series or a DataFrame, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Items,
    Keyed,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.pandas_frame import assigned, in_place
from lester_gui.rewrite.lift.library.pandas_map import by_table
from lester_gui.rewrite.lift.library.pandas_mixed import with_numbers
from lester_gui.rewrite.lift.library.pandas_series import absent, isin, mapped
from lester_gui.rewrite.lift.library.pandas_series import in_place as series_in_place
from lester_gui.rewrite.lift.library.pandas_text import pattern_of
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.mixed_columns import is_number
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

Pairs = list[tuple[Value, Value]]
NO_WORD = cells.missing(Type.STR)
NOT_GIVEN = Const("\x1fnot given")


@method("series", "replace")
def of_series(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.replace({old: new})``, ``column.replace(old, new)``, ``column.replace([old, …], new)``, also by a pattern."""
    given = args.bind("to_replace", "value", to_replace=NOT_GIVEN, value=NOT_GIVEN, inplace=False, regex=False)
    several = lift.content(given["to_replace"])
    if isinstance(several, Column1 | Rows | Keyed | Vocabulary):
        return _of_listed(lift, column, given)
    if lift.content(given["regex"]) == Const(False) and not lift.const(given["inplace"]):
        pairs = pairs_of(lift, given["to_replace"], given["value"])
        if column.cell.type is Type.STR and pairs and all(is_number(new) for _, new in pairs):
            return with_numbers(lift, column, (), pairs)
    new = mapped(column, _new(lift, column, args, given))
    return series_in_place(lift, column, args, new) if lift.const(given["inplace"]) else new


def _of_listed(lift: Lifter, column: Column1, given: dict[str, Value]) -> Value:
    """``column.replace(rare, "other")``: values that the data list, by one of the script's text of the same type."""
    value = lift.content(given["value"])
    if lift.content(given["regex"]) != Const(False) or lift.const(given["inplace"]) or not isinstance(value, Const):
        raise no_rule("replace of values that only the data tell by this")
    new = cells.cell_of(value)
    if new.type is not column.cell.type or absent(value):
        raise no_rule("replace of values that only the data tell by one of another type")
    mask = isin(lift, column, Arguments("Series.isin", [given["to_replace"]]))
    assert isinstance(mask, Column1)
    node, (own, there) = lift.align.together((column.cell.expr, column.node), (mask.cell.expr, mask.node))
    return replace(column, node=node, cell=cells.choose(there, new, Cell(own, column.cell.type, column.cell.nullable)))


def _new(lift: Lifter, column: Column1, args: Arguments, given: dict[str, Value]) -> Cell:
    if lift.content(given["regex"]) != Const(False):
        if lift.content(given["regex"]) != Const(True) or column.cell.type is not Type.STR:
            raise no_rule("replace by a pattern here")
        pattern = pattern_of(lift, Arguments(args.what, [given["to_replace"]], {}, args.owner, args.node))
        new = cells.cell_of(lift.content(given["value"]))
        return cells.make("regex_replace", column.cell, cells.cell_of(Const(pattern)), new)
    return replaced(lift, column.cell, pairs_of(lift, given["to_replace"], given["value"]))


@method("frame", "replace")
def of_frame(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.replace("?", np.nan)``, ``frame.replace({old: new})``, ``frame.replace({column: {old: new}})``."""
    given = args.bind("to_replace", "value", to_replace=NOT_GIVEN, value=NOT_GIVEN, inplace=False, regex=False)
    if lift.content(given["regex"]) != Const(False):
        raise no_rule("DataFrame.replace by a pattern")
    content = lift.content(given["to_replace"])
    nested = isinstance(content, Entries) and any(isinstance(lift.content(v), Entries) for _, v in content.items)
    if isinstance(content, Entries) and (nested or lift.content(given["value"]) != NOT_GIVEN):
        wanted = {lift.text(k): pairs_of(lift, v, given["value"]) for k, v in content.items if lift.const(k) in frame.names}
    else:
        wanted = dict.fromkeys(frame.names, pairs_of(lift, given["to_replace"], given["value"]))
    new: dict[str, Cell] = {}
    for name, pairs in wanted.items():
        cell = frame.get(name)
        if not isinstance(cell, Cell):
            raise shape(f"The column {name!r} holds something in which nothing can be replaced")
        new[name] = replaced(lift, cell, pairs)
    changed = {n: c for n, c in new.items() if c != frame.get(n)}
    return in_place(lift, args, assigned(lift, frame, changed) if changed else frame, given["inplace"])


def pairs_of(lift: Lifter, old: Value, new: Value) -> Pairs:
    """Return which values are replaced by which."""
    content, target = lift.content(old), lift.content(new)
    if isinstance(content, Entries):
        if target != NOT_GIVEN:
            raise no_rule("replace with a dict and a value")
        return [(lift.content(k), lift.content(v)) for k, v in content.items]
    if target == NOT_GIVEN or content == NOT_GIVEN:
        raise no_rule("replace without a value")
    several = content.values if isinstance(content, Items | Tup) else (content,)
    olds = [lift.content(v) for v in several]
    if isinstance(target, Items | Tup):
        news = [lift.content(v) for v in target.values]
        if len(news) != len(olds):
            raise shape("replace is given lists of different lengths")
        return list(zip(olds, news, strict=True))
    return [(v, target) for v in olds]


def replaced(lift: Lifter, cell: Cell, pairs: Pairs) -> Cell:
    """Return a cell with some values replaced, all at once: what a replacement puts in is not replaced again.

    Raises
    ------
    Stopped
        If the column would hold values of several types.
    """
    known = [(old, new) for old, new in pairs if can_equal(cell.type, old)]
    if cell.type is Type.BOOL and not cell.nullable and {k.value for k, _ in known if isinstance(k, Const)} == {True, False}:
        return by_table(lift, cell, Entries(tuple(known)))  # both truth values are listed: nothing stays
    if cell.type.is_number and known and all(isinstance(new, Const) and isinstance(new.value, str) for _, new in known):
        return words_for(lift, cell, known)
    kind = cell.type
    for _, new in known:
        if absent(new):
            if kind is Type.BOOL or (kind.is_number and new == Const(None)):
                raise no_rule(f"None or NaN in place of a value of a {kind} column")
            kind = Type.FLOAT if kind is Type.INT else kind
        elif cells.cell_of(new).type is Type.FLOAT and kind is Type.INT:
            kind = Type.FLOAT
    out = cell if kind is cell.type else cells.make("to_float", cell)
    for old, new in reversed(known):
        value = Cell(Literal(None, kind), kind, True) if absent(new) else cells.cell_of(new)
        if {value.type, kind} == {Type.INT, Type.FLOAT}:
            value = cells.make("to_float", value) if value.type is Type.INT else value
        there = cells.make("is_null", cell) if absent(old) else cells.compare("Eq", cell, cells.cell_of(old), True)
        out = cells.choose(there.expr, value, out)
    return out


def words_for(lift: Lifter, cell: Cell, pairs: Pairs) -> Cell:
    """Return the words that stand for numbers; a number for which there is none would stay one among them, and ends the plan."""
    out = cells.make("present", NO_WORD)
    for old, new in reversed(pairs):
        out = cells.choose(cells.compare("Eq", cell, cells.cell_of(old), True).expr, cells.cell_of(new), out)
    return cells.choose(cells.make("is_null", cell).expr, NO_WORD, out) if cell.nullable else out


def can_equal(kind: Type, old: Value) -> bool:
    """Whether pandas finds a value in a column of a type: True is not 1 here.

    Raises
    ------
    Stopped
        If that is not known.
    """
    if absent(old):
        return True
    own = cells.cell_of(old).type
    if kind in (Type.STR, Type.BOOL, Type.INT, Type.FLOAT):
        return own is kind or (own in (Type.INT, Type.FLOAT) and kind in (Type.INT, Type.FLOAT))
    raise no_rule(f"replacing values of a {kind} column")
