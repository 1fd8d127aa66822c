"""The list of steps: each done, running, waiting or failed, by drawing and by word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QT_TRANSLATE_NOOP, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate

StepState: TypeAlias = Literal["waiting", "running", "done", "failed", "skipped"]

_WORDS: Final[dict[StepState, str]] = {
    "waiting": str(QT_TRANSLATE_NOOP("StepList", "waiting")),
    "running": str(QT_TRANSLATE_NOOP("StepList", "running")),
    "done": str(QT_TRANSLATE_NOOP("StepList", "done")),
    "failed": str(QT_TRANSLATE_NOOP("StepList", "failed")),
    "skipped": str(QT_TRANSLATE_NOOP("StepList", "not needed")),
}
_TONES: Final[dict[StepState, Tone]] = {
    "waiting": "text-3",
    "running": "text",
    "done": "text",
    "failed": "danger",
    "skipped": "text-3",
}


class _StepSign(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state: StepState = "waiting"
        self.setFixedSize(QSize(theme.px(16), theme.px(16)))
        theme.changed.connect(self.update)

    def show_state(self, state: StepState) -> None:
        self._state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing = {"done": ("check", "accent"), "failed": ("close", "danger")}.get(self._state)
        if drawing is not None:
            pixmap = self._theme.pixmap(drawing[0], drawing[1], 16, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(0, 0), pixmap)
        else:
            middle, radius = QRectF(self.rect()).center(), self._theme.px(9) / 2
            ink = self._theme.colour("accent" if self._state == "running" else "text-3")
            painter.setPen(QPen(ink, 1.5))
            if self._state == "skipped":
                painter.drawLine(middle - QPointF(radius, 0), middle + QPointF(radius, 0))
                painter.end()
                return
            painter.setBrush(ink if self._state == "running" else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, radius, radius)
        painter.end()


class StepList(QWidget):
    """Steps in their order; ``show_step`` moves one on."""

    def __init__(self, theme: Theme, name: str, steps: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._texts = list(steps)
        self._rows: list[tuple[_StepSign, PlainLabel]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(10))
        for index, text in enumerate(steps):
            row = QHBoxLayout()
            row.setSpacing(theme.px(10))
            sign, label = _StepSign(theme), PlainLabel(text, elide=True)
            row.addWidget(sign)
            row.addWidget(label, 1)
            layout.addLayout(row)
            self._rows.append((sign, label))
            self.show_step(index, "waiting")
        layout.addStretch(1)

    def show_step(self, index: int, state: StepState, text: str = "") -> None:
        """Show the state of a step by its index (0 is the first), and another text where it has one to tell."""
        sign, label = self._rows[index]
        sign.show_state(state)
        if text:
            self._texts[index] = text
            label.set_text(text)
        label.set_tone(_TONES[state])
        word = translate("StepList", _WORDS[state])
        label.set_heard(f"{self._texts[index]}: {word}")
