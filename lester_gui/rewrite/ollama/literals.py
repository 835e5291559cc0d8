"""The constants of a piece of a script. A model's plan may use these and no others: what comes from data is state, not text."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Iterable, Iterator

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type

_NEGATABLE = (int, float)
DATE_CALLS = ("date", "datetime", "Timestamp", "to_datetime")
_TESTS = (ast.If, ast.While, ast.IfExp, ast.Assert)


def literals_of(tree: ast.Module, lines: Iterable[int]) -> tuple[Literal, ...]:
    """Return the constants on `lines` of a script, each once, in the order of the text.

    Dates count as written, as ISO text or as ``date(2024, 1, 31)``. Where a value is tested for being empty or zero, ``''`` and 0
    are in the text although nobody wrote them, and so are 0, 1, … where a value is unpacked.
    """
    wanted = set(lines)
    found: dict[Literal, None] = {}
    for node in _statements_first(tree):
        if getattr(node, "lineno", 0) in wanted:
            for literal in _of(node):
                found.setdefault(literal)
    return tuple(found)


def _statements_first(tree: ast.Module) -> Iterator[ast.AST]:
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}  # docstrings and texts that stand alone
    nodes = (n for n in ast.walk(tree) if id(n) not in prose)
    return iter(sorted(nodes, key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))))


def _of(node: ast.AST) -> Iterator[Literal]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        yield Literal(node.value)
        if isinstance(node.value, str) and _is_iso_date(node.value):
            yield Literal(node.value, Type.DATE)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if isinstance(value, _NEGATABLE) and not isinstance(value, bool):
            yield Literal(-value)
    elif isinstance(node, ast.Call):
        yield from _date_call(node)
    elif isinstance(node, ast.Assign) and not isinstance(node.value, ast.Tuple | ast.List):
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                yield from map(Literal, range(len(target.elts)))
    tests = [node.test] if isinstance(node, _TESTS) else node.values if isinstance(node, ast.BoolOp) else []
    tests += [node.operand] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    if any(isinstance(t, ast.Name | ast.Attribute | ast.Subscript | ast.Call) for t in tests):
        yield from (Literal(""), Literal(0))


def called(node: ast.Call) -> str:
    """Return the last part of a called name: ``Timestamp`` for ``pd.Timestamp(…)``."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def _date_call(node: ast.Call) -> Iterator[Literal]:
    given = [a.value for a in node.args if isinstance(a, ast.Constant)]
    name = called(node)
    if name not in DATE_CALLS or not given or len(given) != len(node.args):
        return
    try:
        when = datetime.datetime.fromisoformat(given[0]) if isinstance(given[0], str) else datetime.datetime(*given)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return  # not a date, so the script would fail here, too
    if len(given) == 3:
        yield Literal(when.date().isoformat(), Type.DATE)
    if name != "date":
        yield Literal(when.isoformat(sep=" "), Type.TIMESTAMP)


def _is_iso_date(text: str) -> bool:
    try:
        return len(text) == 10 and datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
