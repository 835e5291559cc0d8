"""Where databases in memory put rows that do not fit: a private folder of this process, gone with it, never the working folder.

What a killed process left is removed when a project is opened.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Final

_PREFIX: Final = "lester-spill-"
_numbers = itertools.count(1)


def new_folder() -> Path:
    """Return a path of its own for one database, which DuckDB makes when it needs it."""
    return _own(os.getpid()) / str(next(_numbers))


def remove_stale() -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)  # another user's folder stays: it is theirs


@lru_cache(maxsize=1)
def _own(pid: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{pid}-"))  # mode 0700
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
