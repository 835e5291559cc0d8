"""Scripts in plain Python, each with something that people write: the plan does what the script does, on several untidy files."""

from pathlib import Path

import pytest

from lester_gui.ir.serialise import plan_hash
from tests.rewrite import corpus_data, messy_data
from tests.rewrite.differential import assert_same, rewritten

SCRIPTS = sorted((Path(__file__).parent.parent / "corpus" / "plain").glob("*.py"))
HEAD = "import csv\nimport numpy as np\nfrom sklearn.linear_model import LogisticRegression\n"
TAIL = "X = np.array(X)\ny = np.array(y)\nclf = LogisticRegression(max_iter=500)\nclf.fit(X, y)\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_plan_does_what_the_script_does(tmp_path: Path, script: Path) -> None:
    """Files of other content give the same plan, and the same rows."""
    hashes = set()
    for seed in (1, 2, 3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        corpus_data.write(folder, seed)
        messy_data.write(folder, seed)
        (folder / "script.py").write_text(HEAD + script.read_text(encoding="utf-8") + TAIL, encoding="utf-8")
        found = rewritten(folder)
        assert found.plan is not None and not found.plan.opaque_steps, found.stops
        hashes.add(plan_hash(found.plan))
        assert_same(folder, found.plan)
    assert len(hashes) == 1
