"""States in words, icon and tone: the one table that all screens take them from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from lester_gui.ui.models import cells
from lester_gui.ui.models.cells import Cell

State = tuple[str, str, str]  # words, tone, icon


def _say(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("States", text, None, n)


def rewrite_state(status: str, inputs: int = 0) -> State:
    """State of a rewrite; verified says on how many inputs, never "proved"."""
    return {
        "verified": (_say("Verified on %Ln inputs", inputs), "ok", "check-circle"),
        "partly-verified": (_say("Partly verified"), "warn", "partial"),
        "differs": (_say("Differs"), "danger", "differs"),
        "not-run": (_say("Not checked"), "neutral", "dot"),
        "script-changed": (_say("Script changed"), "warn", "refresh"),
        "not-rewritten": (_say("Not rewritten"), "neutral", "dot"),
    }.get(status, (status, "neutral", "dot"))


def next_step(step: str) -> str:
    """What to do next with a pipeline."""
    return {
        "rewrite": _say("Rewrite"),
        "review": _say("Review rewrite"),
        "run": _say("Run"),
        "open": _say("Open data"),
        "check-again": _say("Check again"),
        "see-difference": _say("See difference"),
    }.get(step, step)


def source_state(state: str, note: str = "") -> State:
    """What happened to a source file since the last run."""
    return {
        "unchanged": (_say("Unchanged"), "ok", "check"),
        "changed": (note or _say("Changed"), "warn", "plus" if "append" in note else "refresh"),
        "new": (_say("Not read yet"), "neutral", "dot"),
        "missing": (_say("File is missing"), "danger", "alert"),
    }.get(state, (note or state, "neutral", "dot"))


def stage_state(status: str, findings: int = 0) -> tuple[str, str]:
    """Icon and tone of a stage of a rewrite."""
    if findings and status != "differs":
        status = "finding"
    return {
        "verified": ("check-circle", "ok"),
        "equal": ("check-circle", "ok"),
        "permuted": ("check-circle", "ok"),
        "partly-verified": ("partial", "warn"),
        "finding": ("alert", "warn"),
        "differs": ("differs", "danger"),
        "opaque": ("partial", "warn"),
    }.get(status, ("dot", "ink3"))


RIGHTS = ("erasure", "rectification", "access", "restriction", "objection")
RIGHT_ICONS = {"erasure": "erase", "access": "file", "rectification": "pencil", "restriction": "pause", "objection": "hand"}


def right_name(right: str) -> str:
    """Name of a right of the data subject."""
    return {
        "erasure": _say("Erasure"),
        "access": _say("Access"),
        "rectification": _say("Rectification"),
        "restriction": _say("Restriction"),
        "objection": _say("Objection"),
    }.get(right, right)


def case_state(status: str, words: str = "") -> State:
    """State of a case; its own words where the session gives them."""
    looks = {
        "new": ("neutral", "dot"),
        "open": ("neutral", "dot"),
        "planned": ("warn", "clock"),
        "stale": ("danger", "refresh"),
        "approved": ("accent", "check"),
        "applying": ("accent", "refresh"),
        "applied": ("accent", "check-circle"),
        "purge-pending": ("danger", "past"),
        "purged": ("ok", "check-circle"),
        "done": ("ok", "check-circle"),
        "closed": ("ok", "check-circle"),
        "hold": ("neutral", "pause"),
        "held": ("neutral", "pause"),
        "refused": ("neutral", "hand"),
    }
    tone, icon = looks.get(status, ("neutral", "dot"))
    return words or status.replace("-", " ").capitalize(), tone, icon


def days_left(days: int | None, group: str) -> State:
    """Time to a deadline: words, ink and icon. A day past due is stated, not blamed."""
    if group == "stopped" or days is None:
        return _say("clock stopped"), "ink3", "pause"
    if group == "done":
        return _say("done"), "ok", "check-circle"
    if days < 0:
        return _say("%Ln days past due", -days), "danger", "past"
    if days <= 7:
        return _say("%Ln days left", days), "warn", "clock"
    return _say("%Ln days left", days), "ink2", "calendar"


def next_action(action: str | None) -> str:
    """What to do next with a case."""
    return {
        None: "",
        "": "",
        "plan": _say("Make the plan"),
        "plan-again": _say("Plan again"),
        "approve": _say("Approve"),
        "apply": _say("Apply"),
        "purge": _say("Finish purge"),
        "certificate": _say("Certificate"),
        "release": _say("Release hold"),
        "export": _say("Access package"),
        "answer": _say("Decide"),
        "open": _say("Open"),
    }.get(action, str(action).replace("-", " ").capitalize())


GUARANTEES: dict[str, tuple[str, str]] = {
    "bit": ("ok", "check-circle"),
    "rounding": ("ok", "check-circle"),
    "solver": ("accent", "check-circle"),
    "retrained": ("accent", "refresh"),
    "heuristic": ("warn", "alert"),
    "replaced": ("neutral", "check"),
    "removed": ("neutral", "check"),
}


def guarantee(name: str) -> State:
    """What an artefact must equal after an erasure (classes of exactness)."""
    tone, icon = GUARANTEES.get(name, ("neutral", "dot"))
    words = {
        "bit": _say("identical"),
        "rounding": _say("equal to rounding"),
        "solver": _say("same optimum"),
        "retrained": _say("trained again"),
        "heuristic": _say("not removed"),
        "replaced": _say("replaced"),
        "removed": _say("removed"),
    }.get(name, name)
    return words, tone, icon


def guarantee_term(name: str) -> str:
    """The term and the tolerance behind the words of a class of exactness."""
    return {
        "bit": _say("Class “bit”: every bit as in a rerun, difference 0"),
        "rounding": _say("Class “rounding”: the same formula summed in another order, within 1e−12 of the column’s magnitude"),
        "solver": _say("Class “solver”: both find the optimum of the same problem, within 1e−8"),
        "retrained": _say("Class “retrained”: the model is fitted again on the remaining rows, exact by definition"),
        "heuristic": _say("Class “heuristic”: not proved to equal a rerun, so it counts as not removed"),
    }.get(name, "")


def guarantee_cell(name: str) -> Cell:
    """What an artefact must equal, in plain words, with the term as tooltip."""
    words, tone, icon = guarantee(name)
    return cells.chip(words, tone, icon, guarantee_term(name))


ARTEFACT_ICONS = {
    "source": "source", "snapshot": "source", "view": "view", "edges": "link", "split": "split", "labels": "split",
    "features": "feature",
    "feature": "feature", "encoder": "feature", "model": "model", "prediction": "prediction", "predictions": "prediction",
    "file": "file", "artefact": "file",
}  # fmt: skip
KIND_ICONS = {"data": "link", "control": "filter", "state": "model"}


def chip_cell(state: State) -> Cell:
    """State as a cell."""
    return cells.chip(*state)


def ink_cell(state: State) -> Cell:
    """State as icon and words in an ink, without a tint behind them."""
    words, ink, icon = state
    return cells.icon(icon, words, ink, ink, 500)


def influence_words(kind: str) -> str:
    """Name of a kind of influence."""
    return {"data": _say("data"), "control": _say("control: filter or join"), "state": _say("state: average or weight")}.get(
        kind, kind
    )


def find(items: list[dict[str, Any]], name: str, key: str = "name") -> dict[str, Any] | None:
    """First document whose `key` is `name`."""
    return next((item for item in items if item[key] == name), None)
