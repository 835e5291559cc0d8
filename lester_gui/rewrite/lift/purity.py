"""Whether a function only computes: no files, time, randomness, or state outside itself, in it or in whatever it calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.stop import Reason, Stopped
from lester_gui.rewrite.slicing import MUTATORS, changed_names, free_names

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

IMPURE_MODULES = {
    *("random", "time", "os", "sys", "subprocess", "socket", "requests", "urllib", "http", "shutil", "pathlib", "io", "pickle"),
    *("joblib", "uuid", "secrets", "threading", "multiprocessing", "logging", "builtins", "importlib", "ctypes"),
}
# `hash` of text differs from process to process
IMPURE_CALLS = {
    *("open", "print", "input", "exec", "eval", "compile", "globals", "locals", "setattr", "delattr", "__import__"),
    *("next", "iter", "hash", "id", "vars"),
}
IMPURE_METHODS = {
    "now",
    "today",
    "utcnow",
    "random",
    "randint",
    "rand",
    "randn",
    "shuffle",
    "choice",
    "permutation",
    "default_rng",
}
PURE_DECORATORS = {"lru_cache", "cache", "functools.lru_cache", "functools.cache", "njit", "jit", "numba.njit", "numba.jit"}


def check_pure(lift: Lifter, path: str, name: str, seen: set[tuple[str, str]] | None = None) -> None:
    """Raise if a function does anything but compute.

    Parameters
    ----------
    path
        The project module that defines it, "" for the script.

    Raises
    ------
    Stopped
        It says what the function does.
    """
    seen = set() if seen is None else seen
    if (path, name) in seen:
        return
    seen.add((path, name))
    tree = lift.script.tree if not path else ast.parse(dict(lift.script.modules)[path])
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    if len(functions) > 1:
        raise Stopped(Reason.ALIAS, f"{name} is defined twice")
    if not functions:
        _check_import(lift, tree, name, seen)
        return
    check_body(functions[0])
    for used in sorted(free_names(functions[0])):
        if any(isinstance(n, ast.ClassDef) and n.name == used for n in tree.body):
            raise Stopped(Reason.EFFECT, f"{name} uses the class {used}, whose objects may keep something")
        check_pure(lift, path, used, seen)
    if not path:
        constants = free_names(functions[0])
        for statement in tree.body:
            changed = changed_names(lift, statement, set()) & constants
            if changed and not isinstance(statement, ast.FunctionDef):
                raise Stopped(Reason.ALIAS, f"{name} uses {sorted(changed)[0]}, which the script changes")


def _check_import(lift: Lifter, tree: ast.Module, name: str, seen: set[tuple[str, str]]) -> None:
    """A name that is imported: fine from a library that only computes, looked into when it is the project's."""
    paths = {p.removesuffix(".py").removesuffix("/__init__").replace("/", "."): p for p, _ in lift.script.modules}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) == name:
                    if alias.name.split(".")[0] in IMPURE_MODULES:
                        raise Stopped(Reason.EFFECT, f"A function of one row uses the module {alias.name}")
                    if alias.name in paths:
                        raise Stopped(Reason.NO_RULE, f"A function of one row uses the whole module {alias.name}")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    module = node.module or ""
                    if module.split(".")[0] in IMPURE_MODULES:
                        raise Stopped(Reason.EFFECT, f"A function of one row uses the module {module}")
                    if module in paths:
                        check_pure(lift, paths[module], alias.name, seen)


def check_body(function: ast.FunctionDef) -> None:
    """Raise if the text of a function does anything but compute.

    Raises
    ------
    Stopped
        It says what the function does.
    """
    name = function.name
    if any(ast.unparse(d.func if isinstance(d, ast.Call) else d) not in PURE_DECORATORS for d in function.decorator_list):
        raise Stopped(Reason.EFFECT, f"{name} is decorated by something that may change what it does")
    if any(isinstance(d, ast.List | ast.Dict | ast.Set) for d in function.args.defaults):
        raise Stopped(Reason.ALIAS, f"A default of {name} is one object for all its calls")
    own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(function):
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Await | ast.AsyncFunctionDef | ast.Yield | ast.YieldFrom):
            raise Stopped(Reason.EFFECT, f"{name} changes something outside itself")
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if any(m.split(".")[0] in IMPURE_MODULES for m in modules):
                raise Stopped(Reason.EFFECT, f"{name} uses the module {modules[0]}")
        if isinstance(node, ast.Call):
            called = (
                node.func.id
                if isinstance(node.func, ast.Name)
                else node.func.attr
                if isinstance(node.func, ast.Attribute)
                else ""
            )
            if called in (IMPURE_CALLS if isinstance(node.func, ast.Name) else IMPURE_METHODS):
                raise Stopped(Reason.EFFECT, f"{name} calls {called}, which does not depend on its arguments alone")
        changed = _changed(node)
        if changed and changed not in own:
            raise Stopped(Reason.EFFECT, f"{name} changes {changed}, which it does not make itself")


def _changed(node: ast.AST) -> str:
    """The name whose object a piece of code changes in place, '' for none."""
    target: ast.expr | None = None
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        target = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        target = node.func.value
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
