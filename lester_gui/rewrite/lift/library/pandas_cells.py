"""pandas: the values of a DataFrame as such: their types, and those that are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lester_gui.ir.expressions import walk
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, mixed_columns
from lester_gui.rewrite.lift.domain import Cell, Const, Encoded, Entries, Frame, Leaf, Result, Value
from lester_gui.rewrite.lift.library.pandas_frame import MARK, assigned, in_place, missing_column
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.mixed_columns import Mixed
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "astype")
def astype(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.astype(type)`` or ``frame.astype({column: type})``."""
    from lester_gui.rewrite.lift.library.pandas_convert import cast

    given = args.bind("dtype", ignored=("copy",), errors="raise")
    target = lift.content(given["dtype"])
    if isinstance(target, Entries):
        wanted = {lift.text(k): v for k, v in target.items}
    else:
        wanted = dict.fromkeys(frame.names, given["dtype"])
    new = {}
    for n, kind in wanted.items():
        cell = frame.get(n)
        if isinstance(cell, Encoded) and {t.kind for t in cell.chain} <= {"one_hot", "ordinal"}:
            frame = frame.with_columns({n: replace(cell, dtype=number_type(lift, kind))})
            continue
        if isinstance(cell, Mixed):
            frame, cell = frame.with_columns({n: cell.cell}), cell.cell
            if cast(lift, cell, kind).type is Type.STR:
                raise no_rule("a column of texts and numbers as text")
        if not isinstance(cell, Cell):
            raise shape(f"There is no column {n!r} to convert")
        new[n] = cast(lift, cell, kind)
        if lift.content(kind) == Const("category"):
            lift.categories.add(n)
    changed = {n: c for n, c in new.items() if c != frame.get(n)}
    made = assigned(lift, frame, changed) if changed else frame
    for n, kind in wanted.items():
        if lift.content(kind) == Const("category"):
            from lester_gui.rewrite.lift.library.pandas_categories import note_sorted

            note_sorted(lift, made, n)
    return lift.new(made)


def number_type(lift: Lifter, kind: Value) -> str:
    """Return the name of a type of numbers, into which zeros and ones and numbers of values go as they are."""
    from lester_gui.rewrite.lift.library.pandas_dtypes import meant

    name = np.dtype(meant(lift, lift.content(kind))).name
    if not name.startswith(("int", "uint", "float")):
        raise no_rule(f"an encoded column as {name}")
    return str(name)


@method("frame", "fillna")
def fillna(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.fillna(value)`` or ``frame.fillna({column: value})``."""
    from lester_gui.rewrite.lift.library.pandas_series import filled

    given = args.bind("value", inplace=False, axis=None, limit=None)
    content = lift.content(given["value"])
    if isinstance(content, Entries):
        wanted = {lift.text(k): v for k, v in content.items}
        lacking = [n for n in wanted if frame.get(n) is None]
        if lacking and any(MARK in n for n in frame.names):
            raise missing_column(lift, frame, *lacking)
    elif isinstance(content, Const | Cell):
        wanted = dict.fromkeys(frame.names, content)
    else:
        raise no_rule("fillna with this value")
    new: dict[str, Cell] = {}
    for n, held in frame.columns:
        if isinstance(held, Encoded) and may_be_missing(held) and (n in wanted or lift.kind(content) == "totals"):
            raise no_rule(f"fillna of the column {n!r}, which may be missing after it was encoded")
    for n, value in wanted.items():
        cell = frame.get(n)
        if isinstance(cell, Mixed):
            frame = frame.with_columns({n: mixed_columns.filled(cell, lift.content(value))})
        if isinstance(cell, Cell) and (
            isinstance(content, Entries)
            or (cells.cell_of(value).type is cell.type or (cell.type.is_number and cells.cell_of(value).type.is_number))
        ):
            new[n] = filled(cell, cells.cell_of(lift.content(value)))
    changed = {n: c for n, c in new.items() if c != frame.get(n)}
    if any(isinstance(e, Leaf) for c in changed.values() for e in walk(c.expr)):  # a total has no column until one is needed
        return in_place(lift, args, frame.with_columns(dict(changed)), given["inplace"])
    return in_place(lift, args, assigned(lift, frame, changed) if changed else frame, given["inplace"])


@method("encoded", "fillna")
def fill_encoded(lift: Lifter, value: Encoded, args: Arguments) -> Value:
    """``frame[encoded].fillna(0)``, where nothing can be missing."""
    args.bind("value", inplace=False)
    if may_be_missing(value):
        raise no_rule("fillna of a column that may be missing after it was encoded")
    return value


def may_be_missing(value: Encoded) -> bool:
    """Whether encoders may leave a value of a column missing: scalers do where it was, numbers of categories never are."""
    kinds = [t.kind for t in value.chain]
    return value.cell.nullable and not {"one_hot", "ordinal", "simple_imputer"} & set(kinds)


@method("frame", "isna", "isnull", "notna", "notnull")
def missing(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.isna()``."""
    test = "is_null" if args.what.endswith(("isna", "isnull")) else "not_null"
    columns: dict[str, Value] = {}
    for n, c in frame.columns:
        if isinstance(c, Encoded) and may_be_missing(c):
            raise no_rule(f"whether the column {n!r} is missing after it was encoded")
        known = c if isinstance(c, Result) else cells.cell_of(Const(test != "is_null"))
        columns[n] = cells.make(test, c) if isinstance(c, Cell) else known
    return lift.new(Frame(frame.node, tuple(columns.items()), frame.index, frame.levels, frame.part))
