"""Widgets side by side where there is room, below each other where there is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.ui.theme.theme import Theme


class Columns(QWidget):
    """Shares its width by ``stretches`` from a width of ``least`` look's pixels on; below, ``narrow`` in a row."""

    def __init__(
        self,
        theme: Theme,
        widgets: Sequence[QWidget],
        *,
        stretches: Sequence[int] = (),
        least: int,
        narrow: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._widgets, self._narrow, self._least = tuple(widgets), narrow, theme.px(least)
        self._stretches = tuple(stretches) or (1,) * len(widgets)
        self._in_row = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(16))
        self._place(len(self._widgets))

    def _place(self, in_row: int) -> None:
        if in_row == self._in_row:
            return
        self._in_row = in_row
        for widget in self._widgets:
            self._grid.removeWidget(widget)
        whole = in_row == len(self._widgets)
        for index, widget in enumerate(self._widgets):
            self._grid.addWidget(widget, index // in_row, index % in_row)
            self._grid.setColumnStretch(index, self._stretches[index] if whole else int(index < in_row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the widgets for the new width."""
        super().resizeEvent(event)
        self._place(len(self._widgets) if event.size().width() >= self._least else self._narrow)
