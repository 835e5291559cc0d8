"""Text files that a script writes and reads again: a view of their own, in which every value is text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal
from lester_gui.ir.nodes import Node, Project, Select
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, missing
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Fields, Handle, Items, LineOf, Result, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Begun:
    """A text file before its rows: how many lines it has so far, and the fields of the last of them where csv wrote it."""

    lines: int = 0
    names: tuple[str, ...] = ()
    separator: object = ","  # of csv


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """A text file that the script wrote: one line per row of `node`, made of constant pieces and columns."""

    node: Node
    pieces: tuple[Expr, ...]
    begun: Begun = Begun()
    quoted: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class WrittenView:
    """The fields of a line of a file that the script wrote, once it is split."""

    fields: tuple[Cell, ...]
    path: str = ""
    split: bool = True  # at a separator that a field could hold, too


def split_written(lift: Lifter, lines: WrittenLines, line: LineOf, values: list[object]) -> Value:
    """Return the fields of a line that the script wrote: its pieces between the separators, as text.

    Where a field held the separator, the script would unpack another number of fields and end; a script that picks fields by
    number would not notice, which is noted.
    """
    separator = values[0]
    if len(values) > 1 or not isinstance(separator, str):
        raise no_rule("a written line that is split in this way")
    fields: list[list[Expr]] = [[]]
    for piece in lines.pieces:
        if not isinstance(piece, Literal):
            fields[-1].append(piece)
            continue
        parts = str(piece.value).split(separator)
        for number, part in enumerate(parts):
            if number:
                fields.append([])
            if part:
                fields[-1].append(Literal(part))
    end = fields[-1][-1] if fields[-1] else None
    if not isinstance(end, Literal) or not str(end.value).endswith("\n"):
        raise shape("A file is read whose lines do not end where the script wrote one")
    if (
        any("\n" in str(p.value) for f in fields for p in f if isinstance(p, Literal) and p is not end)
        or str(end.value).count("\n") > 1
    ):
        raise shape("The script writes several lines for one row")
    if line.strip == "none":
        kept = str(end.value)
    else:
        kept = str(end.value)[:-1]
    fields[-1] = fields[-1][:-1] + ([Literal(kept)] if kept else [])
    out = []
    for number, parts_of in enumerate(fields):
        cell = cells.cell_of(Const("")) if not parts_of else _text(parts_of)
        if line.strip == "both" and number == 0:
            cell = _trimmed(lines.node, cell, "lstrip")
        if line.strip in ("both", "right") and number == len(fields) - 1:
            cell = _trimmed(lines.node, cell, "rstrip")
        out.append(cell)
    ident = lift.number()
    lift.texts[ident] = WrittenView(tuple(out), lines.path)
    return Fields(ident)


def _text(parts: list[Expr]) -> Cell:
    return Cell(parts[0] if len(parts) == 1 else Apply("concat_text", tuple(parts)), Type.STR)


def _trimmed(node: Node, cell: Cell, operator: str) -> Cell:
    """Cut white space off, unless it is the text of a number or truth value, which has none."""
    if isinstance(cell.expr, Literal):
        return cell
    made = _definition(node, cell.expr.name) if isinstance(cell.expr, Column) else None
    if isinstance(made, Apply) and made.operator == "py_str":
        return cell
    return cells.make(operator, cell)


def _computed_at(lift: Lifter, expr: Expr) -> tuple[int, ...]:
    """Lines on which the script computed a value, or what it is the text of."""
    if isinstance(expr, Apply) and expr.operator == "py_str":
        expr = expr.arguments[0]
    return lift.cell_lines.get(expr, ())


def _definition(node: Node, name: str) -> Expr | None:
    """Return the expression that a column of a written view was computed by."""
    if isinstance(node, Select):
        name, node = dict(node.columns)[name], node.parent
    return dict(node.assigned).get(name) if isinstance(node, Project) else None


@method("file", "write", "writelines")
def write_line(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``f.write(text)``: inside a loop one line per row, outside a header or a note."""
    from lester_gui.rewrite.lift.effects import Effect

    value = lift.content(args.positional[0])
    if args.what.endswith("writelines"):
        raise no_rule("writelines")
    if isinstance(value, Result):
        return value
    if not lift.loops:
        text = lift.content(value)
        if isinstance(text, Const):
            before = lift.files.get(handle.path) or Begun()
            if not isinstance(before, Begun):
                lift.files[handle.path] = Const("more text after the rows")
            else:
                lift.files[handle.path] = replace(before, lines=before.lines + str(text.value).count("\n"), names=())
        return Const(None)
    lift.loops[-1].effects.append(Effect("write", 0, lift.live, value, None, lift.line, handle.path))
    return Const(None)


@function("csv.writer", "csv.DictWriter")
def csv_writer(lift: Lifter, args: Arguments) -> Value:
    """``csv.writer(f)``, ``csv.DictWriter(f, fieldnames)``."""
    given = args.bind("csvfile", "fieldnames", ignored=("lineterminator",), fieldnames=None, delimiter=",", quoting=0)
    handle = lift.content(given["csvfile"])
    if not isinstance(handle, Handle) or lift.const(given["quoting"]) != 0:
        raise no_rule("csv.writer of this object")
    separator, before = lift.const(given["delimiter"]), lift.files.get(handle.path) or Begun()
    if isinstance(before, Begun):
        lift.files[handle.path] = replace(before, separator=separator)
    options: tuple[tuple[str, object], ...] = (("separator", separator),)
    if args.what.endswith("DictWriter"):
        options = (*options, ("fields", lift.strings(given["fieldnames"])))
    return lift.new(replace(handle, options=options))


