"""Classes of the script: an object is a record in the heap, and its methods are lifted where they are called.

Plain classes, dataclasses and named tuples are followed, and classes that inherit from them. What gives a class meanings of its
own (operators, ``__getattr__``, metaclasses) is not.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Bound, Const, Entries, Module, Ref, Tup, Unknown, UserClass, UserFunction, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

OBJECT = "object:"  # what the factory of a record says that is an object of a class, before the class' number
LOOKS = {"__init__", "__post_init__", "__repr__", "__str__", "__slots__", "__doc__", "__match_args__", "__annotations__"}
DATACLASS = ("dataclass", "dataclasses.dataclass")
TUPLES = ("typing.NamedTuple", "typing_extensions.NamedTuple")
NOTHING_OF = ("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol")
MIXINS = ("BaseEstimator", "TransformerMixin", "ClassifierMixin", "RegressorMixin", "OneToOneFeatureMixin")
"""Classes of scikit-learn that add nothing to an object but ``fit_transform``, as far as it is lifted."""


def defined(lift: Lifter, node: ast.ClassDef) -> UserClass:
    """Return a class where it is defined.

    Raises
    ------
    Stopped
        If it gives itself a meaning that is not followed.
    """
    parents = [evaluate(lift, b) for b in node.bases]
    kind, fields, members, marks = _inherited(lift, node, parents)
    decorated = _decorated(lift, node)
    kind = decorated or kind
    if node.keywords:
        raise Stopped(Reason.SYNTAX, f"The class {node.name} has a metaclass or options, which are not lifted")
    if any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(node)):
        raise Stopped(Reason.ALIAS, f"The class {node.name} assigns names outside itself")
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            _method(lift, statement, members, marks)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            _annotated(lift, statement, kind, fields, members)
        elif isinstance(statement, ast.Assign) and all(isinstance(t, ast.Name) for t in statement.targets):
            value = evaluate(lift, statement.value)
            members.update({t.id: value for t in statement.targets if isinstance(t, ast.Name)})
        elif not isinstance(statement, ast.Pass) and not (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            raise Stopped(Reason.SYNTAX, f"The body of the class {node.name} does more than define methods and attributes")
    own = sorted(n for n in members if n.startswith("__") and n.endswith("__") and n not in LOOKS)
    if own:
        raise Stopped(Reason.SYNTAX, f"The class {node.name} defines {own[0]}, which is not lifted")
    made = UserClass(lift.number(), node.name, kind, tuple(fields.items()), members, *(frozenset(m) for m in marks.values()))
    lift.classes[made.ident] = made
    return made


def _inherited(
    lift: Lifter, node: ast.ClassDef, parents: list[Value]
) -> tuple[str, dict[str, Value | None], dict[str, Value], dict[str, set[str]]]:
    kind, fields, members = "plain", {}, {}
    marks: dict[str, set[str]] = {"properties": set(), "static": set(), "of_class": set()}
    parents = [p for p in parents if not _is_mixin(p)]
    for parent in parents:
        if isinstance(parent, UserClass) and len(parents) == 1:
            kind, fields, members = parent.kind, dict(parent.fields), dict(parent.members)
            for name, kept in zip(marks, (parent.properties, parent.static, parent.of_class), strict=True):
                marks[name] |= kept
        elif isinstance(parent, Module) and parent.name in TUPLES and len(parents) == 1:
            kind = "tuple"
        elif not (isinstance(parent, Module) and parent.name in NOTHING_OF):
            raise Stopped(Reason.SYNTAX, f"The class {node.name} inherits from a class that is not lifted")
    return kind, fields, members, marks


def _is_mixin(parent: Value) -> bool:
    return isinstance(parent, Module) and parent.name.startswith("sklearn.") and parent.name.rsplit(".", 1)[-1] in MIXINS


def _decorated(lift: Lifter, node: ast.ClassDef) -> str:
    kind = ""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        target = evaluate(lift, called)
        if not (isinstance(target, Module) and target.name in DATACLASS):
            raise Stopped(Reason.SYNTAX, f"The class {node.name} has a decorator that is not lifted")
        options = decorator.keywords if isinstance(decorator, ast.Call) else []
        if any(k.arg not in ("frozen", "slots", "eq", "repr", "kw_only", "unsafe_hash") for k in options):
            raise no_rule(f"an option of the dataclass {node.name}")
        kind = "dataclass"
    return kind


def _method(lift: Lifter, node: ast.FunctionDef, members: dict[str, Value], marks: dict[str, set[str]]) -> None:
    from lester_gui.rewrite.lift.functions import made

    places = {
        "property": "properties",
        "functools.cached_property": "properties",
        "cached_property": "properties",
        "staticmethod": "static",
        "classmethod": "of_class",
    }
    for names in marks.values():
        names.discard(node.name)
    plain = copy.copy(node)
    plain.decorator_list = []
    for decorator in node.decorator_list:
        text = ast.unparse(decorator)
        if text in places:
            marks[places[text]].add(node.name)
        elif text not in ("abstractmethod", "abc.abstractmethod", "override", "typing.override"):
            raise Stopped(Reason.SYNTAX, f"The method {node.name} has a decorator that is not lifted")
    members[node.name] = made(lift, plain, node.name)


def _annotated(lift: Lifter, node: ast.AnnAssign, kind: str, fields: dict[str, Value | None], members: dict[str, Value]) -> None:
    assert isinstance(node.target, ast.Name)
    written = ast.unparse(node.annotation)
    if "InitVar" in written:
        raise Stopped(Reason.SYNTAX, "A field that is only passed to __post_init__ is not lifted")
    value = None if node.value is None else evaluate(lift, node.value)
    if kind == "plain" or "ClassVar" in written:
        if value is not None:
            members[node.target.id] = value
        return
    if isinstance(value, Ref) and kind == "dataclass" and not _is_field(lift, value):
        raise Stopped(Reason.ALIAS, "A list or dict is the default of a field")
    fields[node.target.id] = value


def _is_field(lift: Lifter, value: Value) -> bool:
    content = lift.heap.get(value.id) if isinstance(value, Ref) else value
    return isinstance(content, Entries) and content.factory == "field"


def class_of(lift: Lifter, content: Value) -> UserClass | None:
    """Return the class of an object of the script, None for anything else."""
    if isinstance(content, Entries) and content.factory.startswith(OBJECT):
        return lift.classes[int(content.factory.removeprefix(OBJECT))]
    return None


def construct(lift: Lifter, made: UserClass, args: Arguments) -> Value:
    """``Name(…)``: a new object, after its ``__init__``."""
    items = _field_values(lift, made, args) if made.kind != "plain" else ()
    owner = lift.new(Entries(items, f"{OBJECT}{made.ident}"))
    start = made.members.get("__init__" if made.kind == "plain" else "__post_init__")
    if isinstance(start, UserFunction) and made.kind != "tuple":
        given = args if made.kind == "plain" else Arguments(made.name, [])
        call(lift, start, owner, given)
    elif made.kind == "plain" and (args.positional or args.keywords):
        raise no_rule(f"{made.name} with arguments")
    return owner


def _field_values(lift: Lifter, made: UserClass, args: Arguments) -> tuple[tuple[Value, Value], ...]:
    if isinstance(made.members.get("__init__"), UserFunction):
        raise Stopped(Reason.SYNTAX, f"The class {made.name} replaces the __init__ of its fields")
    names = [n for n, _ in made.fields]
    if len(args.positional) > len(names):
        raise no_rule(f"{made.name} with {len(args.positional)} arguments")
    values = dict(zip(names, args.positional, strict=False))
    for name, value in args.keywords.items():
        if name not in names or name in values:
            raise no_rule(f"{made.name} with the argument {name}")
        values[name] = value
    for name, default in made.fields:
        if name in values:
            continue
        if default is None:
            raise no_rule(f"{made.name} without {name}")
        values[name] = _default(lift, default)
    return tuple((Const(n), values[n]) for n in names)


def _default(lift: Lifter, value: Value) -> Value:
    content = lift.content(value)
    if not (isinstance(content, Entries) and content.factory == "field"):
        return value
    from lester_gui.rewrite.lift.expressions.call import invoke

    factory = content.get(Const("default_factory"))
    if factory is not None:
        return invoke(lift, factory, Arguments("default_factory", []))
    default = content.get(Const("default"))
    if default is None:
        raise no_rule("a field without a value")
    return default


def call(lift: Lifter, function: UserFunction, owner: Value, args: Arguments) -> Value:
    """Lift the body of a method for an object."""
    from lester_gui.rewrite.lift.functions import inline

    return inline(lift, function, Arguments(args.what, [owner, *args.positional], dict(args.keywords), node=args.node))


def attribute(lift: Lifter, owner: Value, content: Entries, made: UserClass, name: str) -> Value:
    """Return an attribute of an object: its own, a property, or one of its class."""
    found = content.get(Const(name))
    if found is not None:
        return lift.known(found)
    if name in made.properties:
        function = made.members[name]
        assert isinstance(function, UserFunction)
        return call(lift, function, owner, Arguments(name, []))
    return of_class(lift, made, name, owner)


def of_class(lift: Lifter, made: UserClass, name: str, owner: Value | None) -> Value:
    """Return an attribute that a class has for all its objects."""
    found = made.members.get(name)
    if found is None:
        if made.kind == "tuple" and owner is not None and name in ("_asdict", "_replace"):
            return Bound(owner, name)
        if made.kind == "tuple" and name == "_fields":
            return Tup(tuple(Const(n) for n, _ in made.fields))
        if made.kind == "tuple" and name == "_make":
            return Bound(made, name)
        raise no_rule(f"the attribute {name} of {made.name}, which is set nowhere on this path")
    if isinstance(found, UserFunction) and name not in made.static:
        if name in made.of_class:
            return Bound(made, name)
        return found if owner is None else Bound(owner, name)
    return lift.known(found)


def method(lift: Lifter, bound: Bound, args: Arguments) -> Value | None:
    """Call a method of an object or class of the script; None if it is neither."""
    owner = bound.owner
    content = owner if isinstance(owner, UserClass) else lift.content(owner)
    made = content if isinstance(content, UserClass) else class_of(lift, content)
    if made is None:
        return None
    function = made.members.get(bound.name)
    if isinstance(function, UserFunction):
        return call(lift, function, owner, args)
    if bound.name == "fit_transform" and function is None:
        fit, transform = (made.members.get(n) for n in ("fit", "transform"))
        if isinstance(fit, UserFunction) and isinstance(transform, UserFunction):
            call(lift, fit, owner, args)
            return call(lift, transform, owner, Arguments("transform", args.positional[:1]))
    if isinstance(content, Entries) and bound.name == "_asdict":
        return lift.new(Entries(content.items))
    if isinstance(content, Entries) and bound.name == "_replace":
        return replaced(lift, content, args)
    if isinstance(content, UserClass) and bound.name == "_make":
        (values,) = args.positional
        inner = lift.content(values)
        if isinstance(inner, Tup):
            return construct(lift, content, Arguments(content.name, list(inner.items)))
    raise no_rule(f"the method {bound.name} of {made.name}")


def replaced(lift: Lifter, content: Entries, args: Arguments) -> Value:
    """Return a copy of an object with other values in some fields."""
    items = dict(content.items)
    for name, value in args.keywords.items():
        if Const(name) not in items:
            raise no_rule(f"a field {name} that is not there")
        items[Const(name)] = value
    return lift.new(Entries(tuple(items.items()), content.factory))


def values_of(lift: Lifter, content: Value) -> Tup | None:
    """Return a named tuple as the tuple that it is, None for anything else."""
    made = class_of(lift, content)
    if made is None or made.kind != "tuple":
        return None
    assert isinstance(content, Entries)
    return Tup(tuple(v for _, v in content.items))


def reachable(lift: Lifter, ident: int) -> set[int]:
    """Return an object of the heap and all that it holds, directly or through others."""
    out: set[int] = set()
    queue = [ident]
    while queue:
        one = queue.pop()
        if one in out:
            continue
        out.add(one)
        content = lift.heap.get(one)
        if class_of(lift, content or Unknown("", 0)) is not None:
            assert isinstance(content, Entries)
            queue += [v.id for _, v in content.items if isinstance(v, Ref)]
    return out


def changed_within(lift: Lifter, name: str, ident: int, body: list[ast.stmt]) -> set[int]:
    """Return the containers that an object `name` holds and that statements may change in place."""
    from lester_gui.rewrite.slicing import MUTATORS

    attributes: set[str] = set()
    everything = False
    for node in (n for s in body for n in ast.walk(s)):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            attributes |= _attributes(node.value, name)
        elif isinstance(node, ast.AugAssign):
            attributes |= _attributes(node.target, name)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                everything |= isinstance(node.func.value, ast.Name) and node.func.value.id == name
                if node.func.attr in MUTATORS:
                    attributes |= _attributes(node.func.value, name)
            passed = [*node.args, *(k.value for k in node.keywords)]
            everything |= any(isinstance(a, ast.Name) and a.id == name for a in passed)
            for argument in passed:
                attributes |= _attributes(argument, name)
    content = lift.heap[ident]
    assert isinstance(content, Entries)
    return {v.id for k, v in content.items if isinstance(v, Ref) and (everything or lift.const(k) in attributes)}


def _attributes(node: ast.expr, name: str) -> set[str]:
    """Return the attribute of the object `name` that an expression goes through, if it does."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        inner = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Attribute) and isinstance(inner, ast.Name) and inner.id == name:
            return {node.attr}
        node = inner
    return set()
