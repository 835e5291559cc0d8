"""Estimators within estimators, dicts, functions, branches and numbered labels: the same in JSON and in text, and never more."""

import json
from dataclasses import replace

import pytest

from lester_gui.ir.learning import Block, Encode, Transformer
from lester_gui.ir.options import Pairs, Reference, Unfitted
from lester_gui.ir.parse import parse
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import render
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import from_json, plan_hash, to_json

from .example_plan import example_plan

PLAN = example_plan()
SEARCH = (
    ("cv", Unfitted("sklearn.model_selection.StratifiedKFold", (("n_splits", 3), ("shuffle", True)))),
    (
        "estimator",
        Unfitted(
            "sklearn.pipeline.Pipeline",
            (
                (
                    "steps",
                    (
                        ("sel", Unfitted("sklearn.feature_selection.SelectKBest", (("score_func", Reference("sklearn.f")),))),
                        ("clf", Unfitted("sklearn.svm.SVC", (("class_weight", Pairs(((0, 1.0), ("a b", -2)))),))),
                    ),
                ),
            ),
        ),
    ),
    ("param_grid", Pairs((("clf__C", (0.1, 1.0)), ("odd name", ((50,), None))))),
)
BRANCHES = Encode(
    blocks=(
        Block(
            "everything",
            ("county", "income"),
            (
                Transformer(
                    "beside",
                    branches=(
                        Block("c", ("county",), (Transformer("one_hot"),)),
                        Block("two words", ("income", "income"), (Transformer("standard_scaler", fit_on="train"),)),
                        Block("deep", (), (Transformer("beside", branches=(Block("x", (), (Transformer("passthrough"),)),)),)),
                    ),
                ),
                Transformer("refitted", (("transformer", Unfitted("sklearn.decomposition.PCA", (("n_components", 2),))),)),
            ),
        ),
    ),
    fit_on="all",
)
NESTED = replace(
    PLAN,
    label=replace(PLAN.label, codes="sorted"),
    encode=BRANCHES,
    model=replace(PLAN.model, estimator="sklearn.model_selection.GridSearchCV", params=SEARCH),
)


def test_json_and_text_give_the_same_plan_back() -> None:
    again = from_json(json.loads(json.dumps(to_json(NESTED))))
    assert again == NESTED
    assert plan_hash(again) == plan_hash(NESTED) != plan_hash(PLAN)
    text = render(NESTED).text
    assert parse(text, NESTED) == NESTED
    assert 'label("sorted_codes", label=' in text
    assert 'estimator("sklearn.svm.SVC", class_weight={0: 1.0, "a b": -2})' in text


def edited(old: str, new: str) -> str:
    text = render(NESTED).text
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('function("sklearn.f")', "sklearn.f"),
        ('function("sklearn.f")', 'open("x")'),
        ("{0: 1.0", "{**a, 0: 1.0"),
        ('"sorted_codes"', '"by_size"'),
        ('estimator("sklearn.svm.SVC"', "estimator(1"),
    ],
)
def test_text_outside_the_notation_is_refused(old: str, new: str) -> None:
    with pytest.raises(PlanError):
        parse(edited(old, new), NESTED)


def test_nesting_has_an_end() -> None:
    deep: object = 1
    for _ in range(40):
        deep = Unfitted("sklearn.x.Y", (("estimator", deep),))  # type: ignore[arg-type]
    plan: Plan = replace(PLAN, model=replace(PLAN.model, params=(("estimator", deep),)))  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="nested too deeply"):
        to_json(plan)
    with pytest.raises(PlanError, match="nested too deeply"):
        parse(render(plan).text, PLAN)


def test_a_reader_takes_no_objects() -> None:
    document = to_json(PLAN)
    document["nodes"][0]["options"] = {"sep": {"unfitted": "sklearn.x.Y", "params": {}}}
    with pytest.raises(PlanError, match="object stands where none may"):
        from_json(document)


def test_branches_belong_to_beside_and_take_what_reaches_them() -> None:
    with pytest.raises(PlanError, match="Branches belong"):
        Transformer("beside")
    with pytest.raises(PlanError, match="Branches belong"):
        Transformer("one_hot", branches=(Block("a", (), ()),))
    beside = Transformer("beside", branches=(Block("a", ("income",), ()),))
    with pytest.raises(PlanError, match="do not reach it"):
        Block("b", ("county",), (beside,))
    with pytest.raises(PlanError, match="do not reach it"):
        Block("b", ("income",), (Transformer("one_hot"), beside))
    with pytest.raises(PlanError, match="fitted on train"):
        replace(BRANCHES, fit_on="train")
    with pytest.raises(PlanError, match="numbered"):
        replace(PLAN.label, codes="by size")
