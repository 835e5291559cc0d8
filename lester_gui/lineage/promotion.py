"""Rows that an erasure may bring into a view: the next of equal rows, the next match, the row after a limit.

What is returned are candidates, each named with the parent's row: whether it really enters is known when the change is carried
through the views (`maintenance`). No row enters a view without a candidate there or above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from lester_gui.ir.plan import Plan
from lester_gui.lineage.arrivals import candidates
from lester_gui.lineage.footprint import Walk


@dataclass(frozen=True, slots=True)
class Promotion:
    """Rows of `parent` that may enter `view`, and why."""

    view: str
    parent: str
    reason: str
    row_nos: tuple[int, ...]


def promoted(
    connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, rows: Mapping[str, Sequence[int]]
) -> tuple[Promotion, ...]:
    """Return what erasing source rows may bring into the views of a run, in plan order; views without any are left out.

    Parameters
    ----------
    rows
        Source → row ids.
    """
    out: list[Promotion] = []
    with Walk(connection, plan, run) as walk:
        for node in plan.views:
            walk.follow(node, rows)
            for parent, reason, sql in candidates(walk, node, walk.unstable):
                found = tuple(n for (n,) in connection.execute(f"SELECT DISTINCT * FROM ({sql}) ORDER BY 1").fetchall())
                if found:
                    out.append(Promotion(node.name, parent.name, reason, found))
    return tuple(out)
