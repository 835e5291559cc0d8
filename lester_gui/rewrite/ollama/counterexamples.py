"""From rows on which original and plan differ to a few invented rows on which they still do.

Whatever is sent was run: a disguised counterexample counts only if original and plan really differ on the disguised rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.progress import Context
from lester_gui.rewrite.ollama.disguise import Style, disguise, reveals, same_order
from lester_gui.rewrite.ollama.oracle import Counterexample, Oracle, Table
from lester_gui.rewrite.ollama.stage import Stage

MAX_ROWS = 3  # of one table
MAX_RUNS = 60  # while rows are taken away

Tables = dict[str, Table]
Rerun = Callable[[Mapping[str, Table]], Counterexample | None]


def disguised(plan: Plan, stage: Stage, oracle: Oracle, ctx: Context) -> Counterexample | None:
    """Return a counterexample in stand-in values under the names the answer uses, or None if none can be shown.

    None when the caller has none, cannot run chosen rows, more than `MAX_ROWS` are needed, or the difference does not survive
    the disguise; then a model is told only where and how the tables differ.
    """
    try:
        return _disguised(plan, stage, oracle, ctx)
    except UserError:
        return None  # rows that cannot be run are no example; the model is told where the tables differ


def _disguised(plan: Plan, stage: Stage, oracle: Oracle, ctx: Context) -> Counterexample | None:
    recheck = oracle.recheck
    if oracle.counterexample is None or recheck is None:
        return None
    found = oracle.counterexample(plan)
    if found is None:
        return None

    def rerun(tables: Mapping[str, Table]) -> Counterexample | None:
        ctx.check_cancelled()
        again = recheck(plan, tables)
        # Where the code ran, an input that stops it is none that it was made for.
        strange = again is not None and isinstance(again.expected, str) and isinstance(found.expected, Table)
        return None if strange else again

    real = reduce(dict(found.tables), rerun)
    if any(len(t.rows) > MAX_ROWS for t in real.values()):
        return None
    shown: list[Counterexample] = []
    for style in Style:
        tables = disguise(real, stage.literals, style)
        again = rerun(tables)
        if again is None or _betrays(again, real, tables, stage):
            continue
        names = {node.name: name for name, node in stage.inputs}
        shown.append(Counterexample({names.get(k, k): t for k, t in tables.items()}, _shown(again.expected), _shown(again.got)))
        if same_order(real, tables):
            return shown[-1]
    return shown[0] if shown else None


def _betrays(again: Counterexample, real: Tables, tables: Tables, stage: Stage) -> bool:
    results = [r for r in (again.expected, again.got) if isinstance(r, Table)]
    return any(reveals(r, real, tables, stage.text) for r in results)


def reduce(tables: Tables, rerun: Rerun) -> Tables:
    """Take rows away, first halves, then single ones, while original and plan still differ; at most `MAX_RUNS` runs."""
    runs = 0
    for name in tables:
        size = max(1, len(tables[name].rows) // 2)
        while size:
            start, table = 0, tables[name]
            while start < len(tables[name].rows):
                if runs == MAX_RUNS:
                    return tables
                rows = tables[name].rows
                fewer = {**tables, name: Table(table.columns, rows[:start] + rows[start + size :])}
                runs += 1
                if rerun(fewer) is None:
                    start += size
                else:
                    tables = fewer
            size //= 2
    return tables


def _shown(result: Table | str) -> Table | str:
    """Keep of an error only its class: a message may quote a value."""
    return result if isinstance(result, Table) or result.isidentifier() else "Exception"
