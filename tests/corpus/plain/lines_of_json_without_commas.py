"""All commas behind an object go; a line that is no object is passed over."""

import json

X, y = [], []
skipped = 0
with open("clicks.txt") as f:
    for line in f:
        text = line.strip().rstrip(",")
        try:
            rec = json.loads(text)
        except ValueError:
            skipped += 1
            continue
        X.append([len(rec["who"]), rec.get("ms", 0)])
        y.append(rec["kind"] == "buy")
print(skipped)
