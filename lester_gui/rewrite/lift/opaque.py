"""Statements that stopped: what they may have changed becomes unknown, or an opaque step that runs them as they are."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.learning import Function
from lester_gui.ir.nodes import Node, Opaque
from lester_gui.ir.plan import topological
from lester_gui.ir.schema import Field, Schema
from lester_gui.rewrite.lift import cells, lost_columns, shapes
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Frame,
    Items,
    Keyed,
    Ref,
    Rows,
    Tup,
    Unknown,
    Value,
)
from lester_gui.rewrite.lift.stop import Stop, Stopped, shape
from lester_gui.rewrite.slicing import defines, effects, everything_may_change, loaded, return_statements, written_by

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that nothing understood, as an opaque step would run them.

    Attributes
    ----------
    inputs, variables
        The tables they read, and under which names. Each arrives as a pandas frame; `source` makes of it what the script had.
    source : str
        The statements as they are, between a preamble that turns frames into lists or dicts and a last line that turns `output`
        into a frame.
    output : str
        The variable that is used afterwards.
    functions : tuple of Function
        User functions that the nodes before it call.
    """

    inputs: tuple[Node, ...]
    variables: tuple[str, ...]
    source: str
    output: str
    functions: tuple[Function, ...] = ()


def gives_back(node: ast.stmt, body: Sequence[ast.stmt]) -> bool:
    """Whether a statement may end a function whose value matters: without it, what the function returns is not known."""
    return any(return_statements([node])) and any(
        r.value is not None and not (isinstance(r.value, ast.Constant) and r.value.value is None) for r in return_statements(body)
    )


def recover(lift: Lifter, body: Sequence[ast.stmt], position: int, stop: Stopped) -> None:
    """Go on after a statement that stopped: cover it by an opaque step, or mark what it may have changed as unknown."""
    node = body[position]
    line = stop.line or node.lineno
    if everything_may_change(node):
        poison(lift, stop, line)
        return
    if lost_columns.give_up(lift, node, stop, line):
        return
    assigned, changed = effects(lift, node)
    covered = cover(lift, body, position, assigned, changed, stop)
    by_object = {lift.names[n].id: n for n in lift.names if isinstance(lift.names[n], Ref)}  # type: ignore[attr-defined]
    origin = Unknown(stop.root[1], stop.root[0]) if stop.root else Unknown(stop.why, line)
    for name in assigned:
        if name not in covered:
            lift.names[name] = origin
            lift.failed[name] = [*_slice(lift, node), node]
    for ident in changed:
        if by_object.get(ident) not in covered:
            lift.heap[ident] = origin
            if ident in by_object:
                lift.failed[by_object[ident]] = [*_slice(lift, node), node]
    reached = {i for i, n in by_object.items() if n in loaded([node])}
    if (reached | changed) & lift.twice:  # what it changes in one of them, it changes in all
        for ident in lift.twice:
            lift.heap[ident] = origin
    if not lift.activations[-1].module:
        for path in written_by(lift.script, node):
            lift.files[path] = Const("a file that is written by statements that are not lifted")
    shown = ", ".join(dict.fromkeys([*covered, *assigned]))
    lift.stops.append(Stop(line, stop.reason, stop.why, shown, bool(covered)))


def poison(lift: Lifter, stop: Stopped, line: int) -> None:
    """Take everything as unknown after code that may change anything."""
    origin = Unknown(stop.why, line)
    for activation in lift.activations:
        for name in activation.names:
            activation.names[name] = origin
    for ident in lift.heap:
        lift.heap[ident] = origin
    lift.stops.append(Stop(line, stop.reason, stop.why, "everything"))


def cover(
    lift: Lifter, body: Sequence[ast.stmt], position: int, assigned: tuple[str, ...], changed: set[int], stop: Stopped
) -> set[str]:
    """Put an opaque step in the place of a statement, for each table that it leaves behind; return their names."""
    node = body[position]
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return set()
    later = loaded(body[position + 1 :])
    names = [
        n
        for n in dict.fromkeys((*assigned, *(n for n, v in lift.names.items() if isinstance(v, Ref) and v.id in changed)))
        if n in later
    ]
    statements = [*_slice(lift, node), node]
    out: set[str] = set()
    for name in names:
        state = lift.snapshot()
        try:
            with lift.using(family="opaque"):
                made = opaque_for(lift, body, position, statements, name, stop)
        except Stopped:
            made = False
        if made:
            out.add(name)
        else:
            lift.restore(state)
    return out


