"""The SQL face of a plan for a reader: one view per step, without provenance columns' bookkeeping tables."""

from __future__ import annotations

from lester_gui.ir.expressions import Call
from lester_gui.ir.nodes import Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.runtime.compile_expressions import Scope, compile_expression, identifier
from lester_gui.runtime.compile_sql import compile_node
from lester_gui.runtime.udf import calls_in


def readable_sql(plan: Plan) -> str:
    """Return the statements that make the views of a plan, in order, as text.

    The engine runs the same SELECTs on its own tables.
    """
    return "\n\n".join(_statement(n) for n in plan.views) + "\n"


def _statement(node: Node) -> str:
    name = identifier(node.name)
    if isinstance(node, Read):
        columns = ", ".join(f"{identifier(f.name)} {f.type}" for f in node.schema)
        return f"-- {name}: the rows of the source {node.source}, read as {node.reader} does\n--   {columns}"
    if isinstance(node, Opaque):
        return f"-- {name}: opaque, the script's own statements ({node.reason})"
    calls: dict[Call, str] = {}
    if node.parents:
        for call in calls_in(node):  # inner calls first, so that an argument can be written out
            arguments = ", ".join(compile_expression(a, Scope(node.parents[0].schema, calls)) for a in call.arguments)
            calls[call] = f"{identifier(call.function)}({arguments})"
    return f"CREATE VIEW {name} AS\n{compile_node(node, [identifier(p.name) for p in node.parents], calls).select};"
