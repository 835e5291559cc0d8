"""Edits aimed at what a plan contains: both sides of its constants, ties for its sorts, one and two values for its encoders.

A constant that is one off, a deviation of a column without spread, a category that only the test rows have: data at hand hardly
ever show them, and random edits hit them by luck only.
"""

from __future__ import annotations

import datetime
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lester_gui.ir.expressions import Apply, Expr, Literal, columns_of, walk
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Aggregate, Filter, Node, Project, Read, Sort, Window
from lester_gui.ir.plan import Plan
from lester_gui.verify.sources import SourceTable

Place = tuple[str, str]  # source, column
Change = Callable[[int, str], str]  # (row, cell) → cell
DATE = re.compile(r"\d{4}-\d\d-\d\d")
INTEGER = re.compile(r"\s*[-+]?\d+\s*")
_COMPARING = re.compile(
    r"(pandas|py)_(eq|ne|lt|le|gt|ge)|is_in|contains|startswith|endswith|count_text|replace|coalesce|split_item|word_item"
)
_MEASURED = ("str_len", "word_count")


@dataclass(frozen=True, slots=True)
class Aims:
    """What a plan's steps look at, by source column.

    Attributes
    ----------
    constants : mapping
        (source, column) → the constants it is compared with, as they would stand in a file.
    lengths : mapping
        (source, column) → numbers that its length is compared with.
    encoded, labelled : frozenset
        Columns that become categories of X, and columns that labels are made of.
    sorted, sorted_first : frozenset
        Columns that rows are sorted by; and those of them that are not the last key of their sort, which a wrong plan may have
        added.
    ranked : mapping
        (source, column) → the shares of all rows that are asked for in its quantiles, in ascending order.
    """

    constants: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    lengths: dict[Place, tuple[int, ...]] = field(default_factory=dict)
    encoded: frozenset[Place] = frozenset()
    labelled: frozenset[Place] = frozenset()
    sorted: frozenset[Place] = frozenset()
    sorted_first: frozenset[Place] = frozenset()
    ranked: dict[Place, tuple[float, ...]] = field(default_factory=dict)


def aims(plan: Plan) -> Aims:
    """Return what to aim at in the sources of a plan."""
    constants: dict[Place, dict[str, None]] = {}
    lengths: dict[Place, dict[int, None]] = {}
    for node, expr in _expressions(plan):
        for part in walk(expr):
            if not isinstance(part, Apply) or not _COMPARING.fullmatch(part.operator):
                continue
            found = [a.value for a in part.arguments if isinstance(a, Literal) and a.value is not None]
            places = {p for c in columns_of(part) for p in places_of(node, c)}
            measured = any(isinstance(x, Apply) and x.operator in _MEASURED for x in walk(part))
            for place in sorted(places):
                for value in found:
                    if measured and isinstance(value, int | float):
                        lengths.setdefault(place, {})[int(value)] = None
                    elif not isinstance(value, bool):
                        constants.setdefault(place, {})[str(value)] = None
    for block in plan.encode.blocks:
        named = [c for t in block.chain for step in (t, *_within(t)) for c in _named_categories(step)]
        for place in sorted(p for c in block.columns for p in places_of(plan.prepared, c)) if named else ():
            constants.setdefault(place, {}).update(dict.fromkeys(named))
    encoded = {
        place
        for block in plan.encode.blocks
        if any(step.kind in ("one_hot", "ordinal") for t in block.chain for step in (t, *_within(t)))
        for c in block.columns
        for place in places_of(plan.prepared, c)
    }
    return Aims(
        constants={p: tuple(c) for p, c in constants.items()},
        lengths={p: tuple(n) for p, n in lengths.items()},
        encoded=frozenset(encoded),
        labelled=frozenset(p for c in columns_of(plan.label.expr) for p in places_of(plan.prepared, c)),
        sorted=_sorted(plan),
        sorted_first=_sorted(plan, last=False),
        ranked=_ranked(plan),
    )


def _named_categories(step: Transformer) -> Iterator[str]:
    """Yield the categories that an encoder is told, one list for all of its columns or one for each."""
    told = step.get("categories")
    for value in told if isinstance(told, tuple) else ():
        yield from (str(v) for v in (value if isinstance(value, tuple) else (value,)) if v is not None)


