"""Take lines out of a source file, or correct them, and leave every other byte as it is.

Only the part of the file that the snapshot knows is touched. Rows that were appended since stay behind it. The file is replaced
in one step, and only if it still is what was read; otherwise nothing is done and the purge is put off.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lester_gui import faults
from lester_gui.errors import UserError
from lester_gui.runtime.ingest import read_file
from lester_gui.runtime.records import Dialect, split
from lester_gui.store.artifacts import sync_folder


class PurgePending(UserError):
    """The file is not what it was when the case was planned, so its lines were left alone."""


@dataclass(frozen=True, slots=True)
class Known:
    """The part of a file that a snapshot covers: the first `size` bytes, with their SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of a file.

    Attributes
    ----------
    lines : int
        Records removed or corrected.
    appended : int
        Bytes behind the known part, kept.
    sha256_before, sha256_after : str
        Of the whole file.
    known : Known
        The known part as it is now.
    stat : tuple of int
        Size, mtime in ns and inode of the file as it is now.
    """

    lines: int
    appended: int
    sha256_before: str
    sha256_after: str
    known: Known
    stat: tuple[int, int, int]


def rewrite(path: Path, known: Known, dialect: Dialect, remove: Collection[int], correct: Mapping[int, bytes]) -> Rewritten:
    """Remove and correct records of a file.

    Parameters
    ----------
    path : Path
        The file; a link is followed.
    known : Known
        What the snapshot covers.
    remove : collection of int
        Ordinals of records, 1-based, that leave.
    correct : mapping of int to bytes
        Ordinal → the whole new record, line end included.

    Raises
    ------
    PurgePending
        If the known part changed, or the file changes while it is rewritten.
    UserError
        If the file cannot be read or written.
    """
    path = path.resolve()
    content, before = read_file(path)
    prefix, appended = content[: known.size], content[known.size :]
    if len(prefix) != known.size or hashlib.sha256(prefix).hexdigest() != known.sha256:
        raise PurgePending(
            f"{path.name} was changed since the case was applied, so its lines were left alone",
            hint="Put the file back as it was, or take the lines out by hand, then finish with `lester purge`.",
        )
    records = split(prefix, dialect, path.name)
    pieces = [correct.get(i, r) for i, r in enumerate(records.records, start=1) if i not in remove]
    if appended and records.records and len(records.records) in remove and not records.records[-1].endswith((b"\n", b"\r")):
        appended = _without_line_end(appended)  # the append began by ending the line that leaves now
    new_prefix = replace(records, records=pieces).content
    new = new_prefix + appended
    _replace(path, new, before)
    after = path.stat()
    return Rewritten(
        len(set(remove) | set(correct)),
        len(appended),
        hashlib.sha256(content).hexdigest(),
        hashlib.sha256(new).hexdigest(),
        Known(len(new_prefix), hashlib.sha256(new_prefix).hexdigest()),
        (after.st_size, after.st_mtime_ns, after.st_ino),
    )


def draft_of(path: Path) -> Path:
    """Return where the new content of a file is written before it is switched; left behind only by a killed process."""
    return path.resolve().with_name(f".{path.resolve().name}.lester-draft")


def _without_line_end(data: bytes) -> bytes:
    return data.removeprefix(b"\r\n") if data.startswith(b"\r\n") else data[1:] if data[:1] in (b"\n", b"\r") else data


def _replace(path: Path, content: bytes, expected: tuple[int, int, int]) -> None:
    draft = draft_of(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        faults.point("purge.source.drafted")
        now = path.stat()
        if (now.st_size, now.st_mtime_ns, now.st_ino) != expected:
            raise PurgePending(f"{path.name} changed while its lines were taken out", hint="Run `lester purge` again.")
        os.replace(draft, path)
        faults.point("purge.source.replaced")
        sync_folder(path.parent)
    except OSError as error:
        raise UserError(
            f"The lines could not be taken out of {path.name} ({error.strerror})",
            hint="Mend that, then finish with `lester purge`.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
