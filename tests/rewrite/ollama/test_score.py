"""The scoring of models scores: a teacher that errs once, one that never learns, and one whose luck does not hold."""

import json

from tests.benchmarks.riddles import differs_elsewhere, rates, score_riddles
from tests.benchmarks.slices import score_written_replies
from tests.rewrite.ollama.double import Double
from tests.rewrite.ollama.riddles import FAMILIES, plan_with, riddle
from tests.rewrite.ollama.workbench import Judge


def made(number: int):
    return [riddle(f"1/{number}", family) for family in FAMILIES]


def test_rates(settings):
    first, second, third = made(0)
    answers = [first.right, second.wrong[0], second.right, *third.wrong]
    with Double([json.dumps(a) for a in answers]) as double:
        rows = score_riddles("qwen2.5-coder:14b", settings(double), each=1)
    assert [(r["status"], r["attempts"]) for r in rows] == [("filled", 1), ("filled", 2), ("not-filled", 4)]
    found = rates(rows)
    assert found.verified_within == {1: 1 / 3, 2: 2 / 3, 4: 2 / 3}
    assert found.false_accepts == 0
    assert "33% within 1, 67% within 2, 67% within 4 attempts; 0 accepted falsely" in str(found)


def test_luck_on_the_given_data_is_found_out():
    for one in made(0):
        judge = Judge(one.case)
        for answer, wrong in [(one.right, False), *((w, True) for w in one.wrong)]:
            assert differs_elsewhere(judge, plan_with(judge, answer)) is wrong


def test_written_replies_are_scored_like_a_model():
    found = rates(score_written_replies())
    assert found.verified_within == {1: 1, 2: 1, 4: 1}
    assert found.false_accepts == 0
