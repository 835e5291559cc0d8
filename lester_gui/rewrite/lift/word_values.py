"""What a variable can hold of the words that the rows of a table have: how often each is there, and which of them are columns."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import Cell, Part, Value


@dataclass(frozen=True, slots=True)
class WordCounts(Value):
    """All words of some rows: `cell` over `node` is a row's words as one text, each followed by `words.END`.

    `kind` is ``counter`` (a dict from each to how often it is there), ``set``, or ``list``, in which each stands as often.
    """

    node: Node
    cell: Cell
    part: Part | None = None
    kind: str = "counter"


@dataclass(frozen=True, slots=True)
class WordList(Value):
    """Words in an order: ``sorted``, ``first_seen`` or ``most_common``; the `limit` most common, those there `least` times.

    With `pairs` each comes with how often it is there; `numbered` is a dict from each to its place.
    """

    counts: WordCounts
    order: str
    limit: int | None = None
    least: int = 1
    pairs: bool = False
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class WordRow(Value):
    """One place for each word of a list, with how often a row has it, or with `binary` whether it has it; zeros without a cell.

    `unknown` is ``error`` where a word that has no place ends the script, ``ignore`` where it counts nowhere.
    """

    words: WordList
    cell: Cell | None = None
    binary: bool = False
    unknown: str = "ignore"
