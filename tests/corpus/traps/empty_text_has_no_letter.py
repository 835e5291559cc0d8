# same
"""A letter of an empty text is an error, a slice of it is not; the handler counts for the rows that have none."""
import csv

from sklearn.linear_model import LogisticRegression

X, y = [], []
for rec in csv.DictReader(open("people.csv", newline="")):
    try:
        first = rec["city"][0]
    except IndexError:
        first = "?"
    X.append([ord("a") if first == "?" else len(first), len(rec["city"][1:-1]), len(rec["age"][-1:])])
    y.append(rec["member"])
clf = LogisticRegression(max_iter=500).fit(X, y)
