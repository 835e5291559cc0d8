"""Is a proposed step the same as the script's own statements? Both run on real rows and on small parts of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Node, Opaque
from lester_gui.ir.plan import Plan, topological
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.rewrite.ollama.oracle import Counterexample, Oracle, Table
from lester_gui.runtime import functions, udf
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, compile_node, provenance_columns
from lester_gui.runtime.materialize import fetch_table, materialise
from lester_gui.runtime.provenance import STEP
from lester_gui.runtime.read import ARROW
from lester_gui.sandbox.runs import CarriedCodeFailed
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Snapshot
from lester_gui.verify.comparison import compare_tables

PARTS = (1, 2, 3, 5, 8, 13, 40, 150)
SAMPLE = 50  # rows from which the kinds of values are learnt
Outcome: TypeAlias = "pa.Table | str"


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """Whether the step gives the same on all inputs; `difference` says where not, in numbers."""

    equal: bool
    difference: str
    inputs: int = 0


class StepOracle:
    """Answers the questions of the loop with a language model about one opaque step.

    Parameters
    ----------
    step : Opaque
        The step as the rules left it, with the script's statements.
    inputs : sequence of pyarrow.Table
        Real rows of the views it reads, in row order.
    worker : callable
        (plan, ctx) → what runs carried code.
    trusted : Plan, optional
        A plan whose own step stands for the statements: what a second opinion is compared with.
    """

    def __init__(
        self,
        step: Node,
        inputs: Sequence[pa.Table],
        worker: Callable[[Plan, Context], Worker],
        ctx: Context,
        trusted: Plan | None = None,
    ) -> None:
        self._step = step
        self._trusted = trusted
        self._inputs = list(inputs)
        self._worker = worker
        self._ctx = ctx
        self._expected: dict[int, Outcome] = {}
        self._parts = [self._inputs, *self._some_rows()]

    def oracle(self) -> Oracle:
        """The questions as the loop wants them."""
        samples = {p.name: _rows(t.slice(0, SAMPLE)).rows for p, t in zip(self._step.parents, self._inputs, strict=True)}
        return Oracle(self.check, self.counterexample, self.recheck, samples)

    def check(self, plan: Plan) -> StepVerdict:
        """Compare the proposed step with the statements on all rows and on parts of them."""
        for number, part in enumerate(self._parts):
            self._ctx.check_cancelled()
            expected, got = self._original(number, part, plan), self._proposed(part, plan)
            difference = _difference(expected, got)
            if difference:
                return StepVerdict(False, f"{self._step.name}: {difference}", number)
        return StepVerdict(True, "", len(self._parts))

    def counterexample(self, plan: Plan) -> Counterexample | None:
        """A few rows on which the two differ: the smallest part, with rows left out as long as they still differ."""
        for number in sorted(range(len(self._parts)), key=lambda n: sum(t.num_rows for t in self._parts[n])):
            part = self._parts[number]
            if _difference(self._original(number, part, plan), self._proposed(part, plan)):
                return self._compare(self._shrunk(part, plan), plan)
        return None

    def recheck(self, plan: Plan, tables: Mapping[str, Table]) -> Counterexample | None:
        """Compare on exactly these rows."""
        part = [_arrow(tables[p.name], p) for p in self._step.parents]
        return self._compare(part, plan)

    # --- running both ---------------------------------------------------------------------------------------------------

    def _original(self, number: int, part: Sequence[pa.Table], plan: Plan) -> Outcome:
        if number not in self._expected:
            self._expected[number] = self._statements(part, plan)
        return self._expected[number]

    def _statements(self, part: Sequence[pa.Table], plan: Plan) -> Outcome:
        if self._trusted is not None:
            return self._proposed(part, self._trusted)
        assert isinstance(self._step, Opaque)
        run = self._worker(plan, self._ctx).run_opaque
        assert run is not None
        try:
            return run(self._step, part)
        except CarriedCodeFailed as error:
            return error.exception_type

    def _proposed(self, part: Sequence[pa.Table], plan: Plan) -> Outcome:
        try:
            return run_step(plan, self._step, part, self._worker(plan, self._ctx))
        except UserError as error:
            return f"error: {error.message}"

    def _compare(self, part: Sequence[pa.Table], plan: Plan) -> Counterexample | None:
        expected, got = self._statements(part, plan), self._proposed(part, plan)
        if not _difference(expected, got):
            return None
        tables = {p.name: _rows(t) for p, t in zip(self._step.parents, part, strict=True)}
        return Counterexample(tables, _shown(expected), _shown(got))

    # --- inputs ---------------------------------------------------------------------------------------------------------

    def _some_rows(self) -> Iterator[list[pa.Table]]:
        """Parts of the real rows: neighbours (what the script groups often stands together) and strays.

        Rows are only left out. Their order and what is unique among them are the work of earlier steps, on which the
        statements may rely; edited sources, which go through those steps, are tried when the whole plan is verified.
        """
        draw = random.Random(20261)
        for size in PARTS:
            yield [t.slice(draw.randrange(max(1, t.num_rows - size)), size) for t in self._inputs]
            yield [_taken(t, sorted(draw.sample(range(t.num_rows), min(size, t.num_rows)))) for t in self._inputs]
        yield [t.slice(0, 0) for t in self._inputs]

    def _shrunk(self, part: Sequence[pa.Table], plan: Plan) -> list[pa.Table]:
        """Leave rows out, first halves and then single ones, as long as the two still differ."""
        now = list(part)
        budget = 60
        for chunk in (64, 16, 4, 1):
            moved = True
            while moved and budget:
                moved = False
                for i, table in enumerate(now):
                    for start in range(0, table.num_rows, chunk):
                        self._ctx.check_cancelled()
                        keep = [k for k in range(table.num_rows) if not start <= k < start + chunk]
                        smaller = [_taken(t, keep) if j == i else t for j, t in enumerate(now)]
                        budget -= 1
                        if _difference(self._statements(smaller, plan), self._proposed(smaller, plan)):
                            now, moved = smaller, True
                            break
                        if not budget:
                            return now
                    if moved:
                        break
        return now


def step_inputs(
    plan: Plan, step: Node, snapshots: Callable[[object], Mapping[str, Snapshot]], worker: Worker, ctx: Context
) -> list[pa.Table]:
    """Run a plan on its sources as far as the views that `step` reads, and return their rows in order."""
    connection = stores.open_memory()
    try:
        made = materialise(connection, plan, 1, snapshots(connection), worker.evaluate, ctx, worker.run_opaque)
        assert made.plan
        return [fetch_table(connection, 1, p.name) for p in step.parents]
    finally:
        connection.close()


def run_step(plan: Plan, step: Node, part: Sequence[pa.Table], worker: Worker) -> pa.Table:
    """Run the nodes of `plan` that stand between the inputs of `step` and the view of its name, on given rows.

    Raises
    ------
    UserError
        If a value stops a node, as it would stop the script.
    """
    connection = stores.open_memory()
    try:
        functions.register(connection)
        tables = {}
        for number, (parent, table) in enumerate(zip(step.parents, part, strict=True)):
            numbers = pa.array(range(STEP, STEP * (table.num_rows + 1), STEP), pa.int64())
            for name in [ROW_NO, *provenance_columns(parent)]:
                table = table.append_column(name, numbers)
            connection.register("given_rows", table)
            connection.execute(f"CREATE TABLE lester.given_{number} AS SELECT * FROM given_rows")
            connection.unregister("given_rows")
            tables[parent.name] = f"lester.given_{number}"
        target = plan.view(step.name)
        for number, node in enumerate(topological(target)):
            if node.name in tables or not set(_ancestors(node)) & set(tables):
                continue
            with udf.with_calls(connection, plan, node, [tables[p.name] for p in node.parents], worker.evaluate) as (
                sources,
                calls,
            ):
                connection.execute(f"CREATE TABLE lester.step_{number} AS {compile_node(node, sources, calls).select}")
            tables[node.name] = f"lester.step_{number}"
        columns = ", ".join(identifier(n) for n in target.schema.names)
        return connection.execute(f"SELECT {columns} FROM {tables[target.name]} ORDER BY {ROW_NO}").to_arrow_table()
    finally:
        connection.close()


def _taken(table: pa.Table, rows: list[int]) -> pa.Table:
    return table.take(pa.array(rows, pa.int64()))  # a bare empty list has no type


def _ancestors(node: Node) -> list[str]:
    return [n.name for n in topological(node)]


def _difference(expected: Outcome, got: Outcome) -> str:
    if isinstance(expected, str) or isinstance(got, str):
        both = isinstance(expected, str) and isinstance(got, str)
        return (
            ""
            if both
            else f"{'the script' if isinstance(expected, str) else 'the plan'} stops with an error and the other does not"
        )
    found = compare_tables(expected, got, named=True)
    if found.equal:
        return ""
    if found.expected != found.got:
        return f"{found.expected} rows expected, {found.got} found"
    return f"{found.differing} of {found.expected} rows differ" + (" in order only" if found.status == "order" else "")


def _shown(outcome: Outcome) -> Table | str:
    return outcome.partition(":")[0] if isinstance(outcome, str) else _rows(outcome)


def _rows(table: pa.Table) -> Table:
    return Table(tuple(table.column_names), tuple(zip(*(c.to_pylist() for c in table.columns), strict=True)))


def _arrow(table: Table, node: Node) -> pa.Table:
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    given = dict(zip(table.columns, columns, strict=True))
    return pa.table({f.name: pa.array(given[f.name], ARROW[f.type]) for f in node.schema})
