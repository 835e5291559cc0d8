"""What the opaque steps of random plans do, for DuckDB's tables and for the reference's rows alike.

A step that keeps its rows gives each the cells of the row at the other end, so that every row hangs on all; one that does not
gives the first three rows of its first table.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from lester_gui.ir.nodes import Opaque
from lester_gui.ir.plan import Plan

SOURCE = "result = frame.iloc[::-1].set_index(frame.index)"
FIRST = "result = frame.head(3)"


def run_opaque(node: Opaque, inputs: Sequence[pa.Table]) -> pa.Table:
    """Run an opaque step on its parents' tables, as the worker does."""
    frame = inputs[0]
    return frame.take(pa.array(range(frame.num_rows)[::-1], pa.int64())) if node.keeps_rows else frame.slice(0, 3)


def opaque_rows(plan: Plan) -> dict[str, Callable[..., list[tuple[Any, ...]]]]:
    """Return what `interpret` asks of the opaque steps of a plan."""
    return {n.name: _interpreted(n) for n in plan.views if isinstance(n, Opaque)}


def _interpreted(node: Opaque) -> Callable[..., list[tuple[Any, ...]]]:
    def rows(frame: list[dict[str, Any]], *others: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        chosen = frame[::-1] if node.keeps_rows else frame[:3]
        return [tuple(row[n] for n in node.schema.names) for row in chosen]

    return rows
