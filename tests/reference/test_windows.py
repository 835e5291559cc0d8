"""The window functions of the reference against pandas, which is the language they are named for."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir.nodes import Window, WindowColumn
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.windows import WINDOWS
from tests.reference.windows import RUNNING, window_values

Pairs = list[tuple[str | None, Any]]
KEYS = st.sampled_from(["a", "a", "b", None])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float": st.sampled_from([0.5, 1.0, 1.0, -2.0, 8.25, None]),
    "int": st.integers(-3, 3),
    "str": st.sampled_from(["x", "y", "y", "Ä", None]),
    "bool": st.booleans(),
}
GROUPED = {
    "row_number": lambda g, c: g.cumcount() + 1,
    "cumcount": lambda g, c: g.cumcount(ascending=c.ascending),
    "shift": lambda g, c: g["v"].shift(c.offset),
    "diff": lambda g, c: g["v"].diff(c.offset),
    "pandas_cumsum": lambda g, c: g["v"].cumsum(),
    "pandas_cummax": lambda g, c: g["v"].cummax(),
    "pandas_cummin": lambda g, c: g["v"].cummin(),
    "ffill": lambda g, c: g["v"].ffill(),
    "bfill": lambda g, c: g["v"].bfill(),
}
ALL_ROWS = {
    **GROUPED,
    "row_number": lambda f, c: pd.Series(range(1, len(f) + 1)),
    "cumcount": lambda f, c: pd.Series(range(len(f)) if c.ascending else range(len(f))[::-1]),
    "running_count": lambda f, c: f["v"].notna().cumsum(),
    "numpy_place": lambda f, c: _places(f, c),
    "running_first": lambda f, c: f["v"].bfill().iloc[:1].repeat(len(f)).where(list(f["v"].ffill().notna())),
}


def _places(f: pd.DataFrame, c: WindowColumn) -> pd.Series:
    order = f.sort_values("v", ascending=c.ascending).index
    return pd.Series(range(len(f)), index=order).sort_index()


RANKS = {n: n.removeprefix("pandas_rank_") for n in WINDOWS if n.startswith("pandas_rank_")}
AS_PANDAS = {"var0": ("var", {"ddof": 0}), "std0": ("std", {"ddof": 0})}
TEXT = ("shift", "ffill", "bfill", *RANKS)
"""What pandas defines for text."""


def test_every_function_has_a_reference() -> None:
    assert {*RUNNING, *AGGREGATES} == set(WINDOWS)


def expected(series: pd.Series) -> list[Any]:
    return [None if v is None or v != v else v for v in series.tolist()]


def close(found: list[Any], wanted: list[Any]) -> bool:
    return len(found) == len(wanted) and all(
        a is b is None or (a is not None and b is not None and (a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)))
        for a, b in zip(found, wanted, strict=True)
    )


def frame(pairs: Pairs, kind: str) -> pd.DataFrame:
    values = pd.Series([v for _, v in pairs], dtype={"str": "str", "float": "float64", "int": "int64", "bool": "bool"}[kind])
    return pd.DataFrame({"g": pd.Series([g for g, _ in pairs], dtype="str"), "v": values})


def grouped(c: WindowColumn, pairs: Pairs) -> list[Any]:
    """Apply the reference group by group, as `tests.reference.interpreter` does; rows without a key get nothing."""
    out: list[Any] = [None] * len(pairs)
    for key in {g for g, _ in pairs if g is not None}:
        places = [i for i, (g, _) in enumerate(pairs) if g == key]
        for i, value in zip(places, window_values(c, [pairs[i][1] for i in places]), strict=True):
            out[i] = value
    return out


def whole(function: str) -> Callable[[Any, WindowColumn], Any]:
    if function == "mode":  # transform knows it by no name
        return lambda g, c: g.obj["g"].map(g["v"].agg(lambda v: v.mode().iloc[0] if v.notna().any() else np.nan))
    name, options = AS_PANDAS.get(function, (function, {}))
    return lambda g, c: g["v"].transform(name, **options)


def cases() -> list[tuple[str, str]]:
    out = [(f, k) for f in (*GROUPED, *RANKS) for k in ("float", "int")]
    out += [(f, "str") for f in TEXT if f != "pandas_rank_first"]  # which pandas does not rank by place
    out += [(f, k) for f in AGGREGATES for k in ("float", "int")]
    return out + [(f, "str") for f in ("size", "count", "nunique", "min", "max", "first", "last")] + [("pandas_cumsum", "bool")]


@pytest.mark.parametrize(("function", "kind"), cases())
def test_groups_are_as_in_pandas(function: str, kind: str) -> None:
    options = WINDOWS[function].options
    columns = st.builds(
        WindowColumn,
        st.just("new"),
        st.just(function),
        st.just("v"),
        st.sampled_from([1, 2, -1]) if "offset" in options else st.just(1),
        st.booleans() if "ascending" in options else st.just(True),
        st.booleans() if "pct" in options else st.just(False),
    )

    @settings(max_examples=20, deadline=None)
    @given(columns, st.lists(st.tuples(KEYS, VALUES[kind]), min_size=1, max_size=8))
    def check(c: WindowColumn, pairs: Pairs) -> None:
        g = frame(pairs, kind).groupby("g")
        if function in RANKS:
            wanted = g["v"].rank(method=RANKS[function], ascending=c.ascending, pct=c.pct)
        else:
            wanted = (GROUPED.get(function) or whole(function))(g, c)
        assert close(grouped(c, pairs), expected(wanted)), (c, pairs)

    check()


@pytest.mark.parametrize("function", [*ALL_ROWS, *RANKS])
@settings(max_examples=20, deadline=None)
@given(st.lists(VALUES["float"], min_size=1, max_size=8))
def test_all_rows_are_as_in_pandas(function: str, values: list[Any]) -> None:
    c = WindowColumn("new", function, "v")
    f = pd.DataFrame({"v": pd.Series(values, dtype="float64")})
    wanted = f["v"].rank(method=RANKS[function]) if function in RANKS else ALL_ROWS[function](f, c)
    assert close(window_values(c, values), expected(wanted))


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("kind", ["int", "float", "bool"])
def test_places_of_many_equal_values_are_those_of_pandas(kind: str, ascending: bool) -> None:
    c = WindowColumn("new", "numpy_place", "v", ascending=ascending)

    @settings(max_examples=20, deadline=None)
    @given(st.lists(VALUES[kind], min_size=1, max_size=300), st.integers(1, 10))
    def check(values: list[Any], times: int) -> None:
        values = values * times
        f = pd.DataFrame({"v": pd.Series(values, dtype={"int": "int64", "float": "float64", "bool": "bool"}[kind])})
        assert window_values(c, values) == _places(f, c).tolist()

    check()


def test_the_kept_missing_key_is_a_group_as_with_dropna_false() -> None:
    f = pd.DataFrame({"g": ["a", None, "a", None], "v": [1, 2, 3, 4]})
    assert f.groupby("g", dropna=False)["v"].transform("sum").tolist() == [4, 6, 4, 6]
    assert Window.__dataclass_fields__["drop_null_keys"].default is True
