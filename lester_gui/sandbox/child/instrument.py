"""Have a script tell what each statement assigned. Its own statements stay as they are, line numbers included.

After a statement that binds or may change a variable comes a call ``__lester_record__(first line, last line, names, scope)``.
Statements inside `if`, `with` and `try` count one by one, a loop counts as one statement: what its variables hold afterwards
is what the script goes on with. Functions of the script are recorded during their first call; one that is called again has
no single value per line, and the recorder drops it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

RECORD, ENTER = "__lester_record__", "__lester_enter__"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_QUIET = frozenset({"print", "len", "type", "isinstance", "display"})


def instrument(source: str, path: str) -> ast.Module:
    """Return the script's tree with recording calls.

    Raises
    ------
    SyntaxError
        If the script is not Python.
    """
    tree = ast.parse(source, path)
    tree.body = _block(tree.body, "")
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _function(statement)
    return ast.fix_missing_locations(tree)


def _function(function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    body = _block(function.body, function.name)
    at = 1 if ast.get_docstring(function, clean=False) is not None else 0
    function.body = body[:at] + [_call(ENTER, function.body[0], ast.Constant(function.name))] + body[at:]


def _block(statements: list[ast.stmt], scope: str) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for statement in statements:
        if isinstance(statement, (ast.If, ast.With, ast.AsyncWith, ast.Try)):
            _inside(statement, scope)
            out.append(statement)
            continue
        out.append(statement)
        names = tuple(dict.fromkeys(_touched(statement)))
        if names and not isinstance(statement, (*_SCOPES, ast.Import, ast.ImportFrom, ast.Return, ast.Raise, ast.Delete)):
            last = statement.end_lineno or statement.lineno
            out.append(
                _call(
                    RECORD,
                    statement,
                    ast.Constant(statement.lineno),
                    ast.Constant(last),
                    ast.Tuple([ast.Constant(n) for n in names], ast.Load()),
                    ast.Constant(scope),
                )
            )
    return out


def _inside(statement: ast.stmt, scope: str) -> None:
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(statement, field, None)
        if inner:
            setattr(statement, field, _block(inner, scope))
    for handler in getattr(statement, "handlers", ()):
        handler.body = _block(handler.body, scope)


def _call(name: str, near: ast.stmt, *arguments: ast.expr) -> ast.stmt:
    call = ast.Expr(ast.Call(ast.Name(name, ast.Load()), list(arguments), []))
    for node in ast.walk(call):
        ast.copy_location(node, near)
    return call


def _touched(statement: ast.stmt) -> Iterator[str]:
    """Yield the variables that a statement binds or may change: targets, and what it calls methods on or passes on."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            base = _base(node)
            if base:
                yield base
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _changed_by(node.value)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _changed_by(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Name) and call.func.id in _QUIET:
        return
    if isinstance(call.func, ast.Attribute):
        base = _base(call.func)
        if base:
            yield base
    for argument in call.args:
        if isinstance(argument, ast.Name):
            yield argument.id


def _base(node: ast.expr) -> str:
    while True:
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else ""
