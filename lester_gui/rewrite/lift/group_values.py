"""Dicts of lists: the lists by key, while a loop fills them and after it; and lists that an inner loop fills for each row."""

from __future__ import annotations

from dataclasses import dataclass, field

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import Keyed, Value


@dataclass(frozen=True, slots=True)
class GroupSlot(Value):
    """The list under a key of a dict of lists while a loop fills it."""

    ident: int
    key: Value


@dataclass(frozen=True, slots=True)
class Groups(Value):
    """A dict of lists after the loop that filled it: the rows of `node` with an element each, by key.

    A `plain` one has no list under other keys; a defaultdict makes one where it is read. Where some keys may have an empty list,
    `known` are all keys.
    """

    node: Node
    keys: tuple[str, ...]
    template: Value
    plain: bool = False
    known: Keyed | None = None
    sets: bool = False  # without repetitions, and without an order


@dataclass(frozen=True, slots=True)
class GroupOf(Value):
    """One list of a dict of lists, with `maybe` empty where no row has the key.

    `order` is ``up`` or ``down`` once numbers are sorted, ``set`` where it has no order, ``once`` where it can be gone through
    once only, and a name for it is read in one place. A slice knows its `base`: of which list,
    from where and up to where.
    """

    groups: Groups
    key: Value
    maybe: bool = False
    order: str = ""
    base: tuple[GroupOf, int, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Collecting(Value):
    """An empty list while an inner loop fills it: what it gets, and under which condition."""

    ident: int
    given: list[tuple[Expr, Value]] = field(default_factory=list, compare=False)
