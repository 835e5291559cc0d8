"""Transformers that are fitted again: what scikit-learn gives, from a state that survives storage, and equal to a refit."""

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sklearn.decomposition as decomposition
import sklearn.feature_extraction.text as text
import sklearn.feature_selection as selection
import sklearn.impute as impute
import sklearn.preprocessing as preprocessing
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from lester_gui.errors import UserError
from lester_gui.features import catalogue
from lester_gui.features.column_map import column_map
from lester_gui.features.group_statistic import GroupStatistic
from lester_gui.features.matrix import transform
from lester_gui.features.state import EncoderState, decrement, fit, update
from lester_gui.features.unfitted import build, library_class
from lester_gui.ir.learning import Block, Encode, Transformer
from lester_gui.ir.options import Option, Reference, Unfitted

WORDS = ("red", "green", "blue", "fish", "house", "a", "I", "Ünder")


def data(rows: int = 60, seed: int = 0, gaps: float = 0.0) -> tuple[pa.Table, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {n: rng.normal(size=rows).round(3).tolist() for n in "abc"}
    columns["n"] = rng.integers(0, 6, rows).tolist()
    columns["k"] = rng.choice(["x", "y", "zz"], rows).tolist()
    columns["t"] = [" ".join(rng.choice(WORDS, 5)) for _ in range(rows)]
    for name in ("a", "n", "k"):
        columns[name] = [None if hole else v for hole, v in zip(rng.random(rows) < gaps, columns[name], strict=True)]
    return pa.table(columns), np.where(rng.random(rows) < 0.5, "yes", "no").astype(object)


def unfitted(estimator: Any, **params: Any) -> Unfitted:
    """Return a scikit-learn object as a plan has it."""

    def option(value: Any) -> Option:
        if callable(value) and hasattr(value, "__module__") and not hasattr(value, "fit"):
            return Reference(f"sklearn.feature_selection.{value.__name__}")
        if hasattr(value, "get_params"):
            return unfitted(value)
        return tuple(option(v) for v in value) if isinstance(value, list | tuple) else value

    defaults = type(estimator)().get_params(deep=False) if not hasattr(estimator, "estimator") else {}
    given = {k: v for k, v in estimator.get_params(deep=False).items() if k not in defaults or repr(v) != repr(defaults[k])}
    module = catalogue.TRANSFORMERS.get(type(estimator).__name__)
    place = module.module if module else type(estimator).__module__.rsplit("._", 1)[0]
    return Unfitted(f"{place}.{type(estimator).__name__}", tuple((k, option(v)) for k, v in sorted((given | params).items())))


def again(estimator: Any) -> Transformer:
    return Transformer("refitted", (("transformer", unfitted(estimator)),))


NUMBERS = ("a", "b", "c", "n")
CASES: list[tuple[tuple[str, ...], Any, float]] = [
    (NUMBERS, preprocessing.MinMaxScaler((-1, 2)), 0.1),
    (NUMBERS, preprocessing.MaxAbsScaler(), 0.1),
    (("b", "k", "n"), GroupStatistic("mean"), 0.1),
    (("a",), GroupStatistic("quantile", 0.3), 0.1),
    (NUMBERS, preprocessing.RobustScaler(quantile_range=(10.0, 80.0)), 0.1),
    (NUMBERS, preprocessing.Binarizer(threshold=0.3), 0.0),
    (NUMBERS, preprocessing.KBinsDiscretizer(3), 0.0),
    (NUMBERS, preprocessing.KBinsDiscretizer(4, encode="ordinal", strategy="uniform"), 0.0),
    (NUMBERS, preprocessing.KBinsDiscretizer(3, encode="onehot-dense", strategy="kmeans"), 0.0),
    (NUMBERS, preprocessing.QuantileTransformer(n_quantiles=10, output_distribution="normal"), 0.1),
    (NUMBERS, preprocessing.QuantileTransformer(n_quantiles=5, subsample=20, random_state=3), 0.0),
    (NUMBERS, preprocessing.PowerTransformer(), 0.1),
    (("a", "b"), preprocessing.SplineTransformer(n_knots=4, degree=2, include_bias=False), 0.0),
    (("a", "b", "c"), preprocessing.Normalizer(norm="l1"), 0.0),
    (("a", "b", "c"), preprocessing.PolynomialFeatures(2, interaction_only=True), 0.0),
    (("k", "n"), preprocessing.OrdinalEncoder(), 0.1),
    (("k",), preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, min_frequency=3), 0.0),
    (("k", "n"), preprocessing.OneHotEncoder(min_frequency=12, handle_unknown="infrequent_if_exist"), 0.0),
    (("k", "n"), preprocessing.OneHotEncoder(categories=[["zz", "y", "x"], [0, 1, 2, 3, 4, 5]], drop=["y", 3]), 0.0),
    (NUMBERS, impute.KNNImputer(n_neighbors=3), 0.2),
    (NUMBERS, impute.SimpleImputer(strategy="median", add_indicator=True), 0.2),
    (("k", "n"), impute.MissingIndicator(), 0.2),
    (("t",), text.CountVectorizer(ngram_range=(1, 2), min_df=2), 0.0),
    (("t",), text.TfidfVectorizer(max_features=4, sublinear_tf=True), 0.0),
    (("t",), text.TfidfVectorizer(stop_words=["red"], lowercase=False, norm=None), 0.0),
    (("t",), text.HashingVectorizer(n_features=16), 0.0),
    (NUMBERS, selection.VarianceThreshold(0.9), 0.0),
    (NUMBERS, selection.SelectKBest(k=2), 0.0),
    (("n",), selection.SelectPercentile(selection.chi2, percentile=100), 0.0),
    (NUMBERS, selection.SelectFromModel(LogisticRegression(C=0.5)), 0.0),
    (NUMBERS, selection.RFE(LogisticRegression(), n_features_to_select=2), 0.0),
    (NUMBERS, decomposition.PCA(2), 0.0),
    (NUMBERS, decomposition.PCA(0.9, whiten=True), 0.0),
    (NUMBERS, decomposition.TruncatedSVD(2, random_state=1), 0.0),
    (NUMBERS, decomposition.KernelPCA(2, kernel="rbf"), 0.0),
    (NUMBERS, decomposition.FactorAnalysis(2), 0.0),
    (NUMBERS, decomposition.FastICA(2, random_state=0, whiten="unit-variance"), 0.0),
]


def frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas()


@pytest.mark.parametrize(("columns", "theirs", "gaps"), CASES, ids=lambda v: type(v).__name__ if hasattr(v, "fit") else "")
def test_scikit_learn_gives_the_same(columns: tuple[str, ...], theirs: Any, gaps: float) -> None:
    table, y = data(gaps=gaps)
    train, test = np.arange(40), np.arange(40, 60)
    reads_text = catalogue.TRANSFORMERS[type(theirs).__name__].reads == "texts"
    reference = ColumnTransformer([("b", clone(theirs), columns[0] if reads_text else list(columns))], sparse_threshold=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X = reference.fit_transform(frame(table).iloc[train], y[train].astype(str))
        X_test = reference.transform(frame(table).iloc[test])
    encode = Encode(blocks=(Block("b", columns, (again(theirs),)),))
    state = fit(encode, table, train, y=y)
    stored = EncoderState.from_json(json.loads(json.dumps(state.to_json(), sort_keys=True)))
    assert stored.hash == state.hash
    for rows, expected in ((train, X), (test, X_test)):
        np.testing.assert_allclose(transform(stored, table, rows), np.asarray(expected, dtype=float), rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(transform(stored, table, rows), transform(state, table, rows))
    names = column_map(state).names
    assert len(names) == X.shape[1]
    if hasattr(reference.named_transformers_["b"], "get_feature_names_out"):
        assert names == tuple(reference.get_feature_names_out())


BESIDE = Encode(
    blocks=(
        Block(
            "all",
            ("k", "a", "t", "n"),
            (
                Transformer(
                    "beside",
                    branches=(
                        Block("cat", ("k",), (Transformer("one_hot", (("handle_unknown", "ignore"),)),)),
                        Block("num", ("a", "n"), (Transformer("simple_imputer"), Transformer("standard_scaler"))),
                        Block("words", ("t",), (again(text.TfidfVectorizer(min_df=2)),)),
                    ),
                ),
                again(selection.SelectKBest(k=5)),
                Transformer(
                    "beside",
                    branches=(
                        Block("p", (), (again(decomposition.PCA(2)),)),
                        Block("kept", (), (Transformer("passthrough"),)),
                    ),
                ),
            ),
        ),
        Block("alone", ("b",), (Transformer("standard_scaler"),)),
    )
)


def test_branches_are_a_column_transformer_within_a_pipeline() -> None:
    table, y = data(gaps=0.1)
    table = table.set_column(table.column_names.index("k"), "k", data()[0].column("k"))
    inner = ColumnTransformer(
        [
            ("cat", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["k"]),
            ("num", make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), ["a", "n"]),
            ("words", text.TfidfVectorizer(min_df=2), "t"),
        ],
        sparse_threshold=0,
    )
    union = FeatureUnion([("p", decomposition.PCA(2)), ("kept", "passthrough")])
    reference = make_pipeline(inner, selection.SelectKBest(k=5), union)
    expected = reference.fit_transform(frame(table), y.astype(str))
    state = fit(BESIDE, table, range(60), y=y)
    np.testing.assert_allclose(transform(state, table)[:, :-1], expected, rtol=1e-9, atol=1e-9)
    columns = column_map(state)
    assert columns.names[0] == "all__p__pca0"
    assert set(columns.columns[0].sources) <= {"k", "a", "t", "n"}
    assert columns.names[-1] == "alone__b"
    assert columns.columns[-1].sources == ("b",)


SEVERAL = Encode(
    blocks=(
        Block("poly", ("b", "c"), (Transformer("standard_scaler"), again(preprocessing.PolynomialFeatures(2)))),
        Block("kept", ("b", "c"), (again(preprocessing.Normalizer()),)),
        Block("text", ("t",), (again(text.CountVectorizer(token_pattern=r"\w+")),)),
        Block("bins", ("b",), (again(preprocessing.KBinsDiscretizer(2, encode="ordinal")),)),
        *BESIDE.blocks[:1],
    )
)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 5), st.sets(st.integers(0, 39), min_size=1, max_size=6))
def test_rows_that_leave_give_the_state_of_a_refit(seed: int, gone: set[int]) -> None:
    table, y = data(40, seed)
    rest = np.array([i for i in range(40) if i not in gone])
    left = table.take(pa.array(rest))
    state = fit(SEVERAL, table, range(40), y=y)
    maintained = decrement(state, table.take(pa.array(sorted(gone))), lambda: left, y=y[rest])
    wanted = fit(SEVERAL, left, range(len(rest)), y=y[rest])
    assert maintained.state.hash == wanted.hash
    assert dict(maintained.methods) == {
        "poly": "decremental", "kept": "kept", "text": "refitted", "bins": "refitted", "all": "refitted",
    }  # fmt: skip
    np.testing.assert_array_equal(transform(maintained.state, left), transform(wanted, left))
    back = update(maintained.state, None, table.take(pa.array(sorted(gone))), lambda: table, y=y)
    assert back.state.hash == state.hash


