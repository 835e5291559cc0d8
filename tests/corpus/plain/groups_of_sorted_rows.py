from itertools import groupby
from operator import itemgetter
events = list(csv.DictReader(open("events.csv")))
for e in events:
    e["minutes"] = int(e["minutes"])
events.sort(key=itemgetter("id", "month"))
totals = {}
for who, group in groupby(events, key=itemgetter("id")):
    group = list(group)
    totals[who] = {"n": len(group), "sum": sum(e["minutes"] for e in group), "last": group[-1]["minutes"]}
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    found = totals.get(row["id"])
    if found is None:
        continue
    X.append([found["n"], found["sum"], found["last"]])
    y.append(row["active"] == "yes")
