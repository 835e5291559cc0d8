"""Tables in groups, as pandas has them before anything is taken of the groups."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lester_gui.rewrite.lift.domain import Encoded, Frame, Value


@dataclass(frozen=True, slots=True)
class Grouping(Value):
    """``frame.groupby(keys)``, perhaps with columns chosen; `series` when a single column was chosen by name."""

    frame: Frame
    keys: tuple[str, ...]
    columns: tuple[str, ...] = ()
    series: bool = False
    as_index: bool = True
    dropna: bool = True
    sort: bool = True
    owner: Value | None = None  # the frame as the script reached it: a group sees what is assigned to it later
    listed: bool = False  # whether the keys were given as a list, so that a group's key is a tuple
    keyed: Value | None = None  # whether ``apply`` puts the keys before the index of the rows


def without_encoded(frame: Frame) -> Frame:
    """Return a table without the columns that encoders will make; they can be neither keys nor values of groups."""
    return replace(frame, columns=tuple((n, v) for n, v in frame.columns if not isinstance(v, Encoded)))
