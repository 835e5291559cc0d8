"""scikit-learn: parameters of estimators within estimators, by path; and columns within a model, by place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Const, Estimator, Items, Matrix, Tup, Value
from lester_gui.rewrite.lift.library.sklearn_transformers import columns_chosen
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

NAMED = ("steps", "transformers", "transformer_list", "estimators")
"""Parameters that hold named estimators."""


def set_param(lift: Lifter, owner: Value, path: str, value: Value) -> None:
    """Set a parameter as ``set_params(clf__C=1)`` does.

    Raises
    ------
    Stopped
        If the path leads to no estimator that is known.
    """
    content = lift.content(owner)
    if not isinstance(content, Estimator):
        raise no_rule("set_params of this object")
    first, _, rest = path.partition("__")
    inner = _inner(lift, content, first)
    if rest:
        if inner is None:
            raise shape(f"set_params names a step {first!r} that is not there")
        set_param(lift, inner, rest, value)
    elif inner is not None and content.get(first) is None:
        lift.set(owner, _with_step(lift, content, first, value))
    else:
        lift.set(owner, replace(content, params=tuple((dict(content.params) | {first: value}).items())))


def _entries(lift: Lifter, content: Estimator) -> tuple[str, list[Tup]]:
    for name in NAMED:
        given = content.get(name)
        listed = lift.content(given) if given is not None else None
        if isinstance(listed, Items | Tup):
            entries = [lift.content(v) for v in listed.values]
            return name, [e for e in entries if isinstance(e, Tup) and len(e.items) >= 2]
    return "", []


def _inner(lift: Lifter, content: Estimator, name: str) -> Value | None:
    own = content.get(name)
    if own is not None and isinstance(lift.content(own), Estimator):
        return own
    for entry in _entries(lift, content)[1]:
        if lift.content(entry.items[0]) == Const(name):
            return entry.items[1]
    return None


def _with_step(lift: Lifter, content: Estimator, name: str, value: Value) -> Estimator:
    where, entries = _entries(lift, content)
    new = [Tup((e.items[0], value, *e.items[2:])) if lift.content(e.items[0]) == Const(name) else e for e in entries]
    return replace(content, params=tuple((dict(content.params) | {where: Items(tuple(new))}).items()))


def placed(lift: Lifter, model: Estimator, matrix: Matrix, scope: str) -> tuple[Estimator, Matrix]:
    """Return a model whose own encoders name their columns by place, and the matrix that it is given, which has no names.

    Raises
    ------
    Stopped
        If one of them stands where places no longer tell columns, or does more with texts than encode categories.
    """
    from lester_gui.rewrite.lift.library.sklearn_text_codes import numbered

    texts = (Type.STR, Type.DATE, Type.TIMESTAMP)
    reached = any(not b.chain and f.cell.type in texts for b in matrix.blocks for f in b.features) and _encoders(lift, model)
    model = _placed(lift, model, matrix, True)
    return numbered(lift, model, matrix, scope) if reached else (model, matrix)


def _encoders(lift: Lifter, content: Estimator) -> bool:
    values = [lift.content(v) for _, v in content.params]
    inner = [lift.content(e.items[1]) for e in _entries(lift, content)[1]]
    return any(
        isinstance(v, Estimator) and (v.name.startswith("sklearn.preprocessing") or _encoders(lift, v)) for v in (*values, *inner)
    )


def _placed(lift: Lifter, content: Estimator, matrix: Matrix, first: bool) -> Estimator:
    """`first`: whether what reaches this estimator is the matrix itself."""
    short = content.name.rsplit(".", 1)[-1]
    where, entries = _entries(lift, content)
    params: dict[str, Value] = dict(content.params)
    for name, value in content.params:
        inner = lift.content(value)
        if isinstance(inner, Estimator):
            params[name] = _placed(lift, inner, matrix, first)
    if not where:
        return replace(content, params=tuple(params.items()))
    new: list[Value] = []
    for i, entry in enumerate(entries):
        items = list(entry.items)
        reaches = first and (short != "Pipeline" or i == 0)
        inner = lift.content(items[1])
        if isinstance(inner, Estimator):
            items[1] = _placed(lift, inner, matrix, reaches and short != "ColumnTransformer")
        if short == "ColumnTransformer":
            items[2] = _places(lift, items[2], matrix, first)
        new.append(Tup(tuple(items)))
    params[where] = Items(tuple(new))
    return replace(content, params=tuple(params.items()))


def _places(lift: Lifter, value: Value, matrix: Matrix, first: bool) -> Value:
    if not first or any(b.chain for b in matrix.blocks):
        raise no_rule("a model that chooses columns of an encoded matrix by itself")
    features = [f for b in matrix.blocks for f in b.features]
    return Items(tuple(Const(i) for i in columns_chosen(lift, value, [f.name for f in features], features)))
