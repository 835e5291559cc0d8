"""For each member, again for those that come twice, the events of the member; neighbours by groupby; the place in each list."""

from collections import defaultdict
from itertools import groupby
from operator import itemgetter

with open("events.csv", newline="") as f:
    events = [(r["id"], r["month"], int(r["minutes"])) for r in csv.DictReader(f)]
of = defaultdict(list)
for key, month, minutes in events:
    of[key].append(minutes)
pairs = []
with open("members.csv", newline="") as f:
    members = list(csv.DictReader(f))
for m in members:
    fee = float(m["fee"])
    for minutes in of.get(m["id"], []):
        if minutes > 3:
            pairs.append((fee, minutes, m["active"] == "yes"))
events.sort(key=itemgetter(0, 1))
jumps = []
for key, group in groupby(events, key=itemgetter(0)):
    previous = 0
    for _, month, minutes in group:
        jumps.append(minutes - previous)
        previous = minutes
X = [[fee, minutes, max(jumps), sum(jumps)] for fee, minutes, _ in pairs]
y = [int(a) for _, _, a in pairs]
