"""Are two plans the same? Both run on many random edits of the sources, other and larger ones than the verifier's.

Swarm testing (Groce et al., ISSTA 2012): each input allows a random subset of edits only, so that the edits that stop a plan do
not hide what the others would show.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Literal, walk
from lester_gui.ir.plan import Plan
from lester_gui.progress import silent
from lester_gui.sandbox.copies import private_folder
from lester_gui.verify.comparison import compare_matrices, compare_tables, compare_vectors
from lester_gui.verify.mutations import script_constants
from lester_gui.verify.plan_result import Execute, PlanResult
from lester_gui.verify.sources import SourceTable, contents

Tables = Mapping[str, SourceTable]
Edit = Callable[[str, list[str], list[str], random.Random], str]

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def _of_column(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    return rng.choice(column)


def _constant(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    fitting = [p for p in pool if bool(_NUMBER.fullmatch(p)) == bool(_NUMBER.fullmatch(value))]
    return rng.choice(fitting) if fitting else value


def _near(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    if not _NUMBER.fullmatch(value):
        return value
    step = rng.choice([1, -1, 10, -10])
    return str(int(value) + step) if "." not in value else f"{float(value) + step * rng.choice([1, 0.1, 0.01]):g}"


def _negative(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    return "-" + value.lstrip("-+") if _NUMBER.fullmatch(value) else value


def _zero(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    return "0" if _NUMBER.fullmatch(value) else value


def _case(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    return rng.choice([value.swapcase(), value.capitalize(), value.upper()])


def _blanks(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    return rng.choice([value + " ", " " + value, value.replace(" ", "  ")])


def _words(value: str, column: list[str], pool: list[str], rng: random.Random) -> str:
    words = [*value.split(), *(p for p in rng.sample(pool, min(2, len(pool))) if "," not in p and p.strip())]
    rng.shuffle(words)
    return " ".join(words) if " " in value else value


EDITS: tuple[Edit, ...] = (
    *(_of_column, _constant, _near, _negative, _zero, _case, _blanks, _words),
    lambda value, column, pool, rng: "",
)


def stronger(tables: Tables, plans: tuple[Plan, ...], script: str, count: int, seed: int = 0) -> Iterator[Tables]:
    """Yield `count` edited copies of the sources."""
    pool = sorted(_pool(plans, script))
    for number in range(count):
        rng = random.Random(f"stronger/{seed}/{number}")
        allowed = rng.sample(EDITS, rng.randint(1, 4))
        share = rng.choice([0.0, 0.02, 0.1, 0.3])
        yield {name: _edited(t, allowed, share, pool, rng) for name, t in tables.items()}


def _pool(plans: tuple[Plan, ...], script: str) -> set[str]:
    found = set(script_constants(script))
    for plan in plans:
        for expr in plan.expressions:
            found |= {str(e.value) for e in walk(expr) if isinstance(e, Literal) and e.value is not None}
    out = {f for f in found if f.isprintable() and "," not in f and len(f) < 40}
    for text in tuple(out):
        if re.fullmatch(r"-?\d+", text):
            out |= {str(int(text) + 1), str(int(text) - 1)}
        elif _NUMBER.fullmatch(text):
            out |= {f"{float(text) + d:g}" for d in (0.01, -0.01)}
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            out |= {text[:-1] + str((int(text[-1]) + d) % 10 or 1) for d in (1, -1)}
    return out


def _edited(t: SourceTable, allowed: list[Edit], share: float, pool: list[str], rng: random.Random) -> SourceTable:
    if not t.records:
        return t
    columns = [t.cells(j) for j in range(len(t.columns))]
    drawn = rng.choices(t.records, k=rng.choice([len(t.records), 2 * len(t.records), 5, 1]))
    kept = [list(t.fields(r)) for r in drawn]
    for row in kept:
        for j in range(len(row)):
            if rng.random() < share and j < len(columns):
                row[j] = rng.choice(allowed)(row[j], columns[j], pool, rng)
    return t.with_records(t.record(row, like) for row, like in zip(kept, drawn, strict=True))


# --- both plans on one input -------------------------------------------------------------------------------------------


def result(plan: Plan, execute: Execute, tables: Tables, scratch: Path | None = None) -> PlanResult:
    """Run a plan on edited sources."""
    with private_folder(scratch) as folder:
        for path, content in contents(tables).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        try:
            return execute(plan, folder, None, silent())
        except UserError:
            return PlanResult({}, stopped="prepare")


def differences(right: PlanResult, other: PlanResult) -> list[str]:
    """Say where two results differ.

    That is parts of the learning half, ``view NAME: COLUMN``, ``rows of view NAME``, ``order of NAME``; or that the other one
    ``goes on`` or ``refuses``. Data that stop both show nothing: neither gives a result.
    """
    if right.stopped or other.stopped:
        return [] if right.stopped and other.stopped else ["goes on" if right.stopped else "refuses"]
    found = []
    for name, expected in (("train", right.train), ("test", right.test), ("y", right.y), ("predictions", right.predictions)):
        got = getattr(other, name)
        if expected is not None and not compare_vectors(np.asarray(expected).tolist(), np.asarray(got).tolist()).equal:
            found.append(name)
    for name, matrix in (("X_train", right.X_train), ("X_test", right.X_test)):
        got = getattr(other, name)
        if matrix is not None and not compare_matrices(matrix, got).equal:
            found.append(name)
    for name, view in right.views.items():
        if name in other.views:
            compared = compare_tables(view.table, other.views[name].table, named=True)
            if compared.status == "differs":
                found += [f"view {name}: {c}" for c in compared.columns] or [f"rows of view {name}"]
            elif compared.status != "equal":
                found.append(f"order of {name}")
    return found
