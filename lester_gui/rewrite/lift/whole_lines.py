"""Lines of a text file as texts: a script asks for them beside their fields, or never splits them into fields of one number.

Where every line has the same fields, a line is its fields with the separator between them, so the table keeps one column for
each. Of a script that allows for other numbers of fields (``len(parts) < 4``, ``a, *rest = …``) whole lines are read, and its
fields are pieces of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal
from lester_gui.ir.nodes import Reader
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Fields, Leaf, LineOf, Tup, Value
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, method
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.runtime.read import RaggedLine

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.texts import LineSource

LEVELS = ("none", "newline", "right", "both")
CUT: dict[str, tuple[str, tuple[Literal, ...]]] = {
    "newline": ("rstrip", (Literal("\n"),)),
    "right": ("rstrip", ()),
    "both": ("strip", ()),
}


def as_text(lift: Lifter, line: LineOf) -> Cell:
    """Return a whole line as a value of the row.

    Raises
    ------
    Stopped
        If it is no line of a file that the plan reads.
    """
    from lester_gui.rewrite.lift.texts import LineSource

    source = lift.texts.get(line.source)
    if line.header or not isinstance(source, LineSource):
        raise no_rule("this line as a text")
    source.whole.add(line.strip)
    return Cell(Leaf("line", source.ident, line.strip, Type.STR), Type.STR)


def loosened(lift: Lifter, fields: Fields) -> LineSource:
    """Return the source of a line whose number of fields may differ from line to line.

    Raises
    ------
    Stopped
        If the script has said elsewhere how many fields a line has, or the file has quotes.
    """
    from lester_gui.rewrite.lift.texts import LineSource

    source = lift.texts[fields.source]
    if not isinstance(source, LineSource) or source.reader is not Reader.PYTHON_LINES:
        raise no_rule("how many fields a line of this file has")
    if source.options.get("maxsplit", -1) != -1 or fields.strip_each:
        raise no_rule("how many fields a line has that is split in this way")
    if source.width is not None:
        raise no_rule("lines with different numbers of fields that are unpacked elsewhere")
    source.loose = True
    source.whole.add(str(source.options["strip"]))
    return source


def is_loose(lift: Lifter, source: LineSource) -> bool:
    """Whether the lines of a file have different numbers of fields: the script asks for it, or an earlier pass found it."""
    return source.loose or (source.reader is Reader.PYTHON_LINES and ("ragged", source.path) in lift.hints)


@contextmanager
def regular(lift: Lifter, source: LineSource) -> Iterator[None]:
    """Run a block that reads lines with one number of fields; where they have several, the next pass allows for it."""
    try:
        yield
    except RaggedLine as error:
        if source.reader is Reader.PYTHON_LINES:
            lift.hints.setdefault(("ragged", source.path), "loose")
        raise Stopped(Reason.SHAPE, error.message) from error


def pieces_of(lift: Lifter, fields: Fields) -> Accessor:
    """Return the fields of a line of any number as pieces of a text."""
    source = loosened(lift, fields)
    separator = source.options["sep"]
    line = as_text(lift, LineOf(source.ident, str(source.options["strip"])))
    return Accessor(Tup((line, Const(separator))), "pieces")


def length_leaf(source: LineSource) -> Leaf:
    """Return what stands for the number of fields of a line."""
    return Leaf("width_of", source.ident, "fields", Type.INT)


def reading(source: LineSource) -> None:
    """Settle how a file is read of which whole lines are needed."""
    if source.options.get("maxsplit", -1) == -1 and source.width is None:
        source.loose = True  # fields that are picked by number do not tell how many there are
    if source.loose or "sep" not in source.options:
        separator = source.options.pop("sep", source.separator)
        source.separator = separator if isinstance(separator, str) else None
        wanted = [*source.whole, *([str(source.options["strip"])] if "strip" in source.options else [])]
        source.options["strip"] = min(wanted, key=LEVELS.index)
        source.options["maxsplit"] = 0
        source.options.pop("extra", None)
        source.width = 1
    elif source.options["sep"] is None:
        raise no_rule("a whole line that is split at white space, too")
    elif any(LEVELS.index(level) < LEVELS.index(str(source.options["strip"])) for level in source.whole):
        raise no_rule("a whole line with what is cut off before it is split")


def expressions(source: LineSource, names: tuple[str, ...]) -> dict[Expr, Expr]:
    """Return what lines, fields and numbers of fields are over the table of a file of which whole lines are needed."""
    if source.options.get("maxsplit") == 0 and "sep" not in source.options:
        line: Expr = Column(names[0])
    else:
        separator = Literal(str(source.options["sep"]))
        parts = [p for name in names for p in (separator, Column(name))][1:]
        line = parts[0] if len(parts) == 1 else Apply("concat_text", tuple(parts))
    strip = str(source.options["strip"])
    out: dict[Expr, Expr] = {}
    for level in LEVELS[LEVELS.index(strip) :]:
        out[Leaf("line", source.ident, level, Type.STR)] = _cut(line, strip, level)
    if not source.loose or LEVELS.index(source.split_at) < LEVELS.index(strip):
        return out  # nothing is taken apart
    split = _cut(line, strip, source.split_at)
    separator_ = None if source.separator is None else Literal(source.separator)
    for place in source.seen:
        made = (split, Literal(place)) if separator_ is None else (split, separator_, Literal(place))
        out[Leaf("field", source.ident, str(place), Type.STR)] = Apply("split_item" if separator_ else "word_item", made)
    if separator_ is None:
        out[length_leaf(source)] = Apply("word_count", (split,))
    else:
        out[length_leaf(source)] = Apply("add", (Apply("count_text", (split, separator_)), Literal(1)))
    return out


def _cut(line: Expr, have: str, want: str) -> Expr:
    if have == want:
        return line
    operator, more = CUT[want]
    return Apply(operator, (line, *more))


@method(
    "line", "lower", "upper", "endswith", "startswith", "replace", "count", "find", "partition", "rpartition", "rsplit", "isspace"
)
@method("line", "isdigit", "isalpha", "title", "capitalize", "casefold", "zfill", "isupper", "islower", "lstrip", "removeprefix")
@method("line", "removesuffix", "isnumeric", "isalnum", "index", "rfind", "encode", "__getitem__")
def of_text(lift: Lifter, line: LineOf, args: Arguments) -> Value:
    """Methods of a whole line that do not belong to how the file is read."""
    what = "__getitem__" if args.what.endswith("]") else args.what.rsplit(".", 1)[-1]
    if line.header:
        return line
    rule = METHODS.get(("text", what))
    args.what = f"str.{what}"
    if rule is None:
        raise no_rule(f"{what} of a whole line of text")
    return rule(lift, as_text(lift, line), args)
