"""What comes back from a run: every variable per statement, fits, splits and files, without the script noticing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from lester_gui.errors import UserError
from lester_gui.sandbox import (
    Capture,
    MatrixValue,
    Positions,
    Sandbox,
    ScalarValue,
    ScriptRun,
    TableValue,
    Value,
    record,
    working_copy,
)
from lester_gui.sandbox.record import cells

Run = Callable[..., ScriptRun]


def columns(value: Value) -> dict[str, list[object]]:
    assert isinstance(value, TableValue), value
    return {name: cells(value.table.column(i)) for i, name in enumerate(value.table.column_names)}


def at(result: ScriptRun, name: str) -> list[tuple[int, Value]]:
    return [(a.line, a.value) for a in result.assignments if a.name == name]


def test_each_statement_is_recorded(run: Run) -> None:
    result = run(
        "import pandas as pd\n"
        "df = pd.DataFrame({'k': ['a', None, 'NA'], 'v': [1, 2, 3]})\n"
        "df['w'] = df['v'] / 2\n"
        "if True:\n"
        "    df = df[df['v'] > 1]\n"
        "rows = []\n"
        "for i in range(3):\n"
        "    rows.append((i, str(i), i % 2 == 0))\n"
    )
    assert result.status == "finished", result.output
    assert [line for line, _ in at(result, "df")] == [2, 3, 5]
    assert columns(at(result, "df")[1][1]) == {"k": ["a", None, "NA"], "v": [1, 2, 3], "w": [0.5, 1.0, 1.5]}
    assert columns(at(result, "df")[2][1])["k"] == [None, "NA"]
    assert columns(at(result, "rows")[-1][1]) == {"0": [0, 1, 2], "1": ["0", "1", "2"], "2": [True, False, True]}
    assert at(result, "i")[0][1] == ScalarValue("int", "", 2)  # the stale loop variable


@pytest.mark.parametrize("mapped", [1, 1 << 30])
def test_types_survive(run: Run, monkeypatch: pytest.MonkeyPatch, mapped: int) -> None:
    monkeypatch.setattr(record, "_MAPPED", mapped)  # bytes from which a buffer stays on disk
    result = run(
        "import datetime, collections\n"
        "import numpy as np\n"
        "import pandas as pd\n"
        "mixed = [1, 'True', True, None, 2.5, float('nan')]\n"
        "numbers = [1, 2.5, 3]\n"
        "big = [2 ** 70, 1]\n"
        "days = [datetime.date(2024, 2, 29), None]\n"
        "frame = pd.DataFrame({'t': pd.to_datetime(['2024-01-01', None]), 'i': pd.array([1, None], dtype='Int64'),"
        " 'c': pd.Categorical(['x', None]), 'o': ['x', 1], 'f': [0.1, float('nan')], 'b': [True, False]})\n"
        "vectors = [[1.0, 2.0], [3.0, 4.0]]\n"
        "ragged = [['a'], [], ['b', 'c']]\n"
        "counts = collections.Counter('abca')\n"
        "lookup = {'a': (1, 'x'), 'b': (2, 'y')}\n"
        "records = [{'a': 1}, {'b': 'x'}]\n"
        "matrix = np.arange(6, dtype='float32').reshape(2, 3)\n"
        "empty = pd.DataFrame({'a': []})\n"
        "text = 'été'\n"
        "group = pd.DataFrame({'g': ['x', 'y', 'x'], 'v': [1, 2, 3]}).groupby('g')['v'].mean()\n"
    )
    assert result.status == "finished", result.output
    final = result.final
    assert repr(columns(final["mixed"])["value"]) == "[1, 'True', True, None, 2.5, nan]"
    assert columns(final["numbers"])["value"] == [1.0, 2.5, 3.0]
    assert columns(final["big"])["value"] == [2**70, 1]
    frame = columns(final["frame"])
    assert (frame["i"], frame["c"], frame["o"], frame["b"]) == ([1, None], ["x", None], ["x", 1], [True, False])
    assert frame["t"] == [pd.Timestamp("2024-01-01"), None]
    assert np.isnan(frame["f"][1])  # type: ignore[call-overload]
    assert columns(final["vectors"]) == {"0": [1.0, 3.0], "1": [2.0, 4.0]}
    assert columns(final["ragged"])["value"] == [["a"], [], ["b", "c"]]
    assert columns(final["counts"]) == {"key": ["a", "b", "c"], "value": [2, 1, 1]}
    assert columns(final["lookup"]) == {"key": ["a", "b"], "0": [1, 2], "1": ["x", "y"]}
    assert columns(final["records"]) == {"a": [1, None], "b": [None, "x"]}
    assert isinstance(final["matrix"], MatrixValue)
    assert final["matrix"].array.dtype == np.float32
    assert final["matrix"].array.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert isinstance(final["empty"], TableValue)
    assert (final["empty"].rows, final["empty"].table.column_names) == (0, ["a"])
    assert final["text"] == ScalarValue("str", "", "été")
    assert isinstance(final["group"], TableValue)
    assert final["group"].index is not None
    assert cells(final["group"].index.column(0)) == ["x", "y"]


def test_functions_are_recorded_when_called_once(run: Run) -> None:
    result = run(
        '"""A script."""\n'
        "from __future__ import annotations\n"
        "def helper(x):\n"
        "    y = x + 1\n"
        "    return y\n"
        "def main():\n"
        '    """Do it."""\n'
        "    rows = [helper(i) for i in range(3)]\n"
        "    total = sum(rows)\n"
        "    print(main.__doc__, total)\n"
        "main()\n"
    )
    assert result.output == "Do it. 6\n"
    assert [(a.scope, a.line, a.name) for a in result.assignments] == [("main", 8, "rows"), ("main", 9, "total")]


def test_a_pipeline_shows_what_its_last_step_saw(run: Run) -> None:
    result = run(
        "import numpy as np\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.pipeline import Pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "X = np.array([[1.0], [2.0], [3.0], [4.0]])\n"
        "y = [0, 0, 1, 1]\n"
        "m = Pipeline([('s', StandardScaler()), ('l', LogisticRegression(C=2))])\n"
        "m.fit(X, y)\n"
        "p = m.predict(X)\n"
    )
    assert result.status == "finished", result.output
    assert [(c.kind, c.line, c.depth) for c in result.calls] == [
        ("fit", 8, 0),
        ("fit", 8, 1),
        ("predict", 9, 0),
        ("predict", 9, 1),
    ]
    inner = result.calls[1]
    assert inner.estimator.endswith("LogisticRegression")
    assert inner.params["C"] == 2
    encoded = inner.inputs["X"]
    assert isinstance(encoded, MatrixValue)
    assert np.allclose(encoded.dense().mean(), 0)
    assert "coef_" in inner.state


def test_a_forest_counts_as_one_fit_and_own_estimators_count(run: Run) -> None:
    result = run(
        "import numpy as np\n"
        "from sklearn.base import BaseEstimator, TransformerMixin\n"
        "from sklearn.ensemble import RandomForestClassifier\n"
        "class Half(BaseEstimator, TransformerMixin):\n"
        "    def fit(self, X, y=None):\n"
        "        return self\n"
        "    def transform(self, X):\n"
        "        return X / 2\n"
        "X = Half().fit_transform(np.arange(8.0).reshape(-1, 1))\n"
        "RandomForestClassifier(n_estimators=3, random_state=0, n_jobs=2).fit(X, [0, 1] * 4)\n"
    )
    assert result.status == "finished", result.output
    assert [(c.kind, c.depth) for c in result.calls] == [("fit_transform", 0), ("fit", 0)]


SPLIT = (
    "import numpy as np, pandas as pd\n"
    "from sklearn.model_selection import train_test_split\n"
    "df = pd.DataFrame({'v': range(20)})\n"
    "a, b, ya, yb = train_test_split(df, list(range(20)), test_size=0.25, random_state=7)\n"
    "after = np.random.rand()\n"
)


def test_a_split_is_recorded_and_undisturbed(run: Run) -> None:
    result = run(SPLIT)
    train, test = train_test_split(np.arange(20), test_size=0.25, random_state=7)
    split = result.splits[0]
    assert (split.rows, split.train.tolist(), split.test.tolist()) == (20, train.tolist(), test.tolist())
    assert split.options == {"test_size": 0.25, "random_state": 7}
    assert columns(result.final["b"])["v"] == test.tolist()
    np.random.seed(0)
    assert result.final["after"] == ScalarValue("float", "", np.random.rand())


def test_an_imposed_split_is_used_if_it_fits(run: Run) -> None:
    test = (19, 0, 3)
    positions = Positions(tuple(i for i in range(20) if i not in test), test)
    result = run(SPLIT, impose_split=[positions])
    assert result.splits[0].imposed
    assert columns(result.final["b"])["v"] == [19, 0, 3]
    assert columns(result.final["yb"])["value"] == [19, 0, 3]
    result = run(SPLIT, impose_split=[Positions((0,), (1,))])
    assert (result.splits[0].wanted, result.splits[0].imposed) == (True, False)


def test_files_are_recorded_by_line(run: Run) -> None:
    result = run(
        "import pandas as pd, numpy as np, joblib, pickle\n"
        "df = pd.read_csv('in.csv')\n"
        "df.to_csv('out/table.csv')\n"
        "np.save('m.npy', df.to_numpy())\n"
        "joblib.dump({}, 'j.pkl')\n"
        "f = open('left_open.txt', 'w')\n"
        "f.write('x')\n",
        {"in.csv": "a\n1\n", "out/readme": ""},
    )
    assert result.status == "finished", result.output
    seen = {(f.path, f.access, f.line, f.function) for f in result.files}
    assert {
        ("in.csv", "read", 2, "read_csv"),
        ("out/table.csv", "write", 3, "to_csv"),
        ("m.npy", "write", 4, "save"),
        ("j.pkl", "write", 5, "dump"),
    } <= seen
    sizes = {c.path: c.size for c in result.changed}
    assert sizes["left_open.txt"] == 1  # written at the end, as by an interpreter that exits
    assert {c.change for c in result.changed} == {"new"}


def test_an_exception_is_type_and_line_without_its_message(run: Run) -> None:
    result = run("d = {}\ndef f():\n    return d['anna@example.org']\nx = f()\n")
    assert result.status == "raised"
    assert result.raised is not None
    assert (result.raised.type, result.raised.line) == ("KeyError", 3)
    assert "anna" not in repr(result)
    assert "anna" in result.output  # a person may look at it
    with pytest.raises(UserError, match="KeyError in line 3"):
        result.require_finished("script.py")


def test_a_missing_package_is_named(run: Run) -> None:
    with pytest.raises(UserError, match="'no_such_package'") as caught:
        run("import no_such_package.inner\n").require_finished("script.py")
    assert "lester.toml" in caught.value.hint


def test_an_exception_of_a_metric_is_told_from_others(run: Run) -> None:
    metric = run("from sklearn.metrics import roc_auc_score\nroc_auc_score([0, 1, 2], [0.1, 0.2, 0.3])\n").raised
    assert metric is not None and metric.metric and metric.line == 2
    other = run("from sklearn.metrics import roc_auc_score\nfrom sklearn.svm import SVC\nSVC().fit([[1]], [0])\n").raised
    assert other is not None and not other.metric


SCORED = "from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit([[1], [2]], [1, 2])\n"


@pytest.mark.parametrize(
    ("lines", "metric"),
    [
        (SCORED + "m.score([[1]], [None])\n", True),
        (SCORED + "m.score([[float('nan')]], [1])\n", False),
        ("from sklearn.metrics.pairwise import euclidean_distances\neuclidean_distances([[float('nan')]])\n", False),
        (SCORED + "from sklearn.metrics import get_scorer\nget_scorer('r2')(m, [[float('nan')]], [1])\n", False),
    ],
)
def test_what_an_estimator_refuses_is_no_metrics_refusal(run: Run, lines: str, metric: bool) -> None:
    raised = run(lines).raised
    assert raised is not None and raised.metric is metric


def test_a_syntax_error_has_its_line(run: Run) -> None:
    raised = run("x = 1\ny = (\n").raised
    assert raised is not None
    assert (raised.type, raised.line) == ("SyntaxError", 2)


def test_only_wanted_variables_are_captured(run: Run) -> None:
    result = run("a = [1]\nb = [2]\n", capture=Capture(names=frozenset({"b"})))
    assert list(result.final) == ["b"]
    assert [a.name for a in result.assignments] == ["b"]


def test_two_runs_agree_and_seeds_differ(run: Run) -> None:
    text = "import random, numpy as np\na = random.random()\nb = np.random.rand(3).tolist()\nc = list({'x', 'y', 'z', 'w'})\n"
    first, second, third = run(text), run(text), run(text, seed=1)
    assert [v.value for v in (first.final["a"], second.final["a"])] == [first.final["a"].value] * 2  # type: ignore[attr-defined]
    assert columns(first.final["c"]) == columns(second.final["c"])
    assert third.final["a"] != first.final["a"]


def test_the_environment_holds_no_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    result = run("import os, sys\nnames = sorted(os.environ)\nargs = sys.argv[1:]\n", arguments=["--fast"], env={"EXTRA": "1"})
    names = columns(result.final["names"])["value"]
    assert "API_TOKEN" not in names
    assert "EXTRA" in names
    assert columns(result.final["args"])["value"] == ["--fast"]


def test_project_modules_are_found(run: Run) -> None:
    result = run("import prep\nx = prep.two()\n", {"prep.py": "def two():\n    return 2\n"})
    assert result.final["x"] == ScalarValue("int", "", 2)


@pytest.mark.parametrize("name", ["hospital"])
def test_a_sample_runs_as_it_does_by_itself(sandbox: Sandbox, samples_folder: Path, name: str) -> None:
    with working_copy(samples_folder / name, scratch=sandbox.scratch) as copy:
        result = sandbox.run_script(copy, "complications.py")
    assert result.status == "finished", result.output
    fit = next(c for c in result.calls if c.kind == "fit" and c.depth == 1)
    x, y = fit.inputs["X"], fit.inputs["y"]
    assert isinstance(x, MatrixValue)
    assert isinstance(y, TableValue)
    again = LogisticRegression(max_iter=1000).fit(x.dense(), np.asarray(cells(y.table.column(0))))
    coefficients = fit.state["coef_"]
    assert isinstance(coefficients, MatrixValue)
    assert np.array_equal(again.coef_, coefficients.dense())
