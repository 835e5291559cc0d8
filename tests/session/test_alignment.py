"""Rows of a table found again in one that lacks some."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.session.alignment import match


def scaled(values: list[float]) -> list[float]:
    array = np.array(values)
    return [float(v) for v in (array - array.mean()) / (array.std() or 1.0)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=2, max_size=30), st.data())
def test_rows_that_stay_are_found_by_what_does_not_shift(rows: list[tuple[str, int]], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=len(rows) - 1))
    kept = [r for i, r in enumerate(rows) if i not in gone]

    def table(part: list[tuple[str, int]]) -> dict[str, list[object]]:
        return {"name": [n for n, _ in part], "number": [v for _, v in part], "z": list(scaled([float(v) for _, v in part]))}

    found = match(table(rows), table(kept))
    assert found is not None
    assert found.complete
    assert len(found.gone) == len(gone)
    for i, place in enumerate(found.place):
        assert place is None or kept[place] == rows[i]


def test_a_label_that_moves_for_somebody_else_hides_nobody() -> None:
    before = {"id": [1, 2, 3, 4], "label": [True, True, False, True]}
    after = {"id": [1, 3, 4], "label": [True, True, False]}
    found = match(before, after)
    assert found is not None
    assert found.place == (0, None, 1, 2)


def test_scaled_numbers_that_occur_before_by_chance_mislead_nobody() -> None:
    rows = [("a", n) for n in (0, 1, 1, 2, 3, 3, 3, 2)] + [("b", 2), ("a", 3)]
    kept = [rows[6], rows[8]]

    def table(part: list[tuple[str, int]]) -> dict[str, list[object]]:
        return {"name": [n for n, _ in part], "number": [v for _, v in part], "z": list(scaled([float(v) for _, v in part]))}

    found = match(table(rows), table(kept))
    assert found is not None and found.complete
    assert found.place[8] == 1


def test_nothing_is_matched_without_a_stable_column() -> None:
    assert match({"z": [0.5, -0.5]}, {"z": [0.25]}) is None
