from collections import defaultdict
visits, kinds = defaultdict(list), defaultdict(lambda: defaultdict(int))
for row in csv.DictReader(open("events.csv")):
    visits[row["id"]].append((row["month"], row["kind"], int(row["minutes"])))
    kinds[row["id"]][row["kind"]] += int(row["minutes"])
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    total, long, best, shortest, last = 0.0, 0, -1, 999, ""
    for month, kind, minutes in visits.get(row["id"], []):
        if kind == "row":
            continue
        hours = minutes / 60
        total += hours
        if minutes > 45:
            long += 1
            last = kind
        if minutes > best:
            best = minutes
        shortest = min(shortest, minutes)
    most = 0
    for kind, minutes in kinds[row["id"]].items():
        if minutes > 10:
            most = max(most, minutes)
    X.append([total, long, best, shortest, len(last), most])
    y.append(row["active"] == "yes")
