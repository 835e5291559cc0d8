"""The loop closes: a right answer comes only after a counterexample that is true, and no wrong answer is ever accepted."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from lester_gui.ir.serialise import plan_hash
from lester_gui.progress import silent
from lester_gui.rewrite.ollama.answers import decode
from lester_gui.rewrite.ollama.attempts import Outcome, Status
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.rewrite.ollama.oracle import Table
from lester_gui.rewrite.ollama.stage import stage_of
from tests.rewrite.ollama.double import Body, Double
from tests.rewrite.ollama.grammar import fits
from tests.rewrite.ollama.riddles import Answer, Riddle, riddle
from tests.rewrite.ollama.workbench import STEP, Judge, yields

SEEDS = range(8)


def rows_after(text: str) -> list[tuple[Any, ...]]:
    return [tuple(json.loads(line)) for line in re.findall(r"^  (\[.*\])$", text, re.M)]


@dataclass
class Teacher:
    """Serves wrong answers, and the right one once it is shown rows on which the last wrong answer really is wrong.

    It believes nothing that the question says: it executes the script and the wrong steps on the rows that it is shown.
    """

    riddle: Riddle
    wrong: list[Answer]
    served: list[str] = field(default_factory=list)
    convinced: bool = False

    def __call__(self, body: Body) -> str:
        if self.served and self.is_shown_a_difference(body["messages"][-1]["content"]):
            self.convinced = True
            return json.dumps(self.riddle.right)
        answer = self.wrong[len(self.served) % len(self.wrong)]
        assert fits(answer, body["format"])
        self.served.append(json.dumps(answer))
        return self.served[-1]

    def is_shown_a_difference(self, question: str) -> bool:
        if self.served[-1] not in question or "Input rows:\n" not in question:
            return False
        case = self.riddle.case
        shown = question.rsplit("Input rows:\n", 1)[1]
        inputs, shown = shown.split("The code yields:\n")
        expected, got = shown.split("Your steps yield:\n")
        tables = {}
        for name, fields in case.tables.items():
            head = f"{name} ({', '.join(f.name for f in fields)})\n"
            part = inputs.split(head)[1]
            tables[name] = Table(tuple(f.name for f in fields), tuple(rows_after(part.split("\n" + "(")[0].split("(")[0])))
        judge = Judge(case)
        stage = stage_of(judge.plan, STEP, case.script)
        really = case.run_original({name: t.rows for name, t in tables.items()})
        wrongly = yields(decode(self.served[-1], stage, "model:double"), tables, case)
        assert isinstance(wrongly, Table)
        assert all(len(t.rows) <= 3 for t in tables.values())
        assert rows_after(expected) == really
        assert rows_after(got) == list(wrongly.rows)
        return really != list(wrongly.rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_counterexample_that_is_true_brings_the_right_answer(seed, settings):
    made = riddle(seed)
    for wrong in made.wrong:
        judge, teacher = Judge(made.case), Teacher(made, [wrong])
        with Double(teacher) as double:
            filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        assert teacher.convinced, f"{made.name}: no true counterexample was sent"
        assert filled.status is Status.FILLED
        assert [a.outcome for a in filled.attempts] == [Outcome.DIFFERS, Outcome.ACCEPTED]
        assert judge.check(filled.plan).equal
        assert filled.plan.opaque_steps == 0
        assert filled.plan.view(STEP).made_by == "model:qwen2.5-coder:14b"


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_for_ever_is_never_accepted(seed, settings):
    made = riddle(seed)
    judge = Judge(made.case)
    texts = [json.dumps(made.wrong[n % len(made.wrong)]) for n in range(9)]
    with Double(texts) as double:
        filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        assert len(double.chats) == 4
    assert filled.status is Status.NOT_FILLED
    assert filled.plan is judge.plan
    assert all(a.outcome is Outcome.DIFFERS for a in filled.attempts)
    assert "Nothing that qwen2.5-coder:14b proposed does what the script does (4 attempts)" in filled.message
    assert filled.hint


def test_the_last_attempt_is_drawn_freely_and_shows_what_the_code_does(settings):
    made = riddle(1)
    judge = Judge(made.case)
    with Double([json.dumps(w) for w in made.wrong]) as double:
        fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        temperatures = [c["options"]["temperature"] for c in double.chats]
        last = double.chats[-1]["messages"]
    assert temperatures == [0.0, 0.0, 0.0, 0.6]
    assert [m["role"] for m in last] == ["system", "user"]
    assert "The code yields:" in last[1]["content"]
    assert "Your steps yield:" not in last[1]["content"]


def test_the_same_steps_twice_end_the_attempts(settings):
    made = riddle(2)
    judge = Judge(made.case)
    again = json.dumps(made.wrong[0])
    with Double([again, json.dumps(made.wrong[1]), again, json.dumps(made.right)]) as double:
        filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        assert len(double.chats) == 3
    assert filled.status is Status.NOT_FILLED
    assert filled.attempts[-1].outcome is Outcome.REPEATED
    assert "the same wrong steps again" in filled.message


def test_the_accepted_plan_is_the_one_the_hash_names(settings):
    made = riddle(3)
    hashes = set()
    for answers in ([made.right], [made.wrong[0], made.right]):
        judge = Judge(made.case)
        with Double([json.dumps(a) for a in answers]) as double:
            filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        hashes.add(plan_hash(filled.plan))
    assert len(hashes) == 1


def test_without_rows_to_show_a_model_is_told_where_and_how(settings):
    made = riddle(4)
    judge = Judge(made.case)
    blind = type(judge.oracle)(judge.check)
    with Double([json.dumps(made.wrong[0]), json.dumps(made.right)]) as double:
        filled = fill(judge.plan, STEP, made.case.script, blind, settings=settings(double), ctx=silent())
        question = double.chats[1]["messages"][1]["content"]
    assert filled.filled
    assert f"the rows differ in the view {STEP}:" in question
    assert "Input rows:" not in question


def test_a_step_that_stops_on_the_data_is_refused_and_repaired(settings):
    made = riddle(0)
    judge = Judge(made.case)
    text = next(f.name for f in next(iter(made.case.tables.values())) if f.type == "str")
    table = next(iter(made.case.tables))
    number = {"op": "py_int", "args": [{"column": text}]}
    failing = {"steps": [{"op": "project", "parent": table, "assigned": [{"name": "tmp_n", "expr": number}]}]}
    needed = {f.name for f in made.case.columns} - {f.name for f in made.case.tables[table]}
    failing["steps"] += [] if not needed else [made.right["steps"][0]]
    with Double([json.dumps(failing), json.dumps(made.right)]) as double:
        filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
    assert filled.filled
    assert filled.attempts[0].outcome in (Outcome.DIFFERS, Outcome.NO_PLAN)
