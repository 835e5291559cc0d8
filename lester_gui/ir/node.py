"""What every node of a plan is: frozen, named, with a schema and with the parent's columns that each of its own comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property

from lester_gui.ir.schema import PlanError, Schema


@dataclass(frozen=True, kw_only=True)
class Node(ABC):
    """Base of all nodes.

    Attributes
    ----------
    name : str
        The view's name: the script's variable, with ``-2``, ``-3``, … for later versions.
    lines : tuple of int
        The script's lines that this node comes from, 1-based. Not part of the plan's hash.
    made_by : str
        ``rule:<name>``, ``model:<name>`` or ``person``. Not part of the plan's hash.
    """

    name: str
    lines: tuple[int, ...] = field(default=(), compare=False)
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.name or self.name.startswith("__"):
            raise PlanError(f"{self.name!r} is not a view name", line=self.line)
        _ = self.schema  # a node that has no valid schema does not exist

    @property
    def line(self) -> int | None:
        """The first script line, for messages."""
        return self.lines[0] if self.lines else None

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes this one reads, in order."""
        return ()

    @abstractmethod
    def with_parents(self, *parents: Node) -> Node:
        """Return this node over other parents, validated again."""

    @cached_property
    def schema(self) -> Schema:
        """The output columns, in order."""
        return self._schema()

    @abstractmethod
    def _schema(self) -> Schema:
        """Work out the output columns, or raise `PlanError`."""

    @abstractmethod
    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        """Column lineage: output column → the (parent number, parent column) pairs its cells come from."""


@dataclass(frozen=True, kw_only=True)
class OneParent(Node):
    """Base of the nodes with one parent."""

    parent: Node

    @property
    def parents(self) -> tuple[Node, ...]:
        return (self.parent,)

    def with_parents(self, *parents: Node) -> Node:
        return replace(self, parent=parents[0])

    def _schema(self) -> Schema:
        return self.parent.schema

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        return {n: ((0, n),) for n in self.parent.schema.names}
