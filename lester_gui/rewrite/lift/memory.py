"""NumPy arrays that share memory: a slice of an array is the array, so a change of one is a change of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Column1, Matrix, Ref, Unknown, Value, Vector, Vocabulary
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def is_array(content: Value) -> bool:
    """Whether a value is a NumPy array that a script can change in place."""
    return isinstance(content, Matrix | Vector) or (isinstance(content, Column1) and content.numpy)


def placed(lift: Lifter, value: Value) -> Value:
    """Return an array that was just made as an object of its own, so that names for it share what becomes of it."""
    distinct = isinstance(value, Vocabulary) and not value.as_dict
    return lift.new(value) if distinct or is_array(value) else value


def view(lift: Lifter, owner: Value | None, content: Value) -> Value:
    """Return a part of an array that shares the memory of `owner`."""
    out = lift.new(content)
    if isinstance(owner, Ref):
        lift.views[out.id] = lift.views.get(owner.id, owner.id)
    return out


def change(lift: Lifter, owner: Value | None, content: Value) -> None:
    """Change an array in place; other arrays that may share its memory are not known any more.

    Raises
    ------
    Stopped
        If it is changed under a condition on the current row, or Lester cannot tell it from a copy.
    """
    if lift.live != TRUE:
        raise Stopped(Reason.LEVEL, "An array is changed under a condition on rows")
    before = lift.content(owner) if owner is not None else None
    if isinstance(content, Column1):
        content = replace(content, lines=lift.lines)
    lift.set(owner, content)
    assert isinstance(owner, Ref)
    root = lift.views.get(owner.id, owner.id)
    for ident, known in list(lift.heap.items()):
        if ident != owner.id and lift.views.get(ident, ident) == root and not _apart(before, known):
            lift.heap[ident] = Unknown("it shares its memory with an array that is changed", lift.line)


def _apart(a: Value | None, b: Value) -> bool:
    """Whether two parts of one array have no row in common: the two sides of one split."""
    if not isinstance(a, Column1 | Matrix) or not isinstance(b, Column1 | Matrix) or a.part is None or b.part is None:
        return False
    return a.part.split == b.part.split and a.part.side != b.part.side
