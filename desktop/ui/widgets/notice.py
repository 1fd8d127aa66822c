"""The notice: something that has to be known here, on its soft ground, with at most one thing to do about it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.roles import TONES
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Picture

NoticeTone: TypeAlias = Literal["danger", "warning", "info", "accent"]

_DRAWINGS: Final[dict[NoticeTone, str]] = {
    "danger": "error",
    "warning": "warning",
    "info": "info",
    "accent": "check-circle",
}


class Notice(QFrame):
    """A sign, a few words and a sentence. Signals: ``pressed`` when its button was pressed."""

    pressed = Signal()

    def __init__(
        self, theme: Theme, tone: NoticeTone, title: str = "", text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._tone = theme, tone
        self.setProperty("look", "clear")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(10), theme.px(12), theme.px(10))
        row.setSpacing(theme.px(10))
        self._sign = Picture(theme, _DRAWINGS[tone], tone, 18)
        row.addWidget(self._sign)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        ink: Tone = tone
        self._title = PlainLabel("", tone=ink, strong=True, wrap=True, select=True)
        self._text = PlainLabel("", wrap=True, select=True)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self._row = row
        self.button: Button | None = None
        self.show_text(title, text)
        theme.changed.connect(self.update)

    def show_text(self, title: str, text: str = "") -> None:
        """Say this."""
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        # Beside one line, which the button may make higher, the sign stands in the middle.
        self._row.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop if text else Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{title}. {text}".strip(". "))

    def offer(self, label: str) -> None:
        """Offer one thing to do; ``pressed`` tells."""
        if self.button is None:
            self.button = Button(self._theme, label)
            self.button.clicked.connect(self.pressed)
            self._row.addWidget(self.button)
        self.button.set_text(label)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the soft ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(TONES[self._tone][1]))
        radius = self._theme.px(8)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.end()
