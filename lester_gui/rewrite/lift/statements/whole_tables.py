"""Branches that a condition on whole tables decides, the same for all rows: ``if df.empty``, ``if df["age"].isna().any()``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr, walk
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Leaf, Unknown, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.stop import Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

EXITS = ("sys.exit", "exit", "quit", "os._exit")


def is_shared(lift: Lifter, condition: Expr) -> bool:
    """Whether a condition is asked once, of totals alone, and not of each row."""
    return is_total(condition) and not lift.loops and lift.live == TRUE and lift.group is None


def is_total(expr: Expr) -> bool:
    """Whether an expression is computed of totals and numbers of rows alone."""
    parts = [e for e in walk(expr) if isinstance(e, Leaf | Column)]
    return bool(parts) and all(isinstance(e, Leaf) and e.kind in ("state", "count") for e in parts)


def leaves(body: Sequence[ast.AST]) -> bool:
    """Whether statements may leave the function or loop around them."""
    return any(isinstance(n, ast.Return | ast.Continue | ast.Break) for s in body for n in ast.walk(s))


def ends(body: Sequence[ast.stmt]) -> bool:
    """Whether statements end the script: it ended well, so it did not come by here."""
    last = body[-1] if body else None
    called = last.value if isinstance(last, ast.Expr) else None
    return isinstance(last, ast.Raise) or (isinstance(called, ast.Call) and ast.unparse(called.func) in EXITS)


def branch(lift: Lifter, node: ast.If, condition: Expr) -> None:
    """Run both sides, each on the tables as they were before, and merge what they leave.

    Raises
    ------
    Stopped
        If both sides train a model: there is one plan for one of them.
    """
    from lester_gui.rewrite.lift.statements.branch import join_sides, restore

    if ends(node.body):
        block(lift, node.orelse)
        return
    if ends(node.orelse):
        block(lift, node.body)
        return
    before_names, before_heap, before_files, fits = dict(lift.names), dict(lift.heap), dict(lift.files), len(lift.fits)
    block(lift, node.body)
    names, heap, files, fitted = dict(lift.names), dict(lift.heap), dict(lift.files), len(lift.fits)
    restore(lift, before_names, before_heap)
    lift.files.clear()
    lift.files.update(before_files)
    block(lift, node.orelse)
    if fits < fitted < len(lift.fits):
        raise no_rule("a model that is trained in one of two ways")
    for path in {*files, *lift.files}:
        if files.get(path) != lift.files.get(path):
            lift.files[path] = Const("a table that is written only sometimes")
    join_sides(lift, condition, names, heap)


def merged(lift: Lifter, condition: Expr, a: Frame | Column1, b: Frame | Column1) -> Value:
    """Return the table that is `a` where a condition holds and `b` elsewhere; unknown where it is not the same rows."""
    if not is_shared(lift, condition):
        return Unknown("the two branches leave different tables", lift.line)
    try:
        if isinstance(a, Column1) and isinstance(b, Column1):
            return _column(lift, condition, a, b)
        assert isinstance(a, Frame) and isinstance(b, Frame)
        return _frame(lift, condition, a, b)
    except Stopped as stop:
        return Unknown(f"the two branches leave tables that do not go together: {stop.why}", lift.line)


def _column(lift: Lifter, condition: Expr, a: Column1, b: Column1) -> Value:
    from lester_gui.rewrite.lift.expressions.operators import columnwise

    return columnwise(lift, a, b, lambda x, y: cells.choose(condition, x, y))


def _frame(lift: Lifter, condition: Expr, a: Frame, b: Frame) -> Value:
    from lester_gui.rewrite.lift.library.pandas_frame import aligned, assigned

    if (a.names, a.part, a.index) != (b.names, b.part, b.index) or (a.index is None and a.numbered is not b.numbered):
        return Unknown("the two branches leave tables of other rows or columns", lift.line)
    new: dict[str, Cell] = {}
    for n in a.names:
        x, y = a.get(n), b.get(n)
        if x == y and a.node is b.node:
            continue
        if not isinstance(x, Cell) or not isinstance(y, Cell):
            return Unknown(f"the two branches leave different columns {n!r}", lift.line)
        a, other = aligned(lift, a, Column1(b.node, y, n, b.part, True))
        own = a.get(n)
        assert isinstance(own, Cell)
        if own != other:
            new[n] = cells.choose(condition, own, other)
    return assigned(lift, a, new) if new else a
