"""Every shortcut is in the table once, and works."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.ui.app.shortcuts import SHORTCUTS, install, shortcut


def test_keys_and_names_are_each_used_once() -> None:
    assert len({row.key for row in SHORTCUTS}) == len(SHORTCUTS)
    assert len({row.keys for row in SHORTCUTS}) == len(SHORTCUTS)


def test_every_row_can_be_shown(qapp) -> None:
    for row in SHORTCUTS:
        assert row.shown_title()
        assert not QKeySequence(row.keys).isEmpty()
        assert row.shown_keys()


def test_a_key_runs_its_handler(qtbot) -> None:
    window, ran = QWidget(), []
    qtbot.addWidget(window)
    install(window, {"sync": lambda: ran.append("sync")})
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["sync"]


def test_a_handler_for_no_row_is_a_bug(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(KeyError):
        install(window, {"no such": print})
    assert shortcut("search").keys == "Ctrl+K"
