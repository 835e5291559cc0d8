#!/usr/bin/env python3
"""Predict whether a page turns into a customer-visible incident.

Usage: 14_pager_alerts.py [--vocab N] [--test-share F] [--seed S]
"""
import argparse
import csv
import logging
import os
import random
from collections import Counter, defaultdict

import numpy as np
from sklearn.metrics import classification_report, f1_score
from sklearn.naive_bayes import MultinomialNB

from alertlog import dump_csv, load_tiers, read_alerts, tokens

log = logging.getLogger("pager")


def get_args():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--alerts", default="data/alerts.jsonl")
    ap.add_argument("--services", default="data/services.json")
    ap.add_argument("--clean", default="out/alerts_clean.csv")
    ap.add_argument("--vocab", type=int, default=40)
    ap.add_argument("--test-share", type=float, default=0.3)
    ap.add_argument("--seed", type=int, default=11)
    return ap.parse_args()


def build_vocab(rows, size):
    freq = Counter()
    for row in rows:
        freq.update(set(tokens(row["text"])))
    ranked = sorted(freq.items(), key=lambda kv: (-kv[1], kv[0]))
    return {word: i for i, (word, n) in enumerate(ranked[:size]) if n > 2}


def pages_per_person(rows):
    load = defaultdict(int)
    for row in rows:
        load[row["oncall"]] += 1
    return load


def hour_bucket(hour):
    if hour < 7:
        return 0
    elif hour < 18:
        return 1
    return 2


def featurize(rows, vocab, load):
    bag = np.zeros((len(rows), len(vocab)))
    extra = np.zeros((len(rows), 8))
    for i, row in enumerate(rows):
        for tok in tokens(row["text"]):
            j = vocab.get(tok)
            if j is not None:
                bag[i, j] += 1
        extra[i, hour_bucket(int(row["hour"]))] = 1
        extra[i, 2 + int(row["tier"])] = 1        # columns 3..5
        extra[i, 6] = int(row["n_log"])
        if row["oncall"] in load:
            extra[i, 7] = 1 if load[row["oncall"]] > 15 else 0
    return np.hstack([bag, extra])


def main():
    args = get_args()
    logging.basicConfig(level=logging.WARNING)

    tiers = load_tiers(args.services)
    os.makedirs(os.path.dirname(args.clean), exist_ok=True)
    dump_csv(read_alerts(args.alerts, tiers), args.clean)

    # second half works from the clean file so that it can be re-run on its own
    with open(args.clean, newline="") as fh:
        rows = [r for r in csv.DictReader(fh) if r["text"]]

    random.Random(args.seed).shuffle(rows)
    cut = int(len(rows) * (1 - args.test_share))
    train, test = rows[:cut], rows[cut:]

    vocab = build_vocab(train, args.vocab)
    load = pages_per_person(train)
    X_train, X_test = featurize(train, vocab, load), featurize(test, vocab, load)
    y_train = np.array([int(r["impact"]) for r in train])
    y_test = np.array([int(r["impact"]) for r in test])

    model = MultinomialNB(alpha=0.5).fit(X_train, y_train)
    pred = model.predict(X_test)
    print(f"{len(train)} train / {len(test)} test, vocabulary {len(vocab)}")
    print(classification_report(y_test, pred, target_names=["quiet", "impact"], digits=3))
    print(f"f1 = {f1_score(y_test, pred):.4f}")

    lift = model.feature_log_prob_[1] - model.feature_log_prob_[0]
    words = list(vocab)
    for j in np.argsort(lift[: len(words)])[::-1][:5]:
        print(f"  {words[j]:<12s} {lift[j]:+.2f}")


if __name__ == "__main__":
    main()
