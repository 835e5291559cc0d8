"""Destroy what a committed case left behind: lines of source files, files that scripts wrote, models, blocks of the database.

Every step can be repeated, and what is done is noted at once, so a purge that was killed goes on where it stopped. A source file
that changed in the meantime is left alone and the purge stays pending.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from lester_gui import faults
from lester_gui.audit.journal import Journal
from lester_gui.maintenance import fresh_database, not_removed, pending
from lester_gui.maintenance.not_removed import NotRemoved
from lester_gui.maintenance.pending import PendingPurge
from lester_gui.maintenance.search import search
from lester_gui.maintenance.source_files import Known, PurgePending, Rewritten, draft_of, rewrite
from lester_gui.maintenance.work import ERASURE
from lester_gui.progress import Context
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.records import Dialect, split
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Artefact, Snapshot, Source
from lester_gui.store.connection import Store
from lester_gui.store.registered import registered

DONE: Final = "done"
PENDING: Final = "pending"


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did.

    Attributes
    ----------
    status : str
        ``done``, or ``pending`` if a source file had to be left alone.
    sources : tuple of dict
        Per source file: path, lines, sha256_before, sha256_after, appended (bytes kept behind the known part).
    others : tuple of dict
        Per other file or copy: path, action.
    waiting : tuple of str
        Why the purge is pending.
    search : dict
        values, too_short, files, hits, not_searched.
    not_removed : tuple of NotRemoved
        What the search found, or is known, to be out of reach.
    """

    status: str
    sources: tuple[dict[str, Any], ...] = ()
    others: tuple[dict[str, Any], ...] = ()
    waiting: tuple[str, ...] = ()
    search: dict[str, Any] = field(default_factory=dict)
    not_removed: tuple[NotRemoved, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "sources": list(self.sources),
            "others": list(self.others),
            "waiting": list(self.waiting),
            "search": self.search,
            "not_removed": [n.to_json() for n in self.not_removed],
        }


