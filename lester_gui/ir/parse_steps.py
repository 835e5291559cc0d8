"""The steps of a plan's text, one function each: from the arguments of a call to a node. See `parse`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from lester_gui.ir import notation as n
from lester_gui.ir.expression_text import constant, expression_from_ast
from lester_gui.ir.expressions import Column, Expr
from lester_gui.ir.learning import Block, Transformer
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    Opaque,
    Option,
    Options,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Take,
    Window,
    WindowColumn,
)
from lester_gui.ir.notation import PlanTextError, Signature
from lester_gui.ir.option_codec import MAX_OBJECT_DEPTH, MAX_OPTION_DEPTH
from lester_gui.ir.options import Pairs, Reference, Unfitted
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type

_E = TypeVar("_E", bound=StrEnum)


class Arguments:
    """The arguments of one call, taken one by one; `done` complains about what nobody took."""

    def __init__(self, call: ast.Call, word: str) -> None:
        self.word = word
        # the line of the word itself: a chained call begins where its root does
        self.line = call.func.end_lineno or call.lineno
        self._positional = list(call.args)
        self.named: dict[str, ast.expr] = {}
        for k in call.keywords:
            for name, value in self._pairs(k):
                if name in self.named:
                    raise PlanTextError(f"{name!r} is given twice", "", k.lineno)
                self.named[name] = value
        for a in self._positional:
            if isinstance(a, ast.Starred):
                raise PlanTextError("A star has no meaning here", "", a.lineno)

    @staticmethod
    def _pairs(k: ast.keyword) -> list[tuple[str, ast.expr]]:
        if k.arg is not None:
            return [(k.arg, k.value)]
        match k.value:
            case ast.Dict(keys=keys, values=values):
                texts = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
                if len(texts) == len(values):
                    return list(zip(texts, values, strict=True))
        raise PlanTextError('Two stars take names in quotes: **{"a name": …}', "", k.lineno)

    @property
    def left(self) -> int:
        """How many positional arguments are left."""
        return len(self._positional)

    def next(self) -> ast.expr:
        """Take the next positional argument."""
        if not self._positional:
            raise PlanTextError(f"{self.word} needs one more argument", "", self.line)
        return self._positional.pop(0)

    def text(self) -> str:
        """Take the next positional argument, a text."""
        return _text(self.next())

    def take_named(self) -> dict[str, ast.expr]:
        """Take all named arguments."""
        named, self.named = self.named, {}
        return named

    def option(self, name: str, default: Any, kind: type) -> Any:
        """Take a named constant of a type."""
        tree = self.named.pop(name, None)
        if tree is None:
            return default
        value = constant(tree)
        if type(value) is not kind:
            raise PlanTextError(f"{name} has another type", "", tree.lineno)
        return value

    def choice(self, name: str, default: _E) -> _E:
        """Take a named member of an enumeration."""
        value = self.option(name, str(default), str)
        if value not in set(type(default)):
            raise PlanTextError(f"{name} has no such value", f"It is one of {', '.join(type(default))}.", self.line)
        return type(default)(value)

    def columns(self) -> tuple[str, ...]:
        """Take all positional arguments, column names."""
        return tuple(column(self.next()) for _ in range(self.left))

    def done(self) -> None:
        """Complain about arguments that nobody took."""
        if self._positional or self.named:
            what = repr(next(iter(self.named))) if self.named else "a further argument"
            raise PlanTextError(f"{self.word} takes no {what}", "", self.line)


class Scope:
    """What names mean at this point of the text."""

    def __init__(self, base: Plan) -> None:
        self.base = base
        self.dialect = n.Dialect.PANDAS
        self.functions: dict[str, Signature] = {}
        self.variables: dict[str, Node] = {}
        self.views: dict[str, Node] = {}
        self.names = n.ViewNames()

    def add(self, node: Node) -> None:
        """Note a new view."""
        if node.name in self.views:
            raise PlanTextError(f"Two views are called {node.name!r}")
        self.views[node.name] = node
        self.names.take(node.name)

    def view(self, tree: ast.expr) -> Node:
        """Return the view that a variable or ``view("name")`` means."""
        name = ""
        match tree:
            case ast.Name(id=name) if name in self.variables:
                return self.variables[name]
            case ast.Call(func=ast.Name(id="view"), args=[ast.Constant(value=str(name))], keywords=[]) if name in self.views:
                return self.views[name]
        what = f"There is no view {name!r} above this line" if name else "The name of a view is expected"
        raise PlanTextError(what, f"The views so far are {', '.join(self.views) or 'none'}.", tree.lineno)

    def expr(self, tree: ast.expr) -> Expr:
        """Return an expression."""
        return expression_from_ast(tree, self.dialect, self.functions)


def _text(tree: ast.expr) -> str:
    value = constant(tree)
    if not isinstance(value, str):
        raise PlanTextError("A text in quotes is expected", "", tree.lineno)
    return value


def column(tree: ast.expr) -> str:
    """Return a column's name, written bare or as ``col("name")``."""
    expr = expression_from_ast(tree, n.Dialect.PANDAS, {})
    if not isinstance(expr, Column):
        raise PlanTextError("The name of a column is expected", "Compute columns with project first.", tree.lineno)
    return expr.name


