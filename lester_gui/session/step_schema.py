"""What a step yields that no rule covers: it runs once, on the data at hand, in the restricted worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lester_gui.discovery.configuration import Configuration
from lester_gui.errors import UserError
from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Encode, Label, Model, Split
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.progress import Context
from lester_gui.rewrite.rules import Step
from lester_gui.runtime.materialize import fetch_table, materialise
from lester_gui.sandbox import Sandbox
from lester_gui.sandbox.record import TableValue
from lester_gui.session.execution import fresh_snapshots
from lester_gui.session.worker import worker_for
from lester_gui.store import connection as stores

RUN = 1
_KINDS = (
    (pa.types.is_boolean, Type.BOOL),
    (pa.types.is_integer, Type.INT),
    (pa.types.is_floating, Type.FLOAT),
    (pa.types.is_string, Type.STR),
    (pa.types.is_large_string, Type.STR),
    (pa.types.is_date, Type.DATE),
    (pa.types.is_timestamp, Type.TIMESTAMP),
)


def step_schema(
    step: Step, folder: Path, configuration: Configuration, sandbox: Sandbox, modules: Sequence[tuple[str, str]], ctx: Context
) -> Schema | None:
    """Return the columns of the frame that a step leaves behind, or None where it leaves none that a plan can hold.

    Whether a value may be missing is not taken from the data at hand, where the type has room for a missing value: other
    data may have some.

    Raises
    ------
    UserError
        If a source cannot be read, or scripts cannot be run here.
    """
    plan = _preparation(step)
    connection = stores.open_memory()
    try:
        worker = worker_for(plan, sandbox, modules, ctx)
        snapshots = fresh_snapshots(connection, plan, folder, configuration)
        materialise(connection, plan, RUN, snapshots, worker.evaluate, ctx, worker.run_opaque)
        inputs = {v: fetch_table(connection, RUN, n.name) for v, n in zip(step.variables, step.inputs, strict=True)}
    except UserError:
        return None  # the nodes before it stop on the data at hand; verification says so
    finally:
        connection.close()
    try:
        value = sandbox.run_statements(step.source, inputs, step.output, modules=modules, ctx=ctx)
    except UserError:
        return None  # the statements need more than tables, or stop by themselves
    return _schema(value.table) if isinstance(value, TableValue) and value.type == "DataFrame" else None


def _preparation(step: Step) -> Plan:
    """The nodes before a step as a plan that learns nothing."""
    return Plan(
        pipeline="step",
        prepared=step.inputs[0],
        label=Label(expr=Literal(0)),
        split=Split(kind="none"),
        encode=Encode(blocks=()),
        model=Model(estimator="sklearn.dummy.DummyClassifier"),
        functions=step.functions,
        kept=step.inputs[1:],
    )


def _schema(table: pa.Table) -> Schema | None:
    fields = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = next((t for test, t in _KINDS if test(column.type)), None)
        if kind is None or name.startswith("__"):
            return None
        fields.append(Field(name, kind, kind not in (Type.BOOL, Type.INT) or column.null_count > 0))
    return Schema(tuple(fields)) if fields and len(set(table.column_names)) == len(fields) else None
