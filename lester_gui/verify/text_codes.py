"""A script's X that holds texts, which its model encodes by itself, as the numbers that the plan's X has in their place.

The plan numbers the texts of the training rows in sorted order, or as the script lists them. The script's texts are numbered by
the same rule from what the script gave its model; that both number the same texts is compared apart from the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lester_gui.ir.expressions import Apply, Column, Literal
from lester_gui.ir.nodes import Project, Select
from lester_gui.ir.options import Option, Unfitted
from lester_gui.ir.plan import Plan
from lester_gui.sandbox import TableValue, Value
from lester_gui.sandbox.record import cells
from lester_gui.verify.plan_result import PlanResult

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of X that holds numbers of texts: its place, the prepared column, listed categories, and what fills gaps."""

    place: int
    name: str
    listed: tuple[str, ...] = ()
    fill: str | None = None


def text_columns(plan: Plan) -> tuple[TextColumn, ...]:
    """Return the columns of X that hold numbers of texts for encoders within the model; none where X has other encoders."""
    out: list[TextColumn] = []
    place = 0
    for block in plan.encode.blocks:
        for name in block.columns:
            if [t.kind for t in block.chain] == ["ordinal"] and block.chain[0].get("unknown_value") == -1:
                listed = block.chain[0].get("categories")
                out.append(TextColumn(place, name, listed if isinstance(listed, tuple) else (), _fill(plan, name)))
            elif [t.kind for t in block.chain] != ["passthrough"]:
                return ()
            place += 1
    return tuple(out)


def _fill(plan: Plan, name: str) -> str | None:
    """Return the text that a plan puts where a prepared column is missing, just before it is numbered."""
    node = plan.prepared
    while isinstance(node, Project | Select):
        if isinstance(node, Select):
            name = dict(node.columns)[name]
        elif name in dict(node.assigned):
            made = dict(node.assigned)[name]
            if isinstance(made, Column):
                name = made.name
            else:
                last = made.arguments[-1] if isinstance(made, Apply) and made.operator == "coalesce" else None
                return str(last.value) if isinstance(last, Literal) else None
        node = node.parent
    return None


def texts_of(value: Value | None, columns: Sequence[TextColumn]) -> dict[int, list[object]] | None:
    """Return the texts in a script's X by place, gaps filled; None if it is not a table with texts at those places alone."""
    if not isinstance(value, TableValue) or not columns:
        return None
    table, by_place = value.table, {c.place: c for c in columns}
    kinds = {i: table.column(i).type for i in range(table.num_columns)}
    texts = {i for i, kind in kinds.items() if pa.types.is_string(kind) or pa.types.is_large_string(kind)}
    if not texts or not texts <= set(by_place):
        return None
    found = {i: [_text(v) for v in cells(table.column(i))] for i in by_place if i < table.num_columns}
    return {i: [by_place[i].fill if v is None else v for v in values] for i, values in found.items()}


def _told(options: tuple[Option, ...]) -> Iterator[int]:
    """Yield the lengths of the lists of categories that encoders within a model are told."""
    for option in options:
        if isinstance(option, Unfitted):
            told = option.get("categories")
            yield from (len(one) for one in (told if isinstance(told, tuple) else ()) if isinstance(one, tuple))
            yield from _told(tuple(value for name, value in option.params if name != "categories"))
        elif isinstance(option, tuple):
            yield from _told(option)


def _text(value: object) -> object:
    return None if value is None or value != value else value


def categories_of(texts: dict[int, list[object]], columns: Sequence[TextColumn]) -> dict[int, list[object]]:
    """Return the texts that are numbered, in order, by place."""
    listed: dict[int, list[object]] = {c.place: list(c.listed) for c in columns if c.listed}
    return {i: listed.get(i) or sorted({v for v in values if v is not None}, key=str) for i, values in texts.items()}


def numbered(value: TableValue, texts: dict[int, list[object]], categories: dict[int, list[object]]) -> Array | None:
    """Return a script's X with numbers in the place of texts."""
    columns = []
    for i in range(value.table.num_columns):
        if i in texts:
            codes = {text: float(n) for n, text in enumerate(categories[i])}
            columns.append(np.array([np.nan if v is None else codes.get(v, -1.0) for v in texts[i]]))
            continue
        column = value.table.column(i)
        kind = column.type
        if not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            return None
        columns.append(np.asarray(column.cast(pa.float64()).to_numpy(), dtype="float64"))
    return np.column_stack(columns)


def same_categories(plan: Plan, result: PlanResult, categories: dict[int, list[object]]) -> bool:
    """Whether the plan's training rows have the texts that the script's have, column by column.

    And whether texts are numbered by a list just where an encoder within the model is told a list of their numbers: with any
    other numbers it takes a category for another one as soon as one of the list is not there.
    """
    listed = sorted(len(c.listed) for c in text_columns(plan) if c.listed)
    if listed != sorted(_told(tuple(value for _, value in plan.model.params))):
        return False
    table, train = result.views[plan.prepared.name].table, result.train
    if train is None:
        return False
    for column in text_columns(plan):
        if column.listed or column.place not in categories:
            continue
        values = table.column(column.name).take(pa.array(train))
        if {v for v in cells(values) if _text(v) is not None} != set(categories[column.place]):
            return False
    return True
