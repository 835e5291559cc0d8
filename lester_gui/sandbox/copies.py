"""Temporary working copies of a project, readable by nobody else, that do not outlive their use.

Personal data lies in them, so each is deleted at the end whatever happens. What a crash leaves behind is found by its lock: a
copy whose lock nobody holds belongs to a process that is gone, and is deleted at the next start.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lester_gui.errors import UserError

SKIPPED = frozenset(
    {".lester", ".git", ".hg", ".svn", ".tox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints"}
    | {"__pycache__", "node_modules"}
)
Stamp = tuple[int, int, int]  # size, time of change in ns, inode


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that a run created, changed or deleted.

    `path` is relative to the project, `change` one of ``new``, ``changed``, ``deleted``, `size` in bytes.
    """

    path: str
    change: str
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A private folder with a copy of a project in `root`, and room beside it for what runs leave.

    Attributes
    ----------
    folder : Path
        The private folder, mode 0700.
    root : Path
        The copied project.
    """

    folder: Path
    root: Path
    stamps: Mapping[str, Stamp] = field(repr=False)

    def changed_files(self) -> tuple[ChangedFile, ...]:
        """Return what has changed in the copy since it was made, by path."""
        now = _stamps(self.root)
        out = [ChangedFile(p, "deleted") for p in self.stamps if p not in now]
        for path, stamp in now.items():
            if self.stamps.get(path) != stamp:
                os.chmod(self.root / path, 0o600)
                with open(self.root / path, "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                out.append(ChangedFile(path, "changed" if path in self.stamps else "new", stamp[0], digest))
        return tuple(sorted(out, key=lambda c: c.path))


def scratch_base(scratch: Path | None = None) -> Path:
    """Return the private folder in which all copies of this user lie; `scratch` is another place for it.

    Raises
    ------
    UserError
        If somebody else made that folder, or it cannot be made.
    """
    base = scratch or Path(tempfile.gettempdir()) / f"lester-{os.getuid()}"
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = base.lstat()
    except OSError as error:
        raise UserError(
            f"Lester cannot make its temporary folder ({error.strerror})", "Free some space, or set TMPDIR."
        ) from error
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or stat.S_IMODE(info.st_mode) & 0o077:
        raise UserError("The temporary folder of Lester belongs to somebody else", f"Remove {base}, or set TMPDIR.")
    return base


@contextlib.contextmanager
def private_folder(scratch: Path | None = None) -> Iterator[Path]:
    """Make a locked folder of mode 0700 and delete it at the end."""
    base = scratch_base(scratch)
    folder, lock = _locked(base)
    try:
        yield folder
    finally:
        try:
            remove_tree(folder)
        finally:
            os.close(lock)


@contextlib.contextmanager
def working_copy(
    project: Path, *, replace: Mapping[str, bytes | Path] | None = None, scratch: Path | None = None
) -> Iterator[WorkingCopy]:
    """Copy a project into a private folder; deleted at the end, also after an error.

    Parameters
    ----------
    project
        The project's folder. Lester's own files, version control, caches and virtual environments stay behind.
    replace
        Files, by path relative to the project, with other content: bytes, or a file to take instead.
    scratch
        Where private folders lie; by default the user's temporary folder.

    Raises
    ------
    UserError
        If a file disappears meanwhile or the disk is full.
    """
    replace = replace or {}
    with private_folder(scratch) as folder:
        root = folder / "work"
        try:
            root.mkdir()
            for source, path in _files(project, project, frozenset()):
                if path not in replace:
                    _copy(source, root / path)
            for path, content in replace.items():
                if isinstance(content, bytes):
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_bytes(content)
                else:
                    _copy(content, root / path)
        except FileNotFoundError as error:
            name = os.path.basename(str(error.filename))
            raise UserError(f"{name} has disappeared while the project was copied", "Scan the project again.") from error
        except OSError as error:
            hint = "Free some space, or set TMPDIR." if error.errno == errno.ENOSPC else "Check the permissions."
            raise UserError(f"The project cannot be copied for a run ({error.strerror})", hint) from error
        yield WorkingCopy(folder, root, _stamps(root))


def sweep(scratch: Path | None = None) -> int:
    """Delete the folders that crashed processes left behind and return how many there were."""
    import fcntl

    base = scratch_base(scratch)
    count = 0
    for folder in sorted(base.iterdir()):
        if folder.is_symlink() or not folder.is_dir():
            continue
        with contextlib.suppress(FileNotFoundError):  # its owner has just finished
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            else:
                remove_tree(folder)
                count += 1
            finally:
                os.close(handle)
    return count


def remove_tree(folder: Path) -> None:
    """Delete a folder even where a script took the permissions away."""

    def unlock(function: object, path: str, problem: object) -> None:
        for place in (os.path.dirname(path), path):
            if not os.path.islink(place):
                with contextlib.suppress(FileNotFoundError):
                    os.chmod(place, 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            for name in os.listdir(path):
                inner = Path(path, name)
                if inner.is_dir() and not inner.is_symlink():
                    remove_tree(inner)
                else:
                    inner.unlink()
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)

    if folder.exists():
        shutil.rmtree(folder, onerror=unlock)


def _locked(base: Path) -> tuple[Path, int]:
    import fcntl

    while True:
        folder = base / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError, BlockingIOError):  # a sweep was quicker: make another
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.stat(folder).st_ino == os.fstat(handle).st_ino:
                    return folder, handle
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)


def _files(folder: Path, top: Path, above: frozenset[str]) -> Iterator[tuple[Path, str]]:
    real = os.path.realpath(folder)
    if real in above:  # a link that leads back up
        return
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        path = Path(entry.path)
        if entry.is_dir():
            if entry.name not in SKIPPED and not (path / "pyvenv.cfg").exists():
                yield from _files(path, top, above | {real})
        elif entry.is_file():
            yield path, path.relative_to(top).as_posix()
        elif entry.is_symlink() and not path.exists():
            continue  # points nowhere; the script meets its absence


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    info = source.stat()
    os.chmod(target, 0o600 | (info.st_mode & 0o100))
    os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns))


def _stamps(root: Path) -> dict[str, Stamp]:
    out = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            if stat.S_ISREG(info.st_mode):
                out[os.path.relpath(path, root)] = (info.st_size, info.st_mtime_ns, info.st_ino)
    return out
