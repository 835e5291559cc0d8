"""Scripts that prepare their data in NumPy arrays: each is run and compared with its plan, also with people left out."""

from pathlib import Path

import pytest

from lester_gui.ir.learning import Transformer
from lester_gui.ir.serialise import plan_hash
from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """
import csv
import random
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split

rows = []
with open('people.csv', newline='') as f:
    for r in csv.DictReader(f):
        age = float(r['age']) if r['age'] else np.nan
        rows.append((r['id'], float(r['income']), age, len(r['name']), r['city'], r['member']))
A = np.array([[r[1], r[2], r[3]] for r in rows])
y = np.array([1 if r[5] == 'True' else 0 for r in rows])
owner = np.array([r[4] for r in rows])
"""
FIT = "model = LogisticRegression(max_iter=2000)\n"
FILL = "A = np.where(np.isnan(A), np.nanmean(A, axis=0), A)\n"

SAME = {
    "fill, every fifth row, training moments": """
A[np.isnan(A)] = 40.0
test = np.arange(len(y)) % 5 == 0
train = ~test
mu, sd = A[train].mean(axis=0), A[train].std(axis=0, ddof=1)
Z = (A - mu) / sd
model.fit(Z[train], y[train])
print(model.score(Z[test], y[test]))
""",
    "column means, columns scaled in a loop": FILL
    + """
for j in range(A.shape[1]):
    A[:, j] = (A[:, j] - A[:, j].mean()) / A[:, j].std()
X_train, X_test, y_train, y_test = train_test_split(A, y, test_size=0.25, random_state=3)
model.fit(X_train, y_train)
""",
    "training medians put into holes column by column": """
test = np.arange(len(y)) % 4 == 3
for j in range(A.shape[1]):
    hole = np.isnan(A[:, j])
    A[hole, j] = np.median(A[~hole & ~test, j])
mean, std = A[~test].mean(axis=0), A[~test].std(axis=0)
std[std == 0] = 1
A = (A - mean) / std
model.fit(A[~test], y[~test])
""",
    "distance from the training mean": FILL
    + """
cut = int(len(A) * 0.75)
far = np.abs(A[:, 0] - A[:cut, 0].mean())
X = np.column_stack([A[:, 1:], far])
model.fit(X[:cut], y[:cut])
""",
    "only some columns scaled in place": FILL
    + """
A[:, :2] = (A[:, :2] - A[:, :2].mean(axis=0)) / A[:, :2].std(axis=0)
A -= 0.5
model.fit(A[:40], y[:40])
print(model.score(A[40:], y[40:]))
""",
    "persons dealt by a generator": FILL
    + """
rng = np.random.default_rng(7)
groups = np.unique(owner)
rng.shuffle(groups)
held = groups[: len(groups) // 2]
test = np.isin(owner, held)
train = ~test
model.fit(A[train], y[train])
print(model.score(A[test], y[test]))
""",
    "persons dealt by random.sample": FILL
    + """
random.seed(3)
names = sorted(set(owner))
held = random.sample(names, int(0.5 * len(names)))
test = np.isin(owner, held)
model.fit(A[~test], y[~test])
""",
    "rows dealt by choice without replacement": FILL
    + """
rng = np.random.default_rng(11)
chosen = rng.choice(len(A), size=45, replace=False)
mask = np.zeros(len(A), dtype=bool)
mask[chosen] = True
model.fit(A[mask], y[mask])
print(model.score(A[~mask], y[~mask]))
""",
    "rows dealt by one number each": FILL
    + """
np.random.seed(5)
msk = np.random.rand(len(A)) < 0.8
model.fit(A[msk], y[msk])
""",
    "the last rows are the test": FILL + "model.fit(A[:-12], y[:-12])\nprint(model.score(A[-12:], y[-12:]))\n",
    "a share of the last": FILL
    + """
n_test = int(0.2 * len(A))
cut = len(A) - n_test
model.fit(A[:cut], y[:cut])
""",
    "a condition chooses rows before the split": """
keep = ~np.isnan(A[:, 1])
A = A[keep]
y = y[keep]
X_train, X_test, y_train, y_test = train_test_split(A, y, random_state=1)
model.fit(X_train, y_train)
""",
    "training and test rows by a condition on arrays": FILL
    + """
old = A[:, 1] > 45
mu, sd = A[~old].mean(axis=0), A[~old].std(axis=0)
X = (A - mu) / sd
model.fit(X[~old], y[~old])
print(model.score(X[old], y[old]))
""",
    "functions value by value": FILL
    + """
X = np.column_stack([np.log(A[:, 0]), np.clip(A[:, 1], 20, 60), np.sign(A[:, 2] - 2), np.maximum(A[:, 0], A[:, 1]),
                     np.where(A[:, 1] > 50, 1.0, 0.0), A[:, 0] * A[:, 1], A.sum(axis=1)])
model.fit(X[::2], y[::2])
""",
    "lists dealt by their places": """
train = [r for i, r in enumerate(rows) if i % 5 != 0]
test = [r for i, r in enumerate(rows) if i % 5 == 0]
X = np.array([[r[1], float(r[3])] for r in train])
y = np.array([r[5] == 'True' for r in train])
model.fit(X, y)
""",
    "lists dealt by persons": """
cities = sorted(set(r[4] for r in rows))
rng = random.Random(2)
rng.shuffle(cities)
held = set(cities[:2])
train = [r for r in rows if r[4] not in held]
test = [r for r in rows if r[4] in held]
X = np.array([[r[1], float(r[3])] for r in train])
y = np.array([r[5] == 'True' for r in train])
model.fit(X, y)
""",
}


