"""The reference's nodes and readers, against plain loops and pandas; and what it claims about provenance, by deleting rows."""

import io
from collections import Counter
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.nodes import (
    NODE_TYPES,
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Take,
)
from lester_gui.ir.plan import topological
from lester_gui.ir.schema import Field, Type
from tests.properties.strategies import FUNCTIONS, Case, observed, plans, sources
from tests.reference.interpreter import INTERPRETERS, Context, Row, interpret, labels, sides
from tests.reference.operators import EvaluationError
from tests.reference.readers import read_rows

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEFT = b"k,x,t\n1,10,a\n2,20,\n,30,b\n2,40,a\n"
RIGHT = b"k,y\n2,p\n3,q\n2,r\n,s\n"


def read(name: str, data: bytes) -> Read:
    return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=observed(data), inferred=True)


left, right = read("left", LEFT), read("right", RIGHT)


def run(node: Node, **more: Any) -> list[Row]:
    context = Context({"left": LEFT, "right": RIGHT}, {}, {}, more)
    tables: dict[str, list[Row]] = {}
    for n in topological(node):
        tables[n.name] = INTERPRETERS[type(n)](n, [tables[p.name] for p in n.parents], context)
    return tables[node.name]


def cells(node: Node, **more: Any) -> list[tuple[Any, ...]]:
    rows = run(node, **more)
    assert all(tuple(r.cells) == node.schema.names for r in rows), "cells are in the schema's order"
    assert len({r.identity for r in rows}) == len(rows), "the identity tells rows apart"
    return [tuple(r.cells.values()) for r in rows]


