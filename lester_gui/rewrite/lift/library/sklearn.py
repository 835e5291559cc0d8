"""scikit-learn: unfitted transformers and models, pipelines and column transformers, fit, transform, predict, score."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Options
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, cells
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Estimator,
    Feature,
    Frame,
    Items,
    Matrix,
    MatrixBlock,
    Module,
    Ref,
    Result,
    Tup,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MODEL_MODULES = (
    "linear_model", "ensemble", "tree", "svm", "neighbors", "neural_network", "naive_bayes", "discriminant_analysis", "dummy", "kernel_ridge",
)  # fmt: skip
# The few parameters that scikit-learn takes, or took, by position.
POSITIONAL = {
    "KNeighborsClassifier": ("n_neighbors",), "KNeighborsRegressor": ("n_neighbors",), "Ridge": ("alpha",), "Lasso": ("alpha",),
    "RandomForestClassifier": ("n_estimators",), "RandomForestRegressor": ("n_estimators",), "MLPClassifier": ("hidden_layer_sizes",),
    "MLPRegressor": ("hidden_layer_sizes",), "LogisticRegression": ("penalty",), "RidgeClassifier": ("alpha",),
    "FunctionTransformer": ("func",), "Pipeline": ("steps",), "ColumnTransformer": ("transformers",), "FeatureUnion": ("transformer_list",),
    "OneHotEncoder": (), "StandardScaler": (), "SimpleImputer": (),
}  # fmt: skip
# Names and values that older versions used.
RENAMED = {
    ("OneHotEncoder", "sparse"): "sparse_output",
    ("GradientBoostingClassifier", "presort"): "",
    ("AdaBoostClassifier", "base_estimator"): "estimator",
    ("BaggingClassifier", "base_estimator"): "estimator",
    ("SGDClassifier", "n_iter"): "max_iter",
}
REVALUED = {("loss", "log"): "log_loss", ("loss", "deviance"): "log_loss", ("max_features", "auto"): "sqrt"}
ARRAY_FUNCTIONS = ("log1p", "log", "sqrt", "exp", "abs")


def estimator(lift: Lifter, name: str, args: Arguments) -> Value:
    """Return an unfitted estimator with the parameters of the call."""
    short = name.rsplit(".", 1)[-1]
    places = POSITIONAL.get(short, ())
    if len(args.positional) > len(places):
        raise no_rule(f"{short} with positional arguments")
    params = dict(zip(places, args.positional, strict=False)) | args.keywords
    out = {new: value for old, value in params.items() if (new := RENAMED.get((short, old), old))}
    return lift.new(Estimator(name, tuple(out.items()), None, lift.lines))


@function("sklearn.pipeline.make_pipeline")
def make_pipeline(lift: Lifter, args: Arguments) -> Value:
    """``make_pipeline(a, b)``: steps named after their classes."""
    args.bind(*(f"step{i}" for i in range(len(args.positional))), ignored=("memory", "verbose"))
    steps = Items(tuple(Tup((Const(short_name(lift, v)), v)) for v in args.positional))
    return lift.new(Estimator("sklearn.pipeline.Pipeline", (("steps", steps),)))


@function("sklearn.pipeline.make_union")
def make_union(lift: Lifter, args: Arguments) -> Value:
    """``make_union(a, b)``."""
    steps = Items(tuple(Tup((Const(short_name(lift, v)), v)) for v in args.positional))
    return lift.new(Estimator("sklearn.pipeline.FeatureUnion", (("transformer_list", steps),)))


@function("sklearn.compose.make_column_transformer")
def make_column_transformer(lift: Lifter, args: Arguments) -> Value:
    """``make_column_transformer((transformer, columns), …)``; old scripts have the two the other way round."""
    triples = []
    for value in args.positional:
        pair = lift.content(value)
        if not isinstance(pair, Tup) or len(pair.items) != 2:
            raise no_rule("make_column_transformer with this argument")
        a, b = pair.items
        if isinstance(lift.content(b), Estimator):
            a, b = b, a
        triples.append(Tup((Const(short_name(lift, a)), a, b)))
    params: list[tuple[str, Value]] = [("transformers", Items(tuple(triples)))]
    params += [(k, v) for k, v in args.keywords.items() if k == "remainder"]
    return lift.new(Estimator("sklearn.compose.ColumnTransformer", tuple(params)))


@function("sklearn.compose.make_column_selector")
def make_column_selector(lift: Lifter, args: Arguments) -> Value:
    """``make_column_selector(dtype_include=…)``: columns by their types."""
    return lift.new(Estimator("sklearn.compose.make_column_selector", tuple(args.keywords.items())))


def short_name(lift: Lifter, value: Value) -> str:
    """Return the name a step gets from its class."""
    content = lift.content(value)
    return content.name.rsplit(".", 1)[-1].lower() if isinstance(content, Estimator) else str(lift.const(content))


def is_model(name: str) -> bool:
    """Whether an estimator predicts."""
    parts = name.split(".")
    return len(parts) > 2 and parts[1] in MODEL_MODULES


# -- transformers ------------------------------------------------------------------------------------------------------


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


# -- fit, transform, predict -------------------------------------------------------------------------------------------


@method("estimator", "fit", "fit_transform", "fit_predict", "partial_fit")
def fit(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``estimator.fit(X, y)``."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("fit_predict", "partial_fit"):
        raise no_rule(f"{what}")
    given = args.bind("X", "y", y=None)
    owner = args.owner
    if is_predictor(lift, content):
        return fit_model(lift, content, given, args)
    short = content.name.rsplit(".", 1)[-1]
    if short in ("LabelEncoder", "LabelBinarizer"):
        return encode_label(lift, content, given["X"], what, owner)
    matrix = blocks.of_value(lift, given["X"])
    scope = blocks.scope_of(lift, matrix.node, matrix.part)
    lift.set(owner, replace(content, fitted=Const(scope)))
    if what == "fit":
        return owner if owner is not None else lift.new(content)
    return apply(lift, content, matrix, scope, "")


def is_predictor(lift: Lifter, content: Estimator) -> bool:
    """Whether an estimator is a model or a pipeline that ends in one."""
    if content.name.endswith(".Pipeline"):
        steps = steps_of(lift, content)
        last = lift.content(steps[-1][1])
        return isinstance(last, Estimator) and is_predictor(lift, last)
    return is_model(content.name)


def fit_model(lift: Lifter, content: Estimator, given: dict[str, Value], args: Arguments) -> Value:
    """Note that a model is fitted."""
    from lester_gui.rewrite.lift.learning import Fit

    matrix = blocks.of_value(lift, given["X"])
    scope = blocks.scope_of(lift, matrix.node, matrix.part)
    encoded, model = through(lift, content, matrix, scope)
    label = label_of(lift, given["y"])
    assert isinstance(args.owner, Ref)
    names = [a.id if isinstance(a, ast.Name) else "" for a in (args.node.args if args.node else [])] + ["", ""]
    own = ast.unparse(args.node.func.value) if args.node and isinstance(args.node.func, ast.Attribute) else "model"
    lift.fits.append(
        Fit(
            lift.line,
            model.name,
            params_of(lift, model),
            encoded,
            label,
            args.owner.id,
            own if own.isidentifier() else "model",
            names[0],
            names[1],
            model.lines,
        )  # fmt: skip
    )
    lift.set(args.owner, replace(content, fitted=Const(scope)))
    return args.owner


def through(lift: Lifter, content: Estimator, matrix: Matrix, scope: str) -> tuple[Matrix, Estimator]:
    """Return what reaches the model at the end of a pipeline, and that model."""
    if not content.name.endswith(".Pipeline"):
        return matrix, content
    steps = steps_of(lift, content)
    for name, inner in steps[:-1]:
        matrix = apply(lift, inner, matrix, scope, name)
    last = lift.content(steps[-1][1])
    assert isinstance(last, Estimator)
    return through(lift, last, matrix, scope)


def params_of(lift: Lifter, model: Estimator) -> Options:
    """Return the parameters that the script gives a model, in order of their names."""
    out: list[tuple[str, object]] = []
    for name, value in sorted(model.params):
        constant = lift.const(value)
        if isinstance(constant, dict | set):
            raise no_rule(f"a dict or set as the parameter {name} of a model")
        if isinstance(constant, list):
            constant = tuple(constant)
        out.append((name, REVALUED.get((name, constant), constant) if isinstance(constant, str) else constant))
    return tuple(out)  # type: ignore[return-value]


def label_of(lift: Lifter, value: Value) -> Column1:
    """Return y as a column."""
    content = lift.content(value)
    if isinstance(content, Frame) and len(content.columns) == 1:
        from lester_gui.rewrite.lift.library.pandas_frame import column_of

        content = lift.content(column_of(lift, content, content.names[0]))
    if isinstance(content, Matrix) and sum(len(b.features) for b in content.blocks) == 1 and not content.blocks[0].chain:
        content = Column1(content.node, content.blocks[0].features[0].cell, "", content.part, True)
    if content == Const(None):
        raise no_rule("a model that is fitted without labels")
    return as_column(lift, content)


@method("estimator", "transform")
def transform(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``encoder.transform(X)``: with the state of the rows it was fitted on."""
    given = args.bind("X")
    if content.fitted is None:
        raise shape("An encoder is used before it is fitted")
    if content.name.rsplit(".", 1)[-1] in ("LabelEncoder", "LabelBinarizer"):
        return encode_label(lift, content, given["X"], "transform", args.owner)
    return apply(lift, content, blocks.of_value(lift, given["X"]), lift.text(content.fitted), "")


