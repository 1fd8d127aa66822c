"""The table: a million rows without a stall, selection by ranges and by flag, copies that spreadsheets take."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QHelpEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QStyle, QStyleOptionHeaderV2, QToolTip

from desktop.providers.registry import facts_of
from desktop.ui.app.tasks import Tasks
from desktop.ui.lists.cells import CellDelegate
from desktop.ui.lists.rows import (
    Amount,
    Column,
    Dated,
    Marked,
    PillCell,
    Row,
    RowFilter,
    RowsModel,
    Summary,
    TwoLines,
)
from desktop.ui.lists.table import RowsTable
from desktop.ui.theme.theme import Theme

COLUMNS = (
    Column("number", "Number", "strong", 9, 0),
    Column("client", "Client", "text", 14, 2),
    Column("status", "Status", "pill", 16),
    Column("total", "Total", "amount", 11),
)
#: Far above what a turn takes (about 10 ms), far below what walking a million rows would (seconds).
STALL_S = 0.5


def turn() -> None:
    for _ in range(6):
        QApplication.processEvents()


@pytest.fixture
def table(qtbot, theme: Theme, inline_tasks: Tasks, make_source, request) -> RowsTable:
    model = RowsModel(inline_tasks, make_source(getattr(request, "param", 500)), COLUMNS)
    made = RowsTable(theme, model, "Invoices")
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(640, 480)
    model.reload()
    made.show()
    turn()
    return made


@pytest.mark.parametrize("table", [1_000_000], indirect=True)
def test_a_million_rows_scroll_jump_and_select_without_a_stall(table: RowsTable) -> None:
    for act in (
        table.scrollToBottom,
        lambda: table.scrollTo(table.model().index(500_000, 0)),
        table.selectAll,
        lambda: table.selectRow(999_999),
        lambda: table.show_id(3),
        lambda: table.grab(),
    ):
        began = time.process_time()
        act()
        turn()
        assert time.process_time() - began < STALL_S


@pytest.mark.parametrize("table", [1_000_000], indirect=True)
def test_the_last_row_is_reached_and_shown(table: RowsTable) -> None:
    table.scrollToBottom()
    turn()
    assert table.rowAt(table.viewport().height() - 5) == 999_999
    assert table.model().index(999_999, 0).data() == "INV-1"


def test_ctrl_a_marks_all_rows_by_a_flag(qtbot, table: RowsTable) -> None:
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert all(table.is_marked(row) for row in range(500))
    assert table.selectionModel().selection().size() == 0
    table.selectRow(2)
    assert [row for row in range(500) if table.is_marked(row)] == [2]


def test_a_click_and_return_open_the_row(qtbot, table: RowsTable) -> None:
    opened: list[object] = []
    table.opened.connect(opened.append)
    point = table.visualRect(table.model().index(1, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened[0] == 499
    assert opened[-1] == 498


def test_a_copy_has_tabs_and_plain_numbers(qtbot, table: RowsTable) -> None:
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "INV-500\tHarbour & Pine <b>Ltd</b>\tPaid\t500.00"


def test_a_reload_keeps_the_row_under_the_keyboard(table: RowsTable, make_source) -> None:
    table.selectRow(10)
    chosen = table.current_id()
    model = table.model()
    assert isinstance(model, RowsModel)
    model._source.count = 700
    model.reload()
    turn()
    assert table.current_id() == chosen
    assert table.currentIndex().row() == 210
    assert table.is_marked(210)


def test_a_header_click_sorts_and_a_second_one_turns_it_round(qtbot, table: RowsTable) -> None:
    model = table.model()
    assert isinstance(model, RowsModel)
    head = table.horizontalHeader()
    for wanted in (True, False):
        head.sectionClicked.emit(3)
        turn()
        assert (model.filter.sort, model.filter.descending) == ("total", wanted)


def test_nothing_measures_contents(table: RowsTable) -> None:
    heads = (table.horizontalHeader(), table.verticalHeader())
    modes = {head.sectionResizeMode(0) for head in heads}
    assert QHeaderView.ResizeMode.ResizeToContents not in modes


@pytest.mark.parametrize("width", [640, 1400])
def test_columns_fill_the_width(table: RowsTable, width: int) -> None:
    assert sum(table._widths(width)) == width


def test_where_the_room_is_small_names_give_way_and_figures_do_not(table: RowsTable) -> None:
    number, client, status, total = table._widths(320)
    least = sum((number, client, status, total))
    assert least > 320
    one = QFontMetricsF(table.font()).averageCharWidth()
    assert total >= 11 * one
    assert number >= 9 * one
    assert client < 14 * one


def test_folding_columns_go_before_names_are_shortened(qtbot, theme: Theme, inline_tasks: Tasks, make_source) -> None:
    columns = (COLUMNS[0], Column("issued", "Issued", "muted", 11, 0, folds=True), *COLUMNS[1:])
    model = RowsModel(inline_tasks, make_source(3), columns)
    table = RowsTable(theme, model, "Invoices")
    model.setParent(table)
    qtbot.addWidget(table)
    table.show()
    table.resize(900, 300)
    assert not table.isColumnHidden(1)
    table.resize(500, 300)
    assert [table.isColumnHidden(column) for column in range(5)] == [False, True, False, False, False]
    assert sum(table.columnWidth(column) for column in (0, 2, 3, 4)) == table.viewport().width()


def handle_of(table: RowsTable, section: int) -> QPoint:
    head = table.horizontalHeader()
    return QPoint(head.sectionViewportPosition(section) + head.sectionSize(section) - 2, head.height() // 2)


def test_only_a_persons_drag_of_a_handle_keeps_a_width(qtbot, table: RowsTable) -> None:
    """A table that becomes narrower under the pointer, for a panel beside it, is not dragged."""
    head = table.horizontalHeader()
    qtbot.mouseMove(head.viewport(), QPoint(60, 10))
    table.resize(420, 480)
    table.resize(640, 480)
    assert sum(table.columnWidth(column) for column in range(4)) == table.viewport().width()
    point = handle_of(table, 0)
    before = table.columnWidth(0)
    qtbot.mousePress(head.viewport(), Qt.MouseButton.LeftButton, pos=point)
    qtbot.mouseMove(head.viewport(), point + QPoint(30, 0))
    qtbot.mouseRelease(head.viewport(), Qt.MouseButton.LeftButton, pos=point + QPoint(30, 0))
    assert table.columnWidth(0) == before + 30
    table.resize(800, 480)
    assert table.columnWidth(0) == before + 30
    assert sum(table.columnWidth(column) for column in range(4)) == table.viewport().width()
    head.sectionHandleDoubleClicked.emit(0)
    assert table.columnWidth(0) == before


def test_a_press_on_a_title_keeps_no_width(qtbot, table: RowsTable) -> None:
    head = table.horizontalHeader()
    qtbot.mousePress(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    qtbot.mouseMove(head.viewport(), QPoint(44, 10))
    head.resizeSection(1, 77)
    qtbot.mouseRelease(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(44, 10))
    table.resize(700, 480)
    assert table.columnWidth(1) != 77
    assert sum(table.columnWidth(column) for column in range(4)) == table.viewport().width()


def test_a_new_order_begins_at_its_top_also_where_a_row_is_chosen(table: RowsTable) -> None:
    table.selectRow(300)
    table.scrollTo(table.model().index(300, 0))
    table.horizontalHeader().sectionClicked.emit(3)
    turn()
    assert table.verticalScrollBar().value() == 0
    table.horizontalHeader().sectionClicked.emit(3)
    turn()
    assert table.verticalScrollBar().value() == 0


def test_only_titles_that_sort_look_so(qtbot, theme: Theme, inline_tasks: Tasks, make_source) -> None:
    columns = (COLUMNS[0], Column("client", "Client", "text", 14, 2, sortable=False), *COLUMNS[2:])
    model = RowsModel(inline_tasks, make_source(3), columns)
    table = RowsTable(theme, model, "Invoices")
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(640, 200)
    table.show()
    head = table.horizontalHeader()
    shapes, states = [], []
    for section in (0, 1):
        middle = QPointF(head.sectionViewportPosition(section) + 30, 10)
        move = QMouseEvent(
            QEvent.Type.MouseMove, middle, head.viewport().mapToGlobal(middle), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        head.mouseMoveEvent(move)
        shapes.append(head.viewport().cursor().shape())
        option = QStyleOptionHeaderV2()
        head.initStyleOption(option)
        head.initStyleOptionForIndex(option, section)
        states.append(bool(option.state & QStyle.StateFlag.State_MouseOver))
    assert shapes == [Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor]
    assert not states[1]
    head.sectionClicked.emit(1)
    assert model.filter.sort == ""


@pytest.mark.parametrize(
    ("cell", "column", "width", "whole"),
    [
        ("Visa •••• 4242", Column("a", "A", "text", cut="middle"), 60, "Visa •••• 4242"),
        ("Visa •••• 4242", Column("a", "A", "text"), 300, ""),
        (PillCell("4 days late $1,120.00", "danger"), Column("a", "A", "pill"), 80, "4 days late $1,120.00"),
        (PillCell("Paid"), Column("a", "A", "pill"), 200, ""),
        (Amount("$164.95", "164.95", False, "tip $21.51"), Column("a", "A", "amount"), 50, "$164.95, tip $21.51"),
        (TwoLines("Acme", "at the market hall of the old town"), Column("a", "A", "two-line"), 90,
         "Acme at the market hall of the old town"),
        (Dated("12 Nov 2025", "2025-11-12"), Column("a", "A", "muted"), 60, "12 Nov 2025"),
        (Marked("", "stripe", ("square",)), Column("a", "A", "marked"), 200, "Stripe, Square"),
    ],
)  # fmt: skip
def test_what_had_to_be_cut_says_the_whole(theme: Theme, table: RowsTable, cell, column, width, whole) -> None:
    delegate = table.itemDelegate()
    assert isinstance(delegate, CellDelegate)
    assert delegate.whole_text(cell, column, QRectF(0, 0, width, 37)) == whole


def test_a_tool_tip_over_a_cut_cell_and_a_cut_title_shows_it(qtbot, table: RowsTable) -> None:
    table.resize(240, 300)
    turn()
    box = table.visualRect(table.model().index(0, 1))
    for target, point, said in (
        (table.viewport(), box.center(), "Harbour"),
        (table.horizontalHeader().viewport(), QPoint(4, 4), ""),
    ):
        QToolTip.hideText()
        QApplication.sendEvent(target, QHelpEvent(QEvent.Type.ToolTip, point, target.mapToGlobal(point)))
        assert said in QToolTip.text()
        assert "<b>" not in QToolTip.text()


def test_a_row_on_its_way_is_a_skeleton_and_then_text(table: RowsTable) -> None:
    model = table.model()
    assert isinstance(model, RowsModel)
    model._blocks.clear()
    before = table.viewport().grab().toImage()
    turn()
    after = table.viewport().grab().toImage()
    assert before != after
    assert isinstance(after, QImage)


def test_the_pointers_row_is_followed_and_left(qtbot, table: RowsTable) -> None:
    qtbot.mouseMove(table.viewport(), table.visualRect(table.model().index(3, 0)).center())
    qtbot.waitUntil(lambda: table.hovered_row() == 3)
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert table.hovered_row() == -1


def test_the_table_is_named(table: RowsTable, audit_accessibility) -> None:
    assert audit_accessibility(table) == []


# ------------------------------------------------------------------------------------------------- cells of a counter


class Tips:
    """Two rows: one with a mark and a tip, one without."""

    def ids(self, _wanted: RowFilter) -> array[int]:
        return array("q", [1, 2])

    def rows(self, ids: Sequence[int], _wanted: RowFilter) -> list[Row]:
        told: dict[int, Row] = {
            1: (Marked("22 Nov", "square", copy="2026-11-22"), Amount("$164.95", "164.95", False, "tip $21.51")),
            2: (Marked("22 Nov", ""), Amount("$164.95", "164.95")),
        }
        return [told[row] for row in ids]

    def summary(self, _wanted: RowFilter) -> Summary:
        return Summary()


@pytest.fixture
def counter(qtbot, theme: Theme, inline_tasks: Tasks) -> RowsTable:
    columns = (Column("day", "Date", "marked", 10), Column("amount", "Amount", "amount", 12))
    model = RowsModel(inline_tasks, Tips(), columns, first=RowFilter(sort="amount", descending=False))
    made = RowsTable(theme, model, "Payments")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    model.reload()
    turn()
    return made


def inked(table: RowsTable, row: int, column: int, top: float, bottom: float) -> set[str]:
    """The colours of a part of a cell."""
    box = table.visualRect(table.model().index(row, column)).adjusted(2, 1, -2, -2)
    image = table.viewport().grab(box).toImage()
    lines = range(int(image.height() * top), int(image.height() * bottom))
    return {image.pixelColor(x, y).name() for y in lines for x in range(image.width())}


def test_a_tip_is_drawn_below_the_amount_and_a_mark_before_the_day(counter: RowsTable, theme: Theme) -> None:
    ink = facts_of("square").mark
    mark = QColor(ink.light if theme.scheme == "light" else ink.dark).name()
    assert mark in inked(counter, 0, 0, 0, 1)
    assert mark not in inked(counter, 1, 0, 0, 1)
    assert len(inked(counter, 0, 1, 0.75, 0.95)) > 1
    assert len(inked(counter, 1, 1, 0.75, 0.95)) == 1


def test_a_copy_of_such_cells_is_plain(counter: RowsTable) -> None:
    counter.selectRow(0)
    counter.copy()
    assert QGuiApplication.clipboard().text() == "2026-11-22\t164.95"


def test_a_list_begins_in_the_order_it_was_given(counter: RowsTable) -> None:
    model = counter.model()
    assert isinstance(model, RowsModel)
    assert (model.filter.sort, model.filter.descending) == ("amount", False)
