"""Other data for script and plan: edited copies of a sample, each aimed at something that a wrong rewrite gets wrong.

That both agree on the data at hand says little: a last-wins dict and a first-wins join differ only where a key repeats, `<` and
`<=` only on the boundary. So keys are repeated and left without partner, cells emptied, and the script's own constants put into
the data.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lester_gui.ir.nodes import Join
from lester_gui.ir.plan import Plan
from lester_gui.verify import aimed
from lester_gui.verify.aimed import Aims, changed, origins
from lester_gui.verify.sources import SourceTable, contents

Tables = Mapping[str, SourceTable]
FEW = 20  # a column with no more distinct values is a category
LONG = 12  # text longer than this on average is prose


@dataclass(frozen=True, slots=True)
class MutatedInput:
    """One input: what was done, and the source files by path."""

    name: str
    sources: Mapping[str, bytes] = field(repr=False)
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the columns of a source look like as text: numbers, flags (true and false), categories, prose, the rest, join keys."""

    numbers: tuple[int, ...]
    categories: tuple[int, ...]
    prose: tuple[int, ...]
    keys: tuple[int, ...]
    others: tuple[int, ...] = ()
    flags: tuple[int, ...] = ()


def mutate(plan: Plan, script: str, tables: Tables, seed: int = 0, kinds: frozenset[str] | None = None) -> Iterator[MutatedInput]:
    """Yield mutated inputs made from a sample, the sample itself first.

    Parameters
    ----------
    plan
        For the columns that joins use.
    script
        The script's text, for its constants.
    tables
        The sample.
    seed
        Same seed, same inputs.
    kinds
        Names of the edits to make, all when None; the sample and one row of each are always there.
    """
    profiles = {name: profile(t, join_columns(plan).get(name, frozenset())) for name, t in tables.items()}
    constants = script_constants(script)
    targets = aimed.aims(plan)
    yield _input("a sample", tables)
    for name, change in _MUTATIONS:
        if kinds is not None and name not in kinds:
            continue
        edited = {}
        for source, t in tables.items():
            rng = random.Random(f"{seed}/{name}/{source}")
            edited[source] = change(t, profiles[source], rng, constants, targets)
        if any(edited[s].records != t.records for s, t in tables.items()):
            yield _input(name, edited)
    yield _input("one row each", {s: t.with_records(t.records[:1]) for s, t in tables.items()})


def _input(name: str, tables: Tables) -> MutatedInput:
    return MutatedInput(name, contents(tables), {s: len(t.records) for s, t in tables.items()})


# --- looking at the data -----------------------------------------------------------------------------------------------


def join_columns(plan: Plan) -> dict[str, frozenset[str]]:
    """Return per source the columns whose values joins compare."""
    out: dict[str, set[str]] = {}
    for node in plan.views:
        if isinstance(node, Join):
            for left, right in node.on:
                for read, column in [*origins(node.left, left), *origins(node.right, right)]:
                    out.setdefault(read.source, set()).add(column)
    return {s: frozenset(c) for s, c in out.items()}


def profile(table: SourceTable, keys: frozenset[str]) -> Profile:
    """Return what the columns of a source look like."""
    numbers, categories, prose, key_columns, others, flags = [], [], [], [], [], []
    for i, name in enumerate(table.columns):
        values = [v for v in table.cells(i) if v.strip()]
        if name in keys:
            key_columns.append(i)
        if not values:
            continue
        if all(_is_number(v) for v in values):
            numbers.append(i)
        elif {v.strip().lower() for v in values} <= _FLAGS:
            flags.append(i)  # text in such a column stops most scripts, and would hide what it does in the others
        elif len(set(values)) <= FEW:
            categories.append(i)
        elif sum(map(len, values)) / len(values) > LONG and any(" " in v for v in values):
            prose.append(i)
        elif name not in keys:
            others.append(i)
    return Profile(tuple(numbers), tuple(categories), tuple(prose), tuple(key_columns), tuple(others), tuple(flags))


_FLAGS = frozenset({"true", "false"})


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text) is not None


def script_constants(script: str) -> tuple[str, ...]:
    """Return texts and numbers that the script names, as they would stand in a file."""
    tree = ast.parse(script)
    compared = [c for node in ast.walk(tree) if isinstance(node, ast.Compare) for c in ast.walk(node)]
    listed = [c for node in ast.walk(tree) if isinstance(node, ast.List | ast.Tuple | ast.Set) for c in node.elts]
    prose = {id(s.value) for s in ast.walk(tree) if isinstance(s, ast.Expr)}
    out: dict[str, None] = {}
    for node in [*compared, *listed, *ast.walk(tree)]:  # what is compared comes first
        if isinstance(node, ast.Constant) and id(node) not in prose and type(node.value) in (int, float, str):
            text = str(node.value)
            if text and len(text) < 60 and "\n" not in text:
                out[text] = None
    return tuple(out)


