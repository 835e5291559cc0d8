import json
import stat
from pathlib import Path

import pytest

from lester_gui import settings
from lester_gui.settings import Settings


def test_what_is_saved_is_loaded(private_home: Path) -> None:
    chosen = Settings(theme="dark", user_name="dpo", ollama_model="qwen3:8b", last_projects=("/a", "/b"))
    settings.save(chosen)
    assert settings.load() == chosen
    assert settings.settings_path().is_relative_to(private_home)
    assert stat.S_IMODE(settings.settings_path().stat().st_mode) == 0o600


def test_without_a_file_the_defaults_serve() -> None:
    assert settings.load() == Settings()
    assert not settings.settings_path().exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '{"version": 99}',
        '{"version": 1, "theme": "pink"}',
        '{"version": 1, "user_name": 3}',
        '{"theme": "dark"}',
    ],
)
def test_an_unreadable_file_is_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    assert settings.load(path) == Settings()
    assert (tmp_path / "settings.json.unreadable").read_text(encoding="utf-8") == text


def test_unknown_entries_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "theme": "light", "colour": "red"}), encoding="utf-8")
    assert settings.load(path).theme == "light"


def test_an_older_file_is_migrated_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VERSION", 3)
    monkeypatch.setattr(
        settings,
        "MIGRATIONS",
        {
            1: lambda raw: {**raw, "theme": raw["look"]},
            2: lambda raw: {**raw, "theme": raw["theme"].lower()},
        },
    )
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "look": "DARK"}), encoding="utf-8")
    assert settings.load(path).theme == "dark"


def test_projects_are_kept_newest_first_and_once(tmp_path: Path) -> None:
    current = Settings()
    for name in "abcdefghijab":
        current = current.with_project(tmp_path / name)
    assert [Path(name).name for name in current.last_projects] == list("bajihgfe")
