"""pandas: one-hot columns by get_dummies, and tables that hold them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Option, Options
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Encoded, Frame, Value
from lester_gui.rewrite.lift.library.pandas_categories import known_categories
from lester_gui.rewrite.lift.library.pandas_frame import column_of
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("pandas.get_dummies")
def get_dummies(lift: Lifter, args: Arguments) -> Value:
    """``pd.get_dummies(frame, columns=…)``: one-hot columns, by all rows at hand, at the end of the frame.

    Of categories that the script lists there is one column each, in their order, whether a row has it or not.
    """
    given = args.bind(
        "data", "prefix", ignored=("dtype", "prefix_sep", "sparse"), prefix=None, columns=None, drop_first=False, dummy_na=False
    )
    content = lift.content(given["data"])
    if isinstance(content, Column1):
        name = content.name or "value"
        frame = Frame(content.node, ((name, content.cell),), content.index, (), content.part)
        own = {name: content}
    elif isinstance(content, Frame):
        frame, own = content, {}
    else:
        raise no_rule("get_dummies of this object")
    if lift.const(given["dummy_na"]):
        raise no_rule("get_dummies with dummy_na")
    if lift.content(given["columns"]) == Const(None):
        names = tuple(n for n, c in frame.columns if isinstance(c, Cell) and (c.type is Type.STR or n in lift.categories))
    else:
        names = lift.strings(given["columns"])
    kept = {n: v for n, v in frame.columns if n not in names}
    scope = scope_of(lift, frame.node, frame.part)
    drop = "first" if lift.const(given["drop_first"]) else None
    for n in names:
        column = own.get(n) or column_of(lift, frame, n)
        if not isinstance(column, Column1) or isinstance(frame.get(n), Encoded):
            raise shape(f"get_dummies of {n!r}, which was encoded before")
        listed = known_categories(lift, column)
        if not listed and (column.category == "listed" or n in lift.categories):
            raise no_rule("get_dummies of categories whose order was fixed before")
        params: Options = (
            ("categories", cast("tuple[Option, ...]", listed) or "auto"),
            ("drop", drop),
            ("handle_unknown", "error"),
            ("missing", "none"),
        )
        kept[f"{n}_*"] = Encoded(column.cell, (Transformer("one_hot", params),), scope, lift.lines)
    return lift.new(replace(frame, columns=tuple(kept.items())))
