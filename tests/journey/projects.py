"""Sample projects as somebody has them before a request comes: scripts run once, pipelines rewritten by rules, plans run."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import answer
from tests.conftest import SAMPLES

VERIFIED = (
    ("hospital", "complications"),
    ("bank_mails", "complaints"),
    ("bank_mails", "complaints_v1"),
    ("census", "income"),
)
"""Sample and pipeline of all that rules rewrite whole."""
KEPT = ("bank_mails", "priority")
"""The one with a step that no rule covers."""
PIPELINES = {sample: tuple(p for s, p in (*VERIFIED, KEPT) if s == sample) for sample in ("hospital", "bank_mails", "census")}


@dataclass(frozen=True)
class Prepared:
    """A sample project, and what `rewrite`, `show` and `run` answered, by command and pipeline. Copy it before writing to it."""

    folder: Path
    answers: dict[str, dict[str, Any]]

    def copy(self, to: Path) -> Path:
        """Copy the project into a new folder."""
        shutil.copytree(self.folder, to)
        return to


def prepared(sample: str, shared: Path) -> Prepared:
    """Prepare a sample once for all test processes that share a folder.

    Parameters
    ----------
    shared
        Where it is kept; the process that comes first prepares it, the others wait.
    """
    folder, said = shared / sample, shared / f"{sample}.json"
    with open(shared / f"{sample}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            shutil.rmtree(folder, ignore_errors=True)  # left by a process that failed
            said.write_text(json.dumps(_prepare(sample, folder)))
    return Prepared(folder, json.loads(said.read_text()))


def _prepare(sample: str, folder: Path) -> dict[str, dict[str, Any]]:
    shutil.copytree(SAMPLES / sample, folder, ignore=shutil.ignore_patterns(".lester", "out", "__pycache__"))
    answers: dict[str, dict[str, Any]] = {"rewrite": {}, "show": {}, "run": {}}
    for pipeline in PIPELINES[sample]:
        run_script(folder, pipeline)
        whole = (sample, pipeline) != KEPT
        answers["rewrite"][pipeline] = answer("rewrite", folder, pipeline, "--with", "rules", code=0 if whole else 3)
        answers["show"][pipeline] = answer("show", folder, pipeline)
        answers["run"][pipeline] = answer("run", folder, pipeline)
    return answers


def run_script(folder: Path, pipeline: str) -> None:
    """Run a script as its author does, so that the files it writes are there; notebooks of the samples write none."""
    script = folder / f"{pipeline}.py"
    if script.exists():
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, script.name], cwd=folder, check=True, capture_output=True, env=environment)
