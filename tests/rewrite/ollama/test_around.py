"""What stands around the loop: status, kept answers, second opinions, several steps, what the screen and the journal get."""

import json
import time
from dataclasses import replace

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Opaque
from lester_gui.ir.serialise import plan_hash
from lester_gui.progress import Progress, silent
from lester_gui.rewrite.ollama import status
from lester_gui.rewrite.ollama.attempts import Outcome, Status
from lester_gui.rewrite.ollama.cache import FileAnswers
from lester_gui.rewrite.ollama.loop import fill, fill_all
from lester_gui.rewrite.ollama.opinion import second_opinion
from lester_gui.rewrite.ollama.status import list_models, server_status
from lester_gui.settings import Settings
from tests.rewrite.ollama.double import Double, Known, Reply
from tests.rewrite.ollama.riddles import riddle
from tests.rewrite.ollama.workbench import STEP, Judge, small_plan

MADE = riddle(5)
RIGHT = json.dumps(MADE.right)

# -- status ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("models", "chosen", "sentence"),
    [
        ({"qwen2.5-coder:14b": Known(size="14.8B")}, "", "Ollama on this computer, qwen2.5-coder 14B"),
        ({"qwen3:8b": Known(size="8.2B"), "phi4:latest": Known(size="")}, "phi4", "Ollama on this computer, phi4"),
        ({"qwen3:latest": Known(size="8.2B")}, "qwen3", "Ollama on this computer, qwen3 8.2B"),
        ({"qwen3:8b": Known()}, "gone:1b", "Ollama on this computer, gone:1b is not installed: rules only"),
        ({"a:1": Known(), "b:1": Known()}, "", "Ollama on this computer, 2 models, none chosen"),
        ({"c:cloud": Known(remote_host="https://x.example")}, "", "Ollama on this computer, no model: rules only"),
        ({}, "", "Ollama on this computer, no model: rules only"),
    ],
)
def test_the_status_is_one_sentence(models, chosen, sentence, settings, monkeypatch):
    monkeypatch.setattr(status, "STATUS_SECONDS", 10.0)  # the machine may be busy, and the double is not what is timed here
    with Double(models=models) as double:
        assert server_status(settings(double, chosen)) == sentence


def test_the_status_without_a_server():
    assert server_status(Settings(ollama_host="127.0.0.1:9")) == "Ollama is not running: rules only"
    assert "another computer" in server_status(Settings(ollama_host="192.0.2.1"))


def test_the_status_does_not_wait(settings):
    with Double(quick_delay=3.0) as double:
        started = time.monotonic()
        assert server_status(settings(double)) == "Ollama does not answer: rules only"
        assert time.monotonic() - started < 1.0


def test_the_list_of_models(settings, monkeypatch):
    monkeypatch.setattr(status, "LIST_SECONDS", 10.0)
    with Double(models={"a:1": Known(), "c:cloud": Known()}) as double:
        assert list_models(settings(double)) == {"reachable": True, "models": ["a:1"], "message": "1 model"}
    with Double(models={}) as double:
        assert "ollama pull" in list_models(settings(double))["message"]
    gone = list_models(Settings(ollama_host="127.0.0.1:9"))
    assert not gone["reachable"] and "ollama serve" in gone["message"]


# -- kept answers ------------------------------------------------------------------------------------------------------


def test_a_kept_answer_saves_asking_but_not_checking(settings, tmp_path):
    answers = FileAnswers(tmp_path / "answers")
    judge = Judge(MADE.case)
    with Double([RIGHT]) as double:
        arguments = {"settings": settings(double), "ctx": silent(), "answers": answers}
        first = fill(judge.plan, STEP, MADE.case.script, judge.oracle, **arguments)
        checks = judge.checks
        again = fill(judge.plan, STEP, MADE.case.script, judge.oracle, **arguments)
        assert len(double.chats) == 1
    assert judge.checks == checks + 1
    assert plan_hash(first.plan) == plan_hash(again.plan)
    assert again.attempts[0].as_json()["outcome"].startswith("accepted; the answer was kept")
    (file,) = (tmp_path / "answers").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text()) == MADE.right


def test_a_kept_answer_that_is_wrong_now_is_not_taken(settings, tmp_path):
    answers = FileAnswers(tmp_path / "answers")
    judge = Judge(MADE.case)
    with Double([RIGHT, RIGHT]) as double:
        arguments = {"settings": settings(double), "ctx": silent(), "answers": answers}
        fill(judge.plan, STEP, MADE.case.script, judge.oracle, **arguments)
        (file,) = (tmp_path / "answers").iterdir()
        file.write_text(json.dumps(MADE.wrong[0]))
        filled = fill(judge.plan, STEP, MADE.case.script, judge.oracle, **arguments)
        assert len(double.chats) == 2
    assert filled.filled and filled.attempts[0].outcome is Outcome.ACCEPTED


def test_other_weights_are_another_question(settings, tmp_path):
    answers = FileAnswers(tmp_path / "answers")
    for digest in ("a" * 64, "b" * 64):
        judge = Judge(MADE.case)
        with Double([RIGHT], models={"m:1": Known(digest=digest)}) as double:
            fill(judge.plan, STEP, MADE.case.script, judge.oracle, settings=settings(double), ctx=silent(), answers=answers)
            assert len(double.chats) == 1
    assert len(list((tmp_path / "answers").iterdir())) == 2


def test_refused_answers_are_not_kept(settings, tmp_path):
    judge = Judge(MADE.case)
    with Double([json.dumps(w) for w in MADE.wrong]) as double:
        answers = FileAnswers(tmp_path / "answers")
        fill(judge.plan, STEP, MADE.case.script, judge.oracle, settings=settings(double), ctx=silent(), answers=answers)
    assert not (tmp_path / "answers").exists()


