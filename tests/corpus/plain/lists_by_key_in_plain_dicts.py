from collections import defaultdict
X, y = [], []
months, kinds = {}, defaultdict(list)
for row in csv.DictReader(open("events.csv")):
    months.setdefault(row["id"], []).append(row["month"])
    kinds[row["id"]].append((row["kind"], row["month"]))
for row in csv.DictReader(open("members.csv")):
    if row["id"] not in months:
        continue
    X.append([len(months[row["id"]]), int(max(months[row["id"]])[5:7]), len(kinds.get(row["id"], []))])
    y.append(row["active"] == "yes")
