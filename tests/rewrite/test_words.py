"""Bags of words by hand, on data where a naive reading is another one: ties, unseen words, empty texts, other orders."""

from pathlib import Path

import pytest

from tests.rewrite.differential import assert_same, rewritten

HEAD = """import csv
import re
from collections import Counter, defaultdict
import numpy as np
from sklearn.linear_model import LogisticRegression

def tokens(text):
    out = []
    for w in text.lower().split():
        if len(w) > 1:
            out.append(w)
    return out

def letters(text):
    return [w for w in re.findall("[a-z]+", text.lower()) if w != "late"]

with open("rows.csv") as fh:
    rows = list(csv.DictReader(fh))
train, test = rows[:5], rows[5:]
"""
FIT = """
y = [r["y"] == "1" for r in X_of]
model = LogisticRegression(max_iter=20).fit(np.array(X, dtype=float), y)
"""
ROWS = ["b a a", "Late late c", "", "c b it's", "a b d", "zz a late", "b b", "q"]
OTHER = ["zz", "a b c d", "b late Late", "it's", "c", "a new word", "", "late a"]

COUNT = "[r['text'].split().count(w) for w in vocab]"
LIFTED = {
    "the most common": (
        "c = Counter()\nfor r in rows:\n    c.update(r['text'].split())\nvocab = [w for w, _ in c.most_common(3)]",
        COUNT,
    ),
    "most common in order": (
        "c = Counter(w for r in rows for w in r['text'].split())\nvocab = sorted(w for w, n in c.most_common(3))",
        COUNT,
    ),
    "often enough": (
        "c = defaultdict(int)\nfor r in rows:\n    for w in r['text'].split():\n        c[w] += 1\n"
        "vocab = [w for w, n in c.items() if n > 1]",
        COUNT,
    ),
    "a set in order": (
        "s = set()\nfor r in rows:\n    for w in r['text'].split():\n        s.add(w)\nvocab = sorted(s)",
        "[1 if w in r['text'].split() else 0 for w in vocab]",
    ),
    "a set that is updated": (
        "s = set()\nfor r in rows:\n    t = r['text'].lower()\n    s.update(t.split())\nvocab = sorted(s)",
        "[int(w in set(r['text'].lower().split())) for w in vocab]",
    ),
    "a list of all words": (
        "ws = []\nfor r in rows:\n    ws.extend(letters(r['text']))\nvocab = [w for w, n in Counter(ws).most_common(4)]",
        "[letters(r['text']).count(w) for w in vocab]",
    ),
    "a set comprehension": (
        "vocab = sorted({w for r in rows for w in tokens(r['text'])})",
        "[float(w in tokens(r['text'])) for w in vocab]",
    ),
    "a Counter per row": (
        "vocab = sorted({w for r in rows for w in r['text'].split()})",
        "[Counter(r['text'].split())[w] for w in vocab]",
    ),
    "words that are chosen": (
        "vocab = sorted({w for r in rows for w in r['text'].split() if len(w) > 1})",
        "[[w for w in r['text'].split() if len(w) > 1].count(w_) for w_ in vocab]",
    ),
}
TRAINED = {
    "numbers of the training rows' words": (
        "index = {}\nfor r in train:\n    for w in r['text'].split():\n        if w not in index:\n"
        "            index[w] = len(index)",
        "+",
    ),
    "numbers of the most common": (
        "c = Counter()\nfor r in train:\n    for w in r['text'].split():\n        c[w] += 1\n"
        "index = {w: i for i, (w, _) in enumerate(c.most_common(3))}",
        "+",
    ),
    "flags": ("index = {w: i for i, w in enumerate(sorted({w for r in train for w in r['text'].split()}))}", ""),
}
VECTOR = """
def vector(r):
    row = [0] * len(index)
    for w in r["text"].split():
        if w in index:
            row[index[w]] {sign}= 1
    return row

X = [vector(r) for r in train]
Xt = np.array([vector(r) for r in test], dtype=float)
X_of = train
"""


def write(folder: Path, rows: list[str]) -> None:
    lines = [f"{row},{(n + n // 3) % 2}" for n, row in enumerate(rows)]
    (folder / "rows.csv").write_text("\n".join(["text,y", *lines]) + "\n", encoding="utf-8")


