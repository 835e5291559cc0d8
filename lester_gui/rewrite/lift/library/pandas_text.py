"""pandas: the text accessor of a Series; a missing text stays missing, and is no match."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call, Literal
from lester_gui.ir.nodes import Explode
from lester_gui.ir.reshape import ELEMENT
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Frame, Items, Module, Tup, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import settled
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

UNIT = "\x1f"  # between the pieces of texts that are split at a pattern
SPECIAL = set(r"\.^$*+?{}[]|()")


@attribute("series", "str")
def text_accessor(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.str``."""
    if column.cell.type is not Type.STR:
        raise shape(f".str of a {column.cell.type}")
    return Accessor(column, "series.str")


def _column(accessor: Accessor) -> Column1:
    assert isinstance(accessor.owner, Column1)
    return accessor.owner


def _text(value: str) -> Cell:
    return Cell(Literal(value), Type.STR)


def pattern_of(lift: Lifter, args: Arguments, position: int = 0, name: str = "pat") -> str:
    """Return the regular expression of a call, its flags written into it.

    Raises
    ------
    Stopped
        If it is not fixed by the script, or no regular expression.
    """
    given = args.given(name, position)
    if given is None:
        raise no_rule(f"{args.what} without a pattern")
    pattern = lift.text(given)
    flags = lift.content(args.given("flags") or Const(0))
    ignore_case = lift.const(args.given("case") or Const(True)) is False or flags in (Const(re.I), Const(re.I.value))
    if not ignore_case and flags != Const(0):
        raise no_rule("these flags of a regular expression")
    try:
        re.compile(pattern)
    except re.error as error:
        raise shape("A pattern is no regular expression") from error
    return f"(?i){pattern}" if ignore_case else pattern


