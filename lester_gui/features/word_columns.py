"""A column for each word of some texts, as scripts count words by hand: which words have one, and in which order, the rows tell.

scikit-learn's vectorisers take the most frequent words in another order and break ties in another way, so they are no substitute.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

ORDERS = ("sorted", "first_seen", "most_common")


class WordColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """One column per word with how often it stands in a text, or whether it does.

    Parameters
    ----------
    separator : str, optional
        What words are split at; white space when None. With `ended`, it follows every word, so that an empty text has none.
    order : str
        One of `ORDERS`: of the columns. Words that are equally common come in the order in which they are first seen.
    limit : int, optional
        How many of the most common words have a column; all when None.
    least : int
        How often a word has to be there to have one.
    binary : bool
        Whether a cell says 1 however often the word is there.
    unknown : str
        ``ignore`` or ``error``: what becomes of a word that has no column.

    Attributes
    ----------
    words_ : list of str
        The words that have a column, in order.
    """

    def __init__(
        self,
        separator: str | None = None,
        ended: bool = False,
        order: str = "sorted",
        limit: int | None = None,
        least: int = 1,
        binary: bool = False,
        unknown: str = "ignore",
    ) -> None:
        self.separator = separator
        self.ended = ended
        self.order = order
        self.limit = limit
        self.least = least
        self.binary = binary
        self.unknown = unknown

    def fit(self, X: Any, y: object = None) -> WordColumns:
        """Learn which words have a column.

        Raises
        ------
        ValueError
            If there is no such order.
        """
        if self.order not in ORDERS or self.unknown not in ("ignore", "error"):
            raise ValueError(f"words have no order {self.order!r}, or {self.unknown!r} is no answer to unknown ones")
        counts = Counter(word for text in X for word in self._words(text))
        kept = [w for w, n in (counts.most_common(self.limit) if self.limit is not None else counts.items()) if n >= self.least]
        if self.order == "most_common":
            kept.sort(key=lambda w: -counts[w])
        self.words_ = sorted(kept) if self.order == "sorted" else kept
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the columns of texts, shape (n, words).

        Raises
        ------
        ValueError
            If a word has no column and the script would fail on it.
        """
        texts = list(X)
        places = {w: i for i, w in enumerate(self.words_)}
        out = np.zeros((len(texts), len(places)))
        for row, text in enumerate(texts):
            for word in self._words(text):
                place = places.get(word)
                if place is None:
                    if self.unknown == "error":
                        raise ValueError("a word has no column")
                    continue
                out[row, place] = 1 if self.binary else out[row, place] + 1
        return out

    def get_feature_names_out(self, input_features: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the words."""
        return np.array(self.words_, dtype=object)

    def _words(self, text: str) -> list[str]:
        words = text.split(self.separator)
        return words[:-1] if self.ended else words
