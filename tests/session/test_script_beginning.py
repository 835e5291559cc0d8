"""A script whose beginning no rule understands: that is one step, the rest are steps of their own, an erasure equals a rerun."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Opaque
from lester_gui.ir.parse import parse
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import render
from lester_gui.ir.serialise import dumps, loads
from lester_gui.progress import silent
from lester_gui.session import Session
from lester_gui.verify.equivalence import is_whole_script
from lester_gui.verify.verdict import Verdict

HEAD = """
import csv
import random
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
"""
LOOP = """
rows = list(csv.DictReader(open("people.csv")))
queue = list(range(len(rows)))
table = []
while queue:                            # as long as its own results say
    i = queue.pop()
    if rows[i]["age"] == "?" and queue:
        queue.pop()
        continue
    table.append(({email}, float(rows[i]["age"].replace("?", "0")), len(rows[i]["name"]), int(rows[i]["left"])))
"""
REST = """
train = [r for r in table if r[2] % 4 > 0]
test = [r for r in table if r[2] % 4 == 0]
X = np.array([[r[1], r[2]] for r in train])
scaler = StandardScaler().fit(X)
model = LogisticRegression(C=0.5).fit(scaler.transform(X), [r[3] for r in train])
print(model.score(scaler.transform(np.array([[r[1], r[2]] for r in test])), [r[3] for r in test]))
"""
EMAIL = 'rows[i]["email"]'


def project(folder: Path, *parts: str, inside: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    text = "".join(parts)
    if inside == "if":
        text = f"if __name__ == '__main__':\n{indent(text, '    ')}"
    elif inside:
        text = f"def {inside}():\n{indent(text, '    ')}\n\nif __name__ == '__main__':\n    {inside}()\n"
    (folder / "churn.py").write_text(HEAD + text)
    lines = ["email,name,age,left"]
    for i in range(80):
        age = "?" if i % 11 == 3 else str(20 + (i * 7) % 50)
        lines.append(f'p{i}@example.org,"Name, {"x" * (i % 9)}",{age},{int((i * 7) % 50 > 24)}')
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    return folder


def begun(session: Session) -> Plan | None:
    """Return the plan whose beginning is a step, without verifying it."""
    session.scan(write=True)
    script = session.script_of("churn")
    found, _ = session._rules("churn", script)
    assert found.plan is None
    made = session._from_beginning("churn", script, found, silent())
    return None if made is None else made.plan


def step_of(plan: Plan) -> Opaque:
    (step,) = (n for n in plan.views if isinstance(n, Opaque))
    return step


@pytest.mark.parametrize("inside", ["", "main", "if"])
def test_the_rest_of_the_script_is_a_plan_and_an_erasure_equals_a_rerun(tmp_path: Path, inside: str) -> None:
    folder = project(tmp_path / "project", LOOP.format(email=EMAIL), REST, inside=inside)
    with Session.open(folder, user="ines") as session:
        said = session.rewrite("churn", "rules")
        assert (said["status"], said["opaque_steps"]) == ("partly-verified", 1)
        assert {s["status"] for s in said["stages"].values()} == {"equal"}
        plan = session.rewritten("churn").plan
        assert not is_whole_script(plan) and loads(dumps(plan)) == plan and parse(render(plan).text, plan) == plan
        assert {t.kind for t in plan.encode.steps} == {"standard_scaler"} and plan.split.kind == "expression"
        assert [f.name for f in step_of(plan).columns] == ["table_1", "table_2", "table_3", "table_4"]
        session.run("churn")
        case = session.request("erasure", "p5@example.org", by="ines")["case"]
        session.plan(case)
        session.approve(case, by="maria", reason="identity checked")
        applied = session.apply(case)
        assert applied["status"] == "done" and applied["replay"]["equal"] and applied["ask_original"]["equal"]
    assert b"p5@" not in b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file() and f.suffix != ".key")


def test_the_first_place_from_which_the_rest_is_understood_is_taken(tmp_path: Path) -> None:
    more = "label = {'x': 1}\nwhile len(label) < 2:\n    label['y'] = 2\n"
    folder = project(tmp_path / "project", LOOP.format(email=EMAIL), more, "limit = label['y'] - 2\n", REST)
    with Session.open(folder) as session:
        plan = begun(session)
        assert plan is not None and step_of(plan).source.rstrip().count("\n") <= HEAD.count("\n") + LOOP.count("\n") + 2


def test_what_two_names_share_is_not_handed_over(tmp_path: Path) -> None:
    twice = LOOP.format(email=EMAIL).replace("table = []", "table = other = []")
    folder = project(tmp_path / "project", twice, "other.append(('', 1.0, 1, 1))\n", REST)
    with Session.open(folder) as session:
        plan = begun(session)
        assert plan is None or not any(f.name.startswith("table") for n in plan.views if isinstance(n, Opaque) for f in n.columns)


def test_random_numbers_from_both_sides_of_a_cut_are_not_followed(tmp_path: Path) -> None:
    seeded = "random.seed(3)\n" + LOOP.format(email=EMAIL).replace("if rows", "if random.random() < 0.1 or rows")
    drawn = "random.shuffle(table)\ntable = table[:40]\n"
    folder = project(tmp_path / "project", seeded, drawn, REST)
    with Session.open(folder) as session:
        plan = begun(session)
        assert plan is None or "random.shuffle(table)" in step_of(plan).source


def test_another_shape_on_other_data_stops_the_step(tmp_path: Path) -> None:
    folder = project(tmp_path / "project", LOOP.format(email=f'None if {EMAIL} == "p7@example.org" else {EMAIL}'), REST)
    with Session.open(folder, user="ines") as session:
        people = folder / "people.csv"
        whole = people.read_text()
        people.write_text("".join(line for line in whole.splitlines(keepends=True) if not line.startswith("p7@")))
        session.rewrite("churn", "rules")
        session.run("churn")
        people.write_text(whole)
        with pytest.raises(UserError, match="hands over something else"):
            session.run("churn")


def test_a_file_that_is_no_source_is_not_looked_for(tmp_path: Path) -> None:
    hidden = LOOP.format(email=EMAIL).replace('"people.csv"', '"people" + chr(46) + "csv"')
    with Session.open(project(tmp_path / "project", hidden, REST)) as session:
        said = session.rewrite("churn", "rules")
    assert said["status"] == "not-run" and "people.csv, which is no source" in said["message"]


def test_no_model_is_asked_to_write_a_step_that_runs_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(tmp_path / "project", LOOP.format(email=EMAIL), REST)
    monkeypatch.setattr("lester_gui.session.model_help.fill", lambda *_: pytest.fail("asked"))
    monkeypatch.setattr(Session, "verify", lambda *_, **__: Verdict(status="not-run"))
    with Session.open(folder) as session:
        said = session.rewrite("churn", "auto")
        assert said["opaque_steps"] == 1 and "beginning of the script" in said["message"]


TABS = """
people = csv.reader(open("people.tsv"), delimiter="\\t")
rows = [{"email": r[0], "name": r[1], "age": r[2], "left": r[3]} for r in people if not r[0].startswith("#")]
"""


def test_a_person_in_a_table_with_tabs_below_lines_that_describe_it_is_found_and_erased(tmp_path: Path) -> None:
    loop = LOOP.format(email=EMAIL).replace('rows = list(csv.DictReader(open("people.csv")))\n', TABS)
    folder = project(tmp_path / "project", loop, REST)
    _, *lines = (folder / "people.csv").read_text().splitlines()
    head = "##made by=nobody\n#email\tname\tage\tleft\n"
    (folder / "people.tsv").write_text(head + "".join(line.replace(", ", " ").replace(",", "\t") + "\n" for line in lines))
    (folder / "people.csv").unlink()
    with Session.open(folder, user="ines") as session:
        assert session.rewrite("churn", "rules")["opaque_steps"] == 1
        session.run("churn")
        case = session.request("erasure", "p5@example.org", by="ines")["case"]
        session.plan(case)
        session.approve(case, by="maria", reason="identity checked")
        assert session.apply(case)["status"] == "done"
    left = (folder / "people.tsv").read_text()
    assert left.startswith(head) and "p5@" not in left and left.count("\n") == 81
