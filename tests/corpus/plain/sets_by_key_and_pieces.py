from collections import defaultdict
kinds, months = defaultdict(set), defaultdict(set)
for row in csv.DictReader(open("events.csv")):
    year, month = [int(p) for p in row["month"].split("-")]
    kinds[row["id"]].add(row["kind"])
    if month > 6:
        months[row["id"]].add((year, month))
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    who = row["id"]
    if who not in kinds:
        continue
    late = months.get(who, set())
    whole, cents = map(int, row["fee"].split("."))
    X.append([len(kinds[who]), int("run" in kinds[who]), len(late), int((2022, 7) in late), ord(sorted(kinds[who])[0][1]), whole, cents])
    y.append(row["active"] == "yes")
