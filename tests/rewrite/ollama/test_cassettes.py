"""A prompt suffices: replies written from nothing but prompt and schema are right, and are accepted over the wire."""

import json

import pytest

from lester_gui.progress import silent
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.rewrite.ollama.schema import answer_schema
from tests.benchmarks.riddles import differs_elsewhere
from tests.rewrite.ollama.cassettes import Cassette, cassettes, first_question, prompt_key, replay
from tests.rewrite.ollama.double import Double
from tests.rewrite.ollama.grammar import fits
from tests.rewrite.ollama.workbench import STEP, Judge

HELD = cassettes()


def test_there_are_enough_of_them() -> None:
    assert len(HELD) >= 20


@pytest.mark.parametrize("cassette", HELD, ids=lambda c: c.name)
def test_the_written_reply_is_accepted_at_once(cassette: Cassette, settings) -> None:
    stage, messages = first_question(cassette.case)
    reply = cassette.replies.get(prompt_key(messages))
    assert reply, f"the prompt has changed: its key is {prompt_key(messages)}, and a reply must be written to it"
    assert fits(json.loads(reply), answer_schema(stage))
    judge = Judge(cassette.case)
    with Double(replay(HELD)) as double:
        filled = fill(judge.plan, STEP, cassette.case.script, judge.oracle, settings=settings(double), ctx=silent())
    assert filled.filled and len(filled.attempts) == 1
    assert filled.plan.opaque_steps == 0
    assert not differs_elsewhere(judge, filled.plan)


def test_a_prompt_that_nobody_answered_gets_no_answer(settings) -> None:
    one, *others = HELD
    judge = Judge(one.case)
    with Double(replay(others)) as double:
        filled = fill(judge.plan, STEP, one.case.script, judge.oracle, settings=settings(double), ctx=silent())
    assert not filled.filled
