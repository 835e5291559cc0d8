"""Whole numbers among floats: what a plan keeps as 0.0 may be 0 in the script, which shows in its text and its type."""

import json
from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """
import csv, json
import numpy as np
from sklearn.linear_model import LogisticRegression

def shown(v):
    return len("{{}}".format(v))

with open("people.csv") as fh:
    rows = list(csv.DictReader(fh))
with open("weights.jsonl") as fh:
    weights = [json.loads(line) for line in fh]
rich = {{r["id"]: float(r["income"]) for r in rows if r["member"] == "True"}}
X, y, total = [], [], 0
for r in {through}:
    {value}
    X.append([{taken}])
    y.append(int(r["id"]) % 2)
model = LogisticRegression(max_iter=20).fit(np.array(X, dtype=float), np.array(y))
"""

SAME = {
    "a choice": ("v = 0 if r['city'] == 'Oslo' else 1.5", "len(str(v))"),
    "the default of a lookup": ("v = rich.get(r['id'], 0)", "len(f'{v}')"),
    "the larger one": ("v = max(0, float(r['income']) - 50)", "len('%s' % v)"),
    "floats alone": ("v = 0.0 if r['city'] == 'Oslo' else float(r['income'])", "len(str(v)) + isinstance(v, float)"),
    "computed with": ("v = 0 if r['city'] == 'Oslo' else 1.5", "v + 1, int(v > 1), v // 1"),
}


@pytest.mark.parametrize("name", SAME)
def test_text_of_a_chosen_number_is_that_of_the_one_chosen(tmp_path: Path, name: str) -> None:
    value, taken = SAME[name]
    script(tmp_path, "rows", value, taken)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(tmp_path, found.plan)


STOPS = {
    "a total so far": ("rows", "v = len(str(total))\n    total += 1.5", "v"),
    "asked for its type": ("rows", "v = 0 if r['city'] == 'Oslo' else 1.5", "isinstance(v, int)"),
    "a function that prints it": ("rows", "v = 0 if r['city'] == 'Oslo' else 1.5", "shown(v * 2)"),
    "JSON has both": ("weights", "v = r['weight'] * 2", "len(str(v))"),
    "a function of the row": ("weights", "v = r['weight']", "len(''.join(c for c in str(v) if c != '.'))"),
}


@pytest.mark.parametrize("name", STOPS)
def test_stops_where_the_text_or_type_of_a_number_hangs_on_the_row(tmp_path: Path, name: str) -> None:
    through, value, taken = STOPS[name]
    script(tmp_path, through, value, taken)
    found = rewritten(tmp_path)
    assert found.plan is None
    assert found.stops[0].line == (16 if name == "a total so far" else 17)


def script(folder: Path, through: str, value: str, taken: str) -> None:
    corpus_data.write(folder)
    weights = [0.5, 61, 82.5, 70]
    lines = [json.dumps({"id": n, "weight": w, "even": n % 2}) + "\n" for n, w in enumerate(weights)]
    (folder / "weights.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "script.py").write_text(SCRIPT.format(through=through, value=value, taken=taken), encoding="utf-8")
