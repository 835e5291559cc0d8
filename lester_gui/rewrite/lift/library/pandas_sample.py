"""pandas: rows drawn at random for training, and the rest of the table for testing."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Cell, Column1, Frame, Leaf, Part, Result, Rows, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.splits import other_side
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "sample")
def sample(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.sample(frac=0.7, random_state=1)``: the training rows, as they are drawn; with ``frac=1`` all in another order."""
    given = args.bind("n", "frac", ignored=("axis",), n=None, frac=None, replace=False, weights=None, random_state=None,
                      ignore_index=False)  # fmt: skip
    if lift.is_shown(args):
        return Result("rows shown")
    n, frac, seed = (lift.const(given[k]) for k in ("n", "frac", "random_state"))
    if lift.const(given["replace"]) or lift.const(given["weights"]) is not None or (n is None) == (frac is None):
        raise no_rule("sample with these options")
    if type(seed) is not int or (frac is not None and not 0 < frac <= 1):
        raise no_rule("sample without a seed")
    size = n if frac is None else float(frac)
    if size != 1.0 or frac is None:
        if not _rest_is_taken(lift):
            raise no_rule("sample, where the rest of the table is not taken for testing")
        frame = whole(lift, frame, "Drawing rows")
    if not isinstance(size, int | float) or isinstance(size, bool) or size <= 0:
        raise no_rule("sample of this many rows")
    fields: dict[str, Any] = {"method": "pandas_sample", "train_size": size, "seed": seed}
    ident = lift.learner.split(frame.node, of=frame.part, kind="random", cut="train_first", **fields)
    index = frame.index or None
    return lift.new(replace(frame, part=Part(ident, "train"), index=() if lift.const(given["ignore_index"]) else index))


def _rest_is_taken(lift: Lifter) -> bool:
    """Whether the script asks for the rows that are not among others: ``df.drop(train.index)``, ``~df.id.isin(train.id)``."""
    calls = [n for n in ast.walk(lift.script.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    for call in calls:
        name = call.func.attr  # type: ignore[attr-defined]
        for given in (*call.args, *(k.value for k in call.keywords)) if name in ("drop", "isin") else ():
            if isinstance(given, ast.Attribute) and (given.attr == "index" or name == "isin"):
                return True
            if isinstance(given, ast.Subscript | ast.Name) and name == "isin":
                return True
    return False


def drawn(lift: Lifter, frame: Frame, rows: Value) -> Part | None:
    """Return the side of a split whose row numbers `rows` are, where `frame` is the table that was split; else None.

    Raises
    ------
    Stopped
        If two rows of the table may have one number in its index.
    """
    if not isinstance(rows, Rows) or rows.part is None or not lift.align.same(rows.node, frame.node):
        return None
    if rows.template != lift.position(rows.node):
        return None
    if frame.numbered is None:
        raise no_rule("rows of a split by an index that is not 0, 1, 2, …")
    return rows.part


def side_of(lift: Lifter, column: Column1, others: Column1) -> Part | None:
    """Return the side of a split whose values in a column are `others`, where the column is that of the whole table; else None.

    A row is on that side if its value is among them, as long as no value is there twice: the plan makes sure of that.
    """
    if others.part is None or column.part is not None or not lift.align.same(column.node, others.node):
        return None
    here, there = lift.align.together((column.cell.expr, column.node), (others.cell.expr, others.node))[1]
    if here != there:
        return None
    lift.learner.unique.setdefault(others.part.split, []).append(column)
    return others.part


def rest(lift: Lifter, frame: Frame, rows: Value) -> Frame | None:
    """Return ``frame.drop(train.index)``: the other side of a split, or None if `rows` are not one side's."""
    if isinstance(rows, Column1) and rows.part is not None and len(frame.levels) == 1:
        name, cell = frame.levels[0]
        part = side_of(lift, Column1(frame.node, cell, name, frame.part, True), rows)
    else:
        part = drawn(lift, frame, rows)
    if part is None or frame.part is not None:
        return None
    return replace(frame, part=other_side(part), index=None)


@method("list", "isin")
def among(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``frame.index.isin(train.index)``: on which side of a split a row is."""
    if not isinstance(content, Rows):
        from lester_gui.rewrite.lift.library.pandas_names import of_names

        return of_names(lift, content, args)
    other = lift.content(args.bind("values")["values"])
    position = lift.position(content.node)
    side = other.part if isinstance(other, Rows) and lift.align.same(other.node, content.node) else None
    plain = content.part is None and content.template == position and isinstance(other, Rows) and other.template == position
    if side is None or not plain:
        raise no_rule("index.isin of these rows")
    return Column1(content.node, Cell(Leaf("side", side.split, side.side, Type.BOOL), Type.BOOL), "", None, True, ())
