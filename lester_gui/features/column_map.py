"""From every column of X back to prepared columns. Total: a column without a source would be a hole in a footprint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lester_gui.features.state import EncoderState, name_block


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """One column of X.

    Attributes
    ----------
    index : int
        Its position, from 0.
    name : str
        As ``get_feature_names_out`` would give it: ``block__column_category``. Unique.
    label : str
        In words, for plots: ``county: county2``, ``income, scaled``.
    block : str
        The block that makes it.
    sources : tuple of str
        The prepared columns its values come from; at least one.
    """

    index: int
    name: str
    label: str
    block: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """All columns of X, in order."""

    columns: tuple[FeatureColumn, ...]

    def __post_init__(self) -> None:
        for i, column in enumerate(self.columns):
            if column.index != i or not column.sources:
                raise ValueError(f"column {i} of X has no source")

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of X's columns, in order."""
        return tuple(c.name for c in self.columns)

    def fed_by(self, prepared: Iterable[str]) -> tuple[FeatureColumn, ...]:
        """Return the columns of X that any of these prepared columns feeds."""
        wanted = set(prepared)
        return tuple(c for c in self.columns if wanted.intersection(c.sources))


def column_map(state: EncoderState) -> ColumnMap:
    """Return the map of a fitted encoder."""
    columns: list[FeatureColumn] = []
    taken: set[str] = set()
    for block in state.blocks:
        prefix = f"{block.block.name}__" if block.block.name else ""
        for lane in name_block(block):
            name = _free(prefix + lane.name, taken)
            taken.add(name)
            columns.append(FeatureColumn(len(columns), name, lane.label, block.block.name, lane.sources))
    return ColumnMap(tuple(columns))


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
