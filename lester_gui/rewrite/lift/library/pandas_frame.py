"""pandas: columns, rows and shapes of a DataFrame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, columns_of, walk
from lester_gui.ir.nodes import Filter, Limit, Node, Project
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, masks, mixed_columns, paths
from lester_gui.rewrite.lift.blocks import keeps_columns
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Coded,
    Column1,
    Const,
    Encoded,
    Frame,
    Items,
    Leaf,
    Matrix,
    Result,
    Tup,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_encoded import plainly, whole
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.sklearn_labels import as_coded, coded_feature
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.mixed_columns import Mixed
from lester_gui.rewrite.lift.naming import stored_apart, unlike
from lester_gui.rewrite.lift.put_back import put_back
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

LEVEL = "\x1f"
"""Between the levels of a column's name, until the script flattens them. No name in a file has it."""

MARK = "\x1e"
"""In the name of a column that stands for those of a pivot that the script does not name; between what is put around them."""

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def column_of(lift: Lifter, frame: Frame, name: str) -> Value:
    """Return a column or index level of a frame as a Series."""
    value = frame.get(name) or one_hot_named(frame, name)
    if value is None:
        raise missing_column(lift, frame, name)
    if isinstance(value, Encoded) and [t.kind for t in value.chain] == ["ordinal"]:
        return as_coded(Column1(frame.node, value.cell, name, frame.part, False, frame.index), value.chain)
    if isinstance(value, Encoded):
        return replace(value, frame=frame)
    if isinstance(value, Mixed):
        from lester_gui.rewrite.lift.library.pandas_mixed import as_series

        return as_series(frame, name, value)
    if not isinstance(value, Cell):
        return value
    return series_of(frame, value, name)


def series_of(frame: Frame, cell: Cell, name: str, node: Node | None = None) -> Column1:
    """Return a Series with the labels of a table's rows; over `node` where steps were put on top of them."""
    if node is None:
        return Column1(frame.node, cell, name, frame.part, False, frame.index, origin=frame.numbered)
    return Column1(node, cell, name, None, False, frame.index, origin=frame.numbered)


def missing_column(lift: Lifter, frame: Frame, *names: str) -> Stopped:
    """Return the stop for columns that a frame does not have; a pivot that may have them is told."""
    from lester_gui.rewrite.lift.library.pandas_pivot import request

    for name in names:
        request(lift, frame, name)
    return shape(f"There is no column {names[0]!r}")


def one_hot_named(frame: Frame, name: str) -> Cell | None:
    """Return a one-hot column that stands in the frame among all those of its column."""
    from lester_gui.rewrite.lift.library.pandas_dummies import by_name

    return by_name(frame, name) if any(n.endswith("*") for n in frame.names) else None


def settled(lift: Lifter, frame: Frame) -> Frame:
    """Return the frame over a node with exactly its columns; one side of a split stays as it is, to keep its rows' identity."""
    if frame.part is not None or any(LEVEL in n or isinstance(v, Encoded) or _is_loose(lift, v) for n, v in frame.columns):
        return frame
    return mixed_columns.again(lift.materialise(mixed_columns.plain(frame), with_index=True)[1], frame)


def _is_loose(lift: Lifter, value: Value) -> bool:
    """Whether a column holds something that only an encoder can compute: the most frequent value."""
    if not isinstance(value, Cell):
        return False
    states = [e for e in walk(value.expr) if isinstance(e, Leaf) and e.kind == "state"]
    return any(lift.states[e.ident].function == "mode" and lift.states[e.ident].part is not None for e in states)


