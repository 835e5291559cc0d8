"""Edits aimed at a plan: they put values on both sides of its constants, and leave everything else as it is."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lester_gui.ir.nodes import Reader
from lester_gui.verify import aimed
from lester_gui.verify.mutations import mutate
from lester_gui.verify.originals import Originals
from lester_gui.verify.sources import SourceTable, load
from tests.verify.small_projects import letters, letters_plan, shop, shop_plan


@pytest.fixture
def orders(tmp_path: Path) -> SourceTable:
    sample = shop(tmp_path)
    return load(sample.plan, tmp_path, sample.original.sources)["orders"]


def test_aims_are_traced_to_the_sources() -> None:
    found = aimed.aims(shop_plan())
    assert found.constants == {("orders", "amount"): ("20",)}
    assert found.encoded == {("customers", "country")}
    found = aimed.aims(letters_plan())
    assert found.lengths == {("letters", "text"): (20,)}
    assert set(found.constants["letters", "day"]) == {"2023-01-01", "2024-06-01", "2024-01-01"}


@pytest.mark.parametrize(
    ("text", "whole", "near"),
    [
        ("20", True, {"19", "20", "21"}),
        ("0.5", False, {"0.4", "0.5", "0.6"}),
        ("0.5", True, {"0", "1"}),
        ("-1.25", False, {"-1.26", "-1.25", "-1.24"}),
    ],
)
def test_both_sides_of_a_number(text: str, whole: bool, near: set[str]) -> None:
    assert set(aimed.near_number(text, whole)) == near


def test_both_sides_of_a_day_and_a_length() -> None:
    assert set(aimed.near_date("2024-03-01")) == {"2024-02-29", "2024-03-01", "2024-03-02"}
    texts = aimed.of_length(20)
    assert {19, 20, 21} <= {len(t) for t in texts}
    assert {19, 20, 21} <= {len(t.split()) for t in texts}


def test_numbers_go_to_both_sides(orders: SourceTable) -> None:
    edited = aimed.around_numbers(orders, aimed.aims(shop_plan()), random.Random(1))
    assert {"19", "20", "21"} <= set(edited.cells(1))
    assert edited.cells(0) == orders.cells(0)


def test_one_value_two_values_and_ties(orders: SourceTable) -> None:
    assert len(set(aimed.single_values(orders, [1]).cells(1))) == 1
    assert len(set(aimed.two_values(orders, [1]).cells(1))) == 2
    tied = aimed.few_values(orders, [1], random.Random(1)).cells(1)
    assert 1 < len(set(tied)) <= 6
    assert {min(map(int, tied)), max(map(int, tied))} <= {5, 19, 20, 21, 40, 80, 100}


def test_what_is_empty_stays_empty(orders: SourceTable) -> None:
    with_gap = orders.edited(3, 1, "")
    for edited in (aimed.single_values(with_gap, [1]), aimed.few_values(with_gap, [1], random.Random(1))):
        assert edited.cells(1)[3] == ""
        assert edited.cells(1).count("") == 1


def test_values_are_seen_first_in_another_order(orders: SourceTable) -> None:
    moved = aimed.others_first(orders, [1])
    seen, before = (list(dict.fromkeys(t.cells(1))) for t in (moved, orders))
    assert seen == [*before[:12][::-1], *before[12:]]
    assert sorted(moved.records) == sorted(orders.records)


def test_one_gap_of_several_is_left(orders: SourceTable) -> None:
    gaps = orders.edited(2, 1, "").edited(3, 1, "").edited(5, 1, "")
    edited = aimed.one_gap(gaps, [0, 1])
    assert [i for i, v in enumerate(edited.cells(1)) if not v] == [2]
    assert set(edited.cells(1)) <= {"", *gaps.cells(1)} and edited.cells(0) == orders.cells(0)


def test_a_word_of_the_plan_is_left_out(orders: SourceTable) -> None:
    word = next(v for v in orders.cells(0) if not v.isdigit())
    found = aimed.Aims(constants={("orders", orders.columns[0]): ("7", "no such word", word)})
    edited = aimed.without_word(orders, found, 0)
    assert word not in edited.cells(0) and edited.cells(1) == orders.cells(1)
    assert aimed.without_word(orders, found, 1) is orders


def test_words_in_columns_of_numbers_are_only_the_plan_s_own(orders: SourceTable) -> None:
    found = aimed.Aims(constants={("orders", orders.columns[1]): ("", "none")})
    edited = aimed.around_words(orders, found, random.Random(1))
    assert "none" in edited.cells(1)
    assert set(edited.cells(1)) <= {"none", *orders.cells(1)}


def test_same_seed_same_inputs(tmp_path: Path) -> None:
    sample = letters(tmp_path)
    assert sample.plan.reads[0].reader is Reader.PYTHON_LINES
    tables = load(sample.plan, tmp_path, sample.original.sources)
    one, two = (list(mutate(sample.plan, sample.original.script.text, tables)) for _ in range(2))
    assert [(i.name, i.sources) for i in one] == [(i.name, i.sources) for i in two]
    assert {"both sides of the plan's numbers", "ties", "other empty cells"} <= {i.name for i in one}


def test_kept_runs_are_not_run_again(tmp_path: Path, sandbox: object) -> None:
    from lester_gui.progress import silent
    from lester_gui.sandbox import Sandbox

    assert isinstance(sandbox, Sandbox)
    sample = shop(tmp_path)
    tables = load(sample.plan, tmp_path, sample.original.sources)
    first = {t.path: t.with_records(t.records[:40]).content for t in tables.values()}
    names = frozenset({"data"})
    kept = Originals(sample.original, sandbox, keep=True)
    one, two = (kept.on(first, names, 60.0, silent()) for _ in range(2))
    assert one is two
    assert kept.runs == 1
    other = kept.on({t.path: t.content for t in tables.values()}, names, 60.0, silent())
    assert other is not one
    assert kept.runs == 2


def test_quantiles_meet_the_ends_and_each_other(orders: SourceTable) -> None:
    column = orders.columns.index("amount")
    found = replace(aimed.aims(shop_plan()), ranked={("orders", "amount"): (0.25, 0.5)})

    def amounts(end: str) -> pd.Series:
        return pd.Series([float(v) for v in aimed.crowded(orders, found, end).cells(column) if v.strip()])

    assert amounts("lowest").quantile(0.25) == amounts("lowest").min() < amounts("lowest").quantile(0.5)
    assert amounts("highest").quantile(0.5) == amounts("highest").max()
    assert amounts("between").quantile(0.25) == amounts("between").quantile(0.5) < amounts("between").max()


def test_numbers_of_another_size_and_categories_of_one_row(orders: SourceTable) -> None:
    column = orders.columns.index("amount")
    for old, new in zip(orders.cells(column), aimed.of_other_size(orders, [column]).cells(column), strict=True):
        assert (not old.strip() and new == old) or float(new) == pytest.approx(1000 * float(old))
    rare = Counter(aimed.rare_values(orders, [column], random.Random(1)).cells(column))
    assert sorted(rare.values())[:-1] == [1] * (len(rare) - 1)


def test_two_values_where_gaps_are_filled(orders: SourceTable) -> None:
    column = orders.columns.index("amount")
    emptied = orders.edited(0, column, "")
    assert "" in aimed.two_values(emptied, [column]).cells(column)
    assert len(set(aimed.two_values(emptied, [column], filled=True).cells(column))) == 2
