"""What stands under ``if __name__ == "__main__"`` is the rest of the script: a statement of it that stops only stops itself."""

from pathlib import Path

import pytest

from lester_gui.rewrite.rules import Rewrite
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import pandas as pd
from sklearn.linear_model import LogisticRegression

if __name__ == "__main__":
    df = pd.read_csv('rows.csv')
    df['x'] = df['v'] * 2
"""
FIT = """    model = LogisticRegression(max_iter=50)
    model.fit(df[['x']], df['y'])
"""
ROWS = "v,y\n3,0\n1,1\n2,0\n3,1\n5,1\n0,0\n"


def lifted(folder: Path, *lines: str, after: str = "") -> Rewrite:
    text = HEAD + "".join(f"    {line}\n" for line in lines) + FIT + after
    (folder / "script.py").write_text(text, encoding="utf-8")
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    return rewritten(folder)


def test_a_figure_that_is_not_understood_costs_nothing(tmp_path: Path) -> None:
    found = lifted(tmp_path, "bins = pd.interval_range(0, 3)", "print(bins.mid, bins.closed)")
    assert found.plan is not None and not found.plan.opaque_steps
    assert {s.line for s in found.stops} == {7, 8} and all(s.beside for s in found.stops)
    assert_same(tmp_path, found.plan)


@pytest.mark.parametrize(
    "line",
    [
        "df['x'] = df['v'].map(pd.interval_range)",
        "df = df.assign(x=pd.interval_range(0, 6).mid)",
        "df['x'].update(pd.interval_range(0, 6))",
        "exec('df = df[:3]')",
    ],
)
def test_what_a_stopped_statement_may_have_changed_is_unknown(tmp_path: Path, line: str) -> None:
    found = lifted(tmp_path, line)
    assert found.stops and (found.plan is None or found.plan.opaque_steps)


def test_a_block_that_does_not_end_the_script_stops_as_a_whole(tmp_path: Path) -> None:
    found = lifted(tmp_path, "bins = pd.interval_range(0, 3)", after="print('done')\n")
    assert found.plan is None
