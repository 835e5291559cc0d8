"""pandas: reading and writing tables, and making frames from lists and dicts."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Option, Options, Read, Reader
from lester_gui.ir.schema import Schema
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.classes import class_of
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Encoded,
    Entries,
    Frame,
    Items,
    Iterated,
    Leaf,
    Matrix,
    Module,
    Result,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.json_values import Json
from lester_gui.rewrite.lift.library.pandas_files import WrittenTable, read_again, to_csv
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

# Options of read_csv that decide what the rows are; they go to the reader as the script gives them.
READING = (
    "sep", "header", "names", "usecols", "dtype", "na_values", "keep_default_na", "na_filter", "skiprows", "nrows", "encoding",
    "skipinitialspace", "comment", "quotechar", "quoting", "thousands", "decimal", "parse_dates", "true_values", "false_values",
    "skipfooter", "skip_blank_lines", "escapechar", "doublequote", "dayfirst", "date_format",
)  # fmt: skip
JSON_READING = ("dtype", "convert_dates", "keep_default_dates", "orient", "encoding", "nrows", "precise_float", "date_unit")
SPEED = (
    "engine",
    "low_memory",
    "memory_map",
    "dtype_backend",
    "infer_datetime_format",
    "verbose",
    "float_precision",
    "cache_dates",
)


def normal(path: str) -> str:
    """Return a path as the project writes it: relative, with forward slashes."""
    return posixpath.normpath(path.replace("\\", "/"))


def read(lift: Lifter, path: str, reader: Reader, options: Options, names: tuple[str, ...] = ()) -> Read:
    """Make the node that reads a source; its columns are those the reader sees on the real file."""
    from lester_gui.rewrite.lift.records import Asked

    path = normal(path)
    if path in lift.files or any(w.path == path for w in lift.written):
        raise no_rule("reading a table that the script itself wrote")
    schema: Schema = lift.observe(Asked(path, reader, options, names))
    source = lift.sources.get(path) or posixpath.splitext(posixpath.basename(path))[0]
    return lift.step(Read, source, source=source, reader=reader, options=options, columns=schema.fields, inferred=reader.infers)


@function("pandas.read_csv", "pandas.read_table")
def read_csv(lift: Lifter, args: Arguments) -> Value:
    """``pd.read_csv(path, …)``."""
    optional: dict[str, object] = dict.fromkeys((*READING, "delimiter", "index_col"))
    given = args.bind("filepath_or_buffer", "sep", ignored=SPEED, **optional)
    path = lift.text(given["filepath_or_buffer"])
    options: dict[str, object] = {}
    if args.what == "pandas.read_table":
        options["sep"] = "\t"
    for name in (*READING, "delimiter"):
        if name in args.keywords or (name == "sep" and len(args.positional) > 1):
            options["sep" if name == "delimiter" else name] = written(lift, given[name])
    index = lift.const(given["index_col"])
    if options.get("parse_dates") is True:  # of the index alone
        options["parse_dates"] = [] if index is None or index is False else index if isinstance(index, list) else [index]
    again = lift.files.get(normal(path))
    if isinstance(again, WrittenTable):
        frame = read_again(lift, again, options)
    else:
        frame = plain(read(lift, path, Reader.PANDAS_CSV, as_options(options)))
    kinds = options.get("dtype")
    if isinstance(kinds, dict):
        lift.categories.update(n for n, kind in kinds.items() if kind == "category")
    elif kinds == "category":
        lift.categories.update(frame.names)
    for n in lift.categories & set(frame.names):
        from lester_gui.rewrite.lift.library.pandas_categories import note_sorted

        note_sorted(lift, frame, n)
    if index is None or index is False:
        return lift.new(frame)
    given_names = [index] if isinstance(index, str | int) else list(index)
    names = tuple(frame.names[i] if isinstance(i, int) else str(i) for i in given_names)
    return lift.new(with_index(lift, frame, names))


@function("pandas.read_json")
def read_json(lift: Lifter, args: Arguments) -> Value:
    """``pd.read_json(path, …)``: a list of objects, or with ``lines=True`` one object per line."""
    optional: dict[str, object] = dict.fromkeys(JSON_READING)
    given = args.bind("path_or_buf", ignored=("engine",), lines=False, **optional)
    reader = Reader.PANDAS_JSON_LINES if lift.const(given["lines"]) is True else Reader.PANDAS_JSON
    options = {name: written(lift, given[name]) for name in JSON_READING if name in args.keywords}
    return lift.new(plain(read(lift, lift.text(given["path_or_buf"]), reader, as_options(options))))


def written(lift: Lifter, value: Value) -> object:
    """Return an option as the script's text fixes it; of a type, its name: ``np.float64`` is ``"float64"``."""
    content = lift.content(value)
    if isinstance(content, Module):
        return content.name.rsplit(".", 1)[-1]
    if isinstance(content, Entries):
        return {lift.const(k): written(lift, v) for k, v in content.items}
    return lift.const(content)


