"""What a case costs, and what running everything again would cost, on this computer.

The change itself is measured while it is rehearsed. What follows the commit (replay, purge, asking the originals) is what it took
when a case was last carried out here; before the first one, a replay is taken to last as long as the run, and an original as long
as it did when its rewrite was verified. A full rerun is what the affected pipelines took when they were last run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lester_gui.maintenance.enact import RunEffect

PURGE_SECONDS: Final = 1.0
"""A purge that was never measured, of a small project: it copies the database and searches the folder."""
PURGED_BYTES_PER_SECOND: Final = 50e6


@dataclass(frozen=True, slots=True)
class Checks:
    """Seconds of what follows the commit.

    Attributes
    ----------
    replay, ask : mapping
        Pipeline → seconds, where a case was carried out before or something like it is known.
    purge : float
    measured : bool
        Whether all of this was measured when a case was carried out.
    """

    replay: Mapping[str, float] = field(default_factory=dict)
    ask: Mapping[str, float] = field(default_factory=dict)
    purge: float = PURGE_SECONDS
    measured: bool = False

    def of(self, pipelines: Iterable[str]) -> dict[str, Any]:
        """Return the estimate for the pipelines that remain, as JSON."""
        names = list(pipelines)
        return {
            "replay": round(sum(self.replay.get(p, 0.0) for p in names), 3),
            "purge": round(self.purge, 3),
            "ask_original": round(sum(self.ask.get(p, 0.0) for p in names), 3),
            "measured": self.measured,
        }


def full_rerun(runs: Iterable[RunEffect]) -> float:
    """Return the seconds that the affected pipelines took from their sources to their models."""
    return sum(r.run_seconds for r in runs)
