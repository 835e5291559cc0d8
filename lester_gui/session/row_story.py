"""One row in words: the source rows it came from, why it is there, what it depends on, and where it went."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import duckdb

from lester_gui.ir.expression_text import expression_text
from lester_gui.ir.expressions import Apply, Column, Expr, Literal, columns_of
from lester_gui.ir.learning import ROWS_OF
from lester_gui.ir.nodes import Aggregate, Distinct, Filter, Join, Node, Opaque, Read, Sort, Window
from lester_gui.ir.notation import dialect_of, signatures_of
from lester_gui.ir.plan import Plan
from lester_gui.lineage.footprint import CONTROL, DATA, STATE, Footprint, Touched
from lester_gui.lineage.rows import Group, RowLineage, SourceRows, came_from, went_to
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.provenance import STEP
from lester_gui.runtime.split import split_table
from lester_gui.session.masking import MASK
from lester_gui.session.opened import Document
from lester_gui.session.reading import ROW_ID, Reader, RunFacts, Shown

MOST: Final = 20
"""Source rows that are listed one by one."""
MOST_CONDITIONS: Final = 4
_COMPARED: Final = {"eq": "is", "ne": "is not", "lt": "less than", "le": "at most", "gt": "more than", "ge": "from"}
_OPPOSITE: Final = {"eq": "ne", "ne": "eq", "lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}
_TESTS: Final = {
    "contains": ("contains", "does not contain"),
    "startswith": ("begins with", "does not begin with"),
    "endswith": ("ends with", "does not end with"),
}


def tell(reader: Reader, shown: Shown, row_no: int) -> tuple[Document, RowLineage, int | None]:
    """Return the row's lineage for a screen (without person and features), the lineage itself, and the prepared row.

    Parameters
    ----------
    row_no
        As pages number the rows: a source's row id, else the order key.

    Returns
    -------
    tuple
        The last part is the row number of the one prepared row that holds this row's data, None if there is none or several.

    Raises
    ------
    UserError
        If the view has no such row any more.
    """
    connection, plan, run = reader.connection, shown.facts.plan, shown.facts.run.id
    assert run is not None
    number = order_key(connection, shown, row_no)
    back = came_from(connection, plan, run, shown.view.name, number)
    ahead = went_to(connection, plan, run, shown.view.name, number)
    document = {
        "title": f"Row {label_of(shown, row_no)} of {shown.name}",
        "came_from": [entry for found in back.sources if found.kind != STATE for entry in _source_entries(found)],
        "kept_because": [
            {"view": c.view, "text": _reason(shown.facts, plan.view(c.view)), "kind": CONTROL}
            for c in back.kept_because
            if not isinstance(plan.view(c.view), Sort)  # decides about places; about rows only together with a limit
        ],
        "depends_on": _dependencies(connection, shown, back),
        "went_to": _destinations(connection, shown, ahead),
    }
    prepared = [number for side in ahead.sides.values() for number in side.numbers(DATA)]
    return document, back, prepared[0] if len(prepared) == 1 else None


def order_key(connection: duckdb.DuckDBPyConnection, shown: Shown, row_no: int) -> int:
    """Return the ``__row_no`` of a row as pages number it; -1, which no row has, if it is gone."""
    if shown.key != ROW_ID:
        return row_no
    found = connection.execute(f"SELECT {ROW_NO} FROM {shown.table} WHERE {ROW_ID} = ?", [row_no]).fetchone()
    return -1 if found is None else int(found[0])


def label_of(shown: Shown, row_no: int) -> str:
    """Return a row's number for people: the data line of a source, the place in the order that a view was made with."""
    stepped = shown.key != ROW_ID and row_no % STEP == 0
    return f"{row_no // STEP if stepped else row_no:,}"


def _source_entries(found: SourceRows) -> list[Document]:
    return [
        {"source": found.source, "row": row, "columns": list(found.columns), "kind": found.kind} for row in found.row_ids[:MOST]
    ]


def _dependencies(connection: duckdb.DuckDBPyConnection, shown: Shown, back: RowLineage) -> list[Document]:
    out = [
        {"view": g.view, "text": _group_text(connection, shown, g), "kind": STATE}
        for g in back.groups
        if g.members > 1 and isinstance(shown.facts.plan.view(g.view), Aggregate | Window)
    ]
    for found in back.sources:
        if found.kind == STATE and not back.groups:  # an opaque step: nothing is known about its inside
            out.append({"view": found.view, "text": f"every row of {found.source}: {len(found.row_ids):,} rows", "kind": STATE})
        elif found.kind != STATE and len(found.row_ids) > MOST:
            rest = _count(len(found.row_ids) - MOST, "more row")
            out.append({"view": found.view, "text": f"{rest} of {found.source}", "kind": found.kind})
    return out


def _group_text(connection: duckdb.DuckDBPyConnection, shown: Shown, group: Group) -> str:
    """Return what a group is: ``301 rows of df with age_group group3: mean 2.13``; masked where a person would show."""
    node = shown.facts.plan.view(group.view)
    assert isinstance(node, Aggregate | Window)
    made = node.measures if isinstance(node, Aggregate) else node.columns
    by = [n for n in node.by if n not in {m.name for m in made}]
    names = [*by, *(m.name for m in made)]
    chosen = ", ".join(identifier(n) for n in names)
    table = f"lester.{shown.facts.views[group.view].table_name}"
    row = connection.execute(f"SELECT {chosen} FROM {table} WHERE {ROW_NO} = ?", [group.row_no]).fetchone()
    assert row is not None
    masked = shown.facts.personal[group.view]
    values = {n: MASK if n in masked else _short(v) for n, v in zip(names, row, strict=True)}
    which = ", ".join(f"{n} {values[n]}" for n in by)
    measures = ", ".join(f"{m.function} {values[m.name]}" for m in made)
    text = f"{group.members:,} rows of {group.parent}" + (f" with {which}" if which else "")
    return f"{text}: {measures}" if measures else text


