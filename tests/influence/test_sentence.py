from dataclasses import replace

import numpy as np

from lester_gui.features.changes import StateChange
from lester_gui.influence.leave_out import Influence
from lester_gui.influence.others import MovedRows
from lester_gui.influence.sentence import Reach, english, sentence

NOBODY = MovedRows(0, 0, (), 0, 0, 0)


def influence(changed: int = 3, rows: int = 10_291) -> Influence:
    flags = np.arange(rows) < changed
    return Influence(
        test_rows=rows, changed_keys=tuple(range(changed)), shifts=np.where(flags, 0.008, 0.0005), decision_changed=flags,
        is_decision=True, is_probability=True, coefficients=(), encoder=(), others=NOBODY, own=(), metrics_before={},
        metrics_after={}, change={}, guarantee="solver", method="updated", move=0.1, model_changed=True,
    )  # fmt: skip


REACH = Reach(rows=7, sources=4, searched=5, train_rows=4, test_rows=1, cells=150, models=2)


def test_the_sentence() -> None:
    said = english(sentence(REACH, [influence()], ["the average mail length for country FR"]))
    assert said == (
        "7 rows in 4 sources reached 4 training rows, 1 test row, 150 feature cells and 2 models. "
        "Leaving this person out changes 3 of 10,291 test decisions. "
        "One value that other people share depends on them: the average mail length for country FR."
    )


def test_codes_and_arguments_for_translation() -> None:
    phrases = sentence(REACH, [influence(), influence(0, 10)])
    assert [p.code for p in phrases] == ["reached", "decisions"]
    assert phrases[1].args == {"changed": 3, "of": 10_301}


def test_other_outcomes() -> None:
    assert english(sentence(Reach(0, 0, 5), None)) == "Nothing found: 5 sources searched."
    assert english(sentence(Reach(1, 1, 5), [influence(0, 1)])) == (
        "1 row in 1 source reached no training row and no test row. Leaving this person out changes none of 1 test decision."
    )
    assert english(sentence(REACH, None)).endswith("has not been computed.")
    numbers = replace(influence(2, 9), is_decision=False)
    assert english(sentence(REACH, [numbers])).endswith("moves 2 of 9 predicted numbers.")


def test_what_others_share() -> None:
    changes = (
        StateChange("n", "income", "mean", 1.0, 2.0),
        StateChange("n", "income", "scale", 1.0, 2.0),
        StateChange("c", "race", "category_lost", "race9", None),
    )
    moved = replace(influence(0, 50), encoder=changes, others=MovedRows(1, 0, (), 2, 1, 0))
    said = english(sentence(REACH, [moved]))
    assert "1 label of other people depends on them." in said
    assert "2 rows of other people would drop out, and 1 row of other people would come in." in said
    assert said.endswith("3 values that other people share depend on them, such as the mean of income.")
    assert "race9" not in said
