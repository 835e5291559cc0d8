"""What statements define, read and may change, told from their text: definitions and uses, never execution.

The interpreter asks here before a loop (which objects does the body change?) and after a stop (what is unknown from now on?),
and a carried function takes along what it needs.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lester_gui.discovery.effects import effects_of
from lester_gui.discovery.scripts import Script
from lester_gui.rewrite.aliases import owners_of, read_by_key
from lester_gui.rewrite.lift.domain import Bound, Entries, Ref, Result, UserClass, UserFunction, Value

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MUTATORS = {
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "clear",
    "sort",
    "reverse",
    "update",
    "setdefault",
    "add",
    "discard",
    "popitem",
    "fill",
    "shuffle",
    "put",
    "resize",
    "write",
    "writelines",
    "fit",
    "partial_fit",
    "set_params",
    "intersection_update",
}
# Code that is made from text, or reaches into names: nothing is known after it.
ANYTHING = {
    "exec",
    "eval",
    "globals",
    "locals",
    "vars",
    "setattr",
    "delattr",
    "__import__",
    "execfile",
    "run_path",
    "run_line_magic",
    "run_cell_magic",
    "reload",
}


def pipelines(script: Script) -> tuple[tuple[str, int], ...]:
    """Return the pipelines of a script as (name, line of its fit): one per fit of an estimator that predicts.

    The first is called after the file, further ones ``stem-2``, ``stem-3``.
    """
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", PurePosixPath(script.path).stem)
    fits = effects_of(script).fits
    return tuple((stem if number == 1 else f"{stem}-{number}", fit.line) for number, fit in enumerate(fits, 1))


def written_files(script: Script) -> tuple[str, ...]:
    """Return the paths that a script writes, as far as its text fixes them."""
    return tuple(dict.fromkeys(use.path for use in effects_of(script).writes))


def written_by(script: Script, node: ast.stmt) -> set[str]:
    """Return the paths that a statement of a script, or a function of the script that it names, writes."""
    named = loaded([node])
    within = [node, *(f for f in ast.walk(script.tree) if isinstance(f, ast.FunctionDef) and f.name in named)]
    return {use.path for use in effects_of(script).writes for n in within if n.lineno <= use.line <= (n.end_lineno or n.lineno)}


def return_statements(body: Iterable[ast.AST]) -> Iterator[ast.Return]:
    """Yield the ``return`` statements of a function's own body, not those of functions in it."""
    queue = list(body)
    while queue:
        node = queue.pop()
        if isinstance(node, ast.Return):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            queue += ast.iter_child_nodes(node)


WRITERS = {
    "to_csv",
    "to_json",
    "to_parquet",
    "to_pickle",
    "to_excel",
    "dump",
    "save",
    "savez",
    "savetxt",
    "write_text",
    "copyfile",
}


def writes_files(script: Script) -> bool:
    """Whether a script, or a project module that it imports, calls anything that writes a file."""
    trees = [script.tree, *(ast.parse(text) for path, text in script.modules if path.endswith(".py"))]
    calls = (n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call))
    return any(_writes(call) for call in calls)


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if name != "open":
        return name in WRITERS
    modes = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
    return any(
        isinstance(m, ast.Constant) and isinstance(m.value, str) and m.value.rstrip("bt+") in ("w", "a", "x") for m in modes
    )


