"""Every view against the reference interpreter: cells, order, provenance, edges."""

import math
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from lester_gui.errors import UserError
from lester_gui.ir.nodes import NODE_TYPES, Aggregate, Distinct, Explode, Node, Opaque, Read
from lester_gui.runtime.compile_sql import COMPILERS
from lester_gui.runtime.materialize import Materialised, fetch_table
from lester_gui.runtime.provenance import creates_identity, identifying, occurrence_map
from tests.properties.strategies import FUNCTIONS, Case, plans
from tests.reference.interpreter import Row, interpret
from tests.reference.operators import EvaluationError
from tests.runtime.engine import run_plan


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return a == b or math.isclose(a, b, rel_tol=1e-15)
    return type(a) is type(b) and a == b


def test_every_node_type_is_compiled_or_filled() -> None:
    assert {*COMPILERS, Read, Opaque} == set(NODE_TYPES)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans(functions=True))
def test_views_are_what_the_reference_says(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            expected = interpret(case.plan, case.sources, FUNCTIONS)
        except EvaluationError:
            with pytest.raises(UserError):
                run_plan(case.plan, case.sources, Path(folder))
            return
        connection, made, _ = run_plan(case.plan, case.sources, Path(folder))
        with connection:
            for node in made.plan.views:
                compare_cells(connection, node, expected[node.name])
            compare_provenance(connection, made, expected)


def compare_cells(connection: duckdb.DuckDBPyConnection, node: Node, expected: list[Row]) -> None:
    found = fetch_table(connection, 1, node.name).to_pylist()
    assert len(found) == len(expected), node.name
    for row, wanted in zip(found, expected, strict=True):
        for f in node.schema:
            assert same(row[f.name], wanted.cells[f.name]), (node.name, f.name)
            assert f.nullable or row[f.name] is not None or isinstance(wanted.cells[f.name], type(None))


def compare_provenance(connection: duckdb.DuckDBPyConnection, made: Materialised, expected: dict[str, list[Row]]) -> None:
    """Expand every row to the source rows in it, node by node, and compare with the reference's sets."""
    origins = occurrence_map(made.plan)
    data: dict[str, dict[int, frozenset[tuple[str, int]]]] = {}
    for node in made.plan.views:
        view = made.views[node.name]
        rows = fetch_table(connection, 1, node.name, columns=[], hidden=True).to_pylist()
        numbers = [r["__row_no"] for r in rows]
        assert numbers == sorted(set(numbers))
        out: dict[int, frozenset[tuple[str, int]]] = {}
        parents: dict[int, list[int]] = {}
        if isinstance(node, Aggregate | Distinct | Explode):
            edges = connection.execute(f"SELECT row_no, parent_no FROM lester.edge_1_{view.position}_0").fetchall()
            assert [p for _, p in edges] == sorted(p for _, p in edges)
            for row_no, parent_no in edges:
                parents.setdefault(row_no, []).append(parent_no)
        for r in rows:
            if isinstance(node, Aggregate | Explode):
                found = [data[node.parent.name][p] for p in parents.get(r["__row_no"], [])]
            elif isinstance(node, Distinct):
                assert r["__row_no"] in parents[r["__row_no"]]
                found = [data[node.parent.name][r["__row_no"]]]
            elif isinstance(node, Read):
                found = [frozenset({(node.source, r["__p0"])})]
            else:
                pairs = [(o, r[f"__p{i}"]) for i, o in enumerate(origins[node.name])]
                found = [
                    data[o][p] if creates_identity(made.plan.view(o)) else source_row(made, o, p)
                    for o, p in pairs
                    if p is not None
                ]
            out[r["__row_no"]] = frozenset().union(*found)
        data[node.name] = out
        assert list(out.values()) == [row.data for row in expected[node.name]], node.name
        keys = [tuple(r[f"__p{i}"] for i in identifying(node)) for r in rows]
        assert len(set(keys)) == len(keys), "the identifying occurrences do not tell rows apart"


def source_row(made: Materialised, origin: str, row_id: int) -> frozenset[tuple[str, int]]:
    read = made.plan.view(origin)
    assert isinstance(read, Read)
    return frozenset({(read.source, row_id)})
