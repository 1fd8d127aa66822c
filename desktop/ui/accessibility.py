"""For those who hear the window instead of seeing it, and those who have no pointer."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.ui.text import clean

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str, description: str = "") -> W:
    """Give a control its accessible name (and what it does, where the name does not say) and hand it back."""
    widget.setAccessibleName(clean(name))
    if description:
        widget.setAccessibleDescription(clean(description))
    return widget


def press_focused(event: QKeyEvent) -> bool:
    """Return presses the button that has the focus, as Space does; False where the key or the focus is another.

    Qt leaves Return to the default button of a dialog, and to nobody elsewhere.
    """
    button = QApplication.focusWidget()
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not isinstance(button, QAbstractButton):
        return False
    button.click()
    return True
