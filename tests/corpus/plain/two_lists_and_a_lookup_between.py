"""One list gets its element before a dict is read that has every key, the other after it; letters and ends of texts."""

import math

zones = {}
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        zones[rec["id"]] = len(rec["town"])

X, y = [], []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        X.append([float(rec["fee"]) // 3, float(rec["fee"]) % 3, len(rec["joined"][:-3]), math.log(float(rec["fee"])), int(rec["id"][-1] == "1")])
        zone = zones[rec["id"]]
        y.append(1 if zone > 3 else 0)
