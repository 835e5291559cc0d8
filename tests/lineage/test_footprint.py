"""Footprints against deletion: whatever changes when rows go must have been touched."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import NODE_TYPES, Read
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.schema import PlanError
from lester_gui.lineage import footprint as footprints
from lester_gui.lineage.footprint import DATA, Footprint, footprint
from lester_gui.lineage.promotion import promoted
from lester_gui.runtime.read import read_records
from lester_gui.runtime.records import Records, dialect_of, split
from tests.properties.strategies import FUNCTIONS, Case, plans
from tests.reference.interpreter import Row, interpret
from tests.reference.operators import EvaluationError
from tests.runtime.engine import run_plan


def test_every_node_type_has_a_rule() -> None:
    assert {*footprints._RULES, Read} == set(NODE_TYPES)


def records_of(plan: Plan, sources: dict[str, bytes]) -> dict[str, Records]:
    return {r.source: split(sources[r.source], dialect_of(r), r.source) for r in plan.reads}


def without(records: Records, gone: set[int]) -> Records:
    kept = [i for i, row_id in enumerate(records.row_ids) if row_id not in gone]
    chosen = [[column[i] for i in kept] for column in (records.records, records.row_ids, records.lines)]
    return Records(records.name, records.preamble, *chosen)  # type: ignore[arg-type]


def rebound(plan: Plan, records: dict[str, Records]) -> Plan:
    names = {r.name: tuple(f.name for f in r.columns) for r in plan.reads}
    return plan.rebind({r.name: read_records(records[r.source], r.reader, r.options, names[r.name]).schema for r in plan.reads})


def remaining(case: Case, gone: dict[str, set[int]]) -> dict[str, list[Row]]:
    """Return the reference's views on what is left, with the row ids that rows had before."""
    records = {s: without(r, gone.get(s, set())) for s, r in records_of(case.plan, case.sources).items()}
    plan = rebound(case.plan, records)
    read = {
        r.source: read_records(records[r.source], r.reader, r.options, tuple(f.name for f in r.columns)).row_ids
        for r in plan.reads
    }
    return interpret(plan, {s: r.content for s, r in records.items()}, FUNCTIONS, read)


def changes(before: list[Row], after: list[Row]) -> tuple[list[int], list[Row]]:
    """Return the places of rows that vanish or change, and the rows that are new."""
    left: dict[Any, list[Row]] = {}
    for row in after:
        left.setdefault(row.identity, []).append(row)
    changed = []
    for place, row in enumerate(before):
        same = left.get(row.identity)
        if not same or same.pop(0).cells != row.cells:
            changed.append(place)
    return changed, [row for rows in left.values() for row in rows]


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(functions=True), st.data())
def test_what_changes_was_touched(case: Case, data: st.DataObject) -> None:
    check(case, data)


def check(case: Case, data: st.DataObject) -> None:
    sizes = {s: len(r.records) for s, r in records_of(case.plan, case.sources).items()}
    assume(any(sizes.values()))
    person = {s: data.draw(st.sets(st.integers(1, n), max_size=2)) if n else set() for s, n in sizes.items()}
    with tempfile.TemporaryDirectory() as folder:
        try:
            connection, made, _ = run_plan(case.plan, case.sources, Path(folder))
            before = interpret(made.plan, case.sources, FUNCTIONS)
            after = remaining(case, person)
        except (UserError, EvaluationError, PlanError):
            assume(False)
        with connection:
            found = footprint(connection, made.plan, 1, {s: sorted(r) for s, r in person.items()})
            compare(connection, made.plan, found, before, after)
            candidates = promoted(connection, made.plan, 1, found.sources)
            promotions_explain(made.plan, {p.view for p in candidates}, before, after)


def compare(connection: Any, plan: Plan, found: Footprint, before: dict[str, list[Row]], after: dict[str, list[Row]]) -> None:
    for node in plan.views:
        view = found.views[node.name]
        numbers = [
            n
            for (n,) in connection.execute(
                f"SELECT __row_no FROM lester.view_1_{list(found.views).index(node.name)} ORDER BY 1"
            ).fetchall()
        ]
        assert view.rows == len(numbers) == len(before[node.name])
        touched = set(view.numbers())
        changed, _ = changes(before[node.name], after[node.name])
        missed = [place for place in changed if numbers[place] not in touched]
        assert not missed, (node.name, type(node).__name__, missed)
        gone = frozenset((s, i) for s, ids in found.sources.items() for i in ids)
        data = {numbers[p] for p, row in enumerate(before[node.name]) if row.data and row.data <= gone}
        assert data <= set(view.numbers(DATA)) or not data, "rows that are theirs alone are data"


def promotions_explain(plan: Plan, promotions: set[str], before: dict[str, list[Row]], after: dict[str, list[Row]]) -> None:
    for node in plan.views:
        _, new = changes(before[node.name], after[node.name])
        above = {n.name for n in topological(node)}
        assert not new or promotions & above, (node.name, type(node).__name__)
