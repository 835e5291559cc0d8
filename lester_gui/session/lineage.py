"""The picture of one person's way through the project, paths in it, and the way of a feature back to source cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb
import numpy as np

from lester_gui.errors import UserError
from lester_gui.features.column_map import FeatureColumn, column_map
from lester_gui.influence.leave_out import Influence
from lester_gui.ir.learning import ROWS_OF, TEST, TRAIN
from lester_gui.ir.nodes import Aggregate, Broadcast, Join, JoinKind, Node, Opaque, Read, Window
from lester_gui.ir.plan import Plan
from lester_gui.lineage.columns import chain
from lester_gui.lineage.footprint import CONTROL, DATA, STATE
from lester_gui.maintenance import learned
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.runtime.provenance import occurrence_map
from lester_gui.session.counterfactual import Counterfactual, differences
from lester_gui.session.masking import MASK
from lester_gui.session.opened import Document
from lester_gui.session.reach import Reached
from lester_gui.store.catalogue import Run

LANES: Final = ("source", "view", "split", "feature", "model", "prediction")
Part = tuple[Reached, Influence | None]
ScriptPart = tuple[str, Counterfactual, Mapping[str, tuple[int, int]]]
"""A pipeline without a run, what runs of its script showed, and of each source the person's rows and all rows."""


def graph(parts: Sequence[Part], scripts: Sequence[ScriptPart] = ()) -> Document:
    """Return nodes and edges of the newest runs of some pipelines, each touched or not.

    Parameters
    ----------
    parts
        What the person reached in each run, and what leaving them out changes, where that was computed.
    scripts
        Pipelines that are known by counterfactual runs only: no views, no features.
    """
    drawing = _Drawing()
    for way, influence in parts:
        _draw_run(drawing, way, influence)
    for name, found, rows in scripts:
        _draw_script(drawing, name, found, rows)
    return {"lanes": list(LANES), "nodes": list(drawing.nodes.values()), "edges": drawing.edges}


def path(document: Document, node_id: str, token: str) -> Document:
    """Return the touched way that leads to a node, for a source the ways that lead from it, and one sentence.

    Raises
    ------
    UserError
        If there is no such node.
    """
    nodes = {n["id"]: n for n in document["nodes"]}
    if node_id not in nodes:
        raise UserError("The graph has no such node", "Draw it again.")
    end = nodes[node_id]
    forward = end["lane"] == "source"
    taken: list[tuple[str, str]] = []
    reached = [node_id]
    for here in reached:
        for edge in document["edges"]:
            near, far = (edge["from"], edge["to"]) if forward else (edge["to"], edge["from"])
            if near == here and edge["touched"]:
                taken.append((edge["from"], edge["to"]))
                if far not in reached:
                    reached.append(far)
    wanted = set(reached)
    steps = [n for n in document["nodes"] if n["id"] in wanted]
    return {
        "nodes": [n["id"] for n in steps],
        "edges": [list(e) for e in dict.fromkeys(taken)],
        "sentence": _sentence(end, steps, token, forward),
    }


def feature_origin(connection: duckdb.DuckDBPyConnection, run: Run, plan: Plan, feature: str, row_no: int | None) -> Document:
    """Return the chain from a column of X back to source cells.

    Parameters
    ----------
    row_no
        A prepared row, whose source rows are named; None for columns only.
    """
    assert run.id is not None
    columns = column_map(learned.load_encoder(connection, run.id)).columns
    name, sources = _find_feature(columns, feature, plan)
    links = [_link("feature", plan.pipeline, name, row_no)]
    rows = _rows_behind(connection, run.id, plan, row_no)
    for column in sources:
        links.append(_link("view", plan.prepared.name, column, row_no))
        made: list[tuple[str, str]] = []
        ends: list[tuple[Read, str]] = []
        for hop in chain(plan, plan.prepared.name, column):
            parent = plan.view(hop.from_view)
            if isinstance(parent, Read):
                ends.append((parent, hop.from_column))
            if hop.view != plan.prepared.name and _makes(plan.view(hop.view), hop.column):
                made.append((hop.view, hop.column))
        links += [_link("view", view, made_column, rows.get(view)) for view, made_column in dict.fromkeys(made)]
        links += [_link("source", read.source, source_column, rows.get(read.name)) for read, source_column in dict.fromkeys(ends)]
    return {"feature": name, "pipeline": plan.pipeline, "chain": links}


# --- drawing -----------------------------------------------------------------------------------------------------------


