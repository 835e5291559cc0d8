"""Dicts of dicts: ``d[a][b]`` is kept as a dict whose keys are pairs, and the dict under `a` is the rows that begin with it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Entries, InLoop, Keyed, Tup, Value
from lester_gui.rewrite.lift.group_values import Groups

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MARK = "nested:"  # before the factory of the inner dicts, in that of a dict of dicts
INNER = ("int", "float", "list", "Counter", "")


@dataclass(frozen=True, slots=True)
class NestedSlot(Value):
    """The dict under a key of a dict of dicts while a loop fills it."""

    ident: int
    key: Value


@dataclass(frozen=True, slots=True)
class NestedDict(Value):
    """A dict of dicts after the loop that filled it; a `plain` one has no dict under other keys."""

    inner: Keyed | Groups
    plain: bool


@dataclass(frozen=True, slots=True)
class NestedOf(Value):
    """The dict under a key of a dict of dicts, with `maybe` empty where no row has the key."""

    nested: NestedDict
    key: Value
    maybe: bool = False


def inner_factory(entries: Entries) -> str:
    """Return the factory of a dict, or of the inner ones of a dict of dicts."""
    return entries.factory.removeprefix(MARK)


def is_nested(content: Value) -> bool:
    """Whether a dict that a loop fills is one of dicts."""
    before = content.before if isinstance(content, InLoop) else content
    return isinstance(before, Entries) and before.factory.startswith(MARK)


def factory_of(node: ast.expr) -> str | None:
    """Return the factory of the dicts that ``lambda: defaultdict(int)`` makes, None if it makes something else."""
    text = ast.unparse(node).removeprefix("collections.")
    if text == "Counter()":
        return "Counter"
    if text.startswith("defaultdict(") and text.removeprefix("defaultdict(").removesuffix(")") in INNER[:3]:
        return text.removeprefix("defaultdict(").removesuffix(")")
    return None


def pair(a: Value, b: Value) -> Tup:
    """Return the key of a pair of keys."""
    flat = a.items if isinstance(a, Tup) else (a,)
    return Tup((*flat, *(b.items if isinstance(b, Tup) else (b,))))


def filled_as_nested(lift: Lifter, body: list[ast.stmt], ident: int) -> bool:
    """Whether a loop's body fills a plain dict as one of dicts: ``d.setdefault(a, {})[b] = x`` where the row decides `b`."""
    names = {n for n, v in lift.names.items() if getattr(v, "id", None) == ident}
    for node in (n for s in body for n in ast.walk(s)):
        place: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            place, second = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault" and node.args:
            place, second = node.func.value, node.args[0]
        if place is None or isinstance(second, ast.Constant | ast.Slice):
            continue
        if isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute) and place.func.attr == "setdefault":
            owner = place.func.value
            empty = len(place.args) == 2 and ast.unparse(place.args[1]) in ("{}", "dict()")
            if empty and isinstance(owner, ast.Name) and owner.id in names:
                return True
    return False
