"""The pill: a state and, where there is one, the amount or the days."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.text import one_line, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.painting import draw_pill, pill_size


class Pill(QWidget):
    """A pill in a tone of ``roles.TONES``. Its words carry the state, the colour only repeats it."""

    def __init__(self, theme: Theme, text: str = "", tone: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_state(text, tone)
        theme.changed.connect(self._on_theme)

    def show_state(self, text: str, tone: str) -> None:
        """Show this state; an empty text hides the pill."""
        self._text, self._tone = one_line(text), tone
        self.setAccessibleName(self._text)
        self._fade()
        self.updateGeometry()
        self.update()

    def _fade(self) -> None:
        if self.parent() is not None:
            self.setVisible(bool(self._text))

    def sizeHint(self) -> QSize:
        """As wide as its text."""
        return pill_size(self._theme, self._text).toSize() if self._text else QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """It may be shortened."""
        return QSize(min(self.sizeHint().width(), self._theme.px(48)), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is cut is told by a tool tip."""
        super().resizeEvent(event)
        set_tip(self, self._text if self.width() < self.sizeHint().width() else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        if self._text:
            painter = QPainter(self)
            draw_pill(painter, self._theme, QRectF(self.rect()), self._text, self._tone)
            painter.end()

    @Slot()
    def _on_theme(self) -> None:
        self.updateGeometry()
        self.update()
