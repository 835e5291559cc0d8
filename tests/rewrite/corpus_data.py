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
    persons = [_member(p, random.Random(f"{seed}/{p[0]}")) for p in people]
    lines = [m + "\n" for n, m in enumerate(persons) if n not in leave_out]
    lines = [*lines[:7], "\n", '{"id": 3, "ho\n', *lines[7:], *lines[4:9]]
    (folder / "persons.jsonl").write_text("".join(lines), encoding="utf-8")
    answers = [_answer(n, random.Random(f"{seed}/answer/{n}")) for n in range(60)]
    lines = [a + "\n" for n, a in enumerate(answers) if n not in leave_out]
    (folder / "answers.jsonl").write_text("".join(lines), encoding="utf-8")
    places = {
        city.upper(): {"kind": rng2.choice(["big", "small"]), "about": {"size": rng2.choice([None, 1, 2.5])}}
        for city, rng2 in ((c, random.Random(f"{seed}/{c}")) for c in CITIES)
    }
    closed = [{"city": "LIMA", "since": 2020}, {"city": "PARIS", "since": None}]
    document = {"by": "nobody", "places": places, "closed": closed, "end": [1, 2]}
    (folder / "premises.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    shops = [{"shop": 0, "floor": 1, "name": "East"}, {"shop": 1, "floor": 4}, {"shop": 2, "floor": 2, "name": None}]
    (folder / "shops.json").write_text(json.dumps(shops), encoding="utf-8")
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


def _member(person: list[str], rng: random.Random) -> str:
    """Return an object in which some fields are null, some are not there, and some are empty."""
    out: dict[str, object] = {"id": int(person[0]), "home": {"city": person[3]}, "status": rng.choice(["Left", "stays", "LEFT"])}
    out["weight"] = rng.choice([None, 0, 61, 82.5])
    if rng.random() < 0.7:
        out["home"] = {"city": person[3], "owner": rng.random() < 0.5}
    if rng.random() < 0.8:
        out["age"] = rng.choice([None, 0, 20, 41])
    if rng.random() < 0.5:
        out["contact"] = rng.choice([{}, {"calls": rng.randrange(5)}])
    if rng.random() < 0.8:
        out["tags"] = rng.choice([None, [], [{"on": True}, {"on": False}], [{"on": True}]])
    if rng.random() < 0.3:
        out["vip"] = None
    if rng.random() < 0.6:
        out["note"] = rng.choice([None, "", "Hi There "])
    return json.dumps(out)


def _answer(number: int, rng: random.Random) -> str:
    """Return an object whose fields hold values of several kinds, or are not there."""
    out: dict[str, object] = {"id": number, "left": rng.random() < 0.5}
    if rng.random() < 0.85:
        out["age"] = rng.choice([20, 41, 67, "35", " 28", "n/a", "", None])
    out["score"] = rng.choice([1.5, 3, "2.5", "x", None])
    if rng.random() < 0.8:
        out["active"] = rng.choice([True, False, 0, 1, "yes", None])
    if rng.random() < 0.8:
        out["address"] = rng.choice([None, {}, {"city": rng.choice(CITIES)}, {"city": "Oslo", "zip": "0150"}, {"zip": None}])
    out["tags"] = [rng.choice(["new", "vip", "late"]) for _ in range(rng.randint(0, 3))]
    out["marks"] = [rng.choice([1, 2, 3.5]) for _ in range(rng.randint(0, 3))]
    out["paid"] = ";".join(rng.choice(["3", "4.5", "-", ""]) for _ in range(rng.randint(1, 4)))
    return json.dumps(out)


def _table(path: Path, header: str, rows: list[list[str]]) -> None:
    lines = ([header] if header else []) + [",".join(r) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
