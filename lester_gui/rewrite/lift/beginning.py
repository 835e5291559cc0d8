"""The beginning of a script as one step of a plan: where statements are not understood, but leave tables behind.

The script runs as it is up to the end of a statement, and hands over its variables; from there on it is lifted as always. So what
is not understood costs the lineage of the beginning, and not that of the whole script.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node, Opaque, Read
from lester_gui.ir.schema import Field, Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Entries,
    Feature,
    Frame,
    Items,
    Matrix,
    MatrixBlock,
    Module,
    Ref,
    Rows,
    Tup,
    Unknown,
    UserClass,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.fold_loops import DRAWS
from lester_gui.rewrite.lift.naming import unlike
from lester_gui.rewrite.slicing import loaded, main_block

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

TYPES = {"bool": Type.BOOL, "int": Type.INT, "float": Type.FLOAT, "str": Type.STR, "timestamp": Type.TIMESTAMP}


@dataclass(frozen=True, slots=True)
class Place:
    """The end of a statement of the script after which variables are unknown that are read later on.

    Attributes
    ----------
    line, end_line
        Of the statement.
    scope : str
        The function it stands in, or nothing.
    unknown : tuple of str
        The variables.
    known : tuple of str
        Other variables that may hold something that can be changed.
    read_later : frozenset of str
        Which of them are read later on.
    why : str
        What stopped there, or before.
    """

    line: int
    end_line: int
    scope: str
    unknown: tuple[str, ...]
    known: tuple[str, ...]
    read_later: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a variable holds at a place: its kind, and of each column its name there, and its name and type in the plan."""

    name: str
    kind: str
    element: str
    ranged: bool
    labels: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """Variables with one element for each row of one table: how the script is run up to there, and what they hold."""

    source: str
    output: str
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A place, the files that the script reads up to there, by path, and the tables that it hands over."""

    place: Place
    reads: tuple[tuple[str, Read], ...]
    handed: tuple[Handed, ...]


def note_place(lift: Lifter, body: Sequence[ast.stmt], position: int) -> None:
    """Note the end of a statement after which variables are unknown that are read later on."""
    node = body[position]
    lost = {n for n in lift.names if isinstance(content_of(lift, n), Unknown)}
    no_place = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
    if not lost or no_place or lift.activations[-1].module:
        return
    scope = _scope(lift.tree, node)
    if scope is None or len(lift.activations) != (2 if scope else 1) or not _stands_alone(lift.script.text, body, position):
        return
    later = loaded(body[position + 1 :])
    if not scope:
        later |= loaded([f for f in lift.tree.body if isinstance(f, ast.FunctionDef | ast.ClassDef)])
    unknown = tuple(sorted(lost & later))
    if unknown:
        stop = next((s for s in lift.stops if not s.covered), None)
        fixed = Const | Module | UserFunction | UserClass
        known = tuple(n for n, v in sorted(lift.names.items()) if n not in unknown and not isinstance(v, fixed))
        why = stop.why if stop is not None else "The rules stopped"
        lift.places.append(
            Place(node.lineno, node.end_lineno or node.lineno, scope, unknown, known, frozenset(later) & set(known), why)
        )


def content_of(lift: Lifter, name: str) -> Value | None:
    """Return what a variable of the function that is being run holds."""
    value = lift.names.get(name)
    return lift.heap.get(value.id) if isinstance(value, Ref) else value


def _scope(tree: ast.Module, node: ast.stmt) -> str | None:
    """Return the name of the function in whose body a statement stands, '' outside any; None where it may run several times."""
    if any(s.lineno == node.lineno for s in _statements(tree, "")):
        return ""
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and any(s.lineno == node.lineno for s in f.body)]
    if len(functions) != 1 or functions[0].decorator_list:
        return None
    name = functions[0].name
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
    inside_loops = [n for loop in ast.walk(tree) if isinstance(loop, ast.For | ast.While) for n in ast.walk(loop) if n in uses]
    return name if len(uses) == 1 and not inside_loops else None


def _statements(tree: ast.Module, scope: str) -> list[ast.stmt]:
    """Return the statements of a function, or those outside any, the block under ``if __name__ == "__main__"`` among them."""
    if scope:
        return next(f.body for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == scope)
    main = main_block(tree)
    return tree.body if main is None else [*tree.body[:-1], *main.body]


def _stands_alone(text: str, body: Sequence[ast.stmt], position: int) -> bool:
    """Whether a statement has its lines for itself, so that others can be put after it."""
    node, end = body[position], body[position].end_lineno or body[position].lineno
    after = body[position + 1].lineno if position + 1 < len(body) else end + 1
    before = body[position - 1].end_lineno or 0 if position else 0
    own_line = text.split("\n")[node.lineno - 1]
    return before < node.lineno and after > end and not own_line[: node.col_offset].strip()


def draws_apart(lift: Lifter, place: Place) -> bool:
    """Whether random numbers are drawn up to a place, and again after it: from which state then is not followed."""
    tree = lift.tree
    functions = {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}

    def draws(nodes: Sequence[ast.AST], seen: frozenset[str]) -> bool:
        for n in (n for s in nodes for n in ast.walk(s)):
            if isinstance(n, ast.Attribute) and n.attr in DRAWS:
                return True
            if isinstance(n, ast.Name) and n.id in functions and n.id not in seen and draws([functions[n.id]], seen | {n.id}):
                return True
        return False

    statements = [s for s in _statements(tree, place.scope) if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    own = frozenset({place.scope})
    return draws([s for s in statements if s.lineno <= place.line], own) and draws(
        [s for s in statements if s.lineno > place.line], own
    )


# --- the step ----------------------------------------------------------------------------------------------------------


def indent_of(line: str) -> str:
    """Return the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def cut_after(text: str, place: Place, closing: Sequence[str]) -> str:
    """Return a script that ends after a statement with some lines of its own."""
    lines = text.split("\n")
    indent = indent_of(lines[place.line - 1])
    head = [*lines[: place.end_line], *(indent + c for c in closing)]
    if not place.scope:
        return "\n".join(head) + "\n"
    return "\n".join([*head, f"{indent}raise SystemExit", *lines[place.end_line :]])


