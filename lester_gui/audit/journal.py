"""Write the journal: an entry commits with the action it is about, or neither does.

The table is the journal. `journal.jsonl` mirrors it for people without Lester and for the day the database is damaged; it is
written after the commit, fsynced, and completed on the next open when the process died in between.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from lester_gui.audit.canonical import canonical
from lester_gui.audit.entries import GENESIS, LESTER, Actor, Detail, Entry, checked
from lester_gui.errors import UserError
from lester_gui.store.connection import transaction

TABLE: Final = "lester.journal"
MIRROR: Final = "journal.jsonl"
_COLUMNS: Final = "seq, written_at, actor, os_user, action, details, previous, hash"


def entries(con: duckdb.DuckDBPyConnection, after: int = 0, limit: int | None = None) -> list[Entry]:
    """Return the entries after number `after`, oldest first."""
    clause = "" if limit is None else f" LIMIT {int(limit)}"
    rows = con.execute(f"SELECT {_COLUMNS} FROM {TABLE} WHERE seq > ? ORDER BY seq{clause}", [after]).fetchall()
    return [Entry(n, at, who, user, action, json.loads(text), prev, own) for n, at, who, user, action, text, prev, own in rows]


def head(con: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Return number and hash of the last entry; (0, zeros) for an empty journal."""
    row = con.execute(f"SELECT seq, hash FROM {TABLE} ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, GENESIS) if row is None else (int(row[0]), str(row[1]))


class Journal:
    """The journal of one open project.

    Parameters
    ----------
    mirror : Path
        The project's `journal.jsonl`.
    """

    def __init__(self, mirror: Path) -> None:
        self._mirror = mirror
        self._mirrored = 0
        self._in_step = False

    @property
    def mirror_path(self) -> Path:
        """Where the mirror stands."""
        return self._mirror

    @property
    def written(self) -> int | None:
        """How many entries were committed and mirrored by now; None while the mirror is not in step with the database."""
        return self._mirrored if self._in_step else None

    def open(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Complete the mirror after a crash.

        Returns
        -------
        bool
            False if the mirror holds something else than the table; it is then left as it is, as evidence, and
            `verify_chain` names the first difference.
        """
        lines, torn = read_mirror(self._mirror)
        expected = [e.line().rstrip(b"\n") for e in entries(con, limit=len(lines))]
        self._in_step = lines == expected
        if not self._in_step:
            return False
        if torn:  # the process died while it wrote the last line
            with self._mirror.open("r+b") as file:
                file.truncate(sum(len(line) + 1 for line in lines))
                os.fsync(file.fileno())
        self._mirrored = len(lines)
        self.mirror(con)
        return True

    def append(
        self,
        con: duckdb.DuckDBPyConnection,
        action: str,
        actor: Actor | None = None,
        *,
        forbid: Iterable[str] = (),
        **details: Detail,
    ) -> Entry:
        """Add an entry within the caller's transaction.

        Parameters
        ----------
        con : duckdb connection
            The one that does the action, so that both commit or neither.
        action, details
            As `lester_gui.audit.entries.checked` allows.
        actor : Actor, optional
            Who acts; Lester itself when left out.
        forbid : iterable of str
            Values of the person concerned, which a typed reason must not contain.
        """
        known = checked(action, details, forbid)
        who = actor or Actor.current(LESTER)
        seq, previous = head(con)
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        draft = Entry(seq + 1, at, who.name, who.os_user, action, known, previous, "")
        entry = replace(draft, hash=draft.expected_hash())
        con.execute(
            f"INSERT INTO {TABLE} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [entry.seq, at, who.name, who.os_user, action, canonical(known).decode("utf-8"), previous, entry.hash],
        )
        return entry

    def mirror(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write committed entries that the mirror lacks and fsync them. Call after a commit."""
        if not self._in_step:
            return
        new = entries(con, after=self._mirrored)
        if not new:
            return
        try:
            with open(os.open(self._mirror, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                file.write(b"".join(e.line() for e in new))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._in_step = False  # a half-written line must not be continued; the next open mends it
            raise UserError(
                f"The step is done and journalled, but {self._mirror.name} could not be written ({error.strerror})",
                hint="Make room or permit writing, then open the project again: it completes the file.",
            ) from error
        self._mirrored = new[-1].seq

    @contextlib.contextmanager
    def transaction(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Run the block in one transaction and mirror its entries once it has committed."""
        with transaction(con):
            yield
        self.mirror(con)

    def record(
        self,
        con: duckdb.DuckDBPyConnection,
        action: str,
        actor: Actor | None = None,
        *,
        forbid: Iterable[str] = (),
        **details: Detail,
    ) -> Entry:
        """Add an entry about something that writes nothing else (a search, a reveal), in its own transaction."""
        with self.transaction(con):
            return self.append(con, action, actor, forbid=forbid, **details)


def read_mirror(path: Path) -> tuple[list[bytes], bool]:
    """Return the mirror's complete lines, and whether an unfinished one follows them."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], False
    *lines, rest = data.split(b"\n")
    return lines, bool(rest)
