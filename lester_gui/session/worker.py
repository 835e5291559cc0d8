"""How code of a project reaches the sandbox: user functions on Arrow columns, opaque steps on whole tables."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.learning import Function
from lester_gui.ir.nodes import Opaque
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.runtime.materialize import FILE
from lester_gui.runtime.read import ARROW
from lester_gui.sandbox import Sandbox
from lester_gui.sandbox.record import TableValue
from lester_gui.session import script_beginning, whole_script


def worker_for(plan: Plan, sandbox: Sandbox, modules: Sequence[tuple[str, str]], ctx: Context) -> Worker:
    """Return what runs the code that `plan` carries.

    Parameters
    ----------
    modules
        Project modules that opaque steps may import, as (relative path, text).
    """
    functions = {f.name: f for f in plan.functions}

    def evaluate(function: Function, arguments: pa.Table) -> pa.Array:
        return sandbox.run_function(function.name, function.source, arguments, modules=function.modules, ctx=ctx)

    def run_opaque(node: Opaque, inputs: Sequence[pa.Table]) -> pa.Table:
        if node.script:
            files = {path: table.column(FILE)[0].as_py() for path, table in zip(node.variables, inputs, strict=True)}
            if not node.is_whole_script:
                return script_beginning.run_beginning(node, files, sandbox, modules, ctx)
            return whole_script.seen_rows(whole_script.run(node, files, sandbox, modules, ctx), plan.model, node)
        tables = dict(zip(node.variables, inputs, strict=True))
        # The statements begin with what turns each frame into what the script had: a list of tuples, a dict, a column.
        value = sandbox.run_statements(node.source, tables, node.output, modules=modules, ctx=ctx)
        if not isinstance(value, TableValue):
            raise UserError(f"The step {node.name!r} did not give a table", "It cannot be run outside its script.")
        names = [f.name for f in node.columns]
        if value.table.num_columns != len(names):
            raise UserError(
                f"The step {node.name!r} gave {value.table.num_columns} columns instead of {len(names)}",
                "Rewrite the pipeline again.",
            )
        table = value.table.rename_columns(names)
        try:
            return pa.table({f.name: table.column(f.name).cast(ARROW[f.type]) for f in node.columns})
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a gap among whole numbers, say: its own text quotes the value
            raise UserError(
                f"The step {node.name!r} gave values of another type than when it was rewritten", "Rewrite the pipeline again."
            ) from None

    def call_block(name: str, table: pa.Table) -> pa.Table:
        arguments = table.rename_columns([f"a{i}" for i in range(table.num_columns)])
        return pa.table({name: evaluate(functions[name], arguments)})

    return Worker(evaluate, run_opaque, call_block)
