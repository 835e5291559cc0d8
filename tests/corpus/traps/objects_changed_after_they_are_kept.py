# stops: no-rule
"""An object of JSON is changed after it was put into a dict, which holds the same object."""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

cards = {}
for line in open("cards.jsonl"):
    card = json.loads(line)
    cards[card["id"]] = card
    card["card"] = ""
X, y = [], []
for line in open("cards.jsonl"):
    card = json.loads(line)
    X.append([len(cards[card["id"]]["card"])])
    y.append(card["id"] % 2)
clf = LogisticRegression(max_iter=500).fit(np.array(X), np.array(y))
