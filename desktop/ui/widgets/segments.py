"""The segmented control: one of a few, with counts where it is a row of status tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop.ui.text import one_line
from desktop.ui.theme.theme import Theme

#: Room on either side of an option's text, in the look's pixels.
_WIDE: Final = 12
_TIGHT: Final = 7


class Segments(QFrame):
    """Options side by side, one of them chosen.

    Signals: ``chosen`` with the option's key, when a person chose it.
    """

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._pad = theme, _WIDE
        self.setProperty("look", "strip")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(31))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._texts = dict(options)
        self._buttons: dict[str, QPushButton] = {}
        for index, (key, text) in enumerate(options):
            button = QPushButton(self)
            button.setCheckable(True)
            button.setProperty("look", "segment")
            button.setProperty("position", _position(index, len(options)))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setObjectName(key)
            self._group.addButton(button)
            self._buttons[key] = button
            layout.addWidget(button)
            self._write(key, text, None)
        if options:
            self._buttons[options[0][0]].setChecked(True)
        self._group.buttonClicked.connect(self._on_clicked)

    def current(self) -> str:
        """The chosen option's key."""
        button = self._group.checkedButton()
        return button.objectName() if button is not None else ""

    def choose(self, key: str) -> None:
        """Show this option as chosen, without telling."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def show_counts(self, counts: Mapping[str, int], *, tight: bool = False) -> None:
        """Write how many rows each option has; ``tight`` gives up some of the room around them."""
        self._pad = _TIGHT if tight else _WIDE
        for key, text in self._texts.items():
            self._write(key, text, counts.get(key))

    def _write(self, key: str, text: str, count: int | None) -> None:
        shown = one_line(text if count is None else f"{text} {count:,}")
        self._buttons[key].setText(shown.replace("&", "&&"))
        self._buttons[key].setAccessibleName(shown)
        # The chosen one is semibold: room for it from the start keeps the others from moving.
        metrics = QFontMetrics(self._theme.font(strong=True))
        self._buttons[key].setFixedWidth(metrics.horizontalAdvance(shown) + 2 * self._theme.px(self._pad))

    @Slot(QAbstractButton)
    def _on_clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(button.objectName())


def _position(index: int, count: int) -> str:
    if count == 1:
        return "only"
    return {0: "first", count - 1: "last"}.get(index, "middle")
