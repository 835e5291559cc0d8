"""Functions and statements carried from scripts, run on tables in the restricted child."""

import datetime

import pyarrow as pa
import pytest

from lester_gui.errors import UserError
from lester_gui.sandbox import CarriedCodeFailed, MatrixValue, Sandbox, TableValue
from lester_gui.sandbox.record import cells


def test_a_function_is_called_once_per_row(sandbox: Sandbox) -> None:
    source = (
        "import math\nSCALE = 2\ndef helper(x):\n    return math.sqrt(x) * SCALE\n"
        "def f(x, word):\n    return helper(x) + len(word)\n"
    )
    table = pa.table({"a": [4, 9], "b": ["", "xy"]})
    out = sandbox.run_function("f", source, table)
    assert (out.type, out.to_pylist()) == (pa.float64(), [4.0, 8.0])


def test_values_arrive_as_python_knows_them(sandbox: Sandbox) -> None:
    table = pa.table(
        {
            "i": pa.array([1, None]),
            "f": pa.array([0.5, None]),
            "s": pa.array(["é", None]),
            "b": pa.array([True, None]),
            "d": pa.array([datetime.date(1969, 12, 31), None]),
            "t": pa.array([datetime.datetime(2024, 1, 1, 2, 3), None], pa.timestamp("us")),
            "l": pa.array([[1.0, 2.0], []]),
        }
    )
    out = sandbox.run_function("f", "def f(*a):\n    return repr(a)\n", table)
    assert out.to_pylist() == [
        "(1, 0.5, 'é', True, datetime.date(1969, 12, 31), datetime.datetime(2024, 1, 1, 2, 3), [1.0, 2.0])",
        "(None, None, None, None, None, None, [])",
    ]
    out = sandbox.run_function("f", "def f(x):\n    return x\n", pa.table({"x": pa.array(["a", None])}), missing="nan")
    assert out.to_pylist() == ["a", None]


@pytest.mark.parametrize(
    ("expression", "kind", "values"),
    [
        ("None", pa.null(), [None, None]),
        ("x > 1", pa.bool_(), [False, True]),
        ("[x * 0.5, 1.0]", pa.large_list(pa.float64()), [[0.5, 1.0], [1.0, 1.0]]),
        ("__import__('numpy').array([x, x], dtype='float32')", pa.large_list(pa.float64()), [[1.0, 1.0], [2.0, 2.0]]),
        ("'a' if x > 1 else None", pa.string(), [None, "a"]),
        ("__import__('numpy').float64(x)", pa.float64(), [1.0, 2.0]),
        ("__import__('datetime').date(2024, 1, x)", pa.date32(), [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)]),
    ],
)
def test_results_are_typed_by_their_values(sandbox: Sandbox, expression: str, kind: pa.DataType, values: list[object]) -> None:
    out = sandbox.run_function("f", f"def f(x):\n    return {expression}\n", pa.table({"x": [1, 2]}))
    assert (out.type, out.to_pylist()) == (kind, values)


def test_results_of_several_types_keep_them(sandbox: Sandbox) -> None:
    out = sandbox.run_function("f", "def f(x):\n    return [1, '1', True, None][x]\n", pa.table({"x": [0, 1, 2, 3]}))
    assert repr(cells(out)) == "[1, '1', True, None]"


def test_no_rows_give_no_results(sandbox: Sandbox) -> None:
    assert len(sandbox.run_function("f", "def f(x):\n    return x\n", pa.table({"x": pa.array([], pa.int64())}))) == 0


def test_an_exception_names_type_and_row_but_no_value(sandbox: Sandbox) -> None:
    table = pa.table({"x": ["1", "anna@example.org"]})
    with pytest.raises(CarriedCodeFailed, match="'f' stopped with ValueError on row 2") as caught:
        sandbox.run_function("f", "def f(x):\n    return int(x)\n", table)
    assert (caught.value.exception_type, caught.value.row) == ("ValueError", 1)
    assert "anna" not in str(caught.value)


def test_a_function_that_does_not_end(sandbox: Sandbox) -> None:
    with pytest.raises(UserError, match="did not end within"):
        sandbox.run_function("f", "def f(x):\n    while True: pass\n", pa.table({"x": [1]}), timeout=0.5)


def test_modules_are_carried_and_stay_inside(sandbox: Sandbox) -> None:
    source = "from lib.text import shout\ndef f(x):\n    return shout(x)\n"
    modules = [("lib/text.py", "def shout(x):\n    return x.upper()\n")]
    assert sandbox.run_function("f", source, pa.table({"x": ["a"]}), modules=modules).to_pylist() == ["A"]
    with pytest.raises(UserError, match="outside the project"):
        sandbox.run_function("f", source, pa.table({"x": ["a"]}), modules=[("../text.py", "")])


def test_a_missing_package_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(UserError, match="'no_such_package'"):
        sandbox.run_function("f", "import no_such_package.x\ndef f(x):\n    return x\n", pa.table({"x": [1]}))


def test_statements_over_frames(sandbox: Sandbox) -> None:
    left = pa.table({"k": ["a", "b", None], "n": pa.array([1, None, 3]), "f": pa.array([0.5, None, 2.0])})
    right = pa.table({"k": ["b", "a"], "w": ["x", "y"]})
    source = "both = left.merge(right, on='k')\nboth['m'] = both['n'].fillna(0) * 2\n"
    out = sandbox.run_statements(source, {"left": left, "right": right}, "both")
    assert isinstance(out, TableValue)
    assert out.table.column_names == ["k", "n", "f", "w", "m"]
    assert out.table.column("k").to_pylist() == ["a", "b"]
    assert out.table.column("m").to_pylist() == [2.0, 0.0]


def test_statements_over_rows_and_arrays(sandbox: Sandbox) -> None:
    table = pa.table({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    out = sandbox.run_statements("out = [(b, a) for a, b in rows]", {"rows": table}, "out", shapes={"rows": "rows"})
    assert isinstance(out, TableValue)
    assert out.table.to_pydict() == {"0": [3.0, 4.0], "1": [1.0, 2.0]}
    out = sandbox.run_statements("out = m.T @ m", {"m": table}, "out", shapes={"m": "array"})
    assert isinstance(out, MatrixValue)
    assert out.dense().tolist() == [[5.0, 11.0], [11.0, 25.0]]


def test_statements_that_do_not_assign_their_output(sandbox: Sandbox) -> None:
    with pytest.raises(CarriedCodeFailed, match="KeyError"):
        sandbox.run_statements("x = 1", {}, "out")
