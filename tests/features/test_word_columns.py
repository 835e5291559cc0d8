"""Words counted by hand: loops over Python's own Counter are the oracle."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_gui.features.word_columns import WordColumns

TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "late", ""]), max_size=6), min_size=1, max_size=6)


@given(TEXTS, st.sampled_from([None, 1, 2, 10]), st.integers(1, 3), st.booleans())
def test_columns_are_those_of_a_counter(rows: list[list[str]], limit: int | None, least: int, binary: bool) -> None:
    texts = ["".join(f"{w}\x1f" for w in row) for row in rows]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row)
    expected = {
        "most_common": [w for w, n in counts.most_common(limit) if n >= least],
        "sorted": sorted(w for w, n in counts.most_common(limit) if n >= least),
    }
    if limit is None:
        expected["first_seen"] = [w for w, n in counts.items() if n >= least]
    for order, vocabulary in expected.items():
        made = WordColumns("\x1f", True, order, limit, least, binary).fit(texts)
        assert made.words_ == vocabulary
        by_hand = [[int(w in row) if binary else row.count(w) for w in vocabulary] for row in rows]
        np.testing.assert_array_equal(made.transform(texts), np.array(by_hand, dtype=float).reshape(len(rows), len(vocabulary)))


def test_words_that_no_column_has() -> None:
    made = WordColumns().fit(["a b"])
    assert made.transform(["b c b", ""]).tolist() == [[0, 2], [0, 0]]
    with pytest.raises(ValueError, match="no column"):
        WordColumns(unknown="error").fit(["a b"]).transform(["c"])
    with pytest.raises(ValueError, match="no order"):
        WordColumns(order="longest").fit(["a"])
