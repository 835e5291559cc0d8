"""scikit-learn: transformers, column transformers and pipelines, unfitted, as blocks of a matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Options
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.domain import (
    Const,
    Estimator,
    Feature,
    Items,
    Matrix,
    MatrixBlock,
    Module,
    Tup,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.library.sklearn_names import ARRAY_FUNCTIONS, is_model
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
        parts = [apply(lift, inner, matrix, scope, step) for step, inner in _pairs(lift, content.get("transformer_list"))]
        return blocks.beside(lift, parts)
    transformers = translate(lift, content, matrix)
    fitted = scope if any(t.kind != "passthrough" and t.kind != "function" for t in transformers) else ""
    for t in transformers:
        matrix = blocks.transformed(matrix, t, name or short.lower(), fitted, content.lines)
    return matrix


def is_model_value(lift: Lifter, value: Value) -> bool:
    """Whether a value is an estimator that predicts."""
    content = lift.content(value)
    return isinstance(content, Estimator) and is_model(content.name)


def _pairs(lift: Lifter, value: Value | None) -> list[tuple[str, Value]]:
    content = lift.content(value) if value is not None else None
    entries = content.values if isinstance(content, Items) else content.items if isinstance(content, Tup) else None
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
    features = plain_features(matrix)
    names = [f.name for f in features]
    transformers = lift.content(content.get("transformers") or Const(None))
    if not isinstance(transformers, Items | Tup):
        raise shape("The transformers of a ColumnTransformer are not known")
    used: set[int] = set()
    parts: list[Matrix] = []
    for entry in transformers.values if isinstance(transformers, Items) else transformers.items:
        triple = lift.content(entry)
        if not isinstance(triple, Tup) or len(triple.items) != 3:
            raise shape("An entry of a ColumnTransformer is not (name, transformer, columns)")
        name, places = lift.text(triple.items[0]), columns_chosen(lift, triple.items[2], names, features)
        used.update(places)
        if not places:
            continue
        one = replace(matrix, blocks=(MatrixBlock(name, tuple(features[i] for i in places)),))
        parts.append(apply(lift, triple.items[1], one, scope, name))
    remainder = content.get("remainder") or Const("drop")
    rest = [f for i, f in enumerate(features) if i not in used]
    if lift.content(remainder) != Const("drop") and rest:
        parts.append(apply(lift, remainder, replace(matrix, blocks=(MatrixBlock("remainder", tuple(rest)),)), scope, "remainder"))
    if not parts:
        raise shape("A ColumnTransformer without columns")
    return blocks.beside(lift, parts)


def plain_features(matrix: Matrix) -> list[Feature]:
    """Return the features of a matrix that passed no transformer yet."""
    if any(b.chain for b in matrix.blocks):
        raise no_rule("choosing columns of an encoded matrix")
    return [f for b in matrix.blocks for f in b.features]


def columns_chosen(lift: Lifter, value: Value, names: list[str], features: list[Feature]) -> list[int]:
    """Return the places of the columns that an entry of a ColumnTransformer names."""
    content = lift.content(value)
    if isinstance(content, Estimator):
        return _by_type(lift, content, features)
    chosen = lift.const(content)
    if isinstance(chosen, str | int):
        chosen = [chosen]
    out = []
    for c in chosen:
        if isinstance(c, bool):
            raise no_rule("a ColumnTransformer with a mask of columns")
        if isinstance(c, int):
            out.append(c if c >= 0 else c + len(names))
        elif c in names:
            out.append(names.index(c))
        else:
            raise shape(f"There is no column {c!r} to encode")
    return out


def _by_type(lift: Lifter, selector: Estimator, features: list[Feature]) -> list[int]:
    include, exclude = selector.get("dtype_include"), selector.get("dtype_exclude")
    if selector.get("pattern") is not None:
        raise no_rule("a column selector with a pattern")
    kinds = kinds_named(lift, include) if include is not None else set(Type)
    banned = kinds_named(lift, exclude) if exclude is not None else set()
    return [i for i, f in enumerate(features) if f.cell.type in kinds and f.cell.type not in banned]


def kinds_named(lift: Lifter, value: Value) -> set[Type]:
    """Return the types that NumPy or pandas type names stand for."""
    content = lift.content(value)
    if isinstance(content, Items | Tup):
        return {k for v in (content.values if isinstance(content, Items) else content.items) for k in kinds_named(lift, v)}
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else str(lift.const(content))
    table = {
        "number": {Type.INT, Type.FLOAT}, "int": {Type.INT}, "int64": {Type.INT}, "float": {Type.FLOAT}, "float64": {Type.FLOAT},
        "object": {Type.STR}, "str": {Type.STR}, "string": {Type.STR}, "category": {Type.STR}, "bool": {Type.BOOL},
        "datetime": {Type.TIMESTAMP, Type.DATE}, "datetime64": {Type.TIMESTAMP, Type.DATE},
    }  # fmt: skip
    if name not in table:
        raise no_rule(f"columns of the type {name}")
    return table[name]


def translate(lift: Lifter, content: Estimator, matrix: Matrix) -> tuple[Transformer, ...]:
    """Return a scikit-learn transformer as the plan writes it, every parameter that matters spelled out."""
    short = content.name.rsplit(".", 1)[-1]

    def given(name: str, default: object) -> object:
        value = content.get(name)
        return default if value is None else lift.const(value)

    def only(*known: str) -> None:
        for name, _ in content.params:
            if name not in known:
                raise no_rule(f"the option {name} of {short}")

    if short == "StandardScaler":
        only("with_mean", "with_std", "copy")
        flags = (("ddof", 0), ("with_mean", bool(given("with_mean", True))), ("with_std", bool(given("with_std", True))))
        return (Transformer("standard_scaler", flags),)
    if short == "OneHotEncoder":
        return (one_hot(lift, content, matrix),)
    if short == "SimpleImputer":
        only("strategy", "fill_value", "copy", "missing_values", "add_indicator", "keep_empty_features")
        missing = given("missing_values", float("nan"))
        if given("add_indicator", False) or (missing is not None and missing == missing):
            raise no_rule("SimpleImputer with add_indicator or missing_values")
        strategy, fill = given("strategy", "mean"), given("fill_value", None)
        if strategy == "constant" and fill is None:
            fill = "missing_value" if any(f.cell.type is Type.STR for b in matrix.blocks for f in b.features) else 0
        return (Transformer("simple_imputer", (("fill_value", fill), ("strategy", strategy))),)  # type: ignore[arg-type]
    if short == "FunctionTransformer":
        only("func", "validate", "feature_names_out", "inverse_func", "check_inverse", "accept_sparse", "kw_args")
        return (function_transformer(lift, content),)
    raise no_rule(f"the transformer {short}")


def one_hot(lift: Lifter, content: Estimator, matrix: Matrix) -> Transformer:
    """Return OneHotEncoder's parameters."""
    allowed = {"categories", "handle_unknown", "drop", "sparse_output", "dtype", "n_values", "categorical_features"}
    for name, _ in content.params:
        if name not in allowed - {"n_values", "categorical_features"}:
            raise no_rule(f"the option {name} of OneHotEncoder")
    categories = content.get("categories")
    listed: object = "auto"
    if categories is not None and lift.const(categories) != "auto":
        lists = lift.const(categories)
        width = sum(len(b.features) for b in matrix.blocks)
        if len(lists) != 1 or width != 1:
            raise no_rule("OneHotEncoder with listed categories for several columns")
        listed = tuple(lists[0])
    handle = content.get("handle_unknown")
    drop = content.get("drop")
    params: Options = (
        ("categories", listed),  # type: ignore[assignment]
        ("drop", lift.const(drop) if drop is not None else None),
        ("handle_unknown", lift.const(handle) if handle is not None else "error"),
    )
    return Transformer("one_hot", params)


def function_transformer(lift: Lifter, content: Estimator) -> Transformer:
    """Return a FunctionTransformer of a NumPy function or of a function of the script."""
    func = content.get("func")
    target = lift.content(func) if func is not None else Const(None)
    if target == Const(None):
        return Transformer("passthrough")
    if content.get("kw_args") is not None:
        raise no_rule("FunctionTransformer with kw_args")
    if isinstance(target, Module) and target.name in {f"numpy.{n}" for n in ARRAY_FUNCTIONS}:
        return Transformer("function", (("function", target.name),))
    if isinstance(target, UserFunction):
        from lester_gui.rewrite.lift.carried import carry_transformer

        return Transformer("function", (("function", carry_transformer(lift, target)),))
    raise no_rule("FunctionTransformer of this function")