class _Drawing:
    """Nodes by identifier, in order, and edges."""

    def __init__(self) -> None:
        self.nodes: dict[str, Document] = {}
        self.edges: list[Document] = []

    def node(self, id_: str, title: str, fact: str, touched: bool, **more: Any) -> str:
        """Add a node; `more` has ``rows``, ``of``, ``pipeline`` and for views the step's kind. Its lane is in its identifier."""
        known = {"rows": None, "of": None, "pipeline": "", "kind": ""}
        lane = id_.partition(":")[0]
        self.nodes.setdefault(id_, {"id": id_, "lane": lane, "title": title, "fact": fact, "touched": touched} | known | more)
        return id_

    def edge(self, start: str, end: str, kind: str, touched: bool) -> None:
        edge = {"from": start, "to": end, "kind": kind, "touched": touched}
        if edge not in self.edges:
            self.edges.append(edge)


def _draw_run(drawing: _Drawing, way: Reached, influence: Influence | None) -> None:
    plan, name = way.plan, way.plan.pipeline
    ids = {node.name: _draw_view(drawing, way, node) for node in plan.views}
    kinds = {node.name: way.kind(node.name) for node in plan.views}
    for node in plan.views:
        for number, parent in enumerate(node.parents):
            touched = bool(kinds[parent.name]) and bool(kinds[node.name])
            drawing.edge(ids[parent.name], ids[node.name], _edge_kind(node, number, kinds[parent.name]), touched)
    there = {side: _side_kind(way, side, influence) for side in plan.split.sides}
    sides = {side: _draw_side(drawing, way, side, kind) for side, kind in there.items()}
    for side, kind in there.items():
        drawing.edge(ids[plan.prepared.name], sides[side], kind or DATA, bool(kind))
    learns = bool(there[TRAIN]) and (influence is None or influence.model_changed)
    model = drawing.node(f"model:{name}", name, _words_of_class(plan.model.estimator), learns, pipeline=name)
    shared = _shared_columns(plan)
    for column in dict.fromkeys(c for block in plan.encode.blocks for c in block.columns):
        fed = [c for c in way.cells if column in c.column.sources]
        mine = [c for c in fed if c.cells]
        by_state = {side: column in shared and kind not in ("", DATA) for side, kind in there.items()}
        touched = bool(mine) or any(by_state.values())
        words = f"{len(mine)} of {_count(len(fed), 'column')}"
        id_ = drawing.node(f"feature:{name}:{column}", column, words, touched, rows=len(mine), of=len(fed), pipeline=name)
        for side in plan.split.sides:
            own = bool(way.sides[side]) and bool(mine)
            drawing.edge(sides[side], id_, DATA if own or not by_state[side] else STATE, own or by_state[side])
        drawing.edge(id_, model, DATA if mine or not touched else STATE, touched and learns)
    if learns and there[TRAIN] != DATA:
        drawing.edge(sides[TRAIN], model, STATE, True)  # a label of somebody else depends on them
    _draw_predictions(drawing, way, influence, model, sides[TEST], learns)


def _draw_script(drawing: _Drawing, name: str, found: Counterfactual, rows: Mapping[str, tuple[int, int]]) -> None:
    """Draw what runs of a script with and without the person show, from sources straight to training and test rows."""
    seen = differences(found)
    counts = {TRAIN: (found.train_rows, found.before.train_rows), TEST: (found.test_rows, found.before.test_rows)}
    moves = bool(seen.changed) or bool(np.any(seen.shifts != 0)) or any(a != b for _, a, b in seen.coefficients)
    model = drawing.node(
        f"model:{name}", name, _words_of_class(found.before.estimator), counts[TRAIN][0] > 0 or moves, pipeline=name
    )
    for side, (mine, of) in counts.items():
        fact = f"{mine:,} of {_count(of, 'row')}"
        id_ = drawing.node(f"split:{name}:{side}", f"{side}, {name}", fact, mine > 0, rows=mine, of=of, pipeline=name)
        for source, (own, every) in rows.items():
            start = drawing.node(f"source:{source}", source, f"{own:,} of {_count(every, 'row')}", own > 0, rows=own, of=every)
            drawing.edge(start, id_, DATA, own > 0 and mine > 0)
        if side == TRAIN:
            drawing.edge(id_, model, DATA, mine > 0)
    if moves and not counts[TRAIN][0]:
        for source, (own, _) in rows.items():
            drawing.edge(f"source:{source}", model, CONTROL, own > 0)
    words = f"{len(seen.changed):,} of {seen.compared:,} change"
    others = drawing.node(
        f"prediction:{name}:others", "Others’ decisions", words, moves, rows=len(seen.changed), of=seen.compared, pipeline=name
    )
    drawing.edge(model, others, STATE, moves)
    mine, of = counts[TEST]
    own_node = drawing.node(
        f"prediction:{name}:own", "Own prediction", f"{mine:,} of {of:,}", mine > 0, rows=mine, of=of, pipeline=name
    )
    drawing.edge(f"split:{name}:{TEST}", own_node, DATA, mine > 0)


