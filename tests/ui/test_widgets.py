from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from lester_gui.errors import UserError
from lester_gui.ui.messages import Messages
from lester_gui.ui.widgets import Button, Chip, Field, MaskedValue, ProgressRow, Segmented, Tabs
from lester_gui.ui.widgets.masked import SECONDS


def test_button_says_why_it_is_off(lester_app, qtbot):
    button = Button("Approve…", "primary", "check")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Approve…"
    button.set_off("Make the plan first")
    assert not button.isEnabled()
    assert button.toolTip() == button.accessibleDescription() == "Make the plan first"
    button.set_on()
    assert button.toolTip() == ""


def test_field_shows_its_error_in_words(lester_app, qtbot):
    field = Field("Case number")
    qtbot.addWidget(field)
    field.show()
    field.set_error("This is not the case number")
    assert field.edit.accessibleDescription() == "This is not the case number"
    assert field.edit.property("state") == "error"
    qtbot.keyClicks(field.edit, "L")
    assert field.error() == ""


def test_masked_value_hides_again(lester_app, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    value = MaskedValue("ssn")
    value.setParent(holder)
    holder.show()
    value.reveal("670-18-6875")
    assert value.is_revealed()
    assert "670" not in value.accessibleName()
    for _ in range(SECONDS):
        value._tick()
    assert not value.is_revealed()
    assert value.accessibleName() == "ssn, masked"
    value.reveal("670-18-6875")
    QGuiApplication.sendEvent(holder, QEvent(QEvent.Type.WindowDeactivate))
    assert not value.is_revealed(), "losing the focus masks"


def test_segmented_by_keyboard(lester_app, qtbot):
    switch = Segmented([("Graph", "graph"), ("Table", "table"), ("SQL", "")], 0, "View")
    qtbot.addWidget(switch)
    switch.show()
    with qtbot.waitSignal(switch.chosen) as chosen:
        qtbot.keyClick(switch, Qt.Key.Key_Right)
    assert chosen.args == [1]
    assert switch.index() == 1


def test_tabs_with_signs(lester_app, qtbot):
    tabs = Tabs(["Request", "Plan"], "Parts")
    qtbot.addWidget(tabs)
    before = tabs.tabSizeHint(0).width()
    tabs.set_sign(0, "check", "ok", "done")
    assert tabs.tabSizeHint(0).width() > before
    assert tabs.tabToolTip(0) == "done"


def test_progress_row_asks_to_cancel_once(lester_app, qtbot):
    progress = ProgressRow("complications", can_cancel=True)
    qtbot.addWidget(progress)
    progress.show()
    progress.set_state("runs", "3 of 8 groups", 0.4)
    assert progress.accessibleName() == "complications: 3 of 8 groups"
    with qtbot.waitSignal(progress.cancel_asked):
        qtbot.mouseClick(progress._cancel, Qt.MouseButton.LeftButton)
    assert not progress._cancel.isEnabled()


def test_chip_is_words_too(lester_app, qtbot):
    chip = Chip("Differs", "danger", "differs")
    qtbot.addWidget(chip)
    assert chip.accessibleName() == "Differs"


def test_messages_wait_for_a_window(lester_app, qtbot):
    messages = Messages()
    heard = []
    messages.said.connect(heard.append)
    messages.error(UserError("no such folder", hint="choose another"))
    assert heard == []
    messages.listen()
    assert (heard[0].text, heard[0].hint, heard[0].tone) == ("no such folder", "choose another", "danger")
