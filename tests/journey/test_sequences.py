"""Random erasures and corrections in random order: after each the state is a replay's, at the end that of a run from scratch."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from lester_gui.session import Session
from tests.journey.officers import assert_as_from_scratch, assert_same_plan, handle, sides

Copy = Callable[[str], Path]
PIPELINE = "complications"
STEPS = 5


def correction(rng: random.Random) -> tuple[str, ...]:
    """Return one or two new cells; some are missing, some were never seen in their column."""
    cells = (
        f"patients.income={rng.randrange(0, 400_000) / 4}",
        f"patients.county={rng.choice(['county1', 'county2', 'county3', 'county9', ''])}",
        f"patients.race={rng.choice(['race1', 'race2', 'race9', ''])}",
        f"patients.num_children={rng.randrange(0, 9)}",
        f"patients.age_group={rng.choice(['group1', 'group2', 'group3', 'group4'])}",
        f"histories.complications={rng.randrange(0, 12)}",
        f"histories.smoker={rng.choice(['True', 'False', ''])}",
    )
    return tuple(rng.sample(cells, rng.randrange(1, 3)))


@pytest.mark.parametrize("seed", [pytest.param(s, marks=[pytest.mark.long] if s > 2 else []) for s in range(1, 9)])
def test_what_is_maintained_stays_a_rerun(copy_of: Copy, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    folder = copy_of("hospital")
    with open(folder / "data/patients.csv", newline="") as file:
        people = [row["ssn"] for row in csv.DictReader(file)]
    with Session.open(folder, user="ines") as session:
        before = sides(session, PIPELINE)
        for _ in range(STEPS):
            ssn = rng.choice(people)
            if rng.random() < 0.5:
                people.remove(ssn)
                done = handle(session, ssn, purge=rng.random() < 0.3)
            else:
                done = handle(session, ssn, "rectification", correction(rng), purge=rng.random() < 0.3)
            wrong = [a for r in done.applied["replay"]["pipelines"] for a in r["artefacts"] if not a["equal"]]
            assert wrong == []
        assert session.purge()["status"] in ("done", "nothing to purge")
        after = sides(session, PIPELINE)
        assert all(after[k] == before[k] for k in before.keys() & after.keys())
        assert session.ask_original(PIPELINE)["equal"]
        assert_same_plan(session, PIPELINE)
        assert_as_from_scratch(session, PIPELINE, tmp_path)
        assert session.audit()["intact"]
    with open(folder / "data/patients.csv", newline="") as file:
        assert [row["ssn"] for row in csv.DictReader(file)] == people
