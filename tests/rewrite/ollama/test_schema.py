"""The schema, the prompt and the decoder are one language: the plan's own."""

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Apply, Call, Column, Literal
from lester_gui.ir.nodes import NODE_TYPES, Concat, Filter, Join, JoinKind, Limit, Opaque, Project, Read, Reader, Select, Sort
from lester_gui.ir.operators import AGGREGATES, OPERATORS
from lester_gui.ir.schema import Field, Type
from lester_gui.ir.serialise import NODES
from lester_gui.ir.windows import WINDOWS
from lester_gui.rewrite.ollama.answers import Declined, NotAPlan, decode
from lester_gui.rewrite.ollama.prompts import operator_text, prompt_version, question, window_text
from lester_gui.rewrite.ollama.schema import NOT_OFFERED, answer_schema, offered_steps
from lester_gui.rewrite.ollama.sorting import order_of
from lester_gui.rewrite.ollama.stage import stage_of
from tests.rewrite.ollama.grammar import fits
from tests.rewrite.ollama.workbench import STEP, Case, Judge, apply, column, literal, plan_of, small_plan

WHO, WHAT, WHEN = Field("who", Type.STR), Field("what", Type.INT, True), Field("when", Type.DATE)
SCRIPT = """import datetime
START = datetime.date(2024, 5, 17)
WORDS = ['late', 'lost']

def clean(text):
    return text.strip().lower()

out = []
for who, what, when, mood in rows:
    if when >= START and clean(who) not in WORDS and what:
        out.append((who, what, mood))
out = out[-25:]
"""


def case() -> Case:
    return Case(
        SCRIPT,
        8,
        {"rows": (WHO, WHAT, WHEN)},
        {"rows": []},
        "out",
        (WHO, WHAT, Field("mood", Type.STR)),
        functions={"mood": lambda who: "calm"},
        calls=(("mood", Call("mood", (Column("who"),), Type.STR)),),
    )


def stage():
    made = case()
    return stage_of(plan_of(made), STEP, made.script)


def test_every_operation_is_offered_or_left_out_on_purpose():
    assert set(offered_steps(stage())) | set(NOT_OFFERED) == set(NODES)
    assert {kind for kind, _ in NODES.values()} == set(NODE_TYPES)


def test_steps_have_the_fields_of_their_nodes():
    for op, schema in offered_steps(stage()).items():
        assert set(schema["properties"]) - {"op"} <= {f.name for f in fields(NODES[op][0])}, op


def test_the_prompt_has_every_operator_aggregate_and_step():
    system = question(stage(), {})[0][1]
    for operator in OPERATORS.values():
        assert operator_text(operator) in system
    for aggregate in AGGREGATES.values():
        assert f"{aggregate.name}: {aggregate.doc}" in system
    for window in WINDOWS.values():
        assert window.name in AGGREGATES or window_text(window) in system
    for op in offered_steps(stage()):
        assert f'{{"op": "{op}"' in system
    assert "${" not in system + question(stage(), {})[1][1]
    assert prompt_version().startswith("v1-")


def test_the_example_in_the_prompt_is_right():
    script = (
        "best = {}\nfor name, points in results:\n    if points >= 10:\n        best[name] = points\n"
        "rows = [(name, best[name]) for name in best]\n"
    )
    columns = (Field("name", Type.STR), Field("points", Type.INT))
    data = [("b", 12), ("a", 9), ("a", 10), ("c", 11), ("b", 30), ("b", 3), ("c", 10)]
    example = Case(script, 1, {"results": columns}, {"results": data}, "rows", columns)
    judge = Judge(example)
    text = question(stage(), {})[1][1]
    answer = text.split("Answer:\n")[1].split("\n(A key")[0]
    asked = stage_of(judge.plan, STEP, script)
    assert fits(json.loads(answer), answer_schema(asked))
    assert judge.counterexample(small(judge, decode(answer, asked, "model:x"))) is None
    assert [line.split("> ")[-1] for line in script.splitlines()] == [
        line.split("| ", 1)[1] for line in text.split("Code:\n")[1].split("\nTable:")[0].splitlines()
    ]


def small(judge, node):
    from lester_gui.rewrite.ollama.stage import graft

    return graft(judge.plan, STEP, node)


def test_the_question_has_the_code_with_its_constants_and_functions():
    asked = stage()
    shown = {line.number: line.marked for line in asked.code}
    assert shown == {2: False, 3: False, 5: False, 6: False, **dict.fromkeys(range(8, 13), True)}
    assert {(x.value, x.type) for x in asked.literals} == {
        ("2024-05-17", Type.DATE), (2024, Type.INT), (5, Type.INT), (17, Type.INT), ("late", Type.STR), ("lost", Type.STR),
        ("", Type.STR), (0, Type.INT), (25, Type.INT), (-25, Type.INT),
    }  # fmt: skip
    assert [(f.name, f.arguments, f.type) for f in asked.functions] == [("mood", 1, Type.STR)]


