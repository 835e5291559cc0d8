"""Names of views: the script's variables, with a number for later versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
)
from lester_gui.ir.windows import Window

SUFFIX: dict[type[Node], str] = {
    Read: "file",
    Filter: "filtered",
    Project: "computed",
    Select: "selected",
    Join: "joined",
    Aggregate: "grouped",
    Distinct: "distinct",
    Concat: "concat",
    Sort: "sorted",
    Limit: "cut",
    Broadcast: "broadcast",
    Opaque: "opaque",
    Window: "window",
    Explode: "exploded",
}


class Naming:
    """Collects what the script calls each node; final names are given when the plan is complete.

    A node bears a variable's name only if the variable held exactly its rows and columns after the statement that made it, so
    that the two can be compared. Inside a function, the name outside counts: after ``train = load(path)`` it is ``train``,
    although the function calls it ``data``. What stands between two such nodes is called ``data_filtered`` and the like.
    """

    def __init__(self, variables: Iterable[str]) -> None:
        self._variables = set(variables)
        self._names: dict[int, str] = {}
        self._claimed: set[int] = set()
        self._open: set[int] = set()
        self._order: dict[int, int] = {}
        self._alive: list[Node] = []  # ids must not be used twice

    def made(self, node: Node, name: str) -> None:
        """Note a new node; `name` is what it comes from unless an assignment claims it."""
        self._alive.append(node)
        self._names[id(node)] = name
        self._open.add(id(node))
        self._order[id(node)] = len(self._order)

    def claim(self, node: Node, name: str) -> None:
        """The script assigns the node to `name`, whose value is exactly its rows and columns."""
        if id(node) in self._open:
            self._names[id(node)] = name
            self._claimed.add(id(node))

    def seal(self) -> None:
        """A statement of the script is over: what it made keeps its names."""
        self._open.clear()

    def called(self, node: Node) -> str:
        """Return the name noted for a node."""
        return self._names.get(id(node), node.name)

    def final(self, nodes: tuple[Node, ...]) -> dict[int, Node]:
        """Return each node, parents first, under its final name: ``merged``, ``merged-2``, ..."""
        taken: dict[str, int] = {}
        chosen: dict[int, str] = {}
        for node in sorted(nodes, key=lambda n: self._order.get(id(n), len(self._order))):
            base = clean(self.called(node))
            if id(node) not in self._claimed and (base in self._variables or not isinstance(node, Read)):
                base = f"{base}_{SUFFIX[type(node)]}"
            taken[base] = taken.get(base, 0) + 1
            chosen[id(node)] = base if taken[base] == 1 else f"{base}-{taken[base]}"
        out: dict[int, Node] = {}
        for node in nodes:
            moved = node.with_parents(*(out[id(p)] for p in node.parents)) if node.parents else node
            out[id(node)] = replace(moved, name=chosen[id(node)])
        return out


def clean(name: str) -> str:
    """Return `name` with everything but letters, digits and underscores replaced, and no leading underscores."""
    return re.sub(r"\W+", "_", name).strip("_") or "view"


def unlike(base: str, taken: Collection[str]) -> str:
    """Return `base`, or with a number where a name of these letters is taken; `taken` holds names without case."""
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base}_{n}"
    return name


def stored_apart(names: Iterable[str], beside: Iterable[str] = ()) -> dict[str, str]:
    """Return what columns are called in the plan: their own names, but for those that differ from another one by case only.

    The database tells columns by letter, not by case; pandas tells ``REGION`` from ``region``.
    """
    wanted = list(names)
    taken = {n.casefold() for n in beside}
    out: dict[str, str] = {}
    for name in wanted:
        others = {n.casefold() for n in wanted if n.casefold() != name.casefold()}
        out[name] = unlike(name, taken | others)
        taken.add(out[name].casefold())
    return out
