"""Pairs of script and plan: `NN_name.in.py` becomes `NN_name.out.json`, and both do the same on data.

After a change that is meant, LESTER_WRITE_CORPUS=1 writes the plans again; look at the difference before committing it.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from lester_gui.ir.serialise import dumps, loads, plan_hash
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

CORPUS = Path(__file__).parent.parent / "corpus"
SCRIPTS = sorted(CORPUS.glob("*.in.py"))
OPAQUE = {"19_opaque_while"}


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    corpus_data.write(tmp_path)
    shutil.copy(request.param, tmp_path / "script.py")
    return tmp_path


def _name(script: Path) -> str:
    return script.name.removesuffix(".in.py")


@pytest.mark.parametrize("folder", SCRIPTS, ids=_name, indirect=True)
def test_script_becomes_the_plan_beside_it_and_does_the_same(folder: Path, request: pytest.FixtureRequest) -> None:
    script: Path = request.node.callspec.params["folder"]
    found = rewritten(folder)
    assert found.plan is not None, found.stops
    assert all(s.covered for s in found.stops)
    for view in found.plan.views:  # the database tells columns by letter, not by case
        assert len({n.casefold() for n in view.schema.names}) == len(view.schema)
    assert bool(found.plan.opaque_steps) == (_name(script) in OPAQUE)
    target = CORPUS / f"{_name(script)}.out.json"
    text = json.dumps(json.loads(dumps(found.plan)), indent=1, ensure_ascii=False)
    if os.environ.get("LESTER_WRITE_CORPUS"):
        target.write_text(text + "\n", encoding="utf-8")
    assert text == target.read_text(encoding="utf-8").rstrip("\n")
    assert plan_hash(loads(text)) == plan_hash(found.plan)
    assert_same(folder, found.plan)


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_fewer_people_give_the_same_plan_and_the_same_results(tmp_path: Path, script: Path) -> None:
    hashes = set()
    for leave_out in ((), (0, 3, 17), (59, 31)):
        folder = tmp_path / str(len(leave_out))
        folder.mkdir()
        corpus_data.write(folder, leave_out=leave_out)
        shutil.copy(script, folder / "script.py")
        plan = rewritten(folder).plan
        assert plan is not None
        hashes.add(plan_hash(plan))
        assert_same(folder, plan)
    assert len(hashes) == 1
