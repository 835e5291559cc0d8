"""The example plan as text: the text itself, the steps beside it, and edits that are read back or refused."""

from dataclasses import replace
from typing import Any

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Column, col, lit, op
from lester_gui.ir.learning import Split
from lester_gui.ir.nodes import Distinct, Join, Keep, Limit, Project
from lester_gui.ir.notation import PlanTextError
from lester_gui.ir.parse import parse
from lester_gui.ir.render import render, with_names
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import dumps, loads, plan_hash
from tests.ir.example_plan import example_plan

PLAN = example_plan()
TEXT = """\
dialect = "pandas"
is_urgent = user_function("bool")

patients = read("patients")

histories = read("histories", pandas_csv(sep=";", na_values=("?", "-")))

data = patients.join(histories, by=ssn)

complications = data.aggregate(by=age, mean=mean(complications))

data = (
    data
    .join(complications, by=age)
    .project(risky=complications > 1.2 * mean, urgent=is_urgent(note))
    .select(ssn, county, income, risky, urgent)
    .filter(county in ["county2", "county3"])
)

labelled = data.label(label=risky or urgent)

train, test = labelled.split(sklearn_split(test=0.25, seed=42))

X = encode(
    train,
    categories=columns(county).simple_imputer(strategy="most_frequent").one_hot(handle_unknown="ignore"),
    numbers=columns(income).standard_scaler(),
)

from sklearn.linear_model import LogisticRegression
model = LogisticRegression(max_iter=1000)
"""


def test_text() -> None:
    assert render(PLAN).text == TEXT


def test_steps_link_plan_lines_to_script_lines() -> None:
    rendered = render(PLAN)
    assert [(s.number, s.name, s.kind, s.plan_lines, s.script_lines, s.stage) for s in rendered.steps] == [
        (1, "patients", "read", (4,), (18,), "prepare"),
        (2, "histories", "read", (6,), (19,), "prepare"),
        (3, "data", "join", (8,), (22,), "prepare"),
        (4, "complications", "aggregate", (10,), (23,), "prepare"),
        (5, "data-5", "filter", tuple(range(12, 19)), (24, 25, 26, 28, 29), "prepare"),
        (6, "label", "label", (20,), (48,), "label"),
        (7, "split", "split", (22,), (41,), "split"),
        (8, "encode", "encode", tuple(range(24, 29)), (32, 33), "encode"),
        (9, "model", "model", (30, 31), (43,), "model"),
    ]
    assert rendered.steps[4].views == ("data-2", "data-3", "data-4", "data-5")
    assert rendered.steps[4].made_by == "rule:merge, model:test, rule:select, rule:isin"
    assert len(rendered.line_names) == len(TEXT.splitlines())
    assert rendered.line_names[14] == "data-3"
    step = rendered.step_at(15)
    assert step is rendered.steps[4] is rendered.step_of("data-3") and rendered.step_at(3) is None
    assert rendered.step_of("label") is rendered.steps[5]


def test_read_back_unchanged() -> None:
    plan = parse(TEXT, PLAN)
    assert plan_hash(plan) == plan_hash(PLAN)
    assert [(v.lines, v.made_by) for v in plan.views] == [(v.lines, v.made_by) for v in PLAN.views]


def test_an_edit_is_a_persons_step_and_the_rest_stays_whose_it_was() -> None:
    plan = parse(TEXT.replace("1.2 * mean", "1.5 * mean").replace("seed=42", "seed=1"), PLAN)
    step = plan.view("data-3")
    assert isinstance(step, Project) and step.made_by == "person" and step.lines == (25, 26)
    assert step.assigned[0][1] == op("pandas_gt", col("complications"), op("mul", lit(1.5), col("mean")))
    assert plan.split.seed == 1 and plan.split.made_by == "person"
    assert plan.view("data-2").made_by == "rule:merge" and plan.model.made_by == "rule:estimator"
    assert plan_hash(plan) != plan_hash(PLAN)


def test_a_new_step_and_a_removed_step() -> None:
    plan = parse(TEXT.replace("    .filter(", '    .distinct(ssn, keep="last")\n    .filter('), PLAN)
    step = plan.view("data-5")
    assert isinstance(step, Distinct) and step.keep is Keep.LAST and step.made_by == "person"
    assert plan.prepared.name == "data-6"
    shorter = parse(TEXT.replace('    .filter(county in ["county2", "county3"])\n', ""), PLAN)
    assert shorter.prepared.name == "data-4" and "person" not in {v.made_by for v in shorter.views}


def test_the_dialect_says_what_signs_mean() -> None:
    text = TEXT.replace('dialect = "pandas"', 'dialect = "python"').replace("1.2 * mean", "coalesce(mean, 0.0) / 2")
    plan = parse(text, PLAN)
    step, joined = plan.view("data-3"), plan.view("data-2")
    limit = op("py_div", op("coalesce", col("mean"), lit(0.0)), lit(2))
    assert isinstance(step, Project) and step.assigned[0][1] == op("py_gt", col("complications"), limit)
    assert isinstance(joined, Join) and not joined.null_keys_match


