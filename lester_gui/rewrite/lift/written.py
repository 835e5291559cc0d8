"""Text files that a script writes and reads again: a view of their own, in which every value is text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal
from lester_gui.ir.nodes import Node, Project, Select
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, missing
from lester_gui.rewrite.lift.domain import Cell, Const, Fields, Handle, Items, LineOf, Result, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """A text file that the script wrote: one line per row of `node`, made of constant pieces and columns."""

    node: Node
    pieces: tuple[Expr, ...]
    headers: int = 0
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
            before = lift.files.get(handle.path)
            if before is not None and not isinstance(before, int):
                lift.files[handle.path] = Const("more text after the rows")
            else:
                lift.files[handle.path] = (before or 0) + str(text.value).count("\n")
        return Const(None)
    lift.loops[-1].effects.append(Effect("write", 0, lift.live, value, None, lift.line, handle.path))
    return Const(None)


@function("csv.writer")
def csv_writer(lift: Lifter, args: Arguments) -> Value:
    """``csv.writer(f)``."""
    given = args.bind("csvfile", ignored=("lineterminator",), delimiter=",", quoting=0)
    handle = lift.content(given["csvfile"])
    if not isinstance(handle, Handle):
        raise no_rule("csv.writer of this object")
    return lift.new(replace(handle, options=(("separator", lift.const(given["delimiter"])),)))


@method("file", "writerow")
def write_row(lift: Lifter, handle: Handle, args: Arguments) -> Value:
    """``writer.writerow([…])``."""
    from lester_gui.rewrite.lift.effects import Effect

    row = lift.content(args.positional[0])
    values = row.items if isinstance(row, Tup) else row.values if isinstance(row, Items) else None
    if values is None:
        raise no_rule("writerow of this object")
    if not lift.loops:
        if all(isinstance(lift.content(v), Const) for v in values):
            before = lift.files.get(handle.path)
            lift.files[handle.path] = (before if isinstance(before, int) else 0) + 1
        return Const(None)
    fields = [cells.cell_of(lift.content(v)) for v in values]
    if any(f.nullable and not missing.is_nan(lift, f) for f in fields):
        raise shape("None, which csv writes as nothing, is written to a file")
    texts = tuple(missing.as_text(lift, f) for f in fields)
    lift.loops[-1].effects.append(Effect("row", 0, lift.live, Tup(texts), None, lift.line, handle.path))
    return Const(None)


def written(
    lift: Lifter, node: Node, value: Value, names: list[str], lines: tuple[int, ...], call: str, headers: int, quoted: bool
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
    return WrittenLines(node, tuple(table.get(p, p) for p in pieces), headers, quoted, call)


def written_line(lift: Lifter, lines: WrittenLines, options: dict[str, object], form: object, handle: Handle) -> Value:
    """Return what the variable of a loop over a written file holds."""
    if options.pop("skip", 0) != lines.headers:
        raise shape("A file is read with another number of header lines than the script wrote")
    if lines.quoted or form is not None:
        if not lines.quoted or form != "list":
            raise no_rule("a file written in one way and read in another")
        return Tup(tuple(cells.column(lines.node, p.name) for p in lines.pieces if isinstance(p, Column)))
    ident = lift.number()
    lift.texts[ident] = lines
    return LineOf(ident, "none")