def _destinations(connection: duckdb.DuckDBPyConnection, shown: Shown, ahead: Footprint) -> list[Document]:
    pipeline, run = shown.facts.run.pipeline, shown.facts.run.id
    out: list[Document] = []
    for name, side in ahead.sides.items():
        word = ROWS_OF[name]
        numbers = side.numbers(DATA)
        for number in numbers[:MOST]:
            place = connection.execute(
                f"SELECT count(*) FROM lester.{split_table(run or 0)} s JOIN lester.{split_table(run or 0)} o USING (side) "
                "WHERE s.row_no = ? AND o.position <= s.position",
                [number],
            ).fetchone()
            assert place is not None
            out.append({"text": f"{pipeline}, {word} row {int(place[0]):,}", "kind": DATA, "detail": f"of {side.rows:,}"})
        if len(numbers) > MOST:
            out.append({"text": f"{len(numbers) - MOST:,} more {word} rows", "kind": DATA, "detail": ""})
        others = side.count(STATE)
        if others:
            through = ", ".join(_shared(shown.facts.plan, ahead.views))
            detail = f"through {through}" if through else ""
            out.append({"text": _count(others, f"other {word} row"), "kind": STATE, "detail": detail})
    if ahead.trains:
        out.append({"text": "The weights of the model", "kind": STATE, "detail": "and through them every prediction"})
    return out


def _shared(plan: Plan, views: dict[str, Touched]) -> list[str]:
    """Return the steps at which a row becomes part of something that other rows share."""
    return [
        name for name, t in views.items() if isinstance(plan.view(name), Aggregate | Distinct | Window | Opaque) and t.count()
    ]


def _reason(facts: RunFacts, node: Node) -> str:
    if isinstance(node, Filter):
        return _condition(facts.plan, node.predicate, facts.personal[node.parent.name])
    if isinstance(node, Join):
        return "joined on " + " and ".join(a if a == b else f"{a} = {b}" for a, b in node.on)
    if isinstance(node, Aggregate):
        return f"grouped by {', '.join(node.by)}"
    if isinstance(node, Distinct):
        return f"the {node.keep} of the rows that agree in {', '.join(node.subset) or 'every column'}"
    return f"decided by a step that is not understood{f' (script line {node.line})' if node.line else ''}"


def _condition(plan: Plan, expr: Expr, masked: frozenset[str], inner: bool = False) -> str:
    """Return a condition as a sentence where it has a common form, else in the plan's notation.

    What a masked column is compared with stays masked: scripts do name people.
    """
    if isinstance(expr, Apply) and expr.operator in ("and", "or"):
        parts = [_condition(plan, a, masked, True) for a in _flat(expr, expr.operator)]
        more = len(parts) - MOST_CONDITIONS
        if more > 0:
            return f"{', '.join(parts[:MOST_CONDITIONS])} {expr.operator} {_count(more, 'more condition')}"
        text = f" {expr.operator} ".join(parts)
        return f"({text})" if inner else text
    names = [c for c in columns_of(expr) if c in masked]
    if names:
        return f"a condition on {', '.join(names)}"
    found = _comparison(expr)
    return found or expression_text(expr, dialect_of(plan), signatures_of(plan.expressions))


def _flat(expr: Expr, operator: str) -> list[Expr]:
    """Return the parts of a chain of one operator."""
    if isinstance(expr, Apply) and expr.operator == operator:
        return [part for a in expr.arguments for part in _flat(a, operator)]
    return [expr]


def _comparison(expr: Expr) -> str:
    """Return ``column word value`` for a column compared with values of the script, empty for anything else."""
    negated = isinstance(expr, Apply) and expr.operator == "not"
    if isinstance(expr, Apply) and negated:
        expr = expr.arguments[0]
    if not isinstance(expr, Apply):
        return ""
    first, rest = expr.arguments[0], expr.arguments[1:]
    if not isinstance(first, Column):
        return ""
    values = [_short(a.value) for a in rest if isinstance(a, Literal)]
    if len(values) != len(rest):
        return ""
    word = expr.operator.rpartition("_")[2]
    if expr.operator == "is_in":
        return f"{first.name} is {'not ' if negated else ''}" + (" nor " if negated else " or ").join(values)
    if expr.operator in ("is_null", "not_null"):
        return f"{first.name} is {'missing' if (expr.operator == 'is_null') != negated else 'there'}"
    if expr.operator in _TESTS and len(values) == 1:
        return f"{first.name} {_TESTS[expr.operator][negated]} {values[0]}"
    if word in _COMPARED and len(values) == 1:
        return f"{first.name} {_COMPARED[_OPPOSITE[word] if negated else word]} {values[0]}"
    return ""


def _short(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.6g}" if math.isfinite(value) else str(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def read_rows(plan: Plan, sources: Sequence[SourceRows]) -> dict[str, tuple[int, ...]]:
    """Return source → the row ids whose cells are in the row, in plan order."""
    order = [r.name for r in plan.reads if isinstance(r, Read)]
    data = sorted((s for s in sources if s.kind == DATA), key=lambda s: order.index(s.view))
    out: dict[str, tuple[int, ...]] = {}
    for found in data:
        out[found.source] = tuple(dict.fromkeys([*out.get(found.source, ()), *found.row_ids]))
    return out
