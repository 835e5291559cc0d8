"""Objects of JSON with a comma behind most of them, between comments and blank lines."""

import json

X, y = [], []
for line in open("clicks.txt"):
    line = line.strip()
    if line.startswith("#") or line.startswith("//") or line == "":
        continue
    if line.endswith(","):
        line = line[:-1]
    rec = json.loads(line)
    X.append([len(rec["who"]), rec.get("ms", 0), rec["id"] % 3])
    y.append(rec["kind"] == "buy")