def _columns(tree: ast.expr | None) -> tuple[str, ...]:
    if tree is None:
        return ()
    return tuple(column(t) for t in tree.elts) if isinstance(tree, ast.List | ast.Tuple) else (column(tree),)


def _option(tree: ast.expr, depth: int = 0, objects: int = 0) -> Option:
    if objects > MAX_OBJECT_DEPTH:
        raise PlanTextError("An option is nested too deeply", "", tree.lineno)
    if isinstance(tree, ast.Tuple | ast.List) and depth < MAX_OPTION_DEPTH:
        return tuple(_option(t, depth + 1, objects) for t in tree.elts)
    if isinstance(tree, ast.Dict) and None not in tree.keys:
        keys = [k for k in tree.keys if k is not None]
        pairs = zip(keys, tree.values, strict=True)
        return Pairs(tuple((_option(k, 0, objects + 1), _option(v, 0, objects + 1)) for k, v in pairs))
    match tree:
        case ast.Call(func=ast.Name(id="estimator")):
            a = Arguments(tree, "estimator")
            made = Unfitted(a.text(), model_options(a, objects + 1))
            a.done()
            return made
        case ast.Call(func=ast.Name(id="function"), args=[_], keywords=[]):
            return Reference(Arguments(tree, "function").text())
    return constant(tree)


def model_options(a: Arguments, objects: int = 0) -> Options:
    """Take all named arguments as options."""
    return tuple((name, _option(tree, 0, objects)) for name, tree in a.take_named().items())


def block(name: str, tree: ast.expr, depth: int = 0) -> Block:
    """Return the block that ``columns(…).transformer(…)…`` describes."""
    if depth > MAX_OBJECT_DEPTH:
        raise PlanTextError("Branches are nested too deeply", "", tree.lineno)
    chain: list[Transformer] = []
    while isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):
        a = Arguments(tree, tree.func.attr)
        if tree.func.attr == "beside":
            chain.append(Transformer("beside", branches=blocks(a, depth + 1)))
        else:
            kind = a.text() if tree.func.attr == "transformer" else tree.func.attr
            fit_on = a.option("fit_on", "", str)
            chain.append(Transformer(kind, model_options(a), fit_on=fit_on))
        a.done()
        tree = tree.func.value
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.func.id != "columns":
        raise PlanTextError("A block begins with its columns", "Write name=columns(a, b).one_hot().", tree.lineno)
    a = Arguments(tree, "columns")
    columns = a.columns()
    a.done()
    return Block(name, columns, tuple(reversed(chain)))


def blocks(a: Arguments, depth: int = 0) -> tuple[Block, ...]:
    """Take all arguments, blocks: ``name=columns(…)…`` or ``block("a name", columns(…)…)``."""
    out = []
    while a.left:
        match a.next():
            case ast.Call(func=ast.Name(id="block"), args=[written, chain], keywords=[]):
                out.append(block(str(constant(written)), chain, depth))
            case other:
                raise PlanTextError("A block needs a name", "Write name=columns(…).", other.lineno)
    out += [block(name, tree, depth) for name, tree in a.take_named().items()]
    return tuple(out)


