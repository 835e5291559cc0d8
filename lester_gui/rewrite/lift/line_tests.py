"""Lines that are no data: conditions on a whole line that belong to how the file is read."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.nodes import Reader
from lester_gui.rewrite.lift.domain import Cell, Fields, InLoop, Leaf, LineOf, Unknown, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.texts import LineSource

Test = tuple["LineSource", str, object]  # of which file, which option of its reader, with which value
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}


def skips_line(lift: Lifter, node: ast.If) -> bool:
    """Recognise ``if <the line is blank, or begins like no data>: continue``, which belongs to how the file is read.

    What else the condition asks is asked of the lines that are left.
    """
    if not lift.loops or node.orelse or len(node.body) != 1 or not isinstance(node.body[0], ast.Continue) or not lift.straight:
        return False
    tests = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or) else [node.test]
    found = [_line_test(lift, t) for t in tests]
    if not any(found):
        return False
    for n, test in enumerate(tests):
        if found[n] is None and any(found[n + 1 :]) and any(isinstance(e, ast.Call | ast.Subscript) for e in ast.walk(test)):
            raise no_rule("a condition on a whole line after one on its fields")
    unchanged(lift)
    for source, option, value in (f for f in found if f is not None):
        _leave_out(source, option, value)
    rest = [t for t, f in zip(tests, found, strict=True) if f is None]
    if rest:
        from lester_gui.rewrite.lift.statements.branch import branch

        test = rest[0] if len(rest) == 1 else ast.BoolOp(ast.Or(), rest)
        branch(lift, ast.copy_location(ast.If(ast.copy_location(test, node.test), node.body, []), node))
    return True


def _leave_out(source: LineSource, option: str, value: object) -> None:
    if option == "fields":
        source.width = value if isinstance(value, int) else source.width
        source.options["ragged"] = "skip"
    elif option == "skip_prefix":
        assert isinstance(value, tuple)
        for prefix in value[0]:
            if source.prefixes.setdefault(prefix, value[1]) != value[1]:
                raise no_rule("lines whose beginning is asked for in two ways")
        source.options[option] = value[0]
    elif option == "skip_empty":
        source.filled = True
        source.options.setdefault("skip_blank", "empty")  # a line of blanks goes on, and has too few fields
    else:
        source.options[option] = value


def unchanged(lift: Lifter) -> None:
    """A line that is left out later must not have changed anything before.

    Raises
    ------
    Stopped
        If it did; variables that it set are noted, and refused where a later row or the script reads them.
    """
    loop = lift.loops[-1]
    touched = any(isinstance(c, InLoop) and c.key is not None for c in lift.heap.values())
    if loop.effects or loop.written or loop.read or touched:
        raise no_rule("leaving out a line after something was done with it")
    loop.early |= {n for n in loop.carried if lift.names.get(n) != loop.began.get(n)}


def left_out(source: LineSource) -> None:
    """Settle which lines of a file are no data.

    Raises
    ------
    Stopped
        If the script asks how lines begin that it has stripped in different ways.
    """
    if source.filled and not source.loose and (source.width == 1 or _is_blank(source.options.get("sep"))):
        raise no_rule("a line that is compared with '' before blanks are stripped")
    if not source.prefixes:
        return
    source.options["skip_prefix"] = next(iter(source.prefixes)) if len(source.prefixes) == 1 else tuple(source.prefixes)
    if source.reader is not Reader.PYTHON_LINES:
        return
    own = str(source.options.get("strip", "none"))
    level = next((c for c in (own, "none", "right", "both") if all(_alike(p, v, c) for p, v in source.prefixes.items())), None)
    if level is None:
        raise no_rule("lines whose beginning is asked for in this way")
    if level == own:
        return
    if "sep" in source.options and source.options["sep"] is None and not source.whole:
        source.options["strip"] = level  # blanks at the ends do not matter where words are taken
    else:
        source.options["prefix_strip"] = level


def asked_before(source: LineSource) -> None:
    """Raise where the script asks how a line begins after it has read its JSON: the reader leaves such lines out before."""
    given = source.options.get("skip_prefix", ())
    told = (given,) if isinstance(given, str) else given
    if not isinstance(told, tuple) or set(source.prefixes) != set(told):
        raise no_rule("the beginning of a line of JSON that was read already")


def _alike(prefix: str, one: str, other: str) -> bool:
    """Whether a line that is stripped in one way begins with a text if and only if it does when stripped in another way."""
    if prefix == prefix.rstrip():
        return (one == "both") == (other == "both")
    return one == other or {one, other} <= {"none", "newline"}


def _is_blank(separator: object) -> bool:
    return isinstance(separator, str) and not separator.strip()


# -- single tests ------------------------------------------------------------------------------------------------------


def _line_test(lift: Lifter, test: ast.expr) -> Test | None:
    """What a test says about a whole line, or None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        line = _as_line(lift, test.operand)
        if line is not None:
            return _blank(lift, line)
        return _no_fields(lift, test.operand)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) and len(test.values) == 2:
        line, found = _as_line(lift, test.values[0]), _line_test(lift, test.values[1])
        return found if line is not None and found is not None and found[1] == "skip_prefix" else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(lift, test.left, test.ops[0], test.comparators[0])
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        if test.func.attr == "isspace":
            line = _as_line(lift, test.func.value)
            return (lift.texts[line.source], "skip_blank", True) if line is not None and line.strip == "none" else None
        if test.func.attr == "startswith" and len(test.args) == 1:
            return _begins(lift, test.func.value, _constant(test.args[0]))
    return None


