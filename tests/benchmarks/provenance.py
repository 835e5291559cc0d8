"""What provenance costs: one plan with it, beside plain SQL for the same views, pandas and row loops; CSV reading included.

`python -m tests.benchmarks.provenance --rows N`. Orders (N rows) are filtered, given two columns, joined with N / 10 customers
and sorted. "Materialised" writes every step as a table, "fused" only the last. Ratios are to plain SQL that writes the same
tables from the same files.
"""

import argparse
import csv
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Filter, Join, JoinKind, Node, Project, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.runtime import functions
from lester_gui.runtime.compile_sql import compile_node
from lester_gui.runtime.ingest import ingest
from lester_gui.runtime.materialize import materialise
from lester_gui.runtime.read import observe_schema
from lester_gui.runtime.records import dialect_of
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.connection import open_memory, transaction
from tests.benchmarks.commands import write_table
from tests.benchmarks.machine import machine, side_by_side, timed
from tests.benchmarks.scale import make_project

LEAST, RATE = 5.0, 1.19
LOOPED = 50_000
"""Rows that ``iterrows`` goes through at most; its seconds are multiplied to all rows, since it takes the same for each."""
STEPS = {
    "large": "SELECT * FROM {} WHERE amount > 5.0",
    "priced": "SELECT *, amount * 1.19 AS gross, amount / items AS each FROM {}",
    "joined": "SELECT p.*, region, age, income FROM {} p JOIN customers USING (customer_id)",
}


