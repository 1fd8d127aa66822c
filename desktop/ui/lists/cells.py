"""How cells are drawn: text, muted text, amounts, pills, two lines, and skeletons for what is on its way.

What a cell says is laid out once, in pieces; they are drawn, and they tell what had to be cut and needs a tool tip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.lists.rows import (
    Amount,
    Cell,
    Column,
    Marked,
    PillCell,
    RowsModel,
    TwoLines,
    heard_text,
    shown_text,
)
from desktop.ui.text import ELIDING, Cut, one_line, show_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.painting import draw_bar, draw_pill, draw_small_mark, pill_size, small_mark_room

#: Parts of a pixel that a text may be wider than its room: metrics are fractions, and drawing rounds.
_SLACK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of text of a cell and the room it has; of no width where there is no room at all."""

    area: QRectF
    text: str
    font: str
    role: str
    right: bool = False
    cut: Cut = "right"


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
        row, section = index.row(), index.column()
        area = QRectF(option.rect)
        painter.save()
        self._draw_ground(painter, area, row, section)
        column = model.columns[section]
        cells = model.cells(row)
        inner = self._inside(area)
        if cells is not None:
            self._draw_cell(painter, inner, cells[section], column)
        elif not model.is_here(row):
            self._draw_skeleton(painter, inner, column)
        elif section == 0:
            self._draw_piece(painter, Piece(inner, "—", "body", "text-3"))
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A cell that had to be cut shows the whole in a tool tip."""
        model = index.model()
        if event.type() != QEvent.Type.ToolTip or not isinstance(model, RowsModel):
            return super().helpEvent(event, view, option, index)
        cells = model.cells(index.row())
        whole = ""
        if cells is not None:
            section = index.column()
            whole = self.whole_text(cells[section], model.columns[section], QRectF(view.visualRect(index)))
        show_tip(event.globalPos(), whole, view)
        return True

    def whole_text(self, cell: Cell, column: Column, area: QRectF) -> str:
        """All that the cell says where it does not fit into its area, and the names of marks; else empty."""
        inner = self._inside(area)
        if column.kind == "pill":
            cut = pill_size(self._theme, shown_text(cell)).width() > inner.width() + _SLACK
        else:
            cut = any(self._is_cut(piece) for piece in _LAYING[column.kind](self, inner, cell, column))
        marked = isinstance(cell, Marked) and bool(cell.provider)
        return heard_text(cell) if cut or marked else ""

    def _is_cut(self, piece: Piece) -> bool:
        return self.width_of(piece.text, piece.font) > piece.area.width() + _SLACK

    def _inside(self, area: QRectF) -> QRectF:
        return area.adjusted(self._theme.px(12), 0, -self._theme.px(12), -1)

    def _draw_cell(self, painter: QPainter, area: QRectF, cell: Cell, column: Column) -> None:
        if column.kind == "pill":
            draw_pill(
                painter, self._theme, area, shown_text(cell), cell.tone if isinstance(cell, PillCell) else "neutral"
            )
            return
        if isinstance(cell, Marked):
            left = 0
            for name in filter(None, (cell.provider, *cell.also)):
                left += draw_small_mark(painter, self._theme, area.adjusted(left, 0, 0, 0), name, self._looks.ratio())
        for piece in _LAYING[column.kind](self, area, cell, column):
            self._draw_piece(painter, piece)

    def _draw_ground(self, painter: QPainter, area: QRectF, row: int, section: int) -> None:
        theme = self._theme
        if self._looks.is_marked(row):
            painter.fillRect(area, theme.colour("accent-soft"))
        elif self._looks.hovered_row() == row:
            painter.fillRect(area, theme.colour("hover"))
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), theme.colour("line"))
        if section == 0 and self._looks.keyboard_row() == row:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height() - 1), theme.colour("accent"))

    def _draw_skeleton(self, painter: QPainter, area: QRectF, column: Column) -> None:
        width = area.width() * (0.5 if column.right else 0.62)
        height = self._theme.px(9)
        left = area.right() - width if column.right else area.left()
        bar = QRectF(left, area.center().y() - height / 2, width, height)
        draw_bar(painter, bar, self._theme.colour("neutral-soft"))

    def _draw_piece(self, painter: QPainter, piece: Piece) -> None:
        """One line of text, shortened to its room."""
        if piece.area.width() <= 0:
            return
        face, metrics = self._fonts[piece.font]
        painter.setFont(face)
        painter.setPen(self._theme.colour(piece.role))
        side = Qt.AlignmentFlag.AlignRight if piece.right else Qt.AlignmentFlag.AlignLeft
        shown = metrics.elidedText(piece.text, ELIDING[piece.cut], piece.area.width() + _SLACK)
        painter.drawText(piece.area, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def width_of(self, text: str, font: str) -> float:
        """How wide a text is."""
        return self._fonts[font][1].horizontalAdvance(text)

    def lay_amount(self, area: QRectF, cell: Amount) -> list[Piece]:
        """Money on the right, with its note small below it, or left of it where the row is too low for both."""
        role, note = "text-3" if cell.muted else "text", one_line(cell.note)
        text = shown_text(cell)
        if not note:
            return [Piece(area, text, "body", role, right=True)]
        first, second = self._fonts["body"][1].ascent(), self._fonts["label"][1].height()
        if area.height() >= first + second:
            # Figures have no strokes below their line, so the two lines may stand closer than texts.
            top = area.top() + (area.height() - first - second) / 2 - self._theme.px(1)
            upper = QRectF(area.left(), top, area.width(), self._fonts["body"][1].height())
            lower = QRectF(area.left(), top + first + self._theme.px(2), area.width(), second)
            return [
                Piece(upper, text, "body", role, right=True),
                Piece(lower, note, "label", "text-3", right=True),
            ]
        taken = self.width_of(text, "body") + self._theme.px(8)
        rest = QRectF(area.left(), area.top(), max(0.0, area.width() - taken), area.height())
        return [Piece(area, text, "body", role, right=True), Piece(rest, note, "label", "text-3", right=True)]

    def lay_marked(self, area: QRectF, cell: Marked) -> list[Piece]:
        """A text behind providers' marks."""
        marks = sum(1 for name in (cell.provider, *cell.also) if name)
        room = area.adjusted(marks * small_mark_room(self._theme), 0, 0, 0)
        return [Piece(room, shown_text(cell), "body", "text-3")]

    def lay_two_lines(self, area: QRectF, cell: TwoLines, cut: Cut) -> list[Piece]:
        """A name and, beside it where the row is too low for two lines, what is said about it."""
        name, detail = one_line(cell.text), one_line(cell.detail)
        need = self._fonts["body"][1].height() + self._fonts["secondary"][1].height()
        if not detail:
            return [Piece(area, name, "body", "text", cut=cut)]
        if area.height() >= need:
            top = area.top() + (area.height() - need) / 2
            first = QRectF(area.left(), top, area.width(), self._fonts["body"][1].height())
            second = QRectF(area.left(), first.bottom(), area.width(), self._fonts["secondary"][1].height())
            return [Piece(first, name, "body", "text", cut=cut), Piece(second, detail, "secondary", "text-3")]
        taken = self.width_of(name, "body") + self._theme.px(8)
        room = area.width() - taken
        beside = QRectF(area.left() + taken, area.top(), room if room > self._theme.px(40) else 0.0, area.height())
        return [Piece(area, name, "body", "text", cut=cut), Piece(beside, detail, "secondary", "text-3")]


