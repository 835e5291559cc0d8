"""What is computed of a row and is no value of a row itself, until a script takes something of it that is one."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Cell, Value


@dataclass(frozen=True, slots=True)
class Lazy(Value):
    """What a pure expression over values of the row gives, as text: a list of words, a dict of parts of a line.

    It is no value of a row itself. What a script takes of it is one, as soon as its type is known: ``len(words)``,
    ``int(parts["n"])``; then the whole expression is carried as one function.
    """

    text: str
    parameters: tuple[tuple[str, Cell], ...]
    needed: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    module: str = ""  # whose functions it calls
