"""A table as a list of dicts: gone through twice, with values that may be missing, and looked up by key."""

import pandas as pd

events = pd.read_csv("events.csv").to_dict("records")
members = pd.read_csv("members.csv", dtype={"age": str, "joined": str}).to_dict(orient="records")
fees = {}
for m in members:
    fees[m["id"]] = m["fee"]
count = {}
for e in events:
    count[e["id"]] = count.get(e["id"], 0) + 1
X = [[e["minutes"], count[e["id"]], fees.get(e["id"], -1.0)] for e in events if e["minutes"] > 5]
y = [int(e["kind"] == "run") for e in events if e["minutes"] > 5]
