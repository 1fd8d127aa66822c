"""The table that shows a model of rows, however many there are."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.ui.lists.cells import CellDelegate
from desktop.ui.lists.rows import COPY_ROLE, RowsModel
from desktop.ui.lists.table_header import TableHeader
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.painting import small_mark_room

#: Rows that a copy puts on the clipboard at most; more is what exports are for.
_COPIED_AT_MOST: Final = 5_000
#: Kinds of columns that give way where the room is too small, and the characters they keep.
_GIVING: Final = frozenset({"text", "strong", "two-line"})
_SHORT_NAME: Final = 6
#: Pixels a kind needs beyond its characters: a pill's own padding.
_EXTRA: Final = {"pill": 18}
#: The order of a list that was not sorted by anything: what a column with this key says, the newest first.
_UNSORTED: Final = "created"


class RowsTable(QTableView):
    """Rows of one height, selected whole; Ctrl+A means "all rows of this filter" and touches no row one by one.

    Signals: ``opened`` with the id of a row that a person clicked or pressed Return on; ``marked`` when the
    selection became different.
    """

    opened = Signal(object)
    marked = Signal()

    def __init__(
        self, theme: Theme, model: RowsModel, name: str, *, tall: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._rows, self._tall = theme, model, tall
        self._hovered = -1
        self._all_rows = False
        self._dragged: dict[int, int] = {}
        self._kept: frozenset[str] = frozenset()
        self._spared: frozenset[str] = frozenset()
        self._shown_filter = model.filter
        self._resorted = False
        self._anchor: tuple[int, int] | None = None
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(CellDelegate(theme, self, self))
        self._head = TableHeader(theme, model, self)
        self.setHorizontalHeader(self._head)
        self.setModel(model)
        self._dress_headers()
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_clicked)
        model.modelAboutToBeReset.connect(self._on_leaving)
        model.positioned.connect(self._on_positioned)
        theme.changed.connect(self._on_theme)

    def _dress_headers(self) -> None:
        rows, head = self.verticalHeader(), self._head
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self._row_height())
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setAccessibleName(self.accessibleName())
        head.sectionClicked.connect(self._on_section)
        head.sectionHandleDoubleClicked.connect(self._on_handle)
        head.dragged.connect(self._on_dragged)
        head.released.connect(self._on_released)
        self._show_order()

    def _row_height(self) -> int:
        return self._theme.row_height() + (self._theme.px(15) if self._tall else 0)

    def is_marked(self, row: int) -> bool:
        """Whether the row is selected."""
        return self._all_rows or self.selectionModel().isRowSelected(row, QModelIndex())

    def hovered_row(self) -> int:
        """The row under the pointer, -1 for none."""
        return self._hovered

    def keyboard_row(self) -> int:
        """The row that the keyboard is on while the table has it, -1 otherwise."""
        return self.currentIndex().row() if self.hasFocus() else -1

    def ratio(self) -> float:
        """Device pixels to one of the table's."""
        return self.devicePixelRatioF()

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(index) for index in range(selection.size())]

    def current_id(self) -> int | None:
        """The id of the row the keyboard is on."""
        row = self.currentIndex().row()
        return self._rows.id_at(row) if 0 <= row < self._rows.rowCount() else None

    def show_id(self, row_id: int) -> bool:
        """Select the row with this id and bring it into sight; False where the filter has no such row."""
        row = self._rows.row_of(row_id)
        if row < 0:
            return False
        self.selectRow(row)
        self.scrollTo(self._rows.index(row, 0))
        return True

    def selectAll(self) -> None:
        """Mark every row by a flag: walking a million of them takes half a minute."""
        self.clearSelection()
        self._all_rows = self._rows.rowCount() > 0
        self.viewport().update()
        self.marked.emit()

    def selectionChanged(self, selected: object, deselected: object) -> None:
        """Any other selection ends "all rows"."""
        super().selectionChanged(selected, deselected)  # type: ignore[arg-type]
        self._all_rows = False
        self.viewport().update()
        self.marked.emit()

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Remember which row it is by id, so that a reload finds it again."""
        super().currentChanged(current, previous)
        if 0 <= current.row() < self._rows.rowCount():
            self._rows.current_id = self._rows.id_at(current.row())

    @Slot()
    def _on_leaving(self) -> None:
        """Remember which row is at the top, where the same list is about to come again with other rows in it."""
        bar, row = self.verticalScrollBar(), self.rowAt(0)
        now, before = self._rows.filter, self._shown_filter
        same, self._shown_filter = now == before, now
        self._resorted = (now.sort, now.descending) != (before.sort, before.descending)
        self._anchor = None
        if same and bar.value() > 0 and 0 <= row < self._rows.rowCount():
            self._anchor = (self._rows.id_at(row), self.rowViewportPosition(row))

    @Slot(object)
    def _on_positioned(self, row: int) -> None:
        """The keyboard stays on its row, and what is in sight stays in sight; a new order begins at its top."""
        self._all_rows = False
        self._show_order()
        if row >= 0:
            index = self._rows.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            # Qt would scroll to it by itself, also where the person has scrolled away from it.
            self.setAutoScroll(False)
            self.selectionModel().setCurrentIndex(index, flags)
            self.setAutoScroll(True)
        else:
            self._rows.current_id = None
        self._restore_sight(row)
        self.marked.emit()

    def _restore_sight(self, row: int) -> None:
        top = self._rows.row_of(self._anchor[0]) if self._anchor is not None else -1
        if self._anchor is not None and top >= 0:
            self.updateGeometries()
            self.verticalScrollBar().setValue(top * self.rowHeight(top) - self._anchor[1])
        elif row >= 0 and not self._resorted:
            self.scrollTo(self._rows.index(row, 0))
        else:
            self.scrollToTop()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        modifiers = QGuiApplication.keyboardModifiers()
        if not modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self.opened.emit(self._rows.id_at(index.row()))

    @Slot(int)
    def _on_section(self, section: int) -> None:
        column = self._rows.columns[section]
        if not column.sortable:
            return
        wanted = self._rows.filter
        first = column.right or column.newest_first
        descending = not wanted.descending if self._sorted_by() == column.key else first
        self._rows.sort(section, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self.scrollToTop()
        self._show_order()

    def _sorted_by(self) -> str:
        return self._rows.filter.sort or _UNSORTED

    def _show_order(self) -> None:
        """An arrow in the column that the rows are sorted by."""
        key, order = self._sorted_by(), Qt.SortOrder.AscendingOrder
        section = next((section for section, column in enumerate(self._rows.columns) if column.key == key), -1)
        if self._rows.filter.descending:
            order = Qt.SortOrder.DescendingOrder
        self._head.setSortIndicatorShown(section >= 0)
        self._head.setSortIndicator(section, order)

    @Slot(int)
    def _on_handle(self, section: int) -> None:
        self._dragged.pop(section, None)
        self._share_width()

    @Slot(object, object)
    def _on_dragged(self, section: int, width: int) -> None:
        """A person's width stays for the session; the others go on sharing what is left."""
        self._dragged[section] = width

    @Slot()
    def _on_released(self) -> None:
        if self._dragged:
            self._share_width()

    def keep_columns(self, kept: frozenset[str], spared: frozenset[str] = frozenset()) -> None:
        """Where the room is too small for all columns, leave out none of the ``kept`` ones but the ``spared`` ones:
        the rows that are shown now are about the former.
        """
        if (kept, spared) != (self._kept, self._spared):
            self._kept, self._spared = kept, spared
            self._share_width()

    def _share_width(self) -> None:
        room, head = self.viewport().width(), self._head
        folded = self._folded(room)
        for section, width in enumerate(self._widths(room, folded)):
            head.setSectionHidden(section, section in folded)
            if section not in folded:
                head.resizeSection(section, width)

    def _folded(self, room: int) -> frozenset[int]:
        """Which columns are left out so that the others keep their characters; the last ones first."""
        folded: set[int] = set()
        needed = self._needed()
        for section in reversed(range(len(needed))):
            if sum(width for other, width in enumerate(needed) if other not in folded) <= room:
                break
            column = self._rows.columns[section]
            if (column.folds or column.key in self._spared) and column.key not in self._kept:
                folded.add(section)
        return frozenset(folded)

    def _needed(self) -> list[int]:
        """The width of each column's characters, and of its title; what a person dragged is as wide as that."""
        return [self._dragged.get(section, self._own_width(section)) for section in range(len(self._rows.columns))]

    def _own_width(self, section: int) -> int:
        column, pad = self._rows.columns[section], 2 * self._theme.px(12)
        one = QFontMetricsF(self._theme.font()).averageCharWidth() * 1.1
        extra = small_mark_room(self._theme) if column.kind == "marked" else self._theme.px(_EXTRA.get(column.kind, 0))
        return max(round(column.chars * one) + pad + extra, self._head.needed(section))

    def _widths(self, room: int, folded: frozenset[int] = frozenset()) -> list[int]:
        """Each column gets its characters; what is left is shared by stretch. No contents are measured.

        Where the room is too small, names give way first (they are shortened), figures and pills never.
        """
        columns = self._rows.columns
        widths = [0 if section in folded else width for section, width in enumerate(self._needed())]
        own = [bool(width) and section not in self._dragged for section, width in enumerate(widths)]
        spare = room - sum(widths)
        if spare >= 0:
            stretches = [column.stretch if mine else 0 for column, mine in zip(columns, own, strict=True)]
            parts = sum(stretches) or 1
            widths = [width + spare * part // parts for width, part in zip(widths, stretches, strict=True)]
            last = max((section for section, mine in enumerate(own) if mine), default=len(widths) - 1)
            widths[last] += room - sum(widths)
            return widths
        giving = [
            max(0, width - self._least(section)) if own[section] and self._gives(section) else 0
            for section, width in enumerate(widths)
        ]
        share = min(1.0, -spare / max(1, sum(giving)))
        return [width - round(given * share) for width, given in zip(widths, giving, strict=True)]

    def _gives(self, section: int) -> bool:
        column = self._rows.columns[section]
        return column.kind in _GIVING and (column.stretch > 0 or column.cut == "middle")

    def _least(self, section: int) -> int:
        """How narrow a name may become; its title stays whole."""
        one = QFontMetricsF(self._theme.font()).averageCharWidth() * 1.1
        return max(round(_SHORT_NAME * one) + 2 * self._theme.px(12), self._head.needed(section))

    @Slot()
    def _on_theme(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._row_height())
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        if not self._head.held:
            self._share_width()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer's row."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(round(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row == self._hovered:
            return
        for touched in (self._hovered, row):
            if touched >= 0:
                top, height = self.rowViewportPosition(touched), self.rowHeight(touched)
                self.viewport().update(0, top, self.viewport().width(), height)
        self._hovered = row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens the row, Ctrl+C copies the selected ones."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id() is not None:
            self.opened.emit(self.current_id())
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the selected rows on the clipboard, tabs between cells, amounts without thousands separators.

        Rows that are not here yet are left out; so are those beyond the first five thousand.
        """
        lines = []
        for part in self._ranges():
            for row in range(part.top(), min(part.bottom() + 1, part.top() + _COPIED_AT_MOST)):
                if self._rows.cells(row) is not None:
                    cells = range(self._rows.columnCount())
                    lines.append("\t".join(str(self._rows.index(row, section).data(COPY_ROLE)) for section in cells))
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines[:_COPIED_AT_MOST]))
