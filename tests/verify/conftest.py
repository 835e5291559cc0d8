"""One prepared process for all tests of verification."""

from collections.abc import Iterator

import pytest

from lester_gui.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    scratch = tmp_path_factory.mktemp("scratch")
    scratch.chmod(0o700)
    with Sandbox(scratch=scratch) as prepared:
        prepared.warm_up(1)
        yield prepared
