"""One plain sentence about a person: where their rows went and what leaving them out changes.

Phrases are codes with arguments, so that the window can translate and emphasise them; `english` is the command line's wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lester_gui.influence.leave_out import Influence


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person's rows got, over all pipelines: counts from the footprint.

    `somewhere`: there are pipelines in which they may have got further than is known.
    """

    rows: int
    sources: int
    searched: int
    train_rows: int = 0
    test_rows: int = 0
    validation_rows: int = 0
    cells: int = 0
    models: int = 0
    somewhere: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One statement: a code and its arguments by name.

    Codes: ``nothing_found`` (searched), ``reached`` (rows, sources, train, test, cells, models), ``reached_nothing``
    and ``found`` (rows, sources), ``decisions`` (changed, of), ``no_decision`` (of), ``numbers`` (changed, of), ``labels``
    (count), ``shared`` (count, first), ``membership`` (gone, new), ``not_computed``.
    """

    code: str
    args: dict[str, Any]


_ENCODER = {
    "mean": "the mean of {column}",
    "scale": "the spread of {column}",
    "fill": "the value imputed for {column}",
    "category_lost": "a category of {column}",
    "category_new": "a category of {column}",
    "category_order": "the order of categories of {column}",
    "range": "the range of {column}",
    "refitted": "what an encoder learnt from {column}",
}


def sentence(reach: Reach, influences: Sequence[Influence] | None, shared: Sequence[str] = ()) -> tuple[Phrase, ...]:
    """Return the phrases about one person.

    Parameters
    ----------
    reach : Reach
    influences : sequence of Influence or None
        One per pipeline that has been looked at; None: not computed.
    shared : sequence of str
        Values of other people that depend on this person, in words ("the average income of group3"), from the lineage.
    """
    if not reach.rows:
        return (Phrase("nothing_found", {"searched": reach.searched}),)
    own = {"rows": reach.rows, "sources": reach.sources}
    if not (reach.train_rows or reach.test_rows or reach.validation_rows):
        phrases = [Phrase("found" if reach.somewhere else "reached_nothing", own)]
    else:
        counts = {"train": reach.train_rows, "validation": reach.validation_rows, "test": reach.test_rows}
        counts |= {"cells": reach.cells, "models": reach.models}
        phrases = [Phrase("reached", own | counts)]
    if influences is None:
        return (*phrases, Phrase("not_computed", {}))
    decisions = [i for i in influences if i.is_decision]
    if decisions:
        changed, of = sum(len(i.changed_keys) for i in decisions), sum(i.test_rows for i in decisions)
        phrases.append(Phrase("decisions", {"changed": changed, "of": of}) if changed else Phrase("no_decision", {"of": of}))
    numbers = [i for i in influences if not i.is_decision]
    if numbers:
        changed, of = sum(len(i.changed_keys) for i in numbers), sum(i.test_rows for i in numbers)
        phrases.append(Phrase("numbers", {"changed": changed, "of": of}))
    labels = sum(i.others.labels for i in influences)
    if labels:
        phrases.append(Phrase("labels", {"count": labels}))
    gone, new = sum(i.others.gone for i in influences), sum(i.others.new for i in influences)
    if gone or new:
        phrases.append(Phrase("membership", {"gone": gone, "new": new}))
    names = [*shared, *dict.fromkeys(_ENCODER[c.what].format(column=c.column) for i in influences for c in i.encoder)]
    if names:
        phrases.append(Phrase("shared", {"count": len(names), "first": names[0]}))
    return tuple(phrases)


def english(phrases: Sequence[Phrase]) -> str:
    """Return the phrases as English sentences."""
    return " ".join(_say(p) for p in phrases)


def _say(phrase: Phrase) -> str:
    a = phrase.args
    match phrase.code:
        case "nothing_found":
            return f"Nothing found: {_count(a['searched'], 'source')} searched."
        case "found":
            verb = "holds" if a["rows"] == 1 else "hold"
            return f"{_count(a['rows'], 'row')} in {_count(a['sources'], 'source')} {verb} their data."
        case "reached_nothing":
            return f"{_count(a['rows'], 'row')} in {_count(a['sources'], 'source')} reached no training row and no test row."
        case "reached":
            reached = [_count(a["train"], "training row"), _count(a["test"], "test row"), _count(a["cells"], "feature cell")]
            if a["validation"]:
                reached.insert(1, _count(a["validation"], "validation row"))
            start = f"{_count(a['rows'], 'row')} in {_count(a['sources'], 'source')} reached"
            return f"{start} {', '.join(reached)} and {_count(a['models'], 'model')}."
        case "decisions":
            return f"Leaving this person out changes {a['changed']:,} of {_count(a['of'], 'test decision')}."
        case "no_decision":
            return f"Leaving this person out changes none of {_count(a['of'], 'test decision')}."
        case "numbers":
            return f"Leaving this person out moves {a['changed']:,} of {_count(a['of'], 'predicted number')}."
        case "labels":
            return f"{_count(a['count'], 'label')} of other people {'depends' if a['count'] == 1 else 'depend'} on them."
        case "membership":
            parts = [
                f"{_count(n, 'row')} of other people would {verb}"
                for n, verb in ((a["gone"], "drop out"), (a["new"], "come in"))
                if n
            ]
            return f"{', and '.join(parts)}."
        case "shared":
            if a["count"] == 1:
                return f"One value that other people share depends on them: {a['first']}."
            return f"{a['count']:,} values that other people share depend on them, such as {a['first']}."
        case "not_computed":
            return "What leaving this person out changes has not been computed."
    raise ValueError(f"no words for {phrase.code!r}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
