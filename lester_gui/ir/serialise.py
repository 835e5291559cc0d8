"""A plan as JSON, and its hash. The JSON is a list of nodes that name each other, so shared parents stay shared.

The hash answers "is it the same plan?": it leaves out where the plan came from (script lines, who made a step, the pipeline's
name, the files it writes) and types that a reader inferred from the data at hand.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from lester_gui.ir import codec as c
from lester_gui.ir.codec import Codec, Json, Place, record
from lester_gui.ir.expressions import Expr
from lester_gui.ir.learning import Block, Encode, Function, Label, Model, Split, Transformer, WrittenFile
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Take,
    Window,
    WindowColumn,
)
from lester_gui.ir.option_codec import options, plain_options
from lester_gui.ir.options import Options
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import PlanError

FORMAT = "lester-plan"
VERSION = 1
MAX_DOCUMENT = 32_000_000  # characters

_ORIGIN = {"lines": c.items(c.whole), "made_by": c.text}
_COMMON = {"name": c.text, **_ORIGIN}
_TEXTS = c.items(c.text)
_PAIRS = c.items(c.several(c.text, c.text))
_FIELDS = c.items(c.column_field)
_ORDER = c.items(c.several(c.text, c.boolean))

_ASSIGNED = c.items(
    Codec(
        lambda pair: {"name": c.text.encode(pair[0]), "expr": c.expression.encode(pair[1])},
        lambda value, at: _decode_assigned(value, at),
    )
)


def _decode_assigned(value: Json, at: Place) -> tuple[str, Expr]:
    c.require_keys(value, at, ["name", "expr"], ["name", "expr"])
    return c.text.decode(value["name"], at), c.expression.decode(value["expr"], at / "expr")


# op → node type and how its fields are written; a test sees to it that every node and every field is here
def _without_default(codec: Codec, field: str, default: Json) -> Codec:
    """Leave a field out of the JSON where it has its default: it came later than plans that are stored, and their hashes stay."""

    def encode(value: Any) -> Json:
        out = codec.encode(value)
        return out if out[field] != default else {k: v for k, v in out.items() if k != field}

    return Codec(encode, codec.decode)


_measure = _without_default(
    record(Measure, name=c.text, function=c.text, column=c.optional(c.text), share=c.optional(c.number)), "share", None
)

NODES: dict[str, tuple[type[Node], Codec]] = {
    "read": (
        Read,
        record(
            Read,
            **_COMMON,
            source=c.text,
            reader=c.choice(Reader),
            options=plain_options,
            columns=_FIELDS,
            inferred=c.boolean,
        ),
    ),
    "filter": (Filter, record(Filter, **_COMMON, parent=c.node, predicate=c.expression)),
    "project": (Project, record(Project, **_COMMON, parent=c.node, assigned=_ASSIGNED)),
    "select": (Select, record(Select, **_COMMON, parent=c.node, columns=_PAIRS)),
    "join": (
        Join,
        record(
            Join,
            **_COMMON,
            left=c.node,
            right=c.node,
            how=c.choice(JoinKind),
            on=_PAIRS,
            take=c.choice(Take),
            suffixes=c.several(c.text, c.text),
            null_keys_match=c.boolean,
        ),
    ),
    "aggregate": (
        Aggregate,
        record(
            Aggregate,
            **_COMMON,
            parent=c.node,
            by=_TEXTS,
            measures=c.items(_measure),
            order=c.choice(GroupOrder),
            drop_null_keys=c.boolean,
        ),
    ),
    "distinct": (Distinct, record(Distinct, **_COMMON, parent=c.node, subset=_TEXTS, keep=c.choice(Keep))),
    "concat": (Concat, record(Concat, **_COMMON, inputs=c.items(c.node))),
    "sort": (Sort, record(Sort, **_COMMON, parent=c.node, by=_ORDER)),
    "limit": (Limit, record(Limit, **_COMMON, parent=c.node, count=c.whole, offset=c.whole)),
    "broadcast": (Broadcast, record(Broadcast, **_COMMON, parent=c.node, of=c.node, values=_PAIRS, position=c.text)),
    "window": (
        Window,
        record(
            Window,
            **_COMMON,
            parent=c.node,
            by=_TEXTS,
            columns=c.items(
                record(
                    WindowColumn,
                    name=c.text,
                    function=c.text,
                    column=c.optional(c.text),
                    offset=c.whole,
                    ascending=c.boolean,
                    pct=c.boolean,
                )
            ),
            order=_ORDER,
            drop_null_keys=c.boolean,
        ),
    ),
    "explode": (Explode, record(Explode, **_COMMON, parent=c.node, column=c.text, keep_empty=c.boolean)),
    "opaque": (
        Opaque,
        _without_default(
            record(
                Opaque,
                **_COMMON,
                inputs=c.items(c.node),
                variables=_TEXTS,
                source=c.text,
                output=c.text,
                columns=_FIELDS,
                reason=c.text,
                keeps_rows=c.boolean,
                script=c.text,
            ),
            "script",
            "",
        ),
    ),
}


OP_OF: dict[type[Node], str] = {kind: op for op, (kind, _) in NODES.items()}

_label = _without_default(record(Label, expr=c.expression, variable=c.text, codes=c.text, **_ORIGIN), "codes", "")
_split: Codec = record(
    Split,
    kind=c.text,
    method=c.text,
    test_size=c.optional(c.number),
    train_size=c.optional(c.number),
    cut=c.text,
    seed=c.optional(c.whole),
    shuffle=c.boolean,
    stratify=c.boolean,
    test=c.optional(c.expression),
    validates=c.optional(c.expression),
    trains=c.optional(c.expression),
    by=c.optional(c.expression),
    groups=c.text,
    in_order=c.boolean,
    every=c.whole,
    offsets=c.items(c.whole),
    folds=c.whole,
    first_fold=c.boolean,
    whole=c.boolean,
    again=c.optional(Codec(lambda value: _split.encode(value), lambda value, at: _split.decode(value, at))),
    of=c.text,
    validation=c.text,
    **_ORIGIN,
)
_LATER: dict[str, Json] = {
    "validates": None,
    "trains": None,
    "by": None,
    "groups": "",
    "in_order": False,
    "every": 0,
    "offsets": [],
    "folds": 0,
}
_LATER |= {"first_fold": False, "whole": False, "again": None, "of": "", "validation": "train"}
for _field, _default in _LATER.items():
    _split = _without_default(_split, _field, _default)

# a transformer has branches, which are blocks, which have transformers
_branches = Codec(lambda value: c.items(_block).encode(value), lambda value, at: c.items(_block).decode(value, at))
_transformer = _without_default(
    _without_default(
        record(Transformer, kind=c.text, params=options, branches=_branches, fit_on=c.text),
        "branches",
        [],
    ),
    "fit_on",
    "",
)
_block: Codec = record(Block, name=c.text, columns=_TEXTS, chain=c.items(_transformer))
_encode = record(Encode, blocks=c.items(_block), fit_on=c.text, variable=c.text, dtype=c.text, **_ORIGIN)
_model = record(Model, estimator=c.text, params=options, variable=c.text, **_ORIGIN)
_function = record(Function, name=c.text, source=c.text, modules=_PAIRS)
_written = record(WrittenFile, path=c.text, content=c.text, variable=c.text, line=c.optional(c.whole))
_PARTS: dict[str, Codec] = {
    "label": _label,
    "split": _split,
    "encode": _encode,
    "model": _model,
    "functions": c.items(_function),
    "written": c.items(_written),
}


def expr_to_json(expr: Expr) -> Json:
    """Return an expression as JSON: ``{"column"}``, ``{"literal"}``, ``{"op", "args"}`` or ``{"call", "args", "type"}``."""
    return c.expression.encode(expr)


def expr_from_json(value: Json) -> Expr:
    """Return the expression that `expr_to_json` wrote.

    Raises
    ------
    PlanError
        If it is not one, or too deep.
    """
    return c.expression.decode(value, Place("the expression"))  # type: ignore[no-any-return]


def block_to_json(block: Block) -> Json:
    """Return a block as it stands in a plan's JSON."""
    return _block.encode(block)


