"""The date of a person's row before and of another table: points in time that a dict holds are there where the script looks."""

from datetime import date, datetime

joined = {}
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        try:
            joined[rec["id"]] = datetime.strptime(rec["joined"], "%Y-%m-%d").date()
        except ValueError:
            pass

last, gaps = {}, {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        day = datetime.strptime(rec["month"] + "-01", "%Y-%m-%d")
        if rec["id"] in last:
            gaps.setdefault(rec["id"], []).append((day - last[rec["id"]]).days)
        last[rec["id"]] = day

X, y = [], []
for key, day in last.items():
    if key not in joined:
        continue
    mine = gaps.get(key, [])
    X.append([(date(2024, 1, 1) - joined[key]).days, sum(mine) / len(mine) if mine else -1.0, day.month])
    y.append(int(joined[key].year > 2020))
