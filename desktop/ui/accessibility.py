"""Names for those who hear the window instead of seeing it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

from desktop.ui.text import clean

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str, description: str = "") -> W:
    """Give a control its accessible name (and what it does, where the name does not say) and hand it back."""
    widget.setAccessibleName(clean(name))
    if description:
        widget.setAccessibleDescription(clean(description))
    return widget
