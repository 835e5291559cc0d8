"""Influence against a rerun of the whole script without the person, in scikit-learn."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lester_gui.errors import UserError
from lester_gui.features.column_map import column_map
from lester_gui.features.matrix import transform
from lester_gui.features.state import fit
from lester_gui.influence.leave_out import Influence, leave_out
from lester_gui.influence.side import Side
from lester_gui.ir.learning import Block, Encode, Model, Transformer
from lester_gui.models.training import train
from lester_gui.progress import Cancelled, Progress

from .hospital import ENCODE, MODEL, Hospital, prepare


@pytest.fixture(scope="module")
def hospital(samples_folder: Path) -> Hospital:
    return Hospital.load(samples_folder / "hospital")


def influence_of(hospital: Hospital, ssn: str) -> Influence:
    before = hospital.side()
    ids = hospital.patients.loc[hospital.patients["ssn"] == ssn, "id"].tolist()
    own = np.flatnonzero(np.isin(before.keys, ids)).tolist()
    return leave_out(ENCODE, MODEL, before, hospital.without(ssn).side(), own, seed=0)


def person(hospital: Hospital, part: str) -> str:
    ids = {"train": hospital.train_ids, "test": hospital.test_ids}[part]
    return str(hospital.patients.loc[hospital.patients["id"] == ids[0], "ssn"].item())


@pytest.mark.parametrize("part", ["train", "test"])
def test_influence_is_what_a_rerun_without_the_person_shows(hospital: Hospital, part: str) -> None:
    ssn = person(hospital, part)
    influence = influence_of(hospital, ssn)
    (full, test), (less, test_less) = hospital.rerun(), hospital.without(ssn).rerun()
    common = [k for k in test.index if k in test_less.index]
    assert influence.test_rows == len(common) == len(hospital.test_ids) - (part == "test")

    before, after = full.predict_proba(test.loc[common])[:, 1], less.predict_proba(test_less.loc[common])[:, 1]
    np.testing.assert_allclose(influence.shifts, after - before, atol=1e-9)
    changed = [k for k, a, b in zip(common, before > 0.5, after > 0.5, strict=True) if a != b]
    assert list(influence.changed_keys) == changed

    names = full[:-1].get_feature_names_out().tolist()
    moves = dict(zip(names, (less[-1].coef_ - full[-1].coef_)[0].tolist(), strict=True))
    found = {c.name: c.change for c in influence.coefficients}
    assert set(found) == {*names, "intercept"}
    for name, change in moves.items():
        assert found[name] == pytest.approx(change, abs=1e-9)
    assert influence.metrics_before["accuracy"].value == pytest.approx(full.score(test, test["label"]))
    assert influence.metrics_after["accuracy"].value == pytest.approx(less.score(test_less, test_less["label"]))

    (own,) = influence.own
    assert own.part == part
    row = hospital.patients.merge(hospital.histories, on="ssn").query("ssn == @ssn")
    assert own.score_before == pytest.approx(full.predict_proba(row)[0, 1], abs=1e-9)
    assert own.score_after == pytest.approx(less.predict_proba(row)[0, 1], abs=1e-9)


def test_a_training_row_moves_the_model_and_the_encoder(hospital: Hospital) -> None:
    influence = influence_of(hospital, person(hospital, "train"))
    assert influence.model_changed and influence.guarantee == "solver"
    assert influence.move is not None and influence.move > 0
    assert {(c.column, c.what) for c in influence.encoder} >= {("income", "mean"), ("income", "scale")}
    assert np.abs(influence.shifts).max() > 0
    assert influence.not_computed == ("rank among persons",)
    report = influence.to_json()
    assert report["decisions_changed"] == len(influence.changed_keys)
    assert report["coefficients"][0]["change"] == max((c.change for c in influence.coefficients), key=abs)


def test_a_filtered_out_person_can_still_turn_labels(hospital: Hospital) -> None:
    ids = {*hospital.train_ids, *hospital.test_ids}
    outside = str(hospital.patients.loc[~hospital.patients["id"].isin(ids), "ssn"].iloc[0])
    assert influence_of(hospital, outside).method == "kept"  # one usual patient does not move a group mean far enough

    histories = hospital.histories.copy()
    histories.loc[histories["ssn"] == outside, "complications"] = 500
    unusual = Hospital(hospital.patients, histories, hospital.train_ids, hospital.test_ids)
    influence = influence_of(unusual, outside)
    labels, labels_without = (
        prepare(h.patients, h.histories).set_index("id")["label"] for h in (unusual, unusual.without(outside))
    )
    turned = int((labels[list(ids)] != labels_without[list(ids)]).sum())
    assert influence.others.labels == turned > 10
    assert influence.own == () and influence.model_changed
    assert influence.encoder == ()  # labels are no features


def test_who_moves_nothing_leaves_the_model_bit_for_bit(hospital: Hospital) -> None:
    ids = {*hospital.train_ids, *hospital.test_ids}
    outside = str(hospital.patients.loc[~hospital.patients["id"].isin(ids), "ssn"].iloc[0])
    influence = influence_of(hospital, outside)
    assert (influence.guarantee, influence.model_changed, influence.changed_keys) == ("bit", False, ())
    assert not influence.shifts.any() and not influence.others.any


def test_the_runs_own_state_and_model_can_be_given(hospital: Hospital) -> None:
    before, ssn = hospital.side(), person(hospital, "train")
    state = fit(ENCODE, before.table, before.train)
    X = transform(state, before.table, before.train)
    trained = train(MODEL, X, before.y[before.train], features=column_map(state).names, seed=0)
    own = [before.index().get_loc(hospital.train_ids[0])]
    given = leave_out(ENCODE, MODEL, before, hospital.without(ssn).side(), own, seed=0, state=state, trained=trained)
    made = influence_of(hospital, ssn)
    np.testing.assert_array_equal(given.shifts, made.shifts)
    assert given.coefficients == made.coefficients


@pytest.mark.parametrize(
    "model",
    [
        Model(
            estimator="sklearn.ensemble.RandomForestClassifier",
            params=(("n_estimators", 5), ("max_depth", 3), ("random_state", 1)),
        ),
        Model(
            estimator="sklearn.neural_network.MLPClassifier",
            params=(("hidden_layer_sizes", (3,)), ("max_iter", 20), ("random_state", 1)),
        ),
        Model(estimator="sklearn.linear_model.Ridge"),
    ],
    ids=lambda m: m.estimator,
)
def test_other_families(hospital: Hospital, model: Model) -> None:
    ssn, before = person(hospital, "train"), hospital.side()
    after = hospital.without(ssn).side()
    own = [before.index().get_loc(hospital.train_ids[0])]
    if "Ridge" in model.estimator:
        before, after = (Side(s.table, s.keys, s.train, s.test, s.y.astype(float)) for s in (before, after))
    influence = leave_out(ENCODE, model, before, after, own, seed=0)
    assert influence.guarantee == ("rounding" if "Ridge" in model.estimator else "retrained")
    assert bool(influence.coefficients) == ("Ridge" in model.estimator)
    assert influence.is_probability == ("Ridge" not in model.estimator) == influence.is_decision
    assert np.abs(influence.shifts).max() > 0


ONE_HOT = Transformer("one_hot", ())


def side(rows: list[tuple[int, str, int]], train_count: int) -> Side:
    keys, values, labels = zip(*rows, strict=True)
    return Side(
        pa.table({"c": list(values)}),
        np.array(keys),
        list(range(train_count)),
        list(range(train_count, len(rows))),
        np.array(labels),
    )


def test_a_category_of_one_person_only() -> None:
    rows = [(1, "mine", 1), (2, "a", 0), (3, "b", 1), (4, "a", 1), (5, "b", 0)]
    encode = Encode(blocks=(Block("c", ("c",), (ONE_HOT,)),))
    influence = leave_out(encode, MODEL, side(rows, 3), side(rows[1:], 2), [0], seed=0)
    (own,) = influence.own
    assert own.after is None and own.score_after is None and own.before is not None
    assert [(c.what, c.before) for c in influence.encoder] == [("category_lost", "mine")]
    lost = {c.name: c for c in influence.coefficients}["c__c_mine"]
    assert lost.after is None and lost.change == -(lost.before or 0.0)


def test_what_cannot_be_trained_without_them_is_said() -> None:
    rows = [(1, "a", 1), (2, "a", 0), (3, "b", 0), (4, "b", 0)]
    encode = Encode(blocks=(Block("c", ("c",), (ONE_HOT,)),))
    with pytest.raises(UserError, match="Only one class"):
        leave_out(encode, MODEL, side(rows, 3), side(rows[1:], 2), [0], seed=0)


def test_rows_of_others_that_move() -> None:
    before = side([(1, "a", 1), (2, "a", 0), (3, "b", 0), (4, "b", 1), (6, "b", 1)], 3)
    after = side([(2, "b", 0), (3, "b", 1), (4, "b", 1), (5, "a", 1)], 2)
    encode = Encode(blocks=(Block("c", ("c",), (Transformer("one_hot", (("handle_unknown", "ignore"),)),)),))
    others = leave_out(encode, MODEL, before, after, [0], seed=0).others
    assert (others.labels, others.features, others.columns) == (1, 1, ("c",))
    assert (others.gone, others.new, others.switched) == (1, 1, 0)


def test_keys_may_be_text_or_tuples(hospital: Hospital) -> None:
    ssn, before = person(hospital, "train"), hospital.side()
    after, own = hospital.without(ssn).side(), [before.index().get_loc(hospital.train_ids[0])]
    numbers = leave_out(ENCODE, MODEL, before, after, own, seed=0)
    for convert in (lambda k: [f"row {v}" for v in k.tolist()], lambda k: np.column_stack([k, k])):
        b, a = (Side(s.table, convert(s.keys), s.train, s.test, s.y) for s in (before, after))
        np.testing.assert_array_equal(leave_out(ENCODE, MODEL, b, a, own, seed=0).shifts, numbers.shifts)


def test_cancelling(hospital: Hospital) -> None:
    ctx = Progress()
    ctx.cancel()
    with pytest.raises(Cancelled):
        leave_out(ENCODE, MODEL, hospital.side(), hospital.side(), [], seed=0, ctx=ctx)
