"""The samples are what their READMEs say: they run, they repeat themselves, and their traps are there."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

SCRIPTS = {
    "complications": ("hospital", "accuracy 0.9"),
    "complaints": ("bank_mails", "mails 2393 complaints 290"),
    "complaints_v1": ("bank_mails", "accuracy 1.0"),
    "priority": ("bank_mails", "threads 6447"),
}


def run(script: Path) -> str:
    """Run a script in its own folder, warnings as errors, and return what it prints."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    strict = ["-W", "error", "-W", "ignore::ResourceWarning"]  # the older scripts never close a file
    done = subprocess.run(
        [sys.executable, *strict, script.name],
        cwd=script.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(samples_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a fresh copy of the sample project named by the parameter."""
    ignore = shutil.ignore_patterns("out", ".lester", "__pycache__")
    return Path(shutil.copytree(samples_folder / request.param, tmp_path / request.param, ignore=ignore))


@pytest.mark.parametrize(
    ("project", "script", "says"), [(folder, name, says) for name, (folder, says) in SCRIPTS.items()], indirect=["project"]
)
def test_scripts_run_as_they_are_and_repeat_themselves(project: Path, script: str, says: str) -> None:
    def written() -> dict[str, str]:
        files = sorted((project / "out").glob("*"))
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    first = run(project / f"{script}.py")
    assert says in first
    files = written()
    assert files
    assert run(project / f"{script}.py") == first
    assert written() == files


@pytest.mark.parametrize("project", ["census"], indirect=True)
def test_the_notebook_runs_from_top_to_bottom(project: Path) -> None:
    notebook = json.loads((project / "income.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    counts = [cell["execution_count"] for cell in code]
    assert sorted(counts) != counts, "one cell was run out of order"
    lines = "\n".join("".join(cell["source"]) for cell in code).splitlines()
    assert sum(line.startswith(("%", "!")) for line in lines) == 2
    script = project / "income.py"
    script.write_text("\n".join(line for line in lines if not line.startswith(("%", "!"))), encoding="utf-8")
    computed = run(script)
    assert computed.startswith("accuracy 0.8586")
    assert computed not in json.dumps(notebook), "the saved output is an older run's"


@pytest.mark.parametrize("project", ["bank_mails"], indirect=True)
def test_the_generator_gives_the_same_bytes(project: Path, samples_folder: Path) -> None:
    run(project / "make_data.py")
    for name in ("customers.csv", "mails.csv"):
        assert (project / "data" / name).read_bytes() == (samples_folder / "bank_mails/data" / name).read_bytes()


@pytest.mark.parametrize("project", ["bank_mails"], indirect=True)
def test_the_last_mail_decides_every_label_of_the_first_version(project: Path) -> None:
    script = project / "complaints_v1.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text[: text.index("X_train")] + "print(set(y.tolist()))\n", encoding="utf-8")
    assert run(script) == "{1.0}\n"
    mails = project / "data/mails.csv"
    mails.write_text("".join(mails.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert run(script) == "{0.0}\n"


def test_configurations_name_files_that_exist(samples_folder: Path) -> None:
    for path in samples_folder.glob("*/lester.toml"):
        configuration = tomllib.loads(path.read_text(encoding="utf-8"))
        for source in configuration["sources"].values():
            assert (path.parent / source["path"]).is_file()
            assert source["subject_keys"]
        for pipeline in configuration["pipelines"].values():
            assert (path.parent / pipeline["script"]).is_file()
        assert (path.parent / "README.md").is_file()


def test_no_data_file_is_larger_than_five_megabytes(samples_folder: Path) -> None:
    assert all(path.stat().st_size < 5_000_000 for path in samples_folder.glob("*/data/*"))
