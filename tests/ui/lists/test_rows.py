"""One model for every list: a million rows, blocks on demand, and the same row under the keyboard after a reload."""

import struct
import time
from array import array

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QApplication

from desktop.errors import UnreachableError
from desktop.ui.app.tasks import Tasks
from desktop.ui.lists.rows import (
    BLOCK,
    CACHED_BLOCKS,
    COPY_ROLE,
    Amount,
    Column,
    PillCell,
    RowFilter,
    RowsModel,
    TwoLines,
    copied_text,
    position_of,
    shown_text,
)

COLUMNS = (
    Column("number", "Number", "strong", 9, 0),
    Column("client", "Client", "text", 14),
    Column("status", "Status", "pill", 16),
    Column("total", "Total", "amount", 11),
)


def turn() -> None:
    for _ in range(6):
        QApplication.processEvents()


def loaded(tasks: Tasks, source) -> RowsModel:
    model = RowsModel(tasks, source, COLUMNS)
    model.reload()
    turn()
    return model


def test_the_model_keeps_qts_rules(qtmodeltester, inline_tasks: Tasks, make_source) -> None:
    model = loaded(inline_tasks, make_source(30))
    model.cells(0)
    turn()
    qtmodeltester.check(model)


def test_a_million_rows_are_known_at_once_and_none_is_fetched(inline_tasks: Tasks, make_source) -> None:
    source = make_source(1_000_000)
    model = loaded(inline_tasks, source)
    assert model.rowCount() == 1_000_000
    assert source.fetched == []


def test_a_row_is_fetched_with_its_block_when_it_is_looked_at(inline_tasks: Tasks, make_source) -> None:
    source = make_source(1_000)
    model = loaded(inline_tasks, source)
    index = model.index(450, 0)
    assert index.data() is None
    turn()
    assert index.data() == "INV-550"
    assert len(source.fetched) == BLOCK
    assert model.index(599, 0).data() == "INV-401"
    assert len(source.fetched) == BLOCK


def test_what_scrolled_by_is_not_fetched_and_what_is_kept_is_bounded(inline_tasks: Tasks, make_source) -> None:
    source = make_source(100_000)
    model = loaded(inline_tasks, source)
    for row in range(0, 100_000, BLOCK):
        model.cells(row)
    turn()
    assert len(source.fetched) <= 4 * BLOCK
    for row in range(0, 100 * BLOCK, BLOCK):
        model.cells(row)
        turn()
    assert len(model._blocks) <= CACHED_BLOCKS


def test_sorting_is_the_sources(inline_tasks: Tasks, make_source) -> None:
    source = make_source(5)
    model = loaded(inline_tasks, source)
    model.sort(3, Qt.SortOrder.AscendingOrder)
    turn()
    assert source.asked[-1] == RowFilter(sort="total", descending=False)
    assert [model.id_at(row) for row in range(5)] == [1, 2, 3, 4, 5]


def test_a_filter_is_asked_once_and_an_equal_one_not_again(inline_tasks: Tasks, make_source) -> None:
    source = make_source(50)
    model = loaded(inline_tasks, source)
    model.set_filter(RowFilter(search="4"))
    turn()
    asked = len(source.asked)
    model.set_filter(RowFilter(search="4"))
    turn()
    assert len(source.asked) == asked
    assert model.rowCount() == 14


def test_a_reload_finds_the_current_row_again(qtbot, inline_tasks: Tasks, make_source) -> None:
    source = make_source(10)
    model = loaded(inline_tasks, source)
    model.current_id = 7
    source.count = 12
    with qtbot.waitSignal(model.positioned) as heard:
        model.reload()
    assert heard.args == [12 - 7]
    assert model.id_at(heard.args[0]) == 7


def test_a_reload_of_the_same_rows_keeps_them_on_screen_and_fetches_anew(inline_tasks: Tasks, make_source) -> None:
    source = make_source(10)
    model = loaded(inline_tasks, source)
    model.cells(0)
    turn()
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    source.fetched.clear()
    model.reload()
    turn()
    assert resets == []
    assert model.cells(0) is not None
    turn()
    assert len(source.fetched) == 10


def test_a_row_that_is_gone_is_blank_and_no_error(inline_tasks: Tasks, make_source) -> None:
    source = make_source(3)
    source.gone = {2}
    model = loaded(inline_tasks, source)
    model.cells(0)
    turn()
    assert model.cells(1) is None
    assert model.is_here(1)
    assert model.index(1, 0).data() is None


@pytest.mark.parametrize(("count", "state"), [(0, "empty"), (3, "ready")])
def test_the_state_says_whether_there_are_rows(inline_tasks: Tasks, make_source, count: int, state: str) -> None:
    model = RowsModel(inline_tasks, make_source(count), COLUMNS)
    assert model.state == "loading"
    model.reload()
    turn()
    assert model.state == state


def test_a_failure_is_kept_and_a_retry_recovers(inline_tasks: Tasks, make_source) -> None:
    source = make_source(3)
    source.error = UnreachableError("Locked", "The books are locked.", "Try again.")
    model = loaded(inline_tasks, source)
    assert (model.state, model.error) == ("failed", source.error)
    source.error = None
    model.reload()
    turn()
    assert (model.state, model.error) == ("ready", None)


def test_counts_and_totals_come_with_the_rows(qtbot, inline_tasks: Tasks, make_source) -> None:
    model = RowsModel(inline_tasks, make_source(3), COLUMNS)
    with qtbot.waitSignal(model.summarised) as heard:
        model.reload()
    assert heard.args[0].counts["paid"] == 3


def test_cells_are_plain_on_screen_and_numbers_on_the_clipboard() -> None:
    assert shown_text("<b>x</b>\u202e\nrest") == "<b>x</b> rest"
    assert shown_text(TwoLines("Acme", "a@b.example")) == "Acme a@b.example"
    assert shown_text(PillCell("Open $4,200.00", "info")) == "Open $4,200.00"
    assert copied_text(Amount("$4,200.00", "4200.00")) == "4200.00"
    assert copied_text("Acme") == "Acme"


def test_the_copy_role_is_answered_by_the_model(inline_tasks: Tasks, make_source) -> None:
    model = loaded(inline_tasks, make_source(2000))
    model.cells(0)
    turn()
    assert model.index(0, 3).data() == "$2,000.00"
    assert model.index(0, 3).data(COPY_ROLE) == "2000.00"


def test_an_id_is_found_by_its_bytes_on_its_own_boundary() -> None:
    ids = array("q", [0x0102030405060708 << 0, 5, 1 << 32, 2**62, -3])
    for index, number in enumerate(ids):
        assert position_of(ids, number) == index
    shifted = struct.unpack("=q", ids.tobytes()[4:12])[0]
    assert position_of(ids, shifted) == -1
    assert position_of(ids, None) == -1


def test_finding_a_row_among_a_million_is_quick() -> None:
    ids = array("q", range(1_000_000))
    began = time.process_time()
    assert position_of(ids, 999_999) == 999_999
    assert time.process_time() - began < 0.5


def test_flags_are_qts_own() -> None:
    assert RowsModel.flags is QAbstractItemModel.flags or "flags" not in vars(RowsModel)
