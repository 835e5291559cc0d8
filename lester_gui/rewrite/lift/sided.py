"""Loops over one side of a split, and lists that a loop deals their rows to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, walk
from lester_gui.rewrite.lift import masks
from lester_gui.rewrite.lift.domain import InLoop, Items, Leaf, Rows, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.templates import leaves

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.finished import Finished


def one_side(done: Finished) -> None:
    """A loop over one side of a split can fill lists, an element for each row; all else would need the rows of that side.

    A loop over rows in random order, too, for all else would need their order.
    """
    if done.loop.part is not None and any(e.kind != "append" or e.guard != TRUE for e in done.loop.effects):
        raise no_rule("a loop over one side of a split that does more than filling lists")
    if done.loop.order is not None and any(e.kind != "append" or e.guard != TRUE for e in done.loop.effects):
        raise no_rule("a loop over rows in random order that does more than filling lists")
    if done.loop.order is not None and any(isinstance(c, InLoop) and c.key is not None for c in done.lift.heap.values()):
        raise no_rule("a dict that a loop over rows in random order fills")


def sides(done: Finished, guard: Expr, lists: list[tuple[int, Value, tuple[int, ...]]]) -> None:
    """Lists that get the rows of one side of a split, told by their place or their group."""
    whole = done.loop.part is not None or done.loop.order is not None
    part, rest = (done.loop.part, guard) if whole else masks.dealt(done.lift, done.node, guard)
    if rest != TRUE:
        raise no_rule("a side of a split of which some rows are left out")
    for ident, value, _ in lists:
        for cell in leaves(done.lift, value):
            refuse_state(cell.expr)
        container = done.lift.heap[ident]
        assert isinstance(container, InLoop)
        if done.loop.order is None:
            done.lift.heap[ident] = done.joined_to(container.before, Rows(done.node, value, part))
        elif isinstance(container.before, Items) and not container.before.values:
            done.lift.heap[ident] = Shuffled(Rows(done.node, value), done.loop.order)
        else:
            raise no_rule("rows in random order after others")


def refuse_state(expr: Expr) -> None:
    """Raise where an expression depends on what earlier rows left behind, or on how many there are."""
    for e in walk(expr):
        if isinstance(e, Leaf) and e.kind in ("prev", "prev_item", "seen", "size_so_far"):
            what = e.name if e.kind == "prev" else "a value"
            raise Stopped(Reason.RECURRENCE, f"What a row gives depends on {what} as earlier rows left it")
        if isinstance(e, Leaf) and e.kind == "position":
            raise no_rule("the number of a row used as a value")
