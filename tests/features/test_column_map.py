"""The column map, by perturbation: changing a prepared column changes those columns of X that the map names, and no others."""

import numpy as np
import pyarrow as pa
import pytest

from lester_gui.features.changes import state_changes
from lester_gui.features.column_map import ColumnMap, FeatureColumn, column_map
from lester_gui.features.matrix import transform
from lester_gui.features.state import decrement, fit
from lester_gui.ir.learning import Block, Encode

from .tables import DECREMENTAL, HOSPITAL, MOST_FREQUENT, ONE_HOT, REFITTED, T, anchor, random_table, table

OTHER = {
    "smoker": lambda v: not v,
    "county": lambda v: "b" if v != "b" else "a",
    "children": lambda v: 4 if v != 4 else 3,
    "income": lambda v: (v or 0.0) * 3 + 1,
    "embedding": lambda v: [x + 1 for x in v],
    "label": lambda v: "y" if v != "y" else "z",
}


@pytest.mark.parametrize("encode", [HOSPITAL, DECREMENTAL, REFITTED])
def test_perturbation(encode: Encode) -> None:
    data = random_table(5)
    state = fit(encode, data, range(data.num_rows))
    columns = column_map(state)
    X = transform(state, data)
    assert len(columns) == X.shape[1]
    assert len(set(columns.names)) == len(columns)
    touched: set[int] = set()
    for name, change in OTHER.items():
        values = pa.array([change(v) for v in data.column(name).to_pylist()], type=data.schema.field(name).type)
        moved = transform(state, data.set_column(data.column_names.index(name), name, values))
        changed = {int(i) for i in np.flatnonzero(((moved != X) & ~(np.isnan(moved) & np.isnan(X))).any(axis=0))}
        named = {c.index for c in columns.fed_by([name])}
        assert changed <= named, name
        # a fixed or rare category may by chance not move; everything else does
        assert named - changed <= {c.index for c in columns.columns if set(np.unique(X[:, c.index])) <= {0.0, 1.0}}
        touched |= named
    assert touched == set(range(X.shape[1]))


def test_names_and_labels() -> None:
    data = random_table(5)
    columns = column_map(fit(HOSPITAL, data, range(data.num_rows)))
    assert columns.names[:3] == ("categories__smoker_False", "categories__smoker_True", "categories__county_a")
    assert columns.columns[2].label == "county: a"
    assert columns.columns[-1].label == "income, scaled"
    assert columns.columns[-1].sources == ("income",)


def test_two_columns_of_one_name_are_told_apart() -> None:
    encode = Encode(blocks=(Block("", ("income",), (T("passthrough"),)), Block("", ("income",), (T("passthrough"),))))
    data = random_table(5)
    assert column_map(fit(encode, data, range(5))).names == ("income", "income-2")


def test_a_column_without_a_source_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no source"):
        ColumnMap((FeatureColumn(0, "x", "x", "b", ()),))


def test_changes_of_a_state() -> None:
    b = (False, "b", 3, 8.0, [0.0, 0.0], "x")
    encode = Encode(blocks=(Block("c", ("county",), (MOST_FREQUENT, ONE_HOT)), Block("n", ("income",), (T("standard_scaler"),))))
    before = fit(encode, table([anchor, b, b]), range(3))
    after = decrement(before, table([b, b]), lambda: table([anchor])).state
    found = {(c.column, c.what): (c.before, c.after) for c in state_changes(before, after)}
    assert found[("county", "fill")] == ("b", "a")
    assert found[("county", "category_lost")] == ("b", None)
    assert found[("income", "mean")] == (18.5 / 3, 2.5)
    assert found[("income", "scale")][1] == 1.0
    assert state_changes(before, before) == ()
