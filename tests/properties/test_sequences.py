"""Random plans over every kind of node through random sequences of deletions, corrections and insertions."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import NODE_TYPES
from lester_gui.ir.schema import PlanError
from tests.properties.sequences import Kept, Told, check_change
from tests.properties.strategies import Case, plans
from tests.reference.operators import EvaluationError

SHARDS = 8
QUICK, LONG = 25, 250  # examples of each
every_plan = st.sampled_from([0, 5, 5, 5]).flatmap(
    lambda rows: plans(nodes=NODE_TYPES, functions=True, any_learning=True, min_rows=rows, max_rows=10)
)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """What all examples saw; printed at the end (`pytest -s`)."""
    found = Told()
    yield found
    print("\n" + "\n".join(found.lines()))


def through_a_sequence(case: Case, data: st.DataObject, told: Told) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            kept = Kept(case, Path(folder))
        except UserError:
            told.seen["plans that the data stop"] += 1
            return
        with kept:
            told.seen["plans that learn" if kept.learns else "plans of views only"] += 1
            try:
                kept.check_reference(kept.reference())
            except (EvaluationError, PlanError) as error:
                raise AssertionError("the reference stops where a run does not") from error
            for _ in range(data.draw(st.integers(1, 3))):
                change = kept.draw(data, "ddci")
                if change is None or not check_change(kept, change, told):
                    return


@pytest.mark.parametrize("shard", range(SHARDS))
@settings(max_examples=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=every_plan, data=st.data())
def test_what_is_maintained_equals_replay_and_reference(case: Case, data: st.DataObject, shard: int, told: Told) -> None:
    through_a_sequence(case, data, told)


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
@settings(max_examples=LONG, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=every_plan, data=st.data())
def test_the_same_of_thousands(case: Case, data: st.DataObject, shard: int, told: Told) -> None:
    through_a_sequence(case, data, told)
