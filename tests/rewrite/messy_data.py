"""Small untidy files for scripts in plain Python: numbers that are none, blanks, repeated people, keys without a partner."""

import json
import random
from pathlib import Path

TOWNS = ["Oslo", "Rome", "Lima", "Kyiv", "oslo", " Rome ", ""]
NUMBERS = ["", "?", "n/a", "-", "12.5.", "1e2", " 7 ", "+3"]


def write(folder: Path, seed: int) -> None:
    """Write ``members.csv`` (one line per member), ``events.csv`` (many per member), ``towns.txt`` (``|`` between fields).

    ``clicks.txt`` has objects of JSON with commas between them.
    ``log.txt`` has words between blanks, comments and blank lines; ``notes.txt`` lines of two to five fields, some of them twice.
    """
    rng = random.Random(seed)
    members = []
    for _ in range(40):
        age = rng.choice(NUMBERS) if rng.random() < 0.25 else str(rng.randint(18, 80))
        day = f"20{rng.randint(19, 23)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}" if rng.random() < 0.9 else "unknown"
        fee = f"{rng.uniform(5, 50):.2f}"
        members.append([f"M{rng.randint(0, 34)}", age, rng.choice(TOWNS), fee, rng.choice(["yes", "no", "Yes", ""]), day])
    members += [[f"X{i}", str(20 + i), "Oslo", "9.50", "yes" if i % 2 else "no", "2020-01-01"] for i in range(4)]
    events = [
        [f"M{rng.randint(0, 40)}", f"2022-{rng.randint(1, 12):02d}", rng.choice(["swim", "run", "row"]), str(rng.randint(0, 90))]
        for _ in range(120)
    ]
    _table(folder / "members.csv", "id,age,town,fee,active,joined", members)
    _table(folder / "events.csv", "id,month,kind,minutes", events)
    lines = [f"{t}|{rng.randint(1, 9)}|{rng.choice(NUMBERS + ['55'])}" for t in TOWNS[:4] + ["Rome"]]
    (folder / "towns.txt").write_text("# town|zone|people\n" + "\n".join(lines) + "\n", encoding="utf-8")
    _lines(folder, rng)
    _objects(folder / "clicks.txt", random.Random(f"{seed}/clicks"))


def _objects(path: Path, rng: random.Random) -> None:
    """Write objects of JSON, one to a line, with commas behind most of them, comments, and blank lines."""
    out = ["# exported", "// one per line"]
    for n in range(40):
        found = {
            "id": n,
            "who": rng.choice(["ann", "Bob", "eve,"]),
            "kind": rng.choice(["buy", "look"]),
            "ms": rng.randint(1, 90),
        }
        if rng.random() < 0.3:
            del found["ms"]
        out.append(rng.choice(["", "  "]) + json.dumps(found) + rng.choice([",", ",", "", " "]))
        out += rng.choice([[], [], [""], ["  # later"], ["   "]])
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def _lines(folder: Path, rng: random.Random) -> None:
    gaps = [" ", "  ", "\t", " \t "]
    out = ["# day  who  level  note", "%% not used"]
    for n in range(40):
        words = [
            f"2022-0{rng.randint(1, 9)}-1{n % 10}",
            rng.choice(["ann", "Bob", "eve"]),
            rng.choice(["LOW", "high", "mid"]),
            str(n),
        ]
        gap = rng.choice(gaps)
        out.append(rng.choice(["", " "]) + gap.join(words) + rng.choice(["", "  "]))
        if rng.random() < 0.2:
            out.append(rng.choice(["", "   ", "# " + gap.join(words), "#", "  # later"]))
    (folder / "log.txt").write_text("\n".join(out) + "\n", encoding="utf-8")
    notes = []
    for n in range(40):
        line = ";".join([f"k{n % 7}", str(n), *rng.choices(["a", "bb", "", "c c"], k=rng.randint(0, 3))])
        notes += [line] * rng.choice([1, 1, 2])
    (folder / "notes.txt").write_text("\n".join(notes) + "\n", encoding="utf-8")


def _table(path: Path, header: str, rows: list[list[str]]) -> None:
    path.write_text("\n".join([header, *(",".join(r) for r in rows)]) + "\n", encoding="utf-8")
