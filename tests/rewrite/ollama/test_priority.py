"""The sample's step that no rule covers: a right answer exists in the schema, and only a right one is accepted."""

import json
from pathlib import Path

import pytest

from lester_gui.ir.nodes import Distinct
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import silent
from lester_gui.rewrite.ollama.loop import fill
from lester_gui.rewrite.ollama.schema import answer_schema
from lester_gui.rewrite.ollama.stage import stage_of
from tests.rewrite.ollama.double import Double
from tests.rewrite.ollama.grammar import fits
from tests.rewrite.ollama.workbench import STEP, Case, Judge

CASSETTE = json.loads((Path(__file__).parent / "cassettes" / "priority.json").read_text(encoding="utf-8"))
FIELDS = tuple(Field(name, Type.STR) for name in ("email", "title", "sent", "text"))


def case(folder: Path, with_sort: bool) -> Case:
    """Return the step of the sample, on the sample's mails as they are when the script comes to it."""
    lines = (folder / "bank_mails" / "priority.py").read_text(encoding="utf-8").splitlines()
    sort = next(i for i, line in enumerate(lines) if line.startswith("mails.sort"))
    end = next(i for i, line in enumerate(lines) if line.startswith("embeddings"))
    rows = []
    with (folder / "bank_mails" / "data" / "mails.csv").open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % 4 == 0:
                _, email, sent, title, text = line.strip().split(",")
                rows.append((email, title, sent, text))
    if not with_sort:
        rows.sort(key=lambda mail: mail[:3])
    first = sort if with_sort else sort + 1
    # Lines before the step are not executed here: they read the files that `rows` stands for.
    script = "\n".join([*("#" for _ in lines[:first]), *lines[first:end]])
    return Case(script, first + 1, {"mails": FIELDS}, {"mails": rows}, "threads", FIELDS)


@pytest.mark.parametrize("with_sort", [False, True])
def test_the_written_reply_fits_the_schema_and_does_what_the_code_does(with_sort, samples_folder, settings):
    made = case(samples_folder, with_sort)
    judge = Judge(made)
    answer = CASSETTE["answers"][with_sort]["answer"]
    assert fits(answer, answer_schema(stage_of(judge.plan, STEP, made.script)))
    with Double([json.dumps(answer)]) as double:
        filled = fill(judge.plan, STEP, made.script, judge.oracle, settings=settings(double), ctx=silent())
    assert filled.filled
    assert filled.plan.opaque_steps == 0
    last = filled.plan.view(STEP)
    assert isinstance(last, Distinct) and last.made_by == "model:qwen2.5-coder:14b"


def test_wrong_replies_are_shown_what_is_wrong(samples_folder, settings):
    made = case(samples_folder, with_sort=False)
    judge = Judge(made)
    with Double([json.dumps(w) for w in CASSETTE["wrong"]] + [json.dumps(CASSETTE["answers"][0]["answer"])]) as double:
        filled = fill(judge.plan, STEP, made.script, judge.oracle, settings=settings(double), ctx=silent())
        questions = [c["messages"][1]["content"] for c in double.chats]
        wire = double.wire
    assert filled.filled and len(filled.attempts) == 4
    assert all("The code yields:" in q for q in questions[1:])
    for email, _, _, text in made.rows["mails"][:200]:
        assert email.encode() not in wire or not email
        assert text.encode() not in wire