@method("series.str", "contains", "match", "fullmatch", "startswith", "endswith")
def found(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.contains(pattern, case=…, regex=…, na=…)`` and its kind."""
    column = _column(accessor)
    what = args.what.rsplit(".", 1)[-1]
    if what in ("startswith", "endswith"):
        args.bind("pat", na=None)
        options = lift.content(args.given("pat", 0) or Const(None))
        texts = options.items if isinstance(options, Tup) else (options,)
        starts = (asked(cells.make(what, column.cell, _text(lift.text(t)))).expr for t in texts)
        out = Cell(paths.disjunction(starts), Type.BOOL)
    else:
        args.bind("pat", case=True, flags=0, na=None, regex=True)
        plain = lift.text(args.given("pat", 0) or Const(None))
        regex = what != "contains" or bool(lift.const(args.given("regex") or Const(True)))
        sensitive = lift.const(args.given("case") or Const(True)) is not False and "flags" not in args.keywords
        if what == "contains" and sensitive and (not regex or not SPECIAL & set(plain)):
            out = asked(cells.make("contains", column.cell, _text(plain)))
        else:
            pattern = pattern_of(lift, args) if regex else f"(?i){re.escape(plain)}"
            if what != "contains":
                start = len("(?i)") if pattern.startswith("(?i)") and not plain.startswith("(?i)") else 0
                end = r"\Z" if what == "fullmatch" else ""
                pattern = f"{pattern[:start]}\\A(?:{pattern[start:]}){end}"
                re.compile(pattern)
            out = asked(cells.make("regex_search", column.cell, _text(pattern)))
    fallback = lift.content(args.given("na") or Const(None))
    if fallback == Const(True):
        out = Cell(paths.either(cells.make("is_null", column.cell).expr, out.expr), Type.BOOL)
    elif fallback not in (Const(None), Const(False)):
        raise no_rule("this value for missing texts")
    return mapped(column, out)


def asked(cell: Cell) -> Cell:
    """Return a test of a text; a missing one does not pass it."""
    return cells.make("coalesce", cell, Cell(paths.FALSE, Type.BOOL))


@method("series.str", "replace")
def replaced(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.replace(old, new, regex=…)``; ``regex=False`` is the default."""
    given = args.bind("pat", "repl", n=-1, case=None, flags=0, regex=False)
    column = _column(accessor)
    if lift.const(given["n"]) != -1:
        raise no_rule("replacing only the first matches")
    old, new = lift.text(given["pat"]), lift.text(given["repl"])
    if not lift.const(given["regex"]) and lift.const(given["case"]) is None:
        return mapped(column, cells.make("replace", column.cell, _text(old), _text(new)))
    if not lift.const(given["regex"]):
        raise no_rule("replacing text without regard to case")
    return mapped(column, cells.make("regex_replace", column.cell, _text(pattern_of(lift, args)), _text(new)))


@method("series.str", "count")
def counted(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.count(pattern)``."""
    column = _column(accessor)
    pattern = pattern_of(lift, args)
    if pattern and not SPECIAL & set(pattern):
        return mapped(column, cells.make("count_text", column.cell, _text(pattern)))
    return mapped(column, cells.make("regex_count", column.cell, _text(pattern)))


@method("series.str", "extract")
def extracted(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.extract(pattern, expand=…)``: a Series of the one group, or a table with a column for each."""
    given = args.bind("pat", "flags", flags=0, expand=True)
    column = _column(accessor)
    pattern = pattern_of(lift, args)
    groups = re.compile(pattern)
    if groups.groups == 0:
        raise shape("A pattern to extract by has no group")
    names = {n: k for k, n in groups.groupindex.items()}
    parts = [cells.make("regex_get", column.cell, _text(pattern), cells.cell_of(Const(i + 1))) for i in range(groups.groups)]
    if len(parts) == 1 and not lift.const(given["expand"]):
        return mapped(column, parts[0])
    columns = tuple((names.get(i + 1, str(i)), p) for i, p in enumerate(parts))
    return lift.new(Frame(column.node, columns, column.index, (), column.part))


@method("series.str", "findall")
def all_found(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.findall(pattern)``, of which the number can be used."""
    return Accessor(Tup((_column(accessor), Const(pattern_of(lift, args)))), "series.findall")


@attribute("series.findall", "str")
def of_all_found(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.str.findall(pattern).str``."""
    return Accessor(accessor.owner, "series.findings")


@method("series.findings", "len")
def number_found(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.findall(pattern).str.len()``."""
    assert isinstance(accessor.owner, Tup)
    column, pattern = accessor.owner.items
    assert isinstance(column, Column1)
    return mapped(column, cells.make("regex_count", column.cell, _text(lift.text(pattern))))


# -- pieces ------------------------------------------------------------------------------------------------------------


@method("series.str", "split", "rsplit")
def split(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep)``: pieces, or with ``expand=True`` a table of them whose width the script must say."""
    given = args.bind("pat", pat=None, n=-1, expand=False, regex=None)
    column = _column(accessor)
    separator = lift.const(given["pat"])
    limit = lift.const(given["n"])
    if separator is not None and (not isinstance(separator, str) or not separator):
        raise no_rule("splitting text at this separator")
    told = lift.const(given["regex"])
    if separator is not None and (told or (told is None and len(separator) > 1 and SPECIAL & set(separator))):
        column, separator = _split_at_pattern(column, separator), UNIT
    if limit not in (-1, 0, None):
        if limit != 1 or separator is None or args.what.endswith("rsplit"):
            raise no_rule("splitting text a limited number of times")
        kind = "series.parted"
    else:
        kind = "series.split"
    parts = Accessor(Tup((column, Const(separator))), kind)
    return Accessor(parts, "series.split.table") if lift.const(given["expand"]) else parts


def _split_at_pattern(column: Column1, pattern: str) -> Column1:
    """Return the texts with one sign in the place of each separator; a text that has this sign already ends the plan."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise shape("A regular expression is not one") from error
    if compiled.groups or compiled.match("") or pattern.startswith("^") or "\\b" in pattern or "(?" in pattern:
        raise no_rule("splitting text at a regular expression that has groups or matches nothing at all")
    unit = _text(UNIT)
    replaced = cells.make("regex_replace", column.cell, _text(pattern), unit)
    ends = cells.make("present", cells.missing(Type.STR))
    there = cells.make("coalesce", column.cell, _text("")) if column.cell.nullable else column.cell
    return mapped(column, cells.choose(cells.make("contains", there, unit).expr, ends, replaced))


@attribute("series.split", "str")
@attribute("series.parted", "str")
def split_str(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.str.split(sep).str``."""
    return Accessor(accessor, "series.pieces")


def piece_of(lift: Lifter, parts: Accessor, place: int) -> Column1:
    """Return one piece of each text; missing where there is none."""
    assert isinstance(parts.owner, Tup)
    column, separator = parts.owner.items
    assert isinstance(column, Column1)
    cell, sep = column.cell, lift.const(separator)
    if parts.kind == "series.parted":  # split once: what stands before the separator, and all that follows it
        if place not in (0, 1):
            raise no_rule("this piece of a text that is split once")
        pattern = rf"(?s)\A(.*?){re.escape(sep)}(.*)\Z"
        got = cells.make("regex_get", cell, _text(pattern), cells.cell_of(Const(place + 1)))
        return mapped(column, cells.make("coalesce", got, cell) if place == 0 else got)
    if sep is None:
        return mapped(column, cells.make("split_get", cell, cells.cell_of(Const(place))))
    return mapped(column, cells.make("split_get", cell, cells.cell_of(Const(place)), _text(sep)))


def as_lists(lift: Lifter, parts: Accessor) -> Column1:
    """Return the split texts as a column of lists, to be exploded."""
    assert isinstance(parts.owner, Tup)
    column, separator = parts.owner.items
    assert isinstance(column, Column1)
    sep = lift.const(separator)
    if sep is None:
        return mapped(column, cells.make("py_split_words", column.cell))
    return mapped(column, cells.make("py_split", column.cell, _text(sep)))


@method("frame", "explode")
def explode(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.explode(column)``: one row per element of a list; an empty or missing list gives one row without."""
    given = args.bind("column", ignore_index=False)
    name = lift.text(given["column"])
    cell = frame.get(name)
    if not isinstance(cell, Cell) or cell.type not in ELEMENT:
        raise shape(f"The column {name!r} holds no lists")
    node, frame = lift.materialise(whole(lift, frame, "Exploding"), with_index=True)
    out = lift.step(Explode, lift.naming.called(node), parent=node, column=name)
    index = () if lift.const(given["ignore_index"]) else (frame.index or None)
    levels = tuple((n, cells.column(out, n)) for n, _ in frame.levels) if index else ()
    return lift.new(Frame(out, tuple((n, cells.column(out, n)) for n in frame.names), index, levels))


@method("series.pieces", "__getitem__", "get")
def piece(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep).str[i]``."""
    place = lift.const(args.positional[0])
    if not isinstance(place, int) or not isinstance(accessor.owner, Accessor):
        raise no_rule("this piece of a split text")
    return piece_of(lift, accessor.owner, place)


@method("series.pieces", "len")
def number_of_pieces(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep).str.len()``."""
    assert isinstance(accessor.owner, Accessor) and isinstance(accessor.owner.owner, Tup)
    column, separator = accessor.owner.owner.items
    assert isinstance(column, Column1)
    if accessor.owner.kind != "series.split":
        raise no_rule("the number of pieces of a text that is split once")
    sep = lift.const(separator)
    if sep is None:
        return mapped(column, cells.make("word_count", column.cell))
    one = cells.cell_of(Const(1))
    return mapped(column, cells.make("add", cells.make("count_text", column.cell, _text(sep)), one))


@method("series.split", "apply", "map")
def length_of_each(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split().apply(len)`` or of another function; a missing text has no pieces, and ends the script."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    function = lift.content(args.bind("func")["func"])
    if isinstance(function, Module) and function.name == "builtins.len":
        made = number_of_pieces(lift, Accessor(accessor, "series.pieces"), args)
        assert isinstance(made, Column1)
        return mapped(made, cells.make("present", made.cell)) if made.cell.nullable else made
    assert isinstance(accessor.owner, Tup)
    column, separator = accessor.owner.items
    assert isinstance(column, Column1)
    cell = cells.make("present", column.cell) if column.cell.nullable else column.cell
    with lift.using(pandas=True):
        pieces = Accessor(Tup((cell, separator)), "pieces")
        return mapped(column, cells.cell_of(lift.content(invoke(lift, function, Arguments("apply", [pieces])))))


@method("series.split.table", "__getitem__")
def piece_of_table(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep, expand=True)[i]``."""
    place = lift.const(args.positional[0])
    if not isinstance(place, int) or place < 0:
        raise no_rule("this column of split texts")
    return _column_of_pieces(lift, accessor, place)


def _column_of_pieces(lift: Lifter, table: Accessor, place: int) -> Column1:
    """Return a column of split texts, as the type that the script gives the whole table."""
    split, kind = table.owner.items if isinstance(table.owner, Tup) else (table.owner, None)
    if not isinstance(split, Accessor):
        raise no_rule("texts split into columns in this way")
    piece = piece_of(lift, split, place)
    if kind is None:
        return piece
    made = lift.content(METHODS["series", "astype"](lift, piece, Arguments("Series.astype", [kind])))
    if not isinstance(made, Column1):
        raise no_rule("texts split into columns of this type")
    return made


@method("series.split.table", "astype")
def typed_pieces(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep, expand=True).astype(int)``."""
    if len(args.positional) != 1 or args.keywords or isinstance(accessor.owner, Tup):
        raise no_rule("astype of split texts with options")
    return Accessor(Tup((accessor.owner, args.positional[0])), "series.split.table")


def pieces_as_columns(lift: Lifter, table: Accessor, names: tuple[str, ...]) -> Frame:
    """Return a table of split texts under names that the script gives to its columns; their number is how many there are.

    More pieces than names would stop the script; there, the plan takes the first ones.
    """
    parts = [_column_of_pieces(lift, table, i) for i in range(len(names))]
    first = parts[0]
    if any(p.node is not first.node for p in parts):
        raise no_rule("texts split into columns of this type")
    return settled(
        lift, Frame(first.node, tuple((n, p.cell) for n, p in zip(names, parts, strict=True)), first.index, (), first.part)
    )


# -- other methods -----------------------------------------------------------------------------------------------------


@method("series.str", "len")
def length(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.len()``."""
    column = _column(accessor)
    return mapped(column, cells.make("str_len", column.cell))


@method("series.str", "slice", "__getitem__", "get")
def part(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str[a:b]``, ``column.str[i]``."""
    from lester_gui.rewrite.lift.library.text import slice_bounds

    column = _column(accessor)
    key = lift.content(args.positional[0]) if args.positional else None
    if not args.what.endswith("slice") and isinstance(key, Const) and isinstance(key.value, int):
        i = key.value
        pattern = rf"(?s)\A.{{{i}}}(.)" if i >= 0 else rf"(?s)(.).{{{-i - 1}}}\Z"
        return mapped(column, cells.make("regex_get", column.cell, _text(pattern), cells.cell_of(Const(1))))
    if isinstance(key, Accessor) and key.kind == "slice":
        low, high, step = lift.const(key.owner)
        if step is None and isinstance(low, int) and low < 0 and high is None:
            pattern = rf"(?s)\A.*?(.{{0,{-low}}})\Z"
            got = cells.make("regex_get", column.cell, _text(pattern), cells.cell_of(Const(1)))
            return mapped(column, got)
        if step is None and low in (None, 0) and isinstance(high, int) and high < 0:
            shorter = cells.make("regex_replace", column.cell, _text(rf"(?s).{{1,{-high}}}\Z"), _text(""))
            return mapped(column, shorter)
    bounds = slice_bounds(lift, args if args.what.endswith("slice") or key is None else key)
    return mapped(column, cells.make("slice_text", column.cell, *bounds))


@method("series.str", "cat")
def concatenated(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.cat(other, sep=…)``."""
    from lester_gui.rewrite.lift.expressions.operators import combine

    given = args.bind("others", sep="", na_rep=None)
    others = lift.content(given["others"])
    several = others.values if isinstance(others, Items) else (others,)
    columns = [_column(accessor), *(lift.content(o) for o in several)]
    if not all(isinstance(c, Column1) and c.cell.type is Type.STR for c in columns):
        raise no_rule("str.cat of these objects")
    if lift.content(given["na_rep"]) != Const(None):
        instead = _text(lift.text(given["na_rep"]))
        columns = [mapped(c, cells.make("coalesce", c.cell, instead)) for c in columns if isinstance(c, Column1)]
    out: Value = columns[0]
    for other in columns[1:]:
        out = combine(lift, "Add", combine(lift, "Add", out, Const(lift.const(given["sep"]) or "")), other)
    return out


@method("series.str", "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase", "zfill",
        "ljust", "rjust", "center", "pad", "removeprefix", "removesuffix", "isdigit", "isalpha", "isnumeric", "isalnum",
        "isupper", "islower", "isspace", "isdecimal", "find", "rfind", "repeat", "normalize", "get_dummies", "join")  # fmt: skip
def of_text(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """Methods of text, as Python has them."""
    from lester_gui.rewrite.lift.library.text import text_cell

    column = _column(accessor)
    what = args.what.rsplit(".", 1)[-1]
    if args.keywords:
        raise no_rule(f"str.{what} with options")
    with lift.using(pandas=True):
        out = text_cell(lift, what, column.cell, [lift.content(a) for a in args.positional])
    if isinstance(out.expr, Call):  # of a missing text it is missing, whether this file has one or not
        out = Cell(replace(out.expr, nullable=True), out.type, True)
    return mapped(column, asked(out) if out.type is Type.BOOL else out)
