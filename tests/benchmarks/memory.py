"""How much memory `lester run` takes at most, by size of the data: `python -m tests.benchmarks.memory --rows N M`.

Peak resident set of the child process that runs, as the kernel counts it; beside it the files that are read. Linux and macOS.
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks import scale
from tests.benchmarks.commands import ROOT, write_table
from tests.benchmarks.machine import machine
from tests.benchmarks.prepared import FEW, PIPELINE, make

SIZES = (10_000, 100_000, 1_000_000)


def peak_of(*command: str) -> int:
    """Return the peak resident set, in bytes, of one command of `lester`."""
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "lester_gui", *command, "--json"],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"lester {command[0]} failed")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measured(sizes: list[int]) -> list[dict[str, Any]]:
    """Run one project at several sizes; return a row for each."""
    out: list[dict[str, Any]] = []
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, FEW)
        script = (folder / f"{PIPELINE}.py").read_text(encoding="utf-8")
        for rows in sizes:
            scale.make_project(folder, rows)
            (folder / f"{PIPELINE}.py").write_text(script, encoding="utf-8")
            read = sum(f.stat().st_size for f in folder.glob("*.csv")) / 2**20
            peak = peak_of("run", temporary, PIPELINE) / 2**20
            growth = (peak - out[0]["peak MB"]) / (read - out[0]["files MB"]) if out else ""
            out.append({"rows": rows, "files MB": read, "peak MB": peak, "MB per MB of files": growth})
    return out


def main() -> None:
    """Measure the sizes that are asked for."""
    parser = argparse.ArgumentParser(description="Measure the peak memory of a run.")
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    rows = measured(parser.parse_args().rows)
    print(machine())
    print(f"written to {write_table('memory', ('rows', 'files MB', 'peak MB', 'MB per MB of files'), rows)}")


if __name__ == "__main__":
    main()