@method("file", "writeheader")
def write_header(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``writer.writeheader()``."""
    names = dict(handle.options).get("fields")
    if lift.loops or not isinstance(names, tuple):
        raise no_rule("a header that is written in this way")
    _begin(lift, handle, names)
    return Const(None)


def _begin(lift: Lifter, handle: Handle, names: tuple[str, ...]) -> None:
    before = lift.files.get(handle.path) or Begun()
    if isinstance(before, Begun):
        lift.files[handle.path] = replace(before, lines=before.lines + 1, names=names)
    else:
        lift.files[handle.path] = Const("a row after the rows of a loop")


@method("file", "writerow")
def write_row(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``writer.writerow([…])``; of a writer of dicts, ``writer.writerow({…})``."""
    from lester_gui.rewrite.lift.effects import Effect

    values = _row(lift, handle, lift.content(args.positional[0]))
    if not lift.loops:
        contents = [lift.content(v) for v in values]
        if all(isinstance(c, Const) for c in contents):
            _begin(lift, handle, tuple(str(c.value) for c in contents if isinstance(c, Const)))
        else:
            lift.files[handle.path] = Const("a row of values that are no constants")
        return Const(None)
    fields = [cells.cell_of(lift.content(v)) for v in values]
    if any(f.nullable and not missing.is_nan(lift, f) for f in fields):
        raise shape("None, which csv writes as nothing, is written to a file")
    texts = tuple(missing.as_text(lift, f) for f in fields)
    lift.loops[-1].effects.append(Effect("row", 0, lift.live, Tup(texts), None, lift.line, handle.path))
    return Const(None)


def _row(lift: Lifter, handle: Handle, row: Value) -> tuple[Value, ...]:
    """Return the fields of a row in the order in which they are written."""
    names = dict(handle.options).get("fields")
    if names is None and isinstance(row, Tup | Items):
        return row.values
    if isinstance(names, tuple) and isinstance(row, Entries) and not row.factory.startswith("object:"):
        found = {k.value: v for k, v in row.items if isinstance(k, Const)}
        if set(found) == set(names) and len(found) == len(row.items):
            return tuple(found[n] for n in names)
        raise shape("A row is written that has other keys than the file has columns")
    raise no_rule("writerow of this object")


def written(
    lift: Lifter, node: Node, value: Value, names: list[str], lines: tuple[int, ...], call: str, begun: Begun, quoted: bool
) -> WrittenLines:
    """Return the lines of a file as columns of a view that holds exactly what the file holds."""
    if quoted:
        assert isinstance(value, Tup)
        pieces: tuple[Expr, ...] = tuple(cells.cell_of(v).expr for v in value.items)
    else:
        cell = cells.cell_of(value)
        pieces = cell.expr.arguments if isinstance(cell.expr, Apply) and cell.expr.operator == "concat_text" else (cell.expr,)
    wanted: dict[Expr, str] = {}
    for piece, name in zip(pieces, names, strict=True):
        if not isinstance(piece, Literal) and piece not in wanted:
            base = piece.name if isinstance(piece, Column) else name or "field"
            n, candidate = 1, base
            while candidate in wanted.values():
                n += 1
                candidate = f"{base}_{n}"
            wanted[piece] = candidate
    assigned = tuple((n, e) for e, n in wanted.items() if not isinstance(e, Column))
    if assigned:
        made = {n for _, e in assigned for n in _computed_at(lift, e)}
        node = lift.step(Project, call, node, tuple(sorted({*lines[1:], *made})) or lines, parent=node, assigned=assigned)
    pairs = tuple((n, e.name if isinstance(e, Column) else n) for e, n in wanted.items())
    if tuple(n for n, _ in pairs) != node.schema.names:
        node = lift.step(Select, call, node, lines, parent=node, columns=pairs)
    lift.naming.claim(node, call)
    table: dict[Expr, Expr] = {e: Column(n) for e, n in wanted.items()}
    return WrittenLines(node, tuple(table.get(p, p) for p in pieces), begun, quoted, call)


def written_line(lift: Lifter, lines: WrittenLines, options: dict[str, object], form: object, handle: Handle) -> Value:
    """Return what the variable of a loop over a written file holds."""
    names = options.pop("fieldnames", None)
    own = form == "dict" and names is None  # the reader takes the header off itself
    if options.pop("skip", 0) + own != lines.begun.lines:  # type: ignore[operator]
        raise shape("A file is read with another number of header lines than the script wrote")
    if lines.quoted or form is not None:
        fields = tuple(cells.column(lines.node, p.name) for p in lines.pieces if isinstance(p, Column))
        keys = lines.begun.names if own else names if isinstance(names, tuple) else ()
        if not lines.quoted or form not in ("list", "dict") or len(fields) != len(lines.pieces):
            raise no_rule("a file written in one way and read in another")
        if options.pop("delimiter", ",") != lines.begun.separator or options:
            raise no_rule("a file written in one way and read in another")
        if form == "list":
            return Tup(fields)
        if len(keys) != len(fields) or len(set(keys)) != len(keys):
            raise shape("A file has other fields than the header that the script wrote")
        return lift.new(Entries(tuple(zip((Const(k) for k in keys), fields, strict=True))))
    ident = lift.number()
    lift.texts[ident] = lines
    return LineOf(ident, "none")