def as_options(given: dict[str, object]) -> Options:
    """Return options as the plan writes them; a dict (types by column) becomes pairs."""
    out: list[tuple[str, Option]] = []
    for name, value in sorted(given.items()):
        if isinstance(value, dict):
            out.append((name, tuple((k, _scalar(name, v)) for k, v in value.items())))
        elif isinstance(value, list | tuple | set):
            items = sorted(value) if isinstance(value, set) else value
            out.append((name, tuple(_scalar(name, v) for v in items)))
        else:
            out.append((name, _scalar(name, value)))
    return tuple(out)


def _scalar(name: str, value: object) -> Option:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise no_rule(f"this value of the option {name}")


def plain(node: Read) -> Frame:
    """Return a frame with all columns of a node, whose index counts from 0."""
    return Frame(node, tuple((n, cells.column(node, n)) for n in node.schema.names), ())


def with_index(lift: Lifter, frame: Frame, names: tuple[str, ...]) -> Frame:
    """Return the frame with columns moved into the index."""
    levels: list[tuple[str, Cell]] = []
    for name in names:
        cell = frame.get(name)
        if not isinstance(cell, Cell):
            raise shape(f"There is no column {name!r} to be the index")
        levels.append((name, cell))
    rest = tuple((n, v) for n, v in frame.columns if n not in names)
    return Frame(frame.node, rest, names, tuple(levels), frame.part)


@function("pandas.DataFrame", "pandas.DataFrame.from_records", "pandas.DataFrame.from_dict")
def data_frame(lift: Lifter, args: Arguments) -> Value:
    """``pd.DataFrame(rows, columns=…)`` from a list of records, a dict of columns, or a frame."""
    given = args.bind(
        "data", "index", "columns", ignored=("copy",), data=None, index=None, columns=None, dtype=None, orient="columns"
    )
    if lift.content(given["dtype"]) != Const(None) or lift.const(given["orient"]) != "columns":
        raise no_rule("DataFrame with dtype or orient")
    data = lift.content(given["data"])
    if lift.content(given["index"]) != Const(None):
        from lester_gui.rewrite.lift.library.sklearn_frames import with_index_of

        return with_index_of(lift, data, args, given)
    if data == Const(None) and lift.content(given["columns"]) == Const(None):
        return lift.new(Entries((), "frame"))  # it has rows once a column is put into it
    from lester_gui.rewrite.lift.library.sklearn_frames import names_of

    wanted = names_of(lift, given["columns"], data)
    if isinstance(data, Frame):
        return lift.new(data if wanted is None else _chosen(data, wanted))
    if isinstance(data, Rows):
        return lift.new(frame_of_rows(lift, data, wanted))
    if isinstance(data, Items) and any(_holds_result(lift, v) for v in data.values):
        return Result("table of results")
    if isinstance(data, Entries):
        if any(isinstance(lift.content(v), Result) for _, v in data.items) and any(
            isinstance(lift.content(v), Items | Vocabulary) for _, v in data.items
        ):
            return Result("table of results")
        return lift.new(_of_columns(lift, data))
    if isinstance(data, Matrix):
        from lester_gui.rewrite.lift.library.sklearn_frames import frame_of_matrix

        return lift.new(frame_of_matrix(lift, data, wanted))
    if isinstance(data, Result):
        return data
    raise no_rule("DataFrame of this object")


def _holds_result(lift: Lifter, value: Value) -> bool:
    """Whether a record holds a score or another figure."""
    content = lift.content(value)
    inner: tuple[Value, ...] = ()
    if isinstance(content, Entries):
        inner = tuple(v for _, v in content.items)
    elif isinstance(content, Tup | Items):
        inner = content.values
    return any(isinstance(lift.content(v), Result) for v in inner)


