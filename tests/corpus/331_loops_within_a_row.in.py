"""Loops through what a row has: the pieces of a text, the letters of a name, lists of JSON, and the person's visits."""

import csv
import json
import re
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

WEIGHTS = {"vip": 2.0, "late": -1.0}

visits = defaultdict(list)
with open("visits.csv", newline="") as fh:
    for row in csv.DictReader(fh):
        visits[row["person_id"]].append(row)

X, y = [], []
with open("answers.jsonl", encoding="utf-8") as fh:
    for line in fh:
        rec = json.loads(line)
        total, bad = 0.0, 0
        amounts = []
        for piece in rec["paid"].split(";"):
            try:
                amount = float(piece)
            except ValueError:
                bad += 1
                continue
            amounts.append(amount)
            total += amount
        score, last = 0.0, ""
        for tag in rec["tags"]:
            score += WEIGHTS.get(tag, 0.5) * (2 if tag == last else 1)
            last = tag
        best = None
        for mark in rec["marks"]:
            if best is None or mark > best:
                best = mark
        digits = 0
        for letter in rec["paid"]:
            if letter.isdigit():
                digits += 1
        found = -1
        for place, tag in enumerate(rec["tags"]):
            if tag == "late":
                found = place
                break
        cost, lab = 0.0, 0
        for visit in visits[str(rec["id"])]:
            try:
                cost += float(visit["cost"])
            except ValueError:
                continue
            if visit["kind"] == "lab":
                lab += 1
        counts = {}
        for number in re.findall(r"\d+", rec["paid"]):
            counts[number] = counts.get(number, 0) + 1
        X.append(
            [
                total,
                bad,
                sum(amounts) / len(amounts) if amounts else -1.0,
                max(amounts) if amounts else 0,
                score,
                best if best is not None else 0,
                digits,
                found,
                cost,
                lab,
                counts.get("3", 0),
                len(counts),
            ]
        )
        y.append(1 if rec["left"] else 0)

model = LogisticRegression(max_iter=500).fit(np.array(X, dtype=float), np.array(y))
