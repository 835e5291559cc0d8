"""Files that a script names without opening them in a way that its text fixes: defaults, parts of paths, patterns."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from lester_gui.discovery.effects import Effects, FileUse
from lester_gui.discovery.scripts import Script, parse

TABLES = {".csv", ".tsv", ".txt", ".dat", ".tab", ".psv", ".json", ".jsonl", ".ndjson"}
CALL = "named"
LONGEST = 200


def with_mentions(script: Script, effects: Effects, files: Iterable[str]) -> Effects:
    """Return the effects with a read for every table of the project that the script's texts name and nothing else explains.

    Parameters
    ----------
    files
        Paths of the files in the project, relative to its folder.
    """
    known = {u.path for u in (*effects.reads, *effects.writes)}
    by_name: dict[str, list[str]] = {}
    for path in files:
        if PurePosixPath(path).suffix.lower() in TABLES:
            by_name.setdefault(posixpath.basename(path), []).append(path)
    found: dict[str, FileUse] = {}
    trees = [script.tree, *(parse(text, path) for path, text in script.modules)]
    for text, line in (pair for tree in trees for pair in _texts(tree)):
        for path in _named(text, by_name):
            if path not in known and path not in found:
                found[path] = FileUse(path, line, CALL)
    return replace(effects, reads=(*effects.reads, *found.values())) if found else effects


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the texts of a script that could name a file, with their lines; docstrings are for people."""
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose and len(node.value) < LONGEST:
            yield node.value, node.lineno


def _named(text: str, by_name: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the files that a text names: by their end of the path, if only one file has it, or by a pattern."""
    wanted = posixpath.normpath(text.replace("\\", "/")) if text.strip() else ""
    name = posixpath.basename(wanted)
    if PurePosixPath(name).suffix.lower() not in TABLES:
        return
    if any(c in name for c in "*?["):
        for candidate in sorted(by_name):
            if fnmatch(candidate, name):
                yield from by_name[candidate]
        return
    fitting = [p for p in by_name.get(name, ()) if p == wanted or p.endswith(f"/{wanted}")]
    if len(fitting) == 1:
        yield fitting[0]
