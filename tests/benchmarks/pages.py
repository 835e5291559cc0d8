"""How long a page of 200 rows takes, anywhere in a large view: plain, sorted, filtered, both; the first time and after it.

`python -m tests.benchmarks.pages --rows N`: pages at random places through `Session.page`, as the Data screen asks for them.
"""

import argparse
import random
from pathlib import Path
from typing import Any

from lester_gui.session import Session
from tests.benchmarks.commands import write_table
from tests.benchmarks.machine import machine, spread, timed
from tests.benchmarks.prepared import PIPELINE, prepared, prepared_view

PAGE = 200
WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sorted": {"sort": [["amount", False]]},
    "filtered": {"filters": [{"column": "channel", "op": "=", "value": "web"}]},
    "sorted and filtered": {"sort": [["age", True]], "filters": [{"column": "amount", "op": ">", "value": 50}]},
}


def measured(rows: int, folder: Path | None, pages: int) -> list[dict[str, Any]]:
    """Measure one size; return a row per way to look at the view."""
    rng = random.Random(0)
    out = []
    with prepared(rows, folder) as project, Session.open(project) as session:
        view = prepared_view(session)
        for name, how in WAYS.items():
            seconds = []
            first = timed(lambda how=how: session.page(PIPELINE, view, 2 * PAGE, PAGE, **how))
            total = session.page(PIPELINE, view, 0, PAGE, **how)["total"]
            for _ in range(pages):
                start = rng.randrange(max(1, total - PAGE))
                seconds.append(timed(lambda how=how, start=start: session.page(PIPELINE, view, start, PAGE, **how)))
            out.append({"rows": total, "page": name, "first ms": first * 1000, **spread(seconds), "max ms": max(seconds) * 1000})
    return out


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description="Time pages of a view at random places.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--projects", type=Path, help="a folder in which prepared projects stay")
    parser.add_argument("--pages", type=int, default=100)
    a = parser.parse_args()
    rows = [row for size in a.rows for row in measured(size, a.projects, a.pages)]
    print(machine())
    print(f"written to {write_table('pages', ('rows', 'page', 'first ms', 'p50 ms', 'p95 ms', 'max ms'), rows)}")


if __name__ == "__main__":
    main()