@function("pandas.Series")
def series(lift: Lifter, args: Arguments) -> Value:
    """``pd.Series(values)``, ``pd.Series(values, index=frame.index)`` of the same rows, ``pd.Series({name: value})``."""
    given = args.bind("data", "index", "dtype", "name", data=None, index=None, dtype=None, name=None, ignored=("copy",))
    data, index, name = lift.content(given["data"]), lift.content(given["index"]), lift.const(given["name"])
    if isinstance(data, Result):
        from lester_gui.rewrite.lift.library.numpy_counts import as_series

        return as_series(lift, data, given["index"]) or data
    if lift.content(given["dtype"]) != Const(None):
        raise no_rule("Series with dtype")
    if isinstance(data, Entries) and index == Const(None) and not data.factory:
        return lift.new(Entries(data.items, "series"))
    if isinstance(data, Items) and data.kind == "list" and (index == Const(None) or isinstance(index, Items)):
        keys = index.values if isinstance(index, Items) else tuple(Const(str(i)) for i in range(len(data.values)))
        if len(keys) == len(data.values):
            return lift.new(Entries(tuple(zip(keys, data.values, strict=True)), "series"))
    if not isinstance(data, Column1 | Rows):
        raise no_rule("Series of this object")
    column = as_column(lift, data)
    named = column.name if name is None and not column.numpy else str(name or "")
    if index == Const(None):
        plain = () if column.numpy else column.index
        return Column1(column.node, column.cell, named, column.part, False, plain)
    there: tuple[str, ...] | None = ()
    if isinstance(index, Labels):
        index, there = Rows(index.frame.node, lift.position(index.frame.node)), None
    elif isinstance(index, Column1):
        there = index.index
    if not isinstance(index, Rows | Column1) or index.part != column.part or not lift.align.same(index.node, column.node):
        raise no_rule("Series with an index of other rows")
    if not column.numpy and column.index != there:
        raise shape("A Series is given another index, by which its values are looked up")
    return Column1(column.node, column.cell, named, column.part, False, there)


def _chosen(frame: Frame, names: tuple[str, ...]) -> Frame:
    from dataclasses import replace

    return replace(frame, columns=tuple((n, v) for n in names if (v := frame.get(n)) is not None))


def frame_of_rows(lift: Lifter, data: Rows, wanted: tuple[str, ...] | None) -> Frame:
    """Return the frame made of a list of records."""
    from lester_gui.rewrite.lift.texts import name_fields

    template = lift.content(data.template)
    made = class_of(lift, template)
    if made is not None and made.kind == "plain":
        raise no_rule("DataFrame of a list of objects of the script's own class")
    if isinstance(template, Json):
        from lester_gui.rewrite.lift.library.json_frames import frame_of_objects

        return frame_of_objects(lift, data, template, wanted)
    if isinstance(template, Entries):
        names = tuple(lift.text(k) for k, _ in template.items)
        values = [lift.content(v) for _, v in template.items]
        if wanted is not None:
            by_name = dict(zip(names, values, strict=True))
            names, values = wanted, [by_name[n] for n in wanted]
    else:
        values = _record(lift, template)
        names = wanted or tuple(str(i) for i in range(len(values)))
        if wanted is not None:
            name_fields(lift, data.node, values, wanted)
    if len(names) != len(values):
        raise shape(f"{len(values)} values are given {len(names)} column names")
    node, columns = lift.resolve(data.node, *(cells.cell_of(v) for v in values))
    frame = Frame(node, tuple(zip(names, columns, strict=True)), (), (), data.part)
    return lift.materialise(frame)[1] if data.part is None else frame


def _record(lift: Lifter, template: Value) -> list[Value]:
    from lester_gui.rewrite.lift.domain import Fields
    from lester_gui.rewrite.lift.texts import all_fields

    if isinstance(template, Fields):
        return list(all_fields(lift, template))
    if isinstance(template, Tup):
        return [lift.content(v) for v in template.items]
    if isinstance(template, Items):
        return [lift.content(v) for v in template.values]
    return [template]


def _of_columns(lift: Lifter, data: Entries) -> Frame:
    pairs: list[tuple[str, Column1]] = []
    results: dict[str, Value] = {}
    for key, value in data.items:
        if isinstance(lift.content(value), Result):
            results[lift.text(key)] = Result("column")
            continue
        pairs.append((lift.text(key), as_column(lift, value)))
    if not pairs:
        raise shape("A table without columns that have one value per row")
    part = pairs[0][1].part
    if any(c.part != part for _, c in pairs):
        raise shape("Columns of different sides of the split are combined")
    indexes = {c.index for _, c in pairs if not c.numpy}
    if len(indexes) > 1:
        raise shape("Series are put together by indexes that are not the same")
    index = next(iter(indexes), ()) or ()
    labelled = next((c.node for _, c in pairs if not c.numpy), pairs[0][1].node)
    wanted = [(c.cell, c.node) for _, c in pairs] + [(cells.column(labelled, n), labelled) for n in index]
    node, exprs = lift.align.together(*((c.expr, n) for c, n in wanted))
    moved = [Cell(e, c.type, c.nullable) for e, (c, _) in zip(exprs, wanted, strict=True)]
    columns = tuple((n, c) for (n, _), c in zip(pairs, moved, strict=False))
    frame = Frame(node, columns, index, tuple(zip(index, moved[len(pairs) :], strict=True)), part)
    return (lift.materialise(frame, with_index=bool(index))[1] if part is None else frame).with_columns(results)


