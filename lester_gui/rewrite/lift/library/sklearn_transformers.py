"""scikit-learn: transformers, column transformers and pipelines, unfitted, as blocks of a matrix."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features import chain
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.classes import class_of
from lester_gui.rewrite.lift.domain import (
    Const,
    Estimator,
    Feature,
    Frame,
    Items,
    Matrix,
    Module,
    Tup,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.library.sklearn_dicts import vectorised
from lester_gui.rewrite.lift.library.sklearn_names import is_model
from lester_gui.rewrite.lift.library.sklearn_objects import complete, through_function, through_object
from lester_gui.rewrite.lift.library.sklearn_translate import translate
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def apply(lift: Lifter, value: Value, matrix: Matrix, scope: str, name: str) -> Matrix:
    """Return a matrix after an (unfitted) transformer that is fitted on `scope`."""
    content = lift.content(value)
    if isinstance(content, Const):
        if content.value in ("passthrough", None):
            return matrix
        if content.value == "drop":
            return replace(matrix, blocks=())
    made_by_script = class_of(lift, content)
    if made_by_script is not None:
        return through_object(lift, value, made_by_script, matrix, name)
    if not isinstance(content, Estimator):
        raise no_rule("a transformer that is not scikit-learn's own")
    short = content.name.rsplit(".", 1)[-1]
    if short == "Pipeline":
        for step, inner in steps_of(lift, content):
            if is_model_value(lift, inner):
                raise shape("A pipeline that ends in a model is used as a transformer")
            matrix = apply(lift, inner, matrix, scope, name or step)
        return matrix
    if short == "ColumnTransformer":
        return column_transformer(lift, content, matrix, scope)
    if short == "FeatureUnion":
        complete(matrix)
        if content.get("transformer_weights") is not None:
            raise no_rule("FeatureUnion with transformer_weights")
        parts = [
            apply(lift, inner, blocks.renamed(matrix, step), scope, step)
            for step, inner in _pairs(lift, content.get("transformer_list"))
            if lift.content(inner) != Const("drop")
        ]
        return blocks.beside(lift, parts)
    if short == "DictVectorizer":
        return vectorised(lift, content, matrix, scope, name)
    function = lift.content(content.get("func") or Const(None)) if short == "FunctionTransformer" else None
    if isinstance(function, UserFunction) and (matrix.framed or isinstance(function.node, ast.Lambda)):
        followed = None if content.get("kw_args") else through_function(lift, function, matrix, name)
        if followed is not None:
            return followed
        if matrix.framed and not matrix.flat:
            raise no_rule(f"the function {function.name} of a table, as a step of a pipeline")
    made = translate(lift, content, matrix)
    return blocks.transformed(matrix, made, name or short.lower(), scope if chain.learns(made) else "", content.lines)


def is_model_value(lift: Lifter, value: Value) -> bool:
    """Whether a value is an estimator that predicts."""
    content = lift.content(value)
    return isinstance(content, Estimator) and is_model(content.name)


def _pairs(lift: Lifter, value: Value | None) -> list[tuple[str, Value]]:
    content = lift.content(value) if value is not None else None
    entries = content.values if isinstance(content, Items | Tup) else None
    if entries is None:
        raise shape("The steps of a pipeline are not known")
    out = []
    for entry in entries:
        pair = lift.content(entry)
        if not isinstance(pair, Tup) or len(pair.items) != 2:
            raise shape("A step of a pipeline is not a pair of name and estimator")
        out.append((lift.text(pair.items[0]), pair.items[1]))
    return out


def steps_of(lift: Lifter, pipeline: Estimator) -> list[tuple[str, Value]]:
    """Return the (name, estimator) pairs of a Pipeline."""
    return _pairs(lift, pipeline.get("steps"))


def column_transformer(lift: Lifter, content: Estimator, matrix: Matrix, scope: str) -> Matrix:
    """Return a matrix after a ColumnTransformer: its blocks side by side, then the remainder."""
    if content.get("transformer_weights") is not None:
        raise no_rule("ColumnTransformer with transformer_weights")
    places_of = blocks.single_features(matrix)
    features = [b.features[0] for b in places_of]
    names = [f.name if not b.chain else "" for f, b in zip(features, places_of, strict=True)]
    transformers = lift.content(content.get("transformers") or Const(None))
    if not isinstance(transformers, Items | Tup):
        raise shape("The transformers of a ColumnTransformer are not known")
    used: set[int] = set()
    parts: list[Matrix] = []
    for entry in transformers.values:
        triple = lift.content(entry)
        if not isinstance(triple, Tup) or len(triple.items) != 3:
            raise shape("An entry of a ColumnTransformer is not (name, transformer, columns)")
        if matrix.lacking:
            _by_name_alone(lift, triple.items[2], names, matrix)
        name, places = lift.text(triple.items[0]), columns_chosen(lift, triple.items[2], names, features)
        used.update(places)
        if not places or lift.content(triple.items[1]) == Const("drop"):
            continue
        bare = isinstance(lift.content(triple.items[2]), Const)
        one = replace(matrix, blocks=blocks.grouped(name, [places_of[i] for i in places]), flat=bare)
        parts.append(apply(lift, triple.items[1], one, scope, name))
    remainder = content.get("remainder") or Const("drop")
    if lift.content(remainder) != Const("drop"):
        complete(matrix)
    rest = [b for i, b in enumerate(places_of) if i not in used]
    if lift.content(remainder) != Const("drop") and rest:
        left = replace(matrix, blocks=blocks.grouped("remainder", rest), flat=False)
        parts.append(apply(lift, remainder, left, scope, "remainder"))
    if not parts:
        raise shape("A ColumnTransformer without columns")
    return blocks.beside(lift, parts)


def _by_name_alone(lift: Lifter, value: Value, names: list[str], matrix: Matrix) -> None:
    """Raise where columns are chosen otherwise than by names, of a table with columns that the plan does not carry."""
    from lester_gui.rewrite.lift.library.pandas_frame import missing_column

    content = lift.content(value)
    chosen = None if isinstance(content, Estimator | UserFunction) else lift.const(content)
    listed = [chosen] if isinstance(chosen, str) else chosen
    if not isinstance(listed, list | tuple) or not all(isinstance(c, str) for c in listed):
        complete(matrix)
    unknown = [c for c in listed or () if c not in names]
    if unknown:
        raise missing_column(lift, Frame(matrix.node, tuple((n, v) for _, n, v in matrix.lacking)), *unknown)


def columns_chosen(lift: Lifter, value: Value, names: list[str], features: list[Feature]) -> list[int]:
    """Return the places of the columns that an entry of a ColumnTransformer names: names, places, a mask, a slice, a selector."""
    content = lift.content(value)
    if isinstance(content, Estimator):
        return _by_type(lift, content, features)
    if isinstance(content, UserFunction):
        raise no_rule("a ColumnTransformer that asks a function for its columns")
    chosen = lift.const(content)
    if isinstance(chosen, slice):
        return _by_slice(chosen, names)
    if isinstance(chosen, str | int):
        chosen = [chosen]
    if chosen and all(isinstance(c, bool) for c in chosen):
        if len(chosen) != len(names):
            raise shape("A mask has another number of columns than the table")
        return [i for i, wanted in enumerate(chosen) if wanted]
    out = []
    for c in chosen:
        if isinstance(c, int) and -len(names) <= c < len(names):
            out.append(c if c >= 0 else c + len(names))
        elif isinstance(c, str) and names.count(c) == 1:
            out.append(names.index(c))
        else:
            raise shape(f"There is no single column {c!r} to encode")
    return out


def _by_slice(chosen: slice, names: list[str]) -> list[int]:
    """Return the places of a slice; one by names includes its end, as in pandas."""
    if chosen.step not in (None, 1):
        raise no_rule("a ColumnTransformer with a slice of steps")

    def place(bound: object, after: bool) -> int | None:
        if not isinstance(bound, str):
            return bound if isinstance(bound, int) else None
        if names.count(bound) != 1:
            raise shape(f"There is no single column {bound!r} to encode")
        return names.index(bound) + after

    return list(range(len(names)))[place(chosen.start, False) : place(chosen.stop, True)]


def _by_type(lift: Lifter, selector: Estimator, features: list[Feature]) -> list[int]:
    include, exclude = selector.get("dtype_include"), selector.get("dtype_exclude")
    pattern = selector.get("pattern")
    fits = re.compile(lift.text(pattern)) if pattern is not None and lift.content(pattern) != Const(None) else None
    include = None if include is not None and lift.content(include) == Const(None) else include
    exclude = None if exclude is not None and lift.content(exclude) == Const(None) else exclude
    kinds = kinds_named(lift, include) if include is not None else set(Type)
    banned = kinds_named(lift, exclude) if exclude is not None else set()
    return [
        i
        for i, f in enumerate(features)
        if f.cell.type in kinds and f.cell.type not in banned and (fits is None or fits.search(f.name))
    ]


def kinds_named(lift: Lifter, value: Value) -> set[Type]:
    """Return the types that NumPy or pandas type names stand for."""
    content = lift.content(value)
    if isinstance(content, Items | Tup):
        return {k for v in content.values for k in kinds_named(lift, v)}
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else str(lift.const(content))
    table = {
        "number": {Type.INT, Type.FLOAT}, "int": {Type.INT}, "int64": {Type.INT}, "float": {Type.FLOAT}, "float64": {Type.FLOAT},
        "object": {Type.STR}, "str": {Type.STR}, "string": {Type.STR}, "category": {Type.STR}, "bool": {Type.BOOL},
        "datetime": {Type.TIMESTAMP, Type.DATE}, "datetime64": {Type.TIMESTAMP, Type.DATE},
    }  # fmt: skip
    if name not in table:
        raise no_rule(f"columns of the type {name}")
    return table[name]
