"""What the hash looks at, and which JSON is refused, by what message."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir import codec, serialise
from lester_gui.ir.expressions import Call, Column, Expr, Literal, col, lit, op
from lester_gui.ir.learning import Label, Split
from lester_gui.ir.nodes import NODE_TYPES, Node, Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, PlanError, Type
from lester_gui.ir.serialise import expr_from_json, expr_to_json, from_json, loads, plan_hash, to_json
from tests.ir.example_plan import example_plan

PLAN = example_plan()


def test_every_node_and_field_is_written() -> None:
    assert {kind for kind, _ in serialise.NODES.values()} == set(NODE_TYPES)
    for node in PLAN.views:
        written = serialise.node_to_json(node)
        assert set(written) == {"op", *(f.name for f in fields(node))}
    for part in (replace(PLAN.label, codes="sorted"), PLAN.encode, PLAN.model, *PLAN.functions, *PLAN.written):
        codecs = {Label: "label"}.get(type(part), type(part).__name__.lower())
        codecs = {"writtenfile": "written"}.get(codecs, codecs)
        assert set(getattr(serialise, f"_{codecs}").encode(part)) == {f.name for f in fields(part)}


def test_every_field_of_a_split_is_written_where_it_says_something() -> None:
    every = Split(kind="positional", method="every", every=5, offsets=(1,))
    groups = Split(kind="random", method="numpy_legacy", train_size=3, by=Column("ssn"), groups="sorted", in_order=True)
    folds = Split(kind="random", method="kfold", folds=4, seed=1, first_fold=True)
    inner = Split(kind="positional", train_size=0.5, whole=True)
    again = Split(kind="positional", train_size=0.5, again=inner, of="test", validation="test")
    chosen = Split(kind="expression", test=Column("late"), validates=Column("held"), trains=Column("early"))
    written = set[str]().union(*(serialise._split.encode(s) for s in (PLAN.split, every, groups, folds, again, inner, chosen)))
    assert written == {f.name for f in fields(Split)}
    assert "every" not in serialise._split.encode(PLAN.split), "plans that were stored keep their hashes"


def test_the_json_is_json_and_keeps_everything() -> None:
    again = from_json(json.loads(json.dumps(to_json(PLAN), allow_nan=False)))
    assert again == PLAN and again.pipeline == PLAN.pipeline and again.written == PLAN.written
    assert [(v.lines, v.made_by) for v in again.views] == [(v.lines, v.made_by) for v in PLAN.views]
    joined = again.view("data-2")
    assert joined.parents[0] is again.view("complications").parents[0], "shared parents stay shared"


def change_view(name: str, /, **change: Any) -> Plan:
    return PLAN.map_nodes(lambda n: replace(n, **change) if n.name == name else n)


def other_types(node: Node) -> Node:
    if not isinstance(node, Read):
        return node
    return replace(node, columns=tuple(Field(f.name, f.type, True) if f.name != "note" else f for f in node.columns))


SAME: dict[str, Callable[[], Plan]] = {
    "lines": lambda: change_view("data-5", lines=(1, 2)),
    "maker": lambda: change_view("data-5", made_by="person"),
    "label lines": lambda: replace(PLAN, label=replace(PLAN.label, lines=(), made_by="x")),
    "pipeline": lambda: replace(PLAN, pipeline="other"),
    "written files": lambda: replace(PLAN, written=()),
    "inferred types": lambda: PLAN.map_nodes(other_types),
}
DIFFERENT: dict[str, Callable[[], Plan]] = {
    "view name": lambda: change_view("data-5", name="other"),
    "predicate": lambda: change_view("data-5", predicate=op("is_in", col("county"), lit("county2"))),
    "option": lambda: change_view("patients", options=(("sep", ";"),)),
    "types that were declared": lambda: change_view("histories", inferred=False),
    "seed": lambda: replace(PLAN, split=replace(PLAN.split, seed=43)),
    "true for one": lambda: replace(PLAN, model=replace(PLAN.model, params=(("max_iter", True),))),
    "float for int": lambda: replace(PLAN, model=replace(PLAN.model, params=(("max_iter", 1000.0),))),
    "function": lambda: replace(PLAN, functions=(replace(PLAN.functions[0], source="def is_urgent(n): return True\n"),)),
    "kept": lambda: replace(PLAN, kept=(PLAN.view("complications"),)),
}


@pytest.mark.parametrize("what", SAME)
def test_hash_does_not_look_at(what: str) -> None:
    assert plan_hash(SAME[what]()) == plan_hash(PLAN)


@pytest.mark.parametrize("what", DIFFERENT)
def test_hash_looks_at(what: str) -> None:
    assert plan_hash(DIFFERENT[what]()) != plan_hash(PLAN)


def test_the_hash_of_a_plan_does_not_change_between_versions() -> None:
    assert plan_hash(PLAN) == "1dd0233831ede00425071ffd68b20a28c1f87284641375f930aa4bba052ac5e9"


def test_expressions() -> None:
    expr = op("and", op("pandas_eq", col("a"), lit(1)), Call("f", (Literal(None, Type.STR),), Type.BOOL))
    assert expr_to_json(expr) == {
        "op": "and",
        "args": [
            {"op": "pandas_eq", "args": [{"column": "a"}, {"literal": 1}]},
            {"call": "f", "args": [{"literal": None, "type": "str"}], "type": "bool", "nullable": False},
        ],
    }
    assert expr_from_json(expr_to_json(expr)) == expr


def broken(path: str, value: Any) -> Any:
    """Return the plan's JSON with `value` put at ``a.0.b``; a key that is removed is ``...``."""
    document = json.loads(json.dumps(to_json(PLAN)))
    *above, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    place = document
    for part in above:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


