"""The programs that a rewriter is measured on, each as a project that can be copied to a fresh folder.

Sets: ``samples`` (the projects that come with Lester), ``pairs`` (`tests/corpus/NN_name.in.py`, small), ``many_hands`` (by many
authors, there to develop with) and ``unseen`` (held out: nobody who works on the rules opens them, and nothing here prints their
text).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lester_gui.resources import sample_projects
from tests.rewrite import corpus_data

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SETS = ("samples", "pairs", "many_hands", "unseen")
_LEFT_BEHIND = ("out", ".lester", "__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True, slots=True)
class Program:
    """One project of the corpus.

    Attributes
    ----------
    set : str
        One of `SETS`.
    name : str
        Of its folder, or of the pair.
    place : Path
        The project's folder; for a pair the script, whose data are made.
    """

    set: str
    name: str
    place: Path

    @property
    def title(self) -> str:
        return f"{self.set}/{self.name}"

    def copy(self, folder: Path) -> Path:
        """Write the project to a new folder in `folder`, without what earlier runs left, and return it."""
        target = folder / self.name
        if self.place.is_dir():
            shutil.copytree(self.place, target, ignore=shutil.ignore_patterns(*_LEFT_BEHIND))
        else:
            target.mkdir()
            corpus_data.write(target)
            shutil.copy(self.place, target / f"{self.name}.py")
        return target


def programs(corpus: Path = CORPUS, only: str = "", name: str = "") -> list[Program]:
    """Return the programs of all sets, or of the set `only`, or those whose name contains `name`."""
    found = [p for p in _all(corpus) if (not only or p.set == only) and name in p.title]
    return sorted(found, key=lambda p: (SETS.index(p.set), p.name))


def _all(corpus: Path) -> Iterator[Program]:
    for name, place in sample_projects().items():
        yield Program("samples", name, place)
    for script in corpus.glob("*.in.py"):
        yield Program("pairs", script.name.removesuffix(".in.py"), script)
    for group in ("many_hands", "unseen"):
        for place in (corpus / group).glob("*"):
            if place.is_dir() and any(f.suffix in (".py", ".ipynb") for f in place.iterdir()):
                yield Program(group, place.name, place)
