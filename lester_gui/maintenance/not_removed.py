"""What an erasure does not reach, said by name: git history, notebooks' saved outputs, other files, backups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lester_gui.maintenance.search import Hit

BACKUPS: Final = "Backups and copies outside the project folder"


@dataclass(frozen=True, slots=True)
class NotRemoved:
    """Something that may still hold the person, and why it was left. `found`: the search met a value in it."""

    what: str
    why: str
    found: bool = False

    def to_json(self) -> dict[str, object]:
        return {"what": self.what, "why": self.why, "found": self.found}


def expected(project: Path, scripts: Iterable[str] = (), keep_sources: bool = False) -> tuple[NotRemoved, ...]:
    """Return what a plan can already name before anything was searched.

    Parameters
    ----------
    scripts : iterable of str
        Paths of the pipelines' scripts.
    keep_sources : bool
        Only Lester's copy is erased.
    """
    out = []
    if keep_sources:
        out.append(NotRemoved("The lines of the source files", "asked for: Lester's copy only; the erasure is not complete"))
    if git_folder(project) is not None:
        out.append(NotRemoved("git history", "Lester does not rewrite it; old commits may hold the source files"))
    notebooks = sorted(s for s in scripts if s.endswith(".ipynb"))
    if notebooks:
        names = ", ".join(notebooks)
        out.append(
            NotRemoved(f"Saved outputs in {names}", "Lester does not change notebooks; run them again, or clear their outputs")
        )
    out.append(NotRemoved(BACKUPS, "Lester cannot see them; repeat this case when one is restored"))
    return tuple(out)


def explained(project: Path, hits: Iterable[Hit], scripts: Iterable[str] = ()) -> tuple[tuple[NotRemoved, ...], tuple[Hit, ...]]:
    """Sort what a search found into what is known not to be removed, and what should not be there.

    Returns
    -------
    tuple of NotRemoved
        History, notebooks and files that Lester does not manage.
    tuple of Hit
        The rest, inside `.lester`: an erasure with such a hit is not complete.
    """
    known: list[NotRemoved] = []
    rest: list[Hit] = []
    for hit in hits:
        parts = Path(hit.path).parts
        if ".lester" in parts or not parts:
            rest.append(hit)
        elif ".git" in parts:
            known.append(NotRemoved("git history", "an object of the repository holds a value of the person", True))
        elif hit.path.endswith(".ipynb"):
            known.append(NotRemoved(hit.path, "text or saved output of the notebook holds a value of the person", True))
        else:
            known.append(NotRemoved(hit.path, "a file that Lester does not manage holds a value of the person", True))
    return tuple(sorted(dict.fromkeys(known), key=lambda n: n.what)), tuple(rest)


def merged(first: Iterable[NotRemoved], found: Iterable[NotRemoved]) -> tuple[NotRemoved, ...]:
    """Return both lists as one; what was found replaces what was only expected."""
    sure = tuple(found)
    names = {n.what for n in sure}
    return (*(n for n in first if n.what not in names), *sure)


def git_folder(project: Path) -> Path | None:
    """Return the repository that the project lies in, if any."""
    for folder in (project, *project.resolve().parents):
        if (folder / ".git").exists():
            return folder / ".git"
    return None