def answer(*steps) -> str:
    return json.dumps({"steps": list(steps)})


SORTED = {"op": "sort", "parent": "rows", "by": [["who", True]]}
BEFORE = {
    "op": "window",
    "parent": "rows",
    "by": ["who"],
    "columns": [{"name": "tmp_b", "function": "shift", "column": "what", "offset": -25, "ascending": True, "pct": False}],
    "order": [["when", False]],
    "drop_null_keys": True,
}
LATE = {"op": "filter", "parent": "rows", "predicate": apply("py_ge", column("when"), {"literal": "2024-05-17", "type": "date"})}


@pytest.mark.parametrize(
    "steps",
    [
        (SORTED,),
        (LATE, SORTED | {"parent": "step1"}),
        ({"op": "limit", "parent": "rows", "count": 25, "offset": -25},),
        ({"op": "project", "parent": "rows", "assigned": [{"name": "mood", "expr": {"call": "mood", "args": [column("who")]}}]},),
        ({"op": "project", "parent": "rows", "assigned": [{"name": "tmp_x", "expr": literal("late")}]},),
        ({"op": "concat", "inputs": ["rows", "rows"]},),
        ({"op": "join", "left": "rows", "right": "rows", "how": "semi", "on": [["who", "who"]], "take": "all"},),
        ({"op": "broadcast", "parent": "rows", "of": "rows", "values": [["mood", "who"]], "position": "last"},),
        (BEFORE,),
    ],
)
def test_answers_that_are_plans(steps):
    asked = stage()
    assert fits({"steps": list(steps)}, answer_schema(asked))
    node = decode(answer(*steps), asked, "model:m")
    assert node.name == STEP
    assert node.schema.names == ("who", "what", "mood")
    assert node.made_by == "model:m"
    assert node.lines == asked.lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not complete JSON"),
        ("[]", "must be"),
        ('{"steps": [], "code": "import os"}', "must be"),
        ('{"steps": {}}', "must be"),
        ('{"steps": []}', "no steps"),
        (answer(*[SORTED] * 9), "more than 8 steps"),
        (answer("sort"), "One of the operations"),
        (answer({"op": ["sort"]}), "One of the operations"),
        (answer({"op": "opaque", "source": "import os", "inputs": ["rows"]}), "One of the operations"),
        (answer({"op": "read", "source": "other.csv"}), "One of the operations"),
        (answer(SORTED | {"name": "threads"}), "has only the fields"),
        (answer(SORTED | {"made_by": "rule:trust-me"}), "has only the fields"),
        (answer(SORTED | {"parent": "customers"}), "no view 'customers'"),
        (answer(SORTED | {"parent": "step1"}), "no view 'step1'"),
        (answer(SORTED | {"by": [["iban", True]]}), "no column 'iban'"),
        (answer(SORTED | {"by": [["who", "yes"]]}), "true or false"),
        (answer(LATE | {"predicate": apply("py_eq", column("who"), literal("vip"))}), "a constant is used"),
        (answer(LATE | {"predicate": apply("eval", column("who"))}), "no operator 'eval'"),
        (answer(LATE | {"predicate": apply("py_gt", column("what"), literal(25))}), "may be missing"),
        (answer(LATE | {"predicate": {"call": "__import__", "args": []}}), "functions that may be called are mood"),
        (answer(LATE | {"predicate": {"call": "mood", "args": []}}), "takes 1 argument"),
        (answer(LATE | {"predicate": {"call": "mood", "args": [column("who")], "type": "bool"}}), "functions that may be"),
        (answer({"op": "limit", "parent": "rows", "count": 26, "offset": 0}), "whole numbers of the code"),
        (answer(BEFORE | {"columns": [BEFORE["columns"][0] | {"offset": 26}]}), "1 or a whole number of the code"),
        (answer({"op": "explode", "parent": "rows", "column": "who", "keep_empty": True}), "no list but str"),
        (answer({"op": "select", "parent": "rows", "columns": [["who", "who"]]}), "lacks the column 'what'"),
        (
            answer({"op": "project", "parent": "rows", "assigned": [{"name": "what", "expr": column("who")}]}),
            "'what' must be an int; the last step makes it a str",
        ),
        (answer(LATE, SORTED), "not used by the last one"),
        (answer(LATE | {"predicate": literal(True)}), "a constant is used"),
        ("[" * 100_000, "too long"),
        ('{"steps": ["' + "x" * 10_000_000 + '"]}', "too long"),
        ('{"steps": ' + "[" * 1_000 + "]" * 1_000 + "}", "(One of the operations|nested too deeply|must be)"),
        (answer(SORTED | {"parent": "../../etc/passwd"}), "no view '../../etc/passwd'"),
        (answer({"op": "read", "source": "../../etc/passwd"}), "One of the operations"),
        (answer(LATE | {"predicate": {"call": "mood; import os", "args": [column("who")]}}), "functions that may be called"),
        (answer(LATE | {"predicate": "__import__('os').remove('people.csv')"}), "."),
        ("[" * 5_000, "nested too deeply"),
        ('{"steps": [' + '{"op":' * 36, "not complete JSON"),
    ],
)
def test_answers_that_are_no_plans(text, message):
    with pytest.raises(NotAPlan, match="(?i)" + message) as caught:
        decode(text, stage(), "model:m")
    assert "script line" not in caught.value.message