def _read(name: str, a: Arguments, s: Scope) -> Node:
    source, reader, options = a.text(), n.DEFAULT_READER[s.dialect], ()  # type: tuple[Any, Reader, Options]
    if a.left:
        call = a.next()
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in set(Reader):
            raise PlanTextError("There is no such reader", f"Readers are {', '.join(Reader)}.", call.lineno)
        inner = Arguments(call, call.func.id)
        reader, options = Reader(call.func.id), model_options(inner)
        inner.done()
    written = a.named.pop("columns", None)
    columns = _base_columns(name, source, s) if written is None else _written_columns(written)
    return Read(name=name, source=source, reader=reader, options=options, columns=columns, inferred=written is None)


def _base_columns(name: str, source: str, s: Scope) -> tuple[Field, ...]:
    same = [r for r in s.base.reads if r.source == source]
    for read in sorted(same, key=lambda r: r.name != name):
        return read.columns
    known = ", ".join(dict.fromkeys(r.source for r in s.base.reads))
    raise PlanTextError(f"The plan does not know the columns of {source!r}", f"Add columns=[…], or read one of {known}.")


def _written_columns(tree: ast.expr) -> tuple[Field, ...]:
    match tree:
        case ast.List(elts=names):
            return tuple(Field(_text(t), Type.STR) for t in names)
        case ast.Dict(keys=keys, values=values):
            out = []
            for key, value in zip(keys, values, strict=True):
                signature = n.type_from_text(_text(value))
                if key is None or signature is None:
                    raise PlanTextError("There is no such column type", f"Types are {', '.join(Type)}, with ? where missing.")
                out.append(Field(_text(key), signature.type, signature.nullable))
            return tuple(out)
    raise PlanTextError("columns is a list of names or a dict of names and types", "", tree.lineno)


def _concat(name: str, a: Arguments, s: Scope) -> Node:
    return Concat(name=name, inputs=tuple(s.view(a.next()) for _ in range(a.left)))


def _opaque(name: str, a: Arguments, s: Scope) -> Node:
    carried = a.text()
    old = next((v for v in s.base.views if isinstance(v, Opaque) and v.name == carried), None)
    if old is None:
        raise PlanTextError(f"The plan carries no opaque step {carried!r}", "Code is taken from the script, not written here.")
    named = a.take_named()
    inputs = tuple(s.view(tree) for tree in named.values())
    return Opaque(
        name=name,
        inputs=inputs,
        variables=tuple(named),
        source=old.source,
        output=old.output,
        columns=old.columns,
        reason=old.reason,
        keeps_rows=old.keeps_rows,
        script=old.script,
    )


