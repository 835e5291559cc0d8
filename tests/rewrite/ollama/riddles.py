"""Generated scripts with random names, constants and traps, each with a right translation and wrong ones that look right."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.rewrite.ollama.answers import decode
from lester_gui.rewrite.ollama.stage import graft, stage_of
from tests.rewrite.ollama.workbench import STEP, Case, Judge, apply, column, literal

Answer = dict[str, Any]

SYLLABLES = ("ba", "co", "du", "fi", "ga", "ho", "ju", "ka", "lo", "mu", "ne", "pi", "ro", "su", "ta", "vu")


@dataclass(frozen=True)
class Riddle:
    """A case, its right answer, and answers that are wrong on its data."""

    name: str
    case: Case
    right: Answer
    wrong: tuple[Answer, ...]


def riddle(seed: int | str, family: Callable[[random.Random], Riddle] | None = None) -> Riddle:
    """Return a riddle in which every wrong answer really differs from the code on the data."""
    draw = random.Random(seed)
    while True:
        made = (family or draw.choice(FAMILIES))(draw)
        judge = Judge(made.case)
        if all(judge.counterexample(plan_with(judge, wrong)) for wrong in made.wrong):
            return made


def plan_with(judge: Judge, answer: Answer) -> Plan:
    """Return the plan that an answer makes of a case."""
    stage = stage_of(judge.plan, STEP, judge.case.script)
    return graft(judge.plan, STEP, decode(json.dumps(answer), stage, "model:double"))


def _names(draw: random.Random, count: int) -> list[str]:
    names: set[str] = set()
    while len(names) < count:
        names.add("".join(draw.sample(SYLLABLES, 3)))
    out = sorted(names)
    draw.shuffle(out)
    return out


def _people(draw: random.Random, count: int) -> list[str]:
    return [f"{name}.{draw.choice(SYLLABLES)}@mail.test" for name in _names(draw, count)]


def _last_wins(draw: random.Random) -> Riddle:
    """A dict keeps the last value of a key, at the key's first place, among the rows that pass a filter."""
    rows, who, what, kept, out, limit = _names(draw, 6)
    bound = draw.randint(20, 60)
    script = (
        f"{limit} = {bound}\n{kept} = {{}}\nfor {who}, {what} in {rows}:\n    if {what} < {limit}:\n        continue\n"
        f"    {kept}[{who}] = {what}\n{out} = [(k, {kept}[k]) for k in {kept}]\n"
    )
    fields = (Field(who, Type.STR), Field(what, Type.INT))
    people = _people(draw, 6)
    data = [(draw.choice(people), draw.randint(bound - 15, bound + 20)) for _ in range(40)]
    passing = {"op": "filter", "parent": rows, "predicate": apply("py_ge", column(what), literal(bound))}
    late = passing | {"predicate": apply("pandas_ge", column(what), literal(bound))}
    grouped = {"op": "aggregate", "by": [who], "order": "first_seen", "drop_null_keys": False}
    measure = {"name": what, "function": "last", "column": what}
    case = Case(script, 2, {rows: fields}, {rows: data}, out, fields)
    return Riddle(
        "last wins",
        case,
        {"steps": [passing, grouped | {"parent": "step1", "measures": [measure]}]},
        (
            {"steps": [passing, grouped | {"parent": "step1", "measures": [measure | {"function": "first"}]}]},
            {"steps": [grouped | {"parent": rows, "measures": [measure]}, late | {"parent": "step1"}]},
            {"steps": [passing, {"op": "distinct", "parent": "step1", "subset": [who], "keep": "last"}]},
            {"steps": [passing]},
        ),
    )


def _first_seen(draw: random.Random) -> Riddle:
    """A set of what was seen keeps the first row of a key, but only rows that pass a filter count as seen."""
    rows, who, title, day, seen, out = _names(draw, 6)
    word = draw.choice(("refund", "delay", "invoice"))
    script = (
        f"{seen} = set()\n{out} = []\nfor {who}, {title}, {day} in {rows}:\n"
        f"    if '{word}' not in {title}.lower() or ({who}, {day}) in {seen}:\n        continue\n"
        f"    {seen}.add(({who}, {day}))\n    {out}.append(({who}, {day}, {title}))\n"
    )
    fields = (Field(who, Type.STR), Field(title, Type.STR), Field(day, Type.STR))
    people, titles = _people(draw, 4), [word.title() + " now", f"about {word}", "Hello there", word.upper(), "other news"]
    days = [f"2023-0{m}-1{m}" for m in (2, 5, 7)]
    data = [(draw.choice(people), draw.choice(titles), draw.choice(days)) for _ in range(40)]
    has = apply("contains", apply("lower", column(title)), literal(word))
    passing, once = {"op": "filter", "parent": rows, "predicate": has}, {"op": "distinct", "subset": [who, day], "keep": "first"}
    blind = {"op": "filter", "parent": rows, "predicate": apply("contains", column(title), literal(word))}
    columns = (fields[0], fields[2], fields[1])
    case = Case(script, 1, {rows: fields}, {rows: data}, out, columns)
    return Riddle(
        "first seen",
        case,
        {"steps": [passing, once | {"parent": "step1"}]},
        (
            {"steps": [once | {"parent": rows}, passing | {"parent": "step1"}]},
            {"steps": [passing, once | {"parent": "step1", "keep": "last"}]},
            {"steps": [blind, once | {"parent": "step1"}]},
            {"steps": [passing, once | {"parent": "step1", "subset": [who]}]},
        ),
    )


def _looked_up(draw: random.Random) -> Riddle:
    """A dict is a join: the last entry of a key wins, rows without an entry are skipped."""
    people_rows, rows, who, level, amount, book, out = _names(draw, 7)
    script = (
        f"{book} = {{}}\nfor {who}, {level} in {people_rows}:\n    {book}[{who}] = {level}\n{out} = []\n"
        f"for {who}, {amount} in {rows}:\n    if {who} not in {book}:\n        continue\n"
        f"    {out}.append(({who}, {amount}, {book}[{who}]))\n"
    )
    people = _people(draw, 7)
    left, right = (Field(who, Type.STR), Field(level, Type.STR)), (Field(who, Type.STR), Field(amount, Type.INT))
    register = [(p, draw.choice(("gold", "plain", "none"))) for p in people[:5] for _ in range(2)]
    draw.shuffle(register)
    data = [(draw.choice(people), draw.randint(1, 90)) for _ in range(30)]
    joined = {"op": "join", "left": rows, "right": people_rows, "how": "inner", "on": [[who, who]], "take": "last"}
    case = Case(script, 1, {people_rows: left, rows: right}, {people_rows: register, rows: data}, out, (*right, left[1]))
    return Riddle(
        "looked up",
        case,
        {"steps": [joined]},
        (
            {"steps": [joined | {"take": "first"}]},
            {"steps": [joined | {"take": "all"}]},
            {"steps": [{"op": "distinct", "parent": rows, "subset": [who], "keep": "first"}, joined | {"left": "step1"}]},
            {"steps": [joined | {"how": "left"}]},
        ),
    )


FAMILIES = (_last_wins, _first_seen, _looked_up)
