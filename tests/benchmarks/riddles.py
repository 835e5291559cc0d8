"""How well a model translates generated loops: verified-equivalent within one, two and four attempts, and how many false ones.

Every riddle is new (random names, constants, data), so no model has seen it. An accepted answer is checked again on other data of
the same kind: one that differs there was accepted falsely.
"""

import random
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from lester_gui.progress import Context, silent
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.settings import Settings
from tests.rewrite.ollama.riddles import FAMILIES, riddle
from tests.rewrite.ollama.workbench import STEP, Judge

COLUMNS = ("riddle", "status", "attempts", "seconds", "tokens", "false_accept", "message")
WITHIN = (1, 2, 4)


@dataclass(frozen=True)
class Rates:
    """What a model reached on all riddles."""

    verified_within: dict[int, float]
    false_accepts: int
    seconds: float

    def __str__(self) -> str:
        shares = ", ".join(f"{share:.0%} within {n}" for n, share in self.verified_within.items())
        return f"{shares} attempts; {self.false_accepts} accepted falsely; median {self.seconds:.0f} s a step"


def score_riddles(
    model: str, settings: Settings, each: int = 4, seed: int = 1, ctx: Context | None = None
) -> list[dict[str, Any]]:
    """Let a model translate `each` riddles of every family; return one row per riddle."""
    rows = []
    for family in FAMILIES:
        for number in range(each):
            made = riddle(f"{seed}/{number}", family)
            judge = Judge(made.case)
            filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings, model=model, ctx=ctx or silent())
            rows.append(
                {
                    "riddle": f"{made.name} {number + 1}",
                    "status": str(filled.status),
                    "attempts": len(filled.attempts),
                    "seconds": sum(a.seconds for a in filled.attempts),
                    "tokens": sum((a.prompt_tokens or 0) + (a.answer_tokens or 0) for a in filled.attempts),
                    "false_accept": filled.filled and differs_elsewhere(judge, filled.plan),
                    "message": "" if filled.filled else filled.message,
                }
            )
    return rows


def differs_elsewhere(judge: Judge, plan: Any) -> bool:
    """Whether an accepted plan differs from the code on other data: shuffled, repeated, cut, empty, without one table."""
    draw = random.Random(7)
    tables = judge.everything
    for _ in range(25):
        other = {}
        for name, table in tables.items():
            rows = draw.choices(table.rows, k=draw.randint(0, len(table.rows))) if table.rows else []
            other[name] = replace(table, rows=tuple(rows))
        if judge.recheck(plan, other) is not None:
            return True
    return False


def rates(rows: list[dict[str, Any]]) -> Rates:
    """Sum up the rows of `score_riddles`."""
    filled = [r for r in rows if r["status"] == "filled"]
    return Rates(
        {n: sum(r["attempts"] <= n for r in filled) / len(rows) for n in WITHIN},
        sum(r["false_accept"] for r in rows),
        median(r["seconds"] for r in rows),
    )
