"""Values that several people share, such as a group's mean, and that move when one person leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lester_gui.ir.column_lineage import column_lineage
from lester_gui.ir.nodes import Aggregate, Broadcast, Measure, Window
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Type
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import fetch_table
from lester_gui.session.masking import FEWEST_ROWS, MASK, UNIQUE_SHARE, identifies, numbers_persons
from lester_gui.session.reach import Reached
from lester_gui.session.without import WithoutThem

WORDS: Final = {
    "size": "number of rows",
    "count": "count of {column}",
    "nunique": "number of different {column}",
    "sum": "total {column}",
    "mean": "average {column}",
    "var": "variance of {column}",
    "var0": "variance of {column}",
    "std": "spread of {column}",
    "std0": "spread of {column}",
    "min": "smallest {column}",
    "max": "largest {column}",
    "median": "median {column}",
    "mode": "most frequent {column}",
    "first": "first {column}",
    "last": "last {column}",
}


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value that moves. `key` is the group in words; values that are no numbers stay masked."""

    view: str
    text: str
    key: str
    column: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {
            "view": self.view,
            "text": self.text,
            "key": self.key,
            "column": self.column,
            "before": self.before,
            "after": self.after,
        }


def changed_values(reached: Reached, rest: WithoutThem, subject_keys: Mapping[str, Sequence[str]]) -> tuple[SharedValue, ...]:
    """Return the values of groups with other people in them, and of rows that speak for everybody, that differ.

    Parameters
    ----------
    rest
        The same run without the person.
    subject_keys
        Source → columns that name a person.
    """
    out: list[SharedValue] = []
    for node in reached.plan.views:
        if isinstance(node, Aggregate | Window):
            out += _of_groups(reached, rest, node, subject_keys)
        elif isinstance(node, Broadcast):
            out += _of_everybody(reached, rest, node)
    return tuple(out)


def _of_groups(
    reached: Reached, rest: WithoutThem, node: Aggregate | Window, subject_keys: Mapping[str, Sequence[str]]
) -> Iterator[SharedValue]:
    assert reached.run.id is not None
    own = set(reached.own[node.name])
    numbers = [n for n in reached.footprint.views[node.name].numbers() if n not in own]
    measures = _measures(node)
    names = [*node.by, *(m.name for m in measures)]
    if not numbers or not measures or len(set(names)) < len(names):  # the last: a window put its values over its keys
        return
    width = len(node.by)
    then = {row[:width]: row[width:] for row in rest.changed_rows(node.name, names)}
    masked = _names_persons(reached, node, _groups(reached, rest, node), subject_keys)
    table = fetch_table(rest.with_them, reached.run.id, node.name, names, rows=numbers)
    for row in dict.fromkeys(zip(*(c.to_pylist() for c in table.columns), strict=True)):  # a window's rows repeat their group's
        group = row[:width]
        if group not in then:
            continue
        for measure, before, after in zip(measures, row[width:], then[group], strict=True):
            if not _same(before, after):
                shown = [MASK if column in masked else str(value) for column, value in zip(node.by, group, strict=True)]
                where = ", ".join(f"{column} {value}" for column, value in zip(node.by, shown, strict=True))
                text = f"the {_words(measure)}{f' of {where}' if where else ''}"
                yield SharedValue(node.name, text, ", ".join(shown), measure.name, _plain(before), _plain(after))


def _groups(reached: Reached, rest: WithoutThem, node: Aggregate | Window) -> int:
    """Return how many groups a view has with the person."""
    view = reached.views[node.name]
    if isinstance(node, Aggregate):
        return view.rows
    if not node.by:
        return 1
    keys = ", ".join(identifier(c) for c in node.by)
    groups = f"SELECT DISTINCT {keys} FROM lester.{view.table_name}"
    return int(rest.with_them.execute(f"SELECT count(*) FROM ({groups})").fetchall()[0][0])


def _measures(node: Aggregate | Window) -> tuple[Measure, ...]:
    """Return the columns that hold a group's value."""
    if isinstance(node, Aggregate):
        return node.measures
    return tuple(Measure(c.name, c.function, c.column) for c in node.columns if c.function in AGGREGATES)


def _of_everybody(reached: Reached, rest: WithoutThem, node: Broadcast) -> Iterator[SharedValue]:
    of = [old for _, old in node.values]
    if isinstance(node.of, Aggregate) or not reached.footprint.views[node.of.name].count():
        return  # a group's value was named where it was made
    columns, order = ", ".join(identifier(c) for c in of), "ASC" if node.position == "first" else "DESC"
    speaks = f"SELECT {columns} FROM lester.{reached.views[node.of.name].table_name} ORDER BY {ROW_NO} {order} LIMIT 1"
    before, after = (side.execute(speaks).fetchone() for side in (rest.with_them, rest.connection))
    if before is None or after is None:
        return
    for column, now, then in zip(of, before, after, strict=True):
        if not _same(now, then):
            text = f"the {node.position} {column} of {node.of.name}, which every row of {node.name} has"
            yield SharedValue(node.name, text, "", column, _plain(now), _plain(then))


def _words(measure: Measure) -> str:
    if measure.share is not None:
        return f"{measure.share:.0%} quantile of {measure.column}"
    return WORDS.get(measure.function, f"{measure.function} of {{column}}").format(column=measure.column)


def _names_persons(
    reached: Reached, node: Aggregate | Window, groups: int, subject_keys: Mapping[str, Sequence[str]]
) -> set[str]:
    """Return the grouping columns that give a person away: keys, names of identifiers, text with nearly a group per row."""
    plan: Plan = reached.plan
    keys = {(r.name, c) for r in plan.reads for c in subject_keys.get(r.source, ())}
    origins = column_lineage(*plan.views)[node.name].origins
    rows = reached.views[node.parent.name].rows
    scattered = rows >= FEWEST_ROWS and groups > UNIQUE_SHARE * rows
    return {
        c
        for c in node.by
        if origins[c] & keys
        or identifies(c)
        or numbers_persons(c)
        or (scattered and node.schema.field(c).type in (Type.STR, Type.DATE, Type.TIMESTAMP))
    }


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) or (a != a and b != b)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else MASK
