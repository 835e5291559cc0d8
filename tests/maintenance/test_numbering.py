from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.maintenance.numbering import place
from lester_gui.runtime.provenance import STEP


def test_examples() -> None:
    assert place([]) == []
    assert place([None, None]) == [STEP, 2 * STEP]
    assert place([STEP, 3 * STEP]) == [STEP, 3 * STEP]
    assert place([STEP, None, STEP + 1]) == [STEP, 2 * STEP, 3 * STEP]  # no room: all afresh
    assert place([STEP, None]) == [STEP, 2 * STEP]
    assert place([2 * STEP, 3 * STEP, STEP]) == [2 * STEP, 3 * STEP, 4 * STEP]


@settings(max_examples=50)
@given(st.lists(st.one_of(st.none(), st.integers(1, 60)), max_size=30))
def test_always_increasing_and_keeps_what_it_can(numbers: list[int | None]) -> None:
    placed = place(numbers)
    assert len(placed) == len(numbers) and all(a < b for a, b in pairwise(placed))
    assert all(n > 0 for n in placed)
    given_numbers = [n for n in numbers if n is not None]
    in_order = all(a < b for a, b in pairwise(given_numbers))
    if in_order and None not in numbers:
        assert placed == numbers
