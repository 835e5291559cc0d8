"""Tables and a frame for scripts about features and models; nobody in them exists. Plans run in the product's own engine."""

import random
from pathlib import Path

from lester_gui.discovery.configuration import Configuration, SourceEntry
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import silent
from lester_gui.session.execution import executor
from lester_gui.verify.plan_result import PlanResult

WORDS = ["account", "card", "hello", "newsletter", "error", "thanks", "late", "offer"]
HEAD = """
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
df = pd.read_csv("people.csv")
"""
SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)\n"
FIT = "clf = LogisticRegression(max_iter=500)\nclf.fit(X_train, y_train)\nprint(clf.score(X_test, y_test))\n"


def write(folder: Path, rows: int = 90, seed: int = 2) -> None:
    """Write ``people.csv``: numbers a, b, c; gaps in age; texts city, kind and note; classes risk and outcome."""
    rng = random.Random(seed)
    lines = ["id,a,b,c,age,city,kind,note,risk,outcome"]
    for i in range(rows):
        a, b, c = (round(rng.uniform(0, 9), 2) for _ in range(3))
        age = "" if rng.random() < 0.15 else str(rng.randint(18, 80))
        city, kind = rng.choice(["Oslo", "Rome", "Lima"]), rng.choice(["x", "y", "z", "w"])
        note = " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 6)))
        outcome = rng.choice(["low", "mid", "high"])
        risk = "yes" if a + rng.uniform(-3, 3) > 4.5 else "no"
        lines.append(f"{i},{a},{b},{c},{age},{city},{kind},{note},{risk},{outcome}")
    (folder / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_plan(folder: Path, plan: Plan) -> PlanResult:
    """Run a plan on a folder's files in the engine, without anything kept."""
    configuration = Configuration("test", sources=tuple(SourceEntry(r.source, f"{r.source}.csv") for r in plan.reads))
    with executor(configuration, lambda plan, ctx: Worker()) as execute:
        return execute(plan, folder, None, silent())
