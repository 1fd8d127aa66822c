"""Skeletons: the shape of what is being read. They do not move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.painting import draw_bar

#: Milliseconds before skeletons stand in for what is on its way.
SKELETON_AFTER_MS: Final = 150


class Skeleton(QWidget):
    """Lines of soft bars, each a share (0–1) of the width, ``step`` apart."""

    def __init__(
        self,
        theme: Theme,
        shares: Sequence[float] = (0.4, 0.7, 0.55),
        *,
        height: int = 10,
        step: int = 24,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._shares, self._bar, self._step = theme, tuple(shares), height, step
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(translate("Skeleton", "Loading"))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(self._theme.px(120), self._theme.px(self._step) * len(self._shares))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(self._theme.px(24), self._theme.px(self._bar))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        colour = self._theme.colour("neutral-soft")
        step, bar = self._theme.px(self._step), self._theme.px(self._bar)
        for index, share in enumerate(self._shares):
            top = index * step + (step - bar) / 2
            draw_bar(painter, QRectF(0, top, self.width() * share, bar), colour)
        painter.end()
