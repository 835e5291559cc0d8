"""Scripts that nobody wrote: what is lifted does what the script does, on its data and on others."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.rewrite import generated
from tests.rewrite.differential import assert_same, original, rewritten
from tests.rewrite.generated import ESTIMATOR, STATEMENTS, Script

OTHER_DATA = 3


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s[0][:60])
def test_each_statement_alone_is_lifted(tmp_path: Path, statement: tuple[str, str]) -> None:
    tried = 0
    for seed in range(8):
        script = Script(random.Random(f"{statement}/{seed}"))
        script.grow(statement)
        if tried < 2 and _runs(tmp_path, script.text()):
            assert _is_lifted(tmp_path, script.text()), script.text()
            tried += 1
    assert tried == 2


@pytest.mark.parametrize(("examples", "most"), [(25, 5), pytest.param(2_000, 8, marks=pytest.mark.long)])
def test_statements_together(examples: int, most: int) -> None:
    lifted = []

    @given(rng=st.randoms(use_true_random=False), steps=st.integers(2, most))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
    def check(rng: Any, steps: int) -> None:
        script = Script(rng)
        for _ in range(steps):
            script.grow()
        with TemporaryDirectory() as folder:
            lifted.append(_is_lifted(Path(folder), script.text()))

    check()
    assert sum(lifted) > len(lifted) / 2, "a test of scripts that all stop would show nothing"


def _is_lifted(folder: Path, text: str) -> bool:
    """Return whether a script that runs becomes a plan without opaque steps; if so, both must do the same on several data."""
    if not _runs(folder, text):
        return False
    plan = rewritten(folder).plan
    if plan is None or plan.opaque_steps:
        return False
    for seed in range(1 + OTHER_DATA):
        if _runs(folder, text, seed):  # on some data a script stops, as one with an empty table does
            assert_same(folder, plan)
    return True


def _runs(folder: Path, text: str, seed: int = 0) -> bool:
    """Write data and a script, and return whether it runs on them."""
    generated.write_data(folder, seed)
    (folder / "script.py").write_text(text, encoding="utf-8")
    try:
        original(folder, ESTIMATOR)
    except (ValueError, IndexError, KeyError, TypeError):
        return False
    return True
