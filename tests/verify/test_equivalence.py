"""One captured run of each script against right and tampered results of its plan, stage by stage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lester_gui.ir.learning import Model
from lester_gui.progress import silent
from lester_gui.sandbox import Sandbox
from lester_gui.verify.capture import OriginalRun, capture_twice
from lester_gui.verify.equivalence import Comparison, compare
from lester_gui.verify.plan_result import PlanResult
from tests.verify.reference_execution import executor
from tests.verify.small_projects import Sample, letters, shop, shop_plan

Case = tuple[Sample, OriginalRun, PlanResult]


def _case(make: Callable[[Path], Sample], folder: Path, sandbox: Sandbox) -> Case:
    project = make(folder)
    original = capture_twice(project.original, sandbox, project.plan.model, silent())
    assert original.run.status == "finished", original.run.output
    execute = executor(dict(project.original.sources))
    return project, original, execute(project.plan, folder, None, silent())


@pytest.fixture(scope="session")
def shop_case(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Case:
    return _case(shop, tmp_path_factory.mktemp("shop"), sandbox)


@pytest.fixture(scope="session")
def letters_case(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Case:
    return _case(letters, tmp_path_factory.mktemp("letters"), sandbox)


def statuses(c: Comparison) -> dict[str, str]:
    return {stage: result.status for stage, result in c.stages.items()}


ALL_EQUAL = dict.fromkeys(("prepare", "encode", "label", "split", "model"), "equal")


def test_right_plans_are_equal(shop_case: Case, letters_case: Case) -> None:
    for project, original, result in (shop_case, letters_case):
        c = compare(project.plan, result, original)
        assert statuses(c) == ALL_EQUAL, c.stages
        assert c.differing_stage == ""


def test_every_view_of_the_frames_has_its_variable(shop_case: Case) -> None:
    project, original, result = shop_case
    c = compare(project.plan, result, original)
    assert {v.view: (v.variable, v.line) for v in c.views.values()} == {
        "customers": ("customers", 8),
        "orders": ("orders", 9),
        "customers-2": ("customers", 10),
        "orders-2": ("orders", 11),
        "data": ("data", 12),
        "means": ("means", 13),
        "data-2": ("data", 14),
        "data-3": ("data", 15),
    }


def test_dicts_and_lists_of_rows_are_compared(letters_case: Case) -> None:
    project, original, result = letters_case
    c = compare(project.plan, result, original)
    assert c.views["people"].status == "order"  # a dict keeps the place of the first entry, the plan that of the last
    assert c.views["rows"].status == "equal"
    assert c.views["rows"].difference is not None
    assert len(c.views["rows"].difference.compared) == 5


def _x(change: Callable[[Any], Any]) -> Callable[[PlanResult], PlanResult]:
    return lambda r: replace(r, X_train=change(r.X_train), X_test=change(r.X_test))


def _cell(value: float) -> Callable[[PlanResult], PlanResult]:
    def change(r: PlanResult) -> PlanResult:
        X = np.array(r.X_train)
        X[3, 1] += value
        return replace(r, X_train=X)

    return change


def _labels(change: Callable[[Any], Any]) -> Callable[[PlanResult], PlanResult]:
    return lambda r: replace(r, y=change(np.array(r.y)))


def _flip_one(y: Any) -> Any:
    y[-1] = not y[-1]
    return y


def _view(name: str, change: Callable[[pa.Table], pa.Table]) -> Callable[[PlanResult], PlanResult]:
    return lambda r: replace(r, views={**r.views, name: replace(r.views[name], table=change(r.views[name].table))})


def _one_value(column: str, value: object) -> Callable[[pa.Table], pa.Table]:
    def change(t: pa.Table) -> pa.Table:
        cells = t.column(column).to_pylist()
        cells[2] = value
        return t.set_column(t.column_names.index(column), column, pa.array(cells, t.column(column).type))

    return change


TAMPERED = {
    "swapped columns of X": ("encode", _x(lambda X: X[:, [1, 0, 2, 3, 4]])),
    "a column of X left out": ("encode", _x(lambda X: X[:, :4])),
    "one cell of X": ("encode", _cell(1e-3)),
    "sample deviation": ("encode", _x(lambda X: X * np.array([193 / 194, 193 / 194, 1, 1, 1]) ** 0.5)),
    "rows of X in another order": ("encode", lambda r: replace(r, X_train=r.X_train[::-1])),
    "a test row more": ("encode", lambda r: replace(r, X_test=np.vstack([r.X_test, r.X_test[:1]]))),
    "one label": ("label", _labels(_flip_one)),
    "all labels the other way": ("label", _labels(lambda y: ~y)),
    "labels of other rows": ("label", _labels(lambda y: np.roll(y, 1))),
    "constant labels": ("label", _labels(lambda y: np.full_like(y, y[-1]))),
    "two rows change sides": (
        "split",
        lambda r: replace(r, train=np.r_[r.test[:1], r.train[1:]], test=np.r_[r.train[:1], r.test[1:]]),
    ),
    "training rows in another order": ("split", lambda r: replace(r, train=np.sort(r.train))),
    "one prediction": ("model", lambda r: replace(r, predictions=np.r_[[not r.predictions[0]], r.predictions[1:]])),
    "a view without its last row": ("prepare", _view("data-2", lambda t: t.slice(0, t.num_rows - 1))),
    "a view with a row twice": ("prepare", _view("orders-2", lambda t: pa.concat_tables([t, t.slice(0, 1)]))),
    "an empty text for a missing one": ("prepare", _view("customers-2", _one_value("country", ""))),
    "a missing value for a text": ("prepare", _view("customers-2", _one_value("country", None))),
    "a mean that is a little off": ("prepare", _view("means", _one_value("mean_amount", 50.0))),
    "a number next to it": ("prepare", _view("orders-2", _one_value("amount", 21))),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_results_are_caught(shop_case: Case, name: str) -> None:
    project, original, result = shop_case
    stage, tamper = TAMPERED[name]
    c = compare(project.plan, tamper(result), original)
    assert c.stages[stage].status in ("differs", "permuted"), c.stages[stage]
    assert c.differing_stage


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Model(estimator="sklearn.linear_model.LogisticRegression"), "parameter C"),
        (Model(estimator="sklearn.linear_model.LogisticRegression", params=(("C", 0.5), ("max_iter", 101))), "max_iter"),
        (Model(estimator="sklearn.linear_model.RidgeClassifier"), "a RidgeClassifier"),
    ],
)
def test_another_model_is_caught_where_predictions_agree(shop_case: Case, model: Model, says: str) -> None:
    project, original, result = shop_case
    c = compare(replace(project.plan, model=model), result, original)
    assert c.stages["model"].status == "differs"
    assert says in c.stages["model"].fact


def test_rounding_that_an_iterative_model_amplifies_is_told_apart(shop_case: Case) -> None:
    project, original, result = shop_case
    moved = replace(result, predictions=np.r_[[not result.predictions[0]], result.predictions[1:]])  # type: ignore[index]

    def refit(plan: object, X: Any, y: Any, X_test: Any) -> Any:
        assert np.allclose(X, result.X_train)
        return result.predictions

    c = compare(project.plan, moved, original, refit)
    assert c.stages["model"].status == "equal"
    assert "own matrix" in c.stages["model"].fact
    c = compare(project.plan, moved, original, lambda *a: moved.predictions)  # type: ignore[arg-type, return-value]
    assert c.stages["model"].status == "differs"


def test_what_was_not_reached_is_not_equal(shop_case: Case) -> None:
    project, original, result = shop_case
    stopped = PlanResult(dict(list(result.views.items())[:2]), stopped="prepare")
    c = compare(project.plan, stopped, original)
    assert {k: v for k, v in statuses(c).items() if k != "prepare"} == dict.fromkeys(
        ("encode", "label", "split", "model"), "not-compared"
    )
    assert c.views["data"].status == "not-compared"


def test_nothing_personal_in_evidence(shop_case: Case) -> None:
    _, original, result = shop_case
    c = compare(shop_plan(), _view("customers-2", _one_value("country", "Zq"))(result), original)
    text = repr(c) + repr(original) + repr(result)
    assert "c001" not in text
    assert "Zq" not in text
