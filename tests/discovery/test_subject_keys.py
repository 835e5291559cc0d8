"""Subject keys that real folders hide: other names, other separators, no header, files that only a default names."""

from __future__ import annotations

from pathlib import Path

import pytest

from lester_gui.discovery.scan import scan
from lester_gui.progress import Progress

FIT = "\nfrom sklearn.linear_model import Ridge\nRidge().fit(X, y)\n"


def write(folder: Path, script: str, **files: str) -> dict[str, tuple[str, ...]]:
    for name, text in files.items():
        path = folder / "data" / name.replace("__", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (folder / "train.py").write_text(script + FIT)
    return {s.path: s.subject_keys for s in scan(folder, Progress()).sources}


def people(n: int = 40) -> str:
    return "customer_id,age\n" + "".join(f"K{i:03},{20 + i % 30}\n" for i in range(n))


def test_a_column_with_the_keys_of_another_source_names_the_same_persons(tmp_path: Path) -> None:
    orders = "ref,year\n" + "".join(f"k{i % 50:03} ,{2000 + i % 20}\n" for i in range(200))
    script = 'import pandas as pd\na = pd.read_csv("data/people.csv")\nb = pd.read_csv("data/orders.csv")\n'
    found = write(tmp_path, script, people__csv=people(), orders__csv=orders)
    assert found == {"data/people.csv": ("customer_id",), "data/orders.csv": ("ref",)}


def test_few_values_in_common_say_nothing(tmp_path: Path) -> None:
    ages = "age,score\n" + "".join(f"{20 + i % 30},{i}\n" for i in range(60))
    script = 'import pandas as pd\na = pd.read_csv("data/people.csv")\nb = pd.read_csv("data/ages.csv")\n'
    assert write(tmp_path, script, people__csv=people(), ages__csv=ages)["data/ages.csv"] == ("#row",)


@pytest.mark.parametrize(
    "opening",
    [
        'import argparse\np = argparse.ArgumentParser()\np.add_argument("-f", default="data/people.csv")\nopen(p.parse_args().f)',
        'from pathlib import Path\nHERE = Path(__file__).parent\nfor p in ["data"]: open(HERE / p / "people.csv")\n',
        'import glob\nfor path in glob.glob("data/peop*.csv"): open(path)\n',
    ],
    ids=["default", "part of a path", "pattern"],
)
def test_a_file_that_the_script_only_names_is_a_source(tmp_path: Path, opening: str) -> None:
    assert write(tmp_path, opening, people__csv=people(), other__csv="a,b\n1,2\n") == {"data/people.csv": ("customer_id",)}


def test_a_file_that_prose_names_is_none(tmp_path: Path) -> None:
    script = '"""people.csv"""\nimport pandas as pd\nX = pd.read_csv("data/other.csv")\n'
    assert list(write(tmp_path, script, people__csv=people(), other__csv="a,b\n1,2\n")) == ["data/other.csv"]


def test_the_separator_is_seen_and_sentences_are_no_keys(tmp_path: Path) -> None:
    mails = "sender|subject\n" + "".join(f"m{i}@example.org|please send the letter {i} again\n" for i in range(30))
    script = 'for line in open("data/mails.txt"):\n    parts = line.split(chr(124))\n'
    assert write(tmp_path, script, mails__txt=mails) == {"data/mails.txt": ("sender",)}


def test_the_subject_of_a_mail_names_nobody(tmp_path: Path) -> None:
    words = ("invoice problem", "password", "Question", "refund", "change problem", "")
    lines = "".join(f"{i},p{i % 40}@example.org,{words[i % 6]},{i % 2}\n" for i in range(200))
    script = 'import pandas as pd\na = pd.read_csv("data/tickets.csv")\n'
    found = write(tmp_path, script, tickets__csv="ticket,from,subject,urgent\n" + lines)
    assert found == {"data/tickets.csv": ("from",)}


def test_a_column_that_persons_share_is_no_key_beside_their_addresses(tmp_path: Path) -> None:
    lines = "".join(f"p{i % 60}@example.org,U{i % 60:03},A{i % 25:03},{i}\n" for i in range(300))
    script = 'import pandas as pd\na = pd.read_csv("data/orders.csv")\n'
    found = write(tmp_path, script, orders__csv="email,user_id,account,amount\n" + lines)
    assert found == {"data/orders.csv": ("email", "user_id")}


def test_whether_somebody_is_a_member_names_nobody(tmp_path: Path) -> None:
    lines = "".join(f"{i},{i % 3 == 0},{i % 2}\n" for i in range(40))
    script = 'import pandas as pd\na = pd.read_csv("data/people.csv")\n'
    assert write(tmp_path, script, people__csv="age,member,client\n" + lines) == {"data/people.csv": ("#row",)}
