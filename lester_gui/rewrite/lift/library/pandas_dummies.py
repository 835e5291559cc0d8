"""pandas: one-hot columns by get_dummies, and tables that hold them."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Option, Options
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Encoded, Frame, Ref, Tup, Value
from lester_gui.rewrite.lift.library.pandas_bins import Bins, numbers_of
from lester_gui.rewrite.lift.library.pandas_categories import known_categories, still_sorted
from lester_gui.rewrite.lift.library.pandas_frame import aligned, column_of
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.mixed_columns import refuse
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("pandas.get_dummies")
def get_dummies(lift: Lifter, args: Arguments) -> Value:
    """``pd.get_dummies(frame, columns=…)``: one-hot columns, by all rows at hand, at the end of the frame.

    Of categories that the script lists there is one column each, in their order, whether a row has it or not.
    """
    given = args.bind(
        "data",
        "prefix",
        ignored=("sparse",),
        prefix_sep="_",
        prefix=None,
        columns=None,
        drop_first=False,
        dummy_na=False,
        dtype=None,
    )
    from lester_gui.rewrite.lift.library.pandas_dtypes import meant

    content = lift.content(given["data"])
    if isinstance(content, Bins) and content.count:
        content = numbers_of(lift, content)
    if isinstance(content, Column1):
        name = content.name or "value"
        frame = Frame(content.node, ((name, content.cell),), content.index, (), content.part)
        own = {name: content}
    elif isinstance(content, Frame):
        frame, own = content, {}
    else:
        raise no_rule("get_dummies of this object")
    gaps = bool(lift.const(given["dummy_na"]))
    if gaps and lift.const(given["drop_first"]):
        raise no_rule("get_dummies with dummy_na and drop_first")
    if lift.content(given["columns"]) == Const(None):
        refuse(lift, content, "get_dummies")
        names = tuple(n for n, c in frame.columns if _is_category(lift, n, c))
    else:
        names = lift.strings(given["columns"])
    bins: dict[str, int] = {}
    for n in names:
        held = frame.get(n)
        if isinstance(held, Bins) and held.count and held.column is not None:
            bins[n] = held.count
            frame, number = aligned(lift, frame, replace(held.column, index=frame.index))
            frame = frame.with_columns({n: number})
    kept = {n: v for n, v in frame.columns if n not in names}
    scope = scope_of(lift, frame.node, frame.part)
    drop = "first" if lift.const(given["drop_first"]) else None
    kind = "bool" if lift.content(given["dtype"]) == Const(None) else np.dtype(meant(lift, lift.content(given["dtype"]))).name
    prefixes = _prefixes(lift, given, names, isinstance(content, Column1))
    for n in names:
        column = own.get(n) or column_of(lift, frame, n)
        if n in bins and isinstance(column, Column1):
            column = replace(column, category="listed", categories=tuple(range(bins[n])))
        if not isinstance(column, Column1) or isinstance(frame.get(n), Encoded):
            raise shape(f"get_dummies of {n!r}, which was encoded before")
        listed = known_categories(lift, column)
        fixed = column.category == "listed" or (n in lift.categories and not column.category)
        if not listed and fixed and not still_sorted(lift, n, column):
            raise no_rule("get_dummies of categories that were fixed when the table had other rows")
        params: Options = (
            ("categories", cast("tuple[Option, ...]", listed) or "auto"),
            ("drop", drop),
            ("handle_unknown", "error"),
            ("missing", "none"),
        )
        kept[f"{prefixes[n]}*"] = Encoded(column.cell, (Transformer("one_hot", params),), scope, lift.lines, kind)
        if gaps:  # a column of its own, whether a value is missing or not
            kept[f"{prefixes[n]}nan"] = cells.make("is_null", column.cell)
    if len(kept) < len(frame.names) + gaps * len(names):
        raise shape("One-hot columns of two columns get the same names")
    return lift.new(replace(frame, columns=tuple(kept.items())))


def _is_category(lift: Lifter, name: str, value: Value) -> bool:
    """Whether ``get_dummies`` of a whole table encodes a column."""
    return isinstance(value, Bins) or (isinstance(value, Cell) and (value.type is Type.STR or name in lift.categories))


def _prefixes(lift: Lifter, given: dict[str, Value], names: tuple[str, ...], one: bool) -> dict[str, str]:
    """Return what stands before the value in the names of the one-hot columns of each column.

    Those of a Series have nothing there; what this gives for it is no name that a script could ask for.
    """
    text = lift.const(given["prefix"])
    sep = lift.text(given["prefix_sep"])
    if isinstance(text, str):
        found = [text] * len(names)
    elif isinstance(text, dict):
        found = [text.get(n, n) for n in names]
    else:
        found = list(names) if text is None else list(text)
    if len(found) != len(names):
        raise shape("get_dummies is given another number of prefixes than there are columns")
    return {n: f"{p}={sep}" if one and text is None else f"{p}{sep}" for n, p in zip(names, found, strict=True)}


def by_name(frame: Frame, name: str) -> Cell | None:
    """Return the one-hot column that a script asks for by its name, ``Sex_male``: whether the value is the one in the name.

    Raises
    ------
    Stopped
        If two columns may have given it.
    """
    found: list[Cell] = []
    for shown, value in frame.columns:
        prefix = shown[:-1]
        if not (isinstance(value, Encoded) and shown.endswith("*") and name.startswith(prefix) and len(value.chain) == 1):
            continue
        rest = name.removeprefix(prefix)
        if value.chain[0].kind == "one_hot" and value.cell.type in (Type.STR, Type.BOOL):
            literal = Const(rest) if value.cell.type is Type.STR else Const(rest == "True")
            found.append(cells.compare("Eq", value.cell, cells.cell_of(literal), pandas=True))
        elif value.chain[0].kind == "one_hot" and value.cell.type is Type.INT and rest.lstrip("-").isdigit():
            found.append(cells.compare("Eq", value.cell, cells.cell_of(Const(int(rest))), pandas=True))
    if len(found) > 1:
        raise shape("Two columns may have given a one-hot column of one name")
    return found[0] if found else None


@method("frame", "reindex")
def reindex(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``test.reindex(columns=train.columns, fill_value=0)``: the columns of another table; one-hot columns follow its values."""
    given = args.bind("labels", labels=None, columns=None, index=None, axis=None, fill_value=None, copy=None)
    by_axis = lift.const(given["axis"]) in (1, "columns")
    wanted = given["columns"] if lift.content(given["columns"]) != Const(None) else given["labels"] if by_axis else Const(None)
    if lift.content(wanted) == Const(None) or lift.content(given["index"]) != Const(None):
        raise no_rule("reindex of rows")
    owner = _owner_of_columns(lift, args)
    fill = lift.content(given["fill_value"])
    if owner is None:
        return lift.new(_with(frame, lift.strings(wanted), {}, fill))
    other = lift.content(owner)
    assert isinstance(other, Frame)
    known = {n: _lenient(v) for n, v in other.columns if isinstance(v, Encoded)}
    lift.set(owner, replace(other, columns=tuple((n, known.get(n, v)) for n, v in other.columns)))
    return lift.new(_with(frame, other.names, known, fill))


