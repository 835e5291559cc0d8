"""What the beginning of a script hands over is what its variables hold, and another shape or a shared object stops it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.sandbox.child.hand_over import OtherShape, shapes, table

CELLS = {
    "bool": st.booleans(),
    "int": st.integers(-(2**53), 2**53),
    "int?": st.none() | st.integers(-9, 9),
    "float?": st.floats(allow_nan=True, allow_infinity=False),
    "str": st.text(max_size=4),
    "str?": st.none() | st.text(max_size=4),
}


def expected(values: Mapping[str, Any]) -> str:
    return json.dumps({n: {k: v for k, v in s.items() if k != "rows"} for n, s in told(values).items()})


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shapes(values))["held"]
    return found


def handed(values: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> pd.DataFrame:
    columns = [f"{n}_{i}" for n, s in told(values).items() for i in range(len(s["columns"]))]
    made = table(values, expected(values), columns, beside or {})
    assert isinstance(made, pd.DataFrame)
    return made


def same(a: object, b: object) -> bool:
    if a is None or b is None:
        return a is b
    if isinstance(a, float) and isinstance(b, float) and (math.isnan(a) or math.isnan(b)):
        return math.isnan(a) and math.isnan(b)
    return a == b and isinstance(a, bool) == isinstance(b, bool)


@st.composite
def lists(draw: st.DrawFn) -> list[Any]:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(*(CELLS[k] for k in kinds)), min_size=1, max_size=6))
    form = draw(st.sampled_from(["tuple", "list", "dict", "values"]))
    if form == "values":
        return [r[0] for r in rows]
    if form == "dict":
        return [dict(zip("abc", r, strict=False)) for r in rows]
    return rows if form == "tuple" else [list(r) for r in rows]


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(lists())
def test_lists_come_back_cell_by_cell(values: list[Any]) -> None:
    (shape,) = told({"xs": values}).values()
    flat = [list(v.values()) if isinstance(v, dict) else list(v) if isinstance(v, tuple | list) else [v] for v in values]
    if shape["kind"] == "other":  # a column of nothing but None, which has no type
        assert any(all(r[i] is None for r in flat) for i in range(len(flat[0])))
        return
    frame = handed({"xs": values})
    assert all(
        same(a, b)
        for row, found in zip(flat, frame.itertuples(index=False), strict=True)
        for a, b in zip(row, found, strict=True)
    )


@SLOW
@given(
    st.lists(st.tuples(st.floats(allow_nan=True), st.integers(-9, 9), st.sampled_from(["a", None, "b"])), min_size=1, max_size=6)
)
def test_frames_series_and_arrays_come_back_whatever_their_index(rows: list[tuple[float, int, str | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["x", "n", "s"]).iloc[::-1]
    values = {
        "frame": frame[["x", "n"]],
        "series": frame["n"],
        "array": frame["x"].to_numpy(),
        "both": frame[["x", "n"]].to_numpy(),
    }
    assert [s["kind"] for s in told(values).values()] == ["frame", "series", "array", "matrix"]
    found = handed(values)
    np.testing.assert_array_equal(
        found.to_numpy(float), np.column_stack([frame[["x", "n"]], frame["n"], frame["x"], values["both"]])
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([(1, "a")], [(1, "a", 2)]),
        ([(1, "a")], [[1, "a"]]),
        ([(1, "a")], [(1, None)]),
        ([(1, "a")], [(1.0, "a")]),
        ([{"a": 1}], [{"b": 1}]),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}]),
        ([1], [True]),
        ([1], []),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}, index=[5])),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.5]})),
        (np.zeros((2, 3)), np.zeros((2, 4))),
        (np.zeros(3), np.array(["a"])),
    ],
)
def test_another_shape_is_refused(before: Any, after: Any) -> None:
    names = [f"c{i}" for i in range(len(told({"v": before})["v"]["columns"]))]
    table({"v": before}, expected({"v": before}), names, {})
    with pytest.raises(OtherShape):
        table({"v": after}, expected({"v": before}), names, {})


def test_numbers_that_happen_to_be_whole_are_still_numbers() -> None:
    before, after = pd.DataFrame({"a": [1.0, None]}), pd.DataFrame({"a": [1, 2]})
    assert table({"v": after}, expected({"v": before}), ["a"], {})["a"].tolist() == [1, 2]


def test_another_number_of_rows_for_things_that_go_together_is_refused() -> None:
    with pytest.raises(OtherShape, match="another number of rows"):
        table({"a": [1, 2], "b": [1]}, expected({"a": [1], "b": [1]}), ["a", "b"], {})


def test_what_is_shared_is_told_and_refused() -> None:
    rows, whole = [[1], [2]], np.zeros(6)
    frame = pd.DataFrame({"a": [1]})
    pairs = [(rows, rows), (rows, rows[:1]), (rows, {"k": rows[0]}), (whole, whole[2:]), (frame, frame), (rows, (rows, 1))]
    for a, b in pairs:
        assert json.loads(shapes({"a": a, "b": b}))["shared"] == [["a", "b"]]
        with pytest.raises(OtherShape, match="share"):
            handed({"a": a}, {"b": b})
    for a, b in [(rows, [list(r) for r in rows]), (whole, whole.copy()), (frame, frame.copy()), ("x", "x"), (7, 7)]:
        assert json.loads(shapes({"a": a, "b": b}))["shared"] == []


@pytest.mark.parametrize(
    "value", [7, "x", {}, {"a": 1}, [], [[]], [(1,), (1, 2)], [object()], [1, "a"], [1.0, None], object(), np.zeros(())]
)
def test_what_is_no_table_is_left_out(value: object) -> None:
    assert told({"v": value})["v"] == {"kind": "other"}


def test_what_is_shared_deep_inside_is_told() -> None:
    class Holder:
        def __init__(self, rows: object) -> None:
            self.rows = rows

    rows, values = [(1, "a")], np.zeros(3)
    for other in (Holder(rows), {"k": [rows]}, (1, (2, rows)), [{"k": rows}]):
        assert json.loads(shapes({"a": rows, "b": other}))["shared"] == [["a", "b"]]
    assert json.loads(shapes({"a": values, "b": (values, 1)}))["shared"] == [["a", "b"]]
    assert json.loads(shapes({"a": rows, "b": list(rows)}))["shared"] == [], "rows that cannot be changed may stand in two lists"