HOSTILE: list[tuple[str, Any, str]] = [
    ("format", "other", "not a plan"),
    ("version", 2, "another version"),
    ("extra", 1, "no field 'extra'"),
    ("prepared", ..., "'prepared' is missing"),
    ("prepared", "nobody", "no view 'nobody'"),
    ("nodes", {}, "nodes is expected"),
    ("nodes.0", [], "operations read, filter"),
    ("nodes.0.op", "exec", "operations read, filter"),
    ("nodes.0.code", "import os", "no field 'code' (in the plan's JSON at nodes[0])"),
    ("nodes.0.name", 7, "A text is expected (in the plan's JSON at nodes[0].name)"),
    ("nodes.0.name", "__x", "not a view name"),
    ("nodes.0.reader", "pickle", "One of pandas_csv"),
    ("nodes.0.columns.0.type", "object", "One of bool"),
    ("nodes.0.columns.0.nullable", 1, "true or false"),
    ("nodes.0.options", {"a": {"b": 1}}, "A text, a number"),
    ("nodes.0.options", {"a": [[[[[1]]]]]}, "nested too deeply"),
    ("nodes.0.lines", ["1"], "whole number"),
    ("nodes.2.left", "data-5", "no view 'data-5' before"),
    ("nodes.2.on", [["ssn"]], "A list of 2"),
    ("nodes.2.on", [["ssn", "nobody"]], "no column 'nobody' (script line 22)"),
    ("nodes.2.how", "natural", "One of inner"),
    ("nodes.3.measures.0.function", "eval", "no aggregate 'eval' (script line 23)"),
    ("nodes.3.measures.0.share", 0.5, "A quantile, and nothing else, has a share between 0 and 1 (script line 23)"),
    ("nodes.7.predicate", {"op": "eval", "args": []}, "no operator 'eval'"),
    ("nodes.7.predicate", {"op": "not"}, "'args' is missing"),
    ("nodes.7.predicate", {"literal": {"a": 1}}, "A text, a number"),
    ("nodes.7.predicate", {"literal": 10**60}, "too large"),
    ("nodes.7.predicate", {"literal": "\ud800"}, "not valid Unicode"),
    ("nodes.7.predicate", {"literal": None}, "needs a type"),
    ("nodes.7.predicate", {"literal": "x", "type": "int"}, "cannot be written as"),
    ("nodes.7.predicate", {"column": "risky", "op": "not"}, "no field 'op'"),
    ("nodes.7.predicate", {"call": "system", "args": [], "type": "bool"}, "does not carry the function 'system'"),
    ("nodes.7.predicate", {"call": "f", "args": "x", "type": "bool"}, "list of arguments"),
    ("nodes.7.predicate", [], "An expression is expected"),
    ("nodes.7.predicate", {"column": "county"}, "always true or false"),
    ("split.kind", "magic", "no split of kind 'magic'"),
    ("split.test_size", "0.25", "A number is expected"),
    ("encode.blocks.0.columns", ["nobody"], "no column 'nobody'"),
    ("encode.fit_on", "test", "train or all"),
    ("functions.0.modules", [["a", "b", "c"]], "A list of 2"),
    ("functions", [], "does not carry the function 'is_urgent'"),
    ("kept", ["nobody"], "no view 'nobody'"),
]


