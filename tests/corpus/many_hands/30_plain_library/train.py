import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

with open("people.json") as f:
    people = json.load(f)

people = [p for p in people if p["loans"] > 0]
branches = sorted({p["branch"] for p in people})
known = [p["year"] for p in people if p["year"] is not None]
typical = sorted(known)[len(known) // 2]

X = []
for p in people:
    row = [2024 - (p["year"] or typical), p["loans"], p["overdue"], p["overdue"] / p["loans"]]
    row.extend([int(p["branch"] == b) for b in branches])
    X.append(row)
y = [int(p["renewed"]) for p in people]

X_train, X_test, y_train, y_test = train_test_split(np.array(X), np.array(y), test_size=0.25, random_state=7, stratify=y)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print("score", model.score(X_test, y_test))
