"""A pure expression over the current row that no rule covers becomes a user function of its cells: it must not cost the loop."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call
from lester_gui.ir.learning import Function
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import kinds_of_number
from lester_gui.rewrite.lift.carried import definitions, needed_modules
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, Fields, Items, Module, Tup, UserFunction, Value
from lester_gui.rewrite.lift.json_values import JsonList
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.purity import check_body, check_pure
from lester_gui.rewrite.lift.returns import type_in
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.whole_lines import is_loose, pieces_of
from lester_gui.rewrite.slicing import MUTATORS

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

CARRIED = (ast.Call, ast.BinOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.JoinedStr, ast.Subscript, ast.UnaryOp)
COLLECTED = (ast.ListComp, ast.SetComp, ast.DictComp)
ONCE = ("map", "filter", "zip", "enumerate", "reversed", "iter", "finditer")  # give their elements once
PARAMETER = re.compile(r"a\d+")
REFUSED = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await, ast.Starred)


def as_function(lift: Lifter, node: ast.expr, of_lists: bool = False) -> Cell | Lazy | None:
    """Return an expression as the call of a function of the row's cells, or None if it is not pure.

    Of one whose type its text does not tell, what is taken of it later may have a type; `of_lists` where that is done with the
    elements of a list, after the loop that filled it.
    """
    inside = lift.loops and not lift.pandas
    if not isinstance(node, CARRIED + COLLECTED) or not (inside or of_lists) or lift.carrying or lift.attempts:
        return None  # inside try, a function that fails could not be told from one that does not
    if any(isinstance(n, REFUSED) or _changes(n) for n in ast.walk(node)):
        return None
    state = lift.live, lift.straight
    lift.carrying = True
    try:
        return Builder(lift).made(node)
    except Stopped:
        return None
    finally:
        lift.carrying = False
        lift.live, lift.straight = state


def of_lazy(lift: Lifter, value: Lazy, form: str) -> Cell:
    """Return what an expression such as ``bool({})`` makes of a value that is not computed yet.

    Raises
    ------
    Stopped
        If it cannot be carried.
    """
    node = ast.parse(form.format("lazy_value"), mode="eval").body
    ast.increment_lineno(node, lift.line - 1)
    before = lift.names.get("lazy_value")
    lift.names["lazy_value"] = value
    try:
        made = as_function(lift, node, of_lists=not lift.loops)
    finally:
        lift.names.pop("lazy_value")
        if before is not None:
            lift.names["lazy_value"] = before
    if not isinstance(made, Cell):
        raise no_rule("a condition on something that is computed of the row")
    return made


def _changes(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS


class Builder:
    """The parameters that an expression takes, found while its parts are evaluated."""

    def __init__(self, lift: Lifter) -> None:
        self.lift = lift
        self.parameters: dict[Cell, str] = {}
        self.needed: set[str] = set()
        self.pieces: dict[str, None] = {}

    def made(self, node: ast.expr) -> Cell | Lazy | None:
        if any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and PARAMETER.fullmatch(n.id) for n in ast.walk(node)):
            return None  # a name of the script's own would hide a parameter
        lift, module = self.lift, self.lift.activations[-1].module
        body = self.part(copy.deepcopy(node), frozenset(), whole=True)
        if not self.parameters:
            return None
        text = f"def computed({', '.join(self.parameters.values())}):\n    return {ast.unparse(ast.fix_missing_locations(body))}"
        function = ast.parse(text).body[0]
        assert isinstance(function, ast.FunctionDef)
        check_body(function)
        known: dict[str, Type | None] = {p: c.type for c, p in self.parameters.items()}
        kind = type_in(lift, UserFunction(function, "computed", module), body, known)
        if kind is None or not kind.is_plain:
            return None if _is_spent(body) else self.lazy(body, module)
        name = self.carried(function, module)
        given = kinds_of_number.given(lift, tuple(self.parameters), lift.functions[name])
        return Cell(Call(name, given, kind, False), kind)

    def parameter(self, cell: Cell) -> str:
        """Return the parameter that a value of the row is."""
        return self.parameters.setdefault(cell, f"a{len(self.parameters) + 1}")

    def check_needed(self, module: str) -> None:
        """Raise if a function of the script that is called does anything but compute, or needs what is no constant.

        Raises
        ------
        Stopped
            It says what it does.
        """
        for name in sorted(self.needed):
            check_pure(self.lift, module, name)
            if not module:
                definitions(self.lift, name)

    def lazy(self, body: ast.expr, module: str) -> Lazy:
        """Return an expression that is not computed until it is known what is taken of it.

        Raises
        ------
        Stopped
            If it does anything but compute, or needs what is no constant of the script.
        """
        self.check_needed(module)
        pairs = tuple((name, cell) for cell, name in self.parameters.items())
        return Lazy(ast.unparse(body), pairs, tuple(sorted(self.needed)), tuple(self.pieces), module)

    def inlined(self, value: Lazy) -> ast.expr:
        """Return such an expression as a part of this one."""
        if value.needed and value.module != self.lift.activations[-1].module:
            raise Stopped(Reason.NO_RULE, "What a function of another module computes is used in an expression")
        self.needed.update(value.needed)
        self.pieces.update(dict.fromkeys(value.pieces))
        names = {old: self.parameter(cell) for old, cell in value.parameters}
        body = ast.parse(value.text, mode="eval").body
        for n in ast.walk(body):
            if isinstance(n, ast.Name) and n.id in names:
                n.id = names[n.id]
        return body

    def carried(self, function: ast.FunctionDef, module: str) -> str:
        """Carry the function with what it needs and return its name."""
        lift = self.lift
        pieces = dict(self.pieces)
        modules: tuple[tuple[str, str], ...] = ()
        for name in sorted(self.needed):
            check_pure(lift, module, name)
            if module:
                dotted = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                pieces[f"from {dotted} import {name}"] = None
                modules = needed_modules(lift, module)
            else:
                found, imports = definitions(lift, name)
                pieces.update(dict.fromkeys([*imports, *found]))
        number = 1
        while True:
            function.name = "computed" if number == 1 else f"computed_{number}"
            made = Function(function.name, "\n\n".join([*pieces, ast.unparse(function)]) + "\n", modules)
            if lift.functions.setdefault(function.name, made) == made:
                return function.name
            number += 1

    def part(self, node: ast.expr, bound: frozenset[str], whole: bool = False) -> ast.expr:
        """Return a part with the row's cells as parameters and constants as literals."""
        free = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if not whole and not free & bound:
            value = self.value(node)
            if isinstance(value, Cell) and value.type.is_plain:
                if value.nullable:
                    raise Stopped(*_missing())
                return ast.Name(self.parameter(value), ast.Load())
            if isinstance(value, Lazy):
                return self.inlined(value)
            if isinstance(value, JsonList):
                return self.decoded(value)
            if isinstance(value, Fields | Accessor):
                return self.split(value)
            if value is not None and is_literal(self.lift, value):
                return ast.parse(literal(self.lift, value), mode="eval").body
            if isinstance(node, ast.Name):
                self.name(node.id, value)
                return node
        for field, inner in ast.iter_fields(node):
            if isinstance(inner, ast.expr):
                if not (field == "func" and isinstance(inner, ast.Attribute)):
                    setattr(node, field, self.part(inner, bound | _binds(node)))
                else:
                    inner.value = self.part(inner.value, bound | _binds(node))
            elif isinstance(inner, list):
                setattr(node, field, [self.element(i, bound | _binds(node)) for i in inner])
        return node

    def decoded(self, value: JsonList) -> ast.expr:
        """Return a list of JSON, which comes as text, as the list that it is."""
        self.pieces["import json"] = None
        name = self.parameter(value.text)
        return ast.parse(f"json.loads({name})", mode="eval").body

    def split(self, value: Fields | Accessor) -> ast.expr:
        """Return the pieces of a text, or of a line of any number of fields, as the text that is split.

        Raises
        ------
        Stopped
            If it is anything else, or the separator is no constant.
        """
        source = self.lift.texts.get(value.source) if isinstance(value, Fields) else None
        if isinstance(value, Fields) and source is not None and is_loose(self.lift, source):
            value = pieces_of(self.lift, value)
        owner = value.owner if isinstance(value, Accessor) and value.kind in ("pieces", "findall") else None
        if not isinstance(owner, Tup) or len(owner.items) != 2 or not isinstance(owner.items[1], Const):
            raise Stopped(*_missing())
        text = owner.items[0]
        if not isinstance(text, Cell) or text.nullable:
            raise Stopped(*_missing())
        name, by = self.parameter(text), owner.items[1].value
        if isinstance(value, Accessor) and value.kind == "findall":
            self.pieces["import re"] = None
            return ast.parse(f"re.findall({by!r}, {name})", mode="eval").body
        return ast.parse(f"{name}.split({by!r})", mode="eval").body

    def element(self, node: object, bound: frozenset[str]) -> object:
        if isinstance(node, ast.comprehension):
            node.iter = self.part(node.iter, bound)
            node.ifs = [self.part(i, bound) for i in node.ifs]
        elif isinstance(node, ast.keyword):
            node.value = self.part(node.value, bound)
        elif isinstance(node, ast.expr):
            return self.part(node, bound)
        return node

    def name(self, name: str, value: Value | None) -> None:
        """A name that stays one: a builtin, a module, a function or constant of the script."""
        if isinstance(value, Module) and value.name == f"builtins.{name}":
            return
        if isinstance(value, Module | UserFunction):
            own = self.lift.modules[self.lift.activations[-1].module]
            if own.get(name) == value:
                self.needed.add(name)
                return
        raise Stopped(*_missing())

    def value(self, node: ast.expr) -> Value | None:
        """Return what a part evaluates to, None where no rule covers it."""
        from lester_gui.rewrite.lift.expressions import evaluate

        if isinstance(node, ast.Slice | ast.Lambda):
            return None
        try:
            return self.lift.content(evaluate(self.lift, node))
        except Stopped:
            if isinstance(node, ast.Name):
                raise
            return None


