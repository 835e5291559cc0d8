"""Functions of the script and of project modules: lifted where they are called, or carried verbatim when pure and per row."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import iterators, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Items, Ref, Result, Tup, Unknown, UserFunction, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.purity import PURE_DECORATORS
from lester_gui.rewrite.lift.raising import exits
from lester_gui.rewrite.lift.statements import execute
from lester_gui.rewrite.lift.statements.branch import merge
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.records import Returned

DEEPEST = 20


def module_names(lift: Lifter, path: str) -> dict[str, Value]:
    """Return the names of a project module after its top level ran; what does not lift is unknown there.

    Raises
    ------
    Stopped
        If the module's text is not Python.
    """
    if path in lift.modules:
        return lift.modules[path]
    from lester_gui.discovery.scripts import parse
    from lester_gui.rewrite.lift.records import Activation

    names: dict[str, Value] = {"__name__": Const(path.removesuffix(".py").replace("/", "."))}
    lift.modules[path] = names
    try:
        tree = parse(dict(lift.script.modules)[path], path)
    except UserError as error:
        raise Stopped(Reason.SYNTAX, error.message) from error
    before = lift.line, lift.lines
    lift.activations.append(Activation(names, path, depth=len(lift.loops)))
    try:
        for statement in tree.body:
            try:
                execute(lift, statement)
            except Stopped as stop:
                for name in stored_names([statement]):
                    names[name] = Unknown(stop.why, before[0])
    finally:
        lift.activations.pop()
        lift.line, lift.lines = before
    return names


def stored_names(body: Sequence[ast.AST]) -> tuple[str, ...]:
    """Return the names that statements assign, or the targets of loops."""
    out = [n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    out += [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return tuple(dict.fromkeys(out))


def made(lift: Lifter, node: ast.FunctionDef | ast.Lambda, name: str) -> UserFunction:
    """Return a function where it is defined: its defaults are evaluated now, the names around it are looked up later."""
    spec = node.args
    positional = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    pairs = list(zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True))
    pairs += [(a.arg, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None]
    defaults: dict[str, Value] = {}
    for parameter, default in pairs:
        try:
            defaults[parameter] = evaluate(lift, default)
        except Stopped as stop:
            defaults[parameter] = Unknown(stop.why, node.lineno)
    here = lift.activations[-1]
    closure = (here.names, *here.closure) if here.names is not lift.modules[here.module] else ()
    return UserFunction(node, name, here.module, closure, defaults, frozenset(lift.comprehended))


def call_user(lift: Lifter, function: UserFunction, args: Arguments) -> Value:
    """Call a function of the script: lift its body, or carry it if it is a pure function of one row that no rule covers."""
    from lester_gui.rewrite.lift.carried import carry, rowwise

    if not rowwise(lift, args):
        return inline(lift, function, args)
    state = lift.snapshot()
    carries, lift.carries_loops = lift.carries_loops, False  # a function that can be carried as a whole says more than its loops
    try:
        return _valued(lift, function, args)
    except Stopped as stop:
        lift.restore(state)
        if isinstance(function.node, ast.Lambda):
            made = _of_texts(lift, function, function.node, args)
            if made is None:
                raise
            return made
        try:
            return carry(lift, function, args, stop)
        except Stopped:
            if not carries:
                raise
            lift.restore(state)
            lift.carries_loops = True
            try:
                return _valued(lift, function, args)
            except Stopped:
                lift.restore(state)
            raise
    finally:
        lift.carries_loops = carries


def _valued(lift: Lifter, function: UserFunction, args: Arguments) -> Value:
    value = inline(lift, function, args)
    if isinstance(lift.content(value), Result):
        raise no_rule(f"what {function.name} computes")
    return value


def _of_texts(lift: Lifter, function: UserFunction, node: ast.Lambda, args: Arguments) -> Cell | None:
    """Return what a lambda that no rule covers makes of texts that are there: a text is the same to pandas and to Python."""
    from lester_gui.rewrite.lift.computed import as_function
    from lester_gui.rewrite.lift.records import Activation

    given = [c for c in map(lift.content, (*args.positional, *args.keywords.values())) if isinstance(c, Cell)]
    if any(c.type is not Type.STR or c.nullable for c in given):
        return None
    names = bind(lift, function, args)
    around = Activation(names, function.module, depth=len(lift.loops), closure=function.closure, inside=function.inside)
    lift.activations.append(around)
    try:
        with lift.using(pandas=False):
            made = as_function(lift, node.body, of_lists=True)
    finally:
        lift.activations.pop()
    return made if isinstance(made, Cell) else None


def inline(lift: Lifter, function: UserFunction, args: Arguments) -> Value:
    """Lift the body of a function with the given arguments."""
    from lester_gui.rewrite.lift.records import Activation, Returned

    if len(lift.activations) > DEEPEST:
        raise Stopped(Reason.RECURRENCE, f"{function.name} calls itself")
    node = function.node
    if isinstance(node, ast.FunctionDef) and any(ast.unparse(_called(d)) not in PURE_DECORATORS for d in node.decorator_list):
        raise no_rule(f"the decorated function {function.name}")
    names = bind(lift, function, args)
    if isinstance(node, ast.FunctionDef) and generates(node):
        return generated(lift, function, node, names)
    began = lift.number()
    before, depth, live, failed = (lift.line, lift.lines), lift.depth, lift.live, exits(lift)
    gone = live
    lift.activations.append(
        Activation(names, function.module, depth=len(lift.loops), closure=function.closure, inside=function.inside)
    )
    lift.depth = len(lift.loops)
    try:
        if isinstance(node, ast.Lambda):
            value = evaluate(lift, node.body)
            gone = lift.live if exits(lift) != failed else live
            return value
        lift.enter(node.body)
        returns = lift.activations[-1].returns
        if lift.live != paths.FALSE:
            returns.append(Returned(lift.live, Const(None), {}))
        if exits(lift) != failed:  # rows on which the function failed are with a handler around the call
            gone = paths.disjunction(one.guard for one in reversed(returns))
    finally:
        lift.activations.pop()
        lift.line, lift.lines = before
        lift.depth, lift.live = depth, gone
    if not returns:
        raise Stopped(Reason.EFFECT, f"{function.name} always fails")
    if len(returns) == 1:
        return returns[0].value
    value = _own(lift, returns[-1], began)
    for one in reversed(returns[:-1]):
        value = lift.known(merge(lift, _relative(one.guard, live), _own(lift, one, began), value))
    return lift.new(value) if isinstance(value, Items | Entries) else value


def _own(lift: Lifter, one: Returned, began: int) -> Value:
    """Return what a ``return`` gave, and of a list or dict that this call made, what it held then: others may change it after."""

    def held(value: Value) -> Value:
        content = one.heap.get(value.id) if isinstance(value, Ref) and value.id > began else value
        if isinstance(content, Items):
            return replace(content, values=tuple(held(v) for v in content.values))
        if isinstance(content, Entries):
            return replace(content, items=tuple((k, held(v)) for k, v in content.items))
        return Tup(tuple(held(v) for v in content.items)) if isinstance(content, Tup) else value

    if isinstance(one.value, Ref) and (one.value.id in lift.put or one.value.id in lift.holders):
        return one.value
    return held(one.value)


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def generates(node: ast.FunctionDef) -> bool:
    """Whether a function yields."""
    inner = {id(x) for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.Lambda) and n is not node for x in ast.walk(n)}
    return any(isinstance(n, ast.Yield | ast.YieldFrom) and id(n) not in inner for n in ast.walk(node))


class _Collecting(ast.NodeTransformer):
    """``yield x`` as ``yielded.append(x)``: what a generator yields, all at once."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        value = node.value
        if isinstance(value, ast.Yield | ast.YieldFrom) and value.value is not None:
            method = "append" if isinstance(value, ast.Yield) else "extend"
            call = ast.Call(ast.Attribute(ast.Name("yielded", ast.Load()), method, ast.Load()), [value.value], [])
            return ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.copy_location(call, node)), node))
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node


