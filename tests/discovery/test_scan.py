import json
from pathlib import Path

import pytest

from lester_gui.discovery import configuration
from lester_gui.discovery.effects import effects_of
from lester_gui.discovery.scan import scan
from lester_gui.discovery.scripts import Script, load_script
from lester_gui.errors import UserError
from lester_gui.progress import Progress

TRAINING = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv({path!r})
model = LogisticRegression().fit(df[["age"]], df["y"])
"""


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def project(folder: Path) -> Path:
    write(folder, "train.py", TRAINING.format(path="data/people.csv"))
    write(folder, "data/people.csv", "email,age,y\n" + "".join(f"p{i}@example.org,{i},{i % 2}\n" for i in range(40)))
    return folder


def test_finds_pipeline_source_and_key(tmp_path: Path) -> None:
    found = scan(project(tmp_path), Progress())
    assert [(p.name, p.estimator, p.sources) for p in found.pipelines] == [("train", "LogisticRegression", ("people",))]
    assert [(s.name, s.peek.rows, s.subject_keys, s.suggested) for s in found.sources] == [("people", 40, ("email",), True)]


def test_scan_writes_nothing(tmp_path: Path) -> None:
    project(tmp_path)
    before = sorted(p.as_posix() for p in tmp_path.rglob("*"))
    scan(tmp_path, Progress())
    assert sorted(p.as_posix() for p in tmp_path.rglob("*")) == before


def test_never_executes(tmp_path: Path) -> None:
    project(tmp_path)
    write(tmp_path, "danger.py", "open('made', 'w').write('x')\nraise SystemExit(3)\n")
    scan(tmp_path, Progress())
    assert not (tmp_path / "made").exists()


def test_proposal_is_read_back(tmp_path: Path) -> None:
    found = scan(project(tmp_path), Progress())
    configuration.save(tmp_path, found.proposal)
    assert configuration.load(tmp_path) == found.proposal
    again = scan(tmp_path, Progress())
    assert again.configured
    assert again.proposal == found.proposal


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda p: None, "No pipeline was found"),
        (lambda p: write(p, "own.py", "rows = open('t.csv').readlines()\n"), "own.py reads data but calls no fit"),
        (lambda p: write(p, "bad.py", "def f(:\n"), "bad.py has a syntax error in line 1"),
        (lambda p: write(p, "lester.toml", "[project\n"), "lester.toml is not valid TOML"),
        (lambda p: write(p, "lester.toml", '[sources.a]\npath = "../x.csv"\n'), "leaves the project folder"),
        (lambda p: write(p, "lester.toml", '[sources.a]\nsubject_keys = ["x"]\n'), "sources.a.path"),
    ],
)
def test_bad_folders_say_what_to_do(tmp_path: Path, prepare, message: str) -> None:
    prepare(tmp_path)
    with pytest.raises(UserError) as error:
        scan(tmp_path, Progress())
    assert message in error.value.message
    assert error.value.hint


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        scan(tmp_path / "nowhere", Progress())


def test_paths_through_variables_functions_and_pathlib() -> None:
    effects = effects_of(
        Script(
            "s.py",
            "script",
            """
import os
from pathlib import Path
import pandas as pd
BASE = Path(__file__).resolve().parent / "data"
def load(path):
    with open(path) as f:
        for line in f:
            a, b = line.strip().split(";")
