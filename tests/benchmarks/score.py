"""How much of the corpus is rewritten and verified: `make score`, or `make score MODEL=…` with a model of a running Ollama.

Without a model the rules are on their own. Each program is rewritten in a fresh copy, two at a time. `--mutants` also offers
wrong plans to the verifier and tells how many it accepts falsely. Scripts of the held-out set are only files here: of them it
prints classes, wordings and line numbers of stops.
"""

import argparse
import json
import math
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from lester_gui import settings
from lester_gui.errors import UserError
from lester_gui.progress import Progress
from lester_gui.rewrite.ollama.client import Server
from tests.benchmarks import report, riddles, slices
from tests.benchmarks.commands import OUTPUT, write_table
from tests.benchmarks.measure import Task, measure
from tests.benchmarks.programs import CORPUS, SETS, Program, programs

COLUMNS = ("set", "program", "pipeline", "status", "opaque_steps", "inputs", "seconds", "error")


def score(chosen: list[Program], model: str = "", mutants: float = 0, processes: int = 2) -> list[dict[str, Any]]:
    """Rewrite programs; return one row per pipeline, in the order of the programs.

    Parameters
    ----------
    mutants
        How many wrong plans to offer in all; infinite for every one.
    """
    each = mutants if math.isinf(mutants) else math.ceil(mutants / max(1, len(chosen)))
    tasks = [Task(program, model, each) for program in chosen]
    return [row for rows in _measured(tasks, processes) for row in rows]


def _measured(tasks: list[Task], processes: int) -> Iterator[list[dict[str, Any]]]:
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for task, rows in zip(tasks, pool.map(measure, tasks), strict=True):
            for row in rows:
                said = row["error"] if row.get("error") else row["status"]
                if "mutants" in row:
                    said += f", wrong plans: {row['mutants']['outcomes']}"
                print(
                    f"{task.program.title} {row['pipeline']}: {said} {row.get('seconds', 0):.1f} s", file=sys.stderr, flush=True
                )
            yield rows


def main() -> None:
    """Score what the arguments choose, print the figures and keep them as JSON."""
    parser = argparse.ArgumentParser(description="Rewrite the corpus and say how much is verified.")
    parser.add_argument("--model", default="", help="as `ollama list` names it; rules only without one")
    parser.add_argument("--only", default="", choices=SETS, help="one set of programs")
    parser.add_argument("--program", default="", help="programs whose name contains this")
    parser.add_argument("--mutants", default="0", help="wrong plans to offer to the verifier: a number, or all")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where pairs, many_hands and unseen lie")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    chosen = programs(asked.corpus, asked.only, asked.program)
    if not chosen:
        sys.exit("There is no such program in the corpus.")
    name = "score"
    if asked.model:
        name = f"score-{asked.model.replace('/', '_').replace(':', '_')}"
        _score_model(asked.model, name)
    elif not (asked.only or asked.program):
        kept = slices.score_written_replies()
        write_table(f"{name}-slices", slices.COLUMNS, kept)
        print(f"Slices with written replies: {riddles.rates(kept)}")
    mutants = math.inf if asked.mutants == "all" else float(asked.mutants)
    rows = score(chosen, asked.model, mutants, 1 if asked.model else asked.processes)
    figures = report.summary(rows)
    write_table(f"{name}-pipelines", COLUMNS, rows)
    path = OUTPUT / f"{name}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print()
    print("\n".join(report.lines(figures)))
    print(f"written to {path}")


def _score_model(model: str, name: str) -> None:
    """Let the model translate generated loops, which it cannot have seen, and the kept slices."""
    preferred = settings.load()
    progress = Progress(lambda label, _: print(label, file=sys.stderr) if "attempt" in label else None)
    try:
        Server(preferred.ollama_host).ready(model, progress)
    except UserError as error:
        sys.exit(str(error))
    loops = riddles.score_riddles(model, preferred, ctx=progress)
    path = write_table(f"{name}-loops", riddles.COLUMNS, loops)
    print(f"Generated loops: {riddles.rates(loops)}; written to {path}")
    kept = slices.score_slices(model, preferred, ctx=progress)
    path = write_table(f"{name}-slices", slices.COLUMNS, kept)
    print(f"Kept slices: {riddles.rates(kept)}; written to {path}")


if __name__ == "__main__":
    main()
