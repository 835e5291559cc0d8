"""Whatever goes wrong with the server or its model: a clear message, a way out, and the rules' result."""

import json
import socket
import threading
import time

import pytest

from lester_gui.progress import Cancelled, Progress, silent
from lester_gui.rewrite.ollama.attempts import Outcome, Status
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.settings import Settings
from tests.rewrite.ollama.double import Double, Known, Reply
from tests.rewrite.ollama.riddles import riddle
from tests.rewrite.ollama.workbench import STEP, Judge

MADE = riddle(0)
RIGHT = json.dumps(MADE.right)
OOM = "llama-server reported out-of-memory during startup: cudaMalloc failed"


def ask(settings: Settings, model: str | None = None, ctx: Progress | None = None):
    judge = Judge(MADE.case)
    filled = fill(judge.plan, STEP, MADE.case.script, judge.oracle, settings=settings, ctx=ctx or silent(), model=model)
    assert filled.filled or filled.plan is judge.plan
    return filled


def refused(filled, *words: str) -> None:
    assert filled.status is Status.NO_ANSWER
    assert all(word in f"{filled.message} | {filled.hint}" for word in words), (filled.message, filled.hint)
    assert filled.hint and "\n" not in filled.message + filled.hint
    assert filled.plan.opaque_steps == 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_ollama_is_not_running():
    refused(ask(Settings(ollama_host=f"127.0.0.1:{free_port()}")), "Ollama is not running", "ollama serve", "rules")


def test_the_model_is_missing(settings):
    with Double() as double:
        refused(ask(settings(double), "qwen3:8b"), "qwen3:8b is not installed", "ollama pull qwen3:8b", "qwen2.5-coder:14b")


def test_the_model_disappears_between_list_and_question(settings):
    with Double([Reply(status=404, error="model 'qwen2.5-coder:14b' not found")]) as double:
        refused(ask(settings(double)), "is not installed", "ollama pull")


def test_nothing_installed_and_nothing_chosen(settings):
    with Double(models={}) as double:
        refused(ask(settings(double)), "no model on this computer", "ollama pull")
    with Double(models={"a:1": Known(), "b:1": Known()}) as double:
        refused(ask(settings(double)), "several models", "a:1, b:1")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=503, error="server busy, please try again.  maximum pending requests exceeded"), ("busy", "try again")),
        (Reply(status=500, error=OOM), ("not enough memory", "smaller model")),
        (Reply(status=500, error="model requires more system memory (9.1 GiB) than is available (4.0 GiB)"), ("memory",)),
        (Reply(status=500, error="model runner has unexpectedly stopped, this may be due to resource limitations"), ("running",)),
        (Reply(status=400, error="the request exceeds the available context size"), ("context", "larger model")),
        (Reply(status=401, error="unauthorized"), ("elsewhere", "this computer")),
        (Reply(status=400, error='"m" does not support chat'), ("cannot answer", "chat or code")),
        (Reply(status=418, error="I am a teapot"), ("418", "teapot")),
        (Reply(text=RIGHT, error="an error was encountered while running the model", error_after=48), ("middle of an answer",)),
        (Reply(text=RIGHT, drop_after=48), ("middle of an answer",)),
    ],
)
def test_the_server_fails(reply, words, settings):
    with Double([reply]) as double:
        filled = ask(settings(double))
        refused(filled, *words)
        assert filled.model == "qwen2.5-coder:14b" and filled.digest


def test_an_error_in_mid_stream_after_a_wrong_answer_keeps_what_was_tried(settings):
    wrong = json.dumps(MADE.wrong[0])
    with Double([wrong, Reply(text=RIGHT, error="unexpected EOF", error_after=24)]) as double:
        filled = ask(settings(double))
    refused(filled, "middle of an answer")
    assert [a.outcome for a in filled.attempts] == [Outcome.DIFFERS]


def test_a_model_with_too_short_a_context_is_not_asked(settings):
    with Double([RIGHT], models={"tiny:1b": Known(context=2048)}) as double:
        refused(ask(settings(double)), "tiny:1b holds 2048", "longer context")
        assert not double.chats


def test_a_server_that_gives_less_context_than_asked_for_is_not_asked(settings):
    with Double([RIGHT], context=4096) as double:
        refused(ask(settings(double)), "room for 4096 tokens", "longer context")
        assert not double.chats


def test_a_question_that_was_cut_silently_is_noticed(settings):
    with Double([Reply(RIGHT, read=300)]) as double:
        refused(ask(settings(double)), "read 300 tokens", "not the whole question")


