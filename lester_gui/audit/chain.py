"""Check the journal. A chain of hashes shows a changed, moved or missing entry; only an exported head shows a cut tail."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from lester_gui.audit.entries import GENESIS
from lester_gui.audit.journal import entries, head, read_mirror


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of an entry that somebody keeps outside the project: in a certificate, on paper."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check found.

    Attributes
    ----------
    entries : int
        Entries in the table.
    head : str
        Hash of the last one.
    intact : bool
        Nothing below is wrong.
    first_bad : int or None
        Number of the first entry that is changed, missing or out of place.
    reasons : tuple of str
        One sentence per finding.
    """

    entries: int
    head: str
    intact: bool
    first_bad: int | None
    reasons: tuple[str, ...]


def verify_chain(con: duckdb.DuckDBPyConnection, mirror: Path | None = None, heads: Iterable[Head] = ()) -> ChainReport:
    """Recompute the chain and compare it with the mirror and with exported heads.

    Parameters
    ----------
    con : duckdb connection
        With the project database attached.
    mirror : Path, optional
        The project's `journal.jsonl`.
    heads : iterable of Head
        Heads exported earlier; each must still stand in the chain.
    """
    found: list[tuple[int, str]] = []
    chain = entries(con)
    previous = GENESIS
    for place, entry in enumerate(chain, start=1):
        if entry.seq != place:
            found.append((place, f"Entry {place} is missing."))
            break
        if entry.previous != previous:
            found.append((place, f"Entry {place} does not follow entry {place - 1}."))
            break
        if entry.expected_hash() != entry.hash:
            found.append((place, f"Entry {place} was changed after it was written."))
            break
        previous = entry.hash
    found += _against_mirror([e.line().rstrip(b"\n") for e in chain], mirror)
    hashes = {e.seq: e.hash for e in chain}
    for known in heads:
        if known.seq and known.seq not in hashes:
            found.append((len(chain) + 1, f"The journal ends at entry {len(chain)}, but entry {known.seq} was exported."))
        elif known.seq and hashes[known.seq] != known.hash:
            found.append((known.seq, f"Entry {known.seq} is not the one that was exported."))
    last = chain[-1].hash if chain else GENESIS
    first = min((place for place, _ in found), default=None)
    return ChainReport(len(chain), last, not found, first, tuple(text for _, text in found))


def export_head(con: duckdb.DuckDBPyConnection, path: Path) -> Head:
    """Write the journal's head to a file that is kept elsewhere."""
    seq, last = head(con)
    text = json.dumps({"seq": seq, "hash": last, "at": datetime.now(UTC).isoformat(timespec="seconds")}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return Head(seq, last)


def _against_mirror(chain: list[bytes], mirror: Path | None) -> list[tuple[int, str]]:
    if mirror is None:
        return []
    lines, _ = read_mirror(mirror)  # an unfinished last line is a crash, not a forgery; the next open completes it
    for place, (ours, theirs) in enumerate(zip(chain, lines, strict=False), start=1):
        if ours != theirs:
            return [(place, f"Entry {place} differs between the database and {mirror.name}.")]
    if len(lines) > len(chain):
        return [(len(chain) + 1, f"The database lacks {len(lines) - len(chain)} entries that {mirror.name} has.")]
    if len(lines) < len(chain):
        return [(len(lines) + 1, f"{mirror.name} lacks {len(chain) - len(lines)} entries that the database has.")]
    return []
