"""Splits: the script's own the first time, recorded afterwards; nobody else moves."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit, train_test_split

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Column, col, lit, op
from lester_gui.ir.learning import Encode, Label, Model, Split
from lester_gui.ir.nodes import Aggregate, Distinct, Explode, Measure, Node, Project, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.runtime.materialize import materialise
from lester_gui.runtime.script_split import script_sides, script_split
from lester_gui.runtime.split import deal, fetch_side, keyed_side, recorded_split, shares_of_sides
from lester_gui.store.connection import transaction
from tests.runtime.engine import delete_rows, run_plan

READ = Read(name="df", source="df", reader=Reader.PANDAS_CSV, columns=(Field("k", Type.INT), Field("y", Type.INT)), inferred=True)
ROWS = [(i // 2, i % 3 == 0) for i in range(40)]


def csv_of(rows: Sequence[tuple[Any, ...]]) -> bytes:
    return b"k,y\n" + "".join(f"{a},{int(b)}\n" for a, b in rows).encode()


def plan_of(split: Split, prepared: Node = READ) -> Plan:
    return Plan(
        pipeline="p", prepared=prepared, label=Label(expr=op("py_eq", col(prepared.schema.names[-1]), lit(1))), split=split,
        encode=Encode(blocks=()), model=Model(estimator="x"),
    )  # fmt: skip


@pytest.mark.parametrize("count", [10, 23])
def test_the_first_split_is_the_scripts(count: int) -> None:
    numbers = np.arange(count)
    labels = [i % 3 == 0 for i in range(count)]

    def dealt(**options: Any) -> tuple[list[int], list[int]]:
        return script_split(Split(**{"kind": "random", "method": "sklearn", "seed": 42} | options), count, labels, 0)

    for options in ({"test_size": 0.25}, {"test_size": 3}, {"train_size": 0.6}, {"shuffle": False, "test_size": 0.2}, {}):
        seed = None if "shuffle" in options else 42
        train, test = train_test_split(numbers, random_state=seed, **options)
        assert dealt(**options) == (list(train), list(test))
    train, test = train_test_split(numbers, random_state=42, test_size=0.4, stratify=labels)
    assert dealt(test_size=0.4, stratify=True) == (list(train), list(test))

    cut = int(count * 0.8)
    order = list(np.random.RandomState(1).permutation(count))
    assert dealt(method="numpy_legacy", seed=1, train_size=0.8) == (order[:cut], order[cut:])
    cut = int(count * 0.3)
    order = list(np.random.default_rng(1).permutation(count))
    found = dealt(method="numpy_generator", seed=1, test_size=0.3, cut="test_first")
    assert found == (order[cut:], order[:cut])
    order = list(range(count))
    random.Random(5).shuffle(order)
    assert dealt(method="python_shuffle", seed=5, test_size=3) == (order[: count - 3], order[count - 3 :])
    positional = script_split(Split(kind="positional", train_size=0.5), count, None, 0)
    assert positional == (list(range(count // 2)), list(range(count // 2, count)))


def test_every_so_many_rows_and_draws_without_replacement() -> None:
    rows = list(range(13))
    found = script_split(Split(kind="positional", method="every", every=5, offsets=(0, 3)), 13, None, 0)
    assert found == ([i for i in rows if i % 5 not in (0, 3)], [0, 3, 5, 8, 10])
    drawn = [int(i) for i in np.random.default_rng(3).choice(13, 4, replace=False)]
    rest = [i for i in rows if i not in drawn]
    assert script_split(Split(kind="random", method="numpy_choice", train_size=4, seed=3), 13, None, 0) == (drawn, rest)
    drawn = [int(i) for i in np.random.RandomState(3).choice(13, 3, replace=False)]
    rest = [i for i in rows if i not in drawn]
    split = Split(kind="random", method="numpy_legacy_choice", test_size=0.3, cut="test_first", seed=3)
    assert script_split(split, 13, None, 0) == (rest, drawn)
    drawn = random.Random(3).sample(rows, 4)
    rest = [i for i in rows if i not in drawn]
    split = Split(kind="random", method="python_sample", test_size=4, cut="test_first", seed=3)
    assert script_split(split, 13, None, 0) == (rest, drawn)


def test_one_number_per_row_and_sides_in_their_own_order() -> None:
    rows = list(range(20))
    split = Split(kind="random", method="numpy_legacy_uniform", train_size=0.7, seed=5)
    draws = np.random.RandomState(5).rand(20)
    assert script_split(split, 20, None, 0) == ([i for i in rows if draws[i] < 0.7], [i for i in rows if draws[i] >= 0.7])
    split = Split(kind="random", method="numpy_generator_uniform", test_size=0.2, cut="test_first", seed=5)
    draws = np.random.default_rng(5).random(20)
    assert script_split(split, 20, None, 0) == ([i for i in rows if draws[i] >= 0.2], [i for i in rows if draws[i] < 0.2])
    split = Split(kind="random", method="numpy_legacy", train_size=15, seed=5, in_order=True)
    first = [int(i) for i in np.random.RandomState(5).permutation(20)[:15]]
    assert script_split(split, 20, None, 0) == (sorted(first), sorted(set(rows) - set(first)))


@pytest.mark.parametrize("of", ["train", "test"])
def test_a_part_is_dealt_again_as_the_script_does_it(of: str) -> None:
    rows, labels = np.arange(60), [i % 4 == 0 for i in range(60)]
    again = Split(kind="random", method="sklearn", test_size=0.3, seed=2, stratify=True)
    split = Split(kind="random", method="sklearn", test_size=0.4, seed=1, again=again, of=of)
    train, test, y_train, y_test = train_test_split(rows, labels, test_size=0.4, random_state=1)
    part, stratify = (train, y_train) if of == "train" else (test, y_test)
    first, second = train_test_split(part, test_size=0.3, random_state=2, stratify=stratify)
    wanted = {"train": first, "validation": second, "test": test}
    if of == "test":
        wanted = {"train": train, "validation": first, "test": second}
    found = script_sides(split, range(60), [None, labels], 0)
    assert found == {side: list(chosen) for side, chosen in wanted.items()}
    other = script_sides(replace(split, validation="test"), range(60), [None, labels], 0) if of == "test" else found
    assert (other["validation"], other["test"]) == (
        (found["test"], found["validation"]) if of == "test" else (list(second), list(test))
    )


@pytest.mark.parametrize("count", [10, 23, 61])
def test_three_slices_of_a_shuffled_table(count: int) -> None:
    frame = pd.DataFrame({"row": range(count)}).sample(frac=1, random_state=9)
    low, high = int(0.55 * count), int(0.8 * count)
    slices = {"train": frame[:low], "validation": frame[low:high], "test": frame[high:]}
    inner = Split(kind="positional", train_size=0.55, shuffle=False, whole=True)
    cut = Split(kind="positional", train_size=0.8, shuffle=False, again=inner, of="train")
    split = Split(kind="random", method="pandas_sample", train_size=1.0, seed=9, again=cut, of="train")
    assert script_sides(split, range(count), [None] * 3, 0) == {side: list(part["row"]) for side, part in slices.items()}
    assert shares_of_sides(split, []) == pytest.approx({"test": 0.2, "validation": 0.25})


def test_shares_of_parts_that_are_dealt_again() -> None:
    again = Split(kind="random", method="sklearn", test_size=0.25)
    split = Split(kind="random", method="sklearn", test_size=0.4, again=again, of="train")
    assert shares_of_sides(split, []) == pytest.approx({"test": 0.4, "validation": 0.15})
    assert shares_of_sides(replace(split, of="test"), []) == pytest.approx({"test": 0.1, "validation": 0.3})
    assert shares_of_sides(replace(split, of="test", validation="test"), []) == pytest.approx({"test": 0.3, "validation": 0.1})
    known = ["train"] * 6 + ["validation"] + ["test"] * 3
    assert shares_of_sides(replace(split, test_size=3), known) == pytest.approx({"test": 0.3, "validation": 0.1})
    dealt = [keyed_side(1, str(i), {"test": 0.4, "validation": 0.15}) for i in range(4000)]
    assert dealt.count("test") / 4000 == pytest.approx(0.4, abs=0.03)
    assert dealt.count("validation") / 4000 == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize("groups", ["sorted", "first_seen"])
def test_groups_are_dealt_whole(groups: str) -> None:
    persons = ["b", "a", "c", "a", "d", "b", "e", "c"]
    split = Split(
        kind="random", method="numpy_generator", train_size=2, cut="test_first", seed=1, by=col("person"), groups=groups
    )
    train, test = script_split(split, len(persons), persons, 0)
    names = np.array(sorted(set(persons)) if groups == "sorted" else list(dict.fromkeys(persons)))
    np.random.default_rng(1).shuffle(names)
    held = set(names[: len(names) - 2])
    assert test == [i for i, p in enumerate(persons) if p in held]
    assert train == [i for i, p in enumerate(persons) if p not in held]


def test_too_few_rows_and_unknown_methods_are_named() -> None:
    with pytest.raises(UserError, match="1 rows are too few"):
        script_split(Split(kind="random", method="sklearn", test_size=0.25, seed=1), 1, None, 0)
    with pytest.raises(UserError, match="coin"):
        script_split(Split(kind="random", method="coin", test_size=0.25), 4, None, 0)


def sides(connection: Any, run: int) -> dict[str, tuple[str, int]]:
    return {r["row_key"]: (r["side"], r["position"]) for r in recorded_split(connection, run).to_pylist()}


def test_nobody_else_moves_when_rows_go_or_come(tmp_path: Path) -> None:
    plan = plan_of(Split(kind="random", method="sklearn", test_size=0.25, seed=42))
    connection, made, snapshots = run_plan(plan, {"df": csv_of(ROWS)}, tmp_path)
    with connection:
        with transaction(connection):
            assert deal(connection, made.plan, 1).new_rows == 0
            delete_rows(connection, snapshots["df"], [3, 17])
            again = materialise(connection, plan, 2, snapshots)
            dealt = deal(connection, again.plan, 2, recorded_split(connection, 1))
        before, after = sides(connection, 1), sides(connection, 2)
        assert sum(dealt.rows.values()) == 38 and dealt.new_rows == 0
        assert after == {key: place for key, place in before.items() if key not in ("3", "17")}
        with transaction(connection):  # two rows come back: known to nobody, dealt by their person
            connection.execute(
                f"INSERT INTO lester.{snapshots['df'].table_name} VALUES (100, 41, 99, '7,1\n'), (101, 42, 99, '7,0\n')"
            )
            third = materialise(connection, plan, 3, snapshots)
            persons = {"df": {41: "seven", 42: "seven"}}
            assert deal(connection, third.plan, 3, recorded_split(connection, 2), persons).new_rows == 2
        found = sides(connection, 3)
        assert {key: found[key] for key in after} == after
        assert found["41"][0] == found["42"][0] == keyed_side(42, "seven", {"test": 0.25})
        assert found["41"][1] > max(p for s, p in after.values() if s == found["41"][0])


def test_sides_come_in_the_scripts_order(tmp_path: Path) -> None:
    plan = plan_of(Split(kind="random", method="sklearn", test_size=0.25, seed=42, stratify=True))
    connection, made, _ = run_plan(plan, {"df": csv_of(ROWS)}, tmp_path)
    with connection, transaction(connection):
        deal(connection, made.plan, 1)
        train, test = train_test_split(np.array(ROWS), test_size=0.25, random_state=42, stratify=[y for _, y in ROWS])
        assert fetch_side(connection, 1, "df", "train", ["k", "y"]).to_pandas().to_numpy().tolist() == train.astype(int).tolist()
        assert fetch_side(connection, 1, "df", "test", ["k"], hidden=True).column_names == ["k", "__row_no", "__p0"]
        assert fetch_side(connection, 1, "df", "test", ["k"]).column("k").to_pylist() == test[:, 0].tolist()


def test_a_split_by_value_moves_with_the_value(tmp_path: Path) -> None:
    plan = plan_of(Split(kind="expression", test=op("py_ge", col("k"), lit(15))))
    connection, made, _ = run_plan(plan, {"df": csv_of(ROWS)}, tmp_path)
    with connection, transaction(connection):
        dealt = deal(connection, made.plan, 1, pa.table({"row_key": ["1"], "side": ["test"], "position": [0]}))
        assert dealt.rows == {"train": 30, "test": 10}
        assert fetch_side(connection, 1, "df", "test", ["k"]).column("k").to_pylist() == [k for k, _ in ROWS if k >= 15]


def test_groups_and_equal_rows_keep_their_key_when_others_vanish(tmp_path: Path) -> None:
    split = Split(kind="random", method="sklearn", test_size=0.25, seed=42)
    groups = Aggregate(name="g", parent=READ, by=("k",), measures=(Measure("y", "sum", "y"),))
    for prepared in (groups, Distinct(name="d", parent=READ, subset=("k",))):
        plan = plan_of(split, prepared)
        folder = tmp_path / prepared.name
        folder.mkdir()
        connection, made, snapshots = run_plan(plan, {"df": csv_of(ROWS)}, folder)
        with connection, transaction(connection):
            deal(connection, made.plan, 1)
            delete_rows(connection, snapshots["df"], [1, 2, 5])  # group 0 goes, group 2 loses its first row
            again = materialise(connection, plan, 2, snapshots)
            assert deal(connection, again.plan, 2, recorded_split(connection, 1)).new_rows == 0
            before, after = sides(connection, 1), sides(connection, 2)
            assert len(before) == 20 and len(after) == 19
            assert after == {key: before[key] for key in after}


def test_elements_of_a_list_keep_the_side_of_their_place(tmp_path: Path) -> None:
    listed = Project(name="l", parent=READ, assigned=(("k", op("py_split", op("py_str", col("k")), lit("1"))),))
    plan = plan_of(Split(kind="random", method="sklearn", test_size=0.25, seed=42), Explode(name="e", parent=listed, column="k"))
    connection, made, snapshots = run_plan(plan, {"df": csv_of(ROWS)}, tmp_path)
    with connection, transaction(connection):
        deal(connection, made.plan, 1)
        delete_rows(connection, snapshots["df"], [1, 3, 25])  # the rows 3 ("1") and 25 ("12") have two elements each
        again = materialise(connection, plan, 2, snapshots)
        assert deal(connection, again.plan, 2, recorded_split(connection, 1)).new_rows == 0
        before, after = sides(connection, 1), sides(connection, 2)
        gone = {key for key in before if key.partition("~")[0] in ("1", "3", "25")}
        assert len(gone) == 5 and after == {key: place for key, place in before.items() if key not in gone}


def test_everybody_trains_without_a_split(tmp_path: Path) -> None:
    connection, made, _ = run_plan(plan_of(Split(kind="none")), {"df": csv_of(ROWS[:3])}, tmp_path)
    with connection, transaction(connection):
        assert deal(connection, made.plan, 1).rows["train"] == 3


def test_the_last_fold_is_the_test() -> None:
    rows = np.zeros(23)
    labels = [i % 3 for i in range(23)]
    groups = [f"g{i % 7}" for i in range(23)]
    expected = {
        Split(kind="random", method="kfold", folds=5, seed=3): KFold(5, shuffle=True, random_state=3).split(rows),
        Split(kind="random", method="kfold", folds=4, shuffle=False): KFold(4).split(rows),
        Split(kind="random", method="stratified_kfold", folds=3, seed=1, stratify=True): StratifiedKFold(
            3, shuffle=True, random_state=1
        ).split(rows, labels),
        Split(kind="random", method="time_series", folds=4, shuffle=False): TimeSeriesSplit(4).split(rows),
    }
    for split, folds in expected.items():
        train, test = list(folds)[-1]
        assert script_split(split, 23, labels, 0) == (list(train), list(test))
    train, test = list(GroupKFold(3).split(rows, groups=groups))[-1]
    dealt = Split(kind="random", method="group_kfold", folds=3, shuffle=False, by=Column("ssn"), groups="sorted")
    assert script_split(dealt, 23, groups, 0) == (list(train), list(test))
    with pytest.raises(UserError, match="too few"):
        script_split(Split(kind="random", method="kfold", folds=5), 3, None, 0)
