"""What one person prefers, on this computer. Facts about a project live in the project's own database.

The file is JSON below the configuration folder of the platform. It carries a version; an older file is migrated step
by step, the original kept beside it until the new one is written, and a file that cannot be read is set aside rather
than overwritten.
"""

import getpass
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import platformdirs

VERSION: Final = 1
THEMES: Final = ("system", "light", "dark")
MAX_LAST_PROJECTS: Final = 8

Raw = dict[str, Any]
MIGRATIONS: Final[dict[int, Callable[[Raw], Raw]]] = {}
"""From version n to n + 1. Each step takes and returns the whole document."""


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user id may have no name
        return "user"


@dataclass(frozen=True, slots=True)
class Settings:
    """One person's preferences.

    Attributes
    ----------
    theme
        'system', 'light' or 'dark'.
    user_name
        Stands in cases, approvals and the journal; not authenticated.
    ollama_host
        Base address of the Ollama server; only loopback hosts are used.
    ollama_model
        Model that the language-model loop asks; '' lets the person choose.
    last_projects
        Folders opened before, the newest first.
    """

    theme: str = "system"
    user_name: str = field(default_factory=_login_name)
    ollama_host: str = "http://127.0.0.1:11434"
    ollama_model: str = ""
    last_projects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise ValueError(f"theme must be one of {', '.join(THEMES)}")

    def with_project(self, folder: Path) -> "Settings":
        """Return settings whose newest project is `folder`."""
        name = str(folder.resolve())
        others = tuple(other for other in self.last_projects if other != name)
        return replace(self, last_projects=(name, *others)[:MAX_LAST_PROJECTS])


def settings_path() -> Path:
    """Return where the settings file stands, whether it exists or not."""
    return Path(platformdirs.user_config_dir("lester", appauthor=False)) / "settings.json"


def load(path: Path | None = None) -> Settings:
    """Read the settings; what is missing takes its default.

    A file that is no settings document, or comes from a newer Lester, is renamed to `settings.json.unreadable` and the
    defaults are returned, so that a damaged preference never keeps the application from starting.
    """
    path = path or settings_path()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:  # none yet, or not readable for this user: defaults serve
        return Settings()
    try:
        return _from_raw(_migrated(json.loads(text)))
    except (ValueError, TypeError, KeyError):
        path.replace(path.with_name(path.name + ".unreadable"))
        return Settings()


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings in one step, readable only by their owner."""
    path = path or settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"version": VERSION, **asdict(settings)}
    draft = path.with_name(path.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _migrated(raw: Raw) -> Raw:
    version = raw["version"]
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValueError(f"settings of version {version}")
    for step in range(version, VERSION):
        raw = {**MIGRATIONS[step](raw), "version": step + 1}
    return raw


def _from_raw(raw: Raw) -> Settings:
    known = {f.name: raw[f.name] for f in fields(Settings) if f.name in raw}
    projects = known.get("last_projects", [])
    texts = [value for name, value in known.items() if name != "last_projects"]
    if not all(isinstance(text, str) for text in [*texts, *projects]):
        raise TypeError("settings must be texts")
    return Settings(**{**known, "last_projects": tuple(projects)})
