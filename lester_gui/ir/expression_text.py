"""Expressions as text and back. Signs where the dialect has one, otherwise `operator(a, b)`; the text is never executed."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterable

from lester_gui.ir.codec import MAX_DEPTH, MAX_INT
from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, Scalar
from lester_gui.ir.notation import (
    COMPARISONS,
    EXPRESSION_CALLS,
    SIGNS,
    Dialect,
    Functions,
    PlanTextError,
    is_plain,
    option_text,
    quote,
    type_from_text,
    type_text,
)
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import PlanError

# binding strength, as in Python
_TERNARY, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _NEGATE, _ATOM = range(9)
_BINARY_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_COMPARE_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def expression_text(expr: Expr, dialect: Dialect, functions: Functions) -> str:
    """Return an expression in the notation.

    Parameters
    ----------
    functions : mapping
        User functions that the text may call by their bare name (`notation.signatures_of`).
    """
    return _Writer(dialect, functions).write(expr)[0]


def column_text(name: str) -> str:
    """Return a column's name as it stands in an expression."""
    return name if is_plain(name) else f"col({quote(name)})"


class _Writer:
    def __init__(self, dialect: Dialect, functions: Functions) -> None:
        self._sign_of = {name: sign for sign, name in SIGNS[dialect].items()}
        self._functions = functions
        self._depth = 0

    def write(self, expr: Expr) -> tuple[str, int]:
        """Return text and binding strength."""
        if isinstance(expr, Column):
            return column_text(expr.name), _ATOM
        if isinstance(expr, Literal):
            return self._literal(expr)
        if self._depth == MAX_DEPTH:
            raise PlanError("An expression is nested too deeply", "Give its parts names of their own.")
        self._depth += 1
        written = self._apply(expr) if isinstance(expr, Apply) else self._call(expr)
        self._depth -= 1
        return written

    def _literal(self, expr: Literal) -> tuple[str, int]:
        assert expr.type is not None
        if expr.value is None:
            return f"missing({quote(expr.type)})", _ATOM
        text = option_text(expr.value)
        if Literal(expr.value).type is not expr.type:
            return f"literal({text}, {quote(expr.type)})", _ATOM
        return text, _NEGATE if text.startswith("-") else _ATOM

    def _at_least(self, expr: Expr, strength: int) -> str:
        text, own = self.write(expr)
        return text if own >= strength else f"({text})"

    def _apply(self, expr: Apply) -> tuple[str, int]:
        name, a = expr.operator, expr.arguments
        sign = self._sign_of.get(name)
        if sign in COMPARISONS and len(a) == 2:
            return f"{self._at_least(a[0], _SUM)} {sign} {self._at_least(a[1], _SUM)}", _COMPARE
        if sign is not None and len(a) == 2:
            own = _SUM if sign in "+-" else _PRODUCT
            return f"{self._at_least(a[0], own)} {sign} {self._at_least(a[1], own + 1)}", own
        if name in ("and", "or"):
            own = _AND if name == "and" else _OR
            return f" {name} ".join(self._at_least(x, own + 1) for x in a), own
        if name == "not" and len(a) == 1:
            return f"not {self._at_least(a[0], _NOT)}", _NOT
        if name == "neg" and len(a) == 1 and not isinstance(a[0], Literal):
            return f"-{self._at_least(a[0], _NEGATE)}", _NEGATE
        if name == "is_in" and len(a) > 1:
            return f"{self._at_least(a[0], _SUM)} in [{self._arguments(a[1:])}]", _COMPARE
        if name == "if_else" and len(a) == 3:
            then, condition = self._at_least(a[1], _OR), self._at_least(a[0], _OR)
            return f"{then} if {condition} else {self._at_least(a[2], _TERNARY)}", _TERNARY
        return f"{name}({self._arguments(a)})", _ATOM

    def _call(self, expr: Expr) -> tuple[str, int]:
        assert isinstance(expr, Call)
        known = self._functions.get(expr.function)
        if known is not None and (known.type, known.nullable) == (expr.type, expr.nullable):
            return f"{expr.function}({self._arguments(expr.arguments)})", _ATOM
        inner = "".join(f", {self.write(a)[0]}" for a in expr.arguments)
        return f"call({quote(expr.function)}{inner}, type={quote(type_text(expr.type, expr.nullable))})", _ATOM

    def _arguments(self, arguments: Iterable[Expr]) -> str:
        return ", ".join(self.write(a)[0] for a in arguments)


