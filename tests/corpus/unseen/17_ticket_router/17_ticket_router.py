#!/usr/bin/env python3
"""Train the queue router from an export of the help desk."""
import argparse
import json
import logging
import random
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import MultinomialNB

from textprep import build_vocab, words

log = logging.getLogger("router")
QUEUES = ("access", "billing", "outage")
PLANS = ["free", "team", "enterprise", "unknown"]


@dataclass
class Ticket:
    id: int
    email: str
    opened_at: str
    plan: str
    tokens: list
    tags: list = field(default_factory=list)
    queue: str = None


def parse(raw):
    requester = raw["requester"]
    org = requester.get("org") or {}
    tokens = words(raw["subject"] + " " + raw["body"])
    return Ticket(raw["id"], requester["email"].lower(), raw["opened_at"], org.get("plan", "unknown"),
                  tokens, raw.get("tags", []), raw["queue"])


def load_tickets(path):
    tickets, seen, bad = [], set(), 0
    with open(path, encoding="utf-8") as fh:
        for line in fh:
            if line.isspace():
                continue
            try:
                ticket = parse(json.loads(line))
            except json.JSONDecodeError:
                bad += 1
                continue
            if ticket.id in seen or ticket.queue not in QUEUES:
                continue
            seen.add(ticket.id)
            tickets.append(ticket)
    log.warning("%d tickets, %d unreadable lines", len(tickets), bad)
    return tickets


def load_seats(path):
    with open(path) as fh:
        doc = json.load(fh)
    return {a["email"]: a["seats"] or 1 for a in doc["accounts"]}


def vectorise(tickets, vocab, seats, volume):
    X = np.zeros((len(tickets), len(vocab) + len(PLANS) + 3))
    for i, t in enumerate(tickets):
        for w in t.tokens:
            j = vocab.get(w)
            if j is not None:
                X[i, j] += 1
        X[i, len(vocab) + PLANS.index(t.plan)] = 1
        X[i, -3] = 1 if "vip" in t.tags else 0
        X[i, -2] = np.log1p(seats.get(t.email, 1))
        X[i, -1] = 1 if volume[t.email] > 5 else 0
    return X


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--tickets", default="data/tickets.jsonl")
    ap.add_argument("--accounts", default="data/accounts.json")
    ap.add_argument("--seed", type=int, default=7)
    args = ap.parse_args()
    logging.basicConfig(format="%(levelname)s %(message)s")
    tickets = sorted(load_tickets(args.tickets), key=lambda t: (t.opened_at, t.id))
    seats = load_seats(args.accounts)
    volume = Counter(t.email for t in tickets)
    random.Random(args.seed).shuffle(tickets)
    cut = len(tickets) * 4 // 5
    train, test = tickets[:cut], tickets[cut:]

    vocab = build_vocab([t.tokens for t in train])
    X_train, X_test = (vectorise(part, vocab, seats, volume) for part in (train, test))
    y_train, y_test = ([QUEUES.index(t.queue) for t in part] for part in (train, test))

    nb = MultinomialNB(alpha=0.5).fit(X_train, y_train)
    sgd = SGDClassifier(random_state=args.seed, max_iter=2000).fit(X_train, y_train)
    print("vocab", len(vocab), "train", len(train), "test", len(test))
    print("nb  accuracy", round(nb.score(X_test, y_test), 3))
    print("sgd accuracy", round(sgd.score(X_test, y_test), 3))

    inverse = list(vocab)
    for q, name in enumerate(QUEUES):
        top = np.argsort(-nb.feature_log_prob_[q][:len(vocab)], kind="stable")[:4]
        print(name, [inverse[k] for k in top])


if __name__ == "__main__":
    main()
