"""Scan a project folder: pipelines, sources, written files and what was not understood. Reads text, never executes it."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from lester_gui.discovery.configuration import ROW_KEY, Configuration, PipelineEntry, SourceEntry, load
from lester_gui.discovery.effects import Effects, FileUse, effects_of
from lester_gui.discovery.mentions import TABLES, mentioned_names, with_mentions
from lester_gui.discovery.scripts import Script, load_script
from lester_gui.discovery.shared_keys import shared_keys
from lester_gui.discovery.subject_keys import Peek, peek
from lester_gui.errors import UserError
from lester_gui.progress import Context

SKIPPED = {
    ".lester",
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "__pycache__",
    ".ipynb_checkpoints",
    "site-packages",
    ".tox",
    ".mypy_cache",
}
MAX_SCRIPTS = 2_000
MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class FoundPipeline:
    """A script that trains a model: its name, the estimator and line as the text tells, and what it reads and writes."""

    name: str
    script: str
    kind: str
    estimator: str
    fit_line: int
    sources: tuple[str, ...]
    writes: tuple[FileUse, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundSource:
    """An input table: name, path, what a look at its beginning showed, and whether its subject keys are only suggested."""

    name: str
    path: str
    peek: Peek
    subject_keys: tuple[str, ...]
    suggested: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found, and the ``lester.toml`` that it proposes (or that exists, completed)."""

    folder: Path
    pipelines: tuple[FoundPipeline, ...]
    sources: tuple[FoundSource, ...]
    not_understood: tuple[tuple[str, str], ...]
    modules: tuple[str, ...]
    configured: bool
    proposal: Configuration