def _ranked(plan: Plan) -> dict[Place, tuple[float, ...]]:
    out: dict[Place, set[float]] = {}
    for node in (n for n in plan.views if isinstance(n, Aggregate) and not n.by):
        for m in node.measures:
            if m.column is not None and (m.share is not None or m.function == "median"):
                for place in places_of(node.parent, m.column):
                    out.setdefault(place, set()).add(0.5 if m.share is None else m.share)
    return {place: tuple(sorted(shares)) for place, shares in out.items()}


def _sorted(plan: Plan, last: bool = True) -> frozenset[Place]:
    orders = [(n.parent, n.by) for n in plan.views if isinstance(n, Sort)]
    orders += [(n.parent, n.order) for n in plan.views if isinstance(n, Window)]
    return frozenset(place for parent, keys in orders for c, _ in (keys if last else keys[:-1]) for place in places_of(parent, c))


def _expressions(plan: Plan) -> Iterator[tuple[Node, Expr]]:
    for node in plan.views:
        if isinstance(node, Filter):
            yield node.parent, node.predicate
        elif isinstance(node, Project):
            yield from ((node.parent, e) for _, e in node.assigned)
    yield plan.prepared, plan.label.expr
    yield from ((plan.prepared, e) for _, e in plan.split.conditions)


def _within(step: Transformer) -> Iterator[Transformer]:
    for branch in step.branches:
        for inner in branch.chain:
            yield inner
            yield from _within(inner)


def origins(node: Node, column: str) -> set[tuple[Read, str]]:
    """Return the source columns that a view's column is made of."""
    if isinstance(node, Read):
        return {(node, column)}
    return {found for i, name in node.definitions().get(column, ()) for found in origins(node.parents[i], name)}


def places_of(node: Node, column: str) -> set[Place]:
    """Return the source columns that a view's column is made of, by name."""
    return {(read.source, name) for read, name in origins(node, column)}


# --- values near a constant --------------------------------------------------------------------------------------------