# --- the mutations -----------------------------------------------------------------------------------------------------


def _some(table: SourceTable, rng: random.Random, count: int) -> list[int]:
    return sorted(rng.sample(range(len(table.records)), min(count, len(table.records))))


def _repeat_keys(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Give some rows the key of another row, and all their other cells: both before and after it."""
    if not p.keys or len(t.records) < 2:
        return t
    records = list(t.records)
    for i in _some(t, rng, max(3, len(records) // 20)):
        fields, other = t.fields(records[i]), t.fields(rng.choice(t.records))
        if len(fields) == len(other):
            merged = [a if j in p.keys else b for j, (a, b) in enumerate(zip(fields, other, strict=True))]
            records.insert(rng.randrange(len(records) + 1), t.record(merged, records[i]))
    return t.with_records(records)


def _strangers(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    for i in _some(t, rng, max(3, len(t.records) // 10)):
        for column in p.keys[:1]:
            fields = t.fields(t.records[i])
            if column < len(fields):
                t = t.edited(i, column, _other_text(fields[column], rng))
    return t


def _other_text(value: str, rng: random.Random) -> str:
    """Return text of the same shape that hardly occurs."""
    letters = "qwxyzjkv"
    changed = [
        rng.choice("0123456789") if c.isdigit() else rng.choice(letters) if c.isalpha() and c.islower() else c for c in value
    ]
    return "".join(changed) or "zq"


def _empty(columns: Callable[[Profile], Sequence[int]], text: str) -> Callable[..., SourceTable]:
    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        for column in columns(p):
            for i in _some(t, rng, 3):
                t = t.edited(i, column, text)
        return t

    return change


def _without_fields(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Take fields out of some objects of JSON: that is not the same as a null in them."""
    if not t.read.reader.is_json:
        return t
    records = list(t.records)
    for name in t.columns:
        for i in _some(t, rng, 2):
            records[i] = t.without(records[i], name)
    return t.with_records(records)


def _quotes(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    for column in p.prose or p.categories[:1]:
        for i in _some(t, rng, 4):
            fields = t.fields(t.records[i])
            if column < len(fields):
                t = t.edited(i, column, f'"{fields[column]}"')
    return t


def _blanks_around(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    def change(i: int, old: str) -> str:
        return f" {old} " if rng.random() < 0.1 else old

    return changed(t, [(c, change) for c in sorted({*p.categories, *p.prose, *p.keys} - set(p.numbers))])


def _blank_line(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    records = list(t.records)
    records.insert(len(records) // 2, b"\n")
    return t.with_records(records)


def _new_categories(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Categories that one row has: so many that some are seen in the test rows only."""
    for column in _categories(t, p, targets):
        for number, i in enumerate(_some(t, rng, max(12, len(t.records) // 2))):
            t = t.edited(i, column, f"Zq{number}")
    return t


def _few_new_categories(parity: int) -> Callable[..., SourceTable]:
    """A few categories that one row has, in every other column that is encoded: so few that most scripts go on."""

    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        for column in _encoded(t, p, targets)[parity::2]:
            for number, i in enumerate(_some(t, rng, max(8, len(t.records) // 10))):
                t = t.edited(i, column, f"Zq{number}")
        return t

    return change


def _rare_categories(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """One row for each value but the most frequent one, where few are encoded: some are in the test rows only."""
    return aimed.rare_values(t, [c for c in _encoded(t, p, targets) if len(set(t.cells(c))) <= FEW], rng)


def _encoded(t: SourceTable, p: Profile, targets: Aims) -> list[int]:
    """Text columns that become categories of X."""
    places = [(i, (t.source, name)) for i, name in enumerate(t.columns)]
    return [i for i, at in places if at in targets.encoded and i not in {*p.numbers, *p.flags, *p.keys}]


def _categories(t: SourceTable, p: Profile, targets: Aims) -> list[int]:
    encoded = {i for i, name in enumerate(t.columns) if (t.source, name) in targets.encoded and i not in (*p.numbers, *p.flags)}
    return sorted((encoded | set(p.categories)) - set(p.keys))


def _constants(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Put the script's constants where they fit: numbers into numbers, dates into dates, words into prose."""
    if not t.records:
        return t
    for column in range(len(t.columns)):
        shapes = {_shape(v) for v in t.cells(column) if v}
        room = max(8, len(t.records) // 10)
        for constant in constants:
            fits = column in p.numbers if _is_number(constant) else _shape(constant) in shapes
            if column in p.flags and constant.lower() not in _FLAGS:
                continue
            if fits and (column not in p.keys or not _is_number(constant)):
                room -= 1
                for i in _some(t, rng, 2) if room >= 0 else ():
                    t = t.edited(i, column, constant)
            elif column in p.prose and not _is_number(constant) and constant.replace(" ", "").isalnum():
                i = rng.randrange(len(t.records))
                fields = t.fields(t.records[i])
                if column < len(fields):
                    word = rng.choice([constant, constant.upper(), constant.capitalize()])
                    t = t.edited(i, column, f"{fields[column]} {word}")
    return t


def _shape(text: str) -> str:
    return re.sub(r"[a-zA-Z]+", "a", re.sub(r"\d", "9", text))


def _exchange(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    if len(t.records) < 2:
        return t
    for _ in range(max(5, len(t.records) // 10)):
        i, j = rng.sample(range(len(t.records)), 2)
        a, b = t.fields(t.records[i]), t.fields(t.records[j])
        column = rng.randrange(max(1, min(len(a), len(b))))
        if column < min(len(a), len(b)):
            t = t.edited(i, column, b[column]).edited(j, column, a[column])
    return t


def _zeros(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Set the numbers of a third of the rows to zero."""
    return changed(t, [(c, lambda i, old: "0" if i % 3 == 0 else old) for c in _free_numbers(p)])


def _negative(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    def other_sign(i: int, old: str) -> str:
        return "-" + old.strip() if i % 3 == 1 and old.strip()[:1].isdigit() else old

    return changed(t, [(c, other_sign) for c in _free_numbers(p)])


def _many_empty(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """Empty so many numbers that small groups have none left, or one."""
    return changed(t, [(c, lambda i, old: "" if rng.random() < 0.6 else old) for c in _free_numbers(p)])


def _free_numbers(p: Profile) -> list[int]:
    return [c for c in p.numbers if c not in p.keys]


def _one_value(parity: int) -> Callable[..., SourceTable]:
    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        columns = [*_free_numbers(p), *_categories(t, p, targets)]
        return aimed.single_values(t, columns[parity::2])

    return change


def _two_encoded(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.two_values(t, _encoded(t, p, targets), filled=True)


def _crowded(end: str) -> Callable[..., SourceTable]:
    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        return aimed.crowded(t, targets, end)

    return change


def _other_size(parity: int) -> Callable[..., SourceTable]:
    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        return aimed.of_other_size(t, _free_numbers(p)[parity::2])

    return change


def _two_values(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.two_values(t, _categories(t, p, targets))


def _ties(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.few_values(t, [c for c in range(len(t.columns)) if c not in p.keys and c not in p.prose], rng, targets.sorted)


def _ties_of_sorts(keys_of: Callable[[Aims], frozenset[aimed.Place]]) -> Callable[..., SourceTable]:
    """Rows that are equal in keys of a sort, and unlike in everything else."""

    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        keys = keys_of(targets)
        columns = [c for c, name in enumerate(t.columns) if (t.source, name) in keys]
        return aimed.few_values(_new_categories(t, p, rng, constants, targets), columns, rng, keys) if columns else t

    return change


def _other_case(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    def change(i: int, old: str) -> str:
        return (old.upper(), old.lower(), old.swapcase(), old)[rng.randrange(4)] if rng.random() < 0.3 else old

    columns = {*p.keys, *p.categories, *p.prose, *_categories(t, p, targets)}
    return changed(t, [(c, change) for c in sorted(columns) if c not in p.numbers])


def _days(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    """First and last days of years and months."""
    ends = ("-12-31", "-01-01", "-02-28", "-03-01", "-01-31")

    def change(i: int, old: str) -> str:
        return old[:4] + rng.choice(ends) if i % 2 and aimed.DATE.fullmatch(old) else old

    return changed(t, [(c, change) for c in range(len(t.columns)) if c not in p.keys])


def _around_numbers(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.around_numbers(t, targets, rng)


def _around_words(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.around_words(t, targets, rng)


def _numbered(edit: Callable[[SourceTable, Aims, int], SourceTable], number: int) -> Callable[..., SourceTable]:
    return lambda t, p, rng, constants, targets: edit(t, targets, number)


def _repeat_rows(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    records = list(t.records)
    for i in _some(t, rng, max(2, len(records) // 20)):
        records.insert(rng.randrange(len(records) + 1), t.records[i])
    return t.with_records(records)


def _shuffle(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    records = list(t.records)
    rng.shuffle(records)
    return t.with_records(records)


def _others_first(places_of: Callable[[Aims], frozenset[aimed.Place]]) -> Callable[..., SourceTable]:
    """Rows in an order in which other labels or categories come first."""

    def change(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
        return aimed.others_first(t, [c for c, name in enumerate(t.columns) if (t.source, name) in places_of(targets)])

    return change


def _one_gap(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return aimed.one_gap(t, [c for c in range(len(t.columns)) if c not in p.keys])


def _half(t: SourceTable, p: Profile, rng: random.Random, constants: Sequence[str], targets: Aims) -> SourceTable:
    return t.with_records(t.records[i] for i in _some(t, rng, (len(t.records) + 1) // 2))


_ENDS = {"lowest": "the lowest number", "highest": "the highest number", "between": "each other"}
_NTH = ("first", "second", "third", "fourth", "fifth", "sixth")

_MUTATIONS: tuple[tuple[str, Callable[..., SourceTable]], ...] = (
    ("rows in another order", _shuffle),
    ("other labels first", _others_first(lambda targets: targets.labelled)),
    ("other categories first", _others_first(lambda targets: targets.encoded)),
    ("repeated keys", _repeat_keys),
    ("keys without a partner", _strangers),
    ("the script's constants as data", _constants),
    ("empty text", _empty(lambda p: (*p.categories, *p.prose), "")),
    ("NA as text", _empty(lambda p: p.categories, "NA")),
    ("empty flags", _empty(lambda p: p.flags, "")),
    ("other empty cells", _empty(lambda p: p.others, "")),
    ("empty numbers", _empty(lambda p: tuple(n for n in p.numbers if n not in p.keys), "")),
    ("empty keys", _empty(lambda p: p.keys, "")),
    ("fields that are not there", _without_fields),
    ("quotation marks", _quotes),
    ("blanks around text", _blanks_around),
    ("a blank line", _blank_line),
    ("unseen categories", _new_categories),
    ("a few unseen categories", _few_new_categories(0)),
    ("a few unseen categories in the other columns", _few_new_categories(1)),
    ("categories of one row", _rare_categories),
    ("both sides of the plan's numbers", _around_numbers),
    ("words near the plan's", _around_words),
    *((f"without the plan's {nth} word", _numbered(aimed.without_word, number)) for number, nth in enumerate(_NTH)),
    ("one value per column", _one_value(0)),
    ("one value in the other columns", _one_value(1)),
    ("two categories", _two_values),
    ("two categories where they are encoded", _two_encoded),
    *((f"quantiles that meet {end}", _crowded(word)) for word, end in _ENDS.items()),
    ("larger numbers", _other_size(0)),
    ("larger numbers in the other columns", _other_size(1)),
    ("ties", _ties),
    ("ties in the keys of sorts", _ties_of_sorts(lambda targets: targets.sorted)),
    ("ties in the first keys of sorts", _ties_of_sorts(lambda targets: targets.sorted_first)),
    ("other case", _other_case),
    ("first and last days", _days),
    ("negative numbers", _negative),
    ("many empty numbers", _many_empty),
    ("one gap in each column", _one_gap),
    *((f"gaps in the {nth} column that is compared", _numbered(aimed.gaps_in_one, i)) for i, nth in enumerate(_NTH[:3])),
    ("exchanged cells", _exchange),
    ("zeros", _zeros),
    ("repeated rows", _repeat_rows),
    ("half of the rows", _half),
)

AIMED_AT_STOPS = frozenset(
    {f"quantiles that meet {end}" for end in _ENDS.values()} | {f"without the plan's {nth} word" for nth in _NTH}
)
"""Edits aimed at the conditions under which a plan ends: intervals of no width, a column of a pivot that no row makes."""

OF_FILES = frozenset(
    {"rows in another order", "empty text", "empty numbers", "quotation marks", "a blank line", "unseen categories"}
    | {"one value per column", "half of the rows"}
)
"""Edits for a plan that runs the whole script, where script and plan can differ only in how files reach the script, in which
rows and labels come back from it, and in where it stops: not in what its statements mean."""

ALWAYS = frozenset(
    {"a sample", "rows in another order", "other labels first", "one gap in each column", "repeated keys"}
    | {"keys without a partner", "the script's constants as data", "empty text", "empty numbers", "unseen categories"}
    | {"both sides of the plan's numbers", "words near the plan's", "without the plan's first word", "other case"}
    | {"ties in the keys of sorts", "half of the rows", "one row each", "a few unseen categories"}
    | {"a few unseen categories in the other columns"}
)
"""Inputs that are tried however long a script takes: each aims at another kind of step (joins, filters, filling, categories,
sorts, text), and at data of another size."""
