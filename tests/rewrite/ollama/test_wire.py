"""What goes over the wire: where to, in which form, and that no value of the data is in a single byte of it."""

import json

import pytest

from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import silent
from lester_gui.rewrite.ollama.loop import fill
from tests.rewrite.ollama.double import Double, Known, tokens
from tests.rewrite.ollama.riddles import riddle
from tests.rewrite.ollama.workbench import STEP, Case, Judge, apply, column, literal

CANARIES = ("Xanthippe", "Quackenbush", "xq.canary@", "7319402866", "1913-11-27", "Zyzzyx Road", "4711")


def canary_case() -> Case:
    """Rows whose every cell would be recognised; two of the script's own words are among them."""
    script = (
        "KINDS = ('urgent', 'open')\nlast = {}\nfor who, born, account, street, note, kind, score in rows:\n"
        "    if kind in KINDS:\n        last[who] = (who, born, account, street, note, kind, score)\nout = list(last.values())\n"
    )
    texts = ("who", "born", "account", "street", "note", "kind")
    fields = (*(Field(n, Type.STR) for n in texts), Field("score", Type.INT))
    rows = [
        (
            f"xq.canary@{i % 2}.test",
            f"1913-11-2{i + 2}",
            f"7319402866{i}",
            f"{i} Zyzzyx Road",
            f"Xanthippe Quackenbush, urgent {i}",
            k,
            4711,
        )
        for i, k in enumerate(("urgent", "closed", "open", "urgent", "closed", "open"))
    ]
    return Case(script, 2, {"rows": fields}, {"rows": rows}, "out", fields)


def wrong_and_right() -> list[str]:
    passing = {"op": "filter", "parent": "rows", "predicate": apply("is_in", column("kind"), literal("urgent"), literal("open"))}
    measures = [{"name": n, "function": "last", "column": n} for n in ("born", "account", "street", "note", "kind", "score")]
    grouped = {"op": "aggregate", "parent": "step1", "by": ["who"], "measures": measures}
    grouped |= {"order": "first_seen", "drop_null_keys": False}
    wrong = {"steps": [passing, {"op": "distinct", "parent": "step1", "subset": ["who"], "keep": "first"}]}
    other = {"steps": [passing, {"op": "distinct", "parent": "step1", "subset": ["who"], "keep": "last"}]}
    return [json.dumps(a) for a in (wrong, other, {"steps": [passing, grouped]})]


def test_no_value_of_the_data_is_in_any_byte(settings):
    case = canary_case()
    judge = Judge(case)
    with Double(wrong_and_right()) as double:
        filled = fill(judge.plan, STEP, case.script, judge.oracle, settings=settings(double), ctx=silent())
        wire = double.wire
        repairs = [c["messages"][1]["content"] for c in double.chats[1:]]
    assert filled.filled
    assert all("Input rows:" in r for r in repairs)
    for canary in CANARIES:
        assert canary.encode() not in wire
    assert b"urgent" in wire  # the script's own word
    assert not any(canary in json.dumps([a.as_json() for a in filled.attempts]) for canary in CANARIES)


def test_the_questions_go_to_chat_as_two_messages_with_a_schema(settings):
    made = riddle(5)
    judge = Judge(made.case)
    with Double([json.dumps(made.wrong[0]), json.dumps(made.right)]) as double:
        fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        paths = [(method, path) for method, path, _ in double.requests]
        chats = double.chats
    known = {("GET", "/api/version"), ("GET", "/api/tags"), ("GET", "/api/ps"), ("POST", "/api/show"), ("POST", "/api/chat")}
    assert set(paths) <= known
    for body in chats:
        assert body["model"] == "qwen2.5-coder:14b"
        assert body["stream"] is True
        assert [m["role"] for m in body["messages"]] == ["system", "user"]
        assert "think" not in body
        assert body["options"]["num_predict"] > 0
        assert body["format"]["required"] == ["steps"]


def test_names_in_the_schema_are_exactly_what_exists(settings):
    made = riddle(6)
    judge = Judge(made.case)
    with Double([json.dumps(made.right)]) as double:
        fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        definitions = double.chats[0]["format"]["$defs"]
    observed = list(dict.fromkeys(f.name for fields in made.case.tables.values() for f in fields))
    assert definitions["column"]["enum"] == observed
    assert definitions["table"]["enum"] == [*made.case.tables, *(f"step{n}" for n in range(1, 8))]
    assert definitions["apply"]["properties"]["op"]["enum"] == list(OPERATORS)
    assert "call" not in definitions


@pytest.mark.parametrize("columns", [3, 60, 300])
def test_the_context_is_large_enough_for_question_and_answer(columns, settings):
    fields = tuple(Field(f"a_rather_long_column_name_{n}", Type.STR) for n in range(columns))
    names = ", ".join(f.name for f in fields)
    case = Case(
        f"out = [r for r in rows if r[0] == 'x']\n# {names}\n", 1, {"rows": fields}, {"rows": [("x",) * columns]}, "out", fields
    )
    judge = Judge(case)
    keep = {"op": "filter", "parent": "rows", "predicate": apply("py_eq", column(fields[0].name), literal("x"))}
    with Double([json.dumps({"steps": [keep]})], models={"m:1": Known(context=131_072)}) as double:
        filled = fill(judge.plan, STEP, case.script, judge.oracle, settings=settings(double), ctx=silent())
        body = double.chats[0]
        assert double.loaded["m:1"] == body["options"]["num_ctx"]
    assert filled.filled
    assert tokens(body) + body["options"]["num_predict"] <= body["options"]["num_ctx"]


def test_a_thinking_model_is_told_not_to_think(settings):
    made = riddle(0)
    judge = Judge(made.case)
    with Double([json.dumps(made.right)], models={"deep:8b": Known(capabilities=("completion", "thinking"))}) as double:
        filled = fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        assert double.chats[0]["think"] is False
    assert filled.filled


def test_repairs_do_not_make_ollama_load_the_model_again(settings):
    made = riddle(1)
    judge = Judge(made.case)
    with Double([json.dumps(w) for w in made.wrong]) as double:
        fill(judge.plan, STEP, made.case.script, judge.oracle, settings=settings(double), ctx=silent())
        assert len({c["options"]["num_ctx"] for c in double.chats}) == 1