def preview(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return exactly the lines that a purge removes or corrects, by source file."""
    out = []
    for source in catalogue.find(con, Source):
        lines = pending.lines(con, source.name)
        if lines:
            shown = [
                {"number": x.line, "masked": x.masked, "action": "removed" if x.new_record is None else "corrected"}
                for x in lines
            ]
            out.append({"path": source.path, "source": source.name, "lines": shown})
    return out


def purge(
    store: Store,
    journal: Journal,
    scripts: Iterable[str],
    outside: Iterable[Path],
    ctx: Context,
    finished: Callable[[duckdb.DuckDBPyConnection, PendingPurge, PurgeReport], None],
) -> PurgeReport:
    """Finish all pending purges.

    Parameters
    ----------
    scripts : iterable of str
        Paths of the pipelines' scripts, whose notebooks may have saved outputs.
    outside : iterable of Path
        Folders of Lester outside the project that are searched as well.
    finished : callable
        Called within the transaction that ends each purge: moves the case on and journals it.

    Raises
    ------
    UserError
        If the disk is full or cannot be written; the purge stays pending.
    """
    con = store.connection
    waiting: list[str] = []
    sources, others = [], []
    cases = pending.purges(con)
    if not cases:
        return PurgeReport(DONE)
    ctx.advance("Taking lines out of the source files", 0.0)
    for source in catalogue.find(con, Source):
        try:
            done = _purge_source(store, journal, source)
        except PurgePending as reason:
            waiting.append(str(reason))
            continue
        if done is not None:
            sources.append(done)
    ctx.advance("Removing written files", 0.3)
    for file in pending.files(con):
        others.append(_remove_written(store, journal, file.path))
        faults.point("purge.file")
    if waiting:
        _note_progress(con, journal, sources, others)
        return PurgeReport(PENDING, tuple(sources), tuple(others), tuple(waiting))
    ctx.advance("Destroying old copies", 0.5)
    others += _destroy_copies(store, journal, cases)
    values = pending.values(con, pending.Seal(store.folder))
    ctx.advance("Searching for what is left", 0.7)
    found = search([store.project, *outside], values, ctx, (store.database, con))
    keep = any(p.keep_sources for p in cases)
    known, wrong = not_removed.explained(store.project, found.hits)
    everything = not_removed.merged(not_removed.expected(store.project, scripts, keep), known)
    earlier = [p.facts for p in cases]
    report = PurgeReport(
        DONE,
        tuple(s for f in earlier for s in f.get("sources_done", [])) + tuple(sources),
        tuple(o for f in earlier for o in f.get("others_done", [])) + tuple(others),
        (),
        {
            "values": found.values,
            "too_short": found.too_short,
            "files": found.files,
            "hits": [{"place": h.place, "why": "inside Lester's own files"} for h in wrong],
            "not_searched": [{"place": n, "why": why} for n, why in found.not_searched],
        },
        everything,
    )
    _finish(store, journal, cases, report, finished)
    return report


def _purge_source(store: Store, journal: Journal, source: Source) -> dict[str, Any] | None:
    con = store.connection
    lines = pending.lines(con, source.name)
    snapshot = catalogue.latest_snapshot(con, source.name)
    if not lines or snapshot is None:
        return None
    path = store.project / source.path
    remove = {x.ordinal for x in lines if x.new_record is None}
    correct = {x.ordinal: x.new_record for x in lines if x.new_record is not None and x.ordinal not in remove}
    dialect = Dialect.from_json(snapshot.dialect_json)
    if _is_done(path, con, snapshot):
        # the process died between the rename and its note: the file is the remaining rows, and perhaps appended ones
        done = _as_it_is(path, con, snapshot, len(remove) + len(correct))
    else:
        done = rewrite(path, Known(snapshot.size, snapshot.sha256), dialect, remove, correct)
    faults.point("purge.source.rewritten")
    entry = {
        "path": source.path,
        "lines": done.lines,
        "sha256_before": snapshot.sha256,
        "sha256_after": done.sha256_after,
        "appended": done.appended,
    }
    with journal.transaction(con):
        _renumber(con, snapshot, done, dialect)
        pending.clear_source(con, source.name)
        _remember(con, "sources_done", [entry], {x.case for x in lines})
    faults.point("purge.source.noted")
    return entry


def _remaining(con: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bytes:
    return snapshot_records(con, snapshot).content


def _is_done(path: Path, con: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bool:
    content, remaining = path.read_bytes() if path.is_file() else b"", _remaining(con, snapshot)
    if hashlib.sha256(content[: snapshot.size]).hexdigest() == snapshot.sha256 and len(content) >= snapshot.size:
        return False
    return content.startswith(remaining) if remaining else not content


def _as_it_is(path: Path, con: duckdb.DuckDBPyConnection, snapshot: Snapshot, lines: int) -> Rewritten:
    content, remaining = path.read_bytes(), _remaining(con, snapshot)
    draft_of(path).unlink(missing_ok=True)
    found = path.stat()
    return Rewritten(
        lines,
        len(content) - len(remaining),
        snapshot.sha256,
        hashlib.sha256(content).hexdigest(),
        Known(len(remaining), hashlib.sha256(remaining).hexdigest()),
        (found.st_size, found.st_mtime_ns, found.st_ino),
    )


def _renumber(con: duckdb.DuckDBPyConnection, snapshot: Snapshot, done: Rewritten, dialect: Dialect) -> None:
    """Let the snapshot describe the file as it is now: fingerprint, and places of the records in it."""
    records = snapshot_records(con, snapshot)
    lines = split(records.content, dialect, snapshot.source).lines
    count = len(records.row_ids)
    data = {"ordinal": range(1, count + 1), "line": lines, "row_id": records.row_ids}
    with registered(con, placed_records=pa.table({n: pa.array(v, pa.int64()) for n, v in data.items()})):
        con.execute(
            f"UPDATE lester.{snapshot.table_name} AS s SET ordinal = p.ordinal, line = p.line FROM placed_records p "
            "WHERE s.row_id = p.row_id"
        )
    size, mtime, inode = done.stat if not done.appended else (done.known.size, 0, 0)
    changes: dict[str, object] = {"sha256": done.known.sha256, "size": done.known.size, "mtime_ns": mtime, "inode": inode}
    catalogue.update(con, Snapshot, changes | {"size": size}, id=snapshot.id)


def _remove_written(store: Store, journal: Journal, path: str) -> dict[str, Any]:
    file = store.project / path
    entry = {"path": path, "action": "removed" if file.is_file() else "was gone already"}
    file.unlink(missing_ok=True)
    with journal.transaction(store.connection):
        pending.clear_files(store.connection, path)
        catalogue.remove(store.connection, Artefact, path=path)
        _remember(store.connection, "others_done", [entry], None)
    return entry


def _destroy_copies(store: Store, journal: Journal, cases: Iterable[PendingPurge]) -> list[dict[str, Any]]:
    """Forget whom the tokens mean; delete model files that nothing names, what runs spilt, and old blocks of the database."""
    con = store.connection
    with journal.transaction(con):
        _drop_unused_snapshots(con)
        for case in cases:
            if case.facts.get("right") == ERASURE:
                subjects.destroy_token(con, case.token)
    faults.point("purge.tokens")
    used = [m.artefact for m in catalogue.find(con, catalogue.Model)]
    garbage = store.artifacts.garbage(used)
    store.artifacts.remove(garbage)
    faults.point("purge.artifacts")
    spilt = [p for p in (store.folder / "tmp").glob("*") if p.is_file()]
    for path in spilt:
        path.unlink(missing_ok=True)
    out = [{"path": f".lester/artifacts ({len(garbage)} files)", "action": "removed"}] if garbage else []
    fresh_database.rewrite(store)
    return [*out, {"path": ".lester/lester.duckdb", "action": "copied into a fresh file, the old one destroyed"}]


def _drop_unused_snapshots(con: duckdb.DuckDBPyConnection) -> None:
    used = {n for r in catalogue.find(con, catalogue.Run) for n in json.loads(r.snapshots_json).values()}
    for source in catalogue.find(con, Source):
        newest = catalogue.latest_snapshot(con, source.name)
        for snapshot in catalogue.find(con, Snapshot, source=source.name):
            if snapshot.id not in used and newest is not None and snapshot.id != newest.id:
                con.execute(f"DROP TABLE IF EXISTS lester.{snapshot.table_name}")
                catalogue.remove(con, Snapshot, id=snapshot.id)


def _finish(
    store: Store,
    journal: Journal,
    cases: Iterable[PendingPurge],
    report: PurgeReport,
    finished: Callable[[duckdb.DuckDBPyConnection, PendingPurge, PurgeReport], None],
) -> None:
    """End the purges: their notes go, and with the key every readable trace of the values."""
    with journal.transaction(store.connection):
        for case in cases:
            pending.clear_case(store.connection, case.case)
            finished(store.connection, case, report)
        faults.point("purge.finish")
    faults.point("purge.finished")
    pending.Seal(store.folder).destroy()


def _note_progress(
    con: duckdb.DuckDBPyConnection, journal: Journal, sources: list[dict[str, Any]], others: list[dict[str, Any]]
) -> None:
    with journal.transaction(con):
        journal.append(con, "purge-pending", files=len(others), sources=len(sources))


def _remember(con: duckdb.DuckDBPyConnection, key: str, entries: list[dict[str, Any]], cases: set[str] | None) -> None:
    """Keep what is done in the notes of the pending cases, for their certificates."""
    for case in pending.purges(con):
        if cases is None or case.case in cases:
            facts = case.facts | {key: [*case.facts.get(key, []), *entries]}
            con.execute("UPDATE lester.pending_purge SET facts_json = ? WHERE case_id = ?", [json.dumps(facts), case.case])