def defines(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds: by assignment, import, or definition, at any depth."""
    out: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            out.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            out.add(node.name)
        elif isinstance(node, ast.Import):
            out |= {(a.asname or a.name).split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            out |= {a.asname or a.name for a in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            out.add(node.name)
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    return out


def main_block(tree: ast.Module) -> ast.If | None:
    """Return ``if __name__ == "__main__":`` where it ends a script: what stands in it is the rest of the script."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.If) and not last.orelse and ast.unparse(last.test) == "__name__ == '__main__'":
        return last
    return None


def loaded(body: Sequence[ast.AST]) -> set[str]:
    """Return the names that statements read."""
    return {n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def free_names(statement: ast.stmt) -> set[str]:
    """Return the names that a definition takes from outside."""
    if not isinstance(statement, ast.FunctionDef):
        return loaded([statement])
    own = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {a.arg for n in ast.walk(statement) if isinstance(n, ast.arguments) for a in (*n.posonlyargs, *n.args, *n.kwonlyargs)}
    return loaded([statement]) - own


def everything_may_change(node: ast.stmt) -> bool:
    """Whether a statement runs code that it makes from text, or reaches into tables of names."""
    for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ANYTHING and not (isinstance(call.func, ast.Attribute) and name == "eval"):  # frame.eval is pandas
            return True
    return False


GROWING = ("int", "float", "str", "bool", "list", "set", "dict", "lambda", "nested")  # what a defaultdict makes


def effects(lift: Lifter, node: ast.stmt) -> tuple[tuple[str, ...], set[int]]:
    """Return the names that a statement may assign and the objects that it, or a function it calls, may change."""
    from lester_gui.rewrite.lift.classes import reachable

    assigned = sorted(defines(node) | _globals_assigned(lift, node, set()))
    changed: set[int] = set()
    names = changed_names(lift, node, set(), pessimistic=True)
    names |= owners_of(node, names) | {n for n in read_by_key(node) if grows_by_reading(lift, n)}
    for name in names:
        value = value_of(lift, name)
        if isinstance(value, Bound):
            value = value.owner
        if isinstance(value, Ref) and not isinstance(lift.heap.get(value.id), Result):
            changed |= reachable(lift, value.id)
    for function in _called(lift, node):
        if function.module:  # whatever a module keeps may have changed
            changed |= {v.id for v in lift.modules.get(function.module, {}).values() if isinstance(v, Ref)}
    return tuple(assigned), changed


def grows_by_reading(lift: Lifter, name: str) -> bool:
    """Whether a name holds a defaultdict, which gets a key where it is read at a new one."""
    value = value_of(lift, name)
    content = lift.heap.get(value.id) if isinstance(value, Ref) else None
    return isinstance(content, Entries) and not content.items and content.factory.split(":")[0] in GROWING


def value_of(lift: Lifter, name: str) -> Value | None:
    """Return what a name holds where execution stands, if anything."""
    found = lift.names.get(name)
    return found if found is not None else lift.modules[lift.activations[-1].module].get(name)


def changed_names(lift: Lifter, node: ast.AST, seen: set[str], pessimistic: bool = False) -> set[str]:
    """Return the names whose objects a statement may change in place.

    Parameters
    ----------
    seen
        Functions that were looked into already.
    pessimistic
        Whether a list, dict or array that is passed to a function of a library counts as changed, too.
    """
    out: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript | ast.Attribute) and isinstance(inner.ctx, ast.Store | ast.Del):
            out |= _root(inner)
        elif isinstance(inner, ast.AugAssign):
            out |= _root(inner.target)
        elif isinstance(inner, ast.Call):
            out |= _changed_by_call(lift, inner, seen, pessimistic)
    return out


def _changed_by_call(lift: Lifter, call: ast.Call, seen: set[str], pessimistic: bool) -> set[str]:
    arguments = [*call.args, *(k.value for k in call.keywords)]
    out: set[str] = set()
    if isinstance(call.func, ast.Attribute):
        if call.func.attr in MUTATORS or any(k.arg == "inplace" for k in call.keywords):
            out |= _root(call.func.value)
        if any(_is_object(lift, n) for n in _root(call.func)):
            out |= _root(call.func) | _lent(lift, arguments)
        if call.func.attr == "shuffle":
            out |= {n for a in arguments for n in _root(a)}
    value = value_of(lift, call.func.id) if isinstance(call.func, ast.Name) else None
    if isinstance(value, UserClass):
        out |= _lent(lift, arguments)
    if isinstance(value, Bound) and isinstance(call.func, ast.Name):
        out.add(call.func.id)
    function = _function(lift, call.func)
    if function is not None:
        if function.name not in seen:
            out |= _changed_by_function(lift, function, call, seen, pessimistic)
    elif pessimistic and not _only_looks(lift, call) and not _only_learns(lift, call):
        out |= {n for a in arguments for n in _root(a) if _is_container(lift, n)}
    return out


def _changed_by_function(lift: Lifter, function: UserFunction, call: ast.Call, seen: set[str], pessimistic: bool) -> set[str]:
    inside = changed_names(lift, function.node, seen | {function.name}, pessimistic)
    parameters = [a.arg for a in function.node.args.args]
    out: set[str] = set()
    for place, argument in enumerate(call.args):
        if place < len(parameters) and parameters[place] in inside:
            out |= _root(argument)
    for keyword in call.keywords:
        if keyword.arg in inside:
            out |= _root(keyword.value)
    return out if function.module else out | (inside - set(parameters))


# Functions of libraries that change what they are given; all others of the libraries below only look at it.
CHANGES_ARGUMENTS = {
    *("shuffle", "put", "place", "copyto", "putmask", "fill_diagonal", "put_along_axis", "setattr", "delattr", "exec", "eval"),
    *("next", "map", "filter", "sorted", "min", "max", "random_shuffle", "iter"),  # these draw from iterators or call functions
}
LOOKING = ("numpy.", "pandas.", "sklearn.metrics.", "math.", "statistics.", "matplotlib.", "seaborn.", "builtins.")


def _only_looks(lift: Lifter, call: ast.Call) -> bool:
    """Whether a call is one of a library function that leaves its arguments as they are."""
    from lester_gui.rewrite.lift.domain import Module

    if any(k.arg in ("out", "inplace", "copy") for k in call.keywords):
        return False
    parts: list[str] = []
    node = call.func
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return True  # methods of a text of the script
    if not isinstance(node, ast.Name):
        return False
    value = value_of(lift, node.id)
    if value is None and node.id in dir(builtins):
        value = Module(f"builtins.{node.id}")
    if not isinstance(value, Module):
        return False
    name = ".".join([value.name, *reversed(parts)])
    return name.startswith(LOOKING) and name.rsplit(".", 1)[-1] not in CHANGES_ARGUMENTS


LEARNING = ("fit", "fit_transform", "transform", "predict", "predict_proba", "decision_function", "score", "split")


def _only_learns(lift: Lifter, call: ast.Call) -> bool:
    """Whether a call is a method of a library's estimator: these leave what they are given as it is, unless told not to copy."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LEARNING:
        return False
    if "copy=False" in (text := lift.script.text.replace(" ", "")) or "copy_X=False" in text:
        return False
    visible = [*lift.names.values(), *(v for names in lift.modules.values() for v in names.values())]
    return not any(isinstance(v, UserClass) and call.func.attr in v.members for v in visible)


def _lent(lift: Lifter, arguments: Sequence[ast.expr]) -> set[str]:
    """Return the names of lists, dicts and arrays that an object may keep or change when it is given these arguments."""
    return {
        n
        for a in arguments
        for n in _root(a)
        if _is_container(lift, n) and (isinstance(a, ast.Name | ast.Attribute) or not _holds_values(lift, n))
    }


def _holds_values(lift: Lifter, name: str) -> bool:
    """Whether what is taken out of a list or dict is a number or text, by which nobody can change the list or dict."""
    from lester_gui.rewrite.lift.domain import Cell, Const, Keyed, Rows

    value = value_of(lift, name)
    content = lift.heap.get(value.id) if isinstance(value, Ref) else None
    if isinstance(content, Keyed | Rows):
        return isinstance(lift.content(content.template), Cell | Const) if content.template is not None else True
    return isinstance(content, Entries) and all(isinstance(v, Cell | Const) for _, v in content.items)


def _is_container(lift: Lifter, name: str) -> bool:
    from lester_gui.rewrite.lift.domain import Column1, Items, Keyed, Matrix, Rows, Vocabulary

    value = value_of(lift, name)
    return isinstance(value, Ref) and isinstance(
        lift.heap.get(value.id), Items | Entries | Rows | Keyed | Column1 | Matrix | Vocabulary
    )


def _is_object(lift: Lifter, name: str) -> bool:
    """Whether a name holds an object or class of the script, whose methods may change it and what they are given."""
    from lester_gui.rewrite.lift.classes import class_of

    value = value_of(lift, name)
    content = lift.heap.get(value.id) if isinstance(value, Ref) else value
    return isinstance(content, UserClass) or (content is not None and class_of(lift, content) is not None)


def _function(lift: Lifter, node: ast.expr) -> UserFunction | None:
    """The function of the script or of a project module that an expression names, if it does."""
    if isinstance(node, ast.Name):
        value = value_of(lift, node.id)
        return value if isinstance(value, UserFunction) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        from lester_gui.rewrite.lift.domain import Module

        owner = value_of(lift, node.value.id)
        if isinstance(owner, Module) and owner.name.startswith("project:"):
            value = lift.modules.get(owner.name.removeprefix("project:"), {}).get(node.attr)
            return value if isinstance(value, UserFunction) else None
    return None


def _called(lift: Lifter, node: ast.AST) -> list[UserFunction]:
    found = (_function(lift, c.func) for c in ast.walk(node) if isinstance(c, ast.Call))
    return [f for f in found if f is not None]


def _globals_assigned(lift: Lifter, node: ast.AST, seen: set[str]) -> set[str]:
    """Names that functions called from here assign outside themselves."""
    out: set[str] = set()
    for function in _called(lift, node):
        if function.name in seen:
            continue
        out |= {n for s in ast.walk(function.node) if isinstance(s, ast.Global | ast.Nonlocal) for n in s.names}
        out |= _globals_assigned(lift, function.node, seen | {function.name})
    return out


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()
