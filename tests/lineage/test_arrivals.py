"""A row that comes where a touched one leaves changes rows which the person never touched; these must be named too."""

from pathlib import Path

from lester_gui.ir.nodes import Aggregate, Distinct, Measure, Read, Reader
from lester_gui.lineage.footprint import CONTROL, footprint
from tests.lineage.test_footprint import compare, remaining
from tests.maintenance.test_delta import over
from tests.properties.strategies import Case, observed
from tests.reference.interpreter import interpret
from tests.runtime.engine import run_plan

DATA = b"key,group\n1,a\n1,b\n2,b\n"


def test_the_group_that_an_equal_row_joins_is_touched(tmp_path: Path) -> None:
    read = Read(name="t", source="t", reader=Reader.PANDAS_CSV, columns=observed(DATA), inferred=True)
    unique = Distinct(name="u", parent=read, subset=("key",))
    plan = over(Aggregate(name="n", parent=unique, by=("group",), measures=(Measure("n", "size", None),)))
    case = Case(plan, {"t": DATA})
    connection, made, _ = run_plan(plan, case.sources, tmp_path)
    with connection:
        found = footprint(connection, made.plan, 1, {"t": [1]})  # then (1, b) is the first with key 1, and b has two rows
        compare(connection, made.plan, found, interpret(made.plan, case.sources), remaining(case, {"t": {1}}))
        assert found.views["n"].numbers(CONTROL) == [2048]
        assert footprint(connection, made.plan, 1, {"t": [3]}).views["n"].count(CONTROL) == 0
