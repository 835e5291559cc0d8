"""Run `lester` the way a shell does: on a copy of a sample, one process per command, JSON back."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lester_gui.resources import sample_project

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "benchmark-output"


@dataclass(frozen=True)
class Answer:
    """What one command said: exit code, wall-clock seconds, the JSON document (or the error in it)."""

    exit_code: int
    seconds: float
    document: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.document.get("error", {}).get("message", ""))


def lester(*arguments: str) -> Answer:
    """Run one command with `--json`."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lester_gui", *arguments, "--json"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    return Answer(done.returncode, seconds, json.loads(done.stdout) if done.stdout.strip() else {})


def copy_of(sample: str, folder: Path) -> Path:
    """Copy a sample project, without what earlier runs of its scripts left, and return the copy."""
    target = folder / sample
    shutil.copytree(sample_project(sample), target, ignore=shutil.ignore_patterns("out", ".lester", "__pycache__"))
    return target


def write_table(name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    """Print rows as a table and keep them as JSON in `benchmark-output/`."""
    shown = [columns, *(tuple(_shown(row.get(column, "")) for column in columns) for row in rows)]
    widths = [max(len(line[i]) for line in shown) for i in range(len(columns))]
    for line in shown:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / f"{name}.json"
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return path


def _shown(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
