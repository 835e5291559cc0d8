"""Loops over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Cell, Ref, Value

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def name_cell(lift: Lifter, name: str, cell: Cell) -> None:
    """Remember what the script calls a value of the current row."""
    lift.cell_names.setdefault(cell.expr, name)


def store_in_loop(lift: Lifter, owner: Ref, content: Value, key: Value, value: Value) -> bool:
    """Note a write into a container from outside the current loop; False if it is no such write."""
    return False
