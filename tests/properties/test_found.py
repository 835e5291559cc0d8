"""What random plans found wrong once, each kept as the small plan that shows it."""

from pathlib import Path

from lester_gui.ir.nodes import Aggregate, Broadcast, Measure, Node, Read, Reader
from lester_gui.verify.lineage_check import is_exact
from tests.maintenance.test_delta import over
from tests.properties.sequences import Change, Kept, Told, check_change
from tests.properties.strategies import Case, observed

DATA = b"key,group\n1,a\n1,b\n2,b\n"
OTHER = b"key,amount\n1,0.5\n3,\n"


def table(name: str = "t", data: bytes = DATA) -> Read:
    return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=observed(data), inferred=True)


def through(folder: Path, node: Node, *changes: Change) -> list[bool]:
    """Say after which changes the run stands; each is checked against replay, reference and footprint."""
    with Kept(Case(over(node), {"t": DATA, "o": OTHER}), folder) as kept:
        assert kept.learns
        return [check_change(kept, change, Told()) for change in changes]


def deletion(source: str, *row_ids: int) -> Change:
    return Change(source, frozenset(row_ids), {}, ())


def test_one_row_for_all_stays_when_all_rows_leave(tmp_path: Path) -> None:
    count = Aggregate(name="n", parent=table(), by=(), measures=(Measure("n", "size", None),))
    assert through(tmp_path, count, deletion("t", 1), deletion("t", 2, 3)) == [True, True]


def test_a_value_that_is_gone_stops_the_plan_as_it_stops_the_script(tmp_path: Path) -> None:
    last = Broadcast(name="b", parent=table(), of=table("o", OTHER), values=(("amount", "amount"),), position="last")
    assert through(tmp_path, last, deletion("o", 1), deletion("o", 2), deletion("t", 1)) == [True, False, True]


def test_a_group_of_groups_becomes_another_one_with_the_value_that_is_its_key(tmp_path: Path) -> None:
    each = Aggregate(name="each", parent=table(), by=("key",), measures=(Measure("n", "size", None),))
    alike = Aggregate(name="alike", parent=each, by=("n",), measures=(Measure("keys", "size", None),))
    assert not is_exact(alike, "t")
    assert through(tmp_path, alike, deletion("t", 1)) == [True]