def _draw_view(drawing: _Drawing, way: Reached, node: Node) -> str:
    name = way.plan.pipeline
    if isinstance(node, Read):
        mine, of = len(way.footprint.sources.get(node.source, ())), way.views[node.name].rows
        fact = f"{mine:,} of {_count(of, 'row')}"
        return drawing.node(f"source:{node.source}", node.source, fact, bool(mine), rows=mine, of=of)
    kind, of = way.kind(node.name), way.views[node.name].rows
    mine = way.rows(node.name)
    others = way.footprint.views[node.name].count(kind) if kind and not mine else 0
    fact = f"{others:,} of {of:,} by {kind}" if others else f"{mine:,} of {_count(of, 'row')}"
    step = type(node).__name__.lower()
    return drawing.node(f"view:{name}:{node.name}", node.name, fact, bool(kind), rows=mine, of=of, pipeline=name, kind=step)


def _draw_side(drawing: _Drawing, way: Reached, side: str, kind: str) -> str:
    name, of, mine = way.plan.pipeline, way.of[side], len(way.sides[side])
    fact = f"{mine:,} of {_count(of, 'row')}"
    if kind not in ("", DATA):
        fact = f"{way.touched(side):,} of {of:,} by {kind}"
    return drawing.node(f"split:{name}:{side}", f"{side}, {name}", fact, bool(kind), rows=mine, of=of, pipeline=name)


def _draw_predictions(drawing: _Drawing, way: Reached, influence: Influence | None, model: str, test: str, learns: bool) -> None:
    name, of, own = way.plan.pipeline, way.of[TEST], len(way.sides[TEST])
    if influence is None:
        changed, words, touched = None, f"{of - own:,}, not computed", learns
    else:
        changed = len(influence.changed_keys)
        words = f"{changed:,} of {influence.test_rows:,} {'change' if influence.is_decision else 'move'}"
        touched = bool(changed) or bool(np.any(influence.shifts != 0))
    title = "Others’ decisions"
    others = drawing.node(f"prediction:{name}:others", title, words, touched, rows=changed, of=of - own, pipeline=name)
    drawing.edge(model, others, STATE, touched and learns)
    if not learns:
        drawing.edge(test, others, STATE, touched)  # the model stays as it is; what it is asked about moves
    fact = f"{own:,} of {of:,}"
    mine = drawing.node(f"prediction:{name}:own", "Own prediction", fact, bool(own), rows=own, of=of, pipeline=name)
    drawing.edge(test, mine, DATA, bool(own))
    drawing.edge(model, mine, STATE, bool(own) and learns)


def _edge_kind(node: Node, number: int, parent_kind: str) -> str:
    """Return how a view depends on a parent; a parent that the person touched only by state or control passes just that on."""
    if number == 1 and isinstance(node, Join) and node.how in (JoinKind.SEMI, JoinKind.ANTI):
        return CONTROL
    if number == 1 and isinstance(node, Broadcast):
        return STATE
    if isinstance(node, Opaque) and not (node.keeps_rows and number == 0):
        return STATE
    return parent_kind or DATA


def _side_kind(way: Reached, side: str, influence: Influence | None) -> str:
    """Return how a person reached one side: by own rows, else by what they changed for others; empty if by nothing."""
    if way.sides[side]:
        return DATA
    if influence is not None and not influence.others.any:
        return ""  # it could have moved something, and did not
    touched = way.footprint.sides[side]
    return STATE if touched.count() > touched.count(CONTROL) else CONTROL if touched.count() else ""


