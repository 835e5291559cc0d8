from collections import Counter

from PySide6.QtWidgets import QWidget

from lester_gui.ui.actions import RAIL, TABLE, Actions


def test_no_key_is_given_twice():
    keys = Counter(spec.key for spec in TABLE if spec.key)
    assert [key for key, times in keys.items() if times > 1] == []
    assert len({spec.id for spec in TABLE}) == len(TABLE)


def test_rail_has_six_keys():
    keys = {spec.id: spec.key for spec in TABLE}
    assert [keys[name] for name in RAIL] == [f"Ctrl+{i}" for i in range(1, 7)]


def test_project_actions_wait_for_a_project(lester_app, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    actions = Actions(holder)
    assert not actions["data"].isEnabled()
    assert actions["open_folder"].isEnabled()
    actions.set_project_open(True)
    assert actions["data"].isEnabled()
    actions.hold_back(True)
    assert not any(actions[spec.id].isEnabled() for spec in TABLE)
