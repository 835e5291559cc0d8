"""Wrong plans, mechanically made: each is another plan, and those that were accepted falsely once are refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lester_gui.ir.nodes import NODE_TYPES
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import loads, plan_hash
from lester_gui.session import Session
from tests.benchmarks.programs import CORPUS, programs
from tests.verify import plan_mutants
from tests.verify.mutant_verdicts import Bench
from tests.verify.plan_mutants import Mutant, mutants

PLANS = sorted(CORPUS.glob("*.out.json"))


def test_every_node_has_mutants() -> None:
    assert set(plan_mutants._VARIANTS) == set(NODE_TYPES)


def test_mutants_are_other_plans_and_each_comes_once() -> None:
    made = 0
    for path in PLANS[:6]:
        plan = loads(path.read_text("utf-8"))
        hashes = [plan_hash(m.plan) for m in mutants(plan)]
        assert len(set(hashes)) == len(hashes)
        assert plan_hash(plan) not in hashes
        made += len(hashes)
    assert made > 500


class Opened:
    """Benches of pairs, opened when first asked for, so that a script's runs serve all tests of its mutants."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, tuple[Session, Bench]] = {}

    def __call__(self, name: str) -> Bench:
        if name not in self._open:
            program = next(p for p in programs(name=f"pairs/{name}"))
            session = Session(program.copy(self._folder))
            pipeline = session.scan()["pipelines"][0]["name"]
            plan = session.rules_of(pipeline, session.script_of(pipeline)).plan
            assert plan is not None
            self._open[name] = session, Bench.of(session, pipeline, plan)
        return self._open[name][1]

    def close(self) -> None:
        for session, bench in self._open.values():
            bench.close()
            session.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    benches = Opened(tmp_path_factory.mktemp("benches"))
    yield benches
    benches.close()


def of_family(plan: Plan, family: str, place: str) -> list[Mutant]:
    found = [m for m in mutants(plan) if m.family == family and m.place == place]
    assert found, f"no mutant {family} in {place}"
    return found


# Each was accepted once: what the edits lacked then is named beside it.
ACCEPTED_ONCE = (
    ("01", "unknown categories", "encode"),  # a category that only test rows have
    ("01", "zero_std", "encode"),  # a column without spread
    ("01", "dropped category", "encode"),  # a column of two categories
    ("01", "random state", "split"),  # a plan without a seed was given the script's own split
    ("14", "column of the same type", "texts"),  # a place of a tuple that no column of the plan matches
    ("18", "argument dropped", "df"),  # an empty cell in columns that are neither numbers nor categories
    ("20", "argument dropped", "df-3"),  # the same
    ("11", "operator", "chosen_computed"),  # a text that contains what it should begin with
    ("03", "sort key added", "df-10"),  # rows that are equal in all keys of a sort
    ("02", "numbering of labels", "label"),  # truth values that equal 0 and 1 as long as both occur
    ("05", "missing group keys", "visits_window"),  # text in a column of flags stopped the script before it was seen
    ("07", "split: operator", "split"),  # a day that is missing
)


@pytest.mark.long
@pytest.mark.parametrize(("program", "family", "place"), ACCEPTED_ONCE)
def test_what_was_accepted_once_is_refused(opened: Opened, program: str, family: str, place: str) -> None:
    bench = opened(program)
    judged = [bench.judge(m) for m in of_family(bench.plan, family, place)]
    assert not [j for j in judged if j.outcome == "false accept"]
    assert any(j.outcome == "refused" for j in judged)


@pytest.mark.long
@pytest.mark.parametrize("program", ["10", "21"])
def test_no_mutant_is_accepted_falsely(opened: Opened, program: str) -> None:
    judged = list(opened(program).judged(40))
    assert not [j for j in judged if j.outcome == "false accept"]
    assert sum(j.outcome == "refused" for j in judged) > 25