class Bench:
    """The variants over the two files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.orders, self.customers = folder / "orders.csv", folder / "customers.csv"
        self.plan = _plan(folder)
        self.found: dict[str, tuple[int, float]] = {}

    def keep(self, name: str, rows: int, total: float) -> None:
        """Note what a variant made; all must agree."""
        self.found[name] = (rows, round(total, 2))

    # DuckDB alone

    def sql(self, fused: bool) -> None:
        """Plain SQL: files to tables, then each step, or all in one."""
        con = duckdb.connect()
        for name, path in (("orders", self.orders), ("customers", self.customers)):
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}')")
        _write(con, fused)
        self.keep(f"plain SQL, {_how(fused)}", *_of(con, "joined"))
        con.close()

    # with provenance

    def ingested(self) -> tuple[duckdb.DuckDBPyConnection, dict[str, Snapshot]]:
        """A store in memory with snapshots of both files: raw text kept, one row id per row."""
        con = open_memory()
        functions.register(con)
        snapshots = {}
        with transaction(con):
            for read in self.plan.reads:
                source = catalogue.put_source(con, Source(name=read.source, path=f"{read.source}.csv"))
                path = self.orders if read.source == "orders" else self.customers
                snapshots[read.source] = ingest(con, source, path, dialect_of(read))
        return con, snapshots

    def lester(self) -> None:
        """The plan as a run materialises it."""
        con, snapshots = self.ingested()
        with transaction(con):
            made = materialise(con, self.plan, 1, snapshots)
        self.keep("with provenance, materialised", *_of(con, f"lester.{made.views['joined'].table_name}"))
        con.close()


class Views:
    """The steps alone, over tables that are there: what provenance adds to the SQL."""

    def __init__(self, bench: Bench) -> None:
        self.con, snapshots = bench.ingested()
        with transaction(self.con):
            made = materialise(self.con, bench.plan, 1, snapshots)
        self.plan = made.plan
        self.tables = {n: f"lester.{v.table_name}" for n, v in made.views.items()}
        for read in self.plan.reads:
            columns = ", ".join(read.schema.names)
            self.con.execute(f"CREATE TABLE {read.source} AS SELECT {columns} FROM {self.tables[read.name]}")

    def plain(self, fused: bool) -> None:
        """Plain SQL for the steps."""
        _write(self.con, fused)
        for name in STEPS:
            self.con.execute(f"DROP TABLE IF EXISTS {name}")

    def with_provenance(self, fused: bool) -> None:
        """The compiled SQL of the steps: each a table, or nested into one."""
        made = {r.name: self.tables[r.name] for r in self.plan.reads}
        steps = [n for n in self.plan.views if not isinstance(n, Read)]
        for node in steps:
            select = compile_node(node, [made[p.name] for p in node.parents]).select
            if fused and node is not steps[-1]:
                made[node.name] = f"({select})"
                continue
            self.con.execute(f"CREATE TABLE made_{node.name} AS {select}")
            made[node.name] = f"made_{node.name}"
        for node in steps:
            self.con.execute(f"DROP TABLE IF EXISTS made_{node.name}")


def vectorised(bench: Bench) -> None:
    """The script in pandas, whole columns at a time."""
    orders, customers = pd.read_csv(bench.orders), pd.read_csv(bench.customers)
    large = orders[orders["amount"] > LEAST]
    priced = large.assign(gross=large["amount"] * RATE, each=large["amount"] / large["items"])
    joined = priced.merge(customers, on="customer_id")
    bench.keep("pandas, vectorised", len(joined), joined["gross"].sum())


def line_loops(bench: Bench) -> None:
    """The script over lines of the csv module, a dict for the join."""
    with bench.customers.open(newline="") as file:
        customers = {row["customer_id"]: row for row in csv.DictReader(file)}
    joined = []
    with bench.orders.open(newline="") as file:
        for row in csv.DictReader(file):
            amount = float(row["amount"])
            if amount > LEAST and row["customer_id"] in customers:
                other = customers[row["customer_id"]]
                extra = {"gross": amount * RATE, "each": amount / int(row["items"])}
                joined.append({**row, **extra, "region": other["region"], "age": other["age"], "income": other["income"]})
    bench.keep("csv loop", len(joined), sum(row["gross"] for row in joined))


def row_loops(bench: Bench, rows: int) -> None:
    """The script as many are written: frames, gone through by ``iterrows``; over the first rows only."""
    customers = {row["customer_id"]: row for _, row in pd.read_csv(bench.customers).iterrows()}
    joined = []
    for _, row in pd.read_csv(bench.orders, nrows=rows).iterrows():
        if row["amount"] > LEAST and row["customer_id"] in customers:
            other = customers[row["customer_id"]]
            extra = {"gross": row["amount"] * RATE, "each": row["amount"] / row["items"]}
            joined.append({**row.to_dict(), **extra, "region": other["region"], "age": other["age"], "income": other["income"]})
    assert len(pd.DataFrame(joined)) <= rows


def _how(fused: bool) -> str:
    return "fused" if fused else "materialised"


def _write(con: duckdb.DuckDBPyConnection, fused: bool) -> None:
    source = "orders"
    for name, select in STEPS.items():
        if fused and name != "joined":
            source = f"({select.format(source)})"
            continue
        con.execute(f"CREATE TABLE {name} AS {select.format(source)}")
        source = name


def _of(con: duckdb.DuckDBPyConnection, table: str) -> tuple[int, float]:
    rows, total = con.execute(f"SELECT count(*), sum(gross) FROM {table}").fetchall()[0]
    return int(rows), float(total)


def _plan(folder: Path) -> Plan:
    def read(name: str) -> Read:
        fields = observe_schema(folder / f"{name}.csv", Reader.PANDAS_CSV).fields
        return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=fields, inferred=True)

    large: Node = Filter(name="large", parent=read("orders"), predicate=op("pandas_gt", col("amount"), lit(LEAST)))
    gross, each = op("mul", col("amount"), lit(RATE)), op("float_div", col("amount"), col("items"))
    priced = Project(name="priced", parent=large, assigned=(("gross", gross), ("each", each)))
    joined = Join(
        name="joined", left=priced, right=read("customers"), how=JoinKind.INNER, on=(("customer_id",) * 2,), null_keys_match=True
    )
    return Plan(
        pipeline="orders",
        prepared=joined,
        label=Label(expr=op("pandas_gt", col("returned"), lit(0))),
        split=Split(kind="none"),
        encode=Encode(blocks=(Block("x", ("gross",), (Transformer("passthrough"),)),)),
        model=Model(estimator="sklearn.dummy.DummyClassifier"),
    )


def measured(rows: int, repeats: int) -> list[dict[str, Any]]:
    """Measure one size; return a row per variant."""
    out = []
    with tempfile.TemporaryDirectory() as temporary:
        make_project(Path(temporary), rows)
        bench = Bench(Path(temporary))
        views = Views(bench)
        steps = {
            f"{what}, {_how(fused)}": (lambda use=use, fused=fused: use(fused))  # type: ignore[misc]
            for fused in (False, True)
            for what, use in (("plain SQL", views.plain), ("with provenance", views.with_provenance))
        }
        found = side_by_side(steps, repeats)
        for name, seconds in found.items():
            base = found[f"plain SQL, {name.partition(', ')[2]}"]
            out.append({"rows": rows, "what": "steps only", "variant": name, "seconds": seconds, "of plain SQL": seconds / base})
        views.con.close()
        whole = {
            "plain SQL, materialised": lambda: bench.sql(False),
            "plain SQL, fused": lambda: bench.sql(True),
            "with provenance, materialised": bench.lester,
            "pandas, vectorised": lambda: vectorised(bench),
        }
        found = side_by_side(whole, repeats)
        found |= {"csv loop": timed(lambda: line_loops(bench))}
        looped = min(rows, LOOPED)
        found[f"iterrows loop (from {looped:,} rows)"] = timed(lambda: row_loops(bench, looped)) * rows / looped
        base, ours = found["plain SQL, materialised"], found["with provenance, materialised"]
        for name, seconds in found.items():
            row = {"rows": rows, "what": "files to views", "variant": name, "seconds": seconds, "of plain SQL": seconds / base}
            out.append(row | {"of ours": seconds / ours})
        if len(set(bench.found.values())) != 1:
            raise SystemExit(f"the variants do not agree: {bench.found}")
    return out


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description="Time a plan with provenance beside the same without.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    rows = [row for size in arguments.rows for row in measured(size, arguments.repeats)]
    print(machine())
    print(f"written to {write_table('provenance', ('rows', 'what', 'variant', 'seconds', 'of plain SQL', 'of ours'), rows)}")


if __name__ == "__main__":
    main()
