"""One patient's way through the hospital pipeline: footprint, rows, columns, graph."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.lineage import columns, graph
from lester_gui.lineage.footprint import CONTROL, DATA, STATE, Footprint, footprint
from lester_gui.lineage.promotion import promoted
from lester_gui.lineage.rows import came_from, kept_because, went_to
from lester_gui.runtime.materialize import views_of
from tests.lineage.hospital import hospital_run

Run = tuple[duckdb.DuckDBPyConnection, Plan]


@pytest.fixture(scope="module")
def run(samples_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    connection, plan, _ = hospital_run(samples_folder / "hospital" / "data", tmp_path_factory.mktemp("sources"))
    with connection:
        yield connection, plan


def patient(run: Run, in_prepared: bool) -> dict[str, list[int]]:
    """Return the rows of the first patient who reaches the model, or who is filtered out."""
    where = "IN" if in_prepared else "NOT IN"
    tables = {name: f"lester.{v.table_name}" for name, v in views_of(run[0], 1).items()}
    chosen = f"__p0 {where} (SELECT __p0 FROM {tables['data-5']})"
    found = run[0].execute(f"SELECT __p0, __p1 FROM {tables['data']} WHERE {chosen} ORDER BY __row_no LIMIT 1").fetchall()[0]
    return {"patients": [found[0]], "histories": [found[1]]}


def look(run: Run, in_prepared: bool = True) -> Footprint:
    return footprint(*run, 1, patient(run, in_prepared))


def test_own_rows_are_data_and_the_age_group_is_state(run: Run) -> None:
    found = look(run)
    assert {name: view.count(DATA) for name, view in found.views.items()} == {
        "patients": 1, "histories": 1, "data": 1, "complications": 0, "data-2": 1, "data-3": 1, "data-4": 1, "data-5": 1,
    }  # fmt: skip
    assert found.views["complications"].count(STATE) == 1
    group = (
        run[0]
        .execute("SELECT count(*) FROM lester.edge_1_3_0 WHERE row_no = ?", found.views["complications"].numbers())
        .fetchall()
    )
    assert found.views["data-2"].count() == group[0][0]
    assert found.sides["train"].count(DATA) + found.sides["test"].count(DATA) == 1
    assert found.sides["train"].count() + found.sides["test"].count() == found.views["data-5"].count()
    assert not any(view.count(CONTROL) for view in found.views.values())


def test_a_patient_who_is_filtered_out_still_decides_labels(run: Run) -> None:
    found = look(run, in_prepared=False)
    assert found.views["data-5"].count(DATA) == 0
    assert found.views["data-5"].count(STATE) > 0
    assert found.sides["train"].count(STATE) > 0


def test_nobody_touches_nothing(run: Run) -> None:
    assert footprint(*run, 1, {}).is_empty
    unknown = footprint(*run, 1, {"patients": [10**9], "elsewhere": [1]})
    assert unknown.is_empty
    assert not any(view.count() for view in unknown.views.values())


def test_nothing_is_promoted_by_inner_joins(run: Run) -> None:
    assert promoted(*run, 1, patient(run, True)) == ()


def test_a_prepared_row_knows_its_sources_and_its_group(run: Run) -> None:
    found = look(run)
    row = found.views["data-5"].numbers(DATA)[0]
    lineage = came_from(*run, 1, "data-5", row)
    own = {s.source: s.row_ids for s in lineage.sources if s.kind == DATA}
    assert own == {source: tuple(ids) for source, ids in patient(run, True).items()}
    others = {s.source: len(s.row_ids) for s in lineage.sources if s.kind == STATE}
    assert others == {"patients": lineage.groups[0].members - 1, "histories": lineage.groups[0].members - 1}
    assert [(g.view, g.parent) for g in lineage.groups] == [("complications", "data")]
    assert {s.source: s.columns for s in lineage.sources if s.kind == DATA} == {
        "patients": ("race", "county", "num_children", "income", "ssn"),
        "histories": ("smoker", "complications", "ssn"),
    }


def test_a_row_that_is_gone_is_refused(run: Run) -> None:
    with pytest.raises(UserError, match="no such row"):
        came_from(*run, 1, "data-5", 1)


def test_a_source_row_goes_where_the_footprint_says(run: Run) -> None:
    rows = patient(run, True)
    number = run[0].execute("SELECT __row_no FROM lester.view_1_0 WHERE __p0 = ?", rows["patients"]).fetchall()[0][0]
    there = went_to(*run, 1, "patients", number)
    expected = footprint(*run, 1, {"patients": rows["patients"]})
    assert set(there.views) == set(expected.views) - {"patients", "histories"}
    for name, view in there.views.items():
        assert view.touched.equals(expected.views[name].touched)
    assert there.sides["train"].touched.equals(expected.sides["train"].touched)


def test_why_a_row_is_there(run: Run) -> None:
    assert [(c.view, c.columns) for c in kept_because(run[1], "data-5")] == [
        ("data-5", ("county",)), ("data-2", ("age_group",)), ("complications", ("age_group",)), ("data", ("ssn",)),
    ]  # fmt: skip


def test_columns_back_to_the_sources(run: Run) -> None:
    plan = run[1]
    assert [(s.source, s.column) for s in columns.source_columns(plan, "data-5", "label")] == [("histories", "complications")]
    hops = columns.chain(plan, "data-5", "label")
    assert ("data-3", "label", "data-2", "mean_complications") in [(h.view, h.column, h.from_view, h.from_column) for h in hops]
    assert ("histories", "complications") in [(h.from_view, h.from_column) for h in hops]
    assert columns.reached(plan, "patients", "ssn")["data-5"] == ("ssn",)
    assert "complications" not in columns.reached(plan, "patients", "ssn")
    assert ("patients", "county") in [(s.source, s.column) for s in columns.deciding_columns(plan, "data-5")]


def test_the_graph_marks_the_way(run: Run) -> None:
    found = look(run)
    rows = {name: view.rows for name, view in found.views.items()} | {"train": 217, "test": 73}
    features = (graph.Feature("income", ("income",), cells=1, of=217, fitted=True),)
    drawn = graph.lineage_graph(run[1], rows, found, features, (graph.Learnt("canonical"),), (graph.Learnt("canonical", 0, 73),))
    assert [n.lane for n in drawn.nodes] == sorted((n.lane for n in drawn.nodes), key=graph.LANES.index)
    assert drawn.node("source:patients").rows == 1
    assert drawn.node("view:complications").touched
    kinds = {(e.start, e.end): e.kind for e in drawn.edges}
    assert kinds["view:data", "view:complications"] == STATE
    way = graph.path(drawn, "feature:income")
    assert {"source:patients", "source:histories", "view:data-5", "feature:income"} <= {n.id for n in way.nodes}
    assert all(e.touched for e in way.edges)
    untouched = graph.lineage_graph(run[1], rows)
    assert not any(n.touched for n in untouched.nodes)
    assert not graph.path(untouched, "view:data-5").edges
