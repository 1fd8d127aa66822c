"""Pictures: a drawing of the icon set in a role's colour, and a provider's mark on its rounded ground."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.providers.registry import provider_title
from desktop.ui.text import one_line
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.painting import draw_mark


class Picture(QWidget):
    """A drawing, tinted by role, sharp at any ratio; ``size`` is its height in the look's pixels."""

    def __init__(
        self, theme: Theme, name: str, role: str = "text-2", size: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._name, self._role, self._size = theme, name, role, size
        pixmap = theme.pixmap(name, role, size, 1.0)
        self.setFixedSize(pixmap.size())
        theme.changed.connect(self.update)

    def show_drawing(self, name: str, role: str) -> None:
        """Become another drawing of the same size."""
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.drawPixmap(
            QPointF(0, 0), self._theme.pixmap(self._name, self._role, self._size, self.devicePixelRatioF())
        )
        painter.end()


class Mark(QWidget):
    """A provider's mark, drawn by us: a letter or a block on a rounded ground."""

    def __init__(
        self, theme: Theme, provider: str, name: str = "", size: int = 34, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, size
        self._provider = provider
        self.setFixedSize(QSize(theme.px(size), theme.px(size)))
        self.setAccessibleName(one_line(name or provider_title(provider)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and the mark on it."""
        painter = QPainter(self)
        draw_mark(painter, self._theme, QPointF(0, 0), self._provider, self._size, self.devicePixelRatioF())
        painter.end()
