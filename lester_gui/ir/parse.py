"""Read the text of a plan back. The text is looked at with `ast` and never executed; what is not in the notation is refused.

Code is not written in the text: user functions, opaque steps and inferred columns are referred to by name and taken from
`base`, the plan that the text was rendered from.
"""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from typing import Any

from lester_gui.ir import notation as n
from lester_gui.ir.codec import MAX_NODES
from lester_gui.ir.expression_text import constant, parse_python
from lester_gui.ir.learning import ROWS_OF, TEST, TRAIN, VALIDATION, Encode, Label, Model, Split
from lester_gui.ir.nodes import Node
from lester_gui.ir.notation import Dialect, PlanTextError
from lester_gui.ir.parse_steps import METHODS, ROOTS, Arguments, Scope, blocks, model_options
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import node_to_json

MAX_PLAN_TEXT = 2_000_000  # characters
_SHAPE = (
    "A plan's lines are `view = read(…).step(…)`, `labelled = view.label(…)`, `train, test = …`, `X = encode(…)`, `model = …`."
)


def parse(text: str, base: Plan) -> Plan:
    """Return the plan that a text says.

    Parameters
    ----------
    text : str
        As `render` writes it, edited or not.
    base : Plan
        The plan whose functions, opaque steps, inferred columns, name and origins are kept. A step that is not as in `base`
        counts as made by a ``person``.

    Raises
    ------
    PlanTextError
        If the text is outside the notation or the plan is not valid; `plan_line` says where.
    """
    if len(text) > MAX_PLAN_TEXT:
        raise PlanTextError("The text is too long for a plan")
    module = parse_python(text)
    assert isinstance(module, ast.Module)
    if len(module.body) > MAX_NODES:
        raise PlanTextError("The text has too many steps for a plan")
    return _Parser(base).run(module)


