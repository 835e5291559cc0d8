"""Taking lists apart: pandas' explode, Python's nested loop, and what is refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.nodes import Explode, Node, Project, Read, Reader
from lester_gui.ir.schema import Field, PlanError, Type
from tests.maintenance.test_delta import over
from tests.reference.interpreter import interpret

TEXTS = st.lists(st.sampled_from(["a b", "", "c", "a  b c", " "]), min_size=1, max_size=5)


def words(nullable: bool = False) -> Node:
    columns = (Field("n", Type.STR), Field("t", Type.STR, nullable))
    read = Read(name="r", source="r", reader=Reader.PYTHON_LINES, options=(("sep", ","),), columns=columns)
    return Project(name="w", parent=read, assigned=(("t", op("py_split_words", col("t"))),))


def rows(node: Node, texts: list[str]) -> list[tuple[object, ...]]:
    content = "".join(f"{i},{t}\n" for i, t in enumerate(texts)).encode()
    return [tuple(r.cells.values()) for r in interpret(over(node), {"r": content})[node.name]]


@given(TEXTS)
def test_empty_lists_stay_as_in_pandas(texts: list[str]) -> None:
    # the last field loses its surrounding blanks with the line, which its words do not see
    frame = pd.DataFrame({"n": [str(i) for i in range(len(texts))], "t": [t.split() for t in texts]}).explode("t")
    wanted = [(n, None if t != t else t) for n, t in zip(frame["n"], frame["t"], strict=True)]
    assert rows(Explode(name="e", parent=words(), column="t"), texts) == wanted


@given(TEXTS)
def test_a_loop_skips_empty_lists(texts: list[str]) -> None:
    wanted = [(str(i), t) for i, text in enumerate(texts) for t in text.split()]
    assert rows(Explode(name="e", parent=words(), column="t", keep_empty=False), texts) == wanted


def test_what_is_no_list_or_may_be_missing_is_refused() -> None:
    with pytest.raises(PlanError, match="no list"):
        Explode(name="e", parent=words(), column="n")
    with pytest.raises(PlanError, match="may be missing"):
        Explode(name="e", parent=words(nullable=True), column="t", keep_empty=False)
    once = Explode(name="e", parent=words(), column="t")
    again = Project(name="p", parent=once, assigned=(("t", op("py_split", col("n"), lit("-"))),))
    with pytest.raises(PlanError, match="a second time"):
        Explode(name="f", parent=again, column="t")
