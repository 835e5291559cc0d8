"""Lists of JSON objects as data frames: a column per field, missing where it is null or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Result, Rows, Value
from lester_gui.rewrite.lift.json_values import Json, JsonDocument
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def frame_of_objects(lift: Lifter, data: Rows, template: Json, wanted: tuple[str, ...] | None) -> Frame:
    """Return ``pd.DataFrame(objects)``.

    Raises
    ------
    Stopped
        If a wanted column is in no object.
    """
    if template.prefix or data.part is not None:
        raise no_rule("DataFrame of inner JSON objects")
    columns = dict(template.columns)
    fields = tuple(n[:-1] for n in columns if n.endswith("?") and "." not in n)
    names = wanted or fields
    if set(names) - set(fields):
        raise shape("A column is wanted that no JSON object has")
    values: dict[str, Value] = {n: _column(columns.get(n)) for n in names}
    known = [n for n in names if isinstance(values[n], Cell)]
    node, found = lift.resolve(data.node, *(cells.cell_of(values[n]) for n in known))
    values |= dict(zip(known, found, strict=True))
    return lift.materialise(Frame(node, tuple(values.items())))[1]


@function("pandas.json_normalize", "pandas.io.json.json_normalize")
def json_normalize(lift: Lifter, args: Arguments) -> Value:
    """``pd.json_normalize(objects, sep=…)``: a column for each field, those of objects within under names put together.

    Fields of objects come after the others, as pandas puts them.
    """
    given = args.bind("data", sep=".", max_level=None)
    data, sep = lift.content(given["data"]), lift.text(given["sep"])
    if isinstance(data, JsonDocument) or not isinstance(data, Rows) or lift.content(given["max_level"]) != Const(None):
        raise no_rule("json_normalize of this object")
    template = lift.content(data.template)
    if not isinstance(template, Json) or template.prefix or data.part is not None:
        raise no_rule("json_normalize of something else than a list of objects")
    columns = dict(template.columns)
    if any(n.endswith("{}") and n.count(".") for n in columns):
        raise no_rule("json_normalize of objects within objects within objects")
    fields = [n[:-1] for n in columns if n.endswith("?") and f"{n[:-1]}{{}}" not in columns]
    fields.sort(key=lambda n: n.count("."))
    values: dict[str, Value] = {n.replace(".", sep): _column(columns.get(n)) for n in fields}
    known = [n for n in values if isinstance(values[n], Cell)]
    node, found = lift.resolve(data.node, *(cells.cell_of(values[n]) for n in known))
    values |= dict(zip(known, found, strict=True))
    return lift.new(lift.materialise(Frame(node, tuple(values.items()), ()))[1])


def _column(cell: Cell | None) -> Value:
    """Return a field as pandas has it: whole numbers of which some are missing are floats; lists and objects are left alone."""
    if cell is None or (cell.type is Type.BOOL and cell.nullable):
        return Result("a column of objects")
    return cells.make("to_float", cell) if cell.type is Type.INT and cell.nullable else cell
