import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from lester_gui.influence.coefficients import CoefficientChange
from lester_gui.influence.plots import COLOURS, coefficient_change, influence_figure, prediction_shift

from .test_sentence import influence

TOKENS = {name: f"#{i * 16 + 15:02x}4060" for i, name in enumerate(COLOURS)}
COEFFICIENTS = (
    CoefficientChange("a", "word: refund", "", 0.1, 0.1021),
    CoefficientChange("b", "mail length, scaled", "", 0.1, 0.0984),
    CoefficientChange("c", "a very long label that no axis could ever hold in full", "", None, 0.0001),
    CoefficientChange("intercept", "intercept", "", 0.1, 0.1),
)


def words(figure: Figure) -> list[str]:
    figure.savefig(io.BytesIO(), format="png")  # tick labels exist once drawn
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def test_both_pictures() -> None:
    figure = influence_figure(replace(influence(), coefficients=COEFFICIENTS), TOKENS)
    said = words(figure)
    assert "Change of probability when left out, percentage points" in said
    assert "3 decisions\nof others change" in said
    assert "word: refund" in said and "1,000" in said
    assert "intercept" not in said  # it does not move
    assert all(len(t) < 80 for t in said)
    person = [line for line in figure.axes[0].lines if to_hex(line.get_color()) == TOKENS["person"]]
    assert len(person) == 6  # a stem and a mark per decision
    assert to_hex(figure.get_facecolor()) == TOKENS["surface"]


@pytest.mark.parametrize("changed", [0, 1, 500])
def test_any_number_of_changed_decisions(changed: int) -> None:
    said = words(prediction_shift(influence(changed, 600), TOKENS))
    assert any("decision" in t for t in said) == (changed > 0)


def test_nothing_moves_at_all() -> None:
    still = replace(influence(0, 20), shifts=np.zeros(20))
    assert "0" in words(prediction_shift(still, TOKENS))
    empty = replace(influence(0, 0), shifts=np.empty(0), decision_changed=np.empty(0, dtype=bool))
    words(prediction_shift(empty, TOKENS))
    assert "This model has no coefficients" in words(coefficient_change(still, TOKENS))
    assert "No coefficient changes" in words(coefficient_change(replace(still, coefficients=COEFFICIENTS[3:]), TOKENS))


def test_numbers_instead_of_decisions() -> None:
    numbers = replace(influence(3, 50), is_decision=False, is_probability=False)
    said = words(prediction_shift(numbers, TOKENS))
    assert "Change of prediction when left out" in said
    assert not any("decision" in t for t in said)


def test_drawing_in_a_thread_touches_no_global_state() -> None:
    from matplotlib import _pylab_helpers, rcParams

    before = dict(rcParams)
    done: list[Figure] = []
    thread = threading.Thread(target=lambda: done.append(influence_figure(influence(), TOKENS, font="DejaVu Sans")))
    thread.start()
    thread.join()
    words(done[0])
    assert dict(rcParams) == before
    assert not _pylab_helpers.Gcf.figs
