"""Which columns of a source probably name a person, judged by their names and a sample of their values."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lester_gui.discovery.effects import FileUse
from lester_gui.discovery.json_objects import table_of

SAMPLE_ROWS = 500
NAME = re.compile(
    r"(^|_)(e_?mail(_address)?|ssn|social_security(_number)?|nino|passport(_no|_number)?|tax_id|iban|phone(_number)?|mobile|msisdn"
    r"|(customer|cust|client|patient|person|user|member|employee|emp|worker|subject|participant|respondent|applicant|account|acct|acc"
    r"|student|pupil|learner|subscriber|sender|recipient|guest|passenger|driver|donor|insured|policy_?holder|holder|owner|borrower"
    r"|debtor|tenant|resident|citizen|voter|taxpayer|card_?holder|card)"
    r"(_?(id|no|nr|number|key|email|uuid))?|cid|uid|pid|mrn|login|username)$",
    re.IGNORECASE,
)
EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}$")
SSN = re.compile(r"^\d{3}-\d{2}-\d{4}$")
TRUTHS = {"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1", "0.0", "1.0"}
SHARED = 0.2
"""Share of the values on several rows that may stand beside different identifiers: a person may have two addresses."""


@dataclass(frozen=True, slots=True)
class Peek:
    """The first rows of a source: column names and the likely subject keys.

    Attributes
    ----------
    file : Path, optional
        Where its rows are, after `header` lines; None where there are none.
    objects : bool
        Whether its lines are JSON.
    """

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    note: str = ""
    objects: bool = False
    file: Path | None = None
    header: int = 0

    @property
    def rows(self) -> int:
        """The number of data lines, counted now: the whole file is read, which nobody should wait for who does not ask."""
        if self.file is None:
            return 0
        last = b"\n"
        lines = 0
        with self.file.open("rb") as raw:
            while chunk := raw.read(1 << 20):
                lines += chunk.count(b"\n")
                last = chunk
        return max(0, lines + (not last.endswith(b"\n")) - self.header)


def rows_of(file: Path, use: FileUse, limit: int) -> list[list[str]]:
    """Return the first rows of a text table that have any field, header included."""
    objects = table_of(file, limit)
    if objects:
        return objects
    with file.open(encoding="utf-8", errors="replace", newline="") as text:
        separator = use.separator or separator_of(file)
        # the csv module knows one-character separators only; others are how line loops split
        rows = csv.reader(text, delimiter=separator) if len(separator) == 1 else (r.rstrip("\r\n").split(separator) for r in text)
        return [r for r in islice(rows, limit) if r]


def separator_of(file: Path) -> str:
    """Return the separator that the first line with any has most often, a comma where none has one."""
    with file.open(encoding="utf-8", errors="replace") as text:
        for line in islice(text, 20):
            counts = {s: line.count(s) for s in ",;\t|"}
            if any(counts.values()):
                return max(counts, key=lambda s: counts[s])
    return ","


def peek(folder: Path, use: FileUse) -> Peek:
    """Look at the beginning of a text table. Nothing is kept.

    Returns
    -------
    Peek
        Without columns and with a note when the file is missing or not a text table.
    """
    file = folder / use.path
    if not file.is_file():
        return Peek((), (), "not in the folder")
    if file.suffix.lower() in (".parquet", ".xlsx", ".xls", ".feather", ".npy", ".npz", ".pkl", ".db", ".sqlite"):
        return Peek((), (), f"{file.suffix[1:]} files are not supported yet")
    sample = rows_of(file, use, SAMPLE_ROWS)
    if not sample:
        return Peek((), (), "empty")
    objects = bool(table_of(file, SAMPLE_ROWS))
    header = objects or (use.header if use.header is not None else _looks_like_header(sample))
    names = tuple(sample[0]) if objects or (header and not use.names) else use.names
    data = sample[1:] if header else sample
    width = max((len(r) for r in sample), default=0)
    if len(names) != width and not names:
        names = tuple(f"c{i + 1}" for i in range(width))
    cells = {n: [r[i].strip() if i < len(r) else "" for r in data] for i, n in enumerate(names) if n}
    keys = _told_apart({n: values for n, values in cells.items() if _is_key(n, values)})
    return Peek(names, keys, objects=objects, file=file, header=int(header and not objects))


def _told_apart(keys: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the keys without those whose values several persons share, as the identifiers beside them show."""
    sure = [n for n, values in keys.items() if _identifies(values)]
    return tuple(n for n in keys if n in sure or not any(_is_shared(keys[n], keys[s]) for s in sure))


def _is_shared(values: list[str], identifiers: list[str]) -> bool:
    beside: dict[str, list[str]] = {}
    for value, identifier in zip(values, identifiers, strict=True):
        if value and identifier:
            beside.setdefault(value, []).append(identifier.casefold())
    several = [found for found in beside.values() if len(found) > 1]
    return sum(len(set(found)) > 1 for found in several) > SHARED * len(several)


def _identifies(values: list[str]) -> bool:
    filled = [v for v in values if v]
    return sum(bool(EMAIL.match(v) or SSN.match(v)) for v in filled) > 0.8 * len(filled) > 0


def _is_key(name: str, values: list[str]) -> bool:
    filled = [v for v in values if v]
    if not filled:
        return False
    if _identifies(values):
        return True
    if name.casefold() == "subject" and sum(any(c.isdigit() for c in v) for v in filled) < 0.5 * len(filled):
        return False  # of a mail, or a subject that is taught
    if {v.casefold() for v in filled} <= TRUTHS:
        return False  # whether somebody is a member, not who
    if sum(v.count(" ") > 2 for v in filled) > 0.2 * len(filled):  # sentences, as in the subject of a mail
        return False
    tidy = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.-]+", "_", name)
    return bool(NAME.search(tidy)) and len(set(filled)) > min(10, 0.02 * len(filled))


def _looks_like_header(sample: list[list[str]]) -> bool:
    first = sample[0]
    return (
        all(re.fullmatch(r"[A-Za-z_][\w .()/-]*", c.strip() or "1") for c in first)
        and len(set(first)) == len(first)
        and (any(re.fullmatch(r"-?\d+(\.\d+)?", c.strip()) or EMAIL.match(c.strip()) for r in sample[1:20] for c in r))
    )
