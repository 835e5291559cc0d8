"""What a folder holds, as far as the project knows."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Result


@dataclass(frozen=True, slots=True)
class Listing(Result):
    """The names of the project's sources in a folder, in no order. There may be other files."""

    names: tuple[str, ...] = ()
