"""pandas: ``merge_asof``: to each row of one table the last (or next) row of another, by a point in time or a number.

Both tables stand below each other in that order, and each row takes the place of the nearest row of the other table from those
before it. By that place it is looked up, so a value that is missing in that row stays missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Concat, Filter, JoinKind, Node, Window, WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import cells_of, settled
from lester_gui.rewrite.lift.library.pandas_join import joined
from lester_gui.rewrite.lift.library.pandas_windows import windowed
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.naming import unlike
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ORDERED = (Type.INT, Type.FLOAT, Type.DATE, Type.TIMESTAMP)
FILLS = {"backward": "ffill", "forward": "bfill"}


@function("pandas.merge_asof")
def merge_asof(lift: Lifter, args: Arguments) -> Value:
    """``pd.merge_asof(left, right, on=…, by=…, direction=…)``; both are sorted by their keys, or the script would have failed."""
    given = args.bind(
        "left", "right", on=None, left_on=None, right_on=None, by=None, left_by=None, right_by=None, suffixes=None,
        tolerance=None, allow_exact_matches=True, direction="backward",
    )  # fmt: skip
    left, right = lift.content(given["left"]), lift.content(given["right"])
    if not isinstance(left, Frame) or not isinstance(right, Frame):
        raise shape("merge_asof with something that is not a table")
    left, right = whole(lift, left, "merge_asof"), whole(lift, right, "merge_asof")
    direction = lift.const(given["direction"])
    if lift.content(given["tolerance"]) != Const(None) or direction not in FILLS:
        raise no_rule("merge_asof with a tolerance, or in both directions")
    keys = _names(lift, given, "on", "left_on", "right_on")
    by = _names(lift, given, "by", "left_by", "right_by", optional=True)
    if len(keys) != 1:
        raise shape("merge_asof by something else than one key")
    exact = bool(lift.const(given["allow_exact_matches"]))
    marks = _marks(left, right)
    a, b = _numbered(lift, left, marks[0]), _numbered(lift, right, marks[1])
    found = _found(lift, a, b, keys[0], by, marks, FILLS[direction], exact)
    out = joined(lift, a, found, JoinKind.LEFT, ((marks[0], marks[0]),), ("_x", "_y"))
    said = lift.const(given["suffixes"]) or ("_x", "_y")
    gone = {r for r, (x, y) in zip((k[1] for k in (*keys, *by)), (*keys, *by), strict=True) if x == y}
    rest = replace(b, columns=tuple((n, v) for n, v in b.columns if n not in gone))
    out = joined(lift, out, rest, JoinKind.LEFT, ((marks[2], marks[1]),), (said[0] or "", said[1] or ""))
    return lift.new(settled(lift, replace(out, columns=tuple((n, v) for n, v in out.columns if n not in marks))))


def _names(
    lift: Lifter, given: dict[str, Value], both: str, first: str, second: str, optional: bool = False
) -> list[tuple[str, str]]:
    if lift.content(given[both]) != Const(None):
        return [(n, n) for n in lift.strings(given[both])]
    if lift.content(given[first]) == Const(None) and lift.content(given[second]) == Const(None) and optional:
        return []
    if Const(None) in (lift.content(given[first]), lift.content(given[second])):
        raise no_rule("merge_asof by an index")
    a, b = lift.strings(given[first]), lift.strings(given[second])
    if len(a) != len(b):
        raise shape("merge_asof names another number of columns on either side")
    return list(zip(a, b, strict=True))


def _marks(left: Frame, right: Frame) -> tuple[str, str, str]:
    taken = {n.casefold() for f in (left, right) for n in (*f.names, *f.node.schema.names)}
    out: list[str] = []
    for base in ("left_row", "right_row", "nearest_row"):
        out.append(unlike(base, taken))
        taken.add(out[-1].casefold())
    return out[0], out[1], out[2]


def _numbered(lift: Lifter, frame: Frame, mark: str) -> Frame:
    """Return a table with the number of each row as one more column, and without its index."""
    node, frame = lift.materialise(replace(frame, index=(), levels=()))
    rows, number = windowed(lift, node, (), WindowColumn(mark, "row_number"), dropna=False)
    columns = tuple((n, lift.move(c, node, rows) if isinstance(c, Cell) else c) for n, c in frame.columns)
    return Frame(rows, (*columns, (mark, number)), ())


def _found(
    lift: Lifter,
    left: Frame,
    right: Frame,
    key: tuple[str, str],
    by: list[tuple[str, str]],
    marks: tuple[str, str, str],
    fill: str,
    exact: bool,
) -> Frame:
    """Return the number of each row of the left table with that of its row of the right one."""
    first = (fill == "ffill") == exact  # whether an equal key of the right table counts as before
    names = [f"by_{i}" for i in range(len(by))]
    none = cells.missing(Type.INT)
    sides = []
    for i, frame in enumerate((left, right)):
        columns = cells_of(frame)
        wanted = {"at": columns.get(key[i]), **{n: columns.get(pair[i]) for n, pair in zip(names, by, strict=True)}}
        if any(c is None for c in wanted.values()):
            raise shape("merge_asof by a column that a table does not have")
        if (nearest := wanted["at"]) is not None and nearest.nullable:
            wanted["at"] = cells.make("present", nearest)
        wanted["is_left"] = cells.cell_of(Const(i == 0))
        wanted["turn"] = cells.cell_of(Const(int((i == 0) == first)))
        wanted[marks[0]] = columns[marks[0]] if i == 0 else none
        wanted[marks[2]] = columns[marks[1]] if i == 1 else none
        sides.append(lift.materialise(Frame(frame.node, tuple((n, c) for n, c in wanted.items() if c is not None)))[0])
    _check(sides, names)
    both = lift.step(Concat, "both", inputs=tuple(sides))
    near = WindowColumn(marks[2], fill, marks[2])
    order = (("at", True), ("turn", True))
    seen = lift.step(Window, "both", both, parent=both, by=tuple(names), columns=(near,), order=order, drop_null_keys=False)
    kept = lift.step(Filter, "both", parent=seen, predicate=Column("is_left"))
    number = Cell(cells.make("present", cells.column(kept, marks[0])).expr, Type.INT)
    return Frame(kept, ((marks[0], number), (marks[2], cells.column(kept, marks[2]))), ())


def _check(sides: list[Node], by: list[str]) -> None:
    for name in ("at", *by):
        a, b = (n.schema.field(name).type for n in sides)
        if a is not b or (name == "at" and a not in ORDERED):
            raise shape("merge_asof by columns of different types, or of one that has no order")