def test_white_space_comments_and_order_of_definitions_are_free() -> None:
    loose = "# by hand\n" + TEXT.replace("\n\n", "\n# …\n\n\n").replace(", ", " ,  ")
    assert plan_hash(parse(loose, PLAN)) == plan_hash(PLAN)


def test_names_of_views_that_the_variable_does_not_tell_stand_behind_their_operations() -> None:
    plan = example_plan()
    said = with_names(render(plan))
    assert dumps(parse(said, plan)) == dumps(plan), "comments change nothing"
    variables = {line.partition(" = ")[0] for line in said.splitlines() if " = " in line}
    told = [line.partition("  # ")[2] for line in said.splitlines() if "  # " in line]
    assert len(told) == len(set(told))
    assert {v.name for v in plan.views} <= variables | set(told) | {v.name for v in plan.views if f'named("{v.name}")' in said}


def test_kept_views_are_named() -> None:
    plan = replace(PLAN, kept=(Limit(name="data-9", parent=PLAN.view("data-2"), count=3),))
    rendered = render(plan)
    assert '.named("data-9")' in rendered.text and 'keep(view("data-9"))' in rendered.text
    assert plan_hash(parse(rendered.text, plan)) == plan_hash(plan)


AGAIN = Split(kind="random", method="sklearn", test_size=0.5, seed=7)
SHUFFLE = {"kind": "random", "method": "pandas_sample", "train_size": 1.0, "seed": 3}


@pytest.mark.parametrize(
    ("split", "lines"),
    [
        (
            replace(PLAN.split, again=AGAIN, of="train"),
            ["train, test = labelled.split(sklearn_split(", "train, validation = train.split(sklearn_split(test=0.5, seed=7))"],
        ),
        (
            replace(PLAN.split, again=AGAIN, of="test", validation="test"),
            ["train, test = labelled.split(sklearn_split(", "test, validation = test.split(sklearn_split(test=0.5, seed=7))"],
        ),
        (
            Split(**SHUFFLE, of="train", again=replace(AGAIN, again=AGAIN, of="test")),
            [
                "train, test = labelled.split(pandas_sample_split(train=1.0, seed=3))",
                "train, test = train.split(sklearn_split(test=0.5, seed=7))",
                "validation, test = test.split(sklearn_split(test=0.5, seed=7))",
            ],
        ),
    ],
)
def test_every_part_that_is_dealt_again_has_a_line(split: Split, lines: list[str]) -> None:
    plan = replace(PLAN, split=split)
    text = render(plan).text
    found = [line for line in text.splitlines() if ".split(" in line]
    assert len(found) == len(lines) and all(a.startswith(b) for a, b in zip(found, lines, strict=True))
    assert parse(text, plan).split == split and loads(dumps(plan)).split == split
    assert plan.split.sides == ("train", "validation", "test")


def test_what_cannot_be_dealt_again_is_refused() -> None:
    with pytest.raises(PlanError, match="no more parts"):
        replace(AGAIN, of="train", again=replace(AGAIN, again=AGAIN, of="train"))
    with pytest.raises(PlanError, match="training or the test rows"):
        replace(AGAIN, again=AGAIN)
    with pytest.raises(PlanError, match="in no other way"):
        replace(AGAIN, of="train", again=Split(kind="none"))
    with pytest.raises(PlanError, match="no test rows"):
        Split(**SHUFFLE, of="test", again=AGAIN)
    with pytest.raises(PlanError, match="only where test rows"):
        replace(AGAIN, of="train", again=AGAIN, validation="test")
    text = render(replace(PLAN, split=replace(PLAN.split, again=AGAIN, of="train"))).text
    with pytest.raises(PlanTextError, match="Write train, validation"):
        parse(text.replace("train, validation =", "test, validation ="), PLAN)
    with pytest.raises(PlanTextError, match="first split is that of labelled"):
        parse(text.replace("train.split(", "labelled.split("), PLAN)


