"""Settle, on opening a project, what a killed process left half done outside the database's own transactions."""

from __future__ import annotations

from lester_gui.audit.journal import Journal
from lester_gui.maintenance import fresh_database, pending
from lester_gui.maintenance.source_files import draft_of
from lester_gui.runtime import functions
from lester_gui.store import catalogue
from lester_gui.store.connection import Store


def recover(store: Store, journal: Journal) -> dict[str, int]:
    """Delete drafts and files that nothing names; the database itself is already whole.

    A case that was committed and not purged stays pending: `purge` goes on with it, because its lines must be previewed and
    the person at the keyboard must want it now.

    Returns
    -------
    dict
        How many ``files`` were deleted and how many ``purges`` are pending.
    """
    con = store.connection
    functions.register(con)  # here, since what a transaction registers is lost for good when it is rolled back
    fresh_database.remove_draft(store.folder)
    if not pending.purges(con):
        pending.Seal(store.folder).destroy()
    removed = 0
    for source in catalogue.find(con, catalogue.Source):
        draft = draft_of(store.project / source.path)
        if draft.exists():
            draft.unlink()
            removed += 1
    garbage = store.artifacts.garbage(m.artefact for m in catalogue.find(con, catalogue.Model))
    store.artifacts.remove(garbage)
    removed += len(garbage)
    if removed:
        journal.record(con, "recover", files=removed)
    return {"files": removed, "purges": len(pending.purges(con))}