def _compared(lift: Lifter, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Test | None:
    first = _first_line(lift, left, op, right)
    if first is not None:
        return first
    value = _constant(right)
    measured = _measured(left)
    if measured is not None:
        line = _as_line(lift, measured)
        if line is not None and ((isinstance(op, ast.Eq) and value == 0) or (isinstance(op, ast.Lt) and value == 1)):
            return _blank(lift, line)
        if isinstance(op, ast.Eq) and value == 0:
            return _no_fields(lift, measured)
        return _number_of_fields(lift, measured, op, value)
    if isinstance(left, ast.Subscript):
        return _beginning(lift, left, op, value)
    line = _as_line(lift, left)
    options = value if isinstance(value, tuple) and isinstance(op, ast.In) else (value,) if isinstance(op, ast.Eq) else ()
    if line is None or not options or not set(options) <= {"", "\n", "\r\n"}:
        return None
    if "" in options and line.strip != "none":
        return _blank(lift, line)
    if "\n" in options and line.strip == "none":
        return lift.texts[line.source], "skip_blank" if line.strip == "both" else "skip_empty", True
    return None


def _measured(node: ast.expr) -> ast.expr | None:
    """Return what ``len`` is taken of."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
        return node.args[0]
    return None


def _number_of_fields(lift: Lifter, measured: ast.expr, op: ast.cmpop, value: object) -> Test | None:
    from lester_gui.rewrite.lift.texts import LineSource

    fields = _quietly(lift, measured)
    source = lift.texts.get(fields.source) if isinstance(fields, Fields) else None
    if isinstance(source, LineSource) and isinstance(value, int) and isinstance(op, ast.NotEq) and not source.loose:
        return source, "fields", value
    return None


def _no_fields(lift: Lifter, node: ast.expr) -> Test | None:
    """``not parts``: a line without any field is a blank one where words are taken, and in csv files."""
    from lester_gui.rewrite.lift.texts import LineSource

    fields = _quietly(lift, node)
    source = lift.texts.get(fields.source) if isinstance(fields, Fields) else None
    if not isinstance(source, LineSource):
        return None
    if source.reader is Reader.PYTHON_CSV or ("sep" in source.options and source.options["sep"] is None):
        return source, "skip_blank", True
    return None


def _begins(lift: Lifter, node: ast.expr, prefix: object) -> Test | None:
    """``line.startswith("#")``, ``line.lstrip().startswith("#")``; of a csv file ``row[0].startswith("#")``."""
    prefixes = (prefix,) if isinstance(prefix, str) else prefix
    if not isinstance(prefixes, tuple) or not all(isinstance(p, str) and p for p in prefixes):
        return None
    line = _as_line(lift, node)
    if line is not None:
        return lift.texts[line.source], "skip_prefix", (prefixes, line.strip)
    source = _first_field(lift, node)
    return None if source is None else (source, "skip_prefix", (prefixes, "none"))


def _first_field(lift: Lifter, node: ast.expr) -> LineSource | None:
    """Return the csv file of whose rows a node is the first field."""
    from lester_gui.rewrite.lift.texts import LineSource

    if not (isinstance(node, ast.Subscript) and _constant(node.slice) == 0):
        return None
    fields = _quietly(lift, node.value)
    source = lift.texts.get(fields.source) if isinstance(fields, Fields) else None
    return source if isinstance(source, LineSource) and source.reader is Reader.PYTHON_CSV else None


def _beginning(lift: Lifter, left: ast.Subscript, op: ast.cmpop, value: object) -> Test | None:
    """``line[0] == "#"`` and ``line[:2] == "//"``."""
    if not isinstance(op, ast.Eq) or not isinstance(value, str):
        return None
    if _constant(left.slice) == 0:
        return _begins(lift, left.value, value) if len(value) == 1 else None
    part = left.slice
    if isinstance(part, ast.Slice) and part.lower is None and part.step is None and part.upper is not None:
        return _begins(lift, left.value, value) if _constant(part.upper) == len(value) else None
    return None


def _first_line(lift: Lifter, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Test | None:
    """``i == 0``, ``i < 3`` where `i` counts the lines of a file: the header. From there on `i` is no row's number any more."""
    from lester_gui.rewrite.lift.texts import LineSource

    place = lift.names.get(left.id) if isinstance(left, ast.Name) else None
    counted = _counted(place.expr) if isinstance(place, Cell) else None
    if counted is None:
        return None
    leaf, start = counted
    source = lift.texts.get(-leaf.ident)
    first = _passed_over(op, _constant(right), start)
    if not isinstance(source, LineSource) or first is None:
        return None
    asked_again = source.first_lines == (lift.line, first)  # in another run of the same loop's body
    if not asked_again and (source.options.get("skip") or source.options.get("skip_blank") or source.options.get("skip_prefix")):
        raise no_rule("the first line of a file of which others are left out before")
    source.first_lines = (lift.line, first)
    assert isinstance(left, ast.Name)
    lift.names[left.id] = Unknown("the header was left out, so it is no row's number", lift.line)
    return source, "skip", first


def _counted(expr: Expr) -> tuple[Leaf, int] | None:
    """Return the place of a line that a number is, and where counting starts."""
    start = 0
    if isinstance(expr, Apply) and expr.operator == "add" and isinstance(expr.arguments[1], Literal):
        number = expr.arguments[1].value
        if not isinstance(number, int):
            return None
        expr, start = expr.arguments[0], number
    return (expr, start) if isinstance(expr, Leaf) and expr.kind == "position" and expr.ident < 0 else None


def _passed_over(op: ast.cmpop, value: object, start: int) -> int | None:
    """Return how many of the first lines a comparison of their number with a constant is true for; None if for others, too."""
    values = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return None
    numbers = sorted({v - start for v in values if isinstance(v, int)})
    if isinstance(op, ast.Lt | ast.LtE) and not isinstance(value, tuple):
        count = numbers[0] + isinstance(op, ast.LtE)
    elif isinstance(op, ast.In) == isinstance(value, tuple) and isinstance(op, ast.In | ast.Eq):
        count = len(numbers) if numbers == list(range(len(numbers))) else 0
    else:
        return None
    return count if count > 0 else None


def _blank(lift: Lifter, line: LineOf) -> Test:
    if line.strip == "none":
        raise no_rule("a line that is compared with '' before it is stripped")
    return lift.texts[line.source], "skip_empty" if line.strip == "newline" else "skip_blank", True


def _constant(node: ast.expr) -> object:
    """Return what a literal holds, a tuple for a sequence of literals, None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and all(isinstance(e, ast.Constant) for e in node.elts):
        return tuple(e.value for e in node.elts if isinstance(e, ast.Constant))
    return None


def _as_line(lift: Lifter, node: ast.expr) -> LineOf | None:
    from lester_gui.rewrite.lift.texts import LineSource

    inner, left = node, False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "lstrip" and not node.args:
        inner, left = node.func.value, True
    value = _quietly(lift, inner)
    if not (isinstance(value, LineOf) and isinstance(lift.texts.get(value.source), LineSource)):
        return None
    return replace(value, strip="both") if left else value


def _quietly(lift: Lifter, node: ast.expr) -> Value | None:
    """Evaluate a name, or methods of a name that only strip it, without effects."""
    from lester_gui.rewrite.lift.expressions import evaluate

    root = node
    while isinstance(root, ast.Call | ast.Attribute):
        if isinstance(root, ast.Attribute) and root.attr not in ("strip", "rstrip"):
            return None
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or not isinstance(lift.names.get(root.id), LineOf | Fields):
        return None
    return lift.content(evaluate(lift, node))


# -- the other way round -----------------------------------------------------------------------------------------------


def skipping(body: list[ast.stmt], line: str) -> list[ast.stmt]:
    """Return the body of a loop over lines in which ``if line.strip(): …`` at the end is ``if not line.strip(): continue``.

    Only conditions that ask nothing but the line are turned round.
    """
    lines = {line}
    for statement in body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if isinstance(statement, ast.Assign) and isinstance(target, ast.Name) and _only_strips(statement.value, lines):
            lines.add(target.id)
    last = body[-1]
    if not isinstance(last, ast.If) or last.orelse:
        return body
    if not {n.id for n in ast.walk(last.test) if isinstance(n, ast.Name)} <= lines:
        return body
    left = ast.copy_location(ast.If(_opposite(last.test), [ast.copy_location(ast.Continue(), last)], []), last)
    return [*body[:-1], left, *skipping(last.body, line)]


def _only_strips(node: ast.expr, lines: set[str]) -> bool:
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("strip", "rstrip"):
        node = node.func.value
    return isinstance(node, ast.Name) and node.id in lines


def _opposite(test: ast.expr) -> ast.expr:
    """Return the negation of a condition, moved inwards as far as the tests of lines are written."""
    made: ast.expr
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.BoolOp):
        other = ast.Or() if isinstance(test.op, ast.And) else ast.And()
        made = ast.BoolOp(other, [_opposite(v) for v in test.values])
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in OPPOSITE:
        made = ast.Compare(test.left, [OPPOSITE[type(test.ops[0])]()], test.comparators)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and _measured(test.left) is not None:
        above = isinstance(test.ops[0], ast.Gt) and _constant(test.comparators[0]) == 0
        made = ast.Compare(test.left, [ast.Eq()], test.comparators) if above else ast.UnaryOp(ast.Not(), test)
    else:
        made = ast.UnaryOp(ast.Not(), test)
    return ast.copy_location(made, test)
