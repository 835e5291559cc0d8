"""pandas: groups of the training rows alone, whose totals a script looks up in the rows of both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells, side_dicts, side_totals
from lester_gui.rewrite.lift.domain import Column1, Const, Encoded, Frame, Result, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.side_totals import FUNCTIONS, SideGroups, SideTable
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def side_groups(lift: Lifter, frame: Frame, given: dict[str, Value]) -> SideGroups:
    """Return the groups of one side of a split, by names of columns.

    Parameters
    ----------
    given
        The arguments of ``groupby``.

    Raises
    ------
    Stopped
        If rows without a key form a group, or the keys are no columns.
    """
    if not lift.const(given["dropna"]) or not lift.const(given["as_index"]) or lift.content(given["level"]) != Const(None):
        raise no_rule("groups of one side of a split with these options")
    keys = lift.strings(given["by"])
    if any(isinstance(frame.get(k), Encoded | Result) for k in keys):
        raise shape("Groups of one side of a split by an encoded column")
    return SideGroups(frame, keys, lines=lift.lines)


@method("groups of a side", "__getitem__")
def chosen(lift: Lifter, groups: SideGroups, args: Arguments) -> Value:
    """``grouped[column]``."""
    key = lift.content(args.positional[0])
    return replace(groups, columns=lift.strings(key), series=isinstance(key, Const))


@method("groups of a side", *FUNCTIONS)
def simple(lift: Lifter, groups: SideGroups, args: Arguments) -> Value:
    """``grouped[column].mean()``."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    args.bind(ignored=("numeric_only", "engine"))
    return side_totals.table(groups, what)


@method("groups of a side", "agg", "aggregate")
def agg(lift: Lifter, groups: SideGroups, args: Arguments) -> Value:
    """``grouped[column].agg("mean")``."""
    if lift.is_shown(args):
        return Result("agg")
    from lester_gui.rewrite.lift.library.pandas_side_formulas import frame_of

    several = frame_of(lift, groups, args)
    if several is not None:
        return lift.new(several)
    return side_totals.table(groups, lift.text(args.bind("func")["func"]))


@method("groups of a side", "transform")
def transform(lift: Lifter, groups: SideGroups, args: Arguments) -> Value:
    """``grouped[column].transform("mean")``: the total of its group on each row."""
    asked = side_totals.table(groups, lift.text(args.bind("func")["func"]))
    frame = groups.frame
    return Column1(frame.node, side_totals.looked_up(lift, asked.keys, asked), asked.name, frame.part, False, frame.index)


@method("totals of a side", "to_dict", "copy", "sort_index", "sort_values", "rename", "astype")
def same(lift: Lifter, asked: SideTable, args: Arguments) -> Value:
    """The same totals, for those who look them up."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    if what == "astype" and lift.const(args.positional[0]) not in ("float", "float64"):
        raise no_rule("astype of totals of one side of a split")
    return asked


@method("totals of a side", "get")
def under_key(lift: Lifter, asked: SideTable, args: Arguments) -> Value:
    """``counts.get(key, 0)``."""
    given = args.bind("key", "default")
    found = side_totals.looked_up(lift, (cells.cell_of(lift.content(given["key"])),), asked)
    return cells.make("coalesce", found, cells.cell_of(lift.content(given["default"])))


@method("totals of a side", "__getitem__")
def item(lift: Lifter, asked: SideTable, args: Arguments) -> Value:
    """``counts[key]`` of a dict that has a default; of any other, a key that is not there ends the script."""
    if asked.missing is None:
        return side_dicts.read(lift, asked, args.positional[0])
    found = side_totals.looked_up(lift, (cells.cell_of(lift.content(args.positional[0])),), asked)
    return cells.make("coalesce", found, cells.cell_of(lift.content(asked.missing)))
