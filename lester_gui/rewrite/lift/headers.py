"""The first row of a list of rows that a script reads whole: the names of the columns, where the script goes on without it.

Names come from the file as any reader of headers sees them. Of a file whose first line the script also takes for a row, the first
element is data, and no name is taken from it.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Node, Read, Reader
from lester_gui.rewrite.lift import cells, texts
from lester_gui.rewrite.lift.domain import Cell, Handle, Items, Rows, Value
from lester_gui.rewrite.lift.library.pandas_io import as_options, read
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PLAIN = {"sep", "strip", "extra", "delimiter", "quotechar", "encoding"}
"""Options of a reader that leave no line out, so that its first row is the file's first line."""


def goes_on_without(lift: Lifter, owner: Value | None) -> bool:
    """Whether the script slices a list from its second element on, under the name that it has here, or takes it apart there."""
    if _is_taken_apart(lift):
        return True
    names = {n for n, v in lift.names.items() if owner is not None and v == owner}
    return any(
        isinstance(n, ast.Subscript)
        and isinstance(n.value, ast.Name)
        and n.value.id in names
        and isinstance(n.slice, ast.Slice)
        and isinstance(n.slice.lower, ast.Constant)
        and n.slice.lower.value == 1
        and n.slice.upper is None
        and n.slice.step is None
        for n in ast.walk(_around(lift))
    )


def _is_taken_apart(lift: Lifter) -> bool:
    """Whether the statement at hand is ``header, *rows = lines``."""
    return any(
        isinstance(n, ast.Assign)
        and n.lineno == lift.line
        and isinstance(n.targets[0], ast.Tuple | ast.List)
        and len(n.targets[0].elts) == 2
        and isinstance(n.targets[0].elts[1], ast.Starred)
        for n in ast.walk(_around(lift))
    )


def _around(lift: Lifter) -> ast.AST:
    """Return the innermost function that the current line stands in, or the whole file."""
    module = lift.activations[-1].module
    tree: ast.AST = ast.parse(dict(lift.script.modules)[module]) if module else lift.script.tree
    found = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.lineno <= lift.line <= (n.end_lineno or n.lineno))
    return max(found, key=lambda n: n.lineno, default=tree)


def first_of_file(lift: Lifter, handle: Handle, owner: Value | None) -> Value | None:
    """Return the names that ``rows[0]`` of ``list(csv.reader(f))`` are, None where it is no header."""
    options = dict(handle.options)
    if options.get("csv") != "list" or options.get("skip") or not goes_on_without(lift, owner):
        return None
    names = texts.header_names(lift, handle.path, str(options.get("delimiter", ",")))
    _name_fields(lift, handle.path, lift.content(names))
    return names


def first_row(lift: Lifter, rows: Rows, owner: Value | None) -> Value | None:
    """Return the names that ``rows[0]`` of a list of split lines are, None where it is no header."""
    node = rows.node
    path = _path(lift, node)
    if path is None or not isinstance(node, Read) or not goes_on_without(lift, owner):
        return None
    options = dict(node.options)
    separator = options.get("delimiter", ",") if node.reader is Reader.PYTHON_CSV else options.get("sep")
    if not isinstance(separator, str) or len(separator) != 1:
        return None
    names = lift.content(texts.header_names(lift, path, separator))
    fields = leaves(lift, rows.template)
    if not isinstance(names, Items) or [c.expr for c in fields] != [Column(n) for n in node.schema.names]:
        return None
    if len(names.values) != len(fields):
        return None
    _name_fields(lift, path, names)
    return lift.new(names)


def _name_fields(lift: Lifter, path: str, names: Value) -> None:
    """The next pass calls the fields of the file's lines what its header says."""
    assert isinstance(names, Items)
    for place, name in enumerate(names.values):
        lift.hints.setdefault(("field", path, place), str(lift.const(name)))


def without_first(lift: Lifter, rows: Rows) -> Rows | None:
    """Return the rows of a file that is read from its second line on, None where the list is not just a file's rows."""
    node = rows.node
    path = _path(lift, node)
    if path is None or not isinstance(node, Read) or rows.part is not None:
        return None
    options: dict[str, object] = {**dict(node.options), "skip": 1}
    for known in lift.reads:
        if known.path == path and known.reader is node.reader and known.options == options:
            return replace(rows, node=known.node, template=_over(lift, rows, known.node))
    made = read(lift, path, node.reader, as_options(options), node.schema.names)
    lift.reads.append(texts.LinesRead(path, node.reader, options, made))
    return replace(rows, node=made, template=_over(lift, rows, made))


def _over(lift: Lifter, rows: Rows, node: Node) -> Value:
    def column(cell: Cell) -> Cell:
        assert isinstance(cell.expr, Column)
        return cells.column(node, node.schema.names[rows.node.schema.names.index(cell.expr.name)])

    return mapped(lift, rows.template, column)


def _path(lift: Lifter, node: Node) -> str | None:
    """Return the file whose lines are the rows of a node, each of them as it stands, from the first on."""
    found = next((known for known in lift.reads if known.node is node), None)
    if found is None or not isinstance(node, Read) or node.reader not in (Reader.PYTHON_LINES, Reader.PYTHON_CSV):
        return None
    return found.path if set(dict(node.options)) <= PLAIN else None
