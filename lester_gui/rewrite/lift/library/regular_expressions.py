"""re: whether a pattern is found in a text, the groups of what it finds, and replacements.

A pattern is part of the script's text; its flags are written into it. What ``re.search`` returns is a match or None, so it is a
value that may be missing, and its groups are what the pattern finds in the text, looked for again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, LineOf, Maybe, Result, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.raising import demand
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.whole_lines import as_text

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

LETTERS = {re.I: "i", re.M: "m", re.S: "s", re.X: "x", re.A: "a"}
GLOBAL = re.compile(r"\A\(\?([aiLmsux]+)\)")


def compiled(lift: Lifter, pattern: Value, flags: Value) -> str:
    """Return a pattern with its flags written at its beginning.

    Raises
    ------
    Stopped
        If the script's text does not fix it, it is no regular expression, or it has a flag that does not belong to texts.
    """
    content = lift.content(pattern)
    if isinstance(content, Accessor) and content.kind == "pattern":
        return lift.text(content.owner)
    text, given = lift.text(content), re.RegexFlag(lift.const(flags))
    letters = "".join(letter for flag, letter in LETTERS.items() if flag in given)
    if given & ~(re.I | re.M | re.S | re.X | re.A | re.U):
        raise no_rule("these flags of a regular expression")
    try:
        re.compile(text, given)
    except re.error as error:
        raise shape("A pattern is no regular expression") from error
    return with_flags(letters, text)


def flags_and_rest(pattern: str) -> tuple[str, str]:
    """Return the letters of all flags at the beginning of a pattern, the call's before the script's own, and what follows."""
    letters = ""
    while found := GLOBAL.match(pattern):
        letters, pattern = letters + found[1], pattern[found.end() :]
    return "".join(dict.fromkeys(letters)), pattern


def with_flags(letters: str, pattern: str) -> str:
    """Return a pattern with its flags in one group: there must be none after its beginning."""
    return f"(?{letters}){pattern}" if letters else pattern


def whole(pattern: str, end: str) -> str:
    """Return a pattern that is found only where it begins a text, and with an `end` only where it ends there."""
    letters, rest = flags_and_rest(pattern)
    return with_flags(letters, rf"\A(?:{rest}" + ("\n" if "x" in letters else "") + f"){end}")


def merged_flags(pattern: str) -> str:
    """Return a pattern whose flags stand in one group."""
    return with_flags(*flags_and_rest(pattern))


@function("re.compile")
def compile_(lift: Lifter, args: Arguments) -> Value:
    """``re.compile(pattern, flags)``."""
    given = args.bind("pattern", "flags", flags=0)
    return Accessor(Const(compiled(lift, given["pattern"], given["flags"])), "pattern")


@function("re.search", "re.match", "re.fullmatch", "re.findall")
def called(lift: Lifter, args: Arguments) -> Value:
    """``re.search(pattern, text)``."""
    given = args.bind("pattern", "string", "flags", flags=0)
    return looked_for(lift, compiled(lift, given["pattern"], given["flags"]), given["string"], args.what.rsplit(".", 1)[-1])


@method("pattern", "search", "match", "fullmatch", "findall")
def of_pattern(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``PATTERN.search(text)``."""
    text = args.bind("string")["string"]
    return looked_for(lift, lift.text(accessor.owner), text, args.what.rsplit(".", 1)[-1])


def looked_for(lift: Lifter, pattern: str, text: Value, how: str) -> Value:
    """Return a match that may be missing, or all that a pattern finds.

    Raises
    ------
    Stopped
        If the text is none of the script or of the current row.
    """
    content = lift.content(text)
    if isinstance(content, Result):
        return content
    wanted = whole(pattern, r"\Z" if how == "fullmatch" else "") if how in ("match", "fullmatch") else merged_flags(pattern)
    if isinstance(content, Const):
        return _in_constant(lift, wanted, lift.text(content), how)
    cell = as_text(lift, content) if isinstance(content, LineOf) else cells.cell_of(content)
    if cell.type is not Type.STR or cell.nullable:
        raise no_rule("a pattern that is looked for in something that may be no text")
    held = Tup((cell, Const(wanted)))
    if how == "findall":
        return Accessor(held, "findall")
    return Maybe(cells.make("regex_search", cell, cells.cell_of(Const(wanted))).expr, Accessor(held, "match"))


def _in_constant(lift: Lifter, pattern: str, text: str, how: str) -> Value:
    if how == "findall":
        raise no_rule("all that a pattern finds in a constant")
    found = re.search(pattern, text)
    return Const(None) if found is None else Accessor(Tup((Const(text), Const(pattern))), "match")


# -- what was found ----------------------------------------------------------------------------------------------------


