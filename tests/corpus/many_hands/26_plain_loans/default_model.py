import json

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

PURPOSES = ["car", "house", "study", "other"]


def num(value, default=0.0):
    if value is None:
        return default
    try:
        return float(str(value).replace(",", "").replace("$", ""))
    except ValueError:
        return default


def one_hot(value, choices):
    return [1 if value == c else 0 for c in choices]


applications = []
with open("applications.jsonl", encoding="utf-8") as fh:
    for line in fh:
        line = line.strip()
        if not line:
            continue
        applications.append(json.loads(line))

payments = {}
with open("payments.jsonl", encoding="utf-8") as fh:
    for line in fh:
        p = json.loads(line)
        payments.setdefault(p["loan"], []).append(p)

features, labels, persons = [], [], []
for app in applications:
    if app.get("status") == "withdrawn":
        continue
    person = app["applicant"]
    income = num(person.get("income"))
    amount = num(app["loan"]["amount"])
    purpose = app["loan"].get("purpose", "other")
    history = payments.get(app["loan"]["id"], [])
    late = [p for p in history if p["days_late"] > 0]
    worst = max([p["days_late"] for p in history], default=0)
    row = [
        income,
        amount,
        amount / income if income > 0 else -1.0,
        len(history),
        len(late),
        person.get("dependents") or 0,
    ]
    row += one_hot(purpose, PURPOSES)
    features.append(row)
    labels.append(1 if worst > 60 else 0)
    persons.append(person["ssn"])

X = np.array(features)
y = np.array(labels)
X_train, X_test, y_train, y_test, id_train, id_test = train_test_split(X, y, persons, test_size=0.3, random_state=1)

models = {
    "logreg": LogisticRegression(max_iter=2000),
    "forest": RandomForestClassifier(n_estimators=50, random_state=1),
    "gbm": GradientBoostingClassifier(n_estimators=40, random_state=1),
}
scores = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    scores[name] = f1_score(y_test, model.predict(X_test), zero_division=0)
    print(f"{name:10s} {scores[name]:.3f}")
best = max(scores, key=scores.get)
print("best:", best)
with open("scores.json", "w") as out:
    json.dump(scores, out, indent=2)
