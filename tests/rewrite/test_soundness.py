"""Each condition under which lifting is sound has traps that break it; `test_traps.py` runs them all."""

from pathlib import Path

import pytest

from tests.reference.operators import EvaluationError
from tests.rewrite.differential import assert_same, original, planned, rewritten
from tests.rewrite.learning_scripts import run_plan

TRAPS = Path(__file__).parent.parent / "corpus" / "traps"

CONDITIONS = {
    "what two names share is not changed behind one": (
        *("changed_after_append", "mutable_default", "two_names_for_one_list", "two_names_for_one_frame", "late_binding"),
        *("function_assigns_global", "records_shared_by_two_lists", "one_default_for_all_keys"),
        *("record_in_two_dicts", "record_of_a_dict_in_a_list", "generator_reads_a_later_value"),
    ),
    "two keys of one dict in one iteration are the same expression": ("two_keys_in_one_iteration",),
    "no state of one loop level is read at another": ("nested_loop_state", "bound_method_as_a_name"),
    "nothing is deleted, and no collection changes while it is gone through": (
        *("deletion_from_dict", "deletion_between_loops", "list_changed_while_iterated"),
    ),
    "a stopped statement poisons all that it or its callees may change": (
        *("stopped_callee_changes_a_list", "stopped_loop_fills_a_list"),
    ),
    "what Python skips is not evaluated, and what raises there is checked": (
        *("cast_behind_a_condition", "cast_behind_or", "cast_in_a_conditional_expression", "error_decides", "none_has_no_length"),
    ),
    "every order is explicit": (
        *("descending_stable_sort", "dict_order_after_overwriting", "column_order_of_a_set", "outer_merge_order"),
    ),
    "nothing happens beside the result": ("append_mode", "random_value_per_row", "sample", "time_of_the_run"),
    "sums of floats may be in another order, by rounding only": ("sum_of_unlike_numbers",),
    "blocks without columns keep their rows": (),  # a matter of the data: the test below
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_has_its_traps(condition: str) -> None:
    for name in CONDITIONS[condition]:
        text = (TRAPS / f"{name}.py").read_text(encoding="utf-8")
        assert text.startswith(("# same\n", "# stops: ")), name


NOTHING_TO_ENCODE = """import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('rows.csv')
X = pd.get_dummies(df[['b', 'a']], columns=['a'], dtype=float)
y = df['c']
model = LogisticRegression()
model.fit(X, y)
"""


def test_a_block_without_columns_keeps_its_rows_or_is_refused(tmp_path: Path) -> None:
    """Where no row has a category, pandas makes a block without columns and keeps all rows; a plan may refuse, not lose rows."""
    (tmp_path / "script.py").write_text(NOTHING_TO_ENCODE, encoding="utf-8")
    for texts in (("x", "z", ""), ("", "", "")):
        lines = [f"{text},{i},{'np'[i % 2]}" for i, text in enumerate(texts)]
        (tmp_path / "rows.csv").write_text("a,b,c\n" + "\n".join(lines) + "\n", encoding="utf-8")
        plan = rewritten(tmp_path).plan
        assert plan is not None
        result = run_plan(tmp_path, plan)
        expected = original(tmp_path, "sklearn.linear_model.LogisticRegression").X
        assert len(expected) == 3
        if any(texts):
            assert result.X_train is not None and result.X_train.tolist() == expected.tolist()
        else:
            assert (result.stopped, result.X_train, len(result.views[plan.prepared.name].table)) == ("encode", None, 3)


def test_there_are_ten_conditions() -> None:
    assert len(CONDITIONS) == 10


LINES = """import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('lines.txt'):
    line = line.rstrip('\\n')
    if {test}:
        continue
    a, b = line.split(',')
    rows.append([len(a), len(b)])
    labels.append('x' in b)
X = np.array(rows)
y = np.array(labels)
model = LogisticRegression()
model.fit(X, y)
"""


@pytest.mark.parametrize("test", ["not line", "line == ''", "len(line) == 0", "line in ('', '\\n')"])
def test_a_line_of_blanks_ends_plan_and_script_where_only_empty_lines_are_left_out(tmp_path: Path, test: str) -> None:
    (tmp_path / "script.py").write_text(LINES.format(test=test), encoding="utf-8")
    (tmp_path / "lines.txt").write_text("ab,c\n\nd,xe\nf,xx\n", encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops
    assert_same(tmp_path, found.plan)
    for blanks in ("  ", "\t"):
        (tmp_path / "lines.txt").write_text(f"ab,c\n{blanks}\nd,xe\nf,xx\n", encoding="utf-8")
        with pytest.raises(ValueError, match="not enough values to unpack"):
            original(tmp_path, "sklearn.linear_model.LogisticRegression")
        with pytest.raises(EvaluationError, match="fields"):
            planned(tmp_path, found.plan)
