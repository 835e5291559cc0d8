"""How long it takes to find one person in every view: what `lester trace` calls, in this process and in fresh ones.

`python -m tests.benchmarks.lookup --rows N`: N orders of N / 10 persons. Warm: an open project, another person each time.
Cold: a new process opens the project and looks one person up; what importing and opening take stands apart.
"""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from lester_gui.session import Session
from tests.benchmarks.commands import ROOT, write_table
from tests.benchmarks.machine import machine, spread, timed
from tests.benchmarks.prepared import prepared

COLD = """
import sys, time, json
started = time.perf_counter()
from lester_gui.session import Session
imported = time.perf_counter()
session = Session.open(sys.argv[1])
opened = time.perf_counter()
found = session.trace(sys.argv[2])
done = time.perf_counter()
assert found["found"]
print(json.dumps([imported - started, opened - imported, done - opened]))
"""


def measured(rows: int, folder: Path | None, lookups: int, processes: int) -> list[dict[str, Any]]:
    """Measure one size; return a row per kind of lookup."""
    rng = random.Random(0)
    people = max(10, rows // 10)

    def somebody() -> str:
        return f"C{rng.randrange(people):08d}"

    with prepared(rows, folder) as project:
        cold = [_cold(project, somebody()) for _ in range(processes)]
        with Session.open(project) as session:
            first = [timed(lambda: session.trace(somebody()))]
            warm = [timed(lambda: session.trace(somebody())) for _ in range(lookups)]
            subject = session.trace(somebody())["subject"]
            again = [timed(lambda: session.trace(subject)) for _ in range(lookups)]
    names = ("cold, importing", "cold, opening", "cold, lookup")
    found = {name: [c[i] for c in cold] for i, name in enumerate(names)}
    found |= {"first after opening": first, "warm, another person each time": warm, "warm, the same person": again}
    return [{"rows": rows, "persons": people, "lookup": name, **spread(seconds)} for name, seconds in found.items()]


def _cold(project: Path, person: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", COLD, str(project), person], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: list[float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description="Time looking a person up in all views.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--projects", type=Path, help="a folder in which prepared projects stay")
    parser.add_argument("--lookups", type=int, default=100)
    parser.add_argument("--processes", type=int, default=5)
    a = parser.parse_args()
    rows = [row for size in a.rows for row in measured(size, a.projects, a.lookups, a.processes)]
    print(machine())
    print(f"written to {write_table('lookup', ('rows', 'persons', 'lookup', 'p50 ms', 'p95 ms'), rows)}")


if __name__ == "__main__":
    main()