def block_from_json(value: Json) -> Block:
    """Return the block that `block_to_json` wrote.

    Raises
    ------
    PlanError
        If it is not one.
    """
    return _block.decode(value, Place("the block"))  # type: ignore[no-any-return]


def options_to_json(params: Options) -> Json:
    """Return options as they stand in a plan's JSON."""
    return options.encode(params)


def options_from_json(value: Json) -> Options:
    """Return the options that `options_to_json` wrote, as `block_from_json`."""
    return options.decode(value, Place("the options"))  # type: ignore[no-any-return]


def node_to_json(node: Node) -> dict[str, Json]:
    """Return one node as JSON; parents are names."""
    op = OP_OF[type(node)]
    return {"op": op, **NODES[op][1].encode(node)}


def node_from_json(value: Json, nodes: dict[str, Node], at: Place | None = None) -> Node:
    """Return the node that `value` says, over the `nodes` read before it.

    Raises
    ------
    PlanError
        If the operation or a field is unknown, or the node does not fit its parents.
    """
    at = Place("the node", nodes) if at is None else at
    if not isinstance(value, dict) or not isinstance(value.get("op"), str) or value["op"] not in NODES:
        raise at.error(f"One of the operations {', '.join(NODES)} is expected")
    return NODES[value["op"]][1].decode({k: v for k, v in value.items() if k != "op"}, at)  # type: ignore[no-any-return]


