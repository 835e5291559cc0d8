"""How the rows of a view are known to be sorted: code that walks over neighbours can only be understood with that."""

from __future__ import annotations

from lester_gui.ir.nodes import Broadcast, Distinct, Filter, Join, JoinKind, Limit, Node, Project, Select, Sort
from lester_gui.rewrite.ollama.oracle import Table

Order = tuple[tuple[str, bool], ...]  # (column, ascending)


def order_of(node: Node) -> Order:
    """Return the columns by which a view's rows are sorted, as far as the steps that made it say so."""
    names = {n: n for n in node.schema.names}  # column of the view that is looked at → of `node`
    while not isinstance(node, Sort):
        if isinstance(node, Filter | Limit | Distinct):
            node = node.parent
        elif isinstance(node, Project):
            new = {name for name, _ in node.assigned}
            names = {k: v for k, v in names.items() if k not in new}
            node = node.parent
        elif isinstance(node, Broadcast):
            new = {name for name, _ in node.values}
            names = {k: v for k, v in names.items() if k not in new}
            node = node.parent
        elif isinstance(node, Select):
            names = {old: names[new] for new, old in node.columns if new in names}
            node = node.parent
        elif isinstance(node, Join) and node.how not in (JoinKind.RIGHT, JoinKind.OUTER):
            names = {old: names[new] for new, side, old in node.output_columns if side == 0 and new in names}
            node = node.left
        else:
            return ()
    known: list[tuple[str, bool]] = []
    for column, up in node.by:
        if column not in names:
            break
        known.append((names[column], up))
    return tuple(known)


def in_order(table: Table, order: Order) -> Table:
    """Return a table with its rows sorted so, missing values last."""
    rows = list(table.rows)
    for column, up in reversed(order):
        i = table.columns.index(column)
        present = [r for r in rows if r[i] is not None]
        missing = [r for r in rows if r[i] is None]
        rows = sorted(present, key=lambda r, i=i: r[i], reverse=not up) + missing  # type: ignore[misc]
    return Table(table.columns, tuple(rows))


def order_text(order: Order) -> str:
    """Return the order in words, empty if none is known."""
    parts = [column if up else f"{column} from high to low" for column, up in order]
    return f", sorted by {', '.join(parts)}" if parts else ""
