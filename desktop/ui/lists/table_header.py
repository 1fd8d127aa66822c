"""The head of a table: titles that sort where the list can be sorted by them, and handles that a person drags."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QWidget

from desktop.ui.lists.rows import RowsModel
from desktop.ui.text import show_tip
from desktop.ui.theme.theme import Theme

#: Room on either side of a title and what the arrow of the order takes beside it, in the look's pixels.
_PAD: Final = 12
_ARROW: Final = 14


class TableHeader(QHeaderView):
    """Signals: ``dragged`` with a column and its new width, while a person drags its handle; ``released`` when the
    button is let go.

    Qt says that a column was resized whoever did it; a person did where it happens in the midst of a move of the
    mouse with the button held down, which is when Qt itself resizes the column whose handle was pressed.
    """

    dragged = Signal(object, object)
    released = Signal()

    def __init__(self, theme: Theme, rows: RowsModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._rows = theme, rows
        #: Whether the button is held down on the head: nothing else may change widths under the pointer.
        self.held = False
        self._moving = False
        self.setMouseTracking(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(theme.px(40))
        self.setFixedHeight(theme.px(36))
        self.sectionResized.connect(self._on_resized)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The widths are the person's while the button is held."""
        self.held = event.button() == Qt.MouseButton.LeftButton
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The widths are the table's again."""
        super().mouseReleaseEvent(event)
        self.held = False
        self.released.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Know a person's drag, and show what a click would do."""
        self._moving = self.held
        super().mouseMoveEvent(event)
        self._moving = False
        if self.cursor().shape() != Qt.CursorShape.SplitHCursor:
            section = self.logicalIndexAt(event.position().toPoint())
            self.setCursor(Qt.CursorShape.PointingHandCursor if self.sorts(section) else Qt.CursorShape.ArrowCursor)

    def sorts(self, section: int) -> bool:
        """Whether a click on this column's title sorts."""
        return 0 <= section < len(self._rows.columns) and self._rows.columns[section].sortable

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        """A title that does not sort does not answer to the pointer."""
        super().initStyleOptionForIndex(option, section)
        if not self.sorts(section):
            option.state &= ~(QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Sunken)

    def viewportEvent(self, event: QEvent) -> bool:
        """A title that had to be cut shows the whole in a tool tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            show_tip(event.globalPos(), self.whole_text(self.logicalIndexAt(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def whole_text(self, section: int) -> str:
        """The column's title where it does not fit, else empty."""
        if not 0 <= section < len(self._rows.columns):
            return ""
        title = self._rows.columns[section].title
        return title if self.needed(section) > self.sectionSize(section) else ""

    def needed(self, section: int) -> int:
        """The width of a column's title with the room around it, and with the arrow where it is sorted by."""
        metrics = QFontMetricsF(self._theme.font("label", strong=True))
        arrow = self._theme.px(_ARROW) if self.sorts(section) else 0
        return round(metrics.horizontalAdvance(self._rows.columns[section].title)) + 2 * self._theme.px(_PAD) + arrow

    @Slot(int, int, int)
    def _on_resized(self, section: int, _before: int, width: int) -> None:
        if self._moving and width > 0:
            self.dragged.emit(section, width)
