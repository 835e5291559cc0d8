"""Conditions that deal rows to training and test: by place, by person, by a draw; and rows chosen by any condition."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Apply, Expr, Literal, walk
from lester_gui.ir.nodes import Filter, Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Leaf, Order, Part, Value
from lester_gui.rewrite.lift.splits import other_side
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def dealt(lift: Lifter, node: Node, condition: Expr) -> tuple[Part | None, Expr]:
    """Return the side of a split that a condition chooses, if it does, and what else it asks.

    Raises
    ------
    Stopped
        If places of rows, or sides, are asked about in a way that is no split.
    """
    part: Part | None = None
    rest: list[Expr] = []
    for c in paths.conjuncts(condition):
        found = _side(lift, node, c)
        if found is None:
            if any(isinstance(e, Leaf) and e.kind in ("position", "side", "count") for e in walk(c)):
                raise no_rule("choosing rows by this condition on their places")
            rest.append(c)
        elif part is not None and part != found:
            raise no_rule("a split into three parts")
        else:
            part = found
    return part, paths.conjunction(rest)


def is_place(lift: Lifter, condition: Expr) -> bool:
    """Whether a condition asks for the place or the side of a row."""
    return any(isinstance(e, Leaf) and e.kind in ("position", "side") for e in walk(condition))


def _side(lift: Lifter, node: Node, c: Expr) -> Part | None:
    inner = c.arguments[0] if isinstance(c, Apply) and c.operator == "not" else c
    if isinstance(inner, Leaf) and inner.kind == "side":
        split = lift.learner.splits[inner.ident]
        if not lift.align.same(split.node, node):
            raise shape("Rows are dealt by a split of another table")
        found = Part(inner.ident, inner.name)
        return found if inner is c else other_side(found)
    part = _by_place(lift, node, inner)
    if part is None:
        return None
    return part if inner is c else other_side(part)


def _by_place(lift: Lifter, node: Node, c: Expr) -> Part | None:
    """The side that ``i % 5 == 0``, ``i < cut`` and their kin choose."""
    place = lift.position(node).expr
    if isinstance(c, Apply) and c.operator == "or":
        offsets = [_remainder(place, a) for a in c.arguments]
        if all(o is not None for o in offsets) and len({o[0] for o in offsets if o}) == 1:
            return every(lift, node, offsets[0][0], {r for o in offsets if o for r in o[1]})  # type: ignore[index]
        return None
    found = _remainder(place, c)
    if found is not None:
        return every(lift, node, *found)
    if not (isinstance(c, Apply) and len(c.arguments) == 2):
        return None
    name = c.operator.rsplit("_", 1)[-1]
    a, b = c.arguments
    if b == place:
        a, b, name = b, a, {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}.get(name, "")
    if a != place or name not in ("lt", "ge"):
        return None
    size: Value = Cell(b, Type.INT)
    if isinstance(b, Literal):
        from lester_gui.rewrite.lift.domain import Const

        size = Const(b.value)
    elif not lift.is_size(size):
        return None
    return lift.learner.cut(node, size, "train" if name == "lt" else "test", None)


def _remainder(place: Expr, c: Expr) -> tuple[int, set[int]] | None:
    """The divisor and remainders that a comparison of ``place % k`` asks for."""
    if not isinstance(c, Apply):
        return None
    if c.operator == "is_in":
        remainder, others = c.arguments[0], c.arguments[1:]
        name = "in"
    elif len(c.arguments) == 2:
        remainder, others, name = c.arguments[0], c.arguments[1:], c.operator.rsplit("_", 1)[-1]
    else:
        return None
    if not (isinstance(remainder, Apply) and remainder.operator == "py_mod" and remainder.arguments[0] == place):
        return None
    divisor = remainder.arguments[1]
    if not (isinstance(divisor, Literal) and isinstance(divisor.value, int) and divisor.value > 0):
        return None
    values: list[Any] = [v.value for v in others if isinstance(v, Literal)]
    if len(values) != len(others) or not all(isinstance(v, int | float) for v in values):
        return None
    if name == "in":
        return divisor.value, {r for r in range(divisor.value) if r in values}
    compared = COMPARED.get(name)
    return None if compared is None else (divisor.value, {r for r in range(divisor.value) if compared(r, values[0])})


def every(lift: Lifter, node: Node, count: int, offsets: set[int]) -> Part:
    """Return the side that the rows at some places of every `count` are."""
    full = set(range(count))
    if not offsets or offsets == full:
        raise shape("A condition on the places of rows chooses all of them or none")
    fields: dict[str, Any] = {"kind": "positional", "method": "every", "every": count}
    for side, chosen in (("test", offsets), ("train", full - offsets)):
        wanted = fields | {"offsets": tuple(sorted(chosen))}
        for ident, known in lift.learner.splits.items():
            if known.fields == wanted and lift.align.same(known.node, node):
                return Part(ident, side)
    return Part(lift.learner.split(node, **fields, offsets=tuple(sorted(offsets))), "test")


def side_leaf(lift: Lifter, order: Order, cell: Cell, node: Node) -> Expr:
    """Return the condition that a row, or the group it belongs to, is in a drawn part of rows or groups.

    Parameters
    ----------
    cell
        The place of the current row, or its group, over the rows of `node`.

    Raises
    ------
    Stopped
        If it is asked about other rows or values than those that were drawn.
    """
    from lester_gui.rewrite.lift.library.splitting import by_order

    if order.groups is None:
        if cell.expr != lift.position(order.node).expr:
            raise shape("Row numbers are compared with something else than the place of the row")
        part = by_order(lift, node, order, in_order=True)
    else:
        known = order.groups
        assert known.node is not None and known.cell is not None
        here, there = lift.align.together((cell.expr, node), (known.cell.expr, known.node))[1]
        if here != there:
            raise shape("Groups are compared with another column than the one they come from")
        part = by_order(lift, node, order)
    if part is None:
        raise shape("Rows are dealt by numbers of another table")
    return Leaf("side", part.split, part.side, Type.BOOL)


def rows_where(lift: Lifter, node: Node, mask: Column1, wanted: Sequence[Cell]) -> tuple[Node, Part | None, list[Cell], bool]:
    """Return the rows for which a mask is true, and cells over them.

    Returns
    -------
    node : Node
        A filter of the table, or the table itself where the mask is a side of a split.
    part : Part, optional
        That side.
    cells : list of Cell
        The wanted cells over `node`.
    present : bool
        Whether the mask also asks that the (only) wanted cell is there.

    Raises
    ------
    Stopped
        If the mask belongs to other rows, or is no condition.
    """
    if mask.part is not None:
        raise no_rule("a mask of one side of a split")
    if mask.cell.type is not Type.BOOL or mask.cell.nullable:
        raise shape("A mask may be missing for some rows")
    pairs = [(c.expr, node) for c in wanted] + [(mask.cell.expr, mask.node)]
    node, exprs = lift.align.together(*pairs)
    moved = [Cell(e, c.type, c.nullable) for e, c in zip(exprs, wanted, strict=False)]
    part, rest = dealt(lift, node, exprs[-1])
    if part is not None:
        present = rest == Apply("not_null", (exprs[0],)) or rest == paths.negated(Apply("is_null", (exprs[0],)))
        if rest != paths.TRUE and not (present and len(wanted) == 1):
            raise no_rule("a side of a split of which some rows are left out")
        return node, part, moved, rest != paths.TRUE
    deeper, (condition,) = lift.resolve(node, Cell(rest, Type.BOOL))
    moved = [lift.move(c, node, deeper) for c in moved]
    out = lift.step(Filter, lift.naming.called(deeper), parent=deeper, predicate=condition.expr)
    if deeper is not node:
        lift.align.filtered(out, rest, node)
    return out, None, moved, False
