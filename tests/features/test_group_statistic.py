"""Totals of rows and of their groups as encoders: what pandas gives, through storage, and equal to a refit when rows leave."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lester_gui.errors import UserError
from lester_gui.features.column_map import column_map
from lester_gui.features.group_statistic import STATISTICS
from lester_gui.features.matrix import transform
from lester_gui.features.state import EncoderState, fit, update
from lester_gui.features.unfitted import OWN
from lester_gui.ir.learning import Block, Encode, Transformer
from lester_gui.ir.options import Unfitted


def _rows(seed: int, count: int = 50) -> pa.Table:
    rng = np.random.default_rng(seed)
    values = [None if rng.random() < 0.2 else round(float(rng.normal()), 2) for _ in range(count)]
    texts = [
        None if rng.random() < 0.1 else str(rng.choice(["a", "b", "c", "rare"], p=[0.4, 0.3, 0.27, 0.03])) for _ in range(count)
    ]
    return pa.table({"v": pa.array(values, pa.float64()), "k": texts, "n": rng.integers(0, 3, count).tolist()})


def _encode(function: str, *columns: str) -> Encode:
    options: dict[str, tuple[tuple[str, Any], ...]] = {"quantile": (("share", 0.3),), "element": (("place", (2, -1, 3, -1)),)}
    params: tuple[tuple[str, Any], ...] = (("function", function), *options.get(function, ()))
    step = Transformer("refitted", (("transformer", Unfitted(OWN, params)),))
    return Encode(blocks=(Block("one", columns, (step,)),))


def _expected(rows: pd.DataFrame, train: np.ndarray, function: str, keys: list[str]) -> np.ndarray:
    name: Any = function
    options: dict[str, Any] = {"q": 0.3} if function == "quantile" else {}
    if function == "total":
        name, options = "sum", {"min_count": 1}
    if function.endswith("0"):
        name, options = function[:-1], {"ddof": 0}
    if function == "element":
        name, options = "agg", {"func": lambda v: sorted(v.dropna())[(2 * v.count() - 1) // 3 - 1]}
    fitted = rows.iloc[train]
    if not keys:
        one = len(fitted) if name == "size" else getattr(fitted["v"], name)(**options)
        return np.full((len(rows), 1), float(one))
    totals = getattr(fitted.groupby(keys)["v"], name)(**options).rename("x").reset_index()
    return rows.merge(totals, on=keys, how="left")["x"].to_numpy(dtype=float).reshape(-1, 1)


@pytest.mark.parametrize("keys", [[], ["k"], ["n"], ["k", "n"]], ids="-".join)
@pytest.mark.parametrize("function", STATISTICS)
def test_it_is_what_pandas_gives(function: str, keys: list[str]) -> None:
    table = _rows(1)
    train = np.array([i for i in range(50) if i % 3])
    state = fit(_encode(function, "v", *keys), table, train)
    state = EncoderState.from_json(state.to_json())
    expected = _expected(table.to_pandas(), train, function, keys)
    np.testing.assert_allclose(transform(state, table), expected, rtol=1e-12, equal_nan=True)
    assert [c.sources for c in column_map(state).columns] == [("v", *keys)]


def test_a_group_that_was_not_there_and_rows_without_a_key_have_none() -> None:
    state = fit(_encode("count", "v", "k"), pa.table({"v": [1.0, 2.0], "k": ["a", None]}), [0, 1])
    assert transform(state, pa.table({"v": [1.0, 1.0, 1.0], "k": ["a", "b", None]})).ravel().tolist()[:1] == [1.0]
    assert np.isnan(transform(state, pa.table({"v": [1.0, 1.0], "k": ["b", None]}))).all()


@pytest.mark.parametrize("function", ["mean", "quantile", "nunique"])
def test_rows_that_leave_leave_what_a_fit_without_them_gives(function: str) -> None:
    table = _rows(2)
    kept = np.array([i for i in range(50) if i not in (3, 7, 20)])
    encode = _encode(function, "v", "k")
    before, after = fit(encode, table, np.arange(50)), fit(encode, table, kept)
    rest = table.take(pa.array(kept))
    assert update(before, table.take(pa.array([3, 7, 20])), None, lambda: rest).state.canonical() == after.canonical()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((0, 0, 1, 0), 1.0),
        ((1, 0, 1, -1), 9.0),
        ((1, 0, 2, 0), 5.0),
        ((1, 0, 2, -2), 9.0),
        ((0.9, 0, 1, 0), 9.0),
        ((0.3, -1, 2, 0), 9.0),
    ],
)
def test_an_element_of_the_values_in_order(place: tuple[float, int, int, int], expected: float) -> None:
    """A place before the first one counts from the end, as in Python."""
    step = Transformer("refitted", (("transformer", Unfitted(OWN, (("function", "element"), ("place", place)))),))
    encode = Encode(blocks=(Block("one", ("v",), (step,)),))
    table = pa.table({"v": pa.array([9.0, None, 1.0, 5.0], pa.float64())})
    assert transform(fit(encode, table, range(4)), table).ravel().tolist() == [expected] * 4


def test_of_too_few_values_there_is_no_such_element() -> None:
    step = Transformer("refitted", (("transformer", Unfitted(OWN, (("function", "element"), ("place", (0, 0, 1, 2))))),))
    with pytest.raises(UserError, match="GroupStatistic refuses"):
        fit(Encode(blocks=(Block("one", ("v",), (step,)),)), pa.table({"v": [1.0, 2.0]}), [0, 1])


@pytest.mark.parametrize("params", [(("function", "mode"),), (("function", "quantile"),), (("function", "mean"), ("share", 0.5))])
def test_there_is_no_other_statistic(params: tuple[tuple[str, Any], ...]) -> None:
    step = Transformer("refitted", (("transformer", Unfitted(OWN, params)),))
    with pytest.raises(UserError, match="GroupStatistic refuses"):
        fit(Encode(blocks=(Block("one", ("v",), (step,)),)), _rows(1), [0, 1])
