"""Prepared projects for a whole session of tests, and a temporary folder that can be searched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journey.projects import Prepared, prepared

Copy = Callable[[str], Path]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Prepared]:
    """Give a prepared sample project by name. Processes of one session share them; copy before writing."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    shared.mkdir(exist_ok=True)

    def get(sample: str) -> Prepared:
        with pytest.MonkeyPatch.context() as patch:  # a home is a test's; this outlives it
            patch.setenv("HOME", str(shared))
            for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
                patch.setenv(variable, str(shared / "home"))
            return prepared(sample, shared)

    return get


@pytest.fixture
def copy_of(samples: Callable[[str], Prepared], tmp_path: Path) -> Copy:
    """Give a fresh copy of a prepared sample project by name."""
    return lambda sample: samples(sample).copy(tmp_path / sample)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let this test, and processes that it starts, have a temporary folder of their own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys rewrite every sample first, which takes minutes: they belong to `make test-long`."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.long)