def test_no_steps_means_that_the_model_cannot():
    with pytest.raises(Declined):
        decode('{"steps": []}', stage(), "model:m")


def test_thoughts_and_fences_around_the_answer_do_no_harm():
    plain = decode(answer(SORTED), stage(), "model:m")
    fenced = f"<think>Let me see: {{}} rows</think>\n```json\n{answer(SORTED)}\n```"
    assert decode(fenced, stage(), "model:m") == plain


def test_a_limit_needs_a_whole_number_in_the_code():
    made = Case("out = list(rows)\n", 1, {"rows": (WHO,)}, {"rows": []}, "out", (WHO,))
    asked = stage_of(plan_of(made), STEP, made.script)
    assert "limit" not in offered_steps(asked)
    with pytest.raises(NotAPlan, match="One of the operations"):
        decode(answer({"op": "limit", "parent": "rows", "count": 1, "offset": 0}), asked, "model:m")


def test_slices_between_two_numbers_are_limits():
    made = Case("out = rows[10:25]\n", 1, {"rows": (WHO,)}, {"rows": []}, "out", (WHO,))
    node = decode(
        answer({"op": "limit", "parent": "rows", "count": 15, "offset": 10}), stage_of(plan_of(made), STEP, made.script), "m"
    )
    assert isinstance(node, Limit) and (node.count, node.offset) == (15, 10)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats(allow_nan=True)
    | st.sampled_from(["who", "rows", "step1", "late", "🦆"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["op", "args", "column", "literal", "call", "type", "steps", "parent", "predicate", "by", "inputs", "columns"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(sorted(NODES)),
    st.dictionaries(st.sampled_from(["predicate", "by", "columns", "inputs", "count", "on"]), JSON),
)
def test_whatever_a_model_writes_is_a_plan_or_a_sentence(op, rest):
    try:
        node = decode(json.dumps({"steps": [{"op": op, "parent": "rows", **rest}]}), stage(), "model:m")
    except NotAPlan as error:
        assert error.message and "\n" not in error.message
    else:
        assert node.schema.names == ("who", "what", "mood")


def test_literals_compare_by_type():
    assert Literal(1) not in (Literal(True), Literal(1.0))


def test_the_question_says_how_rows_are_sorted():
    read = Read(name="mails", source="mails", reader=Reader.PYTHON_LINES, columns=(WHO, WHAT, WHEN))
    by_who = Sort(name="mails-2", parent=read, by=(("who", True), ("what", False), ("when", True)))
    late = Filter(name="mails-3", parent=by_who, predicate=Apply("not_null", (Column("what"),)))
    renamed = Select(name="mails-4", parent=late, columns=(("sender", "who"), ("n", "what")))
    looked_up = Join(name="mails-5", left=renamed, right=read, how=JoinKind.LEFT, on=(("sender", "who"),))
    assert order_of(by_who) == order_of(late) == (("who", True), ("what", False), ("when", True))
    assert order_of(renamed) == order_of(looked_up) == (("sender", True), ("n", False))
    assert order_of(Project(name="x", parent=late, assigned=(("what", Literal(1)),))) == (("who", True),)
    assert order_of(read) == order_of(Concat(name="x", inputs=(by_who, by_who))) == ()
    step = Opaque(
        name=STEP,
        inputs=(renamed,),
        variables=("mails",),
        source="",
        output="out",
        columns=renamed.schema.fields,
        reason="",
        lines=(1,),
    )
    text = question(stage_of(small_plan(step), STEP, "out = mails\n"), {})[1][1]
    assert "mails (sender str, n int), sorted by sender, n from high to low\n" in text
    rows = [json.loads(line) for line in text.split("high to low\n")[1].splitlines()[:4]]
    assert [r[0] for r in rows] == sorted(r[0] for r in rows)
