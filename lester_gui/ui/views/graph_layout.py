"""Where the nodes of the lineage graph stand: lanes from sources to predictions, touched first, the rest folded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LANES = ("source", "view", "split", "feature", "model", "prediction")
WIDTH, HEIGHT = 152, 50
LANE, STEP = 200, 100
LEFT, TOP = 28, 62
FOLDED_WIDTH = 92
SHOWN = 5  # untouched nodes of a lane that are shown before the rest is folded


@dataclass(slots=True)
class Placed:
    """A node and its place."""

    id: str
    lane: int
    slot: float
    title: str
    fact: str
    touched: bool
    folded: int = 0
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def x(self) -> float:
        return LEFT + self.lane * LANE

    @property
    def y(self) -> float:
        return TOP + self.slot * STEP

    @property
    def width(self) -> float:
        return FOLDED_WIDTH if self.folded else WIDTH


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between placed nodes."""

    start: str
    end: str
    kind: str
    touched: bool


def place(graph: dict[str, Any], unfolded: set[str], touched_only: bool) -> tuple[dict[str, Placed], list[Link]]:
    """Place the nodes of a graph.

    Parameters
    ----------
    graph
        As ``Session.graph`` returns it.
    unfolded
        Lanes whose rest is shown too.
    touched_only
        Leave out what the person never reached, except for the nodes that say so.
    """
    order = [lane for lane in LANES if lane in graph["lanes"]] or list(graph["lanes"])
    home: dict[str, str] = {}  # node → itself, or the fold that stands for it
    placed: dict[str, Placed] = {}
    before: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        before.setdefault(edge["to"], []).append(edge["from"])
    for number, lane in enumerate(order):
        nodes = [n for n in graph["nodes"] if n["lane"] == lane]
        touched = [n for n in nodes if n["touched"]]
        rest = [n for n in nodes if not n["touched"]]
        room = max(1, SHOWN - len(touched)) if touched else SHOWN
        shown = rest if lane in unfolded else rest[: 1 if touched_only else room]
        slot = 0.0
        for node in touched + shown:
            above = _slots_before(node, before, home, placed, number)
            wanted = round(2 * sum(above) / len(above)) / 2 if above else slot
            slot_here = max(slot, min(wanted, slot + 1.5))
            placed[node["id"]] = Placed(
                node["id"], number, slot_here, node["title"], node["fact"], node["touched"], document=node
            )
            home[node["id"]] = node["id"]
            slot = slot_here + 1
        folded = rest[len(shown) :]
        if folded:
            key = f"+{lane}"
            placed[key] = Placed(key, number, slot, "", "", False, len(folded), {"lane": lane})
            home.update({n["id"]: key for n in folded})
    links: dict[tuple[str, str], Link] = {}
    for edge in graph["edges"]:
        if edge["from"] not in home or edge["to"] not in home:
            continue
        start, end = home[edge["from"]], home[edge["to"]]
        known = links.get((start, end))
        if start != end and (known is None or (edge["touched"] and not known.touched)):
            links[(start, end)] = Link(start, end, edge["kind"], bool(edge["touched"]))
    return placed, list(links.values())


def _slots_before(
    node: dict[str, Any], before: dict[str, list[str]], home: dict[str, str], placed: dict[str, Placed], lane: int
) -> list[float]:
    """Slots of what leads to a node from other lanes; for a touched node only of what is touched too."""
    nodes = [placed[home[p]] for p in before.get(node["id"], []) if p in home]
    nodes = [n for n in nodes if n.lane < lane]
    lit = [n for n in nodes if n.touched] if node["touched"] else []
    return [n.slot for n in lit or nodes]
