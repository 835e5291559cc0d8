"""Where read_csv, pandas, NumPy, DuckDB and Python disagree: on data that show it, the plan does in DuckDB what the script does.

Each case names the other reading, which somebody could take for the same; that it gives another matrix is checked too, so no
case can pass by luck of its data.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lester_gui.errors import UserError
from tests.rewrite.differential import original, rewritten
from tests.rewrite.learning_scripts import run_plan

ESTIMATOR = "sklearn.linear_model.LogisticRegression"
HEAD = "import csv\nimport numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
TAIL = "model = LogisticRegression(max_iter=500)\nmodel.fit(X, y)\n"
LOOP = """X, y = [], []
for line in open('rows.csv'):
    f = line.rstrip('\\n').split(',')
    X.append([{0}])
    y.append(f[2])
X = np.array(X)
y = np.array(y)
"""
RECORDS = """X, y = [], []
for f in csv.reader(open('rows.csv')):
    X.append([{0}])
    y.append(f[2])
X = np.array(X)
y = np.array(y)
"""
HEADERLESS = "df = pd.read_csv('rows.csv', header=None, names=['a', 'b', 'c'])\nX = pd.DataFrame({{'x': {0}}})\ny = df['c']\n"
FRAME = "df = pd.read_csv('rows.csv')\n{0}X = df[['x']]\ny = df['c']\n"


@dataclass(frozen=True)
class Case:
    """A file, what the script does with it, and what looks alike."""

    content: str
    script: str
    other: str


def frame(rows: str) -> str:
    return "a,b,c\n" + rows


MISSING_KEYS = "1,,0\n2,k,1\n3,m,0\n4,,1\n"
PAIRS = "-7,2,n\n7,-2,p\n-8,3,n\n8,3,p\n"
TIES = "".join(f"{(i * 7) % 3},{i},{i % 2}\n" for i in range(60))

CASES = {
    "quotes are text in a loop over lines": Case('"ab",1,n\ncd,2,p\n', LOOP.format("len(f[0])"), RECORDS.format("len(f[0])")),
    "NA is a word to the csv module": Case(
        "NA,1,n\nOslo,2,p\n", RECORDS.format("len(f[0])"), HEADERLESS.format("df['a'].fillna('').str.len()")
    ),
    "leading zeros are text in a loop": Case(
        "007,1,n\n12,2,p\n", LOOP.format("len(f[0])"), HEADERLESS.format("df['a'].astype(str).str.len()")
    ),
    "blanks around fields stay": Case(" a ,1,n\nb,2,p\n", LOOP.format("len(f[0])"), LOOP.format("len(f[0].strip())")),
    "text that says False is true": Case(
        "False,1,n\nTrue,2,p\n", LOOP.format("1 if f[0] else 0"), LOOP.format("1 if f[0] == 'True' else 0")
    ),
    "read_csv makes truth values of such text": Case(
        frame("False,1,n\nTrue,2,p\n"),
        FRAME.format("df['x'] = df['a'].astype(int)\n"),
        FRAME.format("df['x'] = df['a'].astype(str).astype(bool).astype(int)\n"),
    ),
    "Python rounds halves to even": Case(
        "0.5,1,n\n1.5,2,p\n2.5,3,n\n", LOOP.format("round(float(f[0]), 0)"), LOOP.format("int(float(f[0]) + 0.5) + 0.0")
    ),
    "round to places looks at the float": Case(
        "2.675,1,n\n1.005,2,p\n", LOOP.format("round(float(f[0]), 2)"), LOOP.format("int(float(f[0]) * 100 + 0.501) / 100")
    ),
    "whole division goes down": Case(PAIRS, LOOP.format("int(f[0]) // int(f[1])"), LOOP.format("int(int(f[0]) / int(f[1]))")),
    "a remainder has the divisor's sign": Case(
        PAIRS, LOOP.format("int(f[0]) % int(f[1])"), LOOP.format("int(np.fmod(int(f[0]), int(f[1])))")
    ),
    "missing keys match each other in a merge": Case(
        frame(MISSING_KEYS),
        FRAME.format("other = df[['b', 'a']].rename(columns={'a': 'x'})\ndf = df.merge(other, on='b')\n"),
        FRAME.format("other = df[['b', 'a']].rename(columns={'a': 'x'}).dropna()\ndf = df.merge(other, on='b')\n"),
    ),
    "rows without a key are in no group": Case(
        frame(MISSING_KEYS),
        FRAME.format("df['x'] = df.groupby('b')['a'].transform('sum')\ndf['x'] = df['x'].fillna(-1)\n"),
        FRAME.format("df['x'] = df.groupby('b', dropna=False)['a'].transform('sum')\ndf['x'] = df['x'].fillna(-1)\n"),
    ),
    "pandas' deviation is that of a sample": Case(
        frame(PAIRS),
        FRAME.format("df['x'] = df['a'] / df['a'].std()\n"),
        FRAME.format("df['x'] = df['a'] / df['a'].std(ddof=0)\n"),
    ),
    "NumPy's deviation is that of a population": Case(
        frame(PAIRS),
        FRAME.format("df['x'] = df['a'] / np.std(df['a'])\n"),
        FRAME.format("df['x'] = df['a'] / df['a'].std()\n"),
    ),
    "a stable sort keeps ties in order": Case(
        frame(TIES),
        FRAME.format("df = df.sort_values('a', kind='stable')\ndf['x'] = df['b']\n"),
        FRAME.format("df = df.sort_values(['a', 'b'], ascending=[True, False])\ndf['x'] = df['b']\n"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_plan_takes_the_scripts_side(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    (tmp_path / "rows.csv").write_text(case.content, encoding="utf-8")
    (tmp_path / "script.py").write_text(HEAD + case.script + TAIL, encoding="utf-8")
    (tmp_path / "other.py").write_text(HEAD + case.other + TAIL, encoding="utf-8")
    expected = original(tmp_path, ESTIMATOR)
    alike = original(tmp_path, ESTIMATOR, "other.py")
    assert expected.X.shape != alike.X.shape or not np.allclose(expected.X, alike.X), "the data do not show the difference"
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.plan.opaque_steps, found.stops
    result = run_plan(tmp_path, found.plan)
    assert result.X_train is not None and result.y_train is not None and not result.stopped
    np.testing.assert_allclose(result.X_train, expected.X, rtol=1e-12)
    assert result.y_train.tolist() == expected.y


def test_trailing_tabs_that_strip_eats_stop_both(tmp_path: Path) -> None:
    """`strip` takes an empty last field away, so the script has no third field there: the plan must not find one either."""
    (tmp_path / "rows.csv").write_text("n\t1\ta\np\t2\t\nn\t3\tb\n", encoding="utf-8")
    loop = LOOP.replace("split(',')", "split('\\t')").replace("f[2]", "f[0]").format("len(f[2])")
    (tmp_path / "script.py").write_text(HEAD + loop + TAIL, encoding="utf-8")
    kept = rewritten(tmp_path).plan
    assert kept is not None
    result = run_plan(tmp_path, kept)
    assert (
        result.X_train is not None
        and result.X_train.tolist() == [[1.0], [0.0], [1.0]] == original(tmp_path, ESTIMATOR).X.tolist()
    )
    (tmp_path / "rows.csv").write_text("n\t1\ta\np\t2\tb\nn\t3\tb\n", encoding="utf-8")
    (tmp_path / "script.py").write_text(HEAD + loop.replace("rstrip('\\n')", "strip()") + TAIL, encoding="utf-8")
    eaten = rewritten(tmp_path).plan
    assert eaten is not None
    (tmp_path / "rows.csv").write_text("n\t1\ta\np\t2\t\nn\t3\tb\n", encoding="utf-8")
    with pytest.raises(IndexError):
        original(tmp_path, ESTIMATOR)
    with pytest.raises(UserError, match="2 fields where"):
        run_plan(tmp_path, eaten)


def test_a_default_sort_with_ties_is_told(tmp_path: Path) -> None:
    """Pandas' default sort may deal ties in any order, which no plan can promise: a reader is told so."""
    (tmp_path / "rows.csv").write_text(frame(TIES), encoding="utf-8")
    script = FRAME.format("df = df.sort_values('a')\ndf['x'] = df['b']\n")
    (tmp_path / "script.py").write_text(HEAD + script + TAIL, encoding="utf-8")
    found = rewritten(tmp_path)
    assert "unstable-sort" in {f.kind for f in found.findings}