def _shared_columns(plan: Plan) -> set[str]:
    """Return the prepared columns that carry a group's value or one row's value for everybody."""
    out: dict[str, set[str]] = {}
    for node in plan.views:
        if isinstance(node, Read):
            out[node.name] = set()
            continue
        names = {n for n, made in node.definitions().items() if any(c in out[node.parents[i].name] for i, c in made)}
        if isinstance(node, Aggregate):
            names |= {m.name for m in node.measures}
        elif isinstance(node, Broadcast):
            names |= {n for n, _ in node.values}
        elif isinstance(node, Window):
            names |= {c.name for c in node.columns}
        elif isinstance(node, Opaque):
            names |= set(node.schema.names)
        out[node.name] = names
    return out[plan.prepared.name]


def _words_of_class(estimator: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", estimator.rpartition(".")[2]).split()
    return " ".join(w if w.isupper() else w.lower() for w in words)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- sentences ---------------------------------------------------------------------------------------------------------


def _sentence(end: Document, steps: Sequence[Document], token: str, forward: bool) -> str:
    what, many = _words_of(end)
    if not end["touched"]:
        return f"{token} did not reach {what}."
    if forward:
        lanes = [n["lane"] for n in steps]
        views, models = lanes.count("view"), lanes.count("model")
        return f"From {end['title']}, {token} reached {_count(views, 'view')} and {_count(models, 'model')}."
    between = [n for n in steps if n["id"] != end["id"] and n["lane"] != "source"]
    start = f"How {what} {'depend' if many else 'depends'} on {token}"
    ending = ". No decision changes" if end["id"].endswith(":others") and end["rows"] == 0 else ""
    if not between:
        return f"{start}: directly{ending}."
    return f"{start}: {_count(len(between), 'step')} in between{_among(between, end)}{ending}."


def _words_of(node: Document) -> tuple[str, bool]:
    """Return what a node is called in a sentence, and whether that is a plural."""
    if node["lane"] == "prediction":
        if node["id"].endswith(":own"):
            return "their own prediction", False
        if not node["rows"]:
            return "the predictions about other people", True
        return f"{_count(node['rows'], 'decision')} about other people", node["rows"] != 1
    if node["lane"] == "split":
        side = node["id"].rpartition(":")[2]
        return f"the {ROWS_OF[side]} rows of {node['pipeline']}", True
    title = str(node["title"])
    return {"model": f"the model of {title}", "feature": f"the feature {title}"}.get(node["lane"], title), False


def _among(between: Iterable[Document], end: Document) -> str:
    parts = [n["title"] for n in between if n["kind"] == "aggregate"]
    parts += ["the model’s weights"] if any(n["lane"] == "model" for n in between) and end["lane"] == "prediction" else []
    return f", among them {' and '.join(parts)}" if parts else ""


# --- a feature's way back ----------------------------------------------------------------------------------------------


def _find_feature(columns: Sequence[FeatureColumn], feature: str, plan: Plan) -> tuple[str, tuple[str, ...]]:
    for c in columns:
        if feature in (c.name, c.label):
            return c.label, c.sources
    if any(feature in c.sources for c in columns):
        return feature, (feature,)
    known = ", ".join(c.label for c in columns[:8])
    raise UserError(
        f"{plan.pipeline} has no feature {feature!r}", f"The features are {known}{', …' if len(columns) > 8 else ''}."
    )


def _rows_behind(connection: duckdb.DuckDBPyConnection, run: int, plan: Plan, row_no: int | None) -> dict[str, int]:
    """Return, for a prepared row, the row of each view that its provenance names: row ids of sources, numbers of groups."""
    if row_no is None:
        return {}
    origins = occurrence_map(plan)[plan.prepared.name]
    table = views_of(connection, run)[plan.prepared.name].table_name
    columns = ", ".join(f"__p{i}" for i in range(len(origins)))
    found = connection.execute(f"SELECT {columns} FROM lester.{table} WHERE {ROW_NO} = ?", [row_no]).fetchone()
    if found is None:
        raise UserError(f"{plan.prepared.name} has no such row any more", "Search for the person again.")
    return {origin: int(value) for origin, value in zip(origins, found, strict=True) if value is not None}


def _makes(node: Node, column: str) -> bool:
    """Whether a view works a column out, instead of passing it on."""
    if isinstance(node, Window) and any(c.name == column for c in node.columns):
        return True
    made = node.definitions()[column]
    return isinstance(node, Aggregate | Opaque) or len(made) != 1 or made[0][1] != column


def _link(kind: str, name: str, column: str, row: int | None) -> dict[str, Any]:
    return {"kind": kind, "name": name, "column": column, "row": row, "value": None if row is None else MASK}
