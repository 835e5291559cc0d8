"""An open project: its folder, store, journal, sandbox and configuration, each made when it is first needed."""

from __future__ import annotations

import getpass
import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import duckdb

from lester_gui import resources
from lester_gui.audit.entries import Actor
from lester_gui.audit.journal import Journal
from lester_gui.discovery import configuration as configurations
from lester_gui.discovery.configuration import Configuration
from lester_gui.discovery.scan import Scan
from lester_gui.discovery.scan import scan as scan_folder
from lester_gui.errors import UserError
from lester_gui.maintenance.recovery import recover
from lester_gui.progress import Context, silent
from lester_gui.runtime.lookups import make_missing
from lester_gui.sandbox.copies import sweep
from lester_gui.sandbox.runs import Sandbox
from lester_gui.store import connection as stores
from lester_gui.store.connection import Store

Document = dict[str, Any]
P = ParamSpec("P")
R = TypeVar("R")


def one_at_a_time(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Let one use case run at a time: the window calls from several worker threads, the database has one writer."""

    @wraps(method)
    def locked(self: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            return method(self, *args, **kwargs)

    return cast("Callable[Concatenate[Any, P], R]", locked)


class OpenedProject:
    """What every use case of a session stands on.

    Attributes
    ----------
    folder : Path
        The project folder, resolved.
    user : str or None
        The name that the person at the keyboard gave; the operating system's user name is always recorded beside it.
    """

    def __init__(self, folder: Path, user: str | None = None) -> None:
        if not folder.is_dir():
            raise UserError(f"There is no folder {folder.name!r} at that place", "Check the path, or open another folder.")
        self.folder = folder.resolve()
        self.user = user
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._journal: Journal | None = None
        self._sandbox: Sandbox | None = None
        self._scan: Scan | None = None
        if (self.folder / stores.FOLDER).exists():
            self._open_store()

    def close(self) -> None:
        """Let go of the project: database, lock and child processes."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None
            if self._store is not None:
                self._store.close()
                self._store = None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- what is opened on demand ---------------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The project database; `.lester` is made when the first use case has something to keep."""
        if self._store is None:
            self._open_store()
        assert self._store is not None
        return self._store

    @property
    def has_store(self) -> bool:
        """Whether anything was ever kept for this project."""
        return self._store is not None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The writing connection."""
        return self.store.connection

    @property
    def journal(self) -> Journal:
        """The append-only journal."""
        _ = self.store
        assert self._journal is not None
        return self._journal

    @property
    def sandbox(self) -> Sandbox:
        """Where code of the project runs."""
        if self._sandbox is None:
            python = self.configuration.python
            interpreter = None if not python else (self.folder / python)
            if interpreter is not None and not interpreter.exists():
                raise UserError(
                    "The interpreter that lester.toml names does not exist", "Correct `python` in [project], or remove it."
                )
            self._sandbox = Sandbox(interpreter)
        return self._sandbox

    @property
    def name(self) -> str:
        """The project's name."""
        return self.configuration.name

    def _open_store(self) -> None:
        sweep()
        self._store = stores.open_project(self.folder)
        self._journal = Journal(self._store.folder / "journal.jsonl")
        self._journal.open(self._store.connection)
        recover(self._store, self._journal)
        make_missing(self._store.connection)

    # --- configuration --------------------------------------------------------------------------------------------------

    def scanned(self, ctx: Context | None = None, *, again: bool = False) -> Scan:
        """What the folder holds; looked up once unless `again`."""
        if self._scan is None or again:
            self._scan = scan_folder(self.folder, ctx or silent())
        return self._scan

    @property
    def configuration(self) -> Configuration:
        """``lester.toml`` completed by what a scan proposes."""
        return self.scanned().proposal

    def accept_configuration(self, proposal: Configuration) -> None:
        """Write ``lester.toml``."""
        configurations.save(self.folder, proposal)
        self._scan = None

    # --- who and what ---------------------------------------------------------------------------------------------------

    def actor(self, name: str | None = None) -> Actor:
        """Who acts now."""
        if name is not None and not name.strip():
            raise UserError("Whoever acts needs a name", "Give it with --by, or leave that out to act as yourself.")
        return Actor.current(name or self.user or getpass.getuser())

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction of the project database, mirrored to the journal file after its commit."""
        with self.journal.transaction(self.connection):
            yield self.connection

    def file_hash(self, path: str) -> str:
        """SHA-256 of a file of the project, empty where it is missing."""
        file = self.folder / path
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""

    # --- samples --------------------------------------------------------------------------------------------------------

    @staticmethod
    def sample_projects() -> list[Document]:
        """The sample projects that come with Lester."""
        out = []
        for folder in resources.sample_projects().values():
            readme = (folder / "README.md").read_text("utf-8").splitlines() if (folder / "README.md").is_file() else []
            text = next((line.strip() for line in readme if line.strip() and not line.startswith("#")), "")
            configured = configurations.load(folder)
            out.append(
                {"name": folder.name, "title": configured.name if configured else folder.name, "text": text, "path": str(folder)}
            )
        return out

    @staticmethod
    def copy_sample(name: str, to: Path | str) -> str:
        """Copy a sample project to a new folder and return its path.

        Raises
        ------
        UserError
            If there is no such sample, or the folder exists.
        """
        source = resources.sample_project(name)
        target = Path(to)
        if target.exists():
            raise UserError(f"The folder {target.name!r} exists already", "Choose another place.")
        try:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(".lester", "__pycache__", "out"))
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            raise UserError(
                f"The sample could not be copied: {error.strerror}", "Choose a folder that can be written."
            ) from error
        return str(target.resolve())
