"""Files named by the SHA-256 of their content: written once, flushed, and switched into place in one step."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lester_gui.errors import UserError


class Artifacts:
    """The folder `.lester/artifacts`.

    Parameters
    ----------
    folder
        Made, mode 0700, when the first file is put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store `content` durably and return its SHA-256 in hexadecimal. Storing it again changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.folder / digest
        if target.exists():
            return digest
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.folder, prefix=".draft-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        sync_folder(self.folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content with this SHA-256.

        Raises
        ------
        UserError
            If the file is missing or its content has changed.
        """
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise UserError(f"{digest[:12]}… is missing from .lester/artifacts", hint="Run the pipeline again.") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise UserError(f"The file {digest[:12]}… in .lester/artifacts was changed", hint="Run the pipeline again.")
        return content

    def path(self, digest: str) -> Path:
        """Return where the content with this SHA-256 stands."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.folder / digest

    def garbage(self, used: Iterable[str]) -> tuple[Path, ...]:
        """Return the files that nothing in `used` names, drafts of killed processes included, in order of their names."""
        if not self.folder.is_dir():
            return ()
        keep = set(used)
        return tuple(path for path in sorted(self.folder.iterdir()) if path.name not in keep)

    def remove(self, paths: Iterable[Path]) -> None:
        """Delete `paths`, all of them in this folder."""
        for path in paths:
            if path.parent != self.folder:
                raise ValueError("not an artifact")
            path.unlink(missing_ok=True)
        if self.folder.is_dir():
            sync_folder(self.folder)


def sync_folder(folder: Path) -> None:
    """Make renames and deletions in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
