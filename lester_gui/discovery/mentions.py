"""Files that a script names without opening them in a way that its text fixes: defaults, parts of paths, patterns.

Tables are known by their suffix. A file with any other suffix (``steps.log``, ``panel.out``) counts where a script names it, it
holds text, and the script does not seem to write it.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from lester_gui.discovery.effects import MATRIX_WRITERS, TABLE_WRITERS, Effects, FileUse
from lester_gui.discovery.scripts import Script, parse

TABLES = {".csv", ".tsv", ".txt", ".dat", ".tab", ".psv", ".json", ".jsonl", ".ndjson"}
NO_TABLES = {".py", ".ipynb", ".toml", ".md", ".rst", ".html", ".yml", ".yaml", ".ini", ".cfg", ".sh", ".sql", ".lock"}
"""Text, but code, settings or prose: who names such a file does not read records from it."""
WRITERS = TABLE_WRITERS | MATRIX_WRITERS | {
    "FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler", "basicConfig", "savefig", "dump", "write_text",
    "write_bytes",
}  # fmt: skip
CALL = "named"
LONGEST = 200
LOOK = 1 << 16
"""Bytes at the beginning of a file that tell whether it holds text."""


def mentioned_names(scripts: Iterable[Script]) -> set[str]:
    """Return the last parts of all texts of scripts that could name a file, in small letters; some may be patterns."""
    texts = (text for script in scripts for tree in _trees(script) for text, _ in _texts(tree))
    return {name.lower() for text in texts if _may_name(name := _last_part(text))}


def with_mentions(script: Script, effects: Effects, files: Iterable[str], folder: Path) -> Effects:
    """Return the effects with a read for every file of the project that the script's texts name and nothing else explains.

    Parameters
    ----------
    files
        Paths of the files in the project, relative to its folder.
    folder
        The project's.
    """
    known = {u.path for u in (*effects.reads, *effects.writes)}
    by_name: dict[str, list[str]] = {}
    for path in files:
        if _may_name(posixpath.basename(path)):
            by_name.setdefault(posixpath.basename(path), []).append(path)
    found: dict[str, FileUse] = {}
    trees = _trees(script)
    written = {_last_part(text) for tree in trees for text in _texts_for_writing(tree)}
    for text, line in (pair for tree in trees for pair in _texts(tree)):
        for path in _named(text, by_name):
            other = PurePosixPath(path).suffix.lower() not in TABLES
            if path in known or path in found or (other and (_last_part(text) in written or not _is_text(folder / path))):
                continue
            found[path] = FileUse(path, line, CALL)
    return replace(effects, reads=(*effects.reads, *found.values())) if found else effects


def _trees(script: Script) -> list[ast.Module]:
    return [script.tree, *(parse(text, path) for path, text in script.modules)]


def _may_name(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in TABLES or (1 < len(suffix) <= 8 and suffix[1:].isalnum() and suffix not in NO_TABLES)


def _path_in(text: str) -> str:
    """Return a text as a path with slashes between its parts; nothing for blanks."""
    return posixpath.normpath(text.replace("\\", "/")) if text.strip() else ""


def _last_part(text: str) -> str:
    return posixpath.basename(_path_in(text))


def _is_text(file: Path) -> bool:
    with file.open("rb") as raw:
        beginning = raw.read(LOOK)
    try:
        beginning[: beginning.rfind(b"\n") + 1].decode("utf-8")  # a character may be cut in two at the end
    except UnicodeDecodeError:
        return False
    return b"\0" not in beginning and b"\n" in beginning


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the texts of a script that could name a file, with their lines; docstrings are for people."""
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose and len(node.value) < LONGEST:
            yield node.value, node.lineno


def _texts_for_writing(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that stand in a call that writes a file, or in the variables that it is given."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _writes(n)]
    names = {n.id for call in calls for n in ast.walk(call) if isinstance(n, ast.Name)}
    assigned = [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in n.targets)
    ]
    for root in (*calls, *assigned):
        yield from (n.value for n in ast.walk(root) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if name != "open":
        return name in WRITERS
    is_path = isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name)
    place = 0 if is_path else 1  # Path(name).open("w"), but open(name, "w") and gzip.open(name, "w")
    modes = [*call.args[place : place + 1], *(k.value for k in call.keywords if k.arg == "mode")]
    return any(isinstance(m, ast.Constant) and isinstance(m.value, str) and set(m.value) & set("wax") for m in modes)


def _named(text: str, by_name: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the files that a text names: by their end of the path, if only one file has it, or by a pattern."""
    wanted, name = _path_in(text), _last_part(text)
    if not _may_name(name):
        return
    if any(c in name for c in "*?["):
        for candidate in sorted(by_name):
            if fnmatch(candidate, name):
                yield from by_name[candidate]
        return
    fitting = [p for p in by_name.get(name, ()) if p == wanted or p.endswith(f"/{wanted}")]
    if len(fitting) == 1:
        yield fitting[0]
