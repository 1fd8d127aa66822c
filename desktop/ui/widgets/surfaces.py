"""Surfaces: the card with its heading, the line, the clickable card, the scrolling column."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.text import PlainLabel, tell_cut
from desktop.ui.theme.theme import Theme


def line(parent: QWidget | None = None) -> QFrame:
    """A one-pixel line across."""
    frame = QFrame(parent)
    frame.setProperty("look", "line")
    frame.setFixedHeight(1)
    return frame


class Card(QFrame):
    """A surface with an optional heading (title, a quiet note beside it, widgets on the right) above ``body``."""

    def __init__(
        self, theme: Theme, title: str = "", note: str = "", *, padding: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        pad = theme.px(padding)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(pad, pad, pad, pad)
        self.body.setSpacing(theme.px(8))
        self.title = PlainLabel(title, strong=True)
        self.note = PlainLabel(note, tone="text-3", elide=True)
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.px(10))
        if title:
            self.head.addWidget(self.title)
            self.head.addWidget(self.note, 1)
            self.body.addLayout(self.head)
            self.setAccessibleName(title)

    def add_to_head(self, widget: QWidget) -> None:
        """Put a control at the right of the heading."""
        self.head.addWidget(widget)


class CardButton(QPushButton):
    """A card that is one button: what is laid into ``body`` is looked at, a click anywhere counts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        pad = theme.px(16)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(pad, pad, pad, pad)
        self.body.setSpacing(theme.px(4))

    def add(self, widget: QWidget) -> None:
        """Lay a widget that only shows into the card."""
        widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.body.addWidget(widget)

    def event(self, event: QEvent) -> bool:
        """What is cut in it is told by its tool tip."""
        return tell_cut(self, event) or super().event(event)

    def sizeHint(self) -> QSize:
        """As large as what it holds."""
        return self.body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As small as what it holds."""
        return self.body.minimumSize()


class ScrollColumn(QScrollArea):
    """A column that scrolls when it is higher than its room; lay things into ``body``."""

    def __init__(self, theme: Theme, *, margins: tuple[int, int] = (0, 0), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QFrame()
        inside.setProperty("look", "clear")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(
            theme.px(margins[0]) if margins[0] else 0,
            theme.px(margins[1]) if margins[1] else 0,
            theme.px(margins[0]) if margins[0] else 0,
            theme.px(margins[1]) if margins[1] else 0,
        )
        self.body.setSpacing(theme.px(16))
        self.setWidget(inside)


def clear_layout(layout: QLayout) -> None:
    """Take everything out of a layout and delete its widgets."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)
