"""Find the files that come with Lester, in a source tree, in an installed wheel and in a frozen application."""

import sys
from functools import cache
from pathlib import Path

from lester_gui.errors import UserError


def resource(*parts: str) -> Path:
    """Return the path of a file or folder below `resources/`.

    Raises
    ------
    FileNotFoundError
        The installation lacks it, which is a bug of the packaging.
    """
    path = _root().joinpath("resources", *parts)
    if not path.exists():
        raise FileNotFoundError(path)
    return path


def read_text(*parts: str) -> str:
    """Return the text of a UTF-8 file below `resources/`."""
    return resource(*parts).read_text(encoding="utf-8")


def sample_projects() -> dict[str, Path]:
    """Return the sample projects by name. They are masters: copy one before opening it."""
    folder = _root() / "sample_pipelines"
    if not folder.is_dir():
        return {}
    return {path.name: path for path in sorted(folder.iterdir()) if (path / "lester.toml").is_file()}


def sample_project(name: str) -> Path:
    """Return the folder of one sample project."""
    samples = sample_projects()
    if name not in samples:
        raise UserError(f"there is no sample project named '{name}'", hint=f"one of: {', '.join(samples) or 'none'}")
    return samples[name]


@cache
def _root() -> Path:
    """Return the folder that holds `resources/` and `sample_pipelines/`."""
    package = Path(__file__).resolve().parent
    candidates = [package / "_bundled", package.parent]
    frozen = getattr(sys, "_MEIPASS", None)  # where PyInstaller puts data files
    if frozen is not None:
        candidates.insert(0, Path(frozen))
    for root in candidates:
        if (root / "resources").is_dir():
            return root
    raise FileNotFoundError("resources/")
