"""The picture of a run: sources, views, training and test rows, features, models, predictions, and what a person touched of it.

`lineage` knows the relational half; features, models and predictions come from the packages above as plain parts, so that one
function draws the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lester_gui.ir.learning import TEST
from lester_gui.ir.nodes import Aggregate, Broadcast, Join, JoinKind, Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.lineage.footprint import CONTROL, DATA, STATE, Footprint

LANES: Final = ("sources", "views", "split", "features", "models", "predictions")


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One box.

    Attributes
    ----------
    id : str
        ``source:patients``, ``view:data-2``, ``split:train``, ``feature:age``, ``model:canonical``, ``predictions:canonical``.
    lane : str
        One of `LANES`.
    title : str
        What it is called.
    rows : int or None
        How many rows, cells or parameters the person touched; None where nothing was counted.
    of : int or None
        How many there are.
    touched : bool
        Whether the person left anything there.
    kind : str
        For views the step's kind, elsewhere the lane.
    lines : tuple of int
        The script's lines.
    """

    id: str
    lane: str
    title: str
    rows: int | None = None
    of: int | None = None
    touched: bool = False
    kind: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """One arrow: ``data``, ``state`` or ``control``; touched if the person's influence runs along it."""

    start: str
    end: str
    kind: str
    touched: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes in the order of their lanes and of the plan, and arrows between them."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    def node(self, id_: str) -> GraphNode:
        return next(n for n in self.nodes if n.id == id_)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature or a block of features: its name, the prepared columns it is made of, touched and all cells.

    `fitted` says that its encoder learnt from the training rows, so that everybody in there has a part in it.
    """

    name: str
    columns: tuple[str, ...]
    cells: int | None = None
    of: int | None = None
    fitted: bool = False


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, or its predictions: name, touched and all values."""

    name: str
    values: int | None = None
    of: int | None = None


def lineage_graph(
    plan: Plan,
    rows: Mapping[str, int],
    footprint: Footprint | None = None,
    features: Sequence[Feature] = (),
    models: Sequence[Learnt] = (),
    predictions: Sequence[Learnt] = (),
    source_rows: Mapping[str, int] | None = None,
) -> Graph:
    """Return the graph of a run.

    Parameters
    ----------
    rows
        View → number of rows; with the names of the sides (`Split.sides`) as further keys.
    footprint
        What a person touched; without it nothing is touched.
    features, models, predictions
        What the packages above know. A model's predictions have the model's name.
    source_rows
        Source → number of rows, where it differs from the rows of the view that reads it.
    """
    nodes = [*_sources(plan, rows, footprint, source_rows or {}), *_views(plan, rows, footprint), *_sides(plan, rows, footprint)]
    edges = [*_view_edges(plan), *(GraphEdge(f"view:{plan.prepared.name}", f"split:{s}", DATA) for s in plan.split.sides)]
    trained_on_person = footprint is not None and footprint.trains
    for f in features:
        touched = bool(f.cells) or (f.fitted and trained_on_person)
        nodes.append(GraphNode(f"feature:{f.name}", "features", f.name, f.cells, f.of, touched, "features"))
        edges += [GraphEdge(f"split:{side}", f"feature:{f.name}", DATA) for side in plan.split.sides]
        if f.fitted:
            edges.append(GraphEdge("split:train", f"feature:{f.name}", STATE))
    for m in models:
        nodes.append(GraphNode(f"model:{m.name}", "models", m.name, m.values, m.of, trained_on_person, "models"))
        edges += [GraphEdge(f"feature:{f.name}", f"model:{m.name}", STATE) for f in features]
        if not features:
            edges.append(GraphEdge("split:train", f"model:{m.name}", STATE))
    for p in predictions:
        touched = trained_on_person or (footprint is not None and bool(footprint.sides[TEST].count()))
        nodes.append(GraphNode(f"predictions:{p.name}", "predictions", p.name, p.values, p.of, touched, "predictions"))
        if any(m.name == p.name for m in models):
            edges.append(GraphEdge(f"model:{p.name}", f"predictions:{p.name}", STATE))
        edges.append(GraphEdge("split:test", f"predictions:{p.name}", DATA))
    touched_ids = {n.id for n in nodes if n.touched}
    marked = (GraphEdge(e.start, e.end, e.kind, e.start in touched_ids and e.end in touched_ids) for e in edges)
    return Graph(tuple(nodes), tuple(dict.fromkeys(marked)))


def path(graph: Graph, id_: str) -> Graph:
    """Return the part of a graph through which influence reaches a box: touched arrows and boxes that lead to it, and itself."""
    wanted = {id_}
    edges: list[GraphEdge] = []
    waiting = [id_]
    while waiting:
        end = waiting.pop()
        for e in graph.edges:
            if e.end == end and e.touched and e not in edges:
                edges.append(e)
                if e.start not in wanted:
                    wanted.add(e.start)
                    waiting.append(e.start)
    return Graph(tuple(n for n in graph.nodes if n.id in wanted), tuple(e for e in graph.edges if e in edges))


def edge_kind(node: Node, number: int) -> str:
    """Return how a view depends on one of its parents."""
    if isinstance(node, Aggregate) or (isinstance(node, Opaque) and not node.keeps_rows):
        return STATE
    if isinstance(node, Opaque) and number > 0:
        return CONTROL
    if isinstance(node, Join) and number == 1 and node.how in (JoinKind.SEMI, JoinKind.ANTI):
        return CONTROL
    if isinstance(node, Broadcast) and number == 1 and node.position == "only":
        return STATE
    return DATA


def _sources(plan: Plan, rows: Mapping[str, int], footprint: Footprint | None, source_rows: Mapping[str, int]) -> list[GraphNode]:
    out: dict[str, GraphNode] = {}
    for read in plan.reads:
        mine = len(footprint.sources.get(read.source, ())) if footprint else None
        of = source_rows.get(read.source, rows.get(read.name))
        out.setdefault(read.source, GraphNode(f"source:{read.source}", "sources", read.source, mine, of, bool(mine), "source"))
    return list(out.values())


def _views(plan: Plan, rows: Mapping[str, int], footprint: Footprint | None) -> list[GraphNode]:
    out = []
    for node in plan.views:
        mine = footprint.views[node.name].count() if footprint else None
        kind = type(node).__name__.lower()
        out.append(GraphNode(f"view:{node.name}", "views", node.name, mine, rows.get(node.name), bool(mine), kind, node.lines))
    return out


def _sides(plan: Plan, rows: Mapping[str, int], footprint: Footprint | None) -> list[GraphNode]:
    out = []
    for side in plan.split.sides:
        mine = footprint.sides[side].count() if footprint else None
        out.append(GraphNode(f"split:{side}", "split", side, mine, rows.get(side), bool(mine), "split"))
    return out


def _view_edges(plan: Plan) -> list[GraphEdge]:
    out = []
    for node in plan.views:
        if isinstance(node, Read):
            out.append(GraphEdge(f"source:{node.source}", f"view:{node.name}", DATA))
        out += [GraphEdge(f"view:{p.name}", f"view:{node.name}", edge_kind(node, i)) for i, p in enumerate(node.parents)]
    return out