@method("estimator", "predict", "predict_proba", "decision_function", "score", "predict_log_proba")
def predict(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``model.predict(X)``, ``model.score(X, y)``: tells which rows the script tests on."""
    given = Arguments(args.what, args.positional, args.keywords).bind("X", "y", y=None)
    if content.fitted is None:
        raise shape("A model is used before it is fitted")
    matrix, _ = through(lift, content, blocks.of_value(lift, given["X"]), lift.text(content.fitted))
    label = None if lift.content(given["y"]) == Const(None) else label_of(lift, given["y"])
    assert isinstance(args.owner, Ref)
    lift.learner.tested(args.owner.id, matrix, label)
    return Result(args.what.rsplit(".", 1)[-1])


@method("estimator", "set_params", "set_output", "get_params", "get_feature_names_out", "get_feature_names", "inverse_transform")
def configure(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """Parameters set later, and what scripts print about an encoder."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "set_output":
        assert args.owner is not None
        return args.owner
    if what != "set_params":
        return Result(what)
    if any("__" in k for k in args.keywords):
        raise no_rule("set_params of a step")
    lift.set(args.owner, replace(content, params=tuple((dict(content.params) | args.keywords).items())))
    assert args.owner is not None
    return args.owner


@attribute("estimator", "named_steps")
@attribute("estimator", "steps")
@attribute("estimator", "named_transformers_")
def looked_at(lift: Lifter, content: Estimator, owner: Value) -> Value:
    """What scripts look at after fitting."""
    return Result("steps")


@function("sklearn.base.clone")
def clone(lift: Lifter, args: Arguments) -> Value:
    """``clone(estimator)``."""
    content = lift.content(args.positional[0])
    if not isinstance(content, Estimator):
        raise no_rule("clone of this object")
    return lift.new(replace(content, fitted=None))


# -- labels ------------------------------------------------------------------------------------------------------------


def encode_label(lift: Lifter, content: Estimator, value: Value, what: str, owner: Value | None) -> Value:
    """Return labels as numbers. Only of a condition: the numbers of other classes depend on which classes occur."""
    lift.set(owner, replace(content, fitted=Const("all")))
    if what == "fit":
        assert owner is not None
        return owner
    column = label_of(lift, value)
    if column.cell.type is Type.BOOL and not column.cell.nullable:
        return replace(column, cell=cells.make("if_else", column.cell, Cell(Literal(1), Type.INT), Cell(Literal(0), Type.INT)))
    if column.cell.type is Type.INT and what == "transform":
        return column
    raise no_rule(f"{content.name.rsplit('.', 1)[-1]} of classes that only the data tell")


@function("sklearn.preprocessing.label_binarize")
def label_binarize(lift: Lifter, args: Arguments) -> Value:
    """``label_binarize(y, classes=[a, b])``: whether y is the second class."""
    given = args.bind("y", "classes", neg_label=0, pos_label=1)
    column = label_of(lift, given["y"])
    classes = lift.const(given["classes"])
    if len(classes) != 2 or lift.const(given["neg_label"]) != 0 or lift.const(given["pos_label"]) != 1:
        raise no_rule("label_binarize of other than two classes")
    second = cells.compare("Eq", column.cell, cells.cell_of(Const(classes[1])), True)
    return replace(column, cell=cells.make("if_else", second, Cell(Literal(1), Type.INT), Cell(Literal(0), Type.INT)), numpy=True)


METRICS = (
    "accuracy_score", "f1_score", "roc_auc_score", "precision_score", "recall_score", "classification_report", "confusion_matrix",
    "mean_squared_error", "mean_absolute_error", "r2_score", "log_loss", "balanced_accuracy_score", "average_precision_score", "roc_curve",
    "precision_recall_curve", "auc", "root_mean_squared_error",
)  # fmt: skip


@function(*(f"sklearn.metrics.{m}" for m in METRICS))
def metric(lift: Lifter, args: Arguments) -> Value:
    """A metric: printed, not needed; the labels it is given are those of the test rows."""
    if args.positional:
        first = lift.content(args.positional[0])
        if isinstance(first, Column1):
            lift.learner.scored(first)
    return Result("metric")


@function("sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate")
def cross_validation(lift: Lifter, args: Arguments) -> Value:
    """Scores of folds: printed, not part of the model that is kept."""
    return Result("scores")


@function("sklearn.set_config", "sklearn.utils.check_random_state")
def configuration(lift: Lifter, args: Arguments) -> Value:
    """Settings without effect on what is fitted."""
    return Result("settings")