def scan(folder: Path, ctx: Context) -> Scan:
    """Look through `folder`.

    Raises
    ------
    UserError
        If there is no such folder, it holds no pipeline, or ``lester.toml`` is wrong.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder.name!r} at that place", "Check the path, or open another folder.")
    configuration = load(folder)
    scripts: dict[str, tuple[Script, Effects]] = {}
    problems: list[tuple[str, str]] = []
    used_as_module: set[str] = set()
    for path in _script_paths(folder):
        ctx.check_cancelled()
        ctx.advance(path)
        try:
            script = load_script(folder, path)
            scripts[path] = (script, effects_of(script))
            used_as_module.update(name for name, _ in script.modules)
        except UserError as error:
            problems.append((path, error.message))
    files = _files(folder, _wanted(mentioned_names([script for script, _ in scripts.values()])))
    scripts = {path: (script, with_mentions(script, effects, files, folder)) for path, (script, effects) in scripts.items()}
    entries = _pipeline_entries(configuration, scripts, used_as_module)
    if not entries:
        first = f" {problems[0][1]}." if problems else ""
        reading = sorted(path for path, (_, effects) in scripts.items() if effects.reads)
        if reading and not problems:
            first = f" {reading[0]} reads data but calls no fit, by which a model is found."
        raise UserError(
            f"No pipeline was found: no script in this folder trains a model.{first}",
            "Open the folder that holds the training scripts or notebooks. Let a script that trains with code of its own fit an "
            "estimator of scikit-learn on the same X and y, too.",
        )
    problems += [
        (path, "no call of fit was found" if effects.reads else "reads no table and trains no model")
        for path, (_, effects) in scripts.items()
        if not effects.fits and path not in used_as_module
    ]
    pipelines = [_found(e, *scripts[e.script], configuration) for e in entries if e.script in scripts]
    sources = _sources(folder, configuration, [scripts[e.script][1] for e in entries if e.script in scripts])
    names = {s.path: s.name for s in sources}
    pipelines = [
        FoundPipeline(
            p.name, p.script, p.kind, p.estimator, p.fit_line, tuple(names[s] for s in p.sources if s in names), p.writes, p.notes
        )
        for p in pipelines
    ]
    proposal = Configuration(
        configuration.name if configuration else _title(folder),
        configuration.python if configuration else "",
        tuple(SourceEntry(s.name, s.path, s.subject_keys, _row_key(configuration, s.name)) for s in sources),
        tuple(entries),
        configuration.paths if configuration else {},
    )
    return Scan(
        folder,
        tuple(pipelines),
        tuple(sources),
        tuple(problems),
        tuple(sorted(used_as_module)),
        configuration is not None,
        proposal,
    )


def _script_paths(folder: Path) -> Iterator[str]:
    scripts = _files(folder, lambda name: name.endswith((".py", ".ipynb")))
    if len(scripts) > MAX_SCRIPTS:
        raise UserError(f"The folder holds more than {MAX_SCRIPTS} scripts", "Open the folder of one project.")
    yield from scripts


def _wanted(mentioned: set[str]) -> Callable[[str], bool]:
    """Return what tells whether a file may be a source: by the suffix of a table, or because a script names it."""
    patterns = [m for m in mentioned if any(c in m for c in "*?[")]
    return lambda name: name.endswith(tuple(TABLES)) or name in mentioned or any(fnmatch(name, p) for p in patterns)


def _files(folder: Path, wanted: Callable[[str], bool]) -> list[str]:
    """Return the files of a project whose name in small letters is wanted, by path relative to it."""
    out = []
    for root, directories, files in os.walk(folder):
        directories[:] = sorted(
            d for d in directories if d not in SKIPPED and not d.startswith(".") and not (Path(root, d) / "pyvenv.cfg").exists()
        )
        found = (Path(root, n) for n in sorted(files) if wanted(n.lower()))
        out += [p.relative_to(folder).as_posix() for p in found if not p.is_symlink()]
        if len(out) > MOST_FILES:
            raise UserError(f"The folder holds more than {MOST_FILES:,} files", "Open the folder of one project.")
    return out


def _pipeline_entries(
    configuration: Configuration | None, scripts: dict[str, tuple[Script, Effects]], modules: set[str]
) -> list[PipelineEntry]:
    entries = list(configuration.pipelines) if configuration else []
    known = {e.script for e in entries}
    for path, (_, effects) in scripts.items():
        if path in known or (path in modules and not effects.reads):
            continue
        for number, fit in enumerate(effects.fits, 1):
            stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(path).stem)
            name = stem if number == 1 else f"{stem}-{number}"
            while any(e.name == name for e in entries):
                name = (
                    f"{posixpath.dirname(path).replace('/', '-')}-{name}"
                    if posixpath.dirname(path) not in ("", name)
                    else f"{name}-b"
                )
            entries.append(PipelineEntry(name, path, fit.line if len(effects.fits) > 1 else None))
    return entries


def _found(entry: PipelineEntry, script: Script, effects: Effects, configuration: Configuration | None) -> FoundPipeline:
    fit = next((f for f in effects.fits if entry.fit_line in (None, f.line)), None)
    mapped = configuration.paths if configuration else {}
    return FoundPipeline(
        entry.name,
        entry.script,
        script.kind,
        fit.estimator if fit else "unknown",
        fit.line if fit else 0,
        tuple(mapped.get(s.path, s.path) for s in effects.sources),
        effects.writes,
        script.notes,
    )


def _sources(folder: Path, configuration: Configuration | None, effects: list[Effects]) -> list[FoundSource]:
    out = []
    mapped = configuration.paths if configuration else {}
    written = {w.path for e in effects for w in e.writes}
    uses = {mapped.get(u.path, u.path): u for e in effects for u in e.sources if u.path not in written}
    for entry in configuration.sources if configuration else ():
        use = uses.pop(entry.path, FileUse(entry.path, 0, "configured"))
        out.append(FoundSource(entry.name, entry.path, peek(folder, use), entry.subject_keys, False))
    taken = {s.name for s in out}
    for path, use in uses.items():
        look = peek(folder, FileUse(path, use.line, use.call, use.content, use.header, use.separator, use.names))
        name = re.sub(r"\W+", "_", Path(path).stem).strip("_").lower() or "source"
        while name in taken:
            name += "_2"
        taken.add(name)
        out.append(FoundSource(name, path, look, look.keys, True))
    known = [(s.path, uses.get(s.path), s.subject_keys) for s in out]
    shared = shared_keys(folder, [(path, use, keys) for path, use, keys in known if use is not None])
    return [replace(s, subject_keys=s.subject_keys or shared.get(s.path) or (ROW_KEY,)) for s in out]


def _row_key(configuration: Configuration | None, name: str) -> tuple[str, ...]:
    return next((s.key for s in configuration.sources if s.name == name), ()) if configuration else ()


def _title(folder: Path) -> str:
    return folder.resolve().name.replace("_", " ").replace("-", " ").capitalize() or "Project"
