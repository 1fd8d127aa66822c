"""How cells are drawn: text, muted text, amounts, pills, two lines, and skeletons for what is on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.models.rows import Amount, Cell, Column, Marked, PillCell, RowsModel, TwoLines, shown_text
from desktop.ui.text import one_line
from desktop.ui.theme import Theme
from desktop.ui.widgets.painting import draw_bar, draw_pill, draw_small_mark


class RowLooks(Protocol):
    """What the delegate asks its table."""

    def is_marked(self, row: int) -> bool:
        """Whether the row is selected, also by "all rows"."""

    def hovered_row(self) -> int:
        """The row under the pointer, -1 for none."""

    def keyboard_row(self) -> int:
        """The row that the keyboard is on while the table has it, -1 otherwise."""

    def ratio(self) -> float:
        """Device pixels to one of the table's."""


class CellDelegate(QStyledItemDelegate):
    """Draws every kind of cell of one table; fonts and metrics are made once per theme."""

    def __init__(self, theme: Theme, looks: RowLooks, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._looks = theme, looks
        self._fonts: dict[str, tuple[QFont, QFontMetricsF]] = {}
        self._measure()
        theme.changed.connect(self._measure)

    @Slot()
    def _measure(self) -> None:
        fonts = {
            "body": self._theme.font(),
            "strong": self._theme.font(strong=True),
            "secondary": self._theme.font("secondary"),
            "label": self._theme.font("label"),
        }
        self._fonts = {name: (font, QFontMetricsF(font)) for name, font in fonts.items()}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Rows have one height; nothing measures contents."""
        return QSize(self._theme.px(80), self._theme.row_height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the row's ground and line, then the cell."""
        model = index.model()
        if not isinstance(model, RowsModel):
            return
        row, place = index.row(), index.column()
        area = QRectF(option.rect)
        painter.save()
        self._draw_ground(painter, area, row, place)
        column = model.columns[place]
        cells = model.cells(row)
        inner = area.adjusted(self._theme.px(12), 0, -self._theme.px(12), -1)
        if cells is not None:
            _DRAWING[column.kind](self, painter, inner, cells[place], column)
        elif not model.is_here(row):
            self._draw_skeleton(painter, inner, column)
        elif place == 0:
            self.draw_text(painter, inner, "—", "body", "text-3", right=False)
        painter.restore()

    def _draw_ground(self, painter: QPainter, area: QRectF, row: int, place: int) -> None:
        theme = self._theme
        if self._looks.is_marked(row):
            painter.fillRect(area, theme.colour("accent-soft"))
        elif self._looks.hovered_row() == row:
            painter.fillRect(area, theme.colour("hover"))
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), theme.colour("line"))
        if place == 0 and self._looks.keyboard_row() == row:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height() - 1), theme.colour("accent"))

    def _draw_skeleton(self, painter: QPainter, area: QRectF, column: Column) -> None:
        width = area.width() * (0.5 if column.right else 0.62)
        height = self._theme.px(9)
        left = area.right() - width if column.right else area.left()
        bar = QRectF(left, area.center().y() - height / 2, width, height)
        draw_bar(painter, bar, self._theme.colour("neutral-soft"))

    def draw_text(self, painter: QPainter, area: QRectF, text: str, font: str, role: str, *, right: bool) -> None:
        """One line of text, shortened to its room."""
        face, metrics = self._fonts[font]
        painter.setFont(face)
        painter.setPen(self._theme.colour(role))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def draw_pill(self, painter: QPainter, area: QRectF, text: str, tone: str) -> None:
        """A pill."""
        draw_pill(painter, self._theme, area, text, tone)

    def draw_amount(self, painter: QPainter, area: QRectF, cell: Amount) -> None:
        """Money on the right, with its note small below it, or left of it where the row is too low for both."""
        role, note = "text-3" if cell.muted else "text", one_line(cell.note)
        text = shown_text(cell)
        if not note:
            self.draw_text(painter, area, text, "body", role, right=True)
            return
        first, second = self._fonts["body"][1].ascent(), self._fonts["label"][1].height()
        if area.height() >= first + second:
            # Figures have no strokes below their line, so the two lines may stand closer than texts.
            top = area.top() + (area.height() - first - second) / 2 - self._theme.px(1)
            upper = QRectF(area.left(), top, area.width(), self._fonts["body"][1].height())
            lower = QRectF(area.left(), top + first + self._theme.px(2), area.width(), second)
            self.draw_text(painter, upper, text, "body", role, right=True)
            self.draw_text(painter, lower, note, "label", "text-3", right=True)
            return
        self.draw_text(painter, area, text, "body", role, right=True)
        taken = self._fonts["body"][1].horizontalAdvance(text) + self._theme.px(8)
        self.draw_text(painter, area.adjusted(0, 0, -taken, 0), note, "label", "text-3", right=True)

    def draw_marked(self, painter: QPainter, area: QRectF, cell: Marked) -> None:
        """A text behind a provider's mark."""
        left = 0
        for name in filter(None, (cell.provider, *cell.also)):
            left += draw_small_mark(painter, self._theme, area.adjusted(left, 0, 0, 0), name, self._looks.ratio())
        self.draw_text(painter, area.adjusted(left, 0, 0, 0), shown_text(cell), "body", "text-3", right=False)

    def draw_two_lines(self, painter: QPainter, area: QRectF, cell: TwoLines) -> None:
        """A name and, beside it where the row is too low for two lines, what is said about it."""
        name, detail = one_line(cell.text), one_line(cell.detail)
        need = self._fonts["body"][1].height() + self._fonts["secondary"][1].height()
        if not detail:
            self.draw_text(painter, area, name, "body", "text", right=False)
            return
        if area.height() >= need:
            top = area.top() + (area.height() - need) / 2
            first = QRectF(area.left(), top, area.width(), self._fonts["body"][1].height())
            second = QRectF(area.left(), first.bottom(), area.width(), self._fonts["secondary"][1].height())
            self.draw_text(painter, first, name, "body", "text", right=False)
            self.draw_text(painter, second, detail, "secondary", "text-3", right=False)
            return
        self.draw_text(painter, area, name, "body", "text", right=False)
        taken = self._fonts["body"][1].horizontalAdvance(name) + self._theme.px(8)
        if taken < area.width() - self._theme.px(40):
            self.draw_text(painter, area.adjusted(taken, 0, 0, 0), detail, "secondary", "text-3", right=False)


