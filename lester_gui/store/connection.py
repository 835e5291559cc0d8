"""Open a project's `.lester` folder: one process, one database, always attached.

The connection itself is an in-memory DuckDB; the project database is attached to it as ``lester``, so that it can be encrypted,
copied into a fresh file and switched while the process lives. Name its tables ``lester.<table>``. A lock file names the
holder, because DuckDB's own lock is released while the file is switched.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb
import psutil

from lester_gui.errors import UserError
from lester_gui.store import artifacts, catalogue, migrations, spill, subjects, suppression

FOLDER: Final = ".lester"
DATABASE: Final = "lester.duckdb"
DEFAULT_MEMORY: Final = f"{max(2 << 30, psutil.virtual_memory().total // 4)}B"
"""What DuckDB may hold before it spills: a quarter of the machine, since scikit-learn and pandas need theirs beside it."""

migrations.register(catalogue.TABLES)
migrations.register(subjects.TABLES)
migrations.register(suppression.TABLES)


class Store:
    """One open project.

    Attributes
    ----------
    project : Path
        The project folder.
    folder : Path
        Its `.lester` folder, mode 0700.
    connection : duckdb.DuckDBPyConnection
        The writer. Readers on other threads take a `cursor()` of their own and fetch at once: an open read blocks checkpoints.
    """

    def __init__(self, project: Path, memory_limit: str = DEFAULT_MEMORY) -> None:
        self.project = project
        self.folder = project / FOLDER
        self._memory_limit = memory_limit
        self._lock = _acquire(self.folder)
        spill.remove_stale()
        try:
            self.connection = _attach(self.folder, memory_limit)
            with disk_errors():
                migrations.migrate(self.connection)
            self._keep_private()
        except BaseException:
            self.close()
            raise

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def artifacts(self) -> artifacts.Artifacts:
        """The content-addressed files of the project."""
        return artifacts.Artifacts(self.folder / "artifacts")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own for another thread. It sees committed data and none of the writer's temporary tables."""
        return self.connection.cursor()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run a block as one transaction: committed at its end, rolled back when anything is raised.

        Raises
        ------
        UserError
            If the disk is full or cannot be written.
        """
        with transaction(self.connection) as connection:
            yield connection
        self._keep_private()

    def _keep_private(self) -> None:
        """Close the write-ahead log, which DuckDB makes anew after each checkpoint, to others; the folder is closed anyway."""
        log = self.database.with_name(DATABASE + ".wal")
        with suppress(FileNotFoundError):
            log.chmod(0o600)

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the database file."""
        with disk_errors():
            self.connection.execute("CHECKPOINT lester")

    def close(self) -> None:
        """Close the database and let go of the project. Closing twice is harmless."""
        connection = self.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()
        lock = self.__dict__.pop("_lock", None)
        if lock is not None:
            os.close(lock)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def open_project(project: Path, memory_limit: str = DEFAULT_MEMORY) -> Store:
    """Open (and if need be make) the store of a project.

    Parameters
    ----------
    project
        An existing folder.
    memory_limit
        DuckDB's limit, for instance ``2GB``; beyond it, work spills to `.lester/tmp`.

    Raises
    ------
    UserError
        If there is no such folder, another process holds the project, the folder cannot be written, the disk is full, or the
        database is damaged or newer.
    """
    if not project.is_dir():
        raise UserError(f"There is no folder {project}", hint="Give the path of a project folder.")
    return Store(project.resolve(), memory_limit)


def open_memory(memory_limit: str = DEFAULT_MEMORY) -> duckdb.DuckDBPyConnection:
    """Return a connection whose ``lester`` database is empty and lives in memory only, with all tables: for replays and tests."""
    connection = _engine(memory_limit)
    connection.execute(f"SET temp_directory = '{quoted(spill.new_path())}'")
    connection.execute("ATTACH ':memory:' AS lester")
    migrations.migrate(connection)
    return connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run a block as one transaction of `connection`; see `Store.transaction`."""
    with disk_errors():
        connection.execute("BEGIN")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a failed COMMIT has rolled back already; the first error is the one to report
                connection.execute("ROLLBACK")
            raise


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the errors of a full, read-only or failing disk inside the block into a `UserError`."""
    try:
        yield
    except OSError as error:
        raise _disk_error(error.errno, error.filename) from error
    except duckdb.OutOfMemoryException as error:
        raise UserError("The work does not fit into memory", hint="Close other programs, or raise the memory limit.") from error
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException) as error:  # the last: a commit that failed
        text = str(error)
        for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM):
            if os.strerror(code) in text:
                raise _disk_error(code, None) from error
        raise


def _disk_error(code: int | None, filename: object) -> UserError:
    where = f" ({Path(os.fsdecode(filename)).name})" if isinstance(filename, str | bytes) else ""
    if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(f"The disk is full{where}; nothing was changed", hint="Free some space, then try again.")
    if code in (errno.EROFS, errno.EACCES, errno.EPERM):
        return UserError(
            f"The project folder cannot be written{where}; nothing was changed",
            hint="Check its permissions, or copy the project to a place where you may write.",
        )
    reason = os.strerror(code) if code else "input/output error"
    return UserError(f"The disk reports: {reason}{where}", hint="Check the disk, then try again.")


def _acquire(folder: Path) -> int:
    """Take the project's lock and return its file descriptor; the kernel releases it when the process ends, however it ends."""
    with disk_errors():
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(lock, 32).decode("ascii", "replace").strip()
            os.close(lock)
            raise UserError(
                f"Another process holds this project (pid {holder or 'unknown'})",
                hint="Close the other Lester window or wait until its command ends.",
            ) from error
        try:
            os.ftruncate(lock, 0)
            os.write(lock, f"{os.getpid()}\n".encode("ascii"))
        except BaseException:
            os.close(lock)
            raise
        return lock


def _engine(memory_limit: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")  # it would be printed among a command's answer
    connection.execute(f"SET memory_limit = '{memory_limit}'; SET preserve_insertion_order = true")
    return connection


def _attach(folder: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    database, spilt = folder / DATABASE, folder / "tmp"
    with disk_errors():
        spilt.mkdir(mode=0o700, exist_ok=True)
        if database.exists() and database.stat().st_size == 0:  # killed between making the file and its first page
            database.unlink()
        connection = _engine(memory_limit)
        try:
            connection.execute(f"SET temp_directory = '{quoted(spilt)}'")
            attach(connection, database)
        except BaseException:
            connection.close()
            raise
        database.chmod(0o600)
    return connection


def attach(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Attach the project database to `connection` as ``lester``.

    Raises
    ------
    UserError
        If another process has it open, or the file is no database that this version reads.
    """
    before = os.umask(0o077)
    try:
        connection.execute(f"ATTACH '{quoted(database)}' AS lester")
    except duckdb.IOException as error:
        text = str(error)
        if "Could not set lock" in text:
            pid = text.partition("(PID ")[2].partition(")")[0]
            raise UserError(
                f"Another process has the project database open (pid {pid or 'unknown'})", hint="Close it, then try again."
            ) from error
        if "not a valid DuckDB database" in text or "Corrupt" in text:
            raise UserError(
                "The project database .lester/lester.duckdb is damaged", hint="Put back the .lester folder from a backup."
            ) from error
        raise
    finally:
        os.umask(before)


def quoted(path: Path) -> str:
    """Return a path as it stands between the quotation marks of a statement."""
    return str(path).replace("'", "''")
