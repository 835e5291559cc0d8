"""What a case's documents say, in the form that its tabs show: outcomes of one or many pipelines side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from lester_gui.ui.words import number

Document = dict[str, Any]

# kind of action → (icon, words for several); "%Ln" is the number
KINDS = {
    "source": ("source", "%Ln source files"),
    "view": ("view", "%Ln views"),
    "split": ("split", "%Ln splits"),
    "labels": ("split", "%Ln label columns"),
    "encoder": ("feature", "%Ln encoders"),
    "features": ("feature", "%Ln feature blocks"),
    "model": ("model", "%Ln models"),
    "predictions": ("prediction", "%Ln prediction lists"),
    "file": ("file", "%Ln written files"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """Answer of a replay or of the original scripts."""

    equal: bool
    rows: Sequence[tuple[str, str, float | None]] = ()
    not_compared: Sequence[str] = ()
    is_fresh: bool = False
    compared: bool = True


def replayed(found: Document | None, fresh: bool = False) -> Check | None:
    """Replay of a case or of one pipeline: (artefact, class, largest difference) rows."""
    if not found:
        return None
    parts = found.get("pipelines") or [found]
    rows = [
        (_named(part, parts, artefact["name"]), str(artefact["class"]), artefact["max_difference"])
        for part in parts
        for artefact in part.get("artefacts", [])
    ]
    return Check(bool(found["equal"]), rows, [], fresh)


def asked(found: Document | None, fresh: bool = False) -> Check | None:
    """Answer of the original scripts: (stage, words, None) rows."""
    if not found:
        return None
    parts = found.get("pipelines") or [found]
    rows = [
        (_named(part, parts, stage), stage_words(answer), None)
        for part in parts
        for stage, answer in part.get("stages", {}).items()
    ]
    missing = [str(words) for part in parts for words in part.get("not_compared", [])]
    return Check(bool(found["equal"]), rows, missing, fresh, found.get("compared", True))


def stage_words(answer: Any) -> str:
    """Answer for one stage in words."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, bool):
        return _say("equal") if answer else _say("differs")
    status = answer.get("status", answer.get("equal"))
    words = stage_words(status) if isinstance(status, (str, bool)) else ""
    compared = answer.get("compared")
    return f"{words}: {compared}" if words and isinstance(compared, str) and compared else words or str(compared)


def is_good(words: str) -> bool:
    """Whether an answer for a stage means agreement."""
    return words.startswith(("equal", "permuted", "verified"))


def executed(case: Document) -> list[Document]:
    """Actions of an applied case with the class and difference that the replay measured."""
    execution, plan = case["execution"] or {}, case["plan"] or {}
    if execution.get("actions"):
        return list(execution["actions"])
    measured = {}
    replay = case["replay"] or {}
    for part in replay.get("pipelines") or [replay]:
        for artefact in part.get("artefacts", []):
            measured[f"{part.get('pipeline', '')}/{artefact['name']}"] = artefact
    found = []
    for action in plan.get("actions", []):
        artefact = measured.get(action["artefact"], {})
        found.append(action | {"class": artefact.get("class", action["guarantee"]), "difference": artefact.get("max_difference")})
    return found


def is_purge_pending(case: Document) -> bool:
    """Whether old copies or source lines are still there."""
    return case["execution"] is not None and (case["status"] in ("applied", "purge-pending") or case["next_action"] == "purge")


def proofs(plan: Document) -> list[tuple[str, str, str]]:
    """What must equal a rerun, grouped: (icon, words, guarantee) rows."""
    kinds = {action["artefact"]: action["kind"] for action in plan["actions"]}
    groups: dict[tuple[str, str], list[str]] = {}
    loose = []
    for proof in plan["proofs"]:
        kind = kinds.get(proof["artefact"])
        if kind is None:
            icon = next((i for word, (i, _w) in KINDS.items() if word in proof["artefact"]), "model")
            loose.append((icon, proof["artefact"], proof["guarantee"]))
        else:
            groups.setdefault((kind, proof["guarantee"]), []).append(proof["artefact"])
    rows = []
    for (kind, guarantee), names in groups.items():
        icon, words = KINDS.get(kind, ("file", "%Ln artefacts"))
        single = names[0].partition("/")[2] if len(plan["models"]) == 1 and kind != "source" else names[0]
        rows.append((icon, (single or names[0]) if len(names) == 1 else _say(words, len(names)), guarantee))
    return loose + rows


def not_removed(plan: Document) -> list[str]:
    """What Lester cannot remove, each with the reason."""
    return [entry if isinstance(entry, str) else f"{entry['what']}: {entry['why']}" for entry in plan["not_removed"]]


def touched_kinds(plan: Document) -> str:
    """Actions of a plan by kind, for screen readers."""
    counts = Counter(action["kind"] for action in plan["actions"])
    return ", ".join(f"{number(count)} {kind}" for kind, count in counts.items())


def _named(part: Document, parts: list[Document], name: str) -> str:
    return f"{part['pipeline']}: {name}" if len(parts) > 1 and "pipeline" in part else name


def _say(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("Outcome", text, None, n)
