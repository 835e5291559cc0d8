"""What a function returns, told from its text: the type of a carried function is part of the plan."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Module, UserFunction
from lester_gui.rewrite.slicing import return_statements

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ANNOTATED = {
    "str": Type.STR,
    "int": Type.INT,
    "float": Type.FLOAT,
    "bool": Type.BOOL,
    "list[float]": Type.FLOATS,
    "np.ndarray": Type.FLOATS,
}
TEXT_METHODS = {
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "join",
    "title",
    "capitalize",
    "format",
    "decode",
    "group",
    "zfill",
}
NUMBER_METHODS = {"count", "find", "index", "weekday", "toordinal"}
TRUTH_METHODS = {"startswith", "endswith", "isdigit", "isalpha", "isupper", "islower", "isnumeric"}
CALLS = {
    "len": Type.INT,
    "int": Type.INT,
    "float": Type.FLOAT,
    "str": Type.STR,
    "bool": Type.BOOL,
    "round": Type.FLOAT,
    "ord": Type.INT,
    "any": Type.BOOL,
    "all": Type.BOOL,
    "hash": Type.INT,
    "isinstance": Type.BOOL,
    "repr": Type.STR,
    "chr": Type.STR,
}
ARRAYS = {"zeros", "ones", "full", "array", "asarray", "concatenate", "hstack", "tanh", "mean_pool", "arange", "linspace"}


DATE_PARTS = {"days", "year", "month", "day", "hour", "minute", "second"}
LIBRARY = {
    **dict.fromkeys(("re.sub", "re.escape", "html.unescape", "html.escape", "unicodedata.normalize"), Type.STR),
    **dict.fromkeys(("math.floor", "math.ceil", "math.trunc", "math.gcd", "zlib.crc32", "zlib.adler32"), Type.INT),
    **dict.fromkeys(("math.sin", "math.cos", "math.tan", "math.log2", "math.log10", "math.hypot", "math.atan2"), Type.FLOAT),
    **dict.fromkeys(("math.sqrt", "math.log", "math.exp", "math.log1p", "math.fabs", "math.pow", "math.radians"), Type.FLOAT),
    **dict.fromkeys(("math.isnan", "math.isinf", "math.isclose"), Type.BOOL),
}


def returned(lift: Lifter, function: UserFunction, depth: int = 0) -> Type | None:
    """Return the type of what a function returns, or None if its text does not tell.

    Every ``return`` has to tell, and all have to agree (whole numbers and floats are floats). A function that may end without
    ``return``, or returns None, does not tell.
    """
    node = function.node
    if not isinstance(node, ast.FunctionDef) or depth > 5:
        return None
    if node.returns is not None:
        written = ast.unparse(node.returns)
        if written in ANNOTATED:
            return ANNOTATED[written]
    known = _locals(lift, function, depth)
    found: set[Type] = set()
    for inner in return_statements(node.body):
        if inner.value is None:
            return None
        kind = _type(lift, function, inner.value, known, depth)
        if kind is None:
            return None
        found.add(kind)
    if found == {Type.INT, Type.FLOAT}:
        return Type.FLOAT
    return found.pop() if len(found) == 1 and _always_returns(node.body) else None


def type_in(lift: Lifter, function: UserFunction, node: ast.expr, known: dict[str, Type | None]) -> Type | None:
    """Return the type of an expression in a function whose names have the types `known`, or None if its text does not tell."""
    return _type(lift, function, node, known, 0)


def _always_returns(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _always_returns(last.body) and _always_returns(last.orelse)
    if isinstance(last, ast.Try):
        return _always_returns(last.body) and all(_always_returns(h.body) for h in last.handlers)
    return isinstance(last, ast.With) and _always_returns(last.body)


def _locals(lift: Lifter, function: UserFunction, depth: int) -> dict[str, Type | None]:
    """Types of local names, as far as all assignments to them agree."""
    node = function.node
    assert isinstance(node, ast.FunctionDef)
    known: dict[str, Type | None] = {}
    for a in node.args.args:
        written = ast.unparse(a.annotation) if a.annotation is not None else ""
        known[a.arg] = ANNOTATED.get(written)
    values: dict[str, list[ast.expr]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign):
            for t in inner.targets:
                if isinstance(t, ast.Name):
                    values.setdefault(t.id, []).append(inner.value)
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            values.setdefault(inner.target.id, []).append(ast.BinOp(inner.target, inner.op, inner.value))
        elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name) and inner.value is not None:
            values.setdefault(inner.target.id, []).append(inner.value)
        elif isinstance(inner, ast.For | ast.comprehension):
            for bound in ast.walk(inner.target):
                if isinstance(bound, ast.Name):
                    known[bound.id] = None
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name):
                values.setdefault(inner.target.id, []).append(ast.Subscript(inner.iter, ast.Constant(0)))
    for _ in range(4):
        for name, exprs in values.items():
            kinds = {k for e in exprs if (k := _type(lift, function, e, known, depth)) is not None}
            if kinds == {Type.INT, Type.FLOAT}:
                kinds = {Type.FLOAT}
            known[name] = kinds.pop() if len(kinds) == 1 else None
    for name, exprs in values.items():  # a name that is anything once is not known
        if any(_type(lift, function, e, known, depth) is None for e in exprs):
            known[name] = None
    return known


def _type(lift: Lifter, function: UserFunction, node: ast.expr, known: dict[str, Type | None], depth: int) -> Type | None:
    def inner(e: ast.expr) -> Type | None:
        return _type(lift, function, e, known, depth)

    if isinstance(node, ast.Constant):
        return {str: Type.STR, bool: Type.BOOL, int: Type.INT, float: Type.FLOAT}.get(type(node.value))
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return Type.STR
    if isinstance(node, ast.Compare):
        return Type.BOOL
    if isinstance(node, ast.UnaryOp):
        return Type.BOOL if isinstance(node.op, ast.Not) else inner(node.operand)
    if isinstance(node, ast.BoolOp):
        return _agreed([inner(v) for v in node.values])
    if isinstance(node, ast.IfExp):
        return _agreed([inner(node.body), inner(node.orelse)])
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div) and _is_sum(node.left) and inner(node.right) in (Type.INT, Type.FLOAT):
            return Type.FLOAT  # `sum` begins at 0, so what it adds up are numbers
        return _binary(node, inner(node.left), inner(node.right))
    if isinstance(node, ast.Attribute):
        return Type.INT if node.attr in DATE_PARTS else None
    if isinstance(node, ast.List | ast.ListComp | ast.GeneratorExp | ast.Tuple):
        if isinstance(node, ast.List | ast.Tuple):
            kinds = {inner(e) for e in node.elts}
        else:
            kinds = {_type(lift, function, node.elt, known | _bound(lift, function, node, known, depth), depth)}
        if kinds and kinds <= {Type.INT, Type.FLOAT}:
            return Type.FLOATS
        return Type.STRS if kinds == {Type.STR} else None
    if isinstance(node, ast.Subscript):
        base = inner(node.value)
        if base is Type.STR:
            return Type.STR
        if base is Type.STRS:
            return Type.STRS if isinstance(node.slice, ast.Slice) else Type.STR
        if base is Type.FLOATS:
            return Type.FLOATS if isinstance(node.slice, ast.Slice) else Type.FLOAT
        return None
    if isinstance(node, ast.Call):
        return _call(lift, function, node, known, depth)
    return None


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum" and len(node.args) == 1


def _bound(
    lift: Lifter, function: UserFunction, node: ast.ListComp | ast.GeneratorExp, known: dict[str, Type | None], depth: int
) -> dict[str, Type | None]:
    """Types of the names that a comprehension binds."""
    out: dict[str, Type | None] = {}
    for generator in node.generators:
        kind = _type(lift, function, generator.iter, known | out, depth)
        element = {Type.STR: Type.STR, Type.STRS: Type.STR, Type.FLOATS: Type.FLOAT}.get(kind) if kind else None
        for name in ast.walk(generator.target):
            if isinstance(name, ast.Name):
                out[name.id] = element if isinstance(generator.target, ast.Name) else None
    return out


def _library(lift: Lifter, function: UserFunction, node: ast.expr) -> str | None:
    """The module of a library that an expression names, if it does."""
    value = lift.modules.get(function.module, {}).get(node.id) if isinstance(node, ast.Name) else None
    return value.name if isinstance(value, Module) else None


def _agreed(kinds: list[Type | None]) -> Type | None:
    distinct = set(kinds)
    if distinct == {Type.INT, Type.FLOAT}:
        return Type.FLOAT
    return kinds[0] if len(distinct) == 1 else None


def _binary(node: ast.BinOp, a: Type | None, b: Type | None) -> Type | None:
    if Type.FLOATS in (a, b):
        return Type.FLOATS
    if a is None or b is None:
        return None
    if Type.STR in (a, b):
        return Type.STR if isinstance(node.op, ast.Add | ast.Mod | ast.Mult) else None
    if not (a.is_number and b.is_number):
        return None
    if isinstance(node.op, ast.Div):
        return Type.FLOAT
    return Type.FLOAT if Type.FLOAT in (a, b) else Type.INT


def _call(lift: Lifter, function: UserFunction, node: ast.Call, known: dict[str, Type | None], depth: int) -> Type | None:
    if isinstance(node.func, ast.Name):
        name = node.func.id
        names = lift.modules.get(function.module, {})
        target = names.get(name)
        if isinstance(target, UserFunction):
            return returned(lift, target, depth + 1)
        if isinstance(target, Module) and target.name in LIBRARY:
            return LIBRARY[target.name]
        if name == "sum" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
            part = node.args[0]
            one = _type(lift, function, part.elt, known | _bound(lift, function, part, known, depth), depth)
            return {Type.BOOL: Type.INT, Type.INT: Type.INT, Type.FLOAT: Type.FLOAT}.get(one) if one else None
        if name in ("sorted", "list", "tuple", "set") and len(node.args) == 1:
            part_type = _type(lift, function, node.args[0], known, depth)
            return Type.STRS if part_type is Type.STR else part_type if part_type in (Type.STRS, Type.FLOATS) else None
        if name in ("min", "max", "sum", "abs"):
            kinds = [_type(lift, function, a, known, depth) for a in node.args]
            kinds = [k if k is not Type.FLOATS else Type.FLOAT for k in kinds]
            return _agreed(kinds)
        if name == "round" and len(node.args) == 1:
            return Type.INT
        return CALLS.get(name)
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        library = _library(lift, function, node.func.value)
        if f"{library}.{name}" in LIBRARY:
            return LIBRARY[f"{library}.{name}"]
        if name in ("split", "rsplit", "splitlines") and library is None:
            return Type.STRS if _type(lift, function, node.func.value, known, depth) is Type.STR else None
        owner = _type(lift, function, node.func.value, known, depth)
        if name in ("tolist", "copy", "astype") and owner is Type.FLOATS:
            return Type.FLOATS
        if name in ("sum", "mean", "max", "min", "std", "item") and owner is not None:
            return Type.FLOAT
        if name in TEXT_METHODS:
            return Type.STR
        if name in NUMBER_METHODS:
            return Type.INT
        if name in TRUTH_METHODS:
            return Type.BOOL
        if isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy") and name in ARRAYS:
            return Type.FLOATS
        if (
            isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("np", "numpy", "math")
            and name in ("sqrt", "log", "exp", "log1p", "mean")
        ):
            return Type.FLOAT
    return None