def same(folder: Path, text: str) -> None:
    (folder / "script.py").write_text(text, encoding="utf-8")
    write(folder, ROWS)
    found = rewritten(folder)
    assert found.plan is not None and not found.plan.opaque_steps and not found.stops, found.stops
    for rows in (ROWS, OTHER, ROWS[::-1], [*OTHER, *ROWS]):
        write(folder, rows)
        assert_same(folder, found.plan)


@pytest.mark.parametrize("name", LIFTED)
def test_words_of_all_rows(tmp_path: Path, name: str) -> None:
    vocabulary, row = LIFTED[name]
    same(tmp_path, f"{HEAD}{vocabulary}\nX = [{row} for r in rows]\nX_of = rows\n{FIT}")


@pytest.mark.parametrize("name", TRAINED)
def test_words_of_training_rows(tmp_path: Path, name: str) -> None:
    vocabulary, sign = TRAINED[name]
    same(tmp_path, HEAD + vocabulary + "\n" + VECTOR.format(sign=sign) + FIT)


def test_a_row_has_other_values_beside_its_words(tmp_path: Path) -> None:
    row = "[len(ws)] + [ws.count(w) for w in vocab] + [r['y'] == '']"
    loop = f"X = []\nfor r in rows:\n    ws = r['text'].split()\n    X.append({row})\n"
    same(tmp_path, f"{HEAD}{ALL}\n{loop}X_of = rows\n{FIT}")


ALL = "vocab = sorted({w for r in rows for w in r['text'].split()})"
STOPS = {
    "letters within a text": (ALL, "[1 if w in r['text'] else 0 for w in vocab]"),
    "parts of a text": (ALL, "[r['text'].count(w) for w in vocab]"),
    "words of another text": (ALL, "[r['text'].lower().split().count(w) for w in vocab]"),
    "the order of a set": ("vocab = list({w for r in rows for w in r['text'].split()})", COUNT),
    "counts that are added up": (
        "c = Counter()\nfor r in rows:\n    c.update(Counter(r['text'].split()))\nvocab = sorted(c)",
        COUNT,
    ),
    "words of some rows": (
        "some = [r for r in rows if r['y'] == '1']\nvocab = sorted({w for r in some for w in r['text'].split()})",
        COUNT,
    ),
    "words taken out again": ("c = Counter(w for r in rows for w in r['text'].split())\ndel c['a']\nvocab = sorted(c)", COUNT),
    "words put in": (ALL + "\nvocab.append('more')", COUNT),
    "an order of its own": ("c = Counter(w for r in rows for w in r['text'].split())\nvocab = sorted(c, key=len)", COUNT),
    "a Counter that has words already": (
        "c = Counter({'a': 3})\nfor r in rows:\n    c.update(r['text'].split())\nvocab = sorted(c)",
        COUNT,
    ),
    "shuffled rows": (
        "import random\nrandom.seed(1)\nrandom.shuffle(rows)\ntrain = rows[:5]\n"
        "vocab = [w for w, _ in Counter(w for r in train for w in r['text'].split()).most_common(2)]\nrows = train",
        COUNT,
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_stops_where_the_words_are_others(tmp_path: Path, name: str) -> None:
    vocabulary, row = STOPS[name]
    (tmp_path / "script.py").write_text(f"{HEAD}{vocabulary}\nX = [{row} for r in rows]\nX_of = rows\n{FIT}", encoding="utf-8")
    write(tmp_path, ROWS)
    found = rewritten(tmp_path)
    assert found.plan is None or found.plan.opaque_steps
    assert found.stops[0].line >= 18


def test_a_word_without_a_place_ends_the_script_and_the_plan(tmp_path: Path) -> None:
    unguarded = VECTOR.format(sign="+").replace("        if w in index:\n    ", "    ")
    text = (
        HEAD + "index = {w: i for i, w in enumerate(sorted({w for r in train for w in r['text'].split()}))}\n" + unguarded + FIT
    )
    (tmp_path / "script.py").write_text(text, encoding="utf-8")
    write(tmp_path, [*ROWS[:5], "a b"])
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    (step,) = [t for b in found.plan.encode.blocks for t in b.chain]
    assert dict(step.get("transformer").params)["unknown"] == "error"  # type: ignore[union-attr]
