"""Make an input on which script and plan differ small, so that a reader or a repair sees what matters.

Delta debugging (Zeller and Hildebrandt, 2002) over source records, with a bound on tries: each costs a run of the script.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from lester_gui.ir.plan import Plan
from lester_gui.verify.equivalence import Comparison, describe
from lester_gui.verify.sources import SourceTable, contents
from lester_gui.verify.verdict import Counterexample

Tables = Mapping[str, SourceTable]


def shrink(
    tables: Tables,
    fails: Callable[[Tables], Comparison | None],
    seconds: float,
) -> tuple[Tables, Comparison | None]:
    """Return fewer records on which script and plan still differ in the same stage.

    Parameters
    ----------
    tables
        An input on which they differ.
    fails
        Runs both sides; returns the comparison if they still differ at the same stage, else None.
    seconds
        After which no further try is begun.

    Returns
    -------
    tables, comparison
        The comparison is None if nothing smaller was found.
    """
    kept = [(s, i) for s, t in tables.items() for i in range(len(t.records))]
    found: Comparison | None = None
    deadline, parts = time.monotonic() + seconds, 2
    while len(kept) > 1 and time.monotonic() < deadline:
        size = max(1, len(kept) // parts)
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            comparison = fails(_only(tables, fewer)) if fewer else None
            if comparison is not None:
                kept, found, parts = fewer, comparison, max(2, parts - 1)
                break
            if time.monotonic() >= deadline:
                break
        else:
            if size == 1:
                break
            parts = min(len(kept), parts * 2)
    return _only(tables, kept), found


def _only(tables: Tables, kept: list[tuple[str, int]]) -> Tables:
    chosen: dict[str, list[bytes]] = {s: [] for s in tables}
    for source, number in kept:
        chosen[source].append(tables[source].records[number])
    return {s: t.with_records(chosen[s]) for s, t in tables.items()}


def describe_failure(plan: Plan, name: str, tables: Tables, comparison: Comparison) -> Counterexample:
    """Return what differs on an input, without its values."""
    stage = comparison.differing_stage
    rows = {s: len(t.records) for s, t in tables.items()}
    if stage == "prepare":
        for node in plan.views:
            view = comparison.views[node.name]
            if view.status == "differs" and view.difference is not None:
                d = view.difference
                return Counterexample(
                    name, stage, node.name, type(node).__name__, view.line, describe(d), d.columns, d.rows, rows, contents(tables)
                )
    operator, line = _place(plan, stage)
    details = comparison.details.get(stage, {})
    columns = tuple(c for d in details.values() for c in d.columns)[:10]
    first = next((d.rows for d in details.values() if not d.equal), ())
    return Counterexample(name, stage, "", operator, line, comparison.stages[stage].fact, columns, first, rows, contents(tables))


def _place(plan: Plan, stage: str) -> tuple[str, int | None]:
    places = {
        "encode": ("Encode", plan.encode.lines),
        "label": ("Label", plan.label.lines),
        "split": ("Split", plan.split.lines),
        "model": ("Model", plan.model.lines),
    }
    operator, lines = places.get(stage, ("", ()))
    return operator, lines[0] if lines else None
