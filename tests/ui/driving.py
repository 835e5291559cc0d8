"""Small hands for tests of the screens: press, list what was asked, read a table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton


def press(qtbot, root, words):
    found = [b for b in root.findChildren(QPushButton) if b.text().strip() == words and b.isVisible()]
    assert found, f"no button {words}: {[b.text().strip() for b in root.findChildren(QPushButton) if b.isVisible()]}"
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    return found[0]


def calls(session, name):
    return [call for call in session.calls if call[0] == name]


def words_of(table):
    model = table.records()
    return [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]
