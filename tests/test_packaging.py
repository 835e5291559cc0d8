"""What a wheel must carry, so that an installed Lester finds its resources and its samples."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
import lester_gui
from lester_gui import resources
assert lester_gui.__file__.startswith(sys.argv[1]), lester_gui.__file__
print(resources.resource("icons").is_dir(), *resources.sample_projects())
"""


@pytest.mark.long
def test_an_unpacked_wheel_finds_its_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("lester_gui-*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    look = [sys.executable, "-I", "-c", LOOK, str(site)]
    seen = subprocess.run(look, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["True", "bank_mails", "census", "hospital"]
    assert not list(site.glob("lester_gui/_bundled/**/out"))
