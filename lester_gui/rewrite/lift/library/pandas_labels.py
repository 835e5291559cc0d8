"""pandas: rows that are named by their index: ``df.drop(df[mask].index)``, ``df.loc[kept.index]``, ``df.index.isin(…)``.

Where rows were chosen from a table by conditions, their index says which ones. So to be in that index is to meet these
conditions, as long as both tables count their rows in one and the same table: an index that was set anew counts others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import chosen, paths
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.domain import Cell, Column1, Frame, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def among(lift: Lifter, frame: Frame, rows: Value, yes: bool = True) -> Column1:
    """Return whether the index of each row of a frame is (or is not) one of those in `rows`.

    Raises
    ------
    Stopped
        If the two tables do not count their rows in the same table, or more than conditions lies between them.
    """
    labels = lift.content(rows)
    assert isinstance(labels, Labels)
    here, there = frame.numbered, labels.frame.numbered
    if frame.part is not None or here is None or there is None or not lift.align.same(here, there):
        raise shape("Rows are chosen by an index that counts the rows of another table")
    asked = chosen.asked_of(lift, labels.frame.node, frame.node)
    if not asked:
        return Column1(frame.node, Cell(paths.TRUE if yes else paths.FALSE, Type.BOOL), "", None, True)
    over, conditions = lift.align.together(*asked)
    whole = paths.conjunction(conditions)
    return Column1(over, Cell(whole if yes else paths.negated(whole), Type.BOOL), "", None, True)


@method("labels", "isin")
def is_among(lift: Lifter, labels: Labels, args: Arguments) -> Value:
    """``frame.index.isin(other.index)``."""
    frame = labels.frame
    return among(lift, frame, args.bind("values")["values"])


@method("labels", "__getitem__")
def some_of(lift: Lifter, labels: Labels, args: Arguments) -> Value:
    """``frame.index[mask]`` of a table whose rows were chosen."""
    return chosen_by(lift, labels.frame, lift.content(args.positional[0]))


def chosen_by(lift: Lifter, frame: Frame, mask: Value) -> Value:
    """Return the index of the rows of a table for which a mask is true."""
    from lester_gui.rewrite.lift.library.pandas_frame import masked

    if not isinstance(mask, Column1) or mask.cell.type is not Type.BOOL:
        raise no_rule("some labels of an index")
    return Labels(masked(lift, frame, mask))


@method("labels", "tolist", "to_list", "copy")
def listed(lift: Lifter, labels: Labels, args: Arguments) -> Value:
    """``frame.index.tolist()``: where a list of an index is taken, so is the index."""
    return labels
