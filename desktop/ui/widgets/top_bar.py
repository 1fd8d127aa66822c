"""The top bar: page title, search and command field, and the page's one primary action or its period."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.ui.app.shortcuts import shortcut
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.search import SearchField


class TopBar(QFrame):
    """Shows what the open page gives it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "top-bar")
        self.setAccessibleName(translate("TopBar", "Top bar"))
        self.setFixedHeight(theme.px(56))
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        self._layout.setSpacing(theme.px(12))
        self._title = PlainLabel("", look="title", strong=True, elide=True)
        row = shortcut("search")
        self.search = SearchField(theme, row.shown_title(), row.shown_keys().replace("+", " "))
        self._longest = theme.px(200)
        self._layout.addWidget(self._title, 1)
        self._layout.addWidget(self.search)
        self._slot: list[QWidget] = []

    def show_page(self, title: str, widgets: Sequence[QWidget]) -> None:
        """Show this title and, at the right, the page's widgets; those of the page before are hidden, not deleted."""
        self._title.set_text(title)
        # Where room is short the search field gives way before the title does.
        self._title.setMinimumWidth(min(self._title.sizeHint().width(), self._longest))
        for widget in self._slot:
            self._layout.removeWidget(widget)
            widget.hide()
        self._slot = list(widgets)
        for widget in self._slot:
            self._layout.addWidget(widget)
            widget.show()
