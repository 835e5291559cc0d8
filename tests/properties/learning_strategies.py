"""Random second halves of plans: labels, splits, encoders of every family, and models."""

from collections.abc import Callable

from hypothesis import strategies as st

from lester_gui.ir.expressions import Column, Expr, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.options import Unfitted
from lester_gui.ir.schema import Field, Schema, Type
from tests.properties.expression_strategies import conditions

T = Transformer
MODELS = (
    Model(estimator="sklearn.dummy.DummyClassifier"),
    Model(estimator="sklearn.linear_model.LogisticRegression", params=(("C", 0.5), ("max_iter", 100))),
    Model(estimator="sklearn.linear_model.Ridge", params=(("alpha", 0.5),)),
    Model(estimator="sklearn.tree.DecisionTreeClassifier", params=(("max_depth", 2), ("random_state", 1))),
)
_IMPUTE: dict[str, Transformer] = {
    "most_frequent": T("simple_imputer", (("strategy", "most_frequent"),)),
    "mean": T("simple_imputer", (("strategy", "mean"),)),
    "median": T("simple_imputer", (("strategy", "median"), ("keep_empty_features", True))),
    "constant": T("simple_imputer", (("strategy", "constant"), ("fill_value", -1.5))),
}
_ONE_HOT = T("one_hot", (("handle_unknown", "ignore"),))
_ORDINAL = T("ordinal", (("handle_unknown", "use_encoded_value"), ("unknown_value", -1)))
OF_NUMBERS: dict[str, tuple[Transformer, ...]] = {
    "scaled mean": (_IMPUTE["mean"], T("standard_scaler")),
    "scaled median": (_IMPUTE["median"], T("standard_scaler", (("with_std", False),))),
    "gaps scaled": (T("standard_scaler"),),
    "range": (_IMPUTE["constant"], T("min_max_scaler")),
    "largest": (T("max_abs_scaler"),),
    "quantiles": (T("robust_scaler"),),
    "function": (_IMPUTE["constant"], T("function", (("function", "numpy.cbrt"),)), T("standard_scaler")),
    "nearest": (T("refitted", (("transformer", Unfitted("sklearn.impute.KNNImputer", (("n_neighbors", 2),))),)),),
    "imputed after": (T("standard_scaler"), _IMPUTE["mean"]),
    "as it is": (_IMPUTE["constant"], T("passthrough")),
    "numbered": (_ORDINAL,),
    "categories": (T("one_hot", (("handle_unknown", "ignore"),)),),
}
OF_TEXTS: dict[str, tuple[Transformer, ...]] = {
    "one-hot": (_IMPUTE["most_frequent"], _ONE_HOT),
    "one-hot with gaps": (_ONE_HOT,),
    "first seen": (T("one_hot", (("categories", "first_seen"), ("handle_unknown", "ignore"))),),
    "numbered": (_ORDINAL,),
    "factors": (T("ordinal", (("categories", "first_seen"), ("encoded_missing_value", -1))),),
    "scaled": (_IMPUTE["most_frequent"], _ONE_HOT, T("standard_scaler")),
}
SPLITS: dict[str, Callable[[Schema, st.DrawFn], Split]] = {
    "sklearn": lambda schema, draw: Split(kind="random", method="sklearn", test_size=0.25, seed=7),
    "unseeded": lambda schema, draw: Split(kind="random", method="sklearn", test_size=0.25),
    "stratified": lambda schema, draw: Split(kind="random", method="sklearn", test_size=0.5, seed=7, stratify=True),
    "by group": lambda schema, draw: Split(
        kind="random", method="sklearn", test_size=0.4, seed=7, by=_group(schema, draw), groups="sorted"
    ),
    "positional": lambda schema, draw: Split(kind="positional", test_size=0.3, cut="train_first"),
    "every": lambda schema, draw: Split(kind="positional", method="every", every=4, offsets=(1, 3)),
    "numpy choice": lambda schema, draw: Split(kind="random", method="numpy_choice", train_size=0.5, seed=7),
    "k-fold": lambda schema, draw: Split(kind="random", method="kfold", folds=3, seed=7),
    "validation": lambda schema, draw: Split(
        kind="random", method="sklearn", test_size=0.25, seed=7, of="train", again=SPLITS["numpy choice"](schema, draw)
    ),
    "test dealt again": lambda schema, draw: Split(
        kind="positional", test_size=0.5, of="test", validation="test", again=SPLITS["stratified"](schema, draw)
    ),
    "shuffled": lambda schema, draw: Split(
        kind="random",
        method="pandas_sample",
        train_size=1.0,
        seed=7,
        of="train",
        again=Split(
            kind="positional",
            train_size=0.8,
            of="train",
            again=Split(kind="positional", train_size=0.5, shuffle=False, whole=True),
        ),
    ),
    "none": lambda schema, draw: Split(kind="none"),
    "expression": lambda schema, draw: Split(kind="expression", test=draw(conditions(schema))),
    "three conditions": lambda schema, draw: Split(kind="expression", **_exclusive(schema, draw, "test", "validates")),
    "some on no side": lambda schema, draw: Split(kind="expression", **_exclusive(schema, draw, "test", "validates", "trains")),
}


def _exclusive(schema: Schema, draw: st.DrawFn, *names: str) -> dict[str, Expr]:
    """Conditions of which each row meets one at most: each leaves out what those before it chose."""
    out: dict[str, Expr] = {}
    for name in names:
        condition = draw(conditions(schema))
        for before in out.values():
            condition = op("and", op("not", before), condition)
        out[name] = condition
    return out


def _group(schema: Schema, draw: st.DrawFn) -> Expr:
    """A value that every row has; the number of a missing one where no column is always there."""
    there = [Column(f.name) for f in schema if not f.nullable and (f.type is Type.INT or f.type is Type.STR)]
    return draw(st.sampled_from(there)) if there else op("is_null", Column(schema.names[0]))


@st.composite
def splits(draw: st.DrawFn, schema: Schema) -> Split:
    """One of the ways to deal rows."""
    return SPLITS[draw(st.sampled_from(sorted(SPLITS)))](schema, draw)


@st.composite
def encoders(draw: st.DrawFn, schema: Schema) -> Encode:
    """A block for up to three columns, each of a drawn family."""
    fit = [f for f in schema if f.type.is_number or f.type is Type.STR]
    chosen = draw(st.lists(st.sampled_from(fit), min_size=1, max_size=3, unique=True)) if fit else []
    return Encode(blocks=tuple(draw(_blocks(f)) for f in chosen), fit_on=draw(st.sampled_from(["train", "all"])))


@st.composite
def _blocks(draw: st.DrawFn, field: Field) -> Block:
    families = OF_TEXTS if field.type is Type.STR else OF_NUMBERS
    family = draw(st.sampled_from(sorted(families)))
    return Block(f"{family} of {field.name}", (field.name,), families[family])


@st.composite
def models(draw: st.DrawFn, schema: Schema) -> tuple[Label, Model]:
    """A model with a label that it can learn."""
    model = draw(st.sampled_from(MODELS))
    numbers: list[Expr] = [Column(f.name) for f in schema if f.type in (Type.INT, Type.FLOAT)]
    if model.estimator.endswith("Ridge") and numbers:
        return Label(expr=op("coalesce", op("to_float", draw(st.sampled_from(numbers))), lit(0.5))), model
    return Label(expr=draw(conditions(schema)), variable=draw(st.sampled_from(["y", "label"]))), model
