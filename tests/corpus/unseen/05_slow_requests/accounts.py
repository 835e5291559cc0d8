import json
from dataclasses import dataclass, field
from typing import Optional


@dataclass
class Account:
    email: str
    plan: str = "free"
    seats: Optional[int] = None
    flags: list = field(default_factory=list)


class AccountStore:
    """In-memory lookup, e-mail addresses are case-insensitive."""

    def __init__(self, path):
        self._by_email = {}
        with open(path, encoding="utf-8") as fp:
            payload = json.load(fp)
        for raw in payload["accounts"]:
            plan = raw.get("plan") or {}
            acc = Account(
                email=raw["email"].lower(),
                plan=plan.get("name", "free"),
                seats=plan.get("seats"),
                flags=raw.get("flags", []),
            )
            self._by_email[acc.email] = acc

    def get(self, email):
        return self._by_email.get(email.lower())
