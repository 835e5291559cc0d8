"""One step of a plan as a question: the code it stands for, the tables it reads, the table it must yield."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from itertools import takewhile

from lester_gui.ir.expressions import Call, Literal, walk
from lester_gui.ir.nodes import Node, Opaque
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.rewrite.ollama.literals import DATE_CALLS, called, literals_of


@dataclass(frozen=True, slots=True)
class Known:
    """A user function that the plan carries, with what it is known to return."""

    name: str
    arguments: int
    type: Type
    nullable: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the script; `marked` lines are those of the step, the others are there to understand them."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True)
class Stage:
    """What a model is asked about.

    Attributes
    ----------
    name : str
        The view that the step makes.
    output : str
        What the script calls its result.
    code : tuple of Line
        The statements of the step, and the constants and functions of the script that they use.
    inputs : tuple of (str, Node)
        The tables that it reads, under the names the answer must use.
    columns : tuple of Field
        The columns that it must yield.
    adapters : tuple of str
        Statements that say what the code has instead of a table: ``mails = list(mails.itertuples(…))``.
    functions : tuple of Known
        User functions that the code names, so that the answer may call them.
    literals : tuple of Literal
        Constants that the answer may use.
    lines : tuple of int
        Script lines of the new steps.
    taken : frozenset of str
        Names of views that exist already.
    """

    name: str
    output: str
    code: tuple[Line, ...]
    inputs: tuple[tuple[str, Node], ...]
    columns: tuple[Field, ...]
    adapters: tuple[str, ...]
    functions: tuple[Known, ...]
    literals: tuple[Literal, ...]
    lines: tuple[int, ...]
    taken: frozenset[str]

    @property
    def observed(self) -> tuple[str, ...]:
        """The columns of the tables that it reads, each once."""
        return tuple(dict.fromkeys(n for _, node in self.inputs for n in node.schema.names))

    @property
    def required(self) -> Schema:
        """The columns that it must yield."""
        return Schema(self.columns)

    @property
    def text(self) -> str:
        """The code without line numbers."""
        return "\n".join(line.text for line in self.code)


def stage_of(plan: Plan, name: str, script: str) -> Stage:
    """Return the question for the step that makes the view `name`.

    Parameters
    ----------
    script : str
        The text that the `lines` of the plan's nodes count in.

    Raises
    ------
    PlanError
        If there is no such view.
    """
    node = plan.view(name)
    opaque = node if isinstance(node, Opaque) else None
    names = opaque.variables if opaque else tuple(_variable(p.name) for p in node.parents)
    inputs = tuple(zip(_distinct_names(names), node.parents, strict=True))
    tree = ast.parse(script)
    output = opaque.output if opaque else _variable(name)
    shown = _context(tree, _statements(tree, set(node.lines)), output)
    text = script.splitlines()
    return Stage(
        name=name,
        output=output,
        code=tuple(Line(n, text[n - 1], n in node.lines) for n in sorted(shown) if n <= len(text)),
        inputs=inputs,
        columns=node.schema.fields,
        adapters=_adapters(opaque, script) if opaque else (),
        functions=_known_functions(plan, {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.lineno in shown}),
        literals=literals_of(tree, shown),
        lines=node.lines,
        taken=frozenset(n.name for n in plan.views),
    )


def graft(plan: Plan, name: str, new: Node) -> Plan:
    """Return the plan in which `new` makes the view `name`.

    Raises
    ------
    PlanError
        If later steps, the label or the encoders do not fit the new columns.
    """
    return plan.map_nodes(lambda node: replace(new, name=name) if node.name == name else node)


def _variable(view: str) -> str:
    """Return what the script calls a view: ``mails`` for ``mails-2``."""
    return re.sub(r"-\d+$", "", view)


def _distinct_names(names: tuple[str, ...]) -> tuple[str, ...]:
    out: list[str] = []
    for name in names:
        clash = name in out or re.fullmatch(r"step\d+", name)  # an answer calls its own steps so
        out.append(f"{name}_{len(out) + 1}" if clash else name)
    return tuple(out)


def _statements(tree: ast.Module, lines: set[int]) -> set[int]:
    """Return the lines of every top-level statement that has one of `lines`."""
    out = set(lines)
    for statement in tree.body:
        extent = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        if extent & lines:
            out |= extent
    return out


def _context(tree: ast.Module, lines: set[int], output: str) -> set[int]:
    """Return `lines` and those of the constants and functions at top level that they use, directly or not.

    An empty container is no constant, because it is filled elsewhere; that of `output` is where the step begins.
    """
    offers: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            offers.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and _is_constant(statement.value, may_be_empty=target.id == output):
                    offers.setdefault(target.id, []).append(statement)
    shown = set(lines)
    while True:
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.lineno in shown}
        more = {
            line
            for name in used & set(offers)
            for statement in offers[name]
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        }
        if more <= shown:
            return shown
        shown |= more


def _is_constant(value: ast.expr, may_be_empty: bool = False) -> bool:
    if isinstance(value, ast.Call) and called(value) in (*DATE_CALLS, "compile", "set", "frozenset"):
        return bool(value.args) and all(map(_is_constant, value.args))
    try:
        held = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return may_be_empty or not isinstance(held, list | dict | set) or bool(held)


def _adapters(opaque: Opaque, script: str) -> tuple[str, ...]:
    """Return the lines that stand before the script's own and turn a variable into something else."""
    written = set(script.splitlines())
    starts = tuple(f"{name} = " for name in opaque.variables)
    head = takewhile(lambda line: line not in written, opaque.source.splitlines())
    return tuple(line for line in head if line.startswith(starts))


def _known_functions(plan: Plan, named: set[str]) -> tuple[Known, ...]:
    """Return the functions that the plan calls already, as far as the code shown names them."""
    known: dict[str, Known | None] = {}
    for expr in plan.expressions:
        for call in (e for e in walk(expr) if isinstance(e, Call)):
            this = Known(call.function, len(call.arguments), call.type, call.nullable)
            known[call.function] = this if known.get(call.function, this) == this else None
    return tuple(k for k in known.values() if k is not None and k.name in named)
