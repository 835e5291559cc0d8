"""Colours can be told apart by everybody: WCAG 2.2 ratios of every pair that is used, in both themes."""

import re

import pytest

from lester_gui import resources
from lester_gui.ui import tokens


def test_all_pairs_have_enough_contrast():
    assert len(tokens.PAIRS) >= 90
    assert tokens.failing_pairs() == []


def test_contrast_is_that_of_wcag():
    assert tokens.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert tokens.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_themes_have_the_same_roles():
    assert tokens.LIGHT.keys() == tokens.DARK.keys()


def test_every_token_of_the_style_sheet_exists():
    text = resources.read_text("themes", "lester.qss")
    used = set(re.findall(r"@(\w+)", text)) - {"tick", "arrow", "segment_on"}
    assert used <= tokens.LIGHT.keys()
    assert "font" not in re.sub(r"/\*.*?\*/", "", text, flags=re.S), "a font in the style sheet beats setFont"
