"""Text files that a script splits by hand: sources read line by line, and files that it wrote itself and reads again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal
from lester_gui.ir.nodes import Node, Project, Reader
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, iterators, line_tests, paths, whole_lines
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, Fields, Handle, Items, Leaf, LineOf, Value
from lester_gui.rewrite.lift.library.pandas_io import as_options, normal, read
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, function, method
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.written import WrittenLines, WrittenView, split_written, written_line

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class LineSource:
    """A text file that a loop runs over, and what its body tells about the lines."""

    path: str
    ident: int
    reader: Reader = Reader.PYTHON_LINES
    options: dict[str, object] = field(default_factory=dict)
    width: int | None = None
    seen: set[int] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)  # where the script splits its lines
    prefixes: dict[str, str] = field(default_factory=dict)  # of lines that are no data, and how far these were stripped then
    whole: set[str] = field(default_factory=set)  # how far whole lines are stripped that the script uses as texts
    loose: bool = False  # lines may have different numbers of fields
    split_at: str = "none"  # how far lines are stripped before they are split
    separator: str | None = None  # of lines that are read as a whole and split later
    filled: bool = False  # a line of nothing but blanks is taken for one without any character
    tail: bool = False  # an empty text comes after the last line
    first_lines: tuple[int, int] | None = None  # where the script passes over the first lines by number, and how many


# -- opening and closing -----------------------------------------------------------------------------------------------


@function("builtins.open", "io.open", "codecs.open")
def open_file(lift: Lifter, args: Arguments) -> Value:
    """``open(path, mode)``."""
    from lester_gui.rewrite.lift.library.files import path_of

    given = args.bind("file", "mode", "buffering", mode="r", buffering=-1, encoding=None, newline=None, errors=None)
    path = path_of(lift, given["file"])
    if path is None:
        raise no_rule("a file whose name only the run knows")
    mode = lift.text(given["mode"])
    if "a" in mode or "+" in mode:
        raise Stopped(Reason.EFFECT, "A file is appended to or changed in place; what an earlier run left in it is not known")
    options: dict[str, object] = {}
    encoding = lift.const(given["encoding"])
    if encoding is not None and encoding.lower().replace("-", "") != "utf8":
        options["encoding"] = encoding
    if lift.const(given["errors"]) not in (None, "strict"):
        raise no_rule("open with errors=…")
    if lift.loops:
        raise no_rule("opening a file inside a loop")
    handle = Handle(path, "w" if "w" in mode or "x" in mode else "r", tuple(options.items()))
    if handle.mode == "w":
        lift.opened.add(path)
        lift.wrote(path, "unknown" if "b" in mode else "table")
        lift.files[path] = None
    return lift.new(handle)


@method("file", "close", "flush", "__enter__", "__exit__")
def closed(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``f.close()``."""
    return Const(None)


def close(lift: Lifter, handle: Value) -> None:
    """The end of a ``with`` block: nothing is left open that a plan would notice."""