def as_column(lift: Lifter, value: Value) -> Column1:
    """Return a Series, array or list with one value per row as a column."""
    content = lift.content(value)
    if isinstance(content, Encoded):
        from lester_gui.rewrite.lift.library.pandas_encoded import as_plain

        content = as_plain(lift, content)
    if isinstance(content, Column1):
        return content
    if isinstance(content, Rows):
        return Column1(content.node, cells.cell_of(lift.content(content.template)), "", content.part, True)
    if isinstance(content, Iterated) and content.kind == "range" and len(content.parts) == 1:
        place = places_up_to(lift, content.parts[0])
        if place is not None:
            return place
    if isinstance(content, Iterated):
        from lester_gui.rewrite.lift.library.orders import places_from

        counted = places_from(lift, content)
        if counted is not None:
            return counted
    if isinstance(content, Matrix) and len(content.blocks) == 1 and len(content.blocks[0].features) == 1:
        from lester_gui.rewrite.lift.library.numpy_shapes import flat

        return flat(content)
    if isinstance(content, Accessor) and content.kind == "series.split":
        from lester_gui.rewrite.lift.library.pandas_text import as_lists

        return as_lists(lift, content)
    raise shape("A column is made of something that does not have one value per row")


def places_up_to(lift: Lifter, count: Value) -> Column1 | None:
    """Return the place of each row, where a script counts up to the number of rows of a table; None for other numbers."""
    content = lift.content(count)
    if not isinstance(content, Cell) or not isinstance(content.expr, Leaf) or content.expr.kind != "count":
        return None
    node, part = lift.counted[content.expr.ident]
    return Column1(node, lift.position(node), "", part, True, ()) if part is None else None


WRITERS = ("to_csv", "to_parquet", "to_excel", "to_json", "to_pickle", "to_feather", "to_html", "to_hdf", "to_sql", "to_markdown")


@method("frame", *WRITERS)
@method("series", *WRITERS)
def write(lift: Lifter, owner: Value, args: Arguments) -> Value:
    """``frame.to_csv(path)``: an artefact."""
    target = args.given("path_or_buf", 0) or args.given("path", 0) or args.given("excel_writer", 0)
    if target is None:
        return Result("text")
    from lester_gui.rewrite.lift.library.files import path_of

    path = path_of(lift, target)
    results = isinstance(owner, Frame) and any(isinstance(v, Result) for _, v in owner.columns)
    name = args.node.func.value.id if args.node is not None and _named(args) else ""  # type: ignore[attr-defined]
    if path is not None:
        lift.wrote(path, "predictions" if results else "table", name)
        if isinstance(owner, Frame) and args.what.endswith("to_csv"):
            to_csv(lift, owner, normal(path), args)
        else:
            _stored(lift, owner, normal(path), args)
    return Result("file")


def _stored(lift: Lifter, owner: Value, path: str, args: Arguments) -> None:
    """Note a table in a format that keeps its types."""
    from lester_gui.rewrite.lift.library import stored

    what = args.what.rsplit(".", 1)[-1]
    lift.files[path] = Const(f"a table that is written by {what}, in a way that is not followed")
    if what == "to_pickle" and not set(args.keywords) - {"path", "compression", "protocol"}:
        stored.store(lift, path, what.removeprefix("to_"), owner)
    elif what in ("to_parquet", "to_feather") and isinstance(owner, Frame) and not lift.loops:
        if set(args.keywords) - {"path", "engine", "compression", "index"}:
            return
        keeps = what == "to_parquet" and lift.const(args.keywords.get("index", Const(None))) is not False
        try:
            stored.store(lift, path, "parquet", stored.as_parquet(owner, keeps))
        except Stopped as stop:  # it matters only where the file is read again
            lift.files[path] = Const(stop.why)


def _named(args: Arguments) -> bool:
    import ast

    return args.node is not None and isinstance(args.node.func, ast.Attribute) and isinstance(args.node.func.value, ast.Name)
