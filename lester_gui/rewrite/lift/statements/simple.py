"""Statements without much to them: expressions, imports, pass, assert, del, return."""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Const, Handle, Module, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.records import Returned
from lester_gui.rewrite.lift.statements import block, statement
from lester_gui.rewrite.lift.statements.assign import store
from lester_gui.rewrite.lift.stop import Reason, Stop, Stopped
from lester_gui.rewrite.slicing import effects

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@statement(ast.Expr)
def expression_statement(lift: Lifter, node: ast.Expr) -> None:
    """A call for its effect, or a value that a notebook shows."""
    if isinstance(node.value, ast.Constant):
        return
    before, lift.shown = lift.shown, node.value
    try:
        evaluate(lift, node.value)
    except Stopped as stop:
        if not only_prints(lift, node):
            raise
        lift.stops.append(Stop(stop.line or node.lineno, stop.reason, stop.why))
    finally:
        lift.shown = before


def only_prints(lift: Lifter, node: ast.Expr) -> bool:
    """Whether a statement prints something and does nothing else: no plan needs it, wherever it stands."""
    call = node.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return False
    target = lift.look_up(call.func.id)
    if not (isinstance(target, Module) and target.name in ("builtins.print", "builtins.display", "pprint.pprint")):
        return False
    assigned, changed = effects(lift, node)
    return not assigned and not changed


@statement(ast.Pass)
def nothing(lift: Lifter, node: ast.Pass) -> None:
    """``pass``."""


@statement(ast.Assert)
def check(lift: Lifter, node: ast.Assert) -> None:
    """``assert``: the script ended well on the data at hand, so the condition holds there."""


@statement(ast.Delete)
def delete(lift: Lifter, node: ast.Delete) -> None:
    """``del name`` forgets a name; ``del frame[column]`` drops a column; anything else is a change that is not lifted."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            lift.names.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            from lester_gui.rewrite.lift.statements.items import delete_item

            delete_item(lift, target)
        else:
            raise Stopped(Reason.EFFECT, "Deleting part of an object is not lifted")


@statement(ast.Import)
def import_module(lift: Lifter, node: ast.Import) -> None:
    """``import a.b as c``."""
    for alias in node.names:
        name = alias.asname or alias.name.split(".")[0]
        lift.names[name] = project_module(lift, alias.name if alias.asname else alias.name.split(".")[0])


@statement(ast.ImportFrom)
def import_from(lift: Lifter, node: ast.ImportFrom) -> None:
    """``from a import b as c``; a name of a project module is the function or constant itself."""
    from lester_gui.rewrite.lift.functions import module_names

    for alias in node.names:
        base = project_module(lift, node.module or "")
        if alias.name == "*":
            if not base.name.startswith("project:"):
                lift.names.update({n: Module(f"{base.name}.{n}") for n in names_of_library(node.module or "")})
                continue
            lift.names.update(module_names(lift, base.name.removeprefix("project:")))
            continue
        value: Value = Module(f"{base.name}.{alias.name}")
        if base.name.startswith("project:"):
            names = module_names(lift, base.name.removeprefix("project:"))
            if alias.name in names:
                value = names[alias.name]
            else:
                value = project_module(lift, f"{node.module}.{alias.name}" if node.module else alias.name)
        elif not base.name:
            value = project_module(lift, alias.name)
        lift.names[alias.asname or alias.name] = value


LIBRARIES = ("sklearn", "numpy", "pandas", "scipy", "math", "datetime", "collections", "itertools", "random", "statistics")


def names_of_library(module: str) -> tuple[str, ...]:
    """Return what ``from module import *`` brings, of the libraries that are installed with Lester.

    Raises
    ------
    Stopped
        If it is another module, whose names nothing but running it would tell.
    """
    hidden = Stopped(Reason.SYNTAX, f"from {module} import * hides where names come from")
    if module.split(".")[0] not in LIBRARIES:
        raise hidden
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise hidden from error
    return tuple(getattr(found, "__all__", [n for n in dir(found) if not n.startswith("_")]))


def project_module(lift: Lifter, name: str) -> Module:
    """Return a module; one of the project is marked as such."""
    path = name.replace(".", "/")
    for candidate, _ in lift.script.modules:
        if name and (
            candidate in (f"{path}.py", f"{path}/__init__.py") or candidate.endswith((f"/{path}.py", f"/{path}/__init__.py"))
        ):
            return Module(f"project:{candidate}")
    return Module(name)


@statement(ast.FunctionDef)
def function_definition(lift: Lifter, node: ast.FunctionDef) -> None:
    """``def``: the body is lifted where it is called."""
    from lester_gui.rewrite.lift.functions import made

    lift.names[node.name] = made(lift, node, node.name)


@statement(ast.ClassDef)
def class_definition(lift: Lifter, node: ast.ClassDef) -> None:
    """``class``: one that is not followed is known by name only; using it stops."""
    from lester_gui.rewrite.lift.classes import defined

    try:
        lift.names[node.name] = defined(lift, node)
    except Stopped as stop:
        lift.names[node.name] = Module(f"class:{node.name}")
        lift.stopped_classes[node.name] = stop.why


@statement(ast.Global, ast.Nonlocal)
def outer_names(lift: Lifter, node: ast.Global | ast.Nonlocal) -> None:
    """A function that assigns names outside itself is not lifted."""
    raise Stopped(Reason.ALIAS, f"A function assigns {', '.join(node.names)} outside itself")


@statement(ast.Return)
def give_back(lift: Lifter, node: ast.Return) -> None:
    """``return``."""
    if len(lift.activations) == 1:
        raise Stopped(Reason.SYNTAX, "return outside a function")
    if lift.loops and len(lift.loops) > lift.depth:
        raise Stopped(Reason.SYNTAX, "A return inside a loop is not lifted")
    value = evaluate(lift, node.value) if node.value is not None else Const(None)
    lift.activations[-1].returns.append(Returned(lift.live, value, dict(lift.heap)))
    lift.live = FALSE


@statement(ast.With)
def with_block(lift: Lifter, node: ast.With) -> None:
    """``with open(...) as f``: the file is closed at the end of the block."""
    opened: list[Value] = []
    for item in node.items:
        value = evaluate(lift, item.context_expr)
        opened.append(value)
        if item.optional_vars is not None:
            store(lift, item.optional_vars, value)
    block(lift, node.body)
    for value in opened:
        if isinstance(lift.content(value), Handle):
            from lester_gui.rewrite.lift.texts import close

            close(lift, value)