def test_labels_alone_can_change_a_selection() -> None:
    table, _ = data()
    encode = Encode(blocks=(Block("s", ("a", "b"), (again(selection.SelectKBest(k=1)),)), *SEVERAL.blocks[:1]))
    by_a, by_b = (np.array(table.column(n).to_pylist()) > 0 for n in "ab")
    state = fit(encode, table, range(60), y=by_a)
    moved = update(state, None, None, lambda: table, y=by_b)
    assert moved.state.hash == fit(encode, table, range(60), y=by_b).hash != state.hash
    assert moved.methods == (("s", "refitted"), ("poly", "kept"))
    assert column_map(moved.state).columns[0].sources == ("b",)


def test_the_map_names_every_column_that_moves_a_feature() -> None:
    table, y = data()
    state = fit(SEVERAL, table, range(60), y=y)
    columns, X = column_map(state), transform(state, table)
    assert all(c.sources for c in columns.columns)
    for name in ("b", "c", "k", "n"):
        other = pa.array(list(reversed(table.column(name).to_pylist())))
        moved = transform(state, table.set_column(table.column_names.index(name), name, other))
        changed = {int(i) for i in np.flatnonzero((moved != X).any(axis=0))}
        assert changed <= {c.index for c in columns.fed_by([name])}, name


REFUSALS = [
    (("k",), again(preprocessing.MinMaxScaler()), "holds text"),
    (("a",), again(preprocessing.KBinsDiscretizer(2)), "KBinsDiscretizer refuses the rows"),
    (("a", "t"), again(text.CountVectorizer()), "needs one column of text"),
    (("t",), again(text.HashingVectorizer(n_features=2**24)), "columns of 60 rows"),
    (("b",), again(selection.SelectKBest(k=1)), "needs labels"),
    (("b",), Transformer("refitted", (("transformer", Unfitted("sklearn.preprocessing.TargetEncoder")),)), "by folds"),
    (("b",), Transformer("refitted", (("transformer", Unfitted("os.path.join")),)), "join is not supported yet"),
    (("b",), Transformer("refitted", (("transformer", Unfitted("sklearn.utils.PCA")),)), "PCA is not supported yet"),
    (("b",), Transformer("refitted", (("transformer", Unfitted("sklearn.decomposition.PCA", (("x", 1),))),)), "parameter 'x'"),
    (("b",), Transformer("refitted"), "needs a transformer"),
]


@pytest.mark.parametrize(("columns", "step", "message"), REFUSALS, ids=[m for *_, m in REFUSALS])
def test_refusals(columns: tuple[str, ...], step: Transformer, message: str) -> None:
    table, _ = data(gaps=0.2)
    with pytest.raises(UserError, match=message) as error:
        state = fit(Encode(blocks=(Block("b", columns, (step,)),)), table, range(60))
        transform(state, table)
    assert not any(word in str(error.value) for word in WORDS if len(word) > 3)


@pytest.mark.parametrize("name", ["os.system", "sklearn.utils._testing.raises", "sklearn.datasets.fetch_openml", "numpy.load"])
def test_nothing_but_estimators_is_looked_up(name: str) -> None:
    with pytest.raises(UserError):
        library_class(name)
    with pytest.raises(UserError):
        build(Unfitted("sklearn.feature_selection.SelectKBest", (("score_func", Reference(name)),)), 0)


def test_a_whole_number_is_not_taken_for_a_share() -> None:
    table, _ = data()
    for bound in (1, 1.0):
        vectorizer = text.CountVectorizer(max_df=bound)
        state = fit(Encode(blocks=(Block("t", ("t",), (again(vectorizer),)),)), table, range(10))
        assert transform(state, table, range(10)).shape[1] == len(vectorizer.fit(frame(table).t[:10]).vocabulary_)
