"""Nothing of a value survives its disguise but what the script itself spells out."""

import datetime
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.rewrite.ollama.disguise import Style, disguise, reveals, same_order
from lester_gui.rewrite.ollama.lookalikes import look_alikes
from lester_gui.rewrite.ollama.oracle import Table
from lester_gui.rewrite.ollama.shapes import Shape, shape_of

WORDS = tuple(map(Literal, ("premium", "negative", 60, "2024-01-31")))


def one(values, literals=WORDS, style=Style.PLAIN):
    table = Table(tuple(f"c{i}" for i in range(len(values))), (tuple(values),))
    return list(disguise({"t": table}, literals, style)["t"].rows[0])


def test_kept_are_gaps_truth_small_numbers_and_the_scripts_own_words():
    kept = [None, "", "  ", True, False, 0, 1, -1, 0.0, 1.0, "True", "None", "premium", 60, "2024-01-31", math.inf]
    for style in Style:
        assert one(kept, style=style) == kept
    assert math.isnan(one([math.nan])[0])


@pytest.mark.parametrize("style", [Style.PLAIN, Style.SHAPED])
def test_every_other_value_is_invented_and_looks_alike(style):
    real = [
        "jane.roe@bank.test",
        "Jane",
        "Jane Roe",
        "ROE",
        "00417",
        "93127",
        "1913-11-27",
        "12.75",
        "2023-03-04 10:11",
        47,
        3.25,
    ]
    real += [datetime.date(1913, 11, 27), datetime.datetime(1913, 11, 27, 3, 4)]
    made = one(real, style=style)
    for a, b in zip(real, made, strict=True):
        assert a != b and type(a) is type(b)
        if isinstance(a, str):
            assert shape_of(a) is shape_of(b)
            assert a.lower() not in b.lower()
    assert made[4].startswith("0") and len(made[4]) == 5 and len(made[5]) == 5


def test_ranked_texts_keep_their_order_and_nothing_else():
    real = sorted(["jane.roe@bank.test", "Jane", "ROE", "00417", "1913-11-27", "zoe", "premium", "prime", "1913-11-28 10:00"])
    made = one(real, style=Style.RANKED)
    assert made == sorted(set(made))
    assert [a for a, b in zip(real, made, strict=True) if a == b] == ["premium"]
    assert same_order({"t": Table(("c",), tuple((v,) for v in real))}, {"t": Table(("c",), tuple((v,) for v in made))})
    assert not same_order({"t": Table(("c",), (("a",), ("b",)))}, {"t": Table(("c",), (("b",), ("a",)))})


def test_capitals_and_outer_blanks_are_kept_apart_from_the_person():
    made = one(["Jane", "jane", " jane ", "JANE"])
    assert made[0].lower() == made[1] == made[2].strip() == made[3].lower()
    assert made[2] == f" {made[1]} "
    assert len(set(made)) == 4


def test_the_scripts_words_stay_inside_texts_in_their_capitals():
    made = one(["a Negative answer from Jane", "NEGATIVE!"])
    assert "Negative" in made[0] and "Jane" not in made[0] and "answer" not in made[0]
    assert made[1].startswith("NEGATIVE")


def test_days_and_numbers_stay_on_their_side_of_the_scripts_own():
    days = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-03-05"]
    made = one(days)
    assert made == sorted(made) and made[0] < "2024-01-31" == made[1] < made[2]
    numbers = [12, 59, 60, 61, 2.5, 70.25]
    made = one(numbers)
    assert sorted(made) == [made[numbers.index(n)] for n in sorted(numbers)]
    assert made[2] == 60 and all(float(m).is_integer() == float(n).is_integer() for m, n in zip(made, numbers, strict=True))


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=12),
    st.emails(),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)),
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2030, 1, 1)),
    st.lists(st.floats(0, 1), max_size=3),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from(Style))
def test_equal_stays_equal_and_different_stays_different(values, style):
    made = one(values, style=style)
    for a, b in zip(values, made, strict=True):
        for c, d in zip(values, made, strict=True):
            if type(a) is type(c) and not isinstance(a, list | float):
                assert (a == c) == (b == d)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-500, 500) | st.sampled_from([60, 0]), min_size=2, max_size=8, unique=True))
def test_the_order_of_whole_numbers_is_kept(values):
    made = one(values)
    assert [made[values.index(v)] for v in sorted(values)] == sorted(made)


def test_the_same_person_is_the_same_in_all_tables():
    tables = {"a": Table(("x",), (("jane@x.test",), ("bob@x.test",))), "b": Table(("y", "z"), (("bob@x.test", 3),))}
    made = disguise(tables, (), Style.PLAIN)
    assert made["a"].rows[1][0] == made["b"].rows[0][0] != made["a"].rows[0][0]


def test_a_result_that_holds_a_real_text_is_noticed():
    real = {"t": Table(("who",), (("jane@x.test",),))}
    shown = disguise(real, (), Style.PLAIN)
    assert reveals(Table(("who",), (("jane@x.test!",),)), real, shown, "x = 1")
    assert not reveals(shown["t"], real, shown, "x = 1")
    assert not reveals(Table(("who",), (("jane@x.test",),)), real, shown, "OWNER = 'jane@x.test'")


SCHEMA = Schema(
    (
        Field("mail", Type.STR),
        Field("level", Type.STR),
        Field("sent", Type.STR),
        Field("note", Type.STR, True),
        Field("age", Type.INT),
        Field("weight", Type.FLOAT),
        Field("born", Type.DATE),
        Field("seen", Type.TIMESTAMP),
        Field("ok", Type.BOOL),
        Field("vector", Type.FLOATS),
        Field("tags", Type.STRS),
    )
)


def test_look_alikes_have_kinds_gaps_repetitions_and_the_scripts_words():
    day = datetime.date(1950, 2, 1)
    real = [
        (
            f"canary{i // 2}@x.test",
            ("premium", "basic")[i % 2],
            f"2024-0{i + 1}-11",
            "",
            77 + i,
            61.5,
            day,
            day,
            True,
            [0.3],
            ["canary"],
        )
        for i in range(4)
    ]
    made = look_alikes(SCHEMA, WORDS, real)
    assert len(made) == 4
    assert "canary" not in repr(made)
    mails, levels, sent = ([row[i] for row in made] for i in range(3))
    assert all(shape_of(m) is Shape.MAIL for m in mails)
    assert mails[0] == mails[1] != mails[2] == mails[3]
    assert "premium" in levels and set(levels) != {"premium"}
    assert {s < "2024-01-31" for s in sent} == {True, False}
    assert made[3][3] == ""
    assert not {row[4] for row in made} & {77, 78, 79, 80}


def test_look_alikes_without_any_data():
    made = look_alikes(SCHEMA, ())
    assert made[3][3] is None
    assert all(len(row) == len(SCHEMA) for row in made)