def to_json(plan: Plan) -> dict[str, Json]:
    """Return a plan as JSON values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "pipeline": plan.pipeline,
        "nodes": [node_to_json(n) for n in plan.views],
        "prepared": plan.prepared.name,
        "kept": [n.name for n in plan.kept],
        **{name: part.encode(getattr(plan, name)) for name, part in _PARTS.items()},
    }


def from_json(value: Json) -> Plan:
    """Return the plan that `to_json` wrote, validated from the ground up.

    Raises
    ------
    PlanError
        If anything in it is unknown, missing, too large, or not a valid plan.
    """
    nodes: dict[str, Node] = {}
    at = Place("", nodes)
    keys = ["format", "version", "pipeline", "nodes", "prepared", "kept", *_PARTS]
    c.require_keys(value, at, keys, [k for k in keys if k not in ("kept", "functions", "written")])
    if value["format"] != FORMAT or value["version"] != VERSION:
        raise PlanError("This is not a plan, or one of another version of Lester", "Rewrite the pipeline again.")
    if not isinstance(value["nodes"], list) or len(value["nodes"]) > c.MAX_NODES:
        raise (at / "nodes").error(f"A list of at most {c.MAX_NODES} nodes is expected")
    for i, item in enumerate(value["nodes"]):
        node = node_from_json(item, nodes, at / "nodes" / i)
        if node.name in nodes:
            raise PlanError(f"Two views are called {c.short(node.name)}")
        nodes[node.name] = node
    parts = {name: part.decode(value[name], at / name) for name, part in _PARTS.items() if name in value}
    plan = Plan(
        pipeline=c.text.decode(value["pipeline"], at / "pipeline"),
        prepared=c.node.decode(value["prepared"], at / "prepared"),
        kept=c.items(c.node).decode(value.get("kept", []), at / "kept"),
        **parts,
    )
    unused = set(nodes) - {n.name for n in plan.views}
    if unused:
        raise PlanError(f"The view {c.short(sorted(unused)[0])} is not used", "Name it under kept, or leave it out.")
    return plan


def dumps(plan: Plan) -> str:
    """Return a plan as JSON text."""
    return json.dumps(to_json(plan), ensure_ascii=False, allow_nan=False)


def loads(document: str) -> Plan:
    """Return the plan of a JSON text.

    Raises
    ------
    PlanError
        If it is no JSON, too large, or not a valid plan.
    """
    if len(document) > MAX_DOCUMENT:
        raise PlanError("The plan's JSON is too large")
    try:
        value = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise PlanError("The plan is not readable as JSON") from error
    return from_json(value)


def canonical(plan: Plan) -> dict[str, Any]:
    """Return what makes a plan the plan it is: the JSON without origins and without inferred types."""
    value = to_json(plan)
    for key in ("pipeline", "written"):
        del value[key]
    for part in (*value["nodes"], value["label"], value["split"], value["encode"], value["model"]):
        del part["lines"], part["made_by"]
        if part.get("op") == "read" and part["inferred"]:
            part["columns"] = [f["name"] for f in part["columns"]]
    return value


def plan_hash(plan: Plan) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    document = json.dumps(canonical(plan), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(document.encode("ascii")).hexdigest()
