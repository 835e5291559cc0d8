import zlib
from pathlib import Path

from lester_gui.maintenance.not_removed import BACKUPS, expected, explained, git_folder, merged
from lester_gui.maintenance.search import Hit, search
from lester_gui.progress import silent

VALUE = "670-18-6875"


def test_what_a_plan_names(tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    assert [n.what for n in expected(project)] == [BACKUPS]
    (tmp_path / ".git").mkdir()  # the project is a folder of a larger repository
    assert git_folder(project) == tmp_path / ".git"
    named = expected(project, ["b.ipynb", "a.py", "a.ipynb"], keep_sources=True)
    assert [n.what for n in named] == [
        "The lines of the source files",
        "git history",
        "Saved outputs in a.ipynb, b.ipynb",
        BACKUPS,
    ]


def test_hits_are_explained_or_wrong(tmp_path: Path) -> None:
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    (tmp_path / ".git" / "objects" / "ab").write_bytes(zlib.compress(f"blob 11\0{VALUE}".encode()))
    (tmp_path / ".git" / "objects" / "x.pack").write_bytes(b"PACK\x00\x00")
    (tmp_path / "n.ipynb").write_text(f'{{"a": "{VALUE}"}}')
    (tmp_path / "notes.txt").write_text(VALUE)
    (tmp_path / ".lester").mkdir()
    (tmp_path / ".lester" / "left.tmp").write_text(VALUE)
    report = search([tmp_path], [VALUE], silent())
    known, wrong = explained(tmp_path, report.hits)
    assert [n.what for n in known] == ["git history", "n.ipynb", "notes.txt"] and all(n.found for n in known)
    assert wrong == (Hit(".lester/left.tmp"),)
    assert report.not_searched == [(".git/objects/x.pack", "packed git history")]
    assert [n.found for n in merged(expected(tmp_path), known)] == [False, True, True, True]
