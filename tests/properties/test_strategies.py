"""Random plans hold everything that a plan can hold: a class, kind or function that is never drawn is never tested."""

from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Call, walk
from lester_gui.ir.learning import Split
from lester_gui.ir.nodes import (
    NODE_TYPES,
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Node,
    Opaque,
    Project,
    Reader,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.operators import AGGREGATES, QUANTILE
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Schema
from lester_gui.ir.windows import WINDOWS
from tests.properties.learning_strategies import MODELS, OF_NUMBERS, OF_TEXTS, SPLITS
from tests.properties.strategies import Case, plans

EVERY = (
    {t.__name__ for t in NODE_TYPES}
    | {f"join {k}" for k in JoinKind}
    | {f"take {t}" for t in Take}
    | {f"keep {k}" for k in Keep}
    | {f"groups {o}" for o in GroupOrder}
    | {f"measure {f}" for f in (*AGGREGATES, QUANTILE.name)}
    | {f"window {f}" for f in WINDOWS}
    | {f"broadcast {p}" for p in ("first", "last", "only")}
    | {f"encoder {f}" for f in (*OF_NUMBERS, *OF_TEXTS)}
    | {f"model {m.estimator}" for m in MODELS}
    | {f"split {name}" for name in SPLITS}
    | {"self-join", "user function", "limit from the end", "concat of one table with itself"}
    | {"melt", "opaque that keeps rows", "opaque that keeps none", "parsed time", "empty lists kept", "empty lists dropped"}
    | {"sort descending", "distinct on all columns", "groups of nothing", "missing keys match", "missing keys form a group"}
)  # fmt: skip

_OF_COLUMNS = {"by group", "expression", "three conditions", "some on no side"}
_SPLIT = {make(Schema(()), st.DrawFn): name for name, make in SPLITS.items() if name not in _OF_COLUMNS}


def held(plan: Plan) -> Iterator[str]:
    """Yield what a plan holds, by the names of `EVERY`."""
    for node in plan.views:
        yield type(node).__name__
        yield from _of_node(node)
    yield f"split {_way(plan.split)}"
    yield from (f"encoder {b.name.rpartition(' of ')[0]}" for b in plan.encode.blocks)
    yield f"model {plan.model.estimator}"


def _way(split: Split) -> str:
    if split.test is not None:
        return "some on no side" if split.trains else "three conditions" if split.validates else "expression"
    return "by group" if split.by else _SPLIT[split]


def _of_node(node: Node) -> Iterator[str]:
    match node:
        case Join():
            yield f"join {node.how}"
            yield f"take {node.take}"
            yield from ["self-join"] * (node.left is node.right)
            yield from ["missing keys match"] * node.null_keys_match
        case Aggregate():
            yield f"groups {node.order}"
            yield from (f"measure {m.function}" for m in node.measures)
            yield from ["groups of nothing"] * (not node.by) + ["missing keys form a group"] * (not node.drop_null_keys)
        case Window():
            yield from (f"window {c.function}" for c in node.columns)
        case Distinct():
            yield f"keep {node.keep}"
            yield from ["distinct on all columns"] * (not node.subset)
        case Broadcast():
            yield f"broadcast {node.position}"
        case Limit() if node.offset < 0:
            yield "limit from the end"
        case Concat():
            yield "concat of one table with itself" if len(set(map(id, node.inputs))) < len(node.inputs) else ""
            yield "melt" if "variable" in node.schema and len(node.inputs) > 1 else ""
        case Opaque():
            yield "opaque that keeps rows" if node.keeps_rows else "opaque that keeps none"
        case Explode():
            yield "empty lists kept" if node.keep_empty else "empty lists dropped"
        case Sort():
            yield from ["sort descending"] * any(not up for _, up in node.by)
        case Project():
            inside = [e for _, expr in node.assigned for e in walk(expr)]
            yield from ["user function"] * any(isinstance(e, Call) for e in inside)
            yield from ["parsed time"] * any(getattr(e, "operator", "") == "try_time" for e in inside)


def test_everything_is_drawn() -> None:
    seen: set[str] = set()
    every = plans(nodes=NODE_TYPES, functions=True, any_learning=True, min_rows=1, max_rows=1, readers={Reader.PANDAS_CSV})

    def draw(case: Case) -> None:
        seen.update(held(case.plan))

    quietly = settings(max_examples=250, deadline=None, database=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck))  # fmt: skip
    for number in range(12):  # what the sequences draw in their long tier
        seed(number)(quietly(given(every)(draw)))()
        if seen >= EVERY:
            return
    assert EVERY - seen == set()
