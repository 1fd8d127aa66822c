"""Lines of a label and a value: facts of a panel, lines of an invoice, a history, bars by share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.painting import draw_track
from desktop.ui.widgets.surfaces import clear_layout, line


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``strong`` is for the sum; ``share`` (0–1) is the bar below it in a bar list."""

    label: str
    value: str
    tone: Tone = "text"
    value_tone: Tone = "text"
    strong: bool = False
    share: float = 0.0


class LineList(QWidget):
    """Label on the left, value on the right, a thin rule between lines where ``rules`` is set."""

    def __init__(
        self, theme: Theme, name: str, *, rules: bool = True, step: int = 37, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._rules, self._step = theme, rules, step
        self.setAccessibleName(name)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_lines(self, lines: Sequence[Line], head: tuple[str, str] | None = None) -> None:
        """Show these lines, below a head (label, value) where there is one."""
        clear_layout(self._layout)
        if head is not None:
            self._layout.addWidget(
                self._row(
                    PlainLabel(head[0], look="label", tone="text-2", strong=True),
                    PlainLabel(head[1], look="label", tone="text-2", strong=True),
                    30,
                )
            )
        for index, shown in enumerate(lines):
            if self._rules and (index or head is not None):
                self._layout.addWidget(line())
            label = PlainLabel(shown.label, tone=shown.tone, strong=shown.strong, elide=True)
            value = PlainLabel(shown.value, tone=shown.value_tone, strong=shown.strong)
            self._layout.addWidget(self._row(label, value, self._step - 1 if self._rules else self._step))
        self.updateGeometry()

    def _row(self, label: PlainLabel, value: PlainLabel, height: int) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self._theme.px(8))
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(label, 1)
        layout.addWidget(value)
        row.setMinimumHeight(self._theme.px(height))
        return row


class BarList(QWidget):
    """Label, amount and a thin bar of each line's share."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(4))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines; each ``share`` is of the longest bar's width."""
        clear_layout(self._layout)
        for shown in lines:
            row = QHBoxLayout()
            row.setSpacing(self._theme.px(8))
            row.addWidget(PlainLabel(shown.label, tone=shown.tone, elide=True), 1)
            value = PlainLabel(shown.value, tone="text-3")
            row.addWidget(value)
            self._layout.addLayout(row)
            self._layout.addWidget(_Track(self._theme, shown.share))
            self._layout.addSpacing(self._theme.px(5))
        self.updateGeometry()


class _Track(QWidget):
    def __init__(self, theme: Theme, share: float) -> None:
        super().__init__()
        self._theme, self._share = theme, share
        self.setFixedHeight(theme.px(6))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(60), self._theme.px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_track(painter, self._theme, QRectF(self.rect()), self._share)
        painter.end()