def _text(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
    looks.draw_text(painter, area, shown_text(cell), "body", "text", right=column.right)


def _strong(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
    looks.draw_text(painter, area, shown_text(cell), "strong", "text", right=column.right)


def _muted(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
    looks.draw_text(painter, area, shown_text(cell), "body", "text-3", right=column.right)


def _amount(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, _column: Column) -> None:
    if isinstance(cell, Amount):
        looks.draw_amount(painter, area, cell)
    else:
        looks.draw_text(painter, area, shown_text(cell), "body", "text", right=True)


def _pill(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, _column: Column) -> None:
    tone = cell.tone if isinstance(cell, PillCell) else "neutral"
    looks.draw_pill(painter, area, shown_text(cell), tone)


def _two_line(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
    if isinstance(cell, TwoLines):
        looks.draw_two_lines(painter, area, cell)
    else:
        _text(looks, painter, area, cell, column)


def _marked(looks: CellDelegate, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
    if isinstance(cell, Marked):
        looks.draw_marked(painter, area, cell)
    else:
        _muted(looks, painter, area, cell, column)


_DRAWING: Final[dict[str, Callable[[CellDelegate, QPainter, QRectF, Cell, Column], None]]] = {
    "text": _text,
    "strong": _strong,
    "muted": _muted,
    "amount": _amount,
    "pill": _pill,
    "two-line": _two_line,
    "marked": _marked,
}
