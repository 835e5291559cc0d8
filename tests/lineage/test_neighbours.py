"""Backwards and forwards say the same: a row came from those source rows whose footprint touches it, windows included."""

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from lester_gui.errors import UserError
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.nodes import (
    Aggregate,
    Concat,
    Filter,
    Measure,
    Node,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Window,
    WindowColumn,
)
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.schema import Field, Type
from lester_gui.lineage.arrivals import order_is_unstable, unstable_columns
from lester_gui.lineage.footprint import footprint
from lester_gui.lineage.rows import came_from, kept_because
from lester_gui.runtime.materialize import fetch_table
from tests.maintenance.test_delta import over
from tests.properties.strategies import Case, plans
from tests.runtime.engine import run_plan

VISITS = b"who,day,cost\n1,3,10\n2,1,20\n1,1,30\n2,2,40\n1,2,50\n3,1,60\n"


def visits() -> Read:
    fields = tuple(Field(n, Type.INT) for n in ("who", "day", "cost"))
    return Read(name="visits", source="visits", reader=Reader.PANDAS_CSV, columns=fields, inferred=True)


def behind(con: duckdb.DuckDBPyConnection, plan: Plan, view: str) -> list[dict[str, tuple[int, ...]]]:
    """Return, per row of a view, kind → the row ids of the visits that it came from."""
    numbers = fetch_table(con, 1, view, columns=[], hidden=True).column("__row_no").to_pylist()
    return [{s.kind: s.row_ids for s in came_from(con, plan, 1, view, n).sources} for n in numbers]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # in the order of days, person 1 has the rows 3, 5, 1
        ((WindowColumn("b", "shift", "cost"),), {1: {5}, 3: set(), 5: {3}}),
        ((WindowColumn("b", "pandas_cumsum", "cost"),), {1: {3, 5}, 3: set(), 5: {3}}),
        ((WindowColumn("b", "bfill", "cost"),), {1: set(), 3: {1, 5}, 5: {1}}),
        ((WindowColumn("b", "mean", "cost"),), {1: {3, 5}, 3: {1, 5}, 5: {1, 3}}),
        ((WindowColumn("b", "row_number"), WindowColumn("c", "diff", "cost", -1)), {1: {3, 5}, 3: {5}, 5: {1, 3}}),
    ],
)
def test_a_row_depends_on_those_that_its_functions_look_at(
    tmp_path: Path, columns: tuple[WindowColumn, ...], expected: dict[int, set[int]]
) -> None:
    window = Window(name="w", parent=visits(), by=("who",), columns=columns, order=(("day", True),))
    after = Select(name="s", parent=Sort(name="o", parent=window, by=(("cost", False),)), columns=(("b", "b"),))
    plan = over(after)
    con, made, _ = run_plan(plan, {"visits": VISITS}, tmp_path)
    with con:
        found = behind(con, made.plan, "s")[::-1]  # in the order of the visits
        for own, others in expected.items():
            assert found[own - 1]["data"] == (own,) and set(found[own - 1].get("state", ())) == others
        assert kept_because(made.plan, "w") == ()


def test_a_group_of_a_window_has_its_members(tmp_path: Path) -> None:
    window = Window(name="w", parent=visits(), by=("who",), columns=(WindowColumn("m", "mean", "cost"),))
    plan = over(Aggregate(name="a", parent=window, by=("day",), measures=(Measure("t", "sum", "m"),)))
    con, made, _ = run_plan(plan, {"visits": VISITS}, tmp_path)
    with con:
        lineage = came_from(con, made.plan, 1, "a", 1024)  # day 1: the visits 2, 3, 6
        assert sorted((g.view, g.members, g.kind) for g in lineage.groups) == [
            ("a", 3, "state"),
            ("w", 2, "state"),
            ("w", 3, "state"),
        ]
        assert [s.row_ids for s in lineage.sources] == [(1, 2, 3, 4, 5, 6)]


def test_a_row_is_kept_because_of_its_own_part_of_a_concat(tmp_path: Path) -> None:
    read = visits()
    early, late = (
        Filter(name=name, parent=read, predicate=op(operator, col("day"), lit(2)))
        for name, operator in (("early", "pandas_lt"), ("late", "pandas_ge"))
    )
    both = Concat(name="both", inputs=(early, late))
    costly = Filter(name="costly", parent=both, predicate=op("pandas_gt", col("cost"), lit(20)))
    con, made, _ = run_plan(over(costly), {"visits": VISITS}, tmp_path)
    with con:
        numbers = fetch_table(con, 1, "costly", columns=[], hidden=True).column("__row_no").to_pylist()
        rows = [came_from(con, made.plan, 1, "costly", n) for n in numbers]
        told = {row.sources[0].row_ids: [c.view for c in row.kept_because] for row in rows}
        assert told == {
            (3,): ["costly", "early"],
            (6,): ["costly", "early"],
            (4,): ["costly", "late"],
            (5,): ["costly", "late"],
        }


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(nodes=(Window, Project, Select, Sort, Concat), max_nodes=5))
def test_came_from_is_the_footprint_turned_round(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            con, made, _ = run_plan(case.plan, case.sources, Path(folder))
        except UserError:
            return
        with con:
            turned_round(con, made.plan)


def turned_round(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    prepared: Node = plan.prepared
    numbers = fetch_table(con, 1, prepared.name, columns=[], hidden=True).column("__row_no").to_pylist()
    back = {n: {(s.source, i) for s in came_from(con, plan, 1, prepared.name, n).sources for i in s.row_ids} for n in numbers}
    unstable = unstable_columns(plan)
    moves = any(
        order_is_unstable(n.parent, unstable) or any(c in unstable[n.parent.name] for c in (*n.by, *(c for c, _ in n.order)))
        for n in topological(prepared)
        if isinstance(n, Window)
    )
    sources = {r.source: fetch_table(con, 1, r.name, columns=[], hidden=True).column("__p0").to_pylist() for r in plan.reads}
    for source, ids in sources.items():
        for i in ids:
            touched = set(footprint(con, plan, 1, {source: [i]}).views[prepared.name].numbers())
            came = {n for n, found in back.items() if (source, i) in found}
            assert came <= touched and (moves or touched == came)
