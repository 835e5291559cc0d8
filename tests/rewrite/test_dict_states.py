"""Dicts that a loop reads and changes, for random bodies: the plan gives the same rows as Python, or the rules stop."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rewrite import messy_data
from tests.rewrite.differential import assert_same, rewritten

CONDITIONS = ("m > 30", "kind == 'run'", "k in a", "k not in b", "not (m < 5 or kind == 'row')", "a.get(k, 0) > 40")
STEPS = (
    "a[k] = a.get(k, 0) + m",
    "a[k] = m",
    "a[k] = max(a.get(k, 7), m)",
    "b.setdefault(k, m)",
    "b[k] = min(b[k], m) if k in b else m",
    "if k not in b:\n                b[k] = 3\n            b[k] += 1",
    "c['x'] = k",
    "last = m",
    "if prev is None or m > prev:\n                prev = m",
    "continue",
    "d[k] = {'n': d[k]['n'] + 1 if k in d else 1, 'm': m}",
)
READS = (
    "a.get(k, -1)",
    "b.get(k, -1)",
    "1 if k in a else 0",
    "last",
    "prev if prev is not None else -1",
    "d[k]['n'] if k in d else 0",
)
HEAD = """import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
a, b, c, d, last, prev, X, y = {}, {}, {}, {}, 0, None, [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k, kind, m = row['id'], row['kind'], int(row['minutes'])
"""
TAIL = "LogisticRegression(max_iter=20).fit(np.array(X), np.array(y))\n"
guarded = st.tuples(st.sampled_from(("True", *CONDITIONS)), st.sampled_from(STEPS))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(guarded, min_size=1, max_size=4), st.lists(st.sampled_from(READS), min_size=1, max_size=2), st.integers(0, 4))
def test_random_bodies_give_the_same_or_stop(tmp_path: Path, steps: list[tuple[str, str]], reads: list[str], place: int) -> None:
    messy_data.write(tmp_path, 5)
    body = [f"        if {condition}:\n            {step}\n" for condition, step in steps]
    body.insert(min(place, len(body)), f"        X.append([m, {', '.join(reads)}])\n        y.append(int(kind == 'run'))\n")
    (tmp_path / "script.py").write_text(HEAD + "".join(body) + TAIL, encoding="utf-8")
    found = rewritten(tmp_path)
    if found.plan is not None:
        assert_same(tmp_path, found.plan)
    else:
        assert all(s.reason != "internal" for s in found.stops), found.stops