@method("frame", "__getitem__")
def get(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame[name]``, ``frame[[names]]``, ``frame[mask]``, ``frame[a:b]``."""
    key = lift.content(args.positional[0])
    if isinstance(key, Const) and isinstance(key.value, str):
        return column_of(lift, frame, key.value)
    if isinstance(key, Const) and type(key.value) is int:  # columns without names are numbered
        return column_of(lift, frame, str(key.value))
    if isinstance(key, Column1) and key.cell.type is Type.BOOL:
        return lift.new(masked(lift, frame, key))
    if isinstance(key, Tup) and LEVEL.join(map(str, lift.const(key))) in frame.names:
        return column_of(lift, frame, LEVEL.join(lift.const(key)))
    if isinstance(key, Items | Tup):
        return lift.new(selected(lift, frame, lift.strings(key)))
    if isinstance(key, Accessor) and key.kind == "slice":
        return lift.new(sliced(lift, frame, key))
    raise no_rule("DataFrame[…] with this key")


def selected(lift: Lifter, frame: Frame, names: tuple[str, ...]) -> Frame:
    """Return some columns of a frame."""
    if len(set(names)) < len(names):
        raise no_rule("a table that has a column twice")
    missing = [n for n in names if n not in frame.names and one_hot_named(frame, n) is None]
    if missing:
        raise missing_column(lift, frame, *missing)
    columns = dict(frame.columns)
    chosen = ((n, columns.get(n) or one_hot_named(frame, n)) for n in names)
    return settled(lift, replace(frame, columns=tuple((n, v) for n, v in chosen if v is not None)))


def aligned(lift: Lifter, frame: Frame, column: Column1) -> tuple[Frame, Cell]:
    """Return the frame and the column's cell over one node.

    Raises
    ------
    Stopped
        If the column's rows are not the frame's.
    """
    if frame.part != column.part:
        raise shape("Columns of different sides of the split are combined")
    if not column.numpy and column.index != frame.index:
        raise shape("A Series is aligned by an index that is not the table's")
    plain = cells_of(frame)
    pairs = [(c.expr, frame.node) for c in plain.values()] + [(column.cell.expr, column.node)]
    node, exprs = lift.align.together(*pairs)
    if node is frame.node:
        return frame, Cell(exprs[-1], column.cell.type, column.cell.nullable)
    moved = {n: Cell(e, c.type, c.nullable) for (n, c), e in zip(plain.items(), exprs[:-1], strict=True)}
    columns = tuple((n, _moved(v, moved.get(n))) for n, v in frame.columns)
    levels = tuple((n, moved[n]) for n, _ in frame.levels)
    there = Frame(node, columns, frame.index, levels, frame.part, frame.origin)
    return there, Cell(exprs[-1], column.cell.type, column.cell.nullable)


def cells_of(frame: Frame) -> dict[str, Cell]:
    """Return what the columns and index levels of a frame hold, of encoded ones before they are encoded."""
    every = {**dict(frame.columns), **dict(frame.levels)}
    return {n: v if isinstance(v, Cell) else v.cell for n, v in every.items() if isinstance(v, Cell | Encoded | Mixed)}


def masked(lift: Lifter, frame: Frame, mask: Column1) -> Frame:
    """Return the rows of a frame for which a mask is true."""
    if frame.part is not None:
        whole(lift, frame, "Choosing rows")
    frame, condition = aligned(lift, frame, mask)
    if condition.nullable:
        raise shape("A mask may be missing for some rows")
    if masks.is_place(lift, condition.expr):
        part, more = masks.dealt(lift, frame.node, condition.expr)
        if part is None or more != paths.TRUE:
            raise no_rule("a side of a split of which some rows are left out")
        return replace(frame, part=part, index=frame.index or None)
    return filtered(lift, frame, condition)


def filtered(lift: Lifter, frame: Frame, condition: Cell) -> Frame:
    """Return the rows of a frame for which a condition over its node is true. Encoders stay fitted on the rows before."""
    if any(isinstance(v, Encoded) for _, v in frame.columns):
        made = plainly(lift, frame)
        if made is not frame:
            frame, condition = _asked_before(lift, frame, made, condition)
    plain = cells_of(frame)
    node, resolved = lift.resolve(frame.node, condition, *plain.values())
    call = lift.naming.called(node)
    out = lift.step(Filter, call, parent=node, predicate=resolved[0].expr)
    moved = dict(zip(plain, resolved[1:], strict=True))
    columns = tuple((n, _moved(v, moved.get(n))) for n, v in frame.columns)
    index, levels = None if frame.index == () else frame.index, tuple((n, moved[n]) for n, _ in frame.levels)
    return settled(lift, Frame(out, columns, index, levels, None, frame.numbered))


def _asked_before(lift: Lifter, frame: Frame, made: Frame, condition: Cell) -> tuple[Frame, Cell]:
    """Return a frame whose encoded columns were made plain, and a condition on it as it was before."""
    try:
        return aligned(lift, made, Column1(frame.node, condition, "", None, True))
    except Stopped:  # it asks for a column as it was before it was encoded
        mark = unlike("kept", {n.casefold() for n in (*frame.names, *frame.node.schema.names)})
        marked = plainly(lift, assigned(lift, frame, {mark: condition}))
        there = cells.cell_of(marked.get(mark) or Const(None))
        return replace(marked, columns=tuple((n, v) for n, v in marked.columns if n != mark)), there


def _moved(value: Value, cell: Cell | None) -> Value:
    """Return a column of a frame over another node, where `cell` is what it holds there."""
    if cell is None:
        return value
    return replace(value, cell=cell) if isinstance(value, Encoded) else mixed_columns.over(value, cell)


def sliced(lift: Lifter, frame: Frame, key: Accessor) -> Frame:
    """Return the rows of a frame between two positions."""
    from lester_gui.rewrite.lift.library.splitting import positional_part

    low, high, step = (lift.content(v) for v in key.owner.items)  # type: ignore[attr-defined]
    if step != Const(None):
        raise no_rule("a slice with a step")
    part = positional_part(lift, frame.node, low, high, frame.part)
    if part is None and frame.part is not None:
        part = lift.learner.constant_cut(frame.node, low, high, frame.part)
    if part is not None:
        return replace(frame, part=part, index=frame.index or None)
    return limited(lift, frame, lift.const(low), lift.const(high))


def limited(lift: Lifter, frame: Frame, low: int | None, high: int | None) -> Frame:
    """Return the rows from `low` to before `high`."""
    frame = whole(lift, frame, "Choosing rows")
    from lester_gui.rewrite.lift.library.pandas_elements import limits

    count, offset = limits(low, high)
    node = lift.step(Limit, lift.naming.called(frame.node), parent=frame.node, count=count, offset=offset)
    return _over(frame, node, frame.index if not low or frame.levels else None)


def _over(frame: Frame, node: Node, index: tuple[str, ...] | None) -> Frame:
    """Return the frame over a node with the same column names."""
    return Frame(node, frame.columns, index, frame.levels, frame.part, frame.numbered)


def first_column(lift: Lifter, name: str, value: Value) -> Frame:
    """Return the frame that an empty one becomes when its first column is set."""
    column = as_column(lift, value)
    index = () if column.numpy else column.index
    return settled(lift, Frame(column.node, ((name, column.cell),), index, (), column.part))


# -- setting columns ---------------------------------------------------------------------------------------------------


def with_column(lift: Lifter, frame: Frame, name: str, value: Value) -> Frame:
    """Return the frame after ``frame[name] = value``."""
    content = lift.content(value)
    if isinstance(content, Frame) and len(content.columns) == 1:  # such as what one group of a pattern extracts
        return with_columns(lift, frame, (name,), content)
    if isinstance(content, Column1) and content.category:
        lift.categories.add(name)
        if content.categories:
            from lester_gui.rewrite.lift.library.pandas_categories import remember

            made = with_column(lift, frame, name, replace(content, category="", categories=()))
            remember(lift, made, name, content.categories)
            return made
        made = with_column(lift, frame, name, replace(content, category=""))
        lift.sorted_at.pop(name, None)
        if content.category == "sorted":
            from lester_gui.rewrite.lift.library.pandas_categories import note_sorted

            note_sorted(lift, made, name)
        return made
    if isinstance(content, Encoded) and isinstance(content.frame, Frame):
        from lester_gui.rewrite.lift.library.pandas_join import beside_encoded

        return beside_encoded(lift, frame, content.frame, name, replace(content, frame=None))
    if isinstance(content, Result | Encoded):
        return frame.with_columns({name: content})
    if isinstance(content, Accessor) and content.kind == "texts and numbers":
        from lester_gui.rewrite.lift.library.pandas_mixed import put_in

        return put_in(lift, frame, name, content)
    if isinstance(content, Coded):
        if content.column.part != frame.part or not lift.align.same(frame.node, content.column.node):
            raise shape("Numbers of labels of other rows are put into a table")
        moved = replace(content.column, node=frame.node, cell=lift.move(content.column.cell, content.column.node, frame.node))
        return frame.with_columns({name: coded_feature(lift, replace(content, column=moved))})
    if isinstance(content, Const):
        cell = cells.cell_of(content)
    elif isinstance(content, Cell):
        cell = content
    elif isinstance(content, Matrix) and len(content.blocks) == 1 and content.blocks[0].chain:
        return with_encoded(lift, frame, (name,), content)
    else:
        column = as_column(lift, content)
        if not column.numpy and frame.levels and not lift.align.same(frame.node, column.node):
            return by_label(lift, frame, name, column)
        if not column.numpy and not lift.align.same(frame.node, column.node):
            column = put_back(lift, column, frame.node, frame.index, frame.numbered)
        frame, cell = aligned(lift, frame, column)
    return assigned(lift, frame, {name: cell})


def by_label(lift: Lifter, frame: Frame, name: str, column: Column1) -> Frame:
    """Return the frame after ``frame[name] = series`` of other rows: each row gets what the Series holds under its index."""
    from lester_gui.rewrite.lift.library.pandas_counts import is_by_value
    from lester_gui.rewrite.lift.stages import looked_up

    if frame.part is not None or len(frame.levels) != 1 or len(column.index or ()) != 1 or not is_by_value(column):
        raise shape("A Series is aligned by an index that does not come from the same rows")
    key = Column1(frame.node, frame.levels[0][1], frame.levels[0][0], None, False, frame.index)
    node, cell = looked_up(lift, key, column)
    found = Column1(node, cell, name, None, False, frame.index)
    frame, value = aligned(lift, frame, found)
    return assigned(lift, frame, {name: value})


def assigned(lift: Lifter, frame: Frame, new: dict[str, Cell]) -> Frame:
    """Return the frame with new or replaced columns, given over its node."""
    if frame.part is not None or any(_is_loose(lift, c) for c in (*new.values(), *(v for _, v in frame.columns))):
        return frame.with_columns(dict(new))
    held = {n: c.cell if isinstance(c, Mixed) else c for n, c in (*frame.columns, *frame.levels)}
    carried = {n: c for n, c in held.items() if isinstance(c, Cell) and n not in new}
    node, resolved = lift.resolve(frame.node, *new.values(), *carried.values())
    fresh = dict(zip(new, resolved, strict=False))
    kept = dict(zip(carried, resolved[len(new) :], strict=True))
    # what encoders will read is read in the end: a column that one of them was given stays beside the one in its place
    read = {c for n, v in frame.columns if isinstance(v, Encoded) and n not in new for c in columns_of(v.cell.expr)}
    replaced = {n for n in new if n in node.schema and n not in read}
    stored = {n: n for n in replaced} | stored_apart((n for n in new if n not in replaced), node.schema.names)
    spoiled = {c.name for n, v in kept.items() for c in [v.expr] if isinstance(c, Column) and c.name in replaced and c.name != n}
    if spoiled:
        raise shape("A column is replaced while another one still reads it")
    computed = tuple((stored[n], c.expr) for n, c in fresh.items())
    out = lift.step(Project, lift.naming.called(node), node, parent=node, assigned=computed)
    made = {n: cells.column(out, stored[n]) for n in fresh}
    columns = {n: mixed_columns.over(v, kept.get(n)) for n, v in frame.columns} | made
    levels = tuple((n, kept[n]) for n, _ in frame.levels)
    return settled(lift, Frame(out, tuple(columns.items()), frame.index, levels, None, frame.origin))


def with_columns(lift: Lifter, frame: Frame, names: tuple[str, ...], source: Frame) -> Frame:
    """Return the frame after ``frame[names] = source``, in one step."""
    new: dict[str, Cell] = {}
    for name, old in zip(names, source.names, strict=True):
        column = column_of(lift, source, old)
        if isinstance(column, Result):
            frame = frame.with_columns({name: column})
            continue
        if isinstance(column, Coded):
            frame = with_column(lift, frame, name, column)
            continue
        if not isinstance(column, Column1) or not lift.align.same(frame.node, column.node):
            raise shape("Columns are aligned by an index that does not come from the same rows")
        frame, new[name] = aligned(lift, frame, column)
    return assigned(lift, frame, new)


def with_encoded(lift: Lifter, frame: Frame, names: tuple[str, ...], source: Matrix) -> Frame:
    """Return the frame after ``frame[names] = scaler.fit_transform(frame[names])``: one encoded column for each feature."""
    if source.part != frame.part or not lift.align.same(source.node, frame.node):
        raise shape("A matrix of other rows is put into a table")
    new: dict[str, Value] = {}
    flat = [(f, b) for b in source.blocks for f in b.features]
    if len(flat) != len(names) or not all(keeps_columns(b.chain) for _, b in flat):
        raise shape("A matrix is put into another number of columns than it has")
    for name, (feature, block) in zip(names, flat, strict=True):
        cell = lift.move(feature.cell, source.node, frame.node)
        new[name] = Encoded(cell, block.chain, block.fit_on, block.lines) if block.chain else cell
    return frame.with_columns(new)


@method("frame", "__setitem__")
def set_item(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame[name] = value`` or ``frame[[names]] = frame``."""
    key, value = lift.content(args.positional[0]), args.positional[1]
    if isinstance(key, Const) and isinstance(key.value, str):
        lift.set(args.owner, with_column(lift, frame, key.value, value))
        return Const(None)
    if isinstance(key, Items | Tup):
        names = lift.strings(key)
        source = lift.content(value)
        if isinstance(source, Accessor) and source.kind == "series.split.table":
            from lester_gui.rewrite.lift.library.pandas_text import pieces_as_columns

            source = pieces_as_columns(lift, source, names)
        if isinstance(source, Frame) and len(source.columns) == len(names):
            lift.set(args.owner, with_columns(lift, frame, names, source))
            return Const(None)
        if isinstance(source, Matrix):
            lift.set(args.owner, with_encoded(lift, frame, names, source))
            return Const(None)
        if isinstance(source, Const | Result):
            for n in names:
                frame = with_column(lift, frame, n, source)
            lift.set(args.owner, frame)
            return Const(None)
    raise no_rule("DataFrame[…] = … with this key")


@method("frame", "assign")
def assign(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.assign(name=value, other=lambda d: …)``."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    for name, value in args.keywords.items():
        if isinstance(value, UserFunction):
            value = invoke(lift, value, Arguments(name, [lift.new(frame)]))
        frame = with_column(lift, frame, name, value)
    return lift.new(frame)


@method("frame", "insert")
def insert(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.insert(place, name, value)``."""
    given = args.bind("loc", "column", "value")
    place, name = lift.const(given["loc"]), lift.text(given["column"])
    out = with_column(lift, frame, name, given["value"])
    order = [n for n in out.names if n != name]
    order.insert(place, name)
    lift.set(args.owner, selected(lift, out, tuple(order)))
    return Const(None)


def in_place(lift: Lifter, args: Arguments, frame: Frame, inplace: Value) -> Value:
    """Return the new frame, or put it where the old one was when the script says ``inplace=True``."""
    if lift.const(inplace):
        lift.set(args.owner, frame)
        return Const(None)
    return lift.new(frame)


@method("frame", "copy", "infer_objects", "convert_dtypes")
def copy(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.copy()``."""
    return lift.new(frame)


@method("frame", "drop")
def drop(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.drop(columns=…)``."""
    given = args.bind("labels", labels=None, axis=0, index=None, columns=None, inplace=False, errors="raise", level=None)
    if len(args.positional) > 1:
        raise no_rule("DataFrame.drop with this argument")
    from lester_gui.rewrite.lift.library.pandas_labels import among
    from lester_gui.rewrite.lift.library.pandas_sample import rest

    for rows in (given["index"], given["labels"]):
        others = rest(lift, frame, lift.content(rows))
        if others is not None:
            return in_place(lift, args, others, given["inplace"])
        if isinstance(lift.content(rows), Labels):
            return in_place(lift, args, masked(lift, frame, among(lift, frame, rows, yes=False)), given["inplace"])
    if lift.content(given["index"]) != Const(None):
        raise no_rule("DataFrame.drop of rows")
    names = lift.content(given["columns"])
    if names == Const(None):
        if lift.const(given["axis"]) not in (1, "columns"):
            raise no_rule("DataFrame.drop of rows")
        names = given["labels"]
    gone = lift.strings(names)
    missing = [n for n in gone if n not in frame.names]
    if missing and lift.const(given["errors"]) != "ignore":
        raise shape(f"There is no column {missing[0]!r} to drop")
    return in_place(lift, args, selected(lift, frame, tuple(n for n in frame.names if n not in gone)), given["inplace"])


@method("frame", "pop")
def pop(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.pop(name)``."""
    name = lift.text(args.positional[0])
    value = column_of(lift, frame, name)
    lift.set(args.owner, selected(lift, frame, tuple(n for n in frame.names if n != name)))
    return value


@method("frame", "filter")
def choose(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.filter(items=[…])``."""
    given = args.bind("items", "like", "regex", "axis", items=None, like=None, regex=None, axis=1)
    if lift.const(given["axis"]) not in (1, "columns"):
        raise no_rule("DataFrame.filter of rows")
    if lift.content(given["items"]) != Const(None):
        return lift.new(selected(lift, frame, tuple(n for n in lift.strings(given["items"]) if n in frame.names)))
    like, regex = lift.const(given["like"]), lift.const(given["regex"])
    from lester_gui.rewrite.lift.library.pandas_names import fits

    open_ended = [n for n in frame.names if n.endswith("*") or MARK in n]
    if like is not None and any(n.startswith("\x1d") or like not in n[:-1].split(MARK)[0] for n in open_ended):
        raise no_rule("DataFrame.filter by a part of names of which only the data tell some")
    kept = [n for n in frame.names if (like in n if like is not None else fits(n, str(regex)))]
    return lift.new(selected(lift, frame, tuple(kept)))
