from collections import Counter, defaultdict
counts = defaultdict(Counter)
totals = defaultdict(lambda: defaultdict(int))
lists = {}
for row in csv.DictReader(open("events.csv")):
    counts[row["id"]][row["kind"]] += 1
    totals[row["id"]][row["month"]] += int(row["minutes"])
    lists.setdefault(row["id"], {}).setdefault(row["kind"], []).append(int(row["minutes"]))
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    who = row["id"]
    if who not in counts:
        continue
    mine, months = counts[who], totals.get(who, {})
    swum = lists.get(who, {})
    X.append([
        mine["run"], len(mine), mine.most_common(1)[0][1], len(months), max(months.values()), sum(months.values()),
        int("swim" in swum), sum(swum["swim"]) / len(swum["swim"]) if "swim" in swum else 0.0, months.get("2022-05", -1),
        sum(1 for month, minutes in months.items() if minutes > 50), len(swum.get("row", [])),
    ])
    y.append(row["active"] == "yes")