class _Parser:
    def __init__(self, base: Plan) -> None:
        self.scope = Scope(base)
        self._base = base
        self._imports: dict[str, str] = {}
        self._kept: tuple[Node, ...] = ()
        self._prepared: Node | None = None
        self._parts: dict[str, Any] = {}
        self._splits: list[tuple[tuple[str, ...], str, Split, int]] = []

    def run(self, module: ast.Module) -> Plan:
        for statement in module.body:
            try:
                self._statement(statement)
            except PlanTextError as error:
                raise error if error.plan_line else PlanTextError(error.message, error.hint, statement.lineno) from error
            except PlanError as error:
                raise PlanTextError(error.message, error.hint, statement.lineno) from error
        try:
            if self._splits:
                self._put("split", self._whole_split())
        except PlanTextError:
            raise
        except PlanError as error:
            raise PlanTextError(error.message, error.hint, self._splits[0][3]) from error
        missing = [part for part in ("label", "split", "encode", "model") if part not in self._parts]
        if missing or self._prepared is None:
            raise PlanTextError(f"The plan has no {' and no '.join(missing)}", _SHAPE)
        try:
            plan = replace(self._base, prepared=self._prepared, kept=self._kept, **self._parts)
        except PlanTextError:
            raise
        except PlanError as error:
            raise PlanTextError(error.message, error.hint) from error
        unused = [name for name in self.scope.views if name not in {v.name for v in plan.views}]
        if unused:
            raise PlanTextError(f"The view {unused[0]!r} is not used", "Write keep(…) with it, or delete its step.")
        return _with_origins(plan, self._base)

    def _statement(self, s: ast.stmt) -> None:
        match s:
            case ast.ImportFrom(module=str(module), names=[ast.alias(name=name, asname=None)], level=0):
                self._imports[name] = f"{module}.{name}"
            case ast.Expr(value=ast.Call(func=ast.Name(id="keep"), args=args, keywords=[])):
                self._kept = tuple(self.scope.view(a) for a in args)
            case ast.Assign(targets=[ast.Name(id="dialect")], value=ast.Constant(value=str(value))) if value in set(Dialect):
                self.scope.dialect = Dialect(value)
            case ast.Assign(targets=[ast.Name(id="dialect")]):
                raise PlanTextError("There is no such dialect", f"Dialects are {', '.join(Dialect)}.", s.lineno)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="user_function")) as call):
                self._user_function(name, call)
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=value) if all(
                isinstance(p, ast.Name) and p.id in ROWS_OF for p in parts
            ):
                self._split(tuple(p.id for p in parts if isinstance(p, ast.Name)), value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value)
            case _:
                raise PlanTextError("This is not a step of a plan", _SHAPE, s.lineno)

    def _user_function(self, name: str, call: ast.Call) -> None:
        a = Arguments(call, "user_function")
        signature = n.type_from_text(a.text())
        a.done()
        if signature is None:
            raise PlanTextError("There is no such type", 'Types are "int", "str", "float", "bool" …, with ? where missing.')
        if name not in {f.name for f in self._base.functions} or not n.is_free(name):
            raise PlanTextError(f"The script has no function {name!r}", "Functions are taken from the script, not written here.")
        self.scope.functions[name] = signature

    def _put(self, part: str, value: Any) -> None:
        if part in self._parts:
            raise PlanTextError(f"The {part} is given twice")
        self._parts[part] = value

    def _assign(self, variable: str, value: ast.expr) -> None:
        root, calls = unwind(value)
        if isinstance(root, ast.Name) and calls and calls[0][0] == "label" and len(calls) == 1:
            self._label(root, calls[0][1])
        elif isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id == "view":
            label = calls[0] if calls else ("", root)
            if label[0] == "label":
                self._label(root, label[1])
            else:
                self._chain(variable, root, calls)
        elif isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id not in ROOTS:
            self._encode_or_model(variable, root.func.id, root, calls)
        else:
            self._chain(variable, root, calls)

    def _chain(self, variable: str, root: ast.expr, calls: list[tuple[str, ast.Call]]) -> None:
        node: Node | None = None
        if isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id in ROOTS:
            calls = [(root.func.id, root), *calls]
        else:
            node = self.scope.view(root)
        if not calls:
            raise PlanTextError("A view is given a second name", "Use the first name, or add a step.", root.lineno)
        i = 0
        while i < len(calls):
            word, call = calls[i]
            name = self.scope.names.next(variable)
            if i + 1 < len(calls) and calls[i + 1][0] == "named":
                a = Arguments(calls[i + 1][1], "named")
                name = a.text()
                a.done()
                i += 1
            i += 1
            node = self._step(word, call, name, node)
            self.scope.add(node)
        assert node is not None
        self.scope.variables[variable] = node

    def _step(self, word: str, call: ast.Call, name: str, parent: Node | None) -> Node:
        a = Arguments(call, word)
        try:
            if parent is None:
                node = ROOTS[word](name, a, self.scope)
            elif word in METHODS:
                node = METHODS[word](name, parent, a, self.scope)
            else:
                raise PlanTextError(f"There is no step {word!r}", f"The steps are {', '.join(METHODS)}.")
            a.done()
        except PlanTextError as error:
            raise error if error.plan_line else PlanTextError(error.message, error.hint, a.line) from error
        except PlanError as error:
            raise PlanTextError(error.message, error.hint, a.line) from error
        return node

    def _label(self, root: ast.expr, call: ast.Call) -> None:
        a = Arguments(call, "label")
        if len(a.named) != 1:
            raise PlanTextError("A label is one column", "Write labelled = prepared.label(y=…).")
        codes = n.LABEL_CODES.get(a.text(), "?") if a.left else ""
        ((variable, tree),) = a.named.items()
        self._prepared = self.scope.view(root)
        self._put("label", Label(expr=self.scope.expr(tree), variable=variable, codes=codes))
        a.named.clear()
        a.done()

    def _split(self, names: tuple[str, ...], value: ast.expr) -> None:
        match value:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=dealt), attr="split"),
                args=[ast.Call(func=ast.Name(id=word)) as call],
                keywords=[],
            ) if word in n.SPLITS:
                pass
            case _:
                hint = f"Write train, test = labelled.split(…) with one of {', '.join(n.SPLITS)}."
                raise PlanTextError("This is not a split", hint, value.lineno)
        kind, method = n.SPLITS[word]
        a = Arguments(call, word)
        given: dict[str, Any] = {"kind": kind, "method": method}
        if a.left:
            given["test" if kind == "expression" else "by"] = self.scope.expr(a.next())
        for key, tree in a.take_named().items():
            if kind == "expression" and key in n.SPLIT_CONDITIONS:
                given[n.SPLIT_CONDITIONS[key]] = self.scope.expr(tree)
                continue
            if key not in n.SPLIT_WORDS:
                raise PlanTextError(f"A split has no {key!r}", f"It has {', '.join(n.SPLIT_WORDS)}.")
            given[n.SPLIT_WORDS[key]] = _split_value(n.SPLIT_WORDS[key], tree)
        a.done()
        self._splits.append((names, dealt, Split(**given), value.lineno))

    def _whole_split(self) -> Split:
        """Put the splits of the text into one: each but the first deals a part of the one before it again."""
        out: Split | None = None
        for i in range(len(self._splits) - 1, -1, -1):
            _, dealt, split, line = self._splits[i]
            if (dealt == "labelled") != (i == 0):
                raise PlanTextError("The first split is that of labelled, and those after it deal train or test again", "", line)
            if out is not None:
                names, of, *_ = self._splits[i + 1]
                split = replace(split, again=out, of=of, validation=TEST if (of, names) == (TEST, (TEST, VALIDATION)) else TRAIN)
            out = split
        assert out is not None
        expected = [out.first_parts, *(s.parts_again for s in out.chain[:-1])]
        for (names, _, _, line), wanted in zip(self._splits, expected, strict=True):
            if names != wanted:
                raise PlanTextError("The parts of this split have other names", f"Write {', '.join(wanted)} = ….", line)
        return out

    def _encode_or_model(self, variable: str, word: str, root: ast.Call, calls: list[tuple[str, ast.Call]]) -> None:
        if calls:
            if len(calls) > 1 or calls[0][0] != "named":
                raise PlanTextError(f"{word}(…) has no further steps", "", root.lineno)
            variable = Arguments(calls[0][1], "named").text()
        a = Arguments(root, word)
        if word == "encode":
            self._put("encode", self._encode(variable, a))
        elif word == "estimator":
            self._put("model", Model(estimator=a.text(), params=model_options(a), variable=variable))
        elif word in self._imports:
            self._put("model", Model(estimator=self._imports[word], params=model_options(a), variable=variable))
        else:
            steps = ", ".join([*ROOTS, "encode"])
            raise PlanTextError(f"There is no {word!r}", f"Begin with {steps}, or import the model's class above.")
        a.done()

    def _encode(self, variable: str, a: Arguments) -> Encode:
        fitted = a.next()
        if not isinstance(fitted, ast.Name) or fitted.id not in ("train", "labelled"):
            raise PlanTextError(
                "encode needs what it is fitted on", "Write encode(train, …), or encode(labelled, …) for all rows."
            )
        dtype = a.option("dtype", "float64", str)
        fit_on = "train" if fitted.id == "train" else "all"
        return Encode(blocks=blocks(a), fit_on=fit_on, variable=variable, dtype=dtype)


