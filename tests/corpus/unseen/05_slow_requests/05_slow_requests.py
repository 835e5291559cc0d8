#!/usr/bin/env python3
"""Flag API requests that will be slow, before we route them."""
import json
import logging
import math
import zlib
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import precision_score, recall_score

from accounts import AccountStore

log = logging.getLogger("slow-requests")

DATA = Path("data")
SLOW_MS = 350
ROUTES = ["/login", "/v1/search", "/v1/export", "/v1/users", "/v1/report"]


def route_of(path: str) -> str:
    path = path.split("?", 1)[0]
    for route in ROUTES:
        if path.startswith(route):
            return route
    return "other"


def read_events(path: Path):
    seen = set()
    with path.open(encoding="utf-8") as fp:
        for lineno, line in enumerate(fp, start=1):
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                log.info("line %d is truncated, skipping", lineno)
                continue
            if event["id"] in seen:
                continue
            seen.add(event["id"])
            if not event.get("user") or "ms" not in event:
                continue
            yield event


class FeatureBuilder:
    def __init__(self, accounts: AccountStore):
        self.accounts = accounts
        self.count = defaultdict(int)
        self.last_ms = {}

    def features(self, event: dict) -> list:
        email = event["user"]["email"].lower()
        request = event["request"]
        ts = datetime.strptime(event["ts"], "%Y-%m-%dT%H:%M:%SZ")
        route = route_of(request["path"])
        account = self.accounts.get(email)

        row = [1.0 if route == r else 0.0 for r in ROUTES]
        row.append(1.0 if request["method"] == "POST" else 0.0)
        row += [math.log1p(request["bytes"]), ts.hour, self.count[email], self.last_ms.get(email, -1)]
        if account is None:
            row += [-1, 0, 0, 0]
        else:
            row += [
                ["free", "team", "enterprise"].index(account.plan),
                account.seats or 0,
                int("legacy-api" in account.flags),
                len(account.flags),
            ]
        row.append(1.0 if (event["client"]["country"] or "").upper() == "US" else 0.0)
        return row

    def update(self, event: dict) -> None:
        email = event["user"]["email"].lower()
        self.count[email] += 1
        self.last_ms[email] = event["ms"]


def is_test_user(email: str) -> bool:
    # all requests of one user must land on the same side
    return zlib.crc32(email.lower().encode()) % 10 < 3


def main():
    builder = FeatureBuilder(AccountStore(DATA / "accounts.json"))
    train_x, train_y, test_x, test_y = [], [], [], []
    for event in sorted(read_events(DATA / "requests.jsonl"), key=lambda e: e["ts"]):
        x = builder.features(event)
        builder.update(event)
        y = int(event["ms"] > SLOW_MS)
        if is_test_user(event["user"]["email"]):
            test_x.append(x)
            test_y.append(y)
        else:
            train_x.append(x)
            train_y.append(y)

    model = GradientBoostingClassifier(n_estimators=60, max_depth=3, random_state=7)
    model.fit(np.array(train_x, dtype=float), np.array(train_y))
    pred = model.predict(np.array(test_x, dtype=float))
    print(f"train={len(train_y)} test={len(test_y)} slow share={np.mean(test_y):.3f}")
    print(f"precision={precision_score(test_y, pred):.3f} recall={recall_score(test_y, pred):.3f}")


if __name__ == "__main__":
    main()
