"""Lists that an inner loop fills anew for each row of the outer one: ``late = []``, ``for e in loans[k]: late.append(e.days)``.

Such a list is a part of the list that is gone through, ``[e.days for e in loans[k] if …]``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Const, Items, Ref, Value
from lester_gui.rewrite.lift.group_parts import in_sequence, restricted
from lester_gui.rewrite.lift.group_values import Collecting, GroupOf
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import settled

if TYPE_CHECKING:
    import ast

    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.nested import Inner


@method("collecting", "append")
def append(lift: Lifter, content: Collecting, args: Arguments) -> Value:
    """``xs.append(x)`` in the inner loop."""
    content.given.append((lift.live, settled(lift, args.positional[0])))
    return Const(None)


def begun(lift: Lifter, body: list[ast.stmt]) -> list[int]:
    """Put lists that begin to be filled in the place of empty lists of this row, and return these."""
    from lester_gui.rewrite.slicing import changed_names

    out: list[int] = []
    for name in sorted({n for s in body for n in changed_names(lift, s, set())}):
        value = lift.names.get(name)
        if not isinstance(value, Ref) or lift.heap.get(value.id) != Items(()):
            continue
        held = sum(v == value for a in lift.activations for v in a.names.values())
        if held == 1 and lift.homes.get(value.id, 0) == len(lift.loops) and value.id not in lift.shared | lift.twice:
            lift.heap[value.id] = Collecting(value.id)
            out.append(value.id)
    return out


def filled(lift: Lifter, one: GroupOf, inner: Inner, outside: Expr, idents: list[int]) -> dict[int, Value]:
    """Return what the lists hold after the inner loop.

    Raises
    ------
    Stopped
        If one element may give two, or the list that is gone through is a set.
    """
    from lester_gui.rewrite.lift.statements.branch import merge

    out: dict[int, Value] = {}
    known = paths.conjuncts(outside)
    for ident in idents:
        content = lift.heap[ident]
        if not isinstance(content, Collecting):
            raise no_rule("a list that an inner loop fills in this way")
        if not content.given:
            out[ident] = Items(())
            continue
        in_sequence(one)
        given = [(paths.conjunction(c for c in paths.conjuncts(g) if c not in known), v) for g, v in content.given]
        guard, value = given[-1]
        for g, v in reversed(given[:-1]):
            if paths.both(guard, g) != paths.FALSE:
                raise shape("One element of an inner loop may be put into a list twice")
            value = lift.known(merge(lift, g, v, value))
            guard = paths.either(g, guard)
        groups = restricted(lift, one.groups, inner, guard, value)
        out[ident] = replace(one, groups=groups, maybe=one.maybe or guard != paths.TRUE, order="", base=None)
    return out
