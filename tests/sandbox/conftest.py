"""One prepared process for all sandbox tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lester_gui.sandbox import Sandbox, ScriptRun, working_copy


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    scratch = tmp_path_factory.mktemp("scratch")
    scratch.chmod(0o700)
    with Sandbox(scratch=scratch) as prepared:
        yield prepared


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Callable[..., ScriptRun]:
    """Return a function that runs a script's text in a copy of a project with some files."""

    def run_text(text: str, files: dict[str, str] | None = None, **options: object) -> ScriptRun:
        project = tmp_path / "project"
        for name, content in {"script.py": text, **(files or {})}.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(content)
        with working_copy(project, scratch=sandbox.scratch) as copy:
            return sandbox.run_script(copy, "script.py", **options)  # type: ignore[arg-type]

    return run_text
