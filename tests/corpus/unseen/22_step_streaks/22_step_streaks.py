# What sort of day will it be? low / ok / high, from what the person did the days before.
import csv
import os
from collections import Counter

from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier

from people import DEFAULT_GOAL, read_people
from watchlog import read_log

OUT = "out"
SPLIT_DAY = "2023-03-21"

people = read_people("data/people.csv")
rows = read_log("data/steps.log")
rows.sort(key=lambda r: (r["user"], r["day"]))

# --- pass 1: walk through every person's days, remember yesterday and the streak ----
os.makedirs(OUT, exist_ok=True)
prev = None
streak = 0
written = 0
with open(os.path.join(OUT, "days.csv"), "w", newline="") as fh:
    w = csv.writer(fh)
    w.writerow(["user", "day", "prev_steps", "streak", "mean3", "sleep", "hr", "steps"])
    history = []
    for r in rows:
        if prev is None or prev["user"] != r["user"]:
            # new person
            prev = r
            history = [r["steps"]]
            goal = people[r["user"]]["goal"] if r["user"] in people else DEFAULT_GOAL
            streak = 1 if r["steps"] >= goal else 0
            continue
        if r["day"] == prev["day"]:
            continue    # synced twice
        w.writerow([r["user"], r["day"], prev["steps"], streak,
                    sum(history[-3:]) / len(history[-3:]),
                    "" if prev["sleep"] is None else prev["sleep"],
                    "" if prev["hr"] is None else prev["hr"], r["steps"]])
        written += 1
        history.append(r["steps"])
        if r["steps"] >= goal:
            streak += 1
        else:
            streak = 0
        prev = r
print("days written:", written)

# --- pass 2: features ---------------------------------------------------------------
known_ages = sorted(p["age"] for p in people.values() if p["age"] is not None)
mid_age = known_ages[len(known_ages) // 2]

train_X, train_y, test_X, test_y = [], [], [], []
for r in csv.DictReader(open(os.path.join(OUT, "days.csv"))):
    person = people.get(r["user"], {"age": None, "goal": DEFAULT_GOAL, "female": 0})
    goal = person["goal"]
    steps = int(r["steps"])
    if steps < 0.75 * goal:
        label = "low"
    elif steps < 1.1 * goal:
        label = "ok"
    else:
        label = "high"
    x = [
        int(r["prev_steps"]) / goal,
        float(r["mean3"]) / goal,
        int(r["streak"]),
        float(r["sleep"]) if r["sleep"] != "" else 7.0,
        int(r["hr"] or 64),
        person["age"] or mid_age,
        person["female"],
    ]
    if r["day"] < SPLIT_DAY:
        train_X.append(x)
        train_y.append(label)
    else:
        test_X.append(x)
        test_y.append(label)

print("train", sorted(Counter(train_y).items()))
print("test ", sorted(Counter(test_y).items()))

tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=8, random_state=0)
tree.fit(train_X, train_y)
print("accuracy %.3f" % accuracy_score(test_y, tree.predict(test_X)))

# how good is "same as most"?
common = Counter(train_y).most_common(1)[0][0]
print("always %s: %.3f" % (common, sum(1 for t in test_y if t == common) / len(test_y)))