def parse_python(text: str, mode: str = "exec") -> ast.AST:
    """Return the syntax tree of a text, whatever the text.

    Raises
    ------
    PlanTextError
        If it is not Python; the message names the line.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are the text's affair
            return ast.parse(text, mode=mode)
    except SyntaxError as error:
        raise PlanTextError("The text is not a plan", "Look for a missing bracket or comma.", error.lineno) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise PlanTextError("The text is not a plan: it is nested too deeply or holds unreadable characters") from error


def parse_expression(text: str, dialect: Dialect, functions: Functions) -> Expr:
    """Return the expression that a text says.

    Raises
    ------
    PlanTextError
        If it is outside the notation; the hint says what is allowed.
    """
    tree = parse_python(text.strip(), "eval")
    assert isinstance(tree, ast.Expression)
    return expression_from_ast(tree.body, dialect, functions)


def expression_from_ast(tree: ast.expr, dialect: Dialect, functions: Functions) -> Expr:
    """Return the expression of a syntax tree; see `parse_expression`."""
    return _Reader(dialect, functions).read(tree)


def constant(tree: ast.expr) -> Scalar | None:
    """Return the value of a constant, a negative number, or ``float("nan")``.

    Raises
    ------
    PlanTextError
        If the tree is anything else.
    """
    value: object = ...
    if isinstance(tree, ast.Constant):
        value = tree.value
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub) and isinstance(tree.operand, ast.Constant):
        inner = tree.operand.value
        value = -inner if isinstance(inner, int | float) and not isinstance(inner, bool) else ...
    elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "float" and not tree.keywords:
        names = [a.value for a in tree.args if isinstance(a, ast.Constant)]
        value = float(names[0]) if len(tree.args) == 1 and names and names[0] in ("nan", "inf", "-inf") else ...
    if value is None or isinstance(value, bool | float | str) or (isinstance(value, int) and abs(value) < MAX_INT):
        return value
    raise PlanTextError("A text, a number, True, False or None is expected", "Everything else is written as a step.", tree.lineno)


class _Reader:
    def __init__(self, dialect: Dialect, functions: Functions) -> None:
        self._signs = SIGNS[dialect]
        self._functions = functions
        self._depth = 0

    def read(self, tree: ast.expr) -> Expr:
        if self._depth > MAX_DEPTH:
            raise PlanTextError("An expression is nested too deeply", "Give its parts names of their own.", tree.lineno)
        self._depth += 1
        try:
            return self._read(tree)
        except PlanTextError:
            raise
        except PlanError as error:
            raise PlanTextError(error.message, error.hint, tree.lineno) from error
        finally:
            self._depth -= 1

    def _read(self, tree: ast.expr) -> Expr:
        match tree:
            case ast.Name(id=name):
                return Column(name)
            case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                return self._literal(tree)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Apply("neg", (self.read(operand),))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Apply("not", (self.read(operand),))
            case ast.BoolOp(op=sign, values=values):
                return Apply("and" if isinstance(sign, ast.And) else "or", tuple(self.read(v) for v in values))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY_SIGNS:
                return Apply(self._signs[_BINARY_SIGNS[type(sign)]], (self.read(left), self.read(right)))
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.List(elts=values) | ast.Tuple(elts=values)]):
                return Apply("is_in", (self.read(left), *(self.read(v) for v in values)))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARE_SIGNS:
                return Apply(self._signs[_COMPARE_SIGNS[type(sign)]], (self.read(left), self.read(right)))
            case ast.Compare(ops=[_, _, *_]):
                raise PlanTextError("Comparisons are not chained here", "Write a < b and b < c.", tree.lineno)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Apply("if_else", (self.read(test), self.read(body), self.read(orelse)))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, tree)
        raise PlanTextError(
            "This is not an expression of a plan",
            "Allowed are columns, constants, comparisons, arithmetic, and, or, not, in […], a if b else c, functions by name.",
            tree.lineno,
        )

    def _literal(self, tree: ast.expr) -> Expr:
        value = constant(tree)
        if value is None:
            raise PlanTextError("None needs a type here", 'Write missing("str").', tree.lineno)
        return Literal(value)

    def _call(self, name: str, tree: ast.Call) -> Expr:
        if name == "float":
            return self._literal(tree)
        if name == "call":
            return self._user_call(tree)
        if tree.keywords:
            raise PlanTextError(f"{name} takes no named arguments here", "", tree.lineno)
        if name in ("col", "missing", "literal"):
            return self._special(name, tree)
        if name in self._functions:
            known = self._functions[name]
            return Call(name, tuple(self.read(a) for a in tree.args), known.type, known.nullable)
        if name not in OPERATORS:
            near = difflib.get_close_matches(name, [*OPERATORS, *self._functions, *EXPRESSION_CALLS], 3)
            hint = f"Do you mean {' or '.join(near)}?" if near else "Name one of the plan's own functions or an operator."
            raise PlanTextError(f"There is no function {name!r}", hint, tree.lineno)
        return Apply(name, tuple(self.read(a) for a in tree.args))

    def _special(self, name: str, tree: ast.Call) -> Expr:
        values = [constant(a) for a in tree.args]
        if name == "col" and len(values) == 1 and isinstance(values[0], str):
            return Column(values[0])
        kind = type_from_text(values[-1]) if values and isinstance(values[-1], str) else None
        if kind is not None and not kind.nullable and len(values) == (1 if name == "missing" else 2):
            return Literal(None if name == "missing" else values[0], kind.type)
        hint = {"col": 'col("name")', "missing": 'missing("int")', "literal": 'literal("2026-01-01", "date")'}[name]
        raise PlanTextError(f"{name} is not complete", f"Write {hint}.", tree.lineno)

    def _user_call(self, tree: ast.Call) -> Expr:
        name = constant(tree.args[0]) if tree.args else None
        given = {k.arg: constant(k.value) for k in tree.keywords}
        kind = type_from_text(str(given.get("type")))
        if not isinstance(name, str) or set(given) != {"type"} or kind is None:
            raise PlanTextError("call is not complete", 'Write call("function", column, type="int").', tree.lineno)
        return Call(name, tuple(self.read(a) for a in tree.args[1:]), kind.type, kind.nullable)
