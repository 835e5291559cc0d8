"""scikit-learn: unfitted transformers and models, pipelines and column transformers, fit, transform, predict, score."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features.chain import looks_at_labels
from lester_gui.features.unfitted import DISTRIBUTIONS
from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.classes import class_of
from lester_gui.rewrite.lift.domain import (
    Cell,
    Coded,
    Column1,
    Const,
    Estimator,
    Frame,
    Items,
    Matrix,
    Ref,
    Result,
    Rows,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.sklearn_labels import as_coded, encode_label
from lester_gui.rewrite.lift.library.sklearn_names import RENAMED, is_model, positional
from lester_gui.rewrite.lift.library.sklearn_objects import complete, entered
from lester_gui.rewrite.lift.library.sklearn_options import options_of, public_name
from lester_gui.rewrite.lift.library.sklearn_parameters import placed, set_param
from lester_gui.rewrite.lift.library.sklearn_transformers import apply, steps_of
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def estimator(lift: Lifter, name: str, args: Arguments) -> Value:
    """Return an unfitted estimator with the parameters of the call."""
    short = name.rsplit(".", 1)[-1]
    places = positional(name)
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
    made = class_of(lift, content)
    if made is not None:
        return made.name.lower()
    return content.name.rsplit(".", 1)[-1].lower() if isinstance(content, Estimator) else str(lift.const(content))


# -- fit, transform, predict -------------------------------------------------------------------------------------------


@method("estimator", "fit", "fit_transform", "fit_predict", "partial_fit")
def fit(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``estimator.fit(X, y)``."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("fit_predict", "partial_fit"):
        raise no_rule(f"{what}")
    short = content.name.rsplit(".", 1)[-1]
    if short in ("LabelEncoder", "LabelBinarizer"):
        return encode_label(lift, content, args.bind("y")["y"], what, args.owner)
    given = args.bind("X", "y", y=None)
    owner = args.owner
    if is_predictor(lift, content):
        return fit_model(lift, content, given, args)
    matrix = entered(lift, given["X"])
    scope = blocks.scope_of(lift, matrix.node, matrix.part)
    lift.set(owner, replace(content, fitted=Const(scope)))
    with lift.fits_with(given["y"]):
        out = complete(apply(lift, content, matrix, scope, ""))
    if lift.content(given["y"]) != Const(None) and any(looks_at_labels(b.chain) for b in out.blocks):
        lift.learner.supervised(label_of(lift, given["y"]))
    if what == "fit":
        return owner if owner is not None else lift.new(content)
    return out


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

    matrix = entered(lift, given["X"])
    scope = blocks.scope_of(lift, matrix.node, matrix.part)
    with lift.fits_with(given["y"]):
        encoded, model = through(lift, content, matrix, scope)
    model, encoded = placed(lift, model, complete(encoded), scope)
    y = label_of(lift, given["y"])
    label, codes = (y.column, y.order) if isinstance(y, Coded) else (y, "")
    assert isinstance(args.owner, Ref)
    names = [a.id if isinstance(a, ast.Name) else "" for a in (args.node.args if args.node else [])] + ["", ""]
    own = ast.unparse(args.node.func.value) if args.node and isinstance(args.node.func, ast.Attribute) else "model"
    variable = own if own.isidentifier() else "model"
    made = Fit(
        line=lift.line,
        estimator=public_name(model.name),
        params=options_of(lift, model),
        matrix=encoded,
        label=label,
        owner=args.owner.id,
        variable=variable,
        x_name=names[0],
        y_name=names[1] or _whole_of(lift, args.node, label),
        lines=model.lines,
        codes=codes,
    )
    lift.fits.append(made)
    lift.set(args.owner, replace(content, fitted=Const(scope)))
    return args.owner


def _whole_of(lift: Lifter, call: ast.Call | None, label: Column1) -> str:
    """Return the variable of all labels where a model is given those of one side: ``fit(X[train], y[train])``."""
    given = call.args[1] if call is not None and len(call.args) > 1 else None
    if not (isinstance(given, ast.Subscript) and isinstance(given.value, ast.Name)):
        return ""
    whole = lift.content(lift.look_up(given.value.id))
    if not isinstance(whole, Column1) or whole.part is not None:
        return ""
    return given.value.id if (whole.node, whole.cell) == (label.node, label.cell) else ""


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


def label_of(lift: Lifter, value: Value) -> Column1 | Coded:
    """Return y as a column, or as the numbers of its values."""
    content = lift.content(value)
    if isinstance(content, Coded):
        return content
    if isinstance(content, Frame) and len(content.columns) == 1:
        from lester_gui.rewrite.lift.library.pandas_frame import column_of

        content = lift.content(column_of(lift, content, content.names[0]))
    if isinstance(content, Matrix) and sum(len(b.features) for b in content.blocks) == 1:
        only = content.blocks[0]
        column = Column1(content.node, only.features[0].cell, "", content.part, True)
        if only.chain:
            return as_coded(column, only.chain)
        content = column
    if isinstance(content, Coded):
        return content
    if content == Const(None):
        raise no_rule("a model that is fitted without labels")
    return as_column(lift, content)


@method("estimator", "transform")
def transform(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``encoder.transform(X)``: with the state of the rows it was fitted on."""
    if content.fitted is None:
        raise shape("An encoder is used before it is fitted")
    if content.name.rsplit(".", 1)[-1] in ("LabelEncoder", "LabelBinarizer"):
        return encode_label(lift, content, args.bind("y")["y"], "transform", args.owner)
    given = args.bind("X")
    return complete(apply(lift, content, entered(lift, given["X"]), lift.text(content.fitted), ""))


