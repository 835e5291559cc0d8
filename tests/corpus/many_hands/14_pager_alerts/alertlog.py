"""Reading and normalising the pager export."""
import csv
import json
import re
import sys
from dataclasses import astuple, dataclass, fields

WORD = re.compile(r"[a-z0-9-]+")


@dataclass
class Alert:
    id: int
    hour: int
    oncall: str
    service: str
    tier: int
    text: str
    n_log: int
    first_ack: float
    impact: int


def load_tiers(path):
    with open(path) as fh:
        payload = json.load(fh)
    tiers = {}
    for svc in payload["services"]:
        tiers[svc["name"].lower()] = svc.get("slo", {}).get("tier", 3)
    return tiers


def parse(raw, tiers):
    """One decoded JSON object -> Alert, or None if it cannot be used."""
    verdict = (raw.get("customer_impact") or "").lower()
    if verdict in ("yes", "y"):
        impact = 1
    elif verdict in ("no", "n"):
        impact = 0
    else:
        return None
    email = raw["oncall"].get("email", "unknown").strip().lower()
    waits = [e["after_min"] for e in raw["log"] if e["after_min"] is not None]
    labels = " ".join("label-" + l for l in raw.get("labels", []))
    return Alert(
        id=raw["id"],
        hour=int(raw["fired_at"][11:13]),
        oncall=email,
        service=raw["service"],
        tier=tiers.get(raw["service"], 3),
        text=(raw["message"].lower() + " " + labels).strip(),
        n_log=len(raw["log"]),
        first_ack=min(waits) if waits else -1,
        impact=impact,
    )


def read_alerts(path, tiers):
    seen = set()
    with open(path, encoding="utf-8") as fh:
        for lineno, line in enumerate(fh, 1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line)
            except json.JSONDecodeError:
                print(f"line {lineno}: truncated, skipped", file=sys.stderr)
                continue
            if raw["id"] in seen:
                continue
            seen.add(raw["id"])
            alert = parse(raw, tiers)
            if alert is not None:
                yield alert


def dump_csv(alerts, path):
    with open(path, "w", newline="") as fh:
        out = csv.writer(fh)
        out.writerow([f.name for f in fields(Alert)])
        for a in alerts:
            out.writerow(astuple(a))


def tokens(text):
    return WORD.findall(text)