REFUSED: list[tuple[str, str, str, int | None]] = [
    ("dialect = ", "import os\ndialect = ", "not a step", 1),
    ("dialect = ", "dialect = __import__('os').name or ", "no such dialect", 1),
    ('"pandas"', '"sql"', "no such dialect", 1),
    ('user_function("bool")', 'user_function("object")', "no such type", 2),
    ("is_urgent = user", "other = user", "no function 'other'", 2),
    ('patients = read("patients")', 'patients = read("payroll")', "columns of 'payroll'", 4),
    ("pandas_csv(sep", "pickle(sep", "no such reader", 6),
    ('sep=";"', "sep=open('x')", "A text, a number", 6),
    ("by=ssn)", "by=ssn, how='natural')", "how has no such value", 8),
    ("by=ssn)", "by=ssn, limit=3)", "takes no 'limit'", 8),
    ("by=ssn)", "by=name)", "no column 'name'", 8),
    ("by=ssn)", "ssn > ssn)", "compares columns with ==", 8),
    ("patients.join(histories", "patients.join(nobody", "no view 'nobody'", 8),
    ("mean(complications))", "eval(complications))", "no aggregate 'eval'", 10),
    ("    .project(risky", "    .melt(risky", "no step 'melt'", 15),
    ("1.2 * mean", "1.2 * mena", "no column 'mena'", 15),
    ("1.2 * mean", "1.2 ** mean", "not an expression", 15),
    ("1.2 * mean", "mean.real", "not an expression", 15),
    ("1.2 * mean", "(lambda: 1)()", "not an expression", 15),
    ("1.2 * mean", "lowr(note)", "no function 'lowr'", 15),
    ("complications > 1.2", "0 < complications > 1.2", "not chained", 15),
    ("county in [", "county and [", "not an expression", 17),
    ('["county2", "county3"]', "other", "not an expression", 17),
    ("county in", "not county in", "always", None),
    ("label=risky or urgent", "risky", "one column", 20),
    ("train, test", "a, b", "not a step", 22),
    ("sklearn_split(", "magic_split(", "not a split", 22),
    ("seed=42", "seed='x'", "seed has another type", 22),
    ("seed=42", "color=1", "no 'color'", 22),
    ("    train,", "    everything,", "fitted on", 24),
    ("columns(county)", "columns(nobody)", "no column 'nobody'", None),
    ("columns(county).", "county.", "begins with its columns", 26),
    ("import LogisticRegression", "import Other", "no 'LogisticRegression'", 31),
    ("max_iter=1000", "max_iter=1000, max_iter=1", "given twice", 31),
    ("max_iter=1000", "*[1]", "A star has no meaning", None),
    ("model = LogisticRegression(max_iter=1000)", "", "has no model", None),
    ("labelled = data.label", "spare = patients.limit(1)\nlabelled = data.label", "'spare' is not used", None),
    ("data = (", "data = ((", "Look for a missing bracket", None),
]


@pytest.mark.parametrize(("old", "new", "message", "line"), REFUSED, ids=[f"{n[:30]}" for _, n, _, _ in REFUSED])
def test_what_is_not_in_the_notation_is_refused_with_its_line(old: str, new: str, message: str, line: int | None) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if message == "always":  # a negated membership is fine
        assert plan_hash(parse(text, PLAN)) != plan_hash(PLAN)
        return
    with pytest.raises(PlanTextError) as caught:
        parse(text, PLAN)
    assert message in str(caught.value), caught.value
    assert isinstance(caught.value, UserError)
    if line is not None:
        assert caught.value.plan_line == line


@pytest.mark.parametrize("text", ["", "(" * 5000, "x = " + "-" * 100_000 + "1", "a\0b", "x = " + "f(" * 150 + ")" * 150, "'" * 3])
def test_hostile_text(text: str) -> None:
    with pytest.raises(PlanTextError):
        parse(text, PLAN)
    with pytest.raises(PlanTextError):
        parse("#" * 3_000_000, PLAN)


SPLITS = [
    Split(kind="random", method="numpy_generator_uniform", train_size=0.7, seed=3),
    Split(kind="random", method="numpy_legacy", train_size=0.7, seed=3, in_order=True),
    Split(kind="positional", method="every", every=5, offsets=(0, 2)),
    Split(kind="random", method="numpy_choice", train_size=0.7, seed=3),
    Split(kind="random", method="numpy_legacy_choice", train_size=0.7, seed=3),
    Split(kind="random", method="python_shuffle", test_size=0.25, cut="test_first", seed=3, by=Column("ssn"), groups="sorted"),
    Split(kind="random", method="sklearn", test_size=0.3, seed=3, by=Column("ssn"), groups="sorted"),
    Split(kind="random", method="kfold", folds=5, seed=3),
    Split(kind="random", method="kfold", folds=5, seed=3, first_fold=True),
    Split(kind="random", method="stratified_kfold", folds=3, shuffle=False, stratify=True),
    Split(kind="random", method="group_kfold", folds=3, shuffle=False, by=Column("ssn"), groups="sorted"),
]


@pytest.mark.parametrize("split", SPLITS)
def test_splits_that_scripts_make_by_hand_have_all_faces(split: Split) -> None:
    plan = replace(PLAN, split=split)
    assert loads(dumps(plan)) == plan
    assert parse(render(plan).text, PLAN).split == split


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "random", "method": "sklearn", "stratify": True, "by": Column("county"), "groups": "sorted"},
        {"kind": "random", "method": "python_shuffle", "by": Column("county"), "groups": "shuffled"},
        {"kind": "positional", "method": "every", "every": 5},
        {"kind": "random", "method": "kfold"},
        {"kind": "random", "method": "sklearn", "folds": 3},
        {"kind": "random", "method": "stratified_kfold", "folds": 3},
        {"kind": "positional", "method": "every", "every": 5, "offsets": (2, 1)},
        {"kind": "positional", "method": "every", "every": 5, "offsets": (5,)},
    ],
)
def test_a_split_that_says_too_little_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        Split(**wrong)
