"""Lines of a label and a value: the facts of an account, as a person is asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.surfaces import clear_layout, line


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``strong`` is for the sum."""

    label: str
    value: str
    tone: Tone = "text"
    value_tone: Tone = "text"
    strong: bool = False


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
