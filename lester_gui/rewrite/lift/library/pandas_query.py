"""pandas: the expression language of ``DataFrame.query`` and ``eval``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Frame, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.pandas_frame import assigned, in_place
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def condition(lift: Lifter, frame: Frame, text: str) -> Cell:
    """Return the condition that a query text states; ``@name`` is a variable of the script."""
    cell = value(lift, frame, text)
    if cell.type is not Type.BOOL or cell.nullable:
        raise shape("The text of a query is not a condition")
    return cell


@method("frame", "eval")
def evaluated(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.eval("a * b")``, ``frame.eval("c = a * b")``."""
    given = args.bind("expr", inplace=False)
    text = lift.text(given["expr"])
    target = re.fullmatch(r"\s*(\w+)\s*=(?!=)(.*)", text, re.DOTALL)
    cell = value(lift, frame, target.group(2) if target else text)
    if target is None:
        return Column1(frame.node, cell, "", frame.part, False, frame.index)
    return in_place(lift, args, assigned(lift, frame, {target.group(1): cell}), given["inplace"])


def value(lift: Lifter, frame: Frame, text: str) -> Cell:
    """Return what a text says in the language of ``query`` and ``eval``, row by row."""
    source = re.sub(r"@(?=\w)", "__at_", text.replace("\n", " "))
    source = re.sub(r"`([^`]+)`", lambda m: "__quoted_" + m.group(1).encode().hex(), source)
    source = re.sub(r"&&?", " and ", re.sub(r"\|\|?", " or ", source)) if not re.search(r"['\"][^'\"]*[&|]", source) else source
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError as error:
        raise Stopped(Reason.SYNTAX, "The text of a query cannot be read") from error
    hidden: dict[str, Value] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):  # == [list] is membership in a query
            node.ops = [_as_membership(op, right) for op, right in zip(node.ops, node.comparators, strict=True)]
        if not isinstance(node, ast.Name):
            continue
        if node.id.startswith("__at_"):
            hidden[node.id] = lift.look_up(node.id.removeprefix("__at_"))
        else:
            name = bytes.fromhex(node.id.removeprefix("__quoted_")).decode() if node.id.startswith("__quoted_") else node.id
            column = frame.get(name)
            if column is None:
                raise shape(f"A query uses the column {name!r}, which does not exist")
            hidden[node.id] = column
    from lester_gui.rewrite.lift.records import Activation

    lift.activations.append(
        Activation(hidden, lift.activations[-1].module, depth=len(lift.loops), inside=frozenset(lift.comprehended))
    )
    try:
        with lift.using(pandas=True):
            cell = cells.cell_of(lift.content(evaluate(lift, tree.body)))
    finally:
        lift.activations.pop()
    return cell


def _as_membership(op: ast.cmpop, right: ast.expr) -> ast.cmpop:
    if isinstance(right, ast.List | ast.Tuple):
        return ast.In() if isinstance(op, ast.Eq) else ast.NotIn() if isinstance(op, ast.NotEq) else op
    return op
