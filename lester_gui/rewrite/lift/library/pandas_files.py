"""pandas: tables that a script writes to a file and reads again: what the way through text changes of them.

A file knows no types. Numbers come back as they were, truth values too; a text that pandas takes for a missing value comes back
missing; points in time come back as text unless they are parsed. Text that looks like numbers would come back as numbers, which
no plan can know: such a plan is refused by comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Result, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.library.table import Arguments
    from lester_gui.rewrite.lift.lifter import Lifter

GONE = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""Texts that ``read_csv`` takes for missing values."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table in a file that the script wrote: with its index or without, and what stands between two values."""

    frame: Frame
    index: bool
    sep: str


def to_csv(lift: Lifter, frame: Frame, path: str, args: Arguments) -> None:
    """Note a table that is written with options that can be undone by reading; any other is not known when it is read."""
    options = set(args.keywords) - {"path_or_buf"}
    plain = options <= {"index", "sep", "columns", "encoding", "header"} and len(args.positional) <= 1
    whole = frame.part is None and not lift.loops and lift.live == TRUE
    if not plain or not whole or lift.const(args.keywords.get("header", Const(True))) is not True:
        lift.files[path] = Const("a table that is written in a way that is not followed")
        return
    if lift.content(args.keywords.get("columns", Const(None))) != Const(None):
        from lester_gui.rewrite.lift.library.pandas_frame import selected

        frame = selected(lift, frame, lift.strings(args.keywords["columns"]))
    index = bool(lift.const(args.keywords.get("index", Const(True))))
    lift.files[path] = WrittenTable(frame, index, lift.text(args.keywords.get("sep", Const(","))))


def read_again(lift: Lifter, written: WrittenTable, options: dict[str, object]) -> Frame:
    """Return what ``read_csv`` makes of a table that the script wrote.

    Raises
    ------
    Stopped
        If it is read with other options than it was written with, or a column changes in a way that the data decide.
    """
    if set(options) - {"sep", "parse_dates", "encoding"} or options.get("sep", ",") != written.sep:
        raise no_rule("reading a table that the script itself wrote, with these options")
    parsed = options.get("parse_dates") or ()
    if not isinstance(parsed, list | tuple) or not all(isinstance(n, str) for n in parsed):
        raise no_rule("reading a table that the script itself wrote, with these dates")
    frame = written.frame
    columns: dict[str, Value] = {}
    if written.index:
        before = frame.levels or (("Unnamed: 0", Result("row numbers")),)
        columns |= {n: _came_back(lift, n, v, parsed) for n, v in before}
    for n, v in frame.columns:
        if n in columns:
            raise shape("A file has two columns of one name")
        columns[n] = _came_back(lift, n, v, parsed)
    return lift.materialise(Frame(frame.node, tuple(columns.items()), ()))[1]


def _came_back(lift: Lifter, name: str, value: Value, parsed: list[str] | tuple[object, ...]) -> Value:
    if isinstance(value, Result):
        return value
    if not isinstance(value, Cell) or name in lift.categories:
        raise no_rule("reading a table that the script itself wrote, with categories or encoded columns")
    if value.type in (Type.DATE, Type.TIMESTAMP):
        return value if name in parsed else Result("points in time as text")
    if name in parsed:
        if value.type is not Type.STR:
            raise no_rule("reading a table that the script itself wrote, with these dates")
        return cells.make("parse_time", value, cells.cell_of(Const("ISO8601")))
    if value.type is Type.INT and value.nullable:
        return cells.make("to_float", value)
    if value.type in (Type.INT, Type.FLOAT) or (value.type is Type.BOOL and not value.nullable):
        return value
    if value.type is Type.STR:
        gone = cells.make("is_in", value, *(cells.cell_of(Const(t)) for t in GONE))
        return cells.choose(gone.expr, cells.missing(Type.STR), value)
    return Result("values as text")
