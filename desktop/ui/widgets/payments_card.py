"""The card of the request: Payments, on its green gradient, with a drawn payment card and the four features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QRadialGradient,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel
from desktop.ui.theme.roles import mixed
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.painting import draw_bar
from desktop.ui.widgets.picture import Picture

#: How much of the gradient's start and end the shade covers where text stands: white reaches 4.6:1 on both.
SHADE_START: Final = 0.5
SHADE_END: Final = 0.3


class PaymentsCard(QFrame):
    """Says what Payments is and whether it is connected. Signals: ``connect_asked`` when its button was pressed."""

    connect_asked = Signal()

    def __init__(self, theme: Theme, features: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        title = translate("PaymentsCard", "Payments")
        self.setAccessibleName(title)
        self.setMinimumSize(theme.px(360), theme.px(218))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        pad = theme.px(22)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(pad, pad, pad, pad)
        layout.setSpacing(theme.px(14))
        self._words(layout, title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(8))
        for index, feature in enumerate(features):
            row = QHBoxLayout()
            row.setSpacing(theme.px(8))
            row.addWidget(Picture(theme, "check", "on-gradient", 15))
            row.addWidget(PlainLabel(feature, tone="on-gradient"), 1)
            grid.addLayout(row, index // 2, index % 2)
        layout.addLayout(grid)
        layout.addStretch(1)
        foot = QHBoxLayout()
        self._state = _GradientPill(theme)
        connect = translate("PaymentsCard", "Connect Payments")
        self._button = Button(theme, connect, look="on-gradient")
        self._button.clicked.connect(self.connect_asked)
        foot.addWidget(self._state)
        foot.addStretch(1)
        foot.addWidget(self._button)
        layout.addLayout(foot)
        self.show_connected(False)
        theme.changed.connect(self.update)

    def _words(self, layout: QVBoxLayout, title: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(self._theme.px(16))
        words = QVBoxLayout()
        words.setSpacing(self._theme.px(4))
        words.addWidget(PlainLabel(title, look="title", tone="on-gradient", strong=True))
        about = translate("PaymentsCard", "Process invoices and accept payments from clients")
        words.addWidget(PlainLabel(about, look="secondary", tone="on-gradient", wrap=True))
        head.addLayout(words, 1)
        head.addWidget(Picture(self._theme, "card-art", "on-gradient", 62), alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(head)

    def show_connected(self, connected: bool) -> None:
        """Show Connected or Not Connected."""
        self._state.show_state(
            translate("PaymentsCard", "Connected") if connected else translate("PaymentsCard", "Not Connected"),
            connected,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The gradient, and the shade under the text that leaves the corner with the drawing bright."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        radius = self._theme.px(12)
        shape.addRoundedRect(area, radius, radius)
        painter.fillPath(shape, self._gradient(area, shaded=True))
        # The bright corner is a picture of its own, cut out softly.
        bright = QPixmap(self.size() * self.devicePixelRatioF())
        bright.setDevicePixelRatio(self.devicePixelRatioF())
        bright.fill(Qt.GlobalColor.transparent)
        over = QPainter(bright)
        over.setRenderHint(QPainter.RenderHint.Antialiasing)
        over.fillPath(shape, self._gradient(area, shaded=False))
        over.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        corner = QRadialGradient(area.topRight() + QPointF(0, -self._theme.px(20)), self._theme.px(120))
        corner.setColorAt(0.5, QColor(0, 0, 0, 255))
        corner.setColorAt(1, QColor(0, 0, 0, 0))
        over.fillRect(area, corner)
        over.end()
        painter.drawPixmap(0, 0, bright)
        painter.end()

    def _gradient(self, area: QRectF, *, shaded: bool) -> QLinearGradient:
        """The request's green, or the same with the shade mixed in: opaque, so that no bands show."""
        green = QLinearGradient(area.topLeft(), area.bottomRight())
        start, end, shade = (self._theme.hex(f"gradient-{name}") for name in ("start", "end", "shade"))
        for stop in (0.0, 0.25, 0.5, 0.75, 1.0):
            colour = mixed(start, end, stop)
            cover = SHADE_START + (SHADE_END - SHADE_START) * stop
            green.setColorAt(stop, QColor(mixed(colour, shade, cover) if shaded else colour))
        return green


class _GradientPill(QWidget):
    """Connected or Not Connected: a filled or an open dot and the word."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._on = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(26), 0, theme.px(12), 0)
        self._label = PlainLabel("", look="secondary", tone="on-gradient", strong=True)
        layout.addWidget(self._label)
        self.setFixedHeight(theme.px(24))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, on: bool) -> None:
        self._label.set_text(text)
        self._on = on
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = self._theme.colour("gradient-shade")
        shade.setAlphaF(0.35)
        draw_bar(painter, QRectF(self.rect()), shade)
        white = self._theme.colour("on-gradient")
        painter.setPen(white)
        painter.setBrush(white if self._on else Qt.BrushStyle.NoBrush)
        radius = self._theme.px(7) / 2
        painter.drawEllipse(QPointF(self._theme.px(15), self.height() / 2), radius, radius)
        painter.end()
