"""For each member all events are gone through, those of others passed over; lists and numbers are made of the rest."""

from datetime import datetime, timedelta
from statistics import mean

with open("events.csv", newline="") as f:
    events = list(csv.DictReader(f))
with open("members.csv", newline="") as f:
    members = list(csv.DictReader(f))
end = datetime(2023, 1, 1)
X, y = [], []
for m in members:
    minutes, late = [], 0
    n = 0
    for e in events:
        if e["id"] != m["id"]:
            continue
        n += 1
        day = datetime.strptime(e["month"] + "-15", "%Y-%m-%d")
        if day > end - timedelta(days=120):
            late += 1
        elif e["kind"] == "row":
            continue
        else:
            minutes.append(int(e["minutes"]) * 2)
            continue
        minutes.append(int(e["minutes"]))
    runs = 0
    for e in events:
        if e["id"] == m["id"] and e["kind"] == "run":
            if int(e["minutes"]) > 20:
                runs += 1
            else:
                runs += 100
    X.append([n, late, len(minutes), mean(minutes) if minutes else 0, max(minutes) if minutes else -1, runs])
    y.append(int(m["active"] == "yes"))