@method("match", "group", "__getitem__")
def group(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``match.group(1)``, ``match["name"]``; several of them give a tuple."""
    which = [lift.const(v) for v in args.positional] or [0]
    out = tuple(one_group(lift, accessor, w) for w in which)
    return out[0] if len(out) == 1 else Tup(out)


@method("match", "groups")
def groups(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``match.groups()``."""
    if args.positional or args.keywords:
        raise no_rule("groups with a default")
    _, pattern = _parts(lift, accessor)
    return Tup(tuple(one_group(lift, accessor, i + 1) for i in range(re.compile(pattern).groups)))


@method("match", "groupdict")
def groupdict(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``match.groupdict()``."""
    if args.positional or args.keywords:
        raise no_rule("groupdict with a default")
    _, pattern = _parts(lift, accessor)
    return lift.new(Entries(tuple((Const(n), one_group(lift, accessor, n)) for n in re.compile(pattern).groupindex)))


def _parts(lift: Lifter, accessor: Accessor) -> tuple[Value, str]:
    assert isinstance(accessor.owner, Tup)
    text, pattern = accessor.owner.items
    return text, lift.text(pattern)


def one_group(lift: Lifter, accessor: Accessor, which: Any) -> Value:
    """Return a group of a match; one that the pattern may leave out is None then.

    Raises
    ------
    Stopped
        If the pattern has no such group.
    """
    text, pattern = _parts(lift, accessor)
    made = re.compile(pattern)
    number = made.groupindex.get(which) if isinstance(which, str) else which
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= made.groups:
        raise shape("A pattern has no such group")
    if isinstance(text, Const):
        found = made.search(lift.text(text))
        return Const(found and found[number])
    return taken(lift, cells.cell_of(text), pattern, number)


def taken(lift: Lifter, cell: Cell, pattern: str, number: int) -> Cell:
    """Return a group of what a pattern finds in a text in which the script has found it."""
    found = cells.make("regex_get", cell, cells.cell_of(Const(pattern)), cells.cell_of(Const(number)))
    if number in always(pattern):
        return Cell(Apply("coalesce", (found.expr, Literal(""))), Type.STR)
    lift.nones = True
    return found


@lru_cache(256)
def always(pattern: str) -> frozenset[int]:
    """Return the groups that take part in every match: those in no alternative, and in nothing that may be left out."""
    from re import _parser  # type: ignore[attr-defined]

    out = {0}

    def visit(parts: Any) -> None:
        for operator, given in parts:
            name = str(operator)
            if name == "SUBPATTERN":
                if given[0] is not None:
                    out.add(given[0])
                visit(given[3])
            elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and given[0] > 0:
                visit(given[2])
            elif name == "ATOMIC_GROUP":
                visit(given)

    visit(_parser.parse(pattern))
    return frozenset(out)


@method("findall", "__getitem__")
def one_found(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``re.findall(pattern, text)[0]``: the group if the pattern has one."""
    text, pattern = _parts(lift, accessor)
    count = re.compile(pattern).groups
    if lift.const(args.positional[0]) != 0 or count > 1:
        raise no_rule("a match that is not the first, or of several groups")
    cell = cells.cell_of(text)
    demand(lift, was_found(accessor), "IndexError")
    found = cells.make("regex_get", cell, cells.cell_of(Const(pattern)), cells.cell_of(Const(count)))
    return Cell(Apply("coalesce", (found.expr, Literal(""))), Type.STR)  # a group that is left out is '' here


def number_found(accessor: Accessor) -> Cell:
    """Return ``len(re.findall(pattern, text))``."""
    assert isinstance(accessor.owner, Tup)
    return cells.make("regex_count", *(cells.cell_of(v) for v in accessor.owner.items))


def was_found(accessor: Accessor) -> Expr:
    """Return whether ``re.findall(pattern, text)`` has an element."""
    assert isinstance(accessor.owner, Tup)
    return cells.make("regex_search", *(cells.cell_of(v) for v in accessor.owner.items)).expr


# -- replacing ---------------------------------------------------------------------------------------------------------


@function("re.sub")
def substituted(lift: Lifter, args: Arguments) -> Value:
    """``re.sub(pattern, new, text)``."""
    given = args.bind("pattern", "repl", "string", "count", "flags", count=0, flags=0)
    return replaced(lift, compiled(lift, given["pattern"], given["flags"]), given)


@method("pattern", "sub")
def substituted_by(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``PATTERN.sub(new, text)``."""
    return replaced(lift, lift.text(accessor.owner), args.bind("repl", "string", "count", count=0))


def replaced(lift: Lifter, pattern: str, given: dict[str, Value]) -> Value:
    """Return a text in which whatever a pattern finds is replaced.

    Raises
    ------
    Stopped
        If a function makes the new text, or only some places are replaced.
    """
    content = lift.content(given["string"])
    if isinstance(content, Result):
        return content
    new = lift.content(given["repl"])
    if lift.const(given["count"]) != 0 or not (isinstance(new, Const) and isinstance(new.value, str)):
        raise no_rule("re.sub of the first few, or with a function")
    pattern = merged_flags(pattern)
    if isinstance(content, Const):
        return Const(re.sub(pattern, new.value, lift.text(content)))
    cell = as_text(lift, content) if isinstance(content, LineOf) else cells.cell_of(content)
    if cell.type is not Type.STR or (cell.nullable and not lift.pandas):
        raise no_rule("re.sub of something that may be no text")
    return cells.make("regex_replace", cell, cells.cell_of(Const(pattern)), cells.cell_of(new))


@attribute("match", "string")
def looked_in(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``match.string``."""
    return _parts(lift, accessor)[0]