@pytest.mark.parametrize(("path", "value", "message"), HOSTILE, ids=[f"{p}-{i}" for i, (p, _, _) in enumerate(HOSTILE)])
def test_what_is_not_a_plan_is_refused_by_name(path: str, value: Any, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        from_json(broken(path, value))
    assert message in caught.value.message


def test_two_views_of_one_name_and_a_view_that_nobody_reads() -> None:
    document = to_json(PLAN)
    document["nodes"].append(document["nodes"][0])
    with pytest.raises(PlanError, match="Two views are called 'patients'"):
        from_json(document)
    document["nodes"][-1] = {**document["nodes"][0], "name": "more"}
    with pytest.raises(PlanError, match="'more' is not used"):
        from_json(document)


def test_a_long_name_is_cut_in_the_message() -> None:
    with pytest.raises(PlanError) as caught:
        from_json({**to_json(PLAN), "x" * 5000: 1})
    assert len(caught.value.message) < 200


def deep(levels: int) -> Expr:
    expr: Expr = col("risky")
    for _ in range(levels):
        expr = op("not", expr)
    return expr


def test_depth_and_size_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan_hash(change_view("data-5", predicate=deep(codec.MAX_DEPTH)))
    with pytest.raises(PlanError, match="too deeply"):
        expr_to_json(deep(codec.MAX_DEPTH + 1))
    value: Any = {"column": "risky"}
    for _ in range(100_000):
        value = {"op": "not", "args": [value]}
    with pytest.raises(PlanError, match="too deeply"):
        expr_from_json(value)
    with pytest.raises(PlanError, match="not readable as JSON"):
        loads('{"op": "not", "args": [' * 100_000)
    with pytest.raises(PlanError, match="not readable as JSON"):
        loads("nonsense")
    wide = {"op": "and", "args": [{"column": "risky"}] * (codec.MAX_ITEMS + 1)}
    with pytest.raises(PlanError, match="arguments"):
        expr_from_json(wide)
    with pytest.raises(PlanError, match="has too many"):
        expr_from_json({"op": "and", "args": [{"op": "and", "args": [{"column": "a"}] * 15_000}] * 10})
    with pytest.raises(PlanError, match="at most 2000 nodes"):
        from_json({**to_json(PLAN), "nodes": [{}] * 2001})
    monkeypatch.setattr(serialise, "MAX_DOCUMENT", 10)
    with pytest.raises(PlanError, match="too large"):
        loads("{" + " " * 20 + "}")


def test_values_that_do_not_belong_in_a_plan_are_not_written() -> None:
    for value in ([1], {"a": 1}, b"x", object()):
        with pytest.raises(PlanError):
            to_json(replace(PLAN, model=replace(PLAN.model, params=(("p", value),))))  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="given twice"):
        to_json(replace(PLAN, model=replace(PLAN.model, params=(("p", 1), ("p", 2)))))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


def paths(value: Any, prefix: str = "") -> list[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    out = []
    for key, inner in items:
        out += [f"{prefix}{key}", *paths(inner, f"{prefix}{key}.")]
    return out


PATHS = paths(json.loads(json.dumps(to_json(PLAN))))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PATHS), json_values)
def test_anything_anywhere_is_a_plan_or_a_plan_error(path: str, value: Any) -> None:
    try:
        plan = from_json(broken(path, value))
    except PlanError:
        return
    assert plan_hash(from_json(to_json(plan))) == plan_hash(plan)