def write(folder: Path, body: str, leave_out: tuple[int, ...] = ()) -> None:
    folder.mkdir(exist_ok=True)
    corpus_data.write(folder, leave_out=leave_out)
    (folder / "script.py").write_text(HEAD + FIT + body, encoding="utf-8")


@pytest.mark.parametrize("name", SAME)
def test_arrays_become_the_same_plan_and_do_the_same(tmp_path: Path, name: str) -> None:
    hashes = set()
    for leave_out in ((), (0, 3, 17)):
        folder = tmp_path / str(len(leave_out))
        write(folder, SAME[name], leave_out)
        found = rewritten(folder)
        assert found.plan is not None, found.stops
        assert all(s.beside for s in found.stops) and not found.plan.opaque_steps, found.stops
        assert_same(folder, found.plan)
        hashes.add(plan_hash(found.plan))
    assert len(hashes) == 1


STOPS = {
    "a slice shares its memory": FILL + "B = A[:, :2]\nB[:, 0] = B[:, 0] / 2\nmodel.fit(A, y)\n",
    "a slice that is written through its base": FILL + "B = A[:, :2]\nA[:, 0] = A[:, 0] / 2\nmodel.fit(B, y)\n",
    "values that may be drawn twice": FILL + "np.random.seed(1)\ni = np.random.choice(len(A), 30)\nmodel.fit(A[i], y[i])\n",
    "a generator is drawn from twice": FILL
    + "rng = np.random.default_rng(1)\na = rng.permutation(len(A))\nb = rng.permutation(len(A))\n"
    "model.fit(A[b[:40]], y[b[:40]])\n",
    "rows of x and y dealt by different persons": FILL
    + "g = np.unique(owner)\nrng = np.random.default_rng(1)\nrng.shuffle(g)\nt = np.isin(owner, g[:2])\n"
    "u = np.isin(owner, g[:1])\nmodel.fit(A[t], y[u])\n",
}


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_be_told_stops(tmp_path: Path, name: str) -> None:
    write(tmp_path / "p", STOPS[name])
    found = rewritten(tmp_path / "p")
    assert found.plan is None
    assert found.stops and Reason.INTERNAL not in {s.reason for s in found.stops}


def test_whole_numbers_cut_off_what_is_behind_the_point(tmp_path: Path) -> None:
    body = "B = np.array([[r[3], len(r[4])] for r in rows])\nB[:, 0] = B[:, 0] * 0.5\nmodel.fit(B, y)\n"
    write(tmp_path / "p", body)
    found = rewritten(tmp_path / "p")
    assert found.plan is not None, found.stops
    assert_same(tmp_path / "p", found.plan)


def test_training_moments_become_a_scaler(tmp_path: Path) -> None:
    write(tmp_path / "p", SAME["fill, every fifth row, training moments"])
    plan = rewritten(tmp_path / "p").plan
    assert plan is not None
    assert (plan.split.method, plan.split.every, plan.split.offsets, plan.encode.fit_on) == ("every", 5, (0,), "train")
    params = (("ddof", 1), ("with_mean", True), ("with_std", True), ("zero_std", "divide"))
    assert {b.chain for b in plan.encode.blocks} == {(Transformer("standard_scaler", params),)}


@pytest.mark.parametrize(
    "loop",
    [
        "for c in (0.1, 1.0, 10.0):\n    m = LogisticRegression(C=c, max_iter=2000)\n    m.fit(A[:40], y[:40])\n    print(c)\n",
        "models = {'a': Ridge(), 'b': LogisticRegression(C=10.0, max_iter=2000)}\n"
        "for name, m in models.items():\n    m.fit(A[:40], y[:40])\n    print('%s %.3f' % (name, m.score(A[40:], y[40:])))\n",
        "for name, m in [('a', Ridge()), ('b', LogisticRegression(C=10.0, max_iter=2000))]:\n    m.fit(A[:40], y[:40])\n",
    ],
)
def test_of_models_fitted_in_a_loop_the_last_one_is_the_pipeline(tmp_path: Path, loop: str) -> None:
    write(tmp_path / "p", FILL + loop)
    line = (HEAD + FIT + FILL + loop)[: (HEAD + FIT + FILL + loop).index("m.fit(")].count("\n") + 1
    found = rewritten(tmp_path / "p", fit_line=line)
    assert found.plan is not None, found.stops
    assert dict(found.plan.model.params)["C"] == 10.0
    assert "fitted-several-times" in {f.kind for f in found.findings}
    assert_same(tmp_path / "p", found.plan)


def test_what_is_only_printed_costs_no_plan(tmp_path: Path) -> None:
    body = """
print('%d rows, %d holes, %.2f' % (len(A), int(np.isnan(A).sum()), np.nanmean(A)))
print(np.corrcoef(A[:, 0], A[:, 2])[0, 1], np.linalg.svd(np.nan_to_num(A))[1])
np.histogram(A[:, 0], bins=10)
"""
    write(tmp_path / "p", body + FILL + "model.fit(A[:40], y[:40])\nworst = np.argsort(-model.predict_proba(A[40:])[:, 1])[:3]\n")
    found = rewritten(tmp_path / "p")
    assert found.plan is not None, found.stops
    assert all(s.beside for s in found.stops) and not found.plan.opaque_steps
    assert_same(tmp_path / "p", found.plan)