def _slice(lift: Lifter, node: ast.stmt) -> list[ast.stmt]:
    """Statements before `node` that stopped and whose results it needs, in order."""
    found: dict[int, ast.stmt] = {}
    for name in loaded([node]):
        value = lift.names.get(name)
        content = lift.heap.get(value.id) if isinstance(value, Ref) else value
        if isinstance(content, Unknown):
            found.update({s.lineno: s for s in lift.failed.get(name, [])})
    return [s for _, s in sorted(found.items())]


def opaque_for(
    lift: Lifter, body: Sequence[ast.stmt], position: int, statements: list[ast.stmt], output: str, stop: Stopped
) -> bool:
    """Make an opaque step for one table that statements leave behind; False if its columns cannot be told.

    Raises
    ------
    Stopped
        If they need something that is neither a known table nor fixed by the script's text.
    """
    lift.line, lift.lines = (
        statements[0].lineno,
        tuple(n for s in statements for n in range(s.lineno, (s.end_lineno or s.lineno) + 1)),
    )
    inside = {id(s) for s in statements}
    before = [s for s in body[:position] if id(s) not in inside]
    inputs: dict[str, Node] = {}
    preamble: list[str] = []
    known: dict[str, shapes.Shape] = {}
    definitions: dict[int, ast.stmt] = {}
    queue, seen = sorted(loaded(statements) | {output}), set()
    while queue:
        name = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        value = lift.names.get(name) or lift.modules[lift.activations[-1].module].get(name)
        if value is None:
            continue  # set by the statements themselves, or a builtin
        content = lift.heap.get(value.id) if isinstance(value, Ref) else value
        if isinstance(content, Unknown):
            if any(name in effects(lift, s)[0] for s in statements):
                continue
            raise shape(f"The step needs {name}, which could not be lifted")
        told = shapes.of_value(lift, value)
        if told is not None:
            known[name] = told
        table = as_input(lift, name, content) if content is not None else None
        if table is not None:
            inputs[name], adapter = table
            preamble += [adapter] if adapter else []
            continue
        for statement in definition_of(lift, before, name):
            if statement.lineno not in definitions:
                definitions[statement.lineno] = statement
                queue += sorted(loaded([statement]) - seen)
    if not inputs:
        return False
    made = [*(s for _, s in sorted(definitions.items())), *statements]
    text = [*preamble, *(segment(lift, s) for s in made)]
    outline = shapes.Shapes(lift, known, [*definitions.values(), *statements]).of(output)
    columns, template, closing = as_output(output, outline)
    if columns is None:
        return observed(lift, Step(tuple(inputs.values()), tuple(inputs), "\n".join(text) + "\n", output), stop)
    source = "\n".join(["import pandas as _pandas", *text, closing]) + "\n"
    node = lift.step(
        Opaque,
        output,
        inputs=tuple(inputs.values()),
        variables=tuple(inputs),
        source=source,
        output=output,
        columns=columns,
        reason=stop.why,
    )
    lift.names[output] = lift.new(Rows(node, template))
    lift.naming.claim(node, output)
    return True


def observed(lift: Lifter, step: Step, stop: Stopped) -> bool:
    """Ask what a step yields, where its text does not tell; True if that gave a table.

    Its index is taken as unknown: what it is on the data at hand says nothing about other data.
    """
    if lift.observe_step is None:
        return False
    named = lift.naming.final(topological(*step.inputs))
    inputs = tuple(named[id(n)] for n in step.inputs)
    schema: Schema | None = lift.observe_step(replace(step, inputs=inputs, functions=tuple(lift.functions.values())))
    if schema is None:
        return False
    node = lift.step(
        Opaque,
        step.output,
        inputs=step.inputs,
        variables=step.variables,
        source=step.source,
        output=step.output,
        columns=schema.fields,
        reason=stop.why,
    )
    lift.names[step.output] = lift.new(Frame(node, tuple((n, cells.column(node, n)) for n in schema.names), None))
    lift.naming.claim(node, step.output)
    return True


