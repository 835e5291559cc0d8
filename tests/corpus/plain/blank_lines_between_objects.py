"""A line of nothing but its end is passed over in a file of JSON."""

import json

X, y = [], []
for line in open("cards.jsonl"):
    if line == "\n":
        continue
    card = json.loads(line)
    X.append([card["limit"] or 0, len(card["card"])])
    y.append(int(card["since"] > "2021"))
