"""The detail panel beside a list: title, pill, who and where, the actions that make sense now, content, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, ButtonLook, IconButton
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.skeleton import Skeleton
from desktop.ui.widgets.states import failed_view
from desktop.ui.widgets.surfaces import ScrollColumn, clear_layout

#: What the head needs beside title and pill, in the look's pixels: margins, gaps and the button that closes.
_BESIDE_THE_HEAD: Final = 74


@dataclass(frozen=True, slots=True)
class PanelAction:
    """A button of the panel."""

    text: str
    run: Callable[[], None]
    look: ButtonLook = "secondary"


class DetailPanel(QFrame):
    """A card as wide as the look's panel. Fill it with ``show_head`` and ``add``; hidden until there is something.

    Signals: ``closed`` when a person closed it.
    """

    closed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "card")
        self.setAccessibleName(name)
        self.setFixedWidth(theme.px(352))
        pad = theme.px(16)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, pad, 1, 1)
        outer.setSpacing(theme.px(12))
        head = QHBoxLayout()
        head.setContentsMargins(pad, 0, pad - theme.px(6), 0)
        head.setSpacing(theme.px(8))
        self._title = PlainLabel("", look="heading", strong=True, elide=True, cut="middle", select=True)
        self._pill = Pill(theme, parent=self)
        self._pill_below = Pill(theme, parent=self)
        close = IconButton(theme, "close", translate("DetailPanel", "Close the panel"))
        close.clicked.connect(self.close_panel)
        head.addWidget(self._title, 1)
        head.addWidget(self._pill)
        head.addWidget(close)
        outer.addLayout(head)
        below = QHBoxLayout()
        below.setContentsMargins(pad, 0, pad, 0)
        below.addWidget(self._pill_below)
        below.addStretch(1)
        outer.addLayout(below)
        self._column = ScrollColumn(theme)
        self._column.body.setContentsMargins(pad, 0, pad, pad)
        self._column.body.setSpacing(theme.px(12))
        outer.addWidget(self._column, 1)
        self.body = self._column.body
        self.hide()

    def show_loading(self) -> None:
        """What the panel shows is on its way."""
        clear_layout(self.body)
        self.body.addWidget(Skeleton(self._theme, (0.5, 0.8, 0.3, 0.9, 0.9, 0.7)))
        self.body.addStretch(1)
        self.show()

    def show_failed(self, error: WorldError, retry: Callable[[], None]) -> None:
        """It could not be read: the error with Retry."""
        clear_layout(self.body)
        self.body.addWidget(failed_view(self._theme, error, retry), 1)
        self.show()

    def show_head(
        self,
        title: str,
        *,
        pill: str = "",
        tone: str = "neutral",
        who: str = "",
        where: str = "",
        actions: Sequence[PanelAction] = (),
    ) -> None:
        """Start anew with this head; content follows by ``add`` and ends with ``finish``."""
        clear_layout(self.body)
        self._title.set_text(title)
        self._show_pill(pill, tone)
        if who or where:
            about = QVBoxLayout()
            about.setSpacing(self._theme.px(2))
            if who:
                about.addWidget(PlainLabel(who, elide=True, select=True))
            if where:
                about.addWidget(PlainLabel(where, tone="text-3", elide=True, cut="middle", select=True))
            self.body.addLayout(about)
        if actions:
            row = QWidget()
            flow = FlowLayout(row, self._theme.px(8))
            for action in actions:
                button = Button(self._theme, action.text, look=action.look)
                button.clicked.connect(action.run)
                flow.addWidget(button)
            self.body.addWidget(row)
        self.show()

    def _show_pill(self, text: str, tone: str) -> None:
        """Beside the title, or below it where the two do not fit: neither is shortened for the other."""
        self._pill.show_state(text, tone)
        self._pill_below.show_state("", tone)
        taken = self._title.sizeHint().width() + self._pill.sizeHint().width()
        if text and taken > self.width() - self._theme.px(_BESIDE_THE_HEAD):
            self._pill.show_state("", tone)
            self._pill_below.show_state(text, tone)

    def add(self, widget: QWidget, title: str = "") -> None:
        """Add content, under a small title where it has one."""
        if title:
            self.body.addWidget(PlainLabel(title, strong=True))
        self.body.addWidget(widget)

    def finish(self) -> None:
        """Everything was added: the rest of the panel stays empty."""
        self.body.addStretch(1)

    def close_panel(self) -> None:
        """Hide and tell."""
        self.hide()
        self.closed.emit()