def as_input(lift: Lifter, name: str, content: Value) -> tuple[Node, str] | None:
    """Return a table as an input of a step: a node with exactly its columns, and the line that turns the frame into it."""
    if isinstance(content, Frame) and content.part is None:
        return lift.materialise(content)[0], ""
    if isinstance(content, Rows) and content.part is None:
        template = lift.content(content.template)
        values = template.values if isinstance(template, Items | Tup) else (template,)
        flat = [cells.cell_of(lift.content(v)) for v in values]
        columns = _named(lift, flat, name)
        node, _ = lift.materialise(Frame(content.node, tuple(columns.items())))
        if not isinstance(template, Tup | Items):
            return node, f"{name} = list({name}[{next(iter(columns))!r}])"
        rows = f"{name}.itertuples(index=False, name=None)"
        return node, f"{name} = list({rows})" if isinstance(template, Tup) else f"{name} = [list(row) for row in {rows}]"
    if isinstance(content, Column1) and content.part is None:
        columns = _named(lift, [content.cell], content.name or name)
        node, _ = lift.materialise(Frame(content.node, tuple(columns.items())))
        array = ".to_numpy()" if content.numpy else ""
        return node, f"{name} = {name}[{next(iter(columns))!r}]{array}"
    if isinstance(content, Keyed) and content.template is not None:
        template = lift.content(content.template)
        values = template.items if isinstance(template, Tup) else (template,)
        flat = [cells.column(content.node, k) for k in content.keys] + [cells.cell_of(lift.content(v)) for v in values]
        columns = _named(lift, flat, name)
        node, _ = lift.materialise(Frame(content.node, tuple(columns.items())))
        n = len(content.keys)
        key = "row[0]" if n == 1 else f"row[:{n}]"
        value = f"row[{n}:]" if isinstance(template, Tup) else f"row[{n}]"
        order = "" if content.take != "first" else "[::-1]"
        return node, f"{name} = {{{key}: {value} for row in list({name}.itertuples(index=False, name=None)){order}}}"
    return None


def _named(lift: Lifter, flat: list[Cell], name: str) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for i, c in enumerate(flat, 1):
        base = lift.called_cell(c) or (name if len(flat) == 1 else f"{name}_{i}")
        n, candidate = 1, base
        while candidate in out:
            n += 1
            candidate = f"{base}_{n}"
        out[candidate] = c
    return out


def as_output(name: str, outline: shapes.Shape | None) -> tuple[tuple[Field, ...] | None, Value, str]:
    """Return the columns of a list, the template of its elements, and the line that turns it into a frame."""
    element = outline.element if isinstance(outline, shapes.Many) else None
    scalars = element.items if isinstance(element, shapes.Record) else (element,)
    if not all(isinstance(s, shapes.Scalar) for s in scalars):
        return None, Tup(()), ""
    fields: list[Field] = []
    for i, s in enumerate(scalars, 1):
        assert isinstance(s, shapes.Scalar)
        base = s.name or (name if len(scalars) == 1 else f"{name}_{i}")
        n, candidate = 1, base
        while any(f.name == candidate for f in fields):
            n += 1
            candidate = f"{base}_{n}"
        fields.append(Field(candidate, s.type, s.nullable))
    made = tuple(Cell(Column(f.name), f.type, f.nullable) for f in fields)
    if isinstance(element, shapes.Record):
        names = ", ".join(repr(f.name) for f in fields)
        return tuple(fields), Tup(made), f"{name} = _pandas.DataFrame({name}, columns=[{names}])"
    return tuple(fields), made[0], f"{name} = _pandas.DataFrame({{{fields[0].name!r}: {name}}})"


def definition_of(lift: Lifter, before: Sequence[ast.stmt], name: str) -> list[ast.stmt]:
    """Return the statements that give a name its value: the last plain assignment, or its import or definition.

    Raises
    ------
    Stopped
        If it is none that can be repeated as it stands.
    """
    top = lift.script.tree.body if not lift.activations[-1].module else []
    for place in (before, top):
        for statement in reversed(place):
            if name not in defines(statement):
                continue
            if isinstance(statement, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.Import | ast.ImportFrom):
                return [statement]
            raise shape(f"The step needs {name}, which is set in a way that cannot be repeated")
    raise shape(f"The step needs {name}, which no statement of the script sets")


def segment(lift: Lifter, statement: ast.stmt) -> str:
    """Return a statement's own text, without the indentation of the block it stands in."""
    text = lift.script.text if not lift.activations[-1].module else dict(lift.script.modules)[lift.activations[-1].module]
    lines = text.split("\n")[statement.lineno - 1 : statement.end_lineno]
    return textwrap.dedent("\n".join(lines))
