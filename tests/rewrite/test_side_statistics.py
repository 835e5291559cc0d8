"""What plain Python adds up over the training rows alone: statistics, dicts by key, elements in order; sides told by a seed."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import rewritten, same_plan

HEAD = """import csv
import math
import random
from collections import Counter, defaultdict

from sklearn.linear_model import LogisticRegression

rows = []
with open("people.csv") as f:
    for r in csv.DictReader(f):
        if r["age"] == "":
            continue
        rows.append(r)
"""
SPLITS = {
    "shuffled": "random.Random({seed}).shuffle(rows)\ncut = int(len(rows) * 0.7)\ntrain, test = rows[:cut], rows[cut:]\n",
    "dealt": "from sklearn.model_selection import train_test_split\ntrain, test = train_test_split(rows, random_state={seed})\n",
}
FIT = """
model = LogisticRegression(max_iter=50)
model.fit([features(r) for r in train], [r["member"] for r in train])
print(model.score([features(r) for r in test], [r["member"] for r in test]))
"""
SCRIPTS = {
    "a mean by a loop": """
total = 0.0
for r in train:
    total += float(r["income"])
mean = total / len(train)
def features(r):
    return [float(r["age"]), float(r["income"]) - mean]
""",
    "sums and numbers by one loop": """
n, s, s2 = 0, 0.0, 0.0
for r in train:
    v = float(r["income"])
    n += 1
    s += v
    s2 += v * v
mean = s / n
spread = math.sqrt(s2 / n - mean * mean)
def features(r):
    return [(float(r["income"]) - mean) / spread]
""",
    "the greatest by a loop": """
most = 0.0
for r in train:
    if float(r["income"]) > most:
        most = float(r["income"])
def features(r):
    return [float(r["income"]) / most]
""",
    "a class that scales": """
class Scaler:
    def fit(self, xs):
        self.mean = sum(xs) / len(xs)
        self.spread = (sum((x - self.mean) ** 2 for x in xs) / len(xs)) ** 0.5
        return self
    def one(self, x):
        return (x - self.mean) / self.spread
scaler = Scaler().fit([float(r["income"]) for r in train])
def features(r):
    return [scaler.one(float(r["income"]))]
""",
    "rows of one kind": """
yes = [float(r["income"]) for r in train if r["member"] == "True"]
no = [float(r["income"]) for r in train if r["member"] != "True"]
a, b = sum(yes) / len(yes), sum(no) / len(no)
def features(r):
    return [abs(float(r["income"]) - a), abs(float(r["income"]) - b), max(yes)]
""",
    "the middle one": """
