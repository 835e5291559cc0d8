"""The whole verification: right plans are verified, wrong ones never are, whatever data they happen to agree on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lester_gui.discovery.scripts import load_script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import JoinKind, Keep, Opaque
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import Cancelled, Progress
from lester_gui.sandbox import Sandbox
from lester_gui.verify import verification
from lester_gui.verify.capture import Original
from lester_gui.verify.mutations import ALWAYS
from lester_gui.verify.plan_result import Occurrence, PlanResult
from lester_gui.verify.verdict import Verdict
from lester_gui.verify.verification import verify_plan
from tests.verify.reference_execution import executor
from tests.verify.small_projects import letters, letters_plan, shop, shop_files, shop_plan


def verify(folder: Path, sandbox: Sandbox, plan: Plan, make: Any = shop, **options: Any) -> Verdict:
    original = make(folder).original if make is not None else options.pop("original")
    execute = options.pop("execute", None) or executor(dict(original.sources))
    return verify_plan(plan, original, execute, sandbox, **{"shrink_seconds": 0.0, **options})


def test_the_right_plan_is_verified(tmp_path: Path, sandbox: Sandbox) -> None:
    verdict = verify(tmp_path, sandbox, shop_plan())
    assert (verdict.status, verdict.findings) == ("verified", ())
    assert verdict.inputs == verdict.inputs_tried >= 15
    assert {k: s.status for k, s in verdict.stages.items()} == dict.fromkeys(
        ("prepare", "encode", "label", "split", "model"), "equal"
    )
    assert all(s.status == "equal" and s.inputs_agree == s.inputs >= 15 for s in verdict.steps)
    assert (verdict.lineage.tried, verdict.lineage.wrong) == (6, 0)
    stored = json.loads(json.dumps(verdict.to_json()))
    assert Verdict.from_json(stored) == verdict
    assert "c001" not in json.dumps(stored)


def test_a_script_that_takes_long_is_tried_on_what_is_always_tried(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "INPUT_SECONDS", 0.0)
    verdict = verify(tmp_path, sandbox, shop_plan())
    assert verdict.status == "verified"
    assert 8 <= verdict.inputs <= len(ALWAYS) + 3  # the given data, and what began before the first run had an end
    assert [f.kind for f in verdict.findings] == ["fewer-inputs"]
    assert verdict.lineage.tried == 3
    wrong = verify(tmp_path / "wrong", sandbox, shop_plan(keep=Keep.FIRST))
    assert wrong.status == "differs"


def test_line_loops_and_a_stale_label_are_verified(tmp_path: Path, sandbox: Sandbox) -> None:
    verdict = verify(tmp_path, sandbox, letters_plan(), letters)
    assert verdict.status == "verified", verdict
    assert verdict.lineage.promoted >= 1  # without the last letter another day is the last one, or a dict entry comes back
    assert verdict.lineage.wrong == 0


WRONG_SHOP = {
    "first for last": shop_plan(keep=Keep.FIRST),
    "none for last": shop_plan(keep=Keep.NONE),
    "< for <=": shop_plan(comparison="pandas_gt"),
    "left for inner": shop_plan(how=JoinKind.LEFT),
    "median for mean": shop_plan(with_mean="median"),
    "sample deviation": shop_plan(ddof=1),
    "swapped blocks of X": shop_plan(blocks=("categories", "numbers")),
    "a block too few": shop_plan(blocks=("numbers",)),
    "another seed": shop_plan(seed=6),
    "another penalty": shop_plan(params=(("C", 1.0),)),
    "label with >=": shop_plan(label="pandas_ge"),
}


@pytest.mark.parametrize("name", WRONG_SHOP)
def test_wrong_plans_differ(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    verdict = verify(tmp_path, sandbox, WRONG_SHOP[name])
    assert verdict.status == "differs"
    assert verdict.counterexample is not None
    assert any(s.status in ("differs", "permuted") for s in verdict.stages.values())


WRONG_LETTERS = {
    "a row-wise label for the stale one": letters_plan(stale=False),
    "first for last": letters_plan(keep=Keep.FIRST),
    "last before the filter": letters_plan(filter_first=False),
    "sample deviation": letters_plan(ddof=1),
    "a day later": letters_plan(test_from="2024-01-02"),
}


@pytest.mark.parametrize("name", WRONG_LETTERS)
def test_wrong_plans_of_loops_differ(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    assert verify(tmp_path, sandbox, WRONG_LETTERS[name], letters).status == "differs"


HARMLESS_DATA = {
    "first for last": (shop_plan(keep=Keep.FIRST), "repeated keys"),
    "< for <=": (shop_plan(comparison="pandas_gt"), "the script's constants as data"),
}


@pytest.mark.parametrize("name", HARMLESS_DATA)
def test_what_the_given_data_do_not_show_is_found_on_edited_data(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    plan, where = HARMLESS_DATA[name]
    original = shop(tmp_path).original
    lines = shop_files()["data/customers.csv"].splitlines(keepends=True)
    (tmp_path / "data/customers.csv").write_text("".join(lines[:121]))  # nobody twice
    orders = (tmp_path / "data/orders.csv").read_text().replace(",20\n", ",30\n")  # nobody on the boundary
    (tmp_path / "data/orders.csv").write_text(orders)
    quick = verify(tmp_path, sandbox, plan, None, original=original, mutations=False)
    assert quick.status == "partly-verified"  # agrees on the given data, and that is not enough
    assert [f.kind for f in quick.findings] == ["given-data-only"]
    verdict = verify(tmp_path, sandbox, plan, None, original=original)
    assert verdict.status == "differs"
    assert verdict.counterexample is not None
    assert verdict.counterexample.input == where
    assert verdict.inputs >= 2


def test_the_counterexample_is_small(tmp_path: Path, sandbox: Sandbox) -> None:
    verdict = verify(tmp_path, sandbox, shop_plan(comparison="pandas_gt"), shrink_seconds=20.0)
    found = verdict.counterexample
    assert found is not None
    assert (found.stage, found.view, found.operator, found.line) == ("prepare", "orders-2", "Filter", 11)
    assert sum(found.source_rows.values()) <= 6
    assert b",20\n" in found.sources["data/orders.csv"]
    assert "sources" not in verdict.to_json()["counterexample"]
    assert ",20" not in repr(verdict)


def test_wrong_lineage_is_not_verified(tmp_path: Path, sandbox: Sandbox) -> None:
    def tamper(result: PlanResult) -> PlanResult:
        views = dict(result.views)
        for name, view in views.items():
            moved = tuple(
                Occurrence(o.origin, pa.array([(v % 50) + 1 for v in o.rows.to_pylist()], pa.int64()))
                if o.origin == "orders" and name != "orders"
                else o
                for o in view.occurrences
            )
            views[name] = replace(view, occurrences=moved)
        return replace(result, views=views)

    original = shop(tmp_path).original
    execute = executor(dict(original.sources), tamper=tamper)
    verdict = verify(tmp_path, sandbox, shop_plan(), None, original=original, execute=execute)
    assert verdict.status == "partly-verified"
    assert verdict.lineage.wrong >= 1
    assert "lineage" in [f.kind for f in verdict.findings]


def test_a_plan_that_refuses_data_the_script_takes(tmp_path: Path, sandbox: Sandbox) -> None:
    original = shop(tmp_path).original
    plain = executor(dict(original.sources))

    def refuses(plan: Plan, folder: Path, split: Any, ctx: Any) -> PlanResult:
        if folder != original.folder:
            raise UserError("not with me")
        return plain(plan, folder, split, ctx)

    verdict = verify(tmp_path, sandbox, shop_plan(), None, original=original, execute=refuses)
    assert verdict.status == "partly-verified"
    assert [f.kind for f in verdict.findings] == ["plan-stops"]
    assert verdict.inputs < verdict.inputs_tried

    def never(plan: Plan, folder: Path, split: Any, ctx: Any) -> PlanResult:
        raise UserError("not at all")

    verdict = verify(tmp_path, sandbox, shop_plan(), None, original=original, execute=never)
    assert verdict.status == "differs"


def test_an_opaque_step_is_at_most_partly_verified(tmp_path: Path, sandbox: Sandbox) -> None:
    original = shop(tmp_path).original
    plan = shop_plan()
    orders = next(n for n in plan.views if n.name == "orders-2")
    opaque = Opaque(
        name="orders-2",
        inputs=orders.parents,
        variables=("orders",),
        source="orders = orders[orders['amount'] >= 20]",
        output="orders",
        columns=(Field("customer", Type.STR), Field("amount", Type.INT)),
        reason="kept as it is",
        lines=(11,),
    )
    with_opaque = plan.map_nodes(lambda n: opaque if n.name == "orders-2" else n)
    execute = executor(dict(original.sources))
    verdict = verify(
        tmp_path,
        sandbox,
        with_opaque,
        None,
        original=original,
        execute=lambda p, folder, split, ctx: execute(plan, folder, split, ctx),
        mutations=False,
    )
    assert verdict.status == "partly-verified"
    assert "opaque" in [f.kind for f in verdict.findings]


def _variant(folder: Path, text: str) -> Original:
    original = shop(folder).original
    (folder / "shop.py").write_text(text)
    return replace(original, script=load_script(folder, "shop.py"))


def test_an_unseeded_split_is_taken_from_the_script(tmp_path: Path, sandbox: Sandbox) -> None:
    original = _variant(tmp_path, shop_files()["shop.py"].replace(", random_state=5", ""))
    verdict = verify(tmp_path, sandbox, shop_plan(seed=None), None, original=original)
    assert verdict.status == "verified", verdict.findings
    assert verdict.excluded == ()


def test_values_that_change_from_run_to_run_are_excluded_visibly(tmp_path: Path, sandbox: Sandbox) -> None:
    text = shop_files()["shop.py"].replace(
        "data['label'] = ", "import random\ndata['noise'] = [random.random() for _ in range(len(data))]\ndata['label'] = "
    )
    moved = shop_plan().map_nodes(lambda n: replace(n, lines=(17,)) if n.name == "data-3" else n)
    verdict = verify(tmp_path, sandbox, moved, None, original=_variant(tmp_path, text), mutations=False)
    assert verdict.excluded == ("data (line 16)", "data (line 17)")
    assert verdict.step("data-3").status == "excluded"  # type: ignore[union-attr]
    assert "nondeterministic" in [f.kind for f in verdict.findings]


def test_a_script_that_does_not_run_is_not_verified(tmp_path: Path, sandbox: Sandbox) -> None:
    original = _variant(tmp_path, shop_files()["shop.py"].replace("'country').agg", "'land').agg"))
    verdict = verify(tmp_path, sandbox, shop_plan(), None, original=original)
    assert verdict.status == "not-run"
    assert (verdict.findings[0].kind, verdict.findings[0].line) == ("script-failed", 13)


def test_a_missing_package_is_a_user_error(tmp_path: Path, sandbox: Sandbox) -> None:
    original = _variant(tmp_path, "import no_such_package\n")
    with pytest.raises(UserError, match="'no_such_package'"):
        verify(tmp_path, sandbox, shop_plan(), None, original=original)


def test_cancel(tmp_path: Path, sandbox: Sandbox) -> None:
    ctx = Progress(lambda label, fraction: ctx.cancel() if "edited" in label else None)
    with pytest.raises(Cancelled):
        verify(tmp_path, sandbox, shop_plan(), ctx=ctx)


def test_the_project_is_not_touched(tmp_path: Path, sandbox: Sandbox) -> None:
    shop(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    verify(tmp_path, sandbox, shop_plan(), mutations=False)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert sandbox.scratch is not None
    assert list(sandbox.scratch.iterdir()) == []
