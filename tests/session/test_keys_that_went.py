"""A column that was no key of persons after all: once it is taken out, nobody is erased with somebody else."""

from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.session import Session

SCRIPT = """import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv("tickets.csv")
model = LogisticRegression().fit(df[["words"]], df["urgent"])
"""


def test_persons_that_a_wrong_key_joined_come_apart(tmp_path: Path) -> None:
    lines = [f"p{i % 30}@example.org,T{i % 20:02},{i % 13},{i % 2}\n" for i in range(60)]
    (tmp_path / "tickets.csv").write_text("from,topic,words,urgent\n" + "".join(lines))
    (tmp_path / "train.py").write_text(SCRIPT)
    with Session.open(tmp_path, user="ines") as session:
        session.scan(write=True)
    settings = tmp_path / "lester.toml"
    right = settings.read_text()
    assert '"from"' in right and "topic" not in right
    settings.write_text(right.replace('"from"', '"from", "topic"', 1))
    with Session.open(tmp_path, user="ines") as session:
        session.rewrite("train", "rules")
        session.run("train")
        joined = session.trace("p3@example.org")
        case = session.request("erasure", "p3@example.org", by="anna")["case"]
        assert not joined["sentence"].startswith("2 rows")
    settings.write_text(right)
    with Session.open(tmp_path, user="ines") as session:
        alone = session.trace("p3@example.org")
        assert alone["sentence"].startswith("2 rows") and alone["subject"] != joined["subject"]
        with pytest.raises(UserError, match="no longer join"):
            session.plan(case)
        with pytest.raises(UserError, match="no longer join"):
            session.trace(joined["subject"])
        case = session.request("erasure", "p3@example.org", by="anna")["case"]
        assert session.plan(case)["sentence"].startswith("Erases 2 source rows")
        session.approve(case, by="bert")
        session.apply(case)
        left = (tmp_path / "tickets.csv").read_text()
        assert "p3@" not in left and left.count("example.org") == 58