def fields_of(names: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, tuple[Field, ...]]:
    """Return columns of the plan for the columns of variables, by variable: each has a name of its own."""
    taken: set[str] = set()
    out: dict[str, tuple[Field, ...]] = {}
    for name, columns in names.items():
        fields = []
        for place, (label, kind) in enumerate(columns, 1):
            base = label if label and not label.isdigit() else name if len(columns) == 1 else f"{name}_{place}"
            column = unlike(base.lstrip("_") or "value", taken)
            taken.add(column.casefold())
            fields.append(Field(column, TYPES[kind.rstrip("?")], kind.endswith("?")))
        out[name] = tuple(fields)
    return out


# --- going on from there -----------------------------------------------------------------------------------------------


def is_reached(lift: Lifter, node: ast.stmt) -> bool:
    """Whether a statement is the one after which the script is lifted again."""
    place = lift.beginning.place if lift.beginning is not None else None
    if place is None or node.lineno != place.line or lift.activations[-1].module:
        return False
    return len(lift.activations) == (2 if place.scope else 1)


def take_over(lift: Lifter) -> None:
    """Give the variables that the beginning of the script hands over their values."""
    beginning = lift.beginning
    assert beginning is not None
    place = beginning.place
    lift.line, lift.lines = place.line, tuple(range(place.line, place.end_line + 1))
    with lift.using(family="opaque"):
        reads: list[Node] = []
        for _, r in beginning.reads:
            reads.append(
                lift.step(Read, r.name, source=r.source, reader=r.reader, options=r.options, columns=r.columns, inferred=True)
            )
        for handed in beginning.handed:
            node = lift.step(
                Opaque,
                handed.held[0].name if len(handed.held) == 1 else "beginning",
                inputs=tuple(reads),
                variables=tuple(path for path, _ in beginning.reads),
                source=handed.source,
                output=handed.output,
                columns=tuple(f for h in handed.held for f in h.fields),
                reason=place.why,
                script=lift.script.path,
            )
            for held in handed.held:
                lift.names[held.name] = as_value(lift, node, held)
            if len(handed.held) == 1:
                lift.naming.claim(node, handed.held[0].name)
    lift.stops[:] = [replace(s, covered=True) for s in lift.stops]


def as_value(lift: Lifter, node: Node, held: Held) -> Value:
    """Return what a variable holds, over the rows of the step that hands it over."""
    made = tuple(cells.column(node, f.name) for f in held.fields)
    if held.kind == "frame":
        return lift.new(Frame(node, tuple(zip(held.labels, made, strict=True)), () if held.ranged else None))
    if held.kind == "series":
        return Column1(node, made[0], held.labels[0], index=() if held.ranged else None)
    if held.kind == "array":
        return lift.new(Column1(node, made[0], held.name, numpy=True))
    if held.kind == "matrix":
        features = tuple(Feature(c, f.name) for c, f in zip(made, held.fields, strict=True))
        kinds = {c.type for c in made}
        dtype = {Type.BOOL: "bool", Type.INT: "int64"}.get(kinds.pop() if len(kinds) == 1 else Type.FLOAT, "float64")
        return lift.new(Matrix(node, (MatrixBlock(held.name, features),), dtype=dtype))
    return lift.new(Rows(node, _element(lift, held, made)))


def _element(lift: Lifter, held: Held, made: tuple[Cell, ...]) -> Value:
    if held.kind == "values":
        return made[0]
    if held.element == "tuple":
        return Tup(made)
    if held.element == "list":
        return lift.new(Items(made))
    return lift.new(Entries(tuple((Const(k), c) for k, c in zip(held.labels, made, strict=True))))