def _is_spent(body: ast.expr) -> bool:
    """Whether an expression gives its elements once, so that it must not be computed again."""
    called = body.func if isinstance(body, ast.Call) else None
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return isinstance(body, ast.GeneratorExp) or name in ONCE


def _missing() -> tuple[Reason, str]:
    return Reason.NO_RULE, "An expression uses what is no value of the row"


def is_literal(lift: Lifter, value: Value) -> bool:
    """Whether a value is fixed by the script's text, and can be written into a function."""
    content = lift.content(value)
    if isinstance(content, Const):
        return content.value is None or isinstance(content.value, bool | int | float | str)
    if isinstance(content, Tup | Items):
        return all(is_literal(lift, v) for v in content.values)
    if isinstance(content, Entries) and not content.factory and content.made is None:
        return all(is_literal(lift, k) and is_literal(lift, v) for k, v in content.items)
    return False


def literal(lift: Lifter, value: Value) -> str:
    """Return a value that the script's text fixes as text, in the script's order: that of a set differs from run to run."""
    content = lift.content(value)
    if isinstance(content, Items) and content.kind == "set" and content.values:
        return f"{{{', '.join(literal(lift, v) for v in content.values)}}}"
    return repr(lift.const(content))


def _binds(node: ast.expr) -> frozenset[str]:
    """Names that an expression binds for its own parts: those of comprehensions and lambdas."""
    if isinstance(node, ast.Lambda):
        return frozenset(a.arg for a in node.args.args)
    generators = getattr(node, "generators", [])
    return frozenset(n.id for g in generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
