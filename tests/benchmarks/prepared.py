"""A project that was run, for the benchmarks that look at one: the tables of `scale`, under a model that costs nothing.

The script is rewritten on a thousand rows, which settles the plan; then the files grow and the pipeline is run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lester_gui.session import Session
from tests.benchmarks import scale
from tests.benchmarks.commands import lester

PIPELINE = "returns"
FEW = 1_000


@contextmanager
def prepared(rows: int, folder: Path | None = None) -> Iterator[Path]:
    """Yield a project with `rows` orders and a tenth as many persons, run once.

    Parameters
    ----------
    folder
        Where it stands; one of this size that is there is used as it is, and stays. A temporary folder by default.
    """
    if folder is None:
        with TemporaryDirectory() as temporary:
            make(Path(temporary), rows)
            yield Path(temporary)
        return
    place = folder / f"orders-{rows}"
    if not (place / "run").exists():
        place.mkdir(parents=True)
        make(place, rows)
        (place / "run").touch()
    yield place


def make(folder: Path, rows: int) -> None:
    """Write the project, rewrite it on few rows, and run it on all."""
    scale.make_project(folder, FEW)
    script = folder / f"{PIPELINE}.py"
    text = script.read_text(encoding="utf-8").replace("LogisticRegression(max_iter=200)", "DummyClassifier()")
    script.write_text(text.replace("sklearn.linear_model import LogisticRegression", "sklearn.dummy import DummyClassifier"))
    text = script.read_text(encoding="utf-8")
    for command in (("scan", str(folder), "--write"), ("rewrite", str(folder), PIPELINE, "--with", "rules")):
        _done(*command)
    scale.make_project(folder, rows)
    script.write_text(text, encoding="utf-8")
    _done("run", str(folder), PIPELINE)


def prepared_view(session: Session) -> str:
    """Return the name of the prepared view, the last in plan order."""
    return str(session.views(PIPELINE)[-1]["name"])


def _done(*command: str) -> None:
    answer = lester(*command)
    if answer.exit_code:
        raise SystemExit(f"{command[0]} failed: {answer.error or answer.exit_code}")