def test_truncated_json_is_repaired_or_given_up(settings):
    with Double([RIGHT[: len(RIGHT) // 2], RIGHT]) as double:
        filled = ask(settings(double))
        assert "not complete JSON" in double.chats[1]["messages"][1]["content"]
    assert filled.filled
    assert filled.attempts[0].outcome is Outcome.NO_PLAN
    with Double([RIGHT[: n * 7] for n in range(3, 7)]) as double:
        filled = ask(settings(double))
    assert filled.status is Status.NOT_FILLED and filled.plan.opaque_steps == 1


def test_an_answer_that_ended_for_length_is_a_failure_even_if_it_reads_well(settings):
    with Double([Reply(RIGHT, reason="length")] * 4) as double:
        filled = ask(settings(double))
    assert filled.status is Status.NOT_FILLED
    assert {a.outcome for a in filled.attempts} == {Outcome.CUT_OFF}
    with Double(["[" * 500_000]) as double:
        filled = ask(settings(double))
    assert filled.attempts[0].outcome is Outcome.CUT_OFF


def test_a_plan_that_lies_is_refused(settings):
    with Double([json.dumps(w) for w in MADE.wrong]) as double:
        filled = ask(settings(double))
    assert filled.status is Status.NOT_FILLED
    assert "Nothing that" in filled.message and "opaque" in filled.hint
    assert all("the rows differ" in a.text for a in filled.attempts)


def test_a_model_that_cannot_says_so(settings):
    with Double(['{"steps": []}'] * 4) as double:
        filled = ask(settings(double))
    assert {a.outcome for a in filled.attempts} == {Outcome.DECLINED}
    assert filled.status is Status.NOT_FILLED


def test_slow_first_byte_is_waited_for_and_cancelled_within_a_second(settings):
    with Double([Reply(RIGHT, first_byte_after=1.0)]) as double:
        assert ask(settings(double)).filled
    ctx = Progress()
    with Double([Reply(RIGHT, first_byte_after=60)]) as double:
        asked: list[float] = []

        def cancel() -> None:
            assert double.answering.wait(20)
            asked.append(time.monotonic())
            ctx.cancel()

        helper = threading.Thread(target=cancel)
        helper.start()
        with pytest.raises(Cancelled):
            ask(settings(double), ctx=ctx)
        returned = time.monotonic()
        helper.join()
        while not double.hung_up and time.monotonic() < returned + 2:
            time.sleep(0.01)
    assert returned - asked[0] < 1.0
    assert double.hung_up[0] - asked[0] < 1.0


def test_cancel_in_the_middle_of_an_answer(settings):
    ctx = Progress(lambda label, _: ctx.cancel() if "is writing" in label else None)
    with Double([Reply(RIGHT * 50, pause=0.05)]) as double:
        with pytest.raises(Cancelled):
            ask(settings(double), ctx=ctx)
        until = time.monotonic() + 1.0
        while not double.hung_up and time.monotonic() < until:
            time.sleep(0.01)
        assert double.hung_up


@pytest.mark.parametrize("name", ["gpt-oss:120b-cloud", "glm-4.6:cloud", "deepseek-v3.1:671B-CLOUD"])
def test_a_cloud_model_is_refused_by_name_without_asking(name, settings):
    with Double([RIGHT], models={name: Known()}) as double:
        refused(ask(settings(double), name), "runs elsewhere", "this computer")
        assert not double.requests


def test_a_cloud_model_under_another_name_is_refused_by_what_ollama_says(settings):
    with Double([RIGHT], models={"harmless:7b": Known(remote_host="https://ollama.example:443")}) as double:
        refused(ask(settings(double), "harmless:7b"), "runs elsewhere")
        assert not double.chats and "/api/chat" not in {path for _, path, _ in double.requests}


@pytest.mark.parametrize("host", ["http://192.0.2.7:11434", "0.0.0.0", "[2001:db8::1]:11434", "http://10.0.0.1"])
def test_another_computer_is_refused(host):
    refused(ask(Settings(ollama_host=host)), "this computer", "127.0.0.1:11434")


def test_an_embedding_model_is_refused(settings):
    with Double([RIGHT], models={"nomic-embed-text:latest": Known(capabilities=("embedding",))}) as double:
        refused(ask(settings(double), "nomic-embed-text"), "cannot answer questions")


def test_an_old_server_is_refused(settings):
    with Double([RIGHT], version="0.4.7") as double:
        refused(ask(settings(double)), "0.4.7 is too old", "0.5")


def test_another_kind_of_server_is_refused(settings):
    with Double([RIGHT]) as double:
        double.version = None  # type: ignore[assignment]
        refused(ask(settings(double)), "is not Ollama")
