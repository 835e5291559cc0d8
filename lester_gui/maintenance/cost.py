"""What a case costs, and what running everything again would cost, on this computer.

The plan's own seconds are measured while it is rehearsed. A full rerun is what the affected pipelines took when they were last
run.
"""

from __future__ import annotations

from collections.abc import Iterable

from lester_gui.maintenance.enact import RunEffect


def full_rerun(runs: Iterable[RunEffect]) -> float:
    """Return the seconds that the affected pipelines took from their sources to their models."""
    return sum(r.run_seconds for r in runs)
