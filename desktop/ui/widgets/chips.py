"""Filter chips: what a list is narrowed to, changed from a menu or taken away by a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from desktop.ui.text import one_line, set_tip, shortened
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate

#: Characters of a name in a chip, in its menu, and of what a list is narrowed to.
_CHARS: Final = 36
_MENU_CHARS: Final = 60
_FIGURE_CHARS: Final = 60


class FilterChip(QPushButton):
    """A chip with a menu of options; the first option means "no filter" and shows the chip's own title.

    Signals: ``picked`` with the option's key, when a person picked it.
    """

    picked = Signal(str)

    def __init__(
        self, theme: Theme, title: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._options = dict(options)
        self._none = options[0][0]
        self._current = self._none
        self.setProperty("look", "chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        menu = QMenu(self)
        menu.setAccessibleName(title)
        menu.setToolTipsVisible(any(len(one_line(text)) > _MENU_CHARS for _, text in options))
        self._group = QActionGroup(menu)
        for key, text in options:
            whole = one_line(text)
            action = QAction(shortened(whole, _MENU_CHARS).replace("&", "&&"), menu)
            set_tip(action, whole)
            action.setCheckable(True)
            action.setData(key)
            self._group.addAction(action)
            menu.addAction(action)
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(menu)
        theme.changed.connect(self._tint)
        self.pick(self._none)

    def current(self) -> str:
        """The picked option's key."""
        return self._current

    def none(self) -> str:
        """The key of the option that means "no filter"."""
        return self._none

    def pick(self, key: str) -> None:
        """Show this option as picked, without telling."""
        self._current = key
        active = key != self._none
        whole = one_line(self._options[key] if active else self._title)
        shown = shortened(whole, _CHARS)
        self.setText(shown.replace("&", "&&"))
        set_tip(self, whole if shown != whole else "")
        self.setAccessibleName(one_line(f"{self._title}: {self._options[key]}"))
        for action in self._group.actions():
            action.setChecked(action.data() == key)
        self.setProperty("active", active)
        self.style().unpolish(self)
        self.style().polish(self)
        self._tint()

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.pick(str(action.data()))
        self.picked.emit(self._current)

    @Slot()
    def _tint(self) -> None:
        active = self._current != self._none
        self.setIcon(self._theme.icon("chevron-down", "accent" if active else "text-3", 12))
        self.setIconSize(QSize(self._theme.px(12), self._theme.px(12)))


class ClosingChip(QPushButton):
    """A chip that is there while a list is narrowed to something no menu offers; a click takes it away.

    Signals: ``picked`` with an empty key, when a person took it away.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme, key: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._key = theme, key
        self.setProperty("look", "chip")
        self.setProperty("active", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        shown = one_line(text)
        # The whole is read from left to right, although the cross stands at the end.
        self.setText(f"\u200e{shortened(shown, _FIGURE_CHARS)}\u200e".replace("&", "&&"))
        tip = translate("Chips", "Only {0}. Click to show all again.").format(shown)
        set_tip(self, tip)
        self.setAccessibleName(shown)
        self.setAccessibleDescription(tip)
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self._tint)
        self._tint()

    def current(self) -> str:
        """What the list is narrowed to."""
        return self._key

    def none(self) -> str:
        """What means "no filter"."""
        return ""

    def pick(self, key: str) -> None:
        """What it says is what it was made with."""
        self._key = key

    @Slot()
    def _on_clicked(self) -> None:
        self._key = ""
        self.picked.emit("")

    @Slot()
    def _tint(self) -> None:
        self.setIcon(self._theme.icon("close", "accent", 12))
        self.setIconSize(QSize(self._theme.px(12), self._theme.px(12)))