def generated(lift: Lifter, function: UserFunction, node: ast.FunctionDef, names: dict[str, Value]) -> Value:
    """Return what a generator yields as a list.

    It runs piece by piece while its caller goes on; that is the same as at once if nobody changes what it reads, so the objects
    that it was given must not be changed any more.
    """
    from lester_gui.rewrite.lift.classes import reachable
    from lester_gui.rewrite.lift.records import Activation

    yielded = lift.new(Items(()))
    given = {v.id for v in names.values() if isinstance(v, Ref) and isinstance(lift.heap[v.id], Items | Entries)}
    for ident in {i for g in given for i in reachable(lift, g)}:
        lift.lent.setdefault(ident, set()).add(yielded.id)
    body = [_Collecting().visit(s) for s in copy.deepcopy(node.body)]
    names["yielded"] = yielded
    before, depth = (lift.line, lift.lines), lift.depth
    lift.activations.append(
        Activation(names, function.module, depth=len(lift.loops), closure=function.closure, inside=function.inside)
    )
    lift.depth = len(lift.loops)
    try:
        lift.enter(body)
        if lift.activations[-1].returns:
            raise Stopped(Reason.SYNTAX, f"{function.name} returns before it has yielded everything")
        return iterators.once(lift, lift.known(names["yielded"]))
    finally:
        lift.activations.pop()
        lift.line, lift.lines = before
        lift.depth = depth


def _relative(guard: Expr, live: Expr) -> Expr:
    """Return `guard` without what was known when the function was called."""
    known = set(paths.conjuncts(live))
    return paths.conjunction(c for c in paths.conjuncts(guard) if c not in known)


def bind(lift: Lifter, function: UserFunction, args: Arguments) -> dict[str, Value]:
    """Return the parameters of a function with the values of a call."""
    spec = function.node.args
    if spec.vararg or spec.kwarg:
        raise no_rule(f"the function {function.name} with * or ** parameters")
    positional = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    if len(args.positional) > len(positional):
        raise no_rule(f"{function.name} with {len(args.positional)} arguments")
    names = dict(zip(positional, args.positional, strict=False))
    allowed = {*positional, *(a.arg for a in spec.kwonlyargs)}
    for name, value in args.keywords.items():
        if name not in allowed or name in names:
            raise no_rule(f"{function.name} with the argument {name}")
        names[name] = value
    for name in allowed - set(names):
        if name not in function.defaults:
            raise no_rule(f"{function.name} without the argument {name}")
        names[name] = function.defaults[name]
    return names


def is_row_value(lift: Lifter, value: Value) -> bool:
    """Whether a value depends on the current row only."""
    content = lift.content(value)
    if isinstance(content, Tup):
        return any(is_row_value(lift, v) for v in content.items)
    if isinstance(content, Items):
        return any(is_row_value(lift, v) for v in content.values)
    if isinstance(content, Entries):
        return any(is_row_value(lift, v) for _, v in content.items)
    return isinstance(content, Cell)
