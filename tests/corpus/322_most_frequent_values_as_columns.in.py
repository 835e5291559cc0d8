import csv
from collections import Counter

import numpy as np
from sklearn.linear_model import LogisticRegression

people = []
with open("people.csv", newline="") as f:
    for row in csv.DictReader(f):
        if row["age"] and row["city"]:
            people.append({"age": float(row["age"]), "city": row["city"], "member": row["member"]})

frequent = [city for city, n in Counter(p["city"] for p in people).most_common(2)]
counts = {}
for p in people:
    decade = int(p["age"] // 10)
    counts[decade] = counts.get(decade, 0) + 1
decades = [d for d, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:3]]

cities = np.array([[1 if p["city"] == c else 0 for c in frequent] for p in people])
ages = np.array([[int(p["age"] // 10) == d for d in decades] for p in people], dtype=float)
X = np.hstack([np.array([[p["age"]] for p in people]), cities, ages])
y = np.array([1 if p["member"] == "True" else 0 for p in people])
cut = int(len(people) * 0.7)
model = LogisticRegression(max_iter=500)
model.fit(X[:cut], y[:cut])
print(model.score(X[cut:], y[cut:]))