def _text(_looks: CellDelegate, area: QRectF, cell: Cell, column: Column) -> list[Piece]:
    return [Piece(area, shown_text(cell), "body", "text", column.right, column.cut)]


def _strong(_looks: CellDelegate, area: QRectF, cell: Cell, column: Column) -> list[Piece]:
    return [Piece(area, shown_text(cell), "strong", "text", column.right, column.cut)]


def _muted(_looks: CellDelegate, area: QRectF, cell: Cell, column: Column) -> list[Piece]:
    return [Piece(area, shown_text(cell), "body", "text-3", column.right, column.cut)]


def _amount(looks: CellDelegate, area: QRectF, cell: Cell, _column: Column) -> list[Piece]:
    if isinstance(cell, Amount):
        return looks.lay_amount(area, cell)
    return [Piece(area, shown_text(cell), "body", "text", right=True)]


def _two_line(looks: CellDelegate, area: QRectF, cell: Cell, column: Column) -> list[Piece]:
    if isinstance(cell, TwoLines):
        return looks.lay_two_lines(area, cell, column.cut)
    return _text(looks, area, cell, column)


def _marked(looks: CellDelegate, area: QRectF, cell: Cell, column: Column) -> list[Piece]:
    if isinstance(cell, Marked):
        return looks.lay_marked(area, cell)
    return _muted(looks, area, cell, column)


_LAYING: Final[dict[str, Callable[[CellDelegate, QRectF, Cell, Column], list[Piece]]]] = {
    "text": _text,
    "strong": _strong,
    "muted": _muted,
    "amount": _amount,
    "two-line": _two_line,
    "marked": _marked,
}
