"""A switch: something that stays on or off, with what it is called beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui.text import one_line
from desktop.ui.theme.theme import Theme

_WIDE, _HIGH, _GAP, _EDGE = 34, 20, 10, 3


class Switch(QAbstractButton):
    """``toggled`` and ``clicked`` as with any checkable button; the position of the knob says how it stands."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setText(one_line(name))
        self.setAccessibleName(one_line(name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The track and the name."""
        metrics = QFontMetrics(self._theme.font())
        wide = self._theme.px(_WIDE + _GAP) + metrics.horizontalAdvance(self.text()) + self._theme.px(4)
        return QSize(wide, max(metrics.height(), self._theme.px(_HIGH + 4)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the track, the knob and the name."""
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high = theme.px(_HIGH)
        track = QRectF(1, (self.height() - high) / 2, theme.px(_WIDE), high)
        ink = "accent" if on else "text-3"
        painter.setPen(QPen(theme.colour(ink if self.isEnabled() else "line"), 1.5))
        painter.setBrush(theme.colour("accent" if on and self.isEnabled() else "surface"))
        painter.drawRoundedRect(track, high / 2, high / 2)
        edge = theme.px(_EDGE)
        knob = high - 2 * edge
        left = track.right() - knob - edge if on else track.left() + edge
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("on-accent" if on and self.isEnabled() else "text-3"))
        painter.drawEllipse(QRectF(left, track.top() + edge, knob, knob))
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text" if self.isEnabled() else "text-3"))
        words = QRectF(self.rect()).adjusted(theme.px(_WIDE + _GAP), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0, 0, -1, -1), theme.px(6), theme.px(6))
        painter.end()