def as_pandas(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    objects = frame.astype(object)
    return list(objects.where(objects.notna(), None).itertuples(index=False, name=None))


L, R = pd.read_csv(io.BytesIO(LEFT)), pd.read_csv(io.BytesIO(RIGHT))


def test_every_node_type_is_interpreted() -> None:
    assert set(INTERPRETERS) == set(NODE_TYPES)


def test_read() -> None:
    assert cells(left) == as_pandas(L)
    assert [r.data for r in run(left)][:2] == [{("left", 1)}, {("left", 2)}]


def test_filter() -> None:
    node = Filter(name="f", parent=left, predicate=op("pandas_ne", col("t"), lit("a")))
    assert cells(node) == as_pandas(L[L.t != "a"])


def test_project_reads_the_parents_values() -> None:
    assigned = (("x", op("mul", col("x"), lit(2))), ("z", op("add", col("x"), col("k"))))
    assert cells(Project(name="p", parent=left, assigned=assigned)) == as_pandas(L.assign(z=L.x + L.k, x=L.x * 2))


def test_select() -> None:
    assert cells(Select(name="s", parent=left, columns=(("u", "t"), ("x", "x")))) == as_pandas(
        L[["t", "x"]].rename(columns={"t": "u"})
    )


@pytest.mark.parametrize("how", ["inner", "left"])
def test_join_like_pandas(how: str) -> None:
    node = Join(name="j", left=left, right=right, how=JoinKind(how), on=(("k", "k"),), null_keys_match=True)
    assert cells(node) == as_pandas(L.merge(R, on="k", how=how))


@pytest.mark.parametrize("how", ["right", "outer"])
def test_join_gives_the_rows_of_pandas_in_another_order(how: str) -> None:
    node = Join(name="j", left=left, right=right, how=JoinKind(how), on=(("k", "k"),), null_keys_match=True)
    assert Counter(cells(node)) == Counter(as_pandas(L.merge(R, on="k", how=how)))
    assert cells(node)[-1] == (3.0, None, None, "q"), "rows without a match come last"


def test_join_that_never_matches_missing_keys() -> None:
    node = Join(name="j", left=left, right=right, how=JoinKind.INNER, on=(("k", "k"),))
    assert [c[1] for c in cells(node)] == [20, 20, 40, 40]


def test_join_suffixes_and_cross() -> None:
    node = Join(name="j", left=left, right=right, how=JoinKind.CROSS, on=())
    assert cells(node) == as_pandas(L.merge(R, how="cross")) and node.schema.names == ("k_x", "x", "t", "k_y", "y")


@pytest.mark.parametrize(("take", "expected"), [(Take.FIRST, ["p", "p"]), (Take.LAST, ["r", "r"])])
def test_a_dict_as_a_join(take: Take, expected: list[str]) -> None:
    node = Join(name="j", left=left, right=right, how=JoinKind.INNER, on=(("k", "k"),), take=take)
    assert [c[3] for c in cells(node)] == expected
    other = 3 if take is Take.FIRST else 1
    assert run(node)[0].control == {("right", other)}


@pytest.mark.parametrize(("how", "expected"), [(JoinKind.SEMI, [20, 40]), (JoinKind.ANTI, [10, 30])])
def test_membership(how: JoinKind, expected: list[int]) -> None:
    node = Join(name="j", left=left, right=right, how=how, on=(("k", "k"),))
    assert [c[1] for c in cells(node)] == expected


@pytest.mark.parametrize("drop", [True, False])
def test_groups_like_pandas(drop: bool) -> None:
    measures = tuple(Measure(f, f, "x") for f in ("sum", "mean", "min", "max", "count", "nunique", "first", "last"))
    node = Aggregate(name="g", parent=left, by=("t",), measures=(*measures, Measure("n", "size", None)), drop_null_keys=drop)
    expected = L.groupby("t", dropna=drop).agg(**{m.name: ("x", m.function) for m in measures}, n=("x", "size")).reset_index()
    assert cells(node) == as_pandas(expected)


def test_groups_in_order_of_appearance() -> None:
    node = Aggregate(
        name="g",
        parent=left,
        by=("k",),
        measures=(Measure("n", "size", None),),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=False,
    )
    assert cells(node) == [(1.0, 1), (2.0, 2), (None, 1)]
    assert run(node)[1].data == {("left", 2), ("left", 4)}


def test_one_row_for_nothing() -> None:
    none = Filter(name="f", parent=left, predicate=lit(False))
    measures = (Measure("n", "size", None), Measure("s", "sum", "x"), Measure("m", "mean", "x"))
    assert cells(Aggregate(name="g", parent=none, by=(), measures=measures)) == [(0, 0, None)]
    assert cells(Aggregate(name="g", parent=none, by=("t",), measures=measures)) == []


@pytest.mark.parametrize("keep", Keep)
def test_distinct_like_pandas(keep: Keep) -> None:
    node = Distinct(name="d", parent=right, subset=("k",), keep=keep)
    assert cells(node) == as_pandas(R.drop_duplicates("k", keep=False if keep is Keep.NONE else keep.value))


def test_distinct_rows_hang_on_their_doubles() -> None:
    first = run(Distinct(name="d", parent=right, subset=("k",)))[0]
    assert (first.data, first.control) == ({("right", 1)}, {("right", 3)})


def test_concat() -> None:
    assert cells(Concat(name="c", inputs=(left, left))) == as_pandas(pd.concat([L, L]))


@pytest.mark.parametrize("ascending", [True, False])
def test_sort_like_pandas(ascending: bool) -> None:
    node = Sort(name="s", parent=left, by=(("t", ascending), ("k", True)))
    assert cells(node) == as_pandas(L.sort_values(["t", "k"], ascending=[ascending, True], kind="stable"))


def test_sort_is_stable_both_ways() -> None:
    assert [c[1] for c in cells(Sort(name="s", parent=left, by=(("k", False),)))] == [20, 40, 10, 30]


@pytest.mark.parametrize(("count", "offset"), [(2, 0), (2, 1), (9, 3), (2, -2), (1, -3), (9, -9), (0, 0)])
def test_limit_is_a_slice(count: int, offset: int) -> None:
    assert cells(Limit(name="l", parent=left, count=count, offset=offset)) == as_pandas(L)[offset:][:count]


@pytest.mark.parametrize(("position", "expected"), [("first", "p"), ("last", "s")])
def test_broadcast_is_the_loop_variable_after_its_loop(position: str, expected: str) -> None:
    node = Broadcast(name="b", parent=left, of=right, values=(("y", "y"),), position=position)
    assert {c[3] for c in cells(node)} == {expected} and run(node)[0].data >= {("left", 1)}


def test_broadcast_of_no_row_or_too_many() -> None:
    none = Filter(name="f", parent=right, predicate=lit(False))
    for of, position in ((none, "last"), (right, "only")):
        with pytest.raises(EvaluationError):
            run(Broadcast(name="b", parent=left, of=of, values=(("y", "y"),), position=position))
    assert run(Broadcast(name="b", parent=Filter(name="g", parent=left, predicate=lit(False)), of=none, values=())) == []


def test_opaque() -> None:
    node = Opaque(
        name="o",
        inputs=(left,),
        variables=("df",),
        source="",
        output="",
        columns=(Field("n", Type.INT),),
        reason="",
        keeps_rows=True,
    )
    assert cells(node, o=lambda rows: [(r["x"],) for r in rows]) == [(10,), (20,), (30,), (40,)]
    with pytest.raises(EvaluationError):
        run(node, o=lambda rows: [])


LINES = "1, a ,x\n2,\u00e9,\t\n".encode()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [["1", " a ", "x"], ["2", "é", ""]]),
        ({"strip": "newline"}, [["1", " a ", "x"], ["2", "é", "\t"]]),
        ({"strip": "none"}, [["1", " a ", "x\n"], ["2", "é", "\t\n"]]),
        ({"strip": "right", "skip": 1}, [["2", "é", ""]]),
        ({"maxsplit": 2, "sep": ","}, [["1", " a ", "x"], ["2", "é", ""]]),
    ],
)
def test_line_loops(options: dict[str, Any], expected: list[list[str]]) -> None:
    fields = tuple(Field(n, Type.STR) for n in "abc")
    node = Read(name="r", source="r", reader=Reader.PYTHON_LINES, options=tuple(options.items()), columns=fields)
    assert [list(r.values()) for r in read_rows(node, LINES)] == expected