@method("file", "read", "readlines", "readline", "tell", "seek")
def read_lines(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``f.readlines()``: the lines themselves; ``f.readline()`` takes one off the top."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("readlines", "read"):
        iterators.go_through(lift, args.owner)
    if what == "readlines":
        return handle
    if what == "readline":
        lift.set(args.owner, _skipped(handle))
        return LineOf(0, "header", handle.path)
    if what == "read":
        return replace(handle, options=(*handle.options, ("whole", True)))
    raise no_rule(f"file.{what}")


@method("file", "splitlines", "split")
def split_lines(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``f.read().splitlines()``: lines without their ends; split at these, an empty text comes after the last end."""
    if args.what.endswith(".split") and [lift.content(v) for v in args.positional] != [Const("\n")]:
        raise no_rule("a whole file that is split in this way")
    tail: tuple[tuple[str, object], ...] = (("tail", True),) if args.what.endswith(".split") else ()
    return replace(handle, options=(*((k, v) for k, v in handle.options if k != "whole"), ("cut", True), *tail))


@method("file", "strip", "rstrip")
def strip_whole(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``f.read().strip()``: blank lines at the ends go, and blanks in the first and last line."""
    raise no_rule("stripping a whole file")


@function("builtins.next")
def next_line(lift: Lifter, args: Arguments) -> Value:
    """``next(f)``: a header line is passed over; ``next(splitter.split(X))``: the first draw."""
    owner = args.positional[0]
    content = lift.content(owner)
    if isinstance(content, Handle) and not lift.loops:
        lift.set(owner, _skipped(content))
        if any(k == "csv" for k, _ in content.options):
            delimiter = dict(content.options).get("delimiter", ",")
            return header_names(lift, content.path, str(delimiter))
        return LineOf(0, "header", content.path)
    from lester_gui.rewrite.lift.library.sklearn_splitters import first_draw

    draw = first_draw(lift, content) if len(args.positional) == 1 else None
    if draw is None:
        raise no_rule("next of this object")
    return draw


def _skipped(handle: Handle, count: int = 1) -> Handle:
    options = dict(handle.options)
    before = options.get("skip", 0)
    assert isinstance(before, int)
    options["skip"] = before + count
    return replace(handle, options=tuple(options.items()))


@method("file", "__getitem__")
def some_lines(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``lines[1:]``."""
    key = lift.content(args.positional[0])
    if isinstance(key, Accessor) and key.kind == "slice":
        low, high, step = lift.const(key.owner)
        if high is None and step is None and isinstance(low, int) and low >= 0:
            return _skipped(handle, low)
    if key == Const(0):
        from lester_gui.rewrite.lift.headers import first_of_file

        names = first_of_file(lift, handle, args.owner)
        return LineOf(0, "header", handle.path) if names is None else names
    raise no_rule("some lines of a file")


@function("csv.reader", "csv.DictReader")
def csv_reader(lift: Lifter, args: Arguments) -> Value:
    """``csv.reader(f, delimiter=…)`` and ``csv.DictReader(f)``."""
    given = args.bind("csvfile", "fieldnames", fieldnames=None, delimiter=",", quotechar='"', dialect="excel")
    handle = lift.content(given["csvfile"])
    if not isinstance(handle, Handle) or lift.const(given["dialect"]) != "excel":
        raise no_rule("csv.reader of this object")
    options: dict[str, object] = dict(handle.options)
    options["csv"] = "dict" if args.what.endswith("DictReader") else "list"
    for name, default in (("delimiter", ","), ("quotechar", '"')):
        if lift.const(given[name]) != default:
            options[name] = lift.const(given[name])
    if lift.content(given["fieldnames"]) != Const(None):
        options["fieldnames"] = lift.strings(given["fieldnames"])
    return iterators.same_file(lift, lift.new(replace(handle, options=tuple(options.items()))), given["csvfile"])


def header_names(lift: Lifter, path: str, delimiter: str) -> Value:
    """Return the column names that stand in the first line of a file, as any reader of headers sees them."""
    from lester_gui.rewrite.lift.records import Asked

    if path in lift.files:
        raise no_rule("the header of a file that the script wrote")
    options: dict[str, object] = {"header": True} | ({"delimiter": delimiter} if delimiter != "," else {})
    names = lift.observe(Asked(normal(path), Reader.PYTHON_CSV, as_options(options), ())).names
    return lift.new(Items(tuple(Const(n) for n in names)))


# -- lines of a loop ---------------------------------------------------------------------------------------------------


def line_source(lift: Lifter, handle: Handle) -> tuple[LineSource | WrittenLines, Value]:
    """Return what a loop over a file runs over, and what its variable holds."""
    options = dict(handle.options)
    form = options.pop("csv", None)
    cut, tail = options.pop("cut", False), bool(options.pop("tail", False))
    if options.pop("whole", False):
        raise no_rule("going through a file character by character")
    if handle.path in lift.files:
        lines = lift.files[handle.path]
        if not isinstance(lines, WrittenLines):
            raise shape("A file is read whose lines, as the script wrote them, are not known")
        return lines, written_line(lift, lines, options, form, handle)
    if handle.path in lift.opened or any(w.path == handle.path for w in lift.written):
        raise no_rule("reading a file that the script wrote with a library")
    ident = lift.number()
    names = options.pop("fieldnames", None)
    source = LineSource(handle.path, ident, options=options, tail=tail)
    lift.texts[ident] = source
    if form is None:
        return source, LineOf(ident, "newline" if cut else "none")
    source.reader = Reader.PYTHON_CSV
    if form == "list":
        return source, Fields(ident)
    return source, _record(lift, source, names)


def _record(lift: Lifter, source: LineSource, names: object) -> Value:
    """What ``csv.DictReader`` yields: one text per column of the header."""
    from lester_gui.rewrite.lift.records import Asked

    if names is None:
        source.options["header"] = True
        asked = Asked(normal(source.path), source.reader, as_options(source.options), ())
        names = lift.observe(asked).names
    assert isinstance(names, tuple)
    source.width = len(names)
    for i, name in enumerate(names):
        lift.hints.setdefault(_hint(source, i), name)
    return lift.new(Entries(tuple((Const(n), field_cell(source, i)) for i, n in enumerate(names))))


def field_cell(source: LineSource, place: int) -> Cell:
    """Return a field of the current line; which column of which node it is shows when the loop is over."""
    source.seen.add(place)
    return Cell(Leaf("field", source.ident, str(place), Type.STR), Type.STR)


@method("line", "strip", "rstrip", "split")
def line_method(lift: Lifter, line: LineOf, args: Arguments) -> Value:
    """What scripts do to a line before and when they split it."""
    what = args.what.rsplit(".", 1)[-1]
    values = [lift.const(v) for v in args.positional]
    if line.header:
        return header_names(lift, line.header, str(values[0])) if what == "split" and values else line
    if what in ("strip", "rstrip"):
        if values and values[0] not in ("\n", "\r\n"):
            from lester_gui.rewrite.lift.whole_lines import as_text

            args.what = f"str.{what}"
            return METHODS["text", what](lift, as_text(lift, line), args)
        mode = "newline" if values else {"strip": "both", "rstrip": "right"}[what]
        if values and what == "strip":
            lift.note("strip-newline", "")
        order = ("none", "newline", "right", "both")
        return replace(line, strip=max(line.strip, mode, key=order.index))
    if what == "split":
        if len(values) > 2 or args.keywords:
            raise no_rule("splitting a line with these options")
        source = lift.texts[line.source]
        separator = values[0] if values else None
        if isinstance(source, WrittenLines):
            if separator is None:
                raise no_rule("splitting a line that the script wrote at white space")
            return split_written(lift, source, line, values)
        _fix(source, "sep", separator)
        _fix(source, "strip", line.strip)
        source.split_at = line.strip
        source.lines.add(lift.line)
        if len(values) == 2 and values[1] != -1:
            _fix(source, "maxsplit", values[1])
        return Fields(line.source)
    raise no_rule(f"{what} of a whole line of text here")


def _fix(source: LineSource, name: str, value: object) -> None:
    if source.options.setdefault(name, value) != value:
        raise shape("The lines of one file are split in two ways")


def fix_width(lift: Lifter, fields: Fields, count: int, names: list[str]) -> tuple[Value, ...]:
    """Return the fields of a line that is unpacked into `count` names."""
    source = lift.texts[fields.source]
    if isinstance(source, LineSource) and whole_lines.is_loose(lift, source):
        from lester_gui.rewrite.lift.library.text_pieces import unpacked

        return unpacked(lift, whole_lines.pieces_of(lift, fields), count)
    if isinstance(source, WrittenView):
        if len(source.fields) != count:
            raise shape(f"{len(source.fields)} fields are unpacked into {count} names")
        return source.fields
    if source.width not in (None, count):
        raise shape("The lines of one file are unpacked into different numbers of names")
    source.width = count
    for i, name in enumerate(names):
        if name and name != "_":
            lift.cell_names.setdefault(field_cell(source, i).expr, name)
    return tuple(_each(fields, field_cell(source, i)) for i in range(count))


def _each(fields: Fields, cell: Cell) -> Cell:
    return cells.make("strip", cell) if fields.strip_each else cell


def all_fields(lift: Lifter, fields: Fields) -> tuple[Cell, ...]:
    """Return all fields of a line; how many there are is found out from the file."""
    source = lift.texts[fields.source]
    if isinstance(source, WrittenView):
        return source.fields
    if source.loose:
        raise no_rule("all fields of lines with different numbers of them")
    if source.width is None:
        source.width = _observed_width(lift, source)
    return tuple(_each(fields, field_cell(source, i)) for i in range(source.width))


def _observed_width(lift: Lifter, source: LineSource) -> int:
    from lester_gui.rewrite.lift.records import Asked

    with whole_lines.regular(lift, source):
        return len(lift.observe(Asked(normal(source.path), source.reader, as_options(source.options), ())))


@method("fields", "__getitem__")
def one_field(lift: Lifter, fields: Fields, args: Arguments) -> Value:
    """``fields[2]``, ``fields[-1]``, ``fields[:3]``."""
    key = lift.content(args.positional[0])
    source = lift.texts[fields.source]
    if isinstance(key, Const) and isinstance(key.value, int):
        place = key.value
        if isinstance(source, LineSource) and whole_lines.is_loose(lift, source):
            return METHODS["pieces", "__getitem__"](lift, whole_lines.pieces_of(lift, fields), args)
        if isinstance(source, WrittenView) and source.split:
            lift.note("separator-in-field", source.path)
        if place < 0 or isinstance(source, WrittenView):
            return all_fields(lift, fields)[place]
        if source.width is not None and place >= source.width:
            raise shape("A field is read that the line does not have")
        return _each(fields, field_cell(source, place))
    if isinstance(key, Accessor) and key.kind == "slice":
        low, high, step = lift.const(key.owner)
        return lift.new(Items(tuple(all_fields(lift, fields)[low:high:step])))
    raise no_rule("a field whose place is not known")


def any_field(lift: Lifter, fields: Fields, needle: Value) -> Expr:
    """Return the condition that one of the fields equals a value."""
    value = cells.cell_of(needle)
    return paths.disjunction(cells.compare("Eq", cell, value, pandas=False).expr for cell in all_fields(lift, fields))


def not_blank(lift: Lifter, line: LineOf) -> Expr:
    """Return the condition that a line is not empty, for a line that the script wrote."""
    lines = lift.texts.get(line.source)
    if not isinstance(lines, WrittenLines) or line.strip not in ("both", "right"):
        raise no_rule("whether a line is empty, in this place")
    if any(str(p.value).strip() for p in lines.pieces if isinstance(p, Literal)):
        return paths.TRUE
    bare = (cells.make("strip", Cell(piece, Type.STR)) for piece in lines.pieces if not isinstance(piece, Literal))
    return paths.disjunction(cells.compare("NotEq", b, cells.cell_of(Const("")), pandas=False).expr for b in bare)


def number_of_fields(lift: Lifter, fields: Fields) -> Value:
    """Return ``len(fields)``: fixed for a line that the plan reads."""
    source = lift.texts[fields.source]
    if isinstance(source, WrittenView):
        return Const(len(source.fields))
    if source.reader is Reader.PYTHON_LINES and source.width is None:
        from lester_gui.rewrite.lift.whole_lines import length_leaf, loosened

        return Cell(length_leaf(loosened(lift, fields)), Type.INT)
    return Cell(Leaf("width_of", fields.source, "fields", Type.INT), Type.INT)


# -- from lines to nodes -----------------------------------------------------------------------------------------------


def read_node(lift: Lifter, source: LineSource) -> tuple[Node, dict[Expr, Expr]]:
    """Return the node that reads a source, and the column that each field of a line is."""
    if source.reader is Reader.PYTHON_JSON_LINES:
        return objects_node(lift, source)
    whole = bool(source.whole) or source.loose
    if source.reader is Reader.PYTHON_LINES and "sep" not in source.options and not whole:
        raise no_rule("a file whose lines are not split")
    line_tests.left_out(source)
    if source.tail and not source.options.get("skip_blank"):
        raise no_rule("a file that is split at the ends of its lines, so that an empty text comes last")
    if whole:
        whole_lines.reading(source)
    for known in lift.reads:
        same = known.path == source.path and known.reader == source.reader and _same_lines(known.options, source.options)
        if same and not (whole and dict(known.node.options).get("extra")):
            if source.width not in (None, len(known.node.schema.names)) or any(
                i >= len(known.node.schema.names) for i in source.seen
            ):
                raise shape("One file is read with different numbers of fields")
            return known.node, _columns(source, known.node.schema.names)
    width = source.width
    if width is None:
        width = _observed_width(lift, source)
    names: list[str] = []
    for i in range(width):
        hint = lift.hints.get(_hint(source, i)) or lift.cell_names.get(Leaf("field", source.ident, str(i), Type.STR))
        name, n = hint or f"c{i}", 1
        while name in names or name.startswith("__"):
            n += 1
            name = f"{(hint or f'c{i}').lstrip('_')}_{n}"
        names.append(name)
    if source.width is None and source.reader is Reader.PYTHON_LINES:
        source.options["extra"] = "ignore"  # a script that picks fields by number does not look at further ones
    before, lift.lines = lift.lines, tuple(sorted({*lift.lines, *source.lines}))
    with whole_lines.regular(lift, source):
        node = read(lift, source.path, source.reader, as_options(source.options), tuple(names))
    lift.lines = before
    lift.reads.append(LinesRead(source.path, source.reader, dict(source.options), node))
    return node, _columns(source, tuple(names))


def objects_node(lift: Lifter, source: LineSource) -> tuple[Node, dict[Expr, Expr]]:
    """Return the node that reads a file of JSON objects, and the column that each field is."""
    cut = "cut" in source.options  # what the script asks of a line's end
    if source.filled:  # a line of nothing but blanks, which the script does not pass over, is no JSON and ends it
        source.options["skip_blank"] = True
    if source.loose or (source.whole and not cut) or (source.tail and not source.options.get("skip_blank")):
        raise no_rule("lines of JSON that the script looks at as texts, too")
    line_tests.asked_before(source)
    options = as_options(source.options)
    node: Node | None = next((r.node for r in lift.reads if (r.path, r.reader, r.options) == _same(source)), None)
    if node is None:
        before, lift.lines = lift.lines, tuple(sorted({*lift.lines, *source.lines}))
        node = read(lift, source.path, source.reader, options)
        lift.lines = before
        lift.reads.append(LinesRead(source.path, source.reader, dict(source.options), node))
    return node, {Leaf("json", source.ident, f.name, f.type, f.nullable): Column(f.name) for f in node.schema}


def _same(source: LineSource) -> tuple[str, Reader, dict[str, object]]:
    return source.path, source.reader, source.options


@dataclass(frozen=True, slots=True)
class LinesRead:
    """A file that was read line by line: reading it again in the same way gives the same rows."""

    path: str
    reader: Reader
    options: dict[str, object]
    node: Node


def _same_lines(a: dict[str, object], b: dict[str, object]) -> bool:
    return {k: v for k, v in a.items() if k != "extra"} == {k: v for k, v in b.items() if k != "extra"}


def _columns(source: LineSource, names: tuple[str, ...]) -> dict[Expr, Expr]:
    if source.reader is Reader.PYTHON_LINES and (source.whole or source.loose):
        found = whole_lines.expressions(source, names)
        return found if source.loose or "sep" not in source.options else found | _fields(source, names)
    return _fields(source, names)


def _fields(source: LineSource, names: tuple[str, ...]) -> dict[Expr, Expr]:
    return {Leaf("field", source.ident, str(i), Type.STR): Column(n) for i, n in enumerate(names)}


def _hint(source: LineSource, place: int) -> tuple[object, ...]:
    return ("field", source.path, place)


def name_fields(lift: Lifter, node: Node, values: list[Value], names: tuple[str, ...]) -> None:
    """A table made of split lines gets column names: a second pass calls the fields so from the start."""
    for value, name in zip(values, names, strict=False):
        expr = value.expr if isinstance(value, Cell) else None
        while isinstance(expr, Apply) and expr.operator in ("strip", "py_int", "py_float") and len(expr.arguments) == 1:
            expr = expr.arguments[0]
        if not isinstance(expr, Column):
            continue
        origin = traced(node, expr.name)
        for known in lift.reads:
            if origin is not None and origin[0] is known.node:
                lift.hints.setdefault(("field", known.path, known.node.schema.names.index(origin[1])), name)


def traced(node: Node, name: str) -> tuple[Node, str] | None:
    """Return the source column whose values a column carries unchanged, if there is one."""
    while node.parents:
        if isinstance(node, Project):
            expr = dict(node.assigned).get(name, Column(name))
            if not isinstance(expr, Column):
                return None
            name = expr.name
        sources = node.definitions()[name] if not isinstance(node, Project) else ((0, name),)
        if not sources:
            return None
        node, name = node.parents[sources[0][0]], sources[0][1]
    return node, name
