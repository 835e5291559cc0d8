"""Our encoders against the real ones, on the frames that pandas hands to a script."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from lester_gui.features.column_map import column_map
from lester_gui.features.matrix import transform
from lester_gui.features.state import fit
from lester_gui.ir.learning import Block, Encode, Transformer

from .tables import MOST_FREQUENT, ONE_HOT, SCALE, T, random_table


def frame(data: object) -> pd.DataFrame:
    """Return the table as pandas reads such data: gaps in a bool column make it object, in an int column float."""
    return pd.DataFrame(
        {
            "smoker": pd.Series(data.column("smoker").to_pylist(), dtype=object).where(lambda s: s.notna(), np.nan),
            "county": pd.Series(data.column("county").to_pylist(), dtype="str"),
            "children": pd.Series(data.column("children").to_pylist(), dtype="float64"),
            "income": pd.Series(data.column("income").to_pylist(), dtype="float64"),
            "label": pd.Series(data.column("label").to_pylist(), dtype="str"),
        }
    )


def step(kind: str, **params: object) -> Transformer:
    return T(kind, tuple(params.items()))


CASES = [
    (
        ["smoker", "county"],
        Pipeline([("i", SimpleImputer(strategy="most_frequent")), ("e", OneHotEncoder(handle_unknown="ignore"))]),
        (MOST_FREQUENT, ONE_HOT),
    ),
    (["children", "income"], StandardScaler(), (SCALE,)),
    (["children", "income"], StandardScaler(with_mean=False), (step("standard_scaler", with_mean=False),)),
    (
        ["income", "children"],
        Pipeline([("i", SimpleImputer(strategy="median")), ("l", FunctionTransformer(np.log1p)), ("s", StandardScaler())]),
        (step("simple_imputer", strategy="median"), step("function", function="numpy.log1p"), SCALE),
    ),
    (
        ["income", "children"],
        Pipeline([("i", SimpleImputer()), ("s", StandardScaler(with_std=False))]),
        (step("simple_imputer"), step("standard_scaler", with_std=False)),
    ),
    (["income"], Pipeline([("s", StandardScaler()), ("i", SimpleImputer())]), (SCALE, step("simple_imputer"))),
    (["county"], OneHotEncoder(), (step("one_hot"),)),
    (["children", "county"], OneHotEncoder(drop="first"), (step("one_hot", drop="first"),)),
    (["label", "county"], OneHotEncoder(drop="if_binary"), (step("one_hot", drop="if_binary"),)),
    (["label"], OneHotEncoder(categories=[["z", "y", "x"]]), (step("one_hot", categories=("z", "y", "x")),)),
    (
        ["county", "label"],
        Pipeline([("i", SimpleImputer(strategy="constant", fill_value="?")), ("e", OneHotEncoder())]),
        (step("simple_imputer", strategy="constant", fill_value="?"), step("one_hot")),
    ),
    (
        ["county"],
        Pipeline([("i", SimpleImputer(strategy="constant")), ("e", OneHotEncoder())]),
        (step("simple_imputer", strategy="constant"), step("one_hot")),
    ),
    (
        ["label", "county"],
        Pipeline([("e", OneHotEncoder(sparse_output=False)), ("s", StandardScaler())]),
        (step("one_hot"), SCALE),
    ),
    (["children", "income"], MinMaxScaler((-2, 3)), (step("min_max_scaler", feature_range=(-2, 3)),)),
    (["income"], MinMaxScaler(clip=True), (step("min_max_scaler", clip=True),)),
    (["children", "income"], MaxAbsScaler(), (step("max_abs_scaler"),)),
    (["children", "income"], RobustScaler(), (step("robust_scaler"),)),
    (
        ["income", "children"],
        RobustScaler(quantile_range=(5.0, 60.0), unit_variance=True, with_centering=False),
        (step("robust_scaler", quantile_range=(5.0, 60.0), unit_variance=True, with_centering=False),),
    ),
    (
        ["income"],
        Pipeline([("i", SimpleImputer(strategy="median")), ("s", MinMaxScaler())]),
        (step("simple_imputer", strategy="median"), step("min_max_scaler")),
    ),
    (["label", "county", "children"], OrdinalEncoder(), (step("ordinal"),)),
    (["county"], OrdinalEncoder(encoded_missing_value=-1), (step("ordinal", encoded_missing_value=-1),)),
    (
        ["label"],
        OrdinalEncoder(categories=[["z", "x"]], handle_unknown="use_encoded_value", unknown_value=np.nan),
        (step("ordinal", categories=("z", "x"), handle_unknown="use_encoded_value", unknown_value=float("nan")),),
    ),
    (
        ["county", "label"],
        OrdinalEncoder(categories=[["c", "b", "a"], ["z", "x"]], handle_unknown="use_encoded_value", unknown_value=-5),
        (step("ordinal", categories=(("c", "b", "a"), ("z", "x")), handle_unknown="use_encoded_value", unknown_value=-5),),
    ),
    (
        ["county"],
        Pipeline([("i", SimpleImputer(strategy="most_frequent")), ("e", OrdinalEncoder())]),
        (MOST_FREQUENT, step("ordinal")),
    ),
]


@pytest.mark.parametrize("drop", [None, "first"])
def test_dummies_have_no_column_for_what_is_missing(drop: str | None) -> None:
    data = random_table(4)
    chain = (step("one_hot", drop=drop, missing="none"),)
    state = fit(Encode(blocks=(Block("n", ("county", "label"), chain),)), data, range(200))
    dummies = pd.get_dummies(frame(data)[["county", "label"]], drop_first=drop is not None)
    np.testing.assert_array_equal(transform(state, data), dummies.to_numpy(dtype=float))


def test_label_encoders_and_factorize_number_columns() -> None:
    data = random_table(4)
    series = frame(data)["county"]
    codes = fit(Encode(blocks=(Block("n", ("county",), (step("ordinal", encoded_missing_value="last"),)),)), data, range(200))
    np.testing.assert_array_equal(transform(codes, data)[:, 0], LabelEncoder().fit_transform(series))
    factors = (step("ordinal", categories="first_seen", encoded_missing_value=-1),)
    first_seen = fit(Encode(blocks=(Block("n", ("county",), factors),)), data, range(200))
    np.testing.assert_array_equal(transform(first_seen, data)[:, 0], pd.factorize(series)[0])
    plain = (step("ordinal", encoded_missing_value=-1),)
    category = fit(Encode(blocks=(Block("n", ("county",), plain),)), data, range(200))
    np.testing.assert_array_equal(transform(category, data)[:, 0], series.astype("category").cat.codes)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("columns", "theirs", "chain"), CASES)
def test_transformers_agree(columns: list[str], theirs: object, chain: tuple[Transformer, ...], seed: int) -> None:
    data = random_table(seed)
    train, test = np.arange(150), np.arange(150, 200)
    transformer = ColumnTransformer([("block", theirs, columns)], sparse_threshold=0)
    pandas = frame(data)
    X_train = transformer.fit_transform(pandas.iloc[train])
    X_test = transformer.transform(pandas.iloc[test])
    state = fit(Encode(blocks=(Block("block", tuple(columns), chain),)), data, train)
    for expected, rows in ((X_train, train), (X_test, test)):
        actual = transform(state, data, rows)
        assert actual.dtype == np.float64 and actual.flags.c_contiguous
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)
    if not any(s.kind == "function" for s in chain):
        assert column_map(state).names == tuple(transformer.get_feature_names_out())


def test_a_constant_column_is_not_blown_up() -> None:
    pandas = pd.DataFrame({"a": [0.1] * 7, "b": [1e8, 1e8, 1e8 + 1e-8, 1e8, 1e8, 1e8, 1e8]})
    import pyarrow as pa

    data = pa.Table.from_pandas(pandas)
    state = fit(Encode(blocks=(Block("n", ("a", "b"), (SCALE,)),)), data, range(7))
    np.testing.assert_allclose(transform(state, data), StandardScaler().fit_transform(pandas), rtol=1e-12, atol=1e-12)


def test_standardising_by_hand() -> None:
    import pyarrow as pa

    values = np.array([1.0, 2.0, 4.0, 8.0])
    data = pa.table({"v": values, "c": np.ones(4)})
    chain = (step("standard_scaler", ddof=1, zero_std="divide"),)
    state = fit(Encode(blocks=(Block("n", ("v",), chain),)), data, range(4))
    np.testing.assert_allclose(transform(state, data)[:, 0], (values - values.mean()) / values.std(ddof=1), rtol=1e-14)
    flat = fit(Encode(blocks=(Block("n", ("c",), chain),)), data, range(4))
    assert np.isnan(transform(flat, data)).all()


def test_single_precision() -> None:
    data = random_table(3)
    state = fit(Encode(blocks=(Block("n", ("embedding",), (SCALE,)),), dtype="float32"), data, range(10))
    assert transform(state, data, [3, 1]).dtype == np.float32
