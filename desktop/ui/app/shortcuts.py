"""Every shortcut of the window, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.ui.translation import translate

_CONTEXT: Final = "Shortcuts"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A key, what it does (translated in context ``Shortcuts``) and the keys, in Qt's portable writing."""

    key: str
    title: str
    keys: str

    def shown_title(self) -> str:
        """What it does, in the person's language."""
        return translate(_CONTEXT, self.title)

    def shown_keys(self) -> str:
        """The keys as this system writes them."""
        return QKeySequence(self.keys).toString(QKeySequence.SequenceFormat.NativeText)


SHORTCUTS: Final[tuple[Shortcut, ...]] = (
    Shortcut("search", str(QT_TRANSLATE_NOOP("Shortcuts", "Search or type a command")), "Ctrl+K"),
    Shortcut("sync", str(QT_TRANSLATE_NOOP("Shortcuts", "Sync now")), "Ctrl+R"),
    Shortcut("primary", str(QT_TRANSLATE_NOOP("Shortcuts", "The page's main action")), "Ctrl+N"),
    Shortcut("close_panel", str(QT_TRANSLATE_NOOP("Shortcuts", "Close the panel or message")), "Esc"),
    Shortcut("page_1", str(QT_TRANSLATE_NOOP("Shortcuts", "First page of the rail")), "Ctrl+1"),
    Shortcut("page_2", str(QT_TRANSLATE_NOOP("Shortcuts", "Second page of the rail")), "Ctrl+2"),
    Shortcut("page_3", str(QT_TRANSLATE_NOOP("Shortcuts", "Third page of the rail")), "Ctrl+3"),
    Shortcut("page_4", str(QT_TRANSLATE_NOOP("Shortcuts", "Fourth page of the rail")), "Ctrl+4"),
    Shortcut("page_5", str(QT_TRANSLATE_NOOP("Shortcuts", "Fifth page of the rail")), "Ctrl+5"),
    Shortcut("page_6", str(QT_TRANSLATE_NOOP("Shortcuts", "Sixth page of the rail")), "Ctrl+6"),
    Shortcut("page_7", str(QT_TRANSLATE_NOOP("Shortcuts", "Seventh page of the rail")), "Ctrl+7"),
    Shortcut("page_8", str(QT_TRANSLATE_NOOP("Shortcuts", "Eighth page of the rail")), "Ctrl+8"),
    Shortcut("page_9", str(QT_TRANSLATE_NOOP("Shortcuts", "Ninth page of the rail")), "Ctrl+9"),
    Shortcut("theme", str(QT_TRANSLATE_NOOP("Shortcuts", "Light, dark or as the system")), "Ctrl+Shift+L"),
    Shortcut("quit", str(QT_TRANSLATE_NOOP("Shortcuts", "Quit")), "Ctrl+Q"),
)


def shortcut(key: str) -> Shortcut:
    """The row of the table with this key; raises ``KeyError`` where there is none."""
    found = next((row for row in SHORTCUTS if row.key == key), None)
    if found is None:
        raise KeyError(key)
    return found


def install(window: QWidget, handlers: Mapping[str, Callable[[], None]]) -> None:
    """Connect the table's keys on a window to these handlers; a handler for no row raises ``KeyError``."""
    for key, handler in handlers.items():
        QShortcut(QKeySequence(shortcut(key).keys), window).activated.connect(handler)
