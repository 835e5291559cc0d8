from collections import defaultdict
X, y = [], []
minutes = defaultdict(list)
for row in csv.DictReader(open("events.csv")):
    minutes[row["id"]].append(float(row["minutes"]))
for row in csv.DictReader(open("members.csv")):
    found = minutes[row["id"]]
    X.append([len(found), sum(found), sum(found) / len(found) if found else -1.0])
    y.append(row["active"] == "yes")
