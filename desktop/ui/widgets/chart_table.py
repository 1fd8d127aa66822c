"""A chart as a table: the same bars, exact, for the keyboard, for copying and for those who hear the window."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.chart_layout import Bar, ChartData

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


class _Bars(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._titles = ("", "", "")

    def show_data(self, data: ChartData) -> None:
        titles = (translate("ChartTable", "Period"), data.amounts_title, data.previous_title)
        if len(data.bars) == len(self._bars) and titles == self._titles:
            self._bars = data.bars
            if self._bars:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._bars) - 1, 2))
            return
        self.beginResetModel()
        self._bars, self._titles = data.bars, titles
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._bars)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() else _LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        # Newest first: the last bar is the one that is looked for.
        bar = self._bars[len(self._bars) - 1 - index.row()]
        if index.column() == 0:
            running = translate("ChartTable", "{0}, so far").format(bar.name)
            return running if bar.running else bar.name
        return bar.amount_text if index.column() == 1 else bar.previous_text or "—"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None


class _Padded(QStyledItemDelegate):
    """Cells whose text stands below the head's."""

    def __init__(self, air: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._air = air

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        inner = QStyleOptionViewItem(option)
        inner.rect = option.rect.adjusted(self._air, 0, -self._air, 0)
        super().paint(painter, inner, index)


class ChartTable(QTableView):
    """Period, amount and what it is compared with; the newest at the top.

    Signals: ``opened`` with the index of a bar whose row was clicked, or asked for with Return.
    """

    opened = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = _Bars(self)
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Padded(theme.px(8), self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(30))
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.setColumnWidth(column, theme.px(168))
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self.clicked.connect(self._on_row)
        head.setAccessibleName(name)

    def rename(self, name: str) -> None:
        """Name it for what it shows now."""
        self.setAccessibleName(name)
        self.horizontalHeader().setAccessibleName(name)

    def show_data(self, data: ChartData) -> None:
        """Show these bars."""
        self._model.show_data(data)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_row(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.rowCount() - 1 - index.row())
