"""How many of the kept slices are verified: with a model, or with the replies that were written to their prompts."""

from typing import Any

from lester_gui.progress import Context, silent
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.settings import Settings
from tests.benchmarks.riddles import differs_elsewhere
from tests.rewrite.ollama.cassettes import cassettes, replay
from tests.rewrite.ollama.double import Double
from tests.rewrite.ollama.workbench import STEP, Judge

COLUMNS = ("slice", "status", "attempts", "seconds", "false_accept", "message")


def score_slices(model: str, settings: Settings, ctx: Context | None = None) -> list[dict[str, Any]]:
    """Let a model of a running Ollama translate every kept slice; return one row per slice."""
    rows = []
    for held in cassettes():
        judge = Judge(held.case)
        filled = fill(judge.plan, STEP, held.case.script, judge.oracle, settings=settings, model=model, ctx=ctx or silent())
        rows.append(
            {
                "slice": held.name,
                "status": str(filled.status),
                "attempts": len(filled.attempts),
                "seconds": sum(a.seconds for a in filled.attempts),
                "false_accept": filled.filled and differs_elsewhere(judge, filled.plan),
                "message": "" if filled.filled else filled.message,
            }
        )
    return rows


def score_written_replies() -> list[dict[str, Any]]:
    """Do the same with the written replies in the place of a model."""
    with Double(replay(cassettes())) as double:
        (model,) = double.models
        return score_slices(model, Settings(ollama_host=double.address))