def _filter(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    return Filter(name=name, parent=parent, predicate=s.expr(a.next()))


def _project(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    return Project(name=name, parent=parent, assigned=tuple((c, s.expr(t)) for c, t in a.take_named().items()))


def _select(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    same = tuple((c, c) for c in a.columns())
    return Select(name=name, parent=parent, columns=same + tuple((c, column(t)) for c, t in a.take_named().items()))


def _equalities(tree: ast.expr) -> tuple[tuple[str, str], ...]:
    match tree:
        case ast.BoolOp(op=ast.And(), values=values):
            return tuple(pair for v in values for pair in _equalities(v))
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return ((column(left), column(right)),)
    raise PlanTextError("A join compares columns with ==", "Write join(other, left_key == right_key).", tree.lineno)


def _join(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    right = s.view(a.next())
    on = _equalities(a.next()) if a.left else tuple((c, c) for c in _columns(a.named.pop("by", None)))
    how, take = a.choice("how", JoinKind.INNER), a.choice("take", Take.ALL)
    suffixes = a.named.pop("suffixes", None)
    pair = ("_x", "_y") if suffixes is None else _option(suffixes)
    if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(p, str) for p in pair):
        raise PlanTextError("suffixes are two texts", 'Write suffixes=("_x", "_y").')
    return Join(
        name=name,
        left=parent,
        right=right,
        how=how,
        on=on,
        take=take,
        suffixes=(str(pair[0]), str(pair[1])),
        null_keys_match=a.option("null_keys_match", n.DEFAULT_NULL_KEYS_MATCH[s.dialect], bool),
    )


def _measure(name: str, tree: ast.expr) -> Measure:
    match tree:
        case ast.Call(func=ast.Name(id=function), args=[], keywords=[]):
            return Measure(name, function, None)
        case ast.Call(func=ast.Name(id=function), args=[argument], keywords=[]):
            return Measure(name, function, column(argument))
        case ast.Call(func=ast.Name(id=function), args=[argument, ast.Constant(value=int() | float() as share)], keywords=[]):
            return Measure(name, function, column(argument), float(share))
    raise PlanTextError("A measure is a function of one column", "Write mean_age=mean(age), or n=size().", tree.lineno)


def _aggregate(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    by = _columns(a.named.pop("by", None))
    order = a.choice("order", n.DEFAULT_ORDER[s.dialect])
    drop = a.option("drop_null_keys", n.DEFAULT_DROP_NULL_KEYS[s.dialect], bool)
    measures = []
    while a.left:
        match a.next():
            case ast.Call(func=ast.Name(id="measure"), args=[text, tree], keywords=[]):
                measures.append(_measure(_text(text), tree))
            case other:
                raise PlanTextError("A measure needs a name", "Write mean_age=mean(age).", other.lineno)
    measures += [_measure(c, tree) for c, tree in a.take_named().items()]
    return Aggregate(name=name, parent=parent, by=by, measures=tuple(measures), order=order, drop_null_keys=drop)


def _distinct(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    return Distinct(name=name, parent=parent, subset=a.columns(), keep=a.choice("keep", Keep.FIRST))


def _sort(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    return Sort(name=name, parent=parent, by=tuple(_ordered(a.next()) for _ in range(a.left)))


def _ordered(tree: ast.expr) -> tuple[str, bool]:
    match tree:
        case ast.Call(func=ast.Name(id="descending"), args=[inner], keywords=[]):
            return column(inner), False
    return column(tree), True


def _limit(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    tree = a.next()
    count = constant(tree)
    if type(count) is not int:
        raise PlanTextError("limit takes a whole number", "", tree.lineno)
    return Limit(name=name, parent=parent, count=count, offset=a.option("offset", 0, int))


def _broadcast(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    match a.next():
        case ast.Call(func=ast.Name(id="first_row" | "last_row" | "only_row" as word), args=[of], keywords=[]):
            values = tuple((c, column(t)) for c, t in a.take_named().items())
            return Broadcast(name=name, parent=parent, of=s.view(of), values=values, position=word.removesuffix("_row"))
        case tree:
            raise PlanTextError(
                "broadcast takes values from one row", "Write broadcast(last_row(view), new=column).", tree.lineno
            )


def _window(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    by, order = _columns(a.named.pop("by", None)), a.named.pop("order", None)
    keys = [] if order is None else order.elts if isinstance(order, ast.List | ast.Tuple) else [order]
    drop = a.option("drop_null_keys", n.DEFAULT_DROP_NULL_KEYS[s.dialect], bool)
    columns = []
    while a.left:
        match a.next():
            case ast.Call(func=ast.Name(id="column"), args=[text, tree], keywords=[]):
                columns.append(_window_column(_text(text), tree))
            case other:
                raise PlanTextError("A window's column needs a name", "Write previous=shift(amount).", other.lineno)
    columns += [_window_column(c, tree) for c, tree in a.take_named().items()]
    ordered = tuple(_ordered(tree) for tree in keys)
    return Window(name=name, parent=parent, by=by, columns=tuple(columns), order=ordered, drop_null_keys=drop)


def _window_column(name: str, tree: ast.expr) -> WindowColumn:
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        hint = "Write previous=shift(amount), n=cumcount(), or mean_age=mean(age)."
        raise PlanTextError("A window computes functions of one column", hint, tree.lineno)
    a = Arguments(tree, tree.func.id)
    source = column(a.next()) if a.left else None
    offset, ascending, pct = a.option("offset", 1, int), a.option("ascending", True, bool), a.option("pct", False, bool)
    a.done()
    return WindowColumn(name, tree.func.id, source, offset, ascending, pct)


def _explode(name: str, parent: Node, a: Arguments, s: Scope) -> Node:
    return Explode(name=name, parent=parent, column=column(a.next()), keep_empty=a.option("keep_empty", True, bool))


ROOTS: dict[str, Callable[[str, Arguments, Scope], Node]] = {"read": _read, "concat": _concat, "opaque": _opaque}
METHODS: dict[str, Callable[[str, Node, Arguments, Scope], Node]] = {
    "filter": _filter,
    "project": _project,
    "select": _select,
    "join": _join,
    "aggregate": _aggregate,
    "distinct": _distinct,
    "sort": _sort,
    "limit": _limit,
    "broadcast": _broadcast,
    "window": _window,
    "explode": _explode,
}
