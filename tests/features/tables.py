"""Prepared tables and encode stages for the tests of encoders."""

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from lester_gui.ir.learning import Block, Encode, Transformer

T = Transformer
MOST_FREQUENT = T("simple_imputer", (("strategy", "most_frequent"),))
ONE_HOT = T("one_hot", (("handle_unknown", "ignore"),))
SCALE = T("standard_scaler")

HOSPITAL = Encode(
    blocks=(
        Block("categories", ("smoker", "county"), (MOST_FREQUENT, ONE_HOT)),
        Block("numbers", ("children", "income"), (SCALE,)),
    )
)

# every decremental family and the chains that move each other's statistics
DECREMENTAL = Encode(
    blocks=(
        Block("categories", ("smoker", "county"), (MOST_FREQUENT, ONE_HOT)),
        Block("gaps", ("county", "children"), (T("one_hot"),)),
        Block("scaled", ("income", "children"), (T("simple_imputer", (("strategy", "mean"),)), SCALE)),
        Block(
            "median",
            ("income",),
            (
                T("simple_imputer", (("strategy", "median"), ("keep_empty_features", True))),
                T("function", (("function", "numpy.cbrt"),)),
                T("standard_scaler", (("with_std", False),)),
            ),
        ),
        Block("constant", ("income",), (T("simple_imputer", (("strategy", "constant"), ("fill_value", -1.5))), SCALE)),
        Block("vector", ("embedding",), (SCALE,)),
        Block("flags", ("smoker",), (MOST_FREQUENT, T("passthrough"))),
        Block(
            "ranges",
            ("income", "children"),
            (
                T("simple_imputer", (("strategy", "constant"), ("fill_value", 1.0))),
                T("min_max_scaler", (("feature_range", (-1, 1)),)),
            ),
        ),
        Block("largest", ("income",), (T("max_abs_scaler"),)),
        Block("quantiles", ("children", "income"), (T("robust_scaler", (("quantile_range", (10.0, 90.0)),)),)),
        Block(
            "numbered",
            ("county", "children"),
            (T("ordinal", (("handle_unknown", "use_encoded_value"), ("unknown_value", -1))),),
        ),
        Block("fixed", ("county",), (MOST_FREQUENT, T("one_hot", (("categories", ("b", "a")), ("handle_unknown", "ignore"))))),
    )
)

# chains whose statistics need the remaining rows
REFITTED = Encode(
    blocks=(
        Block("first", ("label",), (T("one_hot", (("categories", "first_seen"), ("handle_unknown", "ignore"))),)),
        Block("factors", ("label",), (T("ordinal", (("categories", "first_seen"), ("encoded_missing_value", -1))),)),
        Block("behind", ("children", "income"), (SCALE, T("simple_imputer", (("strategy", "mean"),)))),
        Block("twice", ("label",), (ONE_HOT, SCALE)),
    )
)


def table(rows: list[tuple[object, ...]]) -> pa.Table:
    """Return a prepared table of rows (smoker, county, children, income, embedding, label)."""
    names = ("smoker", "county", "children", "income", "embedding", "label")
    types = (pa.bool_(), pa.string(), pa.int64(), pa.float64(), pa.list_(pa.float64()), pa.string())
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in names]
    return pa.table({n: pa.array(list(c), type=t) for n, c, t in zip(names, columns, types, strict=True)})


numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, -0.0, 1e-300, 1e15, 1e15 + 1, -1e15, 0.1, 159027.0]),
)
prepared_row = st.tuples(
    st.sampled_from([True, False, None]),
    st.sampled_from(["a", "b", "c", "ß", None]),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), numbers),
    st.lists(numbers, min_size=2, max_size=2),
    st.sampled_from(["x", "y", "z"]),
)
# a first row without gaps, so that no column is empty while it stays
anchor = (True, "a", 1, 2.5, [0.5, -1.0], "x")


def random_table(seed: int, rows: int = 200) -> pa.Table:
    """Return a table without extreme values, for comparisons with scikit-learn."""
    rng = np.random.default_rng(seed)

    def gappy(values: list[object]) -> list[object]:
        return [None if gap else v for v, gap in zip(values, rng.random(rows) < 0.1, strict=True)]

    return table(
        list(
            zip(
                gappy([bool(v) for v in rng.integers(0, 2, rows)]),
                gappy([str(v) for v in rng.choice(list("abc"), rows)]),
                gappy([int(v) for v in rng.integers(0, 5, rows)]),
                gappy([float(v) for v in rng.lognormal(10, 1, rows)]),
                [list(v) for v in rng.normal(size=(rows, 2)).tolist()],
                [str(v) for v in rng.choice(list("xyz"), rows)],
                strict=True,
            )
        )
    )
