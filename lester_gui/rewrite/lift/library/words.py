"""Words that a script counts by hand: the most common, those in order, and each with how often it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.rewrite.lift.word_values import WordCounts, WordList

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("words", "most_common")
def most_common(lift: Lifter, content: WordCounts, args: Arguments) -> Value:
    """``counts.most_common(n)``."""
    limit = lift.const(args.bind("n", n=None)["n"])
    if content.kind != "counter" or not (limit is None or (type(limit) is int and limit > 0)):
        raise no_rule("most_common of this")
    return WordList(content, "most_common", limit, pairs=True)


@method("words", "items", "keys")
def items(lift: Lifter, content: WordCounts, args: Arguments) -> Value:
    """``counts.items()``, ``counts.keys()``."""
    if content.kind != "counter" or args.positional:
        raise no_rule("items of this")
    return WordList(content, "first_seen", pairs=args.what.endswith("items"))


@method("word list", "index")
def index(lift: Lifter, content: WordList, args: Arguments) -> Value:
    """``vocabulary.index(word)``: a place that the data tell."""
    raise no_rule("the place of a word in a list")
