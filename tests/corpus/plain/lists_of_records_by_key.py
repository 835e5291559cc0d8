import statistics
from collections import Counter, defaultdict
from operator import itemgetter
X, y = [], []
visits = defaultdict(list)
with open("events.csv") as f:
    for row in csv.DictReader(f):
        visits[row["id"]].append((row["month"], row["kind"], int(row["minutes"])))
for row in csv.DictReader(open("members.csv")):
    mine = visits.get(row["id"], [])
    if not mine:
        continue
    mine = sorted(mine)
    by_minutes = sorted(mine, key=itemgetter(2), reverse=True)
    runs = [minutes for _, kind, minutes in mine if kind == "run"]
    kinds = Counter(kind for _, kind, _ in mine)
    gaps = [b[2] - a[2] for a, b in zip(mine, mine[1:])]
    X.append([
        len(runs), sum(runs), max(runs, default=-1), sum(1 for v in mine if v[2] > 30),
        int(mine[0][0][5:]), mine[-1][2], by_minutes[0][2], len(by_minutes[0][1]),
        len({month for month, _, _ in mine}), kinds["swim"], len(kinds), kinds.most_common(1)[0][1],
        sum(gaps) / len(gaps) if gaps else 0.5, max(abs(g) for g in gaps) if gaps else 0,
        statistics.mean(v[2] for v in mine), statistics.median([v[2] for v in mine]),
        float(np.mean(runs)) if runs else -1.0, sum(m for _, _, m in mine[:2]), sum(m for _, _, m in mine[-2:]),
        int("row" in [kind for _, kind, _ in mine]), int(any(v[2] == 0 for v in mine)), int(all(v[2] > 5 for v in mine)),
    ])
    y.append(row["active"] == "yes")
