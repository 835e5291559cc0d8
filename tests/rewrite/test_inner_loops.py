"""Loops through what a row has become functions of the row; what reaches beyond the row stops."""

from pathlib import Path

import pytest

from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """import csv
import re
from collections import Counter
from sklearn.linear_model import LogisticRegression

WORDS = {{"late", "offer", "card"}}

with open("rows.csv") as fh:
    rows = list(csv.DictReader(fh))
X, y = [], []
kept, total = [], 0
for r in rows:
    words = r["text"].lower().split()
{body}
    X.append([{taken}])
    y.append(r["y"] == "1")
model = LogisticRegression(max_iter=20).fit(X, y)
"""
ROWS = ["late offer,1;2.5;x", "Late late card,", ",7", "it's new,x;y", "offer offer OFFER,1e2;nan", "late card late,3"]
OTHER = ["card,4;;5", "late,0", "x y z late,-1", "offer,", ",", "late late,2;3"]

LIFTED = {
    "sums and counts": ("n, m = 0, 0.0\nfor w in words:\n    n += len(w)\n    if w in WORDS:\n        m += 1.5", "n, m"),
    "pieces that are numbers": (
        "s = 0.0\nfor p in r['nums'].split(';'):\n    try:\n        s += float(p) if p != 'nan' else 0\n    except ValueError:\n"
        "        pass",
        "s",
    ),
    "a list of the row's own": (
        "got = []\nfor w in words:\n    if len(w) > 3:\n        got.append(w)",
        "len(got), len(set(got)), 'late' in got",
    ),
    "a dict of the row's own": (
        "n = {}\nfor w in words:\n    n[w] = n.get(w, 0) + 1",
        "n.get('late', 0), len(n), max(n.values(), default=0)",
    ),
    "the first that fits": (
        "at = -1\nfor i, w in enumerate(words):\n    if w == 'card':\n        at = i\n        break\nelse:\n    at = -2",
        "at",
    ),
    "pairs": ("n = 0\nfor a, b in zip(words, words[1:]):\n    if a == b:\n        n += 1", "n"),
    "letters": ("n = 0\nfor c in r['text']:\n    n += c.isupper()", "n"),
    "None before the first": (
        "m = None\nfor w in words:\n    if m is None or len(w) < m:\n        m = len(w)",
        "0 if m is None else m",
    ),
    "what was computed before": ("n = len(r['nums'])\nk = n + 1\nfor w in words:\n    n += k", "n"),
    "an inner comprehension": ("n = 0\nfor w in words:\n    n += sum(1 for c in w if c in 'aeiou')", "n"),
    "a loop in a loop": ("n = 0\nfor w in words:\n    for c in w:\n        if c == 'e':\n            n += 1", "n"),
    "asked whether there is something": (
        "d = {w: len(w) for w in words}\nv = d.get('late')",
        "v is None, d.get('card') is not None",
    ),
    "words of a set": ("", "sum(1 for w in words if w in WORDS), sum(w in WORDS for w in words)"),
    "numbers found in a text": ("ns = [int(d) for d in re.findall(r'\\d+', r['nums'])]", "sum(ns), len(ns), ns[0] if ns else -1"),
    "counted": ("c = Counter(words)", "c['late'], c.get('card', 0), len(c)"),
}


def write(folder: Path, rows: list[str]) -> None:
    lines = [f"{row},{n % 2}" for n, row in enumerate(rows)]
    (folder / "rows.csv").write_text("\n".join(["text,nums,y", *lines]) + "\n", encoding="utf-8")


def script(folder: Path, body: str, taken: str) -> None:
    indented = "".join(f"    {line}\n" for line in body.split("\n") if line)
    (folder / "script.py").write_text(SCRIPT.format(body=indented, taken=taken), encoding="utf-8")


@pytest.mark.parametrize("name", LIFTED)
def test_a_loop_within_a_row_is_a_function_of_the_row(tmp_path: Path, name: str) -> None:
    script(tmp_path, *LIFTED[name])
    write(tmp_path, ROWS)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for rows in (ROWS, OTHER, [*OTHER, *ROWS[::-1]]):
        write(tmp_path, rows)
        assert_same(tmp_path, found.plan)


STOPS = {
    "a total over all rows": ("for w in words:\n    total += len(w)", "total"),
    "a list that rows share": ("for w in words:\n    kept.append(w)", "len(kept)"),
    "a list that was put away": ("own = [0]\nkept.append(own)\nfor w in words:\n    own.append(len(w))", "sum(own)"),
    "a list with two names": ("own = [0]\nother = own\nfor w in words:\n    own.append(len(w))", "sum(other)"),
    "a function that may keep something": ("import random\nn = 0\nfor w in words:\n    n += random.random()", "n"),
    "the last element": ("for w in words:\n    pass", "len(w)"),
    "inside try": ("n = 0\ntry:\n    for w in words:\n        n += int(w)\nexcept ValueError:\n    n = -1", "n"),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_loop_that_reaches_beyond_its_row_stops(tmp_path: Path, name: str) -> None:
    script(tmp_path, *STOPS[name])
    write(tmp_path, ROWS)
    found = rewritten(tmp_path)
    assert found.plan is None or found.plan.opaque_steps
    assert 12 <= found.stops[0].line <= 21


def test_plans_do_not_hang_on_the_order_of_a_set(tmp_path: Path) -> None:
    script(tmp_path, *LIFTED["words of a set"])
    write(tmp_path, ROWS)
    plan = rewritten(tmp_path).plan
    assert plan is not None and all("{'late', 'offer', 'card'}" in f.source for f in plan.functions)