load(os.path.join("raw", "one.txt"))
load(f"raw/{'two'}.txt")
frame = pd.read_csv(BASE / "three.csv", sep=";")
frame.to_csv("out/four.csv")
pd.read_csv("out/four.csv")
""",
        )
    )
    assert [(s.path, s.separator) for s in effects.sources] == [
        ("raw/one.txt", ";"),
        ("raw/two.txt", ";"),
        ("data/three.csv", ";"),
    ]
    assert [w.path for w in effects.writes] == ["out/four.csv"]


def test_notebook_in_document_order(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "execution_count": 1, "source": ["%matplotlib inline\n", "a = 1"], "outputs": [], "metadata": {}},
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        {"cell_type": "code", "execution_count": 3, "source": "b = 2\nif b:\n    !ls", "outputs": [], "metadata": {}},
        {"cell_type": "code", "execution_count": 2, "source": "%%bash\nrm x", "outputs": [], "metadata": {}},
    ]
    write(tmp_path, "n.ipynb", json.dumps({"nbformat": 4, "cells": cells, "metadata": {}}))
    script = load_script(tmp_path, "n.ipynb")
    assert script.tree.body
    assert script.where(2) == "cell 1, line 2"
    assert script.where(4) == "cell 2, line 1"
    assert any("Cell 3 was last run before" in n for n in script.notes)
    assert any("%%bash" in n for n in script.notes)


def test_modules_are_followed_inside_the_project_only(tmp_path: Path) -> None:
    write(tmp_path, "main.py", "import json, helper\nfrom pack import inner\n")
    write(tmp_path, "helper.py", "import deeper\n")
    write(tmp_path, "deeper.py", "x = 1\n")
    write(tmp_path, "pack/__init__.py", "")
    write(tmp_path, "pack/inner.py", "y = 1\n")
    names = [name for name, _ in load_script(tmp_path, "main.py").modules]
    assert names == ["deeper.py", "helper.py", "pack/__init__.py", "pack/inner.py"]


def test_separators_of_several_characters(tmp_path: Path) -> None:
    write(
        tmp_path,
        "train.py",
        "import pandas as pd\nfrom sklearn.svm import SVC\nrows = []\nfor line in open('a.data'):\n"
        "    email, age = line.strip().split(', ')\nSVC().fit(rows, rows)\n",
    )
    write(tmp_path, "a.data", "".join(f"p{i}@example.org, {i}\n" for i in range(30)))
    assert [(s.peek.columns, s.subject_keys) for s in scan(tmp_path, Progress()).sources] == [(("email", "age"), ("email",))]


STEPS = """
import os, sys, logging
import pandas as pd
from sklearn.linear_model import LogisticRegression
logging.basicConfig(filename="train.log")
folder = sys.argv[1] if len(sys.argv) > 1 else "data"
people = []
for line in open(os.path.join(folder, "steps.log")):
    people.append(line.split())
report = os.path.join(folder, "report.out")
open(report, "w").write("done")
df = pd.DataFrame(people, columns=["badge", "steps"]).astype({"steps": int})
model = LogisticRegression().fit(df[["steps"]], df["steps"] > 900)
"""


def test_a_file_of_any_suffix_that_a_script_names_is_a_source(tmp_path: Path) -> None:
    write(tmp_path, "train.py", STEPS)
    lines = "".join(f"K-{i:04} {700 + 17 * i}\n" for i in range(40))
    for name in ("data/steps.log", "data/other.log", "data/report.out", "train.log"):
        write(tmp_path, name, lines)
    found = scan(tmp_path, Progress())
    assert [s.path for s in found.sources] == ["data/steps.log"], "not what it writes, nor what it does not name"


def test_binary_files_code_and_settings_that_a_script_names_are_no_sources(tmp_path: Path) -> None:
    write(
        tmp_path, "train.py", TRAINING.format(path="data/people.csv") + "names = ['people.bin', 'x.yaml', 'run.sh', 'notes.md']\n"
    )
    write(tmp_path, "data/people.csv", "email,age,y\na@example.org,3,1\n")
    for name in ("x.yaml", "run.sh", "notes.md"):
        write(tmp_path, name, "a: b\n")
    (tmp_path / "people.bin").write_bytes(b"\x00\x01\n")
    assert [s.path for s in scan(tmp_path, Progress()).sources] == ["data/people.csv"]


@pytest.mark.parametrize("pattern", ["*.log", "steps*.log"])
def test_a_pattern_names_files_of_any_suffix(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, "train.py", f"import glob, sys\nfor f in glob.glob(sys.argv[1] + '/{pattern}'):\n    model.fit(open(f), 1)\n")
    write(tmp_path, "data/steps.log", "K-1 7\nK-2 9\n")
    assert [s.path for s in scan(tmp_path, Progress()).sources] == ["data/steps.log"]