ages = sorted(float(r["age"]) for r in train)
middle = ages[len(ages) // 2]
def features(r):
    return [1.0 if float(r["age"]) > middle else 0.0, float(r["income"])]
""",
    "a median by hand": """
def median(xs):
    s = sorted(xs)
    n = len(s)
    if n % 2 == 1:
        return s[n // 2]
    return (s[n // 2 - 1] + s[n // 2]) / 2
middle = median([float(r["income"]) for r in train])
def features(r):
    return [float(r["income"]) - middle]
""",
    "thirds": """
incomes = sorted(float(r["income"]) for r in train)
low, high = incomes[len(incomes) // 3], incomes[2 * len(incomes) // 3]
def features(r):
    v = float(r["income"])
    if v < low:
        return [0]
    elif v < high:
        return [1]
    return [2]
""",
    "a list sorted in place": """
incomes = [float(r["income"]) for r in train if r["city"]]
incomes.sort()
top, first, last = incomes[int(0.9 * len(incomes))], incomes[0], incomes[-1]
def features(r):
    return [min(float(r["income"]), top), first, last]
""",
    "the greatest ones first": """
incomes = sorted((float(r["income"]) for r in train), reverse=True)
def features(r):
    return [float(r["income"]) / incomes[0], incomes[4]]
""",
    "a counter of a column": """
seen = Counter(r["name"] for r in train)
def features(r):
    return [float(r["age"]), seen[r["name"]], 1 if seen[r["name"]] >= 2 else 0]
""",
    "a set of a column": """
known = {r["city"] for r in train}
def features(r):
    return [float(r["age"]), int(r["city"] in known)]
""",
    "lists by key": """
by = defaultdict(list)
for r in train:
    by[r["city"]].append(1 if r["member"] == "True" else 0)
rate = {c: sum(v) / len(v) for c, v in by.items()}
overall = sum(1 if r["member"] == "True" else 0 for r in train) / len(train)
def features(r):
    return [float(r["age"]), rate.get(r["city"], overall)]
""",
    "lists by key, read where there are some": """
by = defaultdict(list)
for r in train:
    by[r["name"]].append(float(r["income"]))
def features(r):
    if r["name"] in by:
        return [sum(by[r["name"]]) / len(by[r["name"]]), float(r["age"])]
    return [0.0, float(r["age"])]
""",
    "lists by key, perhaps empty": """
by = defaultdict(list)
for r in train:
    by[r["name"]].append(float(r["income"]))
def features(r):
    mine = by.get(r["name"], [])
    return [sum(mine), len(mine), max(mine) if mine else 0.0]
""",
    "lists of some rows by key": """
by = {}
for r in train:
    if float(r["income"]) > 40:
        by.setdefault(r["city"], []).append(float(r["income"]))
def features(r):
    mine = by.get(r["city"])
    return [float(r["age"]), 0.0 if mine is None else min(mine)]
""",
    "dicts by key": """
stats = {}
for r in train:
    s = stats.setdefault(r["city"], {"n": 0, "sum": 0.0})
    s["n"] += 1
    s["sum"] += float(r["income"])
def features(r):
    s = stats.get(r["city"])
    if s is None:
        return [float(r["age"]), 0.0, float(r["income"])]
    return [float(r["age"]), s["sum"] / s["n"], float(r["income"])]
""",
    "pairs by key, smoothed": """
counts = {}
for r in train:
    c = counts.setdefault(r["city"], [0, 0])
    c[0] += 1
    if r["member"] == "True":
        c[1] += 1
rate = {}
for k in counts:
    n, yes = counts[k]
    rate[k] = (yes + 5 * 0.5) / (n + 5)
def features(r):
    return [float(r["age"]), rate.get(r["city"], 0.5)]
""",
    "two dicts by key": """
total, number = defaultdict(float), defaultdict(int)
for r in train:
    total[r["city"]] += float(r["income"])
    number[r["city"]] += 1
mean = {k: total[k] / number[k] for k in total if number[k] > 2}
def features(r):
    return [float(r["income"]) - mean.get(r["city"], 50.0)]
""",
    "two keys": """
total, number = defaultdict(float), defaultdict(int)
for r in train:
    total[r["city"], r["member"]] += float(r["income"])
    number[r["city"], r["member"]] += 1
def features(r):
    k = (r["city"], r["member"])
    return [total[k] / number[k] if k in number else 0.0, float(r["age"])]
""",
    "the greatest by key": """
best = {}
for r in train:
    v = float(r["income"])
    if r["city"] not in best or v > best[r["city"]]:
        best[r["city"]] = v
def features(r):
    return [best.get(r["city"], 0.0), float(r["income"])]
""",
}


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("how", SCRIPTS)
def test_statistics_of_the_training_rows_serve_both_sides(tmp_path: Path, how: str, split: str) -> None:
    for seed in (1, 5):
        folder = tmp_path / str(seed)
        folder.mkdir()
        same_plan(folder, HEAD + SPLITS[split].format(seed=seed) + SCRIPTS[how] + FIT, seed)


STOPS = {
    "the last value by key": """
last = {}
for r in train:
    last[r["city"]] = float(r["income"])
def features(r):
    return [last.get(r["city"], 0.0)]
""",
    "a total of totals": """
by = Counter(r["city"] for r in train)
n = 0
for c in by:
    n += by[c]
def features(r):
    return [float(r["income"]) / n]
""",
    "under another key": """
by = Counter(r["city"] for r in train)
other = {}
for c in by:
    other[c.lower()] = by[c]
def features(r):
    return [other.get(r["city"], 0), float(r["age"])]
""",
    "a list that may be empty": """
by = defaultdict(list)
for r in train:
    by[r["city"]].append(float(r["income"]))
def features(r):
    return [max(by[r["city"]]), float(r["age"])]
""",
    "texts in order": """
cities = sorted(r["city"] for r in train)
def features(r):
    return [1.0 if r["city"] == cities[len(cities) // 2] else 0.0]
""",
    "an element by the number of other rows": """
incomes = sorted(float(r["income"]) for r in train)
middle = incomes[len(test) // 2]
def features(r):
    return [float(r["income"]) - middle]
""",
}


@pytest.mark.parametrize("how", STOPS)
def test_what_is_no_statistic_of_the_training_rows_stops(tmp_path: Path, how: str) -> None:
    corpus_data.write(tmp_path)
    text = HEAD + SPLITS["shuffled"].format(seed=1) + STOPS[how] + FIT
    (tmp_path / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None and found.stops
