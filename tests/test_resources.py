from pathlib import Path

import pytest

from lester_gui import resources
from lester_gui.errors import UserError


def test_sample_projects_are_found(samples_folder: Path) -> None:
    assert set(resources.sample_projects()) == {"bank_mails", "census", "hospital"}
    assert resources.sample_project("hospital") == samples_folder / "hospital"


def test_an_unknown_sample_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="hospital") as caught:
        resources.sample_project("school")
    assert "school" in caught.value.message


def test_resources_are_found_and_a_missing_one_is_a_bug() -> None:
    assert resources.resource().is_dir()
    with pytest.raises(FileNotFoundError):
        resources.resource("no", "such.file")