def test_a_ragged_line_is_an_error_and_a_blank_one_may_be_skipped() -> None:
    fields = (Field("a", Type.STR), Field("b", Type.STR))
    node = Read(name="r", source="r", reader=Reader.PYTHON_LINES, columns=fields)
    with pytest.raises(EvaluationError):
        read_rows(node, b"1,2\n\n3,4\n")
    node = Read(name="r", source="r", reader=Reader.PYTHON_LINES, options=(("skip_blank", True),), columns=fields)
    assert len(read_rows(node, b"1,2\n\n3,4\r\n")) == 2


def test_csv_reader_quotes() -> None:
    fields = (Field("a", Type.STR), Field("b", Type.STR))
    node = Read(name="r", source="r", reader=Reader.PYTHON_CSV, options=(("header", True), ("delimiter", ";")), columns=fields)
    assert [tuple(r.values()) for r in read_rows(node, b'a;b\n"x;""y""\nz";2\n\n3;NA\n')] == [('x;"y"\nz', "2"), ("3", "NA")]


@QUICK
@given(sources())
def test_readers_give_what_the_plan_says(source: Any) -> None:
    rows = read_rows(source.read, source.data)
    assert all(tuple(r) == source.read.schema.names for r in rows)


PYTHON = {Type.BOOL: bool, Type.INT: int, Type.FLOAT: float, Type.STR: str, Type.STRS: list, Type.TIMESTAMP: datetime}


@QUICK
@given(plans(functions=True))
def test_random_plans_give_what_their_schemas_promise(case: Case) -> None:
    try:
        tables = interpret(case.plan, case.sources, FUNCTIONS)
    except EvaluationError:
        return  # a broadcast of nothing
    for view in case.plan.views:
        rows = tables[view.name]
        assert len({r.identity for r in rows}) == len(rows)
        for f in view.schema:
            values = [r.cells[f.name] for r in rows]
            assert f.nullable or None not in values, (view.name, f)
            assert all(v is None or type(v) is PYTHON[f.type] for v in values), (view.name, f)
    prepared = tables[case.plan.prepared.name]
    assert len(labels(case.plan, prepared)) == len(prepared)
    if case.plan.split.kind in ("none", "expression"):
        assert set(sides(case.plan, prepared)) <= {*case.plan.split.sides, ""}


@QUICK
@given(plans(readers=[Reader.PYTHON_LINES]), st.data())
def test_rows_that_a_source_row_is_not_in_stay_without_it(case: Case, data: st.DataObject) -> None:
    """The claim behind data and control: delete one line, and every row that names neither is still there as it was."""
    name = data.draw(st.sampled_from(sorted(case.sources)))
    lines = case.sources[name].splitlines(keepends=True)
    assume(lines)
    gone = data.draw(st.integers(1, len(lines)))
    rest = {**case.sources, name: b"".join(line for i, line in enumerate(lines, 1) if i != gone)}
    ids = {name: [i for i in range(1, len(lines) + 1) if i != gone]}
    try:
        before, after = interpret(case.plan, case.sources), interpret(case.plan, rest, row_ids=ids)
    except EvaluationError:
        return
    for view in case.plan.views:
        untouched = Counter(repr(r.cells) for r in before[view.name] if (name, gone) not in r.data | r.control)
        assert not untouched - Counter(repr(r.cells) for r in after[view.name]), view.name
        assert all((name, gone) not in r.data for r in after[view.name])
