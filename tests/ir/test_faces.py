"""A plan's faces say the same: plan → JSON → plan and plan → text → plan give the same hash, and bad input is refused."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.ir.expression_text import expression_text, parse_expression
from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import NODE_TYPES
from lester_gui.ir.notation import Dialect, signatures_of
from lester_gui.ir.parse import parse
from lester_gui.ir.render import RENDERERS, render
from lester_gui.ir.serialise import dumps, expr_from_json, expr_to_json, from_json, loads, plan_hash, to_json
from tests.properties.expression_strategies import untyped
from tests.properties.strategies import Case, plans

QUICK = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_every_node_type_is_rendered() -> None:
    assert set(RENDERERS) == set(NODE_TYPES)


@QUICK
@given(plans(nodes=NODE_TYPES, functions=True, wild=True))
def test_json_round_trip(case: Case) -> None:
    plan = case.plan
    again = from_json(to_json(plan))
    assert to_json(again) == to_json(plan)
    assert plan_hash(again) == plan_hash(plan) == plan_hash(loads(dumps(plan)))


@QUICK
@given(plans(nodes=NODE_TYPES, functions=True, wild=True))
def test_text_round_trip(case: Case) -> None:
    plan = case.plan
    rendered = render(plan)
    again = parse(rendered.text, plan)
    assert plan_hash(again) == plan_hash(plan), rendered.text
    assert to_json(again) == to_json(plan), "lines and makers are kept as well"
    assert render(again) == rendered


@QUICK
@given(untyped(), st.sampled_from(Dialect))
def test_expressions_round_trip(expr: Expr, dialect: Dialect) -> None:
    functions = signatures_of([expr])
    text = expression_text(expr, dialect, functions)
    assert expr_to_json(parse_expression(text, dialect, functions)) == expr_to_json(expr), text
    assert expr_to_json(expr_from_json(expr_to_json(expr))) == expr_to_json(expr)
