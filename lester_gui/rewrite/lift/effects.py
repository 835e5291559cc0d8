"""What an iteration does to the world outside it, noted while the body runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift import texts
from lester_gui.rewrite.lift.domain import (
    Value,
)
from lester_gui.rewrite.lift.paths import FALSE

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that an iteration does to the world outside it.

    `kind` is ``append``, ``set``, ``add``, ``count`` (a key's number grows), ``write``, ``row`` or ``cell``; `target` is the
    object's number, `path` the file's.
    """

    kind: str
    target: int
    guard: Expr
    value: Value
    key: Value | None
    line: int
    path: str = ""


@dataclass(slots=True)
class Loop:
    """One loop over rows while its body runs."""

    ident: int
    source: texts.LineSource | None
    node: Node | None
    line: int
    lines: tuple[int, ...]
    effects: list[Effect] = field(default_factory=list)
    exits: list[tuple[Expr, dict[str, Value]]] = field(default_factory=list)
    broke: Expr = FALSE
    carried: dict[str, Value | None] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    written: set[int] = field(default_factory=set)
