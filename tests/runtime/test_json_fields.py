"""Fields of JSON objects as columns: Python's own `get`, `in` and subscripts are the oracle."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.schema import Type
from lester_gui.runtime.read import ReadTable, read_records
from lester_gui.runtime.records import dialect_of, split

READER = Reader.PYTHON_JSON_LINES


def read(content: bytes, options: Options = (), names: tuple[str, ...] = (), **declared: Type) -> ReadTable:
    node = Read(name="f", source="f", reader=READER, options=options, columns=())
    return read_records(split(content, dialect_of(node), "f.jsonl"), READER, options, names, declared)


NUMBERS = st.one_of(st.none(), st.integers(-5, 5))
INNER = st.fixed_dictionaries({}, optional={"b": NUMBERS, "c": st.sampled_from([None, "", "x"])})
OBJECTS = st.fixed_dictionaries(
    {},
    optional={"a": NUMBERS, "o": st.one_of(st.none(), INNER), "l": st.one_of(st.none(), st.lists(st.integers(0, 3), max_size=2))},
)
NAMES = ("a", "a?", "a!", "o?", "o{}", "o.b", "o.b?", "o.b!", "o.c", "l?", "l[]")


@settings(max_examples=60, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=6))
def test_columns_say_what_python_says(rows: list[dict[str, Any]]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    declared = {"a": Type.INT, "a!": Type.INT, "o.b": Type.INT, "o.b!": Type.INT}
    found = read(content, names=NAMES, **declared).columns.to_pylist()
    for raw, row in zip(rows, found, strict=True):
        inner = raw.get("o") or {}
        assert (row["a"], row["a?"], row["o?"], row["l?"]) == (raw.get("a"), "a" in raw, "o" in raw, "l" in raw)
        assert row["a!"] == raw.get("a", 0) and row["o.b!"] == inner.get("b", 0)
        assert row["o{}"] == isinstance(raw.get("o"), dict)
        assert (row["o.b"], row["o.b?"], row["o.c"]) == (inner.get("b"), "b" in inner, inner.get("c"))
        assert (None if row["l[]"] is None else json.loads(row["l[]"])) == raw.get("l")


def test_blank_and_broken_lines_are_data_unless_the_script_passes_over_them() -> None:
    content = b'{"a": 1}\n\n{"a": \n{"a": 2}\n'
    assert read(content, (("skip_blank", True), ("broken", "skip"))).row_ids == [1, 4]
    with pytest.raises(UserError, match="line 2"):
        read(content)
    with pytest.raises(UserError, match="line 3"):
        read(content, (("skip_blank", True),))


@pytest.mark.parametrize("line", [b'{"a": NaN}', b"[1]", b"5", b'{"a": Infinity}', b'{"a": 9223372036854775808}'])
def test_what_lester_reads_in_another_way_than_python_is_refused(line: bytes) -> None:
    with pytest.raises(UserError, match="line 1"):
        read(line + b"\n", (("broken", "skip"),), ("a",))


@pytest.mark.parametrize("values", [(1, "x"), (True, 1), ("x", [1]), ({"b": 1}, 2), ([1], {"b": 1})])
def test_values_of_several_kinds_are_refused_and_left_out_of_what_can_be_read(values: tuple[Any, Any]) -> None:
    content = "".join(json.dumps({"a": v, "k": 1}) + "\n" for v in values).encode()
    names = read(content).schema.names
    assert "k" in names and "a?" in names and not {"a", "a!", "a{}", "a[]"} & set(names)
    for name in ("a", "a{}", "a[]"):
        with pytest.raises(UserError, match="several kinds"):
            read(content, names=(name,))


def test_whole_and_other_numbers_are_floats_and_keys_that_look_like_paths_are_left_out() -> None:
    found = read(b'{"a": 1, "b.c": 1, "d?": 1, "__x": 1}\n{"a": 2.5}\n')
    assert found.schema.field("a").type is Type.FLOAT and set(found.schema.names) == {"a", "a?", "a!"}
