"""Long work: a bar, what is being done, how many of how many, how fast, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.painting import draw_track

_PARTS = 1000


class Bar(QProgressBar):
    """A thin bar; a share of None means that nobody knows how much there is."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setRange(0, _PARTS)
        self.setTextVisible(False)
        self.setFixedHeight(theme.px(6))
        theme.changed.connect(self.update)

    def show_share(self, share: float | None) -> None:
        """Fill to a share of 0–1; None shows a third, standing still, in the quieter colour."""
        self.setProperty("unknown", share is None)
        self.setValue(round((0.33 if share is None else min(1.0, max(0.0, share))) * _PARTS))
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and thin."""
        return QSize(self._theme.px(160), self._theme.px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the track and what is done."""
        painter = QPainter(self)
        role = "line-strong" if self.property("unknown") else "bar"
        draw_track(painter, self._theme, QRectF(self.rect()), self.value() / _PARTS, role)
        painter.end()


class Progress(QWidget):
    """The bar with its words below and Cancel. Signals: ``cancelled`` when a person pressed it."""

    cancelled = Signal()

    def __init__(self, theme: Theme, name: str, *, can_cancel: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        self._bar = Bar(theme, name)
        layout.addWidget(self._bar)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._text = PlainLabel("", tone="text-2", elide=True)
        self._rate = PlainLabel("", tone="text-3")
        self._cancel = Button(theme, translate("Progress", "Cancel"))
        self._cancel.clicked.connect(self.cancelled)
        self._cancel.setVisible(can_cancel)
        row.addWidget(self._text, 1)
        row.addWidget(self._rate)
        row.addWidget(self._cancel)
        layout.addLayout(row)

    def show_progress(self, text: str, share: float | None = None, rate: str = "") -> None:
        """Say what is being done and how far it is, for example "Payments · 2,310 of about 3,200", "4,900 a second"."""
        self._text.set_text(text)
        self._rate.set_text(rate)
        self._bar.show_share(share)
