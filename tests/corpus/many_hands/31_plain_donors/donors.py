import argparse
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator, Optional

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score


@dataclass
class Gift:
    donor: str
    when: datetime
    amount: float
    channel: str


def read_gifts(path) -> Iterator[Gift]:
    with open(path) as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            donor, when, amount, channel = line.rstrip("\n").split("\t")[:4]
            value = to_amount(amount)
            if value is None:
                continue
            yield Gift(donor, datetime.strptime(when, "%d/%m/%Y"), value, channel or "unknown")


def to_amount(text: str) -> Optional[float]:
    text = text.strip().upper()
    if text.endswith("EUR"):
        text = text[:-3]
    try:
        return float(text)
    except ValueError:
        return None


def summarise(gifts, until):
    past = [g for g in gifts if g.when < until]
    amounts = [g.amount for g in past]
    days = (until - max(g.when for g in past)).days
    online = sum(1 for g in past if g.channel == "online")
    return [len(past), sum(amounts), max(amounts), amounts[-1], days, online / len(past)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gifts", default="gifts.tsv")
    parser.add_argument("--alpha", type=float, default=2.0)
    parser.add_argument("--until", default="2023-07-01")
    args = parser.parse_args()

    until = datetime.strptime(args.until, "%Y-%m-%d")
    by_donor = {}
    for gift in read_gifts(args.gifts):
        by_donor.setdefault(gift.donor, []).append(gift)

    X, y, names = [], [], []
    for donor in sorted(by_donor):
        gifts = sorted(by_donor[donor], key=lambda g: g.when)
        if not any(g.when < until for g in gifts):
            continue
        X.append(summarise(gifts, until))
        y.append(sum(g.amount for g in gifts if g.when >= until))
        names.append(donor)
    X = np.log1p(np.array(X, dtype=float))
    y = np.log1p(np.array(y, dtype=float))

    np.random.seed(3)
    perm = np.random.permutation(len(X))
    split = int(len(X) * 0.8)
    tr, te = perm[:split], perm[split:]
    model = Ridge(alpha=args.alpha)
    model.fit(X[tr], y[tr])
    print("r2 train %.3f test %.3f" % (r2_score(y[tr], model.predict(X[tr])), r2_score(y[te], model.predict(X[te]))))


if __name__ == "__main__":
    main()