@method("estimator", "predict", "predict_proba", "decision_function", "score", "predict_log_proba")
def predict(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``model.predict(X)``, ``model.score(X, y)``: tells which rows the script tests on."""
    given = Arguments(args.what, args.positional, args.keywords).bind("X", "y", y=None)
    if content.fitted is None:
        raise shape("A model is used before it is fitted")
    scope = lift.text(content.fitted)
    matrix, model = through(lift, content, entered(lift, given["X"]), scope)
    _, matrix = placed(lift, model, complete(matrix), scope)
    label = None if lift.content(given["y"]) == Const(None) else label_of(lift, given["y"])
    assert isinstance(args.owner, Ref)
    lift.learner.tested(args.owner.id, matrix, label)
    return Result(args.what.rsplit(".", 1)[-1])


@method("estimator", "set_params", "set_output", "get_params", "inverse_transform")
def configure(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """Parameters set later, and what scripts print about an encoder."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "set_output":
        assert args.owner is not None
        return args.owner
    if what != "set_params":
        return Result(what)
    assert args.owner is not None
    for name, value in args.keywords.items():
        set_param(lift, args.owner, name, value)
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


METRICS = (
    "accuracy_score",
    "f1_score",
    "roc_auc_score",
    "precision_score",
    "recall_score",
    "classification_report",
    "confusion_matrix",
    "mean_squared_error",
    "mean_absolute_error",
    "r2_score",
    "log_loss",
    "balanced_accuracy_score",
    "average_precision_score",
    "roc_curve",
    "precision_recall_curve",
    "auc",
    "root_mean_squared_error",
)


@function(*(f"sklearn.metrics.{m}" for m in METRICS))
def metric(lift: Lifter, args: Arguments) -> Value:
    """A metric: printed, not needed; the labels it is given are those of the test rows."""
    if args.positional:
        first = lift.content(args.positional[0])
        if isinstance(first, Rows) and isinstance(lift.content(first.template), Cell):
            first = as_column(lift, first)
        if isinstance(first, Column1 | Coded) and args.what.startswith("sklearn"):
            lift.learner.scored(first)
    return Result("metric")


@function(
    *(
        f"sklearn.model_selection.{name}"
        for name in ("cross_val_score", "cross_validate", "cross_val_predict", "learning_curve", "validation_curve")
    ),
    "sklearn.inspection.permutation_importance",
)
def cross_validation(lift: Lifter, args: Arguments) -> Value:
    """Scores of folds: printed, not part of the model that is kept."""
    return Result("scores")


@function(*(f"scipy.stats.{name}" for name in DISTRIBUTIONS))
def distribution(lift: Lifter, args: Arguments) -> Value:
    """``uniform(0, 1)``, ``randint(1, 10)``: what a random search draws from."""
    if args.keywords:
        raise no_rule("a distribution with named parameters")
    return lift.new(Estimator(args.what, (("args", Tup(tuple(args.positional))),), None, lift.lines))


@function("builtins.slice")
def slice_(lift: Lifter, args: Arguments) -> Value:
    """``slice(0, 3)`` as the columns of a ColumnTransformer."""
    return Const(slice(*(lift.const(v) for v in args.positional)))


@function("sklearn.set_config", "sklearn.utils.check_random_state")
def configuration(lift: Lifter, args: Arguments) -> Value:
    """Settings without effect on what is fitted."""
    return Result("settings")