# -- evidence ----------------------------------------------------------------------------------------------------------


def test_conversations_are_there_for_the_screen_and_model_and_digest_for_the_journal(settings):
    judge = Judge(MADE.case)
    seen: list[str] = []
    with Double([json.dumps(MADE.wrong[0]), RIGHT]) as double:
        ctx = Progress(lambda label, _: seen.append(label))
        filled = fill(judge.plan, STEP, MADE.case.script, judge.oracle, settings=settings(double), ctx=ctx)
    shown = [a.as_json() for a in filled.attempts]
    assert [a["number"] for a in shown] == [1, 2]
    assert [a["kind"] for a in shown] == ["first", "repair"]
    assert [a["accepted"] for a in shown] == [False, True]
    assert "rows expected" in shown[0]["outcome"]
    assert [m["role"] for m in shown[0]["messages"]] == ["system", "user", "assistant"]
    assert json.dumps(shown)
    journal = filled.journal()
    assert journal["model"] == "qwen2.5-coder:14b" and journal["digest"] == "a1" * 32 and journal["server"] == "0.12.6"
    assert journal["attempts"] == 2 and journal["status"] == "filled"
    assert any("attempt 2 of 4" in label for label in seen)


# -- several steps -----------------------------------------------------------------------------------------------------


def two_steps():
    """A plan with two steps that rules left, the second over the first."""
    judge = Judge(MADE.case)
    first = judge.plan.view(STEP)
    names = ", ".join(f.name for f in MADE.case.columns)
    script = MADE.case.script + f"final = [({names}) for {names} in made if True]\n"
    lines = (len(script.splitlines()),)
    second = Opaque(
        name="final", inputs=(first,), variables=("made",), source=script.splitlines()[-1], output="final",
        columns=MADE.case.columns, reason="no rule", lines=lines,
    )  # fmt: skip
    return judge, small_plan(second), script


def test_every_open_step_is_asked_about_in_order(settings):
    judge, plan, script = two_steps()
    same = {"steps": [{"op": "select", "parent": "made", "columns": [[f.name, f.name] for f in MADE.case.columns]}]}

    def oracle_of(now, step):
        return judge.oracle if step == STEP else replace(judge.oracle, counterexample=None, recheck=None)

    with Double([RIGHT, json.dumps(same)]) as double:
        filled = fill_all(plan, script, oracle_of, settings=settings(double), ctx=silent())
    assert filled.filled and filled.plan.opaque_steps == 0
    assert [a.step for a in filled.attempts] == [STEP, "final"]


def test_a_step_that_stays_open_does_not_undo_the_others(settings):
    judge, plan, script = two_steps()
    with Double([RIGHT, *['{"steps": []}'] * 4]) as double:
        filled = fill_all(plan, script, lambda *_: judge.oracle, settings=settings(double), ctx=silent())
    assert filled.status is Status.NOT_FILLED
    assert filled.plan.opaque_steps == 1
    with Double([Reply(status=503, error="server busy")]) as double:
        filled = fill_all(plan, script, lambda *_: judge.oracle, settings=settings(double), ctx=silent())
        assert len(double.chats) == 1
    assert filled.status is Status.NO_ANSWER and filled.plan is plan


def test_nothing_is_asked_when_nothing_is_open():
    judge, _, script = two_steps()
    closed = small_plan(judge.plan.view(STEP).parents[0])
    nowhere = Settings(ollama_host="127.0.0.1:9")
    assert fill_all(closed, script, lambda *_: judge.oracle, settings=nowhere, ctx=silent()).filled


# -- second opinion ----------------------------------------------------------------------------------------------------


def opinion_of(answers, settings):
    judge = Judge(MADE.case)
    with Double([RIGHT]) as double:
        plan = fill(judge.plan, STEP, MADE.case.script, judge.oracle, settings=settings(double), ctx=silent()).plan
    before = plan_hash(plan)
    with Double(answers) as double:
        found = second_opinion(plan, STEP, MADE.case.script, judge.oracle, settings=settings(double), ctx=silent())
    assert plan_hash(plan) == before
    return found


def test_the_same_step_agrees_by_its_hash(settings):
    found = opinion_of([RIGHT], settings)
    assert found.as_json() == {"model": "qwen2.5-coder:14b", "digest": "a1" * 32, "agrees": True, "text": "the same step"}


def test_other_steps_with_the_same_result_agree_by_the_check(settings):
    steps = json.loads(RIGHT)["steps"]
    columns = [[f.name, f.name] for f in MADE.case.columns]
    longer = {"steps": [*steps, {"op": "select", "parent": f"step{len(steps)}", "columns": columns}]}
    found = opinion_of([json.dumps(longer)], settings)
    assert found.agrees is True and found.text == "other steps that yield the same"


def test_another_result_differs_and_says_how(settings):
    found = opinion_of([json.dumps(MADE.wrong[0])], settings)
    assert found.agrees is False and "rows expected" in found.text


def test_no_plan_twice_is_no_answer(settings):
    found = opinion_of(["{", "no idea"], settings)
    assert found.agrees is None and "not complete JSON" in found.text and found.hint
    assert len(found.attempts) == 2
    assert opinion_of(["{", RIGHT], settings).agrees is True


def test_no_server_is_no_answer():
    judge = Judge(MADE.case)
    arguments = {"settings": Settings(ollama_host="127.0.0.1:9"), "ctx": silent()}
    found = second_opinion(judge.plan, STEP, MADE.case.script, judge.oracle, **arguments)
    assert found.agrees is None and "not running" in found.text and found.as_json()["model"] == ""
    read = next(iter(MADE.case.tables))
    with pytest.raises(UserError, match="not supported yet"):
        second_opinion(judge.plan, read, MADE.case.script, judge.oracle, **arguments)
