"""Lists and dicts that an iteration puts into several others: whoever changes one of them in one place changes it in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Ref, Value

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def put(lift: Lifter, value: Value, ident: int) -> None:
    """Note that a list or dict is put into the list or dict `ident`, which a loop fills."""
    if not isinstance(value, Ref):
        return
    places = lift.put.setdefault(value.id, set())
    places.add(ident)
    holder = lift.holders.get(value.id)
    places |= set() if holder is None else {holder}
    if len(places) > 1:
        lift.twice |= places


def held(lift: Lifter, value: Ref, ident: int) -> Ref:
    """Note that a list or dict is the one that the dict `ident` holds under the key of this iteration, and return it."""
    lift.holders[value.id] = ident
    return value


def merged(lift: Lifter, value: Ref, a: Ref, b: Ref) -> Ref:
    """Note that a list or dict is one of two others, and return it."""
    for one in (a, b):
        if one.id in lift.holders:
            lift.holders[value.id] = lift.holders[one.id]
    return value
