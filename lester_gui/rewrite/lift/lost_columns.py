"""Columns of tables that could not be lifted. Many are dropped again before a model sees them, so the table goes on without.

A lost column is a mere result with a name: where the plan needs it, the plan stops there and says which line it was lost in.
Where that leaves no plan, another attempt takes the statement for one that changed the whole table in ways not understood.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Frame, Ref, Result
from lester_gui.rewrite.lift.stop import Stop, Stopped
from lester_gui.rewrite.slicing import effects

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

WHOLE = ("lost columns", "whole tables")
"""The hint under which no single column is given up."""


@dataclass(frozen=True, slots=True)
class Lost(Result):
    """A column whose values are not known, with the reason."""

    why: str = ""
    line: int = 0


def give_up(lift: Lifter, node: ast.stmt, stop: Stopped, line: int) -> bool:
    """Lose the columns that a statement that stopped sets, if it sets some columns of a table by name and does nothing else."""
    if WHOLE in lift.hints or not isinstance(node, ast.Assign) or len(node.targets) != 1 or lift.loops:
        return False
    found = _set(node.targets[0])
    if found is None:
        return False
    table, names = found
    owner = lift.names.get(table)
    content = lift.heap.get(owner.id) if isinstance(owner, Ref) else None
    if not isinstance(owner, Ref) or not isinstance(content, Frame):
        return False
    assigned, changed = effects(lift, node)
    inside = {
        n.id for c in ast.walk(node) if isinstance(c, ast.comprehension) for n in ast.walk(c.target) if isinstance(n, ast.Name)
    }
    if set(assigned) - inside or changed - {owner.id}:  # what a comprehension counts with ends with it
        return False
    lost = Lost("a column that is not lifted", stop.root[1] if stop.root else stop.why, stop.root[0] if stop.root else line)
    lift.set(owner, content.with_columns(dict.fromkeys(names, lost)))
    lift.wishes.add(WHOLE)
    lift.stops.append(Stop(line, stop.reason, stop.why, f"{table}[{', '.join(map(repr, names))}]"))
    return True


def _set(target: ast.expr) -> tuple[str, tuple[str, ...]] | None:
    """Return the table and the columns that ``table[names] = …`` or ``table.loc[rows, names] = …`` sets."""
    if not isinstance(target, ast.Subscript):
        return None
    owner, key = target.value, target.slice
    if isinstance(owner, ast.Attribute) and owner.attr == "loc":
        if not isinstance(key, ast.Tuple) or len(key.elts) != 2:
            return None
        owner, key = owner.value, key.elts[1]
    several = key.elts if isinstance(key, ast.List) else [key]
    names = tuple(k.value for k in several if isinstance(k, ast.Constant) and isinstance(k.value, str))
    if not isinstance(owner, ast.Name) or not names or len(names) != len(several):
        return None
    return owner.id, names
