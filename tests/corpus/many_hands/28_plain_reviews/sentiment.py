import csv
import re
from collections import Counter

import numpy as np
from sklearn.naive_bayes import MultinomialNB

STOP = {"the", "a", "an", "and", "or", "it", "is", "was", "to", "of", "i"}


def tokens(text):
    text = re.sub(r"<[^>]+>", " ", text.lower())
    return [t for t in re.findall(r"[a-z']+", text) if t not in STOP and len(t) > 1]


reviews = []
with open("reviews.tsv", encoding="utf-8") as f:
    next(f)
    for line in f:
        if line.startswith("#"):
            continue
        parts = line.rstrip("\n").split("\t")
        if len(parts) != 4:
            continue
        rid, customer, stars, text = parts
        if stars not in "12345" or stars == "3" or not stars:
            continue
        reviews.append((customer, int(stars), tokens(text)))

seen = set()
unique = []
for customer, stars, toks in reviews:
    key = (customer, " ".join(toks))
    if key in seen:
        continue
    seen.add(key)
    unique.append((customer, stars, toks))

train = [r for i, r in enumerate(unique) if i % 5 != 4]
test = [r for i, r in enumerate(unique) if i % 5 == 4]

counts = Counter()
for _, _, toks in train:
    counts.update(toks)
vocab = {w: i for i, (w, c) in enumerate(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:60])}


def vectorise(docs):
    M = np.zeros((len(docs), len(vocab)))
    for i, (_, _, toks) in enumerate(docs):
        for t in toks:
            if t in vocab:
                M[i, vocab[t]] += 1
    return M


X_train = vectorise(train)
X_test = vectorise(test)
y_train = np.array([1 if s > 3 else 0 for _, s, _ in train])
y_test = np.array([1 if s > 3 else 0 for _, s, _ in test])

nb = MultinomialNB(alpha=0.5)
nb.fit(X_train, y_train)
pred = nb.predict(X_test)
print("accuracy", (pred == y_test).mean())

with open("predictions.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["customer", "stars", "predicted"])
    for (customer, stars, _), p in zip(test, pred):
        w.writerow([customer, stars, int(p)])
