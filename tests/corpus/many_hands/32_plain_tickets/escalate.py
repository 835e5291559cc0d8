import json
from datetime import datetime

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import MinMaxScaler

with open("export.json") as f:
    export = json.load(f)

print("export of", export["created"], "with", len(export["customers"]), "customers")

records = []
for customer in export["customers"]:
    country = customer.get("address", {}).get("country", "??").upper()
    opened_before = 0
    for ticket in customer["tickets"]:
        if ticket["state"] == "spam":
            continue
        opened = datetime.fromisoformat(ticket["opened"])
        words = [w for m in ticket["messages"] for w in m["text"].lower().split()]
        angry = sum(w in ("angry", "lawyer", "refund", "never") for w in words)
        records.append(
            {
                "email": customer["email"],
                "country": country,
                "weekday": opened.weekday(),
                "hour": opened.hour,
                "priority": ticket.get("priority", "normal"),
                "messages": len(ticket["messages"]),
                "words": len(words),
                "angry": angry,
                "before": opened_before,
                "escalated": ticket["escalated"],
                "opened": ticket["opened"],
            }
        )
        opened_before += 1

records = sorted(records, key=lambda r: r["opened"])

countries = {}
for r in records:
    countries[r["country"]] = countries.get(r["country"], 0) + 1
top = [c for c, n in sorted(countries.items(), key=lambda kv: kv[1], reverse=True)[:3]]
level = {"low": 0, "normal": 1, "high": 2}

numbers = np.array([[r["weekday"], r["hour"], r["messages"], r["words"], r["angry"], r["before"]] for r in records])
prio = np.array([level.get(r["priority"], 1) for r in records]).reshape(-1, 1)
places = np.array([[1 if r["country"] == c else 0 for c in top] for r in records])
y = np.array([1 if r["escalated"] else 0 for r in records])

n_train = int(len(records) * 0.7)
scaler = MinMaxScaler().fit(numbers[:n_train])
X = np.hstack([scaler.transform(numbers), prio, places])

forest = RandomForestClassifier(n_estimators=100, random_state=42)
forest.fit(X[:n_train], y[:n_train])
guess = forest.predict(X[n_train:])
print("accuracy", accuracy_score(y[n_train:], guess))
for r, g in list(zip(records[n_train:], guess))[:5]:
    print(r["email"], "->", "escalate" if g else "ok")
