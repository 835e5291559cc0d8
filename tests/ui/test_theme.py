import sys

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontInfo, QImage, QPainter, QPalette

from lester_gui import resources
from lester_gui.ui import fonts, icons, painting, theme, tokens
from lester_gui.ui.fonts import font


def test_embedded_fonts_are_present_and_used(lester_app):
    assert set(fonts.register()) >= {"Inter", "Inter Display", "JetBrains Mono"}
    assert QFontInfo(lester_app.font()).family() == "Inter"
    assert QFontInfo(font("title")).family() == "Inter Display"
    assert QFontInfo(font("code")).family() == "JetBrains Mono"
    assert QFontInfo(font("code")).fixedPitch()


def test_fonts_are_small_and_licensed():
    folder = resources.resource("fonts")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000_000
    for name in ("OFL-Inter.txt", "OFL-JetBrainsMono.txt"):
        assert "SIL OPEN FONT LICENSE" in (folder / name).read_text()


@pytest.mark.parametrize("which", ["light", "dark"])
def test_theme_reaches_palette_and_paint(lester_app, which):
    theme.choose(which)
    assert theme.name() == which
    assert lester_app.palette().color(QPalette.ColorRole.Window).name().upper() == tokens.THEMES[which]["window"]
    assert "@" not in theme.style_sheet(which)
    theme.choose("light")


def test_system_scheme_is_followed_until_one_is_chosen(lester_app):
    theme.choose("system")
    assert theme.choice() == "system"
    theme.choose("dark")
    theme._scheme_changed()
    assert theme.name() == "dark"
    theme.choose("light")
    with pytest.raises(ValueError):
        theme.choose("sepia")


def test_every_icon_draws_something(lester_app):
    names = [path.stem for path in resources.resource("icons").glob("*.svg")]
    assert len(names) >= 52
    blank = icons.pixmap("dot", "#000000").toImage()
    blank.fill(Qt.GlobalColor.transparent)
    for name in names:
        assert icons.pixmap(name, "#FF0000", 16, 2.0).toImage() != blank, name


def test_masks_never_tell_a_length(lester_app):
    def ink(draw):
        image = QImage(200, 30, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        draw(painter)
        painter.end()
        return image

    assert painting.DOTS == 6
    assert ink(lambda p: painting.mask(p, 0, 15)) == ink(lambda p: painting.mask(p, 0, 15))


def test_painting_keeps_count_of_references(lester_app):
    """PySide6 6.12.0 lost a reference to None at each void call and aborted after some thousand paints."""
    image = QImage(64, 64, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(2000):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(QRectF(0, 0, 1, 1), Qt.GlobalColor.black)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 200
