"""Steps that make several rows of one: an element of a list each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lester_gui.ir.node import Node, OneParent
from lester_gui.ir.schema import Field, PlanError, Schema, Type

ELEMENT: Final = {Type.STRS: Type.STR, Type.FLOATS: Type.FLOAT}
"""Type of a list → type of its elements."""


@dataclass(frozen=True, kw_only=True)
class Explode(OneParent):
    """One row per element of a list column, in the list's order; the element stands where the list stood.

    With `keep_empty` (pandas' ``explode``) a row whose list is empty or missing stays, with a missing element. Without it
    (Python's ``for element in row.list``) such a row gives none; the list must not be missing then, nor an element.
    """

    column: str
    keep_empty: bool = True

    def _schema(self) -> Schema:
        f = self.parent.schema.field(self.column, self.line)
        if f.type not in ELEMENT:
            raise PlanError(f"{self.column!r} is no list but {f.type}", "Split the text into a list first.", self.line)
        if f.nullable and not self.keep_empty:
            raise PlanError(f"The list {self.column!r} may be missing, and a loop over it would stop", line=self.line)
        if _is_exploded(self.parent):
            raise PlanError(
                "Rows that come from a list cannot be taken apart a second time; this is not supported yet", line=self.line
            )
        return self.parent.schema.with_fields([Field(self.column, ELEMENT[f.type], self.keep_empty)])


def _is_exploded(node: Node) -> bool:
    """Whether rows of a view may have the numbers of an `Explode`, which leave no room for another.

    Steps that number their rows afresh are not looked for: any explode above counts, unless only groups come from there.
    """
    from lester_gui.ir.nodes import Aggregate

    stack = [node]
    while stack:
        n = stack.pop()
        if isinstance(n, Explode):
            return True
        if not isinstance(n, Aggregate):
            stack.extend(n.parents)
    return False
