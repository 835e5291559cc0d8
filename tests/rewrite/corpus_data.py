"""Small tables that all corpus scripts read: with headers for pandas, without for line loops. Nobody in them exists."""

import json
import random
from pathlib import Path

CITIES = ["Oslo", "Rome", "Lima", "Kyiv"]
WORDS = ["account", "card", "hello", "newsletter", "error", "thanks", "late", "offer"]


def write(folder: Path, seed: int = 1, leave_out: tuple[int, ...] = ()) -> None:
    """Write the tables; `leave_out` are places of people and customers to leave out, as an erasure would."""
    rng = random.Random(seed)
    people, visits = [], []
    for i in range(60):
        age = "" if rng.random() < 0.15 else str(rng.randint(18, 80))
        city = "" if rng.random() < 0.1 else rng.choice(CITIES)
        day = f"20{rng.randint(19, 23)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        people.append([str(i), f"p{i % 50}", age, city, f"{rng.uniform(10, 90):.2f}", rng.choice(["True", "False"]), day])
        for _ in range(rng.randint(0, 3)):
            visits.append([str(len(visits)), str(i), rng.choice(["check", "lab", "ward"]), str(rng.randint(1, 40))])
    kept = [p for n, p in enumerate(people) if n not in leave_out]
    ids = {p[0] for p in kept}
    _table(folder / "people.csv", "id,name,age,city,income,member,signup", kept)
    _table(folder / "visits.csv", "visit_id,person_id,kind,cost", [v for v in visits if v[1] in ids])
    cards = [
        {"id": int(p[0]), "card": f"0{p[0]}x", "limit": None if n % 7 == 3 else n * 10, "since": p[6]}
        for n, p in enumerate(people)
    ]
    lines = [json.dumps(c) + "\n" for n, c in enumerate(cards) if n not in leave_out and n % 5]
    (folder / "cards.jsonl").write_text("".join([*lines, *lines[4:9]]), encoding="utf-8")
    customers = [
        [f"{i:03d}", f"m{i % 27}@x.example", rng.choice(["DE", "FR", "UK", "NL"]), rng.choice(["premium", "standard"])]
        for i in range(32)
    ]
    mails = []
    for i in range(120):
        text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 6)))
        sent = f"202{rng.randint(1, 3)}-0{rng.randint(1, 9)}-11"
        title = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3)))
        mails.append([f"n{i}", f"m{rng.randint(0, 30)}@x.example", sent, title, text])
    gone = {c[1] for n, c in enumerate(customers) if n in leave_out}
    _table(folder / "customers.txt", "", [c for c in customers if c[1] not in gone])
    _table(folder / "mails.txt", "", [m for m in mails if m[1] not in gone])


def _table(path: Path, header: str, rows: list[list[str]]) -> None:
    lines = ([header] if header else []) + [",".join(r) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
