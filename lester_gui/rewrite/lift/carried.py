"""User functions carried verbatim: pure functions of one row that no rule covers, with what they need to run."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call
from lester_gui.ir.learning import Function
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, UserFunction, Value
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.returns import returned
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

IMPURE_MODULES = {
    "random",
    "time",
    "os",
    "sys",
    "subprocess",
    "socket",
    "requests",
    "urllib",
    "http",
    "shutil",
    "pathlib",
    "io",
    "pickle",
    "joblib",
    "datetime",
    "uuid",
    "secrets",
    "threading",
    "multiprocessing",
    "logging",
}
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "compile",
    "globals",
    "locals",
    "setattr",
    "delattr",
    "__import__",
    "next",
    "iter",
}


def rowwise(lift: Lifter, args: Arguments) -> bool:
    """Whether a call depends on the current row and on nothing but values of it."""
    contents = [lift.content(v) for v in (*args.positional, *args.keywords.values())]
    return any(isinstance(c, Cell) for c in contents) and all(isinstance(c, Cell | Const) for c in contents)


def carry(lift: Lifter, function: UserFunction, args: Arguments, stop: Stopped) -> Value:
    """Return the call of a function that no rule covers, carried with the plan.

    Raises
    ------
    Stopped
        If it is not pure, or what it returns cannot be told from its text.
    """
    assert isinstance(function.node, ast.FunctionDef)
    name = args.node.func.id if args.node is not None and isinstance(args.node.func, ast.Name) else function.name
    definition = source_of(lift, function, name)
    kind = returned(lift, function)
    if kind is None:
        raise Stopped(Reason.NO_RULE, f"What {function.name} returns cannot be told from its text ({stop.why})", stop.line)
    lift.functions[name] = definition
    arguments = [cells.cell_of(lift.content(v)) for v in ordered(function, args)]
    if any(a.nullable for a in arguments):
        lift.note("missing-in-function", function.name)
    return Cell(Call(name, tuple(a.expr for a in arguments), kind, False), kind, False)


def ordered(function: UserFunction, args: Arguments) -> list[Value]:
    """Return the arguments of a call by position."""
    names = [a.arg for a in function.node.args.args]
    out = list(args.positional)
    for name in names[len(out) :]:
        if name not in args.keywords:
            break
        out.append(args.keywords[name])
    if len(out) != len(args.positional) + len(args.keywords):
        raise no_rule(f"{function.name} with these arguments")
    return out


def source_of(lift: Lifter, function: UserFunction, name: str) -> Function:
    """Return a function with everything it needs: a project module as it is, or the script's own definitions.

    Raises
    ------
    Stopped
        If it does something that has no place in a function of one row.
    """
    if function.module:
        module = function.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        modules = needed_modules(lift, function.module)
        for _, text in modules:
            check_pure(ast.parse(text), function.name, top=True)
        alias = "" if name == function.name else f" as {name}"
        return Function(name, f"from {module} import {function.name}{alias}\n", modules)
    pieces, imports = definitions(lift, function.name)
    source = "\n\n".join(p for p in ("\n".join(imports), *pieces) if p) + "\n"
    tree = ast.parse(source)
    check_pure(tree, function.name, top=False)
    wanted = {n.name if isinstance(n, ast.alias) else "" for s in ast.walk(tree) if isinstance(s, ast.Import) for n in s.names}
    wanted |= {s.module or "" for s in ast.walk(tree) if isinstance(s, ast.ImportFrom)}
    modules = tuple(
        sorted({m for w in wanted for path, _ in lift.script.modules if _path(w) == path for m in needed_modules(lift, path)})
    )
    for _, text in modules:
        check_pure(ast.parse(text), function.name, top=True)
    return Function(function.name, source, modules)


def _path(module: str) -> str:
    return module.replace(".", "/") + ".py"


def needed_modules(lift: Lifter, path: str) -> tuple[tuple[str, str], ...]:
    """Return a project module and those it imports."""
    texts = dict(lift.script.modules)
    found: dict[str, str] = {}
    queue = [path]
    while queue:
        one = queue.pop()
        if one in found or one not in texts:
            continue
        found[one] = texts[one]
        for node in ast.walk(ast.parse(texts[one])):
            if isinstance(node, ast.Import):
                queue += [_path(a.name) for a in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                queue.append(_path(node.module))
    return tuple(sorted(found.items()))


def definitions(lift: Lifter, name: str) -> tuple[list[str], list[str]]:
    """Return the top-level definitions that `name` needs, in the order of the script, and the imports.

    Raises
    ------
    Stopped
        If it needs a value that is not a constant of the script.
    """
    body = lift.script.tree.body
    text = lift.script.text
    by_name: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for defined in _defined(statement):
            by_name.setdefault(defined, []).append(statement)
    wanted: dict[int, ast.stmt] = {}
    queue, seen = [name], set()
    while queue:
        one = queue.pop()
        if one in seen:
            continue
        seen.add(one)
        places = by_name.get(one, [])
        if not places and not hasattr(builtins, one):
            continue  # a local name of the function
        for statement in places:
            if not isinstance(statement, ast.FunctionDef | ast.Import | ast.ImportFrom) and not _is_constant(
                lift, statement, len(places)
            ):
                raise Stopped(Reason.ALIAS, f"{name} uses {one}, which is not a constant of the script")
            wanted[statement.lineno] = statement
            queue += sorted(free_names(statement))
    imports, pieces = [], []
    for _, statement in sorted(wanted.items()):
        piece = ast.get_source_segment(text, statement) or ast.unparse(statement)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(piece)
        else:
            pieces.append(piece)
    return pieces, imports


def free_names(statement: ast.stmt) -> set[str]:
    """Return the names that a definition takes from outside."""
    loaded = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    if not isinstance(statement, ast.FunctionDef):
        return loaded
    own = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {a.arg for n in ast.walk(statement) if isinstance(n, ast.arguments) for a in (*n.posonlyargs, *n.args, *n.kwonlyargs)}
    return loaded - own


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import):
        return [(a.asname or a.name).split(".")[0] for a in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [a.asname or a.name for a in statement.names]
    return [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _is_constant(lift: Lifter, statement: ast.stmt, times: int) -> bool:
    """Whether a statement sets a name once, to something that the script's text fixes (a compiled pattern counts)."""
    if times != 1 or not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    for node in ast.walk(statement.value):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called not in (
                "re.compile",
                "set",
                "frozenset",
                "tuple",
                "list",
                "dict",
                "sorted",
                "str.maketrans",
                "range",
                "len",
            ):
                return False
    return True


