"""How long the checks of a case will take here, from how long they took before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from lester_gui.maintenance.cost import PURGE_SECONDS, PURGED_BYTES_PER_SECOND, Checks
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Run

NEWEST: Final = 20
"""Cases that are looked at for the time that their checks took."""


def checks(connection: duckdb.DuckDBPyConnection, runs: Sequence[Run], database: Path) -> Checks:
    """Return the seconds of replay, purge and asking the originals: measured where a case was carried out, else estimated.

    Parameters
    ----------
    runs
        The newest run of every pipeline.
    database
        Its size says how long a first purge copies.
    """
    replayed, asked = _by_pipeline(connection, "replay"), _by_pipeline(connection, "ask-original")
    purged = next((d["seconds"] for d in _outcomes(connection, "purge") if "seconds" in d), None)
    names = {r.pipeline for r in runs}
    ran = {r.pipeline: ((r.finished_at or r.started_at) - r.started_at).total_seconds() for r in runs}
    scripts = {p: s for p in names if (s := _script_seconds(connection, p)) is not None}
    return Checks(
        ran | {p: s for p, s in replayed.items() if p in names},
        ran | scripts | {p: s for p, s in asked.items() if p in names},
        PURGE_SECONDS + database.stat().st_size / PURGED_BYTES_PER_SECOND if purged is None else purged,
        purged is not None and names <= replayed.keys() & asked.keys(),
    )


def _by_pipeline(connection: duckdb.DuckDBPyConnection, step: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for document in _outcomes(connection, step):
        for one in document.get("pipelines", []):
            if "seconds" in one:
                found.setdefault(one["pipeline"], one["seconds"])
    return found


def _outcomes(connection: duckdb.DuckDBPyConnection, step: str) -> list[dict[str, Any]]:
    """Return what a step of the newest cases gave, the newest first."""
    rows = connection.execute(
        "SELECT document FROM lester.case_outcomes WHERE step = ? ORDER BY recorded_at DESC LIMIT ?", [step, NEWEST]
    ).fetchall()
    return [json.loads(document) for (document,) in rows]


def _script_seconds(connection: duckdb.DuckDBPyConnection, pipeline: str) -> float | None:
    record = catalogue.get(connection, catalogue.Pipeline, name=pipeline)
    if record is None or record.verdict_json is None:
        return None
    found = json.loads(record.verdict_json).get("verdict", {}).get("script_seconds")
    return None if found is None else float(found)
