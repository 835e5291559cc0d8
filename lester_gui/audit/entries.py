"""What an entry of the journal may say.

An entry outlives the person it is about, so its fields are an allow-list: names of the project's own things, counts, hashes,
random tokens. The one free text is a reason that somebody typed, and it is refused when it contains a value of the person.
"""

import getpass
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lester_gui.audit.canonical import canonical
from lester_gui.errors import UserError

Detail = str | int | float | bool | None

GENESIS: Final = "0" * 64

ACTIONS: Final[dict[str, str]] = {
    "project-opened": "Project opened",
    "configuration-accepted": "Proposed configuration accepted",
    "sources-read": "Sources read",
    "rewrite": "Pipeline rewritten",
    "rewrite-accepted": "Step accepted",
    "rewrite-rejected": "Step rejected",
    "plan-edited": "Plan edited",
    "plan-checked": "Plan checked again",
    "finding-decided": "Finding decided",
    "model-asked": "Language model asked",
    "run": "Pipeline run",
    "search": "Person searched",
    "reveal": "Value revealed, 30 seconds",
    "export": "Result exported",
    "score": "New rows scored",
    "request": "Request filed",
    "identity": "Identity recorded",
    "extension": "Deadline extended",
    "hold": "Case put on hold",
    "release": "Hold lifted",
    "plan": "Plan made",
    "approve": "Plan approved",
    "approve-refused": "Approval refused",
    "apply": "Plan applied",
    "apply-refused": "Apply refused",
    "recover": "Interrupted work settled",
    "replay": "Replayed from scratch",
    "purge": "Old copies purged",
    "purge-pending": "Purge put off",
    "ask-original": "Original asked",
    "return-blocked": "Return blocked on import",
    "certificate": "Certificate issued",
    "evidence": "Evidence exported",
    "case-closed": "Case closed",
    "head-exported": "Head exported",
}
"""Action code → the words a screen shows."""

_NAME = re.compile(r"[^\x00-\x1f]{1,400}")
_TOKEN = re.compile(r"P-[0-9A-Z]{4,26}")
_CASE = re.compile(r"LR-[0-9]{4,}")
_HASH = re.compile(r"[0-9a-f]{8,128}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,79}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|\+00:00)?)?")

DETAILS: Final[dict[str, re.Pattern[str] | type]] = {
    "case": _CASE,
    "subject": _TOKEN,
    "pipeline": _NAME,
    "source": _NAME,
    "view": _NAME,
    "column": _NAME,
    "artefact": _NAME,
    "file": _NAME,
    "model": _NAME,
    "rewriter": _NAME,
    "script": _NAME,
    "right": _CODE,
    "status": _CODE,
    "method": _CODE,
    "kind": _CODE,
    "run": _CODE,
    "format": _CODE,
    "isolation": _CODE,
    "plan_hash": _HASH,
    "snapshot": _HASH,
    "hash": _HASH,
    "head": _HASH,
    "model_digest": _NAME,
    "due": _DATE,
    "received": _DATE,
    "rows": int,
    "cells": int,
    "sources": int,
    "views": int,
    "models": int,
    "files": int,
    "lines": int,
    "attempts": int,
    "step": int,
    "row": int,
    "seq": int,
    "inputs": int,
    "actions": int,
    "seconds": float,
    "difference": float,
    "equal": bool,
    "authenticated": bool,
    "write": bool,
    "version": _NAME,
    "other_user": _NAME,
    "reason": _NAME,
    "note": _CODE,
}
"""Permitted details and what each may hold."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the name they gave, and the account of the operating system, which Lester saw itself."""

    name: str
    os_user: str

    @classmethod
    def current(cls, name: str) -> "Actor":
        """Return the actor of that name under the account that runs this process."""
        try:
            account = getpass.getuser()
        except (OSError, KeyError):  # a container's user id may have no name
            account = "unknown"
        return cls(name, account)


def same_person(a: str, b: str) -> bool:
    """Say whether two typed names are one: case, spaces, width and invisible characters do not tell people apart."""
    return plain_name(a) == plain_name(b)


def plain_name(name: str) -> str:
    """Return a typed name as it is compared; empty if nothing visible was typed."""
    text = unicodedata.normalize("NFKC", name).casefold()
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Cc", "Mn"))
    return " ".join(visible.split())


LESTER: Final = "Lester"
"""The name under which automatic work is journalled."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `at` is ISO 8601 in UTC; `hash` is SHA-256(previous ‖ canonical entry without hash)."""

    seq: int
    at: str
    actor: str
    os_user: str
    action: str
    details: dict[str, Detail]
    previous: str
    hash: str

    def body(self) -> dict[str, object]:
        """Return what the hash covers beside the previous hash."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "os_user": self.os_user,
            "action": self.action,
            "details": self.details,
        }

    def expected_hash(self) -> str:
        """Return the hash that this content must have."""
        return hashlib.sha256(self.previous.encode("ascii") + canonical(self.body())).hexdigest()

    def line(self) -> bytes:
        """Return the entry as its line of the mirror file."""
        return canonical({**self.body(), "previous": self.previous, "hash": self.hash}) + b"\n"


def checked(action: str, details: Mapping[str, Detail], forbid: Iterable[str] = ()) -> dict[str, Detail]:
    """Return the details if the allow-list has them all.

    Parameters
    ----------
    action : str
        A code of `ACTIONS`.
    details : mapping
        Fields of `DETAILS`.
    forbid : iterable of str
        Values of the person concerned; a reason that contains one is refused.

    Raises
    ------
    UserError
        If the typed reason names the person.
    ValueError
        If action or field is unknown or of the wrong form: a bug of the caller.
    """
    if action not in ACTIONS:
        raise ValueError(f"the journal knows no action {action!r}")
    for name, value in details.items():
        allowed = DETAILS.get(name)
        if allowed is None:
            raise ValueError(f"the journal has no field {name!r}")
        if value is None:
            continue
        if isinstance(allowed, re.Pattern):
            fits = isinstance(value, str) and allowed.fullmatch(value) is not None
        elif allowed is float:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        elif allowed is int:
            fits = isinstance(value, int) and not isinstance(value, bool)
        else:
            fits = isinstance(value, allowed)
        if not fits:  # the value stays out of the message: it may be what must not be written
            raise ValueError(f"the journal's field {name!r} does not fit")
    refuse_values(str(details.get("reason") or ""), forbid)
    return dict(details)


def refuse_values(text: str, forbid: Iterable[str]) -> None:
    """Raise `UserError` if `text` contains one of the values, upper and lower case alike."""
    folded = text.casefold()
    for value in forbid:
        needle = value.strip().casefold()
        if needle and re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", folded):
            raise UserError(
                "The reason contains a value of the person",
                hint="The journal is kept after an erasure: say why without names, addresses or numbers.",
            )