@method("frame", "align")
def align(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``train, test = train.align(test, join="left", axis=1, fill_value=0)``."""
    given = args.bind("other", "join", join="outer", axis=None, fill_value=None)
    other = lift.content(given["other"])
    if lift.const(given["join"]) != "left" or lift.const(given["axis"]) not in (1, "columns") or not isinstance(other, Frame):
        raise no_rule("align of rows, or not to the columns of the first table")
    known = {n: _lenient(v) for n, v in frame.columns if isinstance(v, Encoded)}
    first = lift.new(replace(frame, columns=tuple((n, known.get(n, v)) for n, v in frame.columns)))
    return Tup((first, lift.new(_with(other, frame.names, known, lift.content(given["fill_value"])))))


def _owner_of_columns(lift: Lifter, args: Arguments) -> Ref | None:
    """Return the table whose columns are asked for, where the script says ``train.columns`` of a variable."""
    nodes = [k.value for k in args.node.keywords if k.arg in ("columns", "labels")] + args.node.args if args.node else []
    first = nodes[0] if nodes else None
    if not (isinstance(first, ast.Attribute) and first.attr == "columns" and isinstance(first.value, ast.Name)):
        return None
    owner = lift.names.get(first.value.id)
    return owner if isinstance(owner, Ref) and isinstance(lift.content(owner), Frame) else None


def _lenient(value: Encoded) -> Encoded:
    """Return a one-hot column that has nothing in any column where the value was not there before.

    Raises
    ------
    Stopped
        If the tables were each left without a column of their own.
    """
    chain = []
    for t in value.chain:
        if t.kind != "one_hot":
            raise shape("The columns of a table are taken after it was encoded in another way")
        if t.get("drop") is not None and t.get("categories") == "auto":
            raise no_rule("drop_first of each table by itself")
        chain.append(replace(t, params=tuple((n, "ignore" if n == "handle_unknown" else v) for n, v in t.params)))
    return replace(value, chain=tuple(chain))


def _with(frame: Frame, names: tuple[str, ...], known: dict[str, Encoded], fill: Value) -> Frame:
    """Return a frame with the columns `names`, encoded as in `known`, and `fill` where it has none."""
    columns: list[tuple[str, Value]] = []
    for n in names:
        own = frame.get(n)
        if n in known and not isinstance(own, Encoded):
            raise shape(f"The table has no one-hot columns of {n!r}")
        if isinstance(own, Encoded):
            if n not in known:
                raise no_rule("reindex with one-hot columns by their names")
            columns.append((n, replace(known[n], cell=own.cell)))
        elif own is not None and n in frame.names:
            columns.append((n, own))
        elif fill == Const(None) or (isinstance(fill, Const) and fill.value != fill.value):
            raise no_rule("reindex that leaves a column missing")
        else:
            columns.append((n, cells.cell_of(fill)))
    if len(set(names)) != len(names):
        raise shape("Two columns get the same name")
    return replace(frame, columns=tuple(columns))
