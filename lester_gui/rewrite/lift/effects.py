"""What an iteration does to the world outside it, noted while the body runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift import texts
from lester_gui.rewrite.lift.domain import Order, Part, Value
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.raising import Path


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
    body: list[ast.stmt] = field(default_factory=list)
    part: Part | None = None  # the side of a split that it goes through
    order: Order | None = None  # the random order of the list that it goes through
    keyed: Any = None  # the dict of `side_dicts` whose keys it goes through
    effects: list[Effect] = field(default_factory=list)
    exits: list[Path] = field(default_factory=list)
    broke: Expr = FALSE
    carried: dict[str, Value | None] = field(default_factory=dict)
    began: dict[str, Value] = field(default_factory=dict)  # what names hold when an iteration begins
    early: set[str] = field(default_factory=set)  # names that are set before the script leaves out a line
    read: set[int] = field(default_factory=set)
    written: set[int] = field(default_factory=set)
    records: dict[int, Value] = field(default_factory=dict)  # objects that are the element of this iteration, as they came
    places: Any = None  # the `neighbours.Places` of a loop over the places of lists
    demanded: set[Expr] = field(default_factory=set)  # conditions that hold for every row, for the script ends where they do not
    first: bool = False  # the body is run as for the first row, to see what values look like
    shapes: dict[int | str, Value] = field(default_factory=dict)  # what dicts and variables hold, by object or name
