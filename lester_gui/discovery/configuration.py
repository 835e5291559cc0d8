"""``lester.toml``: what is fixed of a project. All of it is optional; what is missing the scan proposes."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path, PurePosixPath

import tomli_w

from lester_gui.errors import UserError

FILE_NAME = "lester.toml"
ROW_KEY = "#row"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """``[sources.NAME]``: path relative to the project, the columns that name a person, and those that identify a row."""

    name: str
    path: str
    subject_keys: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineEntry:
    """``[pipelines.NAME]``: the script, and the line of its ``fit`` where it trains more than one model."""

    name: str
    script: str
    fit_line: int | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """The whole of ``lester.toml``."""

    name: str
    python: str = ""
    sources: tuple[SourceEntry, ...] = ()
    pipelines: tuple[PipelineEntry, ...] = ()
    paths: Mapping[str, str] = dataclass_field(default_factory=dict)

    def source(self, name: str) -> SourceEntry:
        """Return the source called `name`.

        Raises
        ------
        UserError
            If there is none.
        """
        for s in self.sources:
            if s.name == name:
                return s
        raise UserError(
            f"There is no source called {name}", f"The sources are {', '.join(s.name for s in self.sources) or 'none'}."
        )

    def source_at(self, path: str) -> SourceEntry | None:
        """Return the source that lies at `path` (as a script writes it), following ``[paths]``."""
        wanted = str(PurePosixPath(self.paths.get(path, path)))
        return next((s for s in self.sources if s.path == wanted), None)

    def pipeline(self, name: str) -> PipelineEntry:
        """Return the pipeline called `name`.

        Raises
        ------
        UserError
            If there is none.
        """
        for p in self.pipelines:
            if p.name == name:
                return p
        known = ", ".join(p.name for p in self.pipelines) or "none"
        raise UserError(f"There is no pipeline called {name}", f"The pipelines are {known}.")

    def to_toml(self) -> str:
        """Return the text of the file."""
        project: dict[str, object] = {"name": self.name}
        if self.python:
            project["python"] = self.python
        document: dict[str, object] = {"project": project}
        if self.sources:
            document["sources"] = {
                s.name: {"path": s.path, "subject_keys": list(s.subject_keys), **({"key": list(s.key)} if s.key else {})}
                for s in self.sources
            }
        if self.pipelines:
            document["pipelines"] = {
                p.name: {"script": p.script, **({"fit_line": p.fit_line} if p.fit_line else {})} for p in self.pipelines
            }
        if self.paths:
            document["paths"] = dict(self.paths)
        return tomli_w.dumps(document)


def load(folder: Path) -> Configuration | None:
    """Read ``lester.toml``, None where there is none.

    Raises
    ------
    UserError
        If it is not TOML, a value has the wrong type, or a path leaves the project.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        return None
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{FILE_NAME} is not valid TOML", "Mend it, or delete it and scan again.") from error
    project = _table(document, "project")
    sources = []
    for name, entry in _table(document, "sources").items():
        entry = _checked(entry, f"sources.{name}")
        sources.append(
            SourceEntry(
                name,
                _inside(_text(entry, "path", f"sources.{name}"), name),
                _texts(entry, "subject_keys", name),
                _texts(entry, "key", name),
            )
        )
    pipelines = []
    for name, entry in _table(document, "pipelines").items():
        entry = _checked(entry, f"pipelines.{name}")
        line = entry.get("fit_line")
        if line is not None and not isinstance(line, int):
            raise UserError(f"pipelines.{name}.fit_line in {FILE_NAME} must be a line number", "Write it without quotes.")
        pipelines.append(PipelineEntry(name, _inside(_text(entry, "script", f"pipelines.{name}"), name), line))
    paths = {str(k): _inside(str(v), "paths") for k, v in _table(document, "paths").items()}
    return Configuration(
        str(project.get("name", folder.name)), str(project.get("python", "")), tuple(sources), tuple(pipelines), paths
    )


def save(folder: Path, configuration: Configuration) -> None:
    """Write ``lester.toml`` whole or not at all.

    Raises
    ------
    UserError
        If the folder cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=folder, prefix=".lester-", suffix=".toml", delete=False
        ) as out:
            out.write(configuration.to_toml())
            out.flush()
            os.fsync(out.fileno())
        os.replace(out.name, folder / FILE_NAME)
    except OSError as error:
        raise UserError(
            f"{FILE_NAME} cannot be written: {error.strerror}", "Check the folder's permissions and free space."
        ) from error


def _table(document: Mapping[str, object], key: str) -> dict[str, object]:
    return _checked(document.get(key, {}), key)


def _checked(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise UserError(f"{where} in {FILE_NAME} must be a table", f"Write [{where}] on a line of its own.")
    return value


def _text(entry: Mapping[str, object], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise UserError(f"{where}.{key} in {FILE_NAME} is missing or not text", f'Add {key} = "…" to [{where}].')
    return value


def _texts(entry: Mapping[str, object], key: str, name: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise UserError(f"sources.{name}.{key} in {FILE_NAME} must be a list of column names", f'For example {key} = ["email"].')
    return tuple(value)


def _inside(path: str, where: str) -> str:
    pure = PurePosixPath(path.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts:
        raise UserError(
            f"The path of {where} in {FILE_NAME} leaves the project folder", "Use a path relative to the project folder."
        )
    return str(pure)
