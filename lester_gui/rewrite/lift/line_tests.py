"""Lines that are no data: conditions on a whole line that belong to how the file is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Cell, Fields, Leaf, LineOf, Unknown, Value
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.rewrite.lift.texts import LineSource

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def skips_line(lift: Lifter, node: ast.If) -> bool:
    """Recognise ``if <the line is blank, or begins like no data>: continue``, which belongs to how the file is read."""
    from lester_gui.rewrite.lift.expressions import evaluate

    if not lift.loops or node.orelse or len(node.body) != 1 or not isinstance(node.body[0], ast.Continue) or not lift.straight:
        return False
    tests = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or) else [node.test]
    found = [_line_test(lift, t, evaluate) for t in tests]
    if not any(found):
        return False
    if not all(found):
        raise no_rule("a condition on a whole line together with one on its fields")
    for source, option, value in (f for f in found if f is not None):
        if option == "fields":
            source.width = value if isinstance(value, int) else source.width
            source.options["ragged"] = "skip"
        else:
            source.options[option] = value
    return True


def _line_test(lift: Lifter, test: ast.expr, evaluate: object) -> tuple[LineSource, str, object] | None:
    """What a test says about a whole line: (source, option of the reader, its value), or None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        line = _as_line(lift, test.operand)
        if line is not None:
            return _blank(lift, line)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, op, right = test.left, test.ops[0], test.comparators[0]
        first = _first_line(lift, left, op, right)
        if first is not None:
            return first
        if isinstance(op, ast.Eq) and isinstance(right, ast.Constant):
            inner = (
                left.args[0]
                if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "len" and left.args
                else None
            )
            line = _as_line(lift, inner if inner is not None else left)
            if line is not None and right.value == (0 if inner is not None else ""):
                return _blank(lift, line)
            if line is not None and inner is None and right.value == "\n" and line.strip == "none":
                return lift.texts[line.source], "skip_blank", True
        if (
            isinstance(left, ast.Call)
            and isinstance(left.func, ast.Name)
            and left.func.id == "len"
            and isinstance(right, ast.Constant)
        ):
            fields = _quietly(lift, left.args[0])
            known = lift.texts.get(fields.source) if isinstance(fields, Fields) else None
            if (
                isinstance(fields, Fields)
                and isinstance(known, LineSource)
                and isinstance(right.value, int)
                and isinstance(op, ast.NotEq)
            ):
                return lift.texts[fields.source], "fields", right.value
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr == "startswith" and test.args:
        line = _as_line(lift, test.func.value)
        prefix = test.args[0]
        if line is not None and isinstance(prefix, ast.Constant) and isinstance(prefix.value, str):
            return lift.texts[line.source], "skip_prefix", prefix.value
    return None


def _first_line(lift: Lifter, left: ast.expr, op: ast.cmpop, right: ast.expr) -> tuple[LineSource, str, object] | None:
    """``i == 0`` where `i` counts the lines of a file: the header. From there on `i` is no row's number any more."""
    place = lift.names.get(left.id) if isinstance(left, ast.Name) else None
    if not (isinstance(place, Cell) and isinstance(place.expr, Leaf) and place.expr.kind == "position" and place.expr.ident < 0):
        return None
    source = lift.texts.get(-place.expr.ident)
    if not (isinstance(source, LineSource) and isinstance(op, ast.Eq) and isinstance(right, ast.Constant) and right.value == 0):
        return None
    if source.options.get("skip") or source.options.get("skip_blank") or source.options.get("skip_prefix"):
        raise no_rule("the first line of a file of which others are left out before")
    assert isinstance(left, ast.Name)
    lift.names[left.id] = Unknown("the header was left out, so it is no row's number", lift.line)
    return source, "skip", 1


def _blank(lift: Lifter, line: LineOf) -> tuple[LineSource, str, object]:
    if line.strip not in ("both", "right"):
        raise no_rule("a line that is compared with '' before it is stripped")
    return lift.texts[line.source], "skip_blank", True


def _as_line(lift: Lifter, node: ast.expr) -> LineOf | None:
    value = _quietly(lift, node)
    return value if isinstance(value, LineOf) and isinstance(lift.texts.get(value.source), LineSource) else None


def _quietly(lift: Lifter, node: ast.expr) -> Value | None:
    """Evaluate a name, or a method of a name, without effects."""
    from lester_gui.rewrite.lift.expressions import evaluate

    root = node
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or not isinstance(lift.names.get(root.id), LineOf | Fields):
        return None
    return lift.content(evaluate(lift, node))
