"""Regular expressions whose match is taken for granted, asked for, or missed with an exception."""

import csv
import re

import numpy as np
from sklearn.linear_model import LogisticRegression

DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(\d\d)")

X, y = [], []
with open("people.csv", newline="") as fh:
    for row in csv.DictReader(fh):
        number = int(re.match(r"p(\d+)$", row["name"]).group(1))
        day = DAY.search(row["signup"])
        year, month = int(day["year"]), int(day.group("month"))
        found = re.search(r"^([A-Z])[a-z]*([aeiou])", row["city"])
        if found:
            first, vowel = found.groups()
        else:
            first, vowel = "", "-"
        try:
            tens = int(re.search(r"p(\d)\d", row["name"]).group(1))
        except AttributeError:
            tens = 0
        cents = 0
        if m := re.fullmatch(r"\d+\.(\d\d)?", row["income"]):
            cents = int(m[1] or "0")
        digits = [int(d) for d in re.findall(r"\d", row["signup"])]
        X.append([number, year - 2019, month, first == "O", vowel == "o", tens, cents, sum(digits), max(digits)])
        y.append(1 if row["member"] == "True" else 0)

model = LogisticRegression(max_iter=500).fit(np.array(X, dtype=float), np.array(y))
