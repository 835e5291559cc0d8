"""Which columns of a plan's views show a person, and so are masked until somebody gives a reason.

A cell is personal when it carries a value that names somebody: a subject key or text made from one, a column whose name says
name, address or number of a person, or text that is different in most rows. A number or a truth value that a step worked out
is not: that a label derives from an ssn gives nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from lester_gui.errors import UserError
from lester_gui.ir.column_lineage import column_lineage
from lester_gui.ir.expressions import Apply, Column, Expr
from lester_gui.ir.nodes import Aggregate, Node, Opaque, Project, Read, Window
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Type

MASK: Final = "••••••"
REVEALED_SECONDS: Final = 30
SHORTEST_REASON: Final = 3
FEWEST_ROWS: Final = 50
"""Below this many values, text that is different in most rows may well be a list of categories."""
UNIQUE_SHARE: Final = 0.5

Cell = tuple[str, str]
"""A view and one of its columns."""
NearlyUnique = Callable[[str, str], bool]
"""Says whether most values of (view, column) occur once; asked only for columns that a read or a step makes."""

_PERSON: Final = (
    "customer|client|patient|person|user|member|employee|applicant|student|subscriber|sender|recipient|guest|driver|contact|"
    "owner|author|doctor|teacher|child|parent|spouse|mother|father"
)
_IDENTIFIER: Final = re.compile(
    r"^names?$|(^|_)("
    rf"({_PERSON}|first|last|full|given|family|middle|maiden|sur|fore|nick|display|login)_?names?"
    r"|e_?mail(_?addr(ess)?)?|(tele)?phone(_?(number|no|nr))?|(tele)?fax|mobile(_?(number|no|nr))?|msisdn|username|login"
    r"|((street|postal|home|mail(ing)?|ip|mac)_?)?addr(ess)?(_?line)?(_?\d)?|street"
    r"|date_of_birth|birth_?(date|day)|dob|ssn|social_security(_?(number|no|nr))?|nino|passport(_?(number|no|nr))?|tax_?id"
    r"|national_?id|iban|(credit_?)?card_?(number|no|nr)|account_?(number|no|nr)|licen[cs]e_?plate|mrn"
    r")$"
)
_ABOUT: Final = re.compile(r"(has|is|with|no|num|n|count|number_of)_")
"""``has_phone`` is no phone number."""
_NUMBERED: Final = re.compile(r"(^|_)(id|uuid|guid|key|nr|no|number|cid|uid|pid)$")
_TEXT: Final = frozenset({Type.STR, Type.STRS, Type.DATE, Type.TIMESTAMP})
_COPYING: Final = frozenset(
    {"min", "max", "first", "last", "mode", "shift", "ffill", "bfill", "running_first", "pandas_cummax", "pandas_cummin"}
)
"""Aggregates and window functions whose result is a value of one row."""
_CASTS: Final = frozenset({"py_int", "py_float", "py_str", "to_int", "to_float", "strip", "lower", "upper", "coalesce", "abs"})


def identifies(column: str) -> bool:
    """Say whether a column's name promises a direct identifier of a person.

    Examples
    --------
    >>> [identifies(n) for n in ("first_name", "eMail", "date of birth", "county_name", "email_count", "income")]
    [True, True, True, False, False, False]
    """
    tidy = _tidy(column)
    return _IDENTIFIER.search(tidy) is not None and _ABOUT.match(tidy) is None


def numbers_persons(column: str) -> bool:
    """Say whether a column's name promises a number per row, such as ``id``; it is personal if its values are nearly unique."""
    return _NUMBERED.search(_tidy(column)) is not None


def personal_columns(
    plan: Plan, subject_keys: Mapping[str, Collection[str]], nearly_unique: NearlyUnique
) -> dict[str, frozenset[str]]:
    """Return the personal columns of every view of a plan.

    Parameters
    ----------
    subject_keys
        Source → the columns that name a person, as in ``lester.toml``.
    nearly_unique
        Looks at the values of a column where it was made.
    """
    keys = {(r.name, c) for r in plan.reads for c in subject_keys.get(r.source, ()) if c in r.schema}
    lineage = column_lineage(*plan.views)
    copies = _copies(plan)
    made = {cell for cell, chain in copies.items() if chain == {cell}}
    known: dict[Cell, bool] = {}

    def unique(cell: Cell) -> bool:
        if cell not in known:
            known[cell] = nearly_unique(*cell)
        return known[cell]

    out: dict[str, frozenset[str]] = {}
    for node in plan.views:
        origins = lineage[node.name].origins
        out[node.name] = frozenset(
            f.name
            for f in node.schema
            if f.type not in (Type.BOOL, Type.FLOATS)
            and _is_personal(f.type, copies[(node.name, f.name)], origins[f.name], keys, made, unique)
        )
    return out


def require_reason(reason: str) -> str:
    """Return the reason for a reveal, trimmed.

    Raises
    ------
    UserError
        If it says nothing.
    """
    text = " ".join(reason.split())
    if len(text) < SHORTEST_REASON:
        raise UserError("A value is revealed with a reason only", "Say in a few words why you need to see it; it is journalled.")
    return text


def _is_personal(
    kind: Type,
    chain: frozenset[Cell],
    origins: frozenset[Cell],
    keys: set[Cell],
    made: set[Cell],
    unique: Callable[[Cell], bool],
) -> bool:
    if chain & keys or any(identifies(name) for _, name in chain):
        return True
    if kind in _TEXT and origins & keys:
        return True
    if kind in (Type.STR, Type.STRS) or any(numbers_persons(name) for _, name in chain):
        return any(unique(cell) for cell in chain & made)
    return False


def _copies(plan: Plan) -> dict[Cell, frozenset[Cell]]:
    """Return for every column the columns whose values it carries unchanged, itself included, back to where they were made."""
    out: dict[Cell, frozenset[Cell]] = {}
    for node in plan.views:
        sources = node.definitions()
        for name in node.schema.names:
            own = (node.name, name)
            above = [(node.parents[side].name, column) for side, column in sources[name]] if _is_copy(node, name) else []
            out[own] = frozenset({own}).union(*(out[cell] for cell in above))
    return out


def _is_copy(node: Node, column: str) -> bool:
    if isinstance(node, Read):
        return False
    if isinstance(node, Project):
        expr = dict(node.assigned).get(column)
        return expr is None or _carries(expr)
    if isinstance(node, Aggregate):
        return column in node.by or any(m.name == column and m.function in _COPYING for m in node.measures)
    if isinstance(node, Window):
        made = {c.name: c.function for c in node.columns}
        return column not in made or made[column] in _COPYING
    return not isinstance(node, Opaque)


def _carries(expr: Expr) -> bool:
    """Whether the expression is a column, or a column read as another type: customer 17 stays who they are as ``17.0``."""
    while isinstance(expr, Apply) and expr.operator in _CASTS:
        expr = expr.arguments[0]
    return isinstance(expr, Column)


def _tidy(column: str) -> str:
    return re.sub(r"[\s.\-/]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.strip())).casefold()