def check_pure(tree: ast.AST, name: str, top: bool) -> None:
    """Raise if code does anything but compute: files, time, randomness, globals.

    Raises
    ------
    Stopped
        It names what the function does.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Await | ast.AsyncFunctionDef | ast.Yield | ast.YieldFrom):
            raise Stopped(Reason.EFFECT, f"{name} changes something outside itself")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            raise Stopped(Reason.EFFECT, f"{name} calls {node.func.id}, which a function of one row must not")
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                if module.split(".")[0] in IMPURE_MODULES and not top:
                    raise Stopped(Reason.EFFECT, f"{name} uses the module {module}, which a function of one row must not")
        if isinstance(node, ast.FunctionDef) and any(isinstance(d, ast.List | ast.Dict | ast.Set) for d in node.args.defaults):
            raise Stopped(Reason.ALIAS, f"A default of {node.name} is one object for all its calls")
    if not top:
        _no_outer_change(tree, name)


def _no_outer_change(tree: ast.AST, name: str) -> None:
    """Raise where a function changes an object that it does not make itself."""
    from lester_gui.rewrite.lift.opaque import MUTATORS

    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(function):
            target: ast.expr | None = None
            if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                target = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                target = node.func.value
            while isinstance(target, ast.Subscript | ast.Attribute):
                target = target.value
            if isinstance(target, ast.Name) and target.id not in local:
                raise Stopped(Reason.EFFECT, f"{name} changes {target.id}, which it does not make itself")


def carry_transformer(lift: Lifter, function: UserFunction) -> str:
    """Carry the function of a FunctionTransformer and return its name."""
    if isinstance(function.node, ast.Lambda):
        raise no_rule("FunctionTransformer of a lambda")
    lift.functions[function.name] = source_of(lift, function, function.name)
    return function.name
