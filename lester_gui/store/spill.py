"""Where rows go that do not fit into memory: a private folder of this process, gone with it, never the working folder.

What a killed process left is removed when a project is opened.
"""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

import pyarrow as pa

_PREFIX: Final = "lester-spill-"
_LOCK: Final = "lock"
_SMALL: Final = 64 << 20  # bytes
_numbers = itertools.count(1)


def new_path() -> Path:
    """Return a path of its own, at which nothing is yet: a database makes its folder there when it needs it."""
    return _own(os.getpid()) / str(next(_numbers))


def on_disk(table: pa.Table) -> pa.Table:
    """Return a table whose cells lie in a file that has no name any more, and is gone with the table; a small one as it is."""
    if table.nbytes < _SMALL:
        return table
    path = new_path()
    try:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        with pa.memory_map(str(path)) as held:
            return pa.ipc.open_file(held).read_all()
    finally:
        path.unlink(missing_ok=True)


def remove_stale() -> None:
    """Remove the folders whose process no longer holds their lock; those of other users stay, they are theirs."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held, somebody else's, or gone just now
            continue
        shutil.rmtree(lock.parent, ignore_errors=True)


@lru_cache(maxsize=1)
def _own(pid: int) -> Path:
    """Return the folder of a process, which a fork must not share. Its lock ends with the process, however that ends."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))  # mode 0700
    lock = (folder / _LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    atexit.register(_remove, folder, lock)
    return folder


def _remove(folder: Path, lock: IO[bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()
