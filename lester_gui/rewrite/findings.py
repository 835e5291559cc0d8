"""What a reader should know about a script: not faults of the rewrite, which does what the script does, but of the script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.plan import Plan

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.records import Found


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind : str
        ``stale-variable``, ``fitted-before-split``, ``categories-before-split``, ``duplicate-join-keys``, ``unguarded-lookup``,
        ``separator-in-field``, ``copy-on-write``, ``unstable-sort``, ``fitted-several-times`` or ``missing-in-function``.
    line : int
        The script's line, 1-based.
    title, text, effect : str
        A headline, what happens, and what that means for the people in the data; no values from data.
    alternative : Plan, optional
        The plan that the script's author probably meant, so that its difference can be counted. Never adopted on its own.
    """

    kind: str
    line: int
    title: str
    text: str
    effect: str = ""
    alternative: Plan | None = None


WORDS: dict[str, tuple[str, str, str]] = {
    "fitted-before-split": (
        "Encoders see the test rows",
        "The statistics of {subject} are taken over all rows before the split, test rows included.",
        "A person in the test set changes the numbers that the model learns from, and its test score is too good.",
    ),
    "categories-before-split": (
        "Columns stand for the categories of all rows",
        "The one-hot columns of {subject} are those of all values, test rows included; nothing else is taken from test rows.",
        "A category that only test rows have is a column from which the model learns nothing; without its last row, it is gone.",
    ),
    "copy-on-write": (
        "An assignment without effect",
        "The assignment to {subject} changes a copy; the table stays as it was.",
        "The rewrite leaves the table as it was, too.",
    ),
    "fitted-several-times": (
        "One line fits several models",
        "The line that fits {subject} runs {detail} times; the plan holds the model that is fitted last.",
        "Models that the same line fitted before are not managed.",
    ),
    "unstable-sort": (
        "Rows with equal keys may change places",
        "Sorting by {subject} keeps no order among equal keys: where they end up hangs on NumPy and the processor.",
        'The plan sorts as NumPy does on this machine; kind="stable" would give the same rows everywhere.',
    ),
    "missing-in-function": (
        "A function may be called with missing values",
        "The function applied to {subject} is called for missing values, too.",
        "",
    ),
    "unguarded-lookup": (
        "A missing key would end the script",
        "{subject} is read without asking whether the key is there; the script would stop at a row without one.",
        "If the last row with a key is erased, the script may no longer run; the plan leaves such rows out.",
    ),
    "duplicate-join-keys": (
        "Of several entries with one key, the {detail} one counts",
        "{subject} keeps one entry for each key; if a key occurs twice, the {detail} entry is the one that is used.",
        "Erasing a person whose entry counts brings another entry with the same key back.",
    ),
    "separator-in-field": (
        "A separator inside a field would move values",
        "The lines of {subject} are split by position; a field that holds the separator would shift the fields after it.",
        "",
    ),
}


def findings(lift: Lifter, alternative: Plan | None) -> tuple[Finding, ...]:
    """Return what was found, in order of lines; `alternative` is the plan without stale variables."""
    out = [worded(found) for found in lift.found if found.kind in WORDS]
    stale = sorted(lift.read_stale[i] for i in lift.used_last if i in lift.read_stale)
    if stale:
        names = ", ".join(dict.fromkeys(n for _, n in stale))
        many = len({n for _, n in stale}) > 1
        out.append(
            Finding(
                "stale-variable",
                stale[0][0],
                "A value of the last row is used for every row",
                f"{names} {'are' if many else 'is'} set by an earlier loop, so here {'they hold' if many else 'it holds'} "
                "what its last row left behind.",
                "Whoever stands in that row decides the result for everybody; without them, somebody else does.",
                alternative,
            )
        )
    return tuple(sorted(out, key=lambda f: f.line))


def worded(found: Found) -> Finding:
    """Return a finding in words."""
    title, text, effect = WORDS[found.kind]
    said = {"subject": found.subject or "a column", "detail": found.detail}
    return Finding(found.kind, found.line, title.format(**said), text.format(**said), effect)
