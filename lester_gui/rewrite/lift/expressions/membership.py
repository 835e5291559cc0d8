"""``needle in where``, for all that a value can be looked for in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, group_parts, paths, side_dicts
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Fields,
    Frame,
    InLoop,
    Items,
    Keyed,
    Maybe,
    Order,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.expressions.operators import compare
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.json_values import Json, JsonDocument, Several
from lester_gui.rewrite.lift.nested_dicts import NestedDict, NestedOf, NestedSlot
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.side_totals import SideDict, SideLists, SideTable
from lester_gui.rewrite.lift.statements.branch import condition_of
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def contains(lift: Lifter, needle: Value, where: Value) -> Expr:
    """Return the condition ``needle in where``."""
    if isinstance(where, Fields):
        from lester_gui.rewrite.lift.texts import any_field

        return any_field(lift, where, needle)
    if isinstance(where, InLoop):
        from lester_gui.rewrite.lift import dict_state, loops

        if dict_state.is_dict(where):
            return dict_state.there(lift, where.ident, needle)
        return loops.seen_before(lift, where, needle)
    if isinstance(where, JsonDocument):
        from lester_gui.rewrite.lift.library.json_documents import entries

        where = entries(lift, where)
    if isinstance(where, Groups):
        from lester_gui.rewrite.lift.library.group_lists import as_set

        where = as_set(where)
    if isinstance(where, Accessor) and where.kind == "pieces":
        from lester_gui.rewrite.lift.library.text_pieces import has_piece

        return has_piece(lift, where, needle)
    if isinstance(where, NestedDict | NestedOf | NestedSlot):
        from lester_gui.rewrite.lift.library.nested_dicts import contains as nested_contains

        return nested_contains(lift, where, needle)
    if isinstance(where, GroupOf):
        return group_parts.has(lift, where, needle)
    if isinstance(where, SideDict | SideLists | SideTable):
        return side_dicts.under(lift, where, needle)[0]
    if isinstance(where, Keyed | Vocabulary):
        from lester_gui.rewrite.lift.stages import hit

        return hit(lift, where, needle)
    if isinstance(where, Order):
        from lester_gui.rewrite.lift.masks import side_leaf

        if not lift.loops or lift.loops[-1].node is None:
            raise no_rule("'in' on row numbers here")
        return side_leaf(lift, where, cells.cell_of(needle), lift.loops[-1].node)
    if isinstance(where, Maybe) and isinstance(where.value, Json):
        where = where.value  # None holds nothing, so an object is there where the script goes on
    if isinstance(where, Json):
        from lester_gui.rewrite.lift.library.json_objects import is_there

        return is_there(where, needle)
    if isinstance(where, Entries) and where.factory.startswith("object:"):
        raise no_rule("'in' on an object of the script's own class")
    if isinstance(where, Entries):
        where = Tup(tuple(k for k, _ in where.items))
    if isinstance(where, Items):
        where = Tup(where.values)
    if isinstance(where, Tup) and lift.kind(lift.content(needle)) == "dtype":
        from lester_gui.rewrite.lift.library.pandas_dtypes import equal

        return TRUE if any(equal(lift, lift.content(needle), lift.content(v)) for v in where.items) else FALSE
    if isinstance(where, Tup):
        if isinstance(needle, Const) and all(isinstance(v, Const) for v in where.items):
            return TRUE if needle in where.items else FALSE
        if isinstance(needle, Several):
            tests = [condition_of(lift, compare(lift, "Eq", needle, v)) for v in where.items]
            return paths.negated(paths.conjunction(paths.negated(t) for t in tests if t is not None))
        cell = cells.cell_of(needle)
        options = [cells.cell_of(v) for v in where.items]
        if cell.nullable and any(isinstance(v, Const) and v.value != v.value for v in where.items):
            raise shape("NaN is looked for in a list, where the answer depends on which NaN it is")
        if not options:
            return FALSE
        if all(isinstance(v, Const) and o.type is cell.type for v, o in zip(where.items, options, strict=True)):
            return cells.make("is_in", cell, *options).expr
        return paths.disjunction(cells.compare("Eq", cell, o, lift.pandas).expr for o in options)
    if isinstance(where, Const) and isinstance(where.value, str) and isinstance(needle, Const):
        return TRUE if str(needle.value) in where.value else FALSE
    if isinstance(where, Cell | Const) and cells.cell_of(where).type is Type.STR:
        text = cells.cell_of(where)
        if text.nullable:
            raise shape("'in' is used on a text that may be missing")
        return cells.make("contains", text, cells.cell_of(needle)).expr
    if isinstance(where, Column1 | Rows | Frame):
        from lester_gui.rewrite.lift.stages import semi

        return semi(lift, where, needle)
    raise no_rule("'in' on this object")