def unwind(tree: ast.expr) -> tuple[ast.expr, list[tuple[str, ast.Call]]]:
    """Return the root of a chain ``root.a(…).b(…)`` and its calls in order."""
    calls: list[tuple[str, ast.Call]] = []
    while isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):
        calls.append((tree.func.attr, tree))
        tree = tree.func.value
    return tree, calls[::-1]


def _split_value(attribute: str, tree: ast.expr) -> Any:
    allowed: dict[str, tuple[type, ...]] = {
        "test_size": (int, float),
        "train_size": (int, float),
        "seed": (int,),
        "shuffle": (bool,),
        "stratify": (bool,),
        "in_order": (bool,),
        "every": (int,),
        "offsets": (tuple,),
        "folds": (int,),
        "first_fold": (bool,),
        "whole": (bool,),
    }
    value = tuple(constant(e) for e in tree.elts) if isinstance(tree, ast.Tuple) else constant(tree)
    if type(value) not in allowed.get(attribute, (str,)) and not (value is None and attribute == "seed"):
        raise PlanTextError(f"{attribute} has another type", "", tree.lineno)
    return value


def _with_origins(plan: Plan, base: Plan) -> Plan:
    """Give every step that is as in `base` its lines and maker again; the others were made by a person."""
    before = {v.name: v for v in base.views}

    def change(node: Node) -> Node:
        old = before.get(node.name)
        if old is None:
            return replace(node, made_by="person")
        new = replace(node, lines=old.lines, made_by=old.made_by)
        return new if type(new) is type(old) and node_to_json(new) == node_to_json(old) else replace(new, made_by="person")

    parts: dict[str, Any] = {}
    for name in ("label", "split", "encode", "model"):
        old, new = getattr(base, name), getattr(plan, name)
        same = all(repr(getattr(old, f.name)) == repr(getattr(new, f.name)) for f in fields(old) if f.compare)
        parts[name] = replace(new, lines=old.lines, made_by=old.made_by if same else "person")
    return replace(plan.map_nodes(change), **parts)
