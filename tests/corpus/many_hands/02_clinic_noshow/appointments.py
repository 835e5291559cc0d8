"""Parsing of the appointment export. No ML in here."""
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Iterator, Optional


@dataclass
class Appointment:
    id: int
    patient_number: str
    birth_year: Optional[int]
    has_phone: bool
    clinic: str
    lead_days: Optional[int]
    start: datetime
    reminders_delivered: int
    reminders_sent: int
    status: str

    @property
    def no_show(self) -> int:
        return int(self.status == "no_show")


def _parse(raw: dict) -> Appointment:
    patient, slot = raw["patient"], raw["slot"]
    start = datetime.fromisoformat(slot["start"])
    lead = None
    if slot.get("booked"):
        lead = (start.date() - date.fromisoformat(slot["booked"])).days
    reminders = raw.get("reminders") or []
    return Appointment(
        id=raw["id"],
        patient_number=patient["patient_number"].upper(),
        birth_year=patient.get("birth_year"),
        has_phone=patient.get("contact", {}).get("phone", False),
        clinic=slot["clinic"],
        lead_days=lead,
        start=start,
        reminders_delivered=sum(1 for r in reminders if r["delivered"]),
        reminders_sent=len(reminders),
        status=raw["status"].lower(),
    )


def read_appointments(path: str) -> Iterator[Appointment]:
    """Yield each appointment once; broken lines are skipped."""
    seen = set()
    with open(path, encoding="utf-8") as fh:
        for line in fh:
            line = line.strip()
            if not line:
                continue
            try:
                raw = json.loads(line)
            except json.JSONDecodeError:
                continue
            if raw["id"] in seen:
                continue
            seen.add(raw["id"])
            yield _parse(raw)
