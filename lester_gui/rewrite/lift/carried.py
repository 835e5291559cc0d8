"""User functions carried verbatim: pure functions of one row that no rule covers, with what they need to run."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call
from lester_gui.ir.learning import Function
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, kinds_of_number, missing
from lester_gui.rewrite.lift.domain import Cell, Const, UserFunction, Value
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.purity import check_pure
from lester_gui.rewrite.lift.returns import returned
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.slicing import defines, free_names

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


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
    if lift.attempts:
        raise Stopped(Reason.SYNTAX, f"{function.name} may fail inside try, which no rule follows ({stop.why})", stop.line)
    arguments = [cells.cell_of(lift.content(v)) for v in ordered(function, args)]
    name, definition = free_name(lift, function, name, holds_nan(lift, function, arguments))
    kind = returned(lift, function)
    if kind is None:
        raise Stopped(Reason.NO_RULE, f"What {function.name} returns cannot be told from its text ({stop.why})", stop.line)
    given = kinds_of_number.given(lift, arguments, definition)
    lift.functions[name] = definition
    if any(a.nullable for a in arguments):
        lift.note("missing-in-function", function.name)
    return Cell(Call(name, given, kind, False), kind, False)


def holds_nan(lift: Lifter, function: UserFunction, arguments: list[Cell]) -> bool:
    """Whether missing values that a function is given are NaN in the script.

    Raises
    ------
    Stopped
        If some are None, or points in time.
    """
    kinds = {missing.is_nan(lift, a) for a in arguments if a.nullable}
    if len(kinds) > 1 or any(a.nullable and a.type in (Type.DATE, Type.TIMESTAMP, Type.DURATION) for a in arguments):
        raise shape(f"{function.name} is given missing values of two kinds, or points in time that may be missing")
    return True in kinds


def given_nan(definition: Function) -> Function:
    """Return a function that is given NaN where a plan has a missing value, as it is in the script."""
    name, inner = definition.name, f"{definition.name}_as_written"
    text = (
        f"{inner} = {name}\n\n\ndef {name}(*values):\n    return {inner}(*(float('nan') if v is None else v for v in values))\n"
    )
    return replace(definition, source=f"{definition.source}\n\n{text}")


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
    check_pure(lift, function.module, function.name)
    if function.module:
        module = function.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        alias = "" if name == function.name else f" as {name}"
        return Function(name, f"from {module} import {function.name}{alias}\n", needed_modules(lift, function.module))
    pieces, imports = definitions(lift, function.name)
    alias = "" if name == function.name else f"{name} = {function.name}"
    source = "\n\n".join(p for p in ("\n".join(imports), *pieces, alias) if p) + "\n"
    tree = ast.parse(source)
    wanted = {n.name for s in ast.walk(tree) if isinstance(s, ast.Import) for n in s.names}
    wanted |= {s.module or "" for s in ast.walk(tree) if isinstance(s, ast.ImportFrom)}
    modules = {m for w in wanted for path, _ in lift.script.modules if _path(w) == path for m in needed_modules(lift, path)}
    return Function(name, source, tuple(sorted(modules)))


def free_name(lift: Lifter, function: UserFunction, name: str, nan: bool = False) -> tuple[str, Function]:
    """Return the function under a name that no other carried function has; with `nan`, missing values reach it as NaN."""
    number = 1
    while True:
        definition = source_of(lift, function, name if number == 1 else f"{name}_{number}")
        definition = given_nan(definition) if nan else definition
        if lift.functions.get(definition.name, definition) == definition:
            return definition.name, definition
        number += 1


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
        for defined in sorted(defines(statement)):
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


OF_ONE_TEXT = """

def {name}(text):
    import numpy
    import pandas

    values = numpy.asarray({called}(pandas.Series([numpy.nan if text is None else text])))
    return values.ravel().tolist()[0] if values.ndim == 1 else [float(v) for v in values.ravel()]
"""


def carry_transformer(lift: Lifter, function: UserFunction, of_texts: bool = False) -> str:
    """Carry the function of a FunctionTransformer and return its name.

    Plans call it row by row. One that is given a column of texts gets a column of one text each time.
    """
    if isinstance(function.node, ast.Lambda):
        raise no_rule("FunctionTransformer of a lambda")
    name, definition = free_name(lift, function, function.name)
    if of_texts:
        called, name = name, f"{name}_of_one"
        source = definition.source.rstrip("\n") + OF_ONE_TEXT.format(name=name, called=called)
        definition = replace(definition, name=name, source=source)
        if name in lift.names or lift.functions.get(name, definition) != definition:
            raise no_rule(f"a function where there is one called {name}")
    lift.functions[name] = definition
    return name