def near_number(text: str, whole: bool) -> tuple[str, ...]:
    """Return a number and its neighbours on both sides; integers only where `whole`."""
    if INTEGER.fullmatch(text):
        n = int(text)
        return tuple(str(v) for v in dict.fromkeys((n, n + 1, n - 1)))
    value = float(text)
    if whole:
        below = int(value // 1)
        return (str(below), str(below + 1))
    decimals = len(text.partition(".")[2]) if "e" not in text.lower() else 6
    step = 10.0**-decimals
    return tuple(f"{v:.{decimals}f}" for v in (value, value + step, value - step))


def near_date(text: str) -> tuple[str, ...]:
    """Return an ISO date with the days before and after."""
    day = datetime.date.fromisoformat(text)
    return tuple((day + datetime.timedelta(n)).isoformat() for n in (0, 1, -1))


def near_word(text: str) -> tuple[str, ...]:
    """Return a text in other case, with a blank, cut and continued."""
    return tuple(dict.fromkeys((text, text.swapcase(), text + " ", text[:-1], text + "s", "s" + text, text.capitalize())))


def of_length(count: int) -> tuple[str, ...]:
    """Return texts whose number of characters, and texts whose number of words, is just below, at and just above `count`."""
    counts = [n for n in (count - 1, count, count + 1) if n > 0]
    letters = [("ab " * n)[: n - 1].strip().ljust(n, "c") for n in counts]
    return (*letters, *(" ".join(["w"] * n) for n in counts if n < 40))


# --- edits -------------------------------------------------------------------------------------------------------------


def changed(t: SourceTable, changes: Iterable[tuple[int, Change]]) -> SourceTable:
    """Return a table with cells of some columns changed; ragged records stay."""
    rows = [t.fields(r) for r in t.records]
    touched: set[int] = set()
    for column, change in changes:
        for i, row in enumerate(rows):
            if column < len(row) and (new := change(i, row[column])) != row[column]:
                row[column] = new
                touched.add(i)
    return t.with_records(t.record(rows[i], r) if i in touched else r for i, r in enumerate(t.records)) if touched else t


def around_numbers(t: SourceTable, found: Aims, rng: random.Random) -> SourceTable:
    """Put numbers, days and lengths on both sides of the plan's constants into two thirds of the rows."""

    def values(column: str, cells: list[str]) -> list[str]:
        place, whole = (t.source, column), all(INTEGER.fullmatch(c) for c in cells if c.strip())
        out: list[str] = []
        for constant in found.constants.get(place, ()):
            if _is_number(constant) and any(_is_number(c) for c in cells):
                out.extend(near_number(constant, whole))
            elif DATE.fullmatch(constant):
                out.extend(near_date(constant))
        for length in found.lengths.get(place, ()):
            out.extend(of_length(length))
        return out

    return changed(t, _sprinkled(t, values, rng, 2 / 3))


def around_words(t: SourceTable, found: Aims, rng: random.Random) -> SourceTable:
    """Put the plan's words, in other case, cut, with blanks, into the columns that are compared with them."""

    def values(column: str, cells: list[str]) -> list[str]:
        words = [c for c in found.constants.get((t.source, column), ()) if c and not _is_number(c) and not DATE.fullmatch(c)]
        if all(_is_number(c) for c in cells if c.strip()):
            return words  # any other text would stop most scripts, and hide what they do in other columns
        if any(" " in c.strip() for c in cells):
            return [f"{before}{w}{after}" for word in words for w in near_word(word) for before, after in _AROUND]
        return [w for word in words for w in near_word(word)]

    return changed(t, _sprinkled(t, values, rng, 1 / 2))


_AROUND = (("", ""), ("", " and so on"), ("so ", ""), ("so ", " it is"))


def without_word(t: SourceTable, found: Aims, number: int) -> SourceTable:
    """Replace every cell that holds one of the plan's words, the one of this number, by another value of its column."""

    def change(column: int) -> Change | None:
        cells = [c for c in t.cells(column) if c.strip()]
        words = [w for w in found.constants.get((t.source, t.columns[column]), ()) if w in cells and not _is_number(w)]
        others = [c for c in dict.fromkeys(cells) if number < len(words) and c != words[number]]
        return (lambda i, old: others[i % len(others)] if old == words[number] else old) if others else None

    return changed(t, [(c, new) for c in range(len(t.columns)) if (new := change(c)) is not None])


def _sprinkled(
    t: SourceTable, values: Callable[[str, list[str]], list[str]], rng: random.Random, share: float
) -> Iterator[tuple[int, Change]]:
    for column, name in enumerate(t.columns):
        chosen = list(dict.fromkeys(v for v in values(name, t.cells(column)) if t.holds(v)))
        if chosen:
            own = random.Random(f"{rng.random()}/{name}")
            yield column, lambda i, old, own=own, chosen=chosen: own.choice(chosen) if own.random() < share else old  # type: ignore[misc]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text) is not None


def single_values(t: SourceTable, columns: Iterable[int]) -> SourceTable:
    """Give every row of some columns the column's most frequent value: no spread, one category. What is empty stays empty.

    Of a number only the whole part: the sum of many equal decimals is rounded, and what is left of their spread is noise, which
    the script itself divides by.
    """
    values = [(c, [_whole(v) for v in _frequent(t, c)[:1]]) for c in columns]
    return changed(t, [(c, lambda i, old, v=v: v[0] if old else old) for c, v in values if v])  # type: ignore[misc]


def _whole(text: str) -> str:
    whole, point, decimals = text.strip().partition(".")
    return whole + point + "0" * len(decimals) if _is_number(text) and "e" not in text.lower() and whole.strip("+-") else text


def two_values(t: SourceTable, columns: Iterable[int], filled: bool = False) -> SourceTable:
    """Leave two values of each of some columns; what is empty stays empty, unless `filled`."""
    pairs = [(c, _frequent(t, c)[:2]) for c in columns]

    def chosen(p: list[str]) -> Change:
        return lambda i, old: old if old in p or not (old or filled) else p[i % 2]

    return changed(t, [(c, chosen(p)) for c, p in pairs if len(p) == 2])


def crowded(t: SourceTable, found: Aims, end: str) -> SourceTable:
    """Give so many rows the same number that a quantile of its column meets the lowest one, the highest, or the next quantile.

    Parameters
    ----------
    end
        ``lowest``, ``highest`` or ``between``.
    """
    changes: list[tuple[int, Change]] = []
    for column, name in enumerate(t.columns):
        shares = found.ranked.get((t.source, name), ())
        numbers = sorted((v for v in t.cells(column) if _is_number(v)), key=float)
        if not numbers or not shares or (end == "between" and len(shares) < 2):
            continue
        low, high = {"lowest": (0.0, shares[0]), "highest": (shares[-1], 1.0), "between": shares[:2]}[end]
        place = {"lowest": 0, "highest": len(numbers) - 1, "between": int(low * (len(numbers) - 1))}[end]
        every = round(100 * min(1.0, high - low + 0.1))
        changes.append((column, _of_a_hundred(every, numbers[place])))
    return changed(t, changes)


def _of_a_hundred(count: int, value: str) -> Change:
    """A change of so many rows of each hundred, spread over them; what is empty stays empty."""
    return lambda i, old: value if old.strip() and i * 37 % 100 < count else old


def of_other_size(t: SourceTable, columns: Sequence[int]) -> SourceTable:
    """Make numbers of some columns a thousand times as large: mistaken for another column, they are told by their size."""

    def larger(i: int, old: str) -> str:
        text = old.strip()
        if INTEGER.fullmatch(text):
            return text + "000"
        return repr(float(text) * 1000) if _is_number(text) else old

    return changed(t, [(c, larger) for c in columns])


def rare_values(t: SourceTable, columns: Iterable[int], rng: random.Random) -> SourceTable:
    """Leave one row to each value of some columns but the most frequent one, which the others get."""

    def change(column: int) -> Change:
        places: dict[str, list[int]] = {}
        for i, record in enumerate(t.records):
            for value in t.fields(record)[column : column + 1]:
                places.setdefault(value, []).append(i)
        most, kept = next(iter(_frequent(t, column)), ""), {rng.choice(rows) for rows in places.values()}
        return lambda i, old: old if i in kept or not old.strip() else most

    return changed(t, [(c, change(c)) for c in columns])


def few_values(t: SourceTable, columns: Iterable[int], rng: random.Random, keys: frozenset[Place] = frozenset()) -> SourceTable:
    """Draw the cells of some columns from six of their values, small to large: ties for every sort, rank and mode.

    From two where rows are sorted by the column: of several keys all must be equal to make a tie.

    What is empty stays empty here too: a column that loses its last gap has another type in pandas, which is another matter.
    """
    drawn = [(c, _spread(t, c, 2 if (t.source, t.columns[c]) in keys else 6)) for c in columns]
    return changed(t, [(c, lambda i, old, v=v: rng.choice(v) if old else old) for c, v in drawn if v])  # type: ignore[misc]


def others_first(t: SourceTable, columns: Iterable[int]) -> SourceTable:
    """Move a few rows to the top, so that values of some columns are seen first in another order than they were."""
    rows = [t.fields(r) for r in t.records]
    moved: dict[int, None] = {}
    for column in columns:
        places: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            if column < len(row):
                places.setdefault(row[column], []).append(i)
        for value in list(places)[:_VALUES][::-1]:
            moved |= dict.fromkeys(places[value][:_ROWS])
    return t.with_records(t.records[i] for i in [*moved, *(i for i in range(len(rows)) if i not in moved)])


_VALUES, _ROWS = 12, 3  # more rows than one, since steps on the way may drop some


def one_gap(t: SourceTable, columns: Iterable[int]) -> SourceTable:
    """Leave one empty cell in each of some columns that have several, and fill the others with values of the column.

    One is left because a column without any has another type in pandas, which is another matter.
    """
    rows = [t.fields(r) for r in t.records]

    def filled(column: int) -> Change:
        cells = {i: row[column] for i, row in enumerate(rows) if column < len(row)}
        values = [v for v in cells.values() if v.strip()]
        first = next((i for i, v in cells.items() if not v.strip()), None)
        return lambda i, old: old if old.strip() or i == first or not values else values[i % len(values)]

    return changed(t, [(c, filled(c)) for c in columns])


def gaps_in_one(t: SourceTable, found: Aims, number: int) -> SourceTable:
    """Empty some cells of one of the columns that the plan compares with constants, and of no other.

    Gaps in several columns at once may stop a script in another one, and then say nothing of this one.
    """
    columns = [c for c, name in enumerate(t.columns) if (t.source, name) in found.constants]
    return changed(t, [(columns[number], lambda i, old: "" if i % 7 == 2 else old)]) if number < len(columns) else t


def _spread(t: SourceTable, column: int, count: int) -> list[str]:
    values = sorted(set(_frequent(t, column)), key=lambda v: (not _is_number(v), float(v) if _is_number(v) else 0.0, v))
    return [values[(2 * k + 1) * len(values) // (2 * count)] for k in range(count)] if values else []


def _frequent(t: SourceTable, column: int) -> list[str]:
    counts = Counter(v for v in t.cells(column) if v.strip())
    return sorted(counts, key=lambda v: (-counts[v], v))
