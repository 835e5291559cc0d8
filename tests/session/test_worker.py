"""What code of a project gives back is taken as the plan says, or refused in a sentence that quotes no value."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Opaque, Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import silent
from lester_gui.sandbox.record import TableValue
from lester_gui.session.worker import worker_for


class GivesBack:
    """A sandbox whose statements yield one table."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def run_statements(self, *_: Any, **__: Any) -> TableValue:
        return TableValue("DataFrame", table=self.table)


def step(kind: Type) -> Opaque:
    people = Read(name="people", source="people", reader=Reader.PANDAS_CSV, options=(), columns=(Field("age", Type.INT),))
    columns = (Field("age", kind),)
    return Opaque(
        name="aged", inputs=(people,), variables=("people",), source="", output="aged", columns=columns, reason="no rule"
    )


def given_back(kind: Type, values: Sequence[float]) -> pa.Table:
    worker = worker_for(SimpleNamespace(functions=()), GivesBack(pa.table({"a": values})), (), silent())  # type: ignore[arg-type]
    assert worker.run_opaque is not None
    return worker.run_opaque(step(kind), [pa.table({"age": [1]})])


def test_a_step_that_gives_another_type_is_refused_without_its_values():
    assert given_back(Type.INT, [4711.0, 2.0]).column("age").to_pylist() == [4711, 2]
    with pytest.raises(UserError, match="another type") as refused:
        given_back(Type.INT, [4711.5, float("nan")])
    assert "4711" not in str(refused.value)
