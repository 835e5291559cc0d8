from collections import defaultdict
X, y = [], []
minutes = defaultdict(list)
with open("events.csv") as f:
    for row in csv.DictReader(f):
        if row["kind"] == "row":
            continue
        minutes[row["id"]].append(int(row["minutes"]))
for person, found in minutes.items():
    X.append([len(found), max(found), min(found), sum(found), found[-1], found[0], sorted(found, reverse=True)[0], len(person)])
    y.append(sum(found) / len(found) > 40)
