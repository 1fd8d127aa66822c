"""The pieces that pages are put together from: what they say, what they ask, and that they are named."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.errors import UnreachableError
from desktop.ui.app.messages import Message
from desktop.ui.app.tasks import Tasks
from desktop.ui.lists.card import ListCard
from desktop.ui.lists.rows import Column, RowFilter, RowsModel, Summary
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.chips import FilterChip
from desktop.ui.widgets.key_figure import KeyFigure
from desktop.ui.widgets.lines import Line, LineList
from desktop.ui.widgets.panel import DetailPanel, PanelAction
from desktop.ui.widgets.payments_card import PaymentsCard
from desktop.ui.widgets.picture import Mark
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.progress import Progress
from desktop.ui.widgets.segments import Segments
from desktop.ui.widgets.skeleton import Skeleton
from desktop.ui.widgets.states import StateView
from desktop.ui.widgets.steps import StepList
from desktop.ui.widgets.surfaces import Card
from desktop.ui.widgets.toasts import Toast
from tests.helpers.contrast import contrast

FEATURES = ("Invoice Processing", "Payment Tracking", "Recurring Billing", "Financial Reports")

PIECES: dict[str, Callable[[Theme], QWidget]] = {
    "button": lambda theme: Button(theme, "Send & go", look="primary", icon="mail"),
    "icon button": lambda theme: IconButton(theme, "more", "More"),
    "chip": lambda theme: FilterChip(theme, "Provider", [("", "All"), ("stripe", "Stripe")]),
    "key figure": lambda theme: KeyFigure(theme, "Total revenue", "Collected less refunds"),
    "lines": lambda theme: LineList(theme, "Lines"),
    "panel": lambda theme: DetailPanel(theme, "Invoice"),
    "payments card": lambda theme: PaymentsCard(theme, FEATURES),
    "mark": lambda theme: Mark(theme, "square"),
    "pill": lambda theme: Pill(theme, "Paid", "accent"),
    "progress": lambda theme: Progress(theme, "First sync"),
    "segments": lambda theme: Segments(theme, "Status", [("", "All"), ("open", "Open")]),
    "skeleton": lambda theme: Skeleton(theme),
    "state": lambda theme: StateView(theme, "empty-invoices", "None yet", "Sync.", button="Sync", on_button=print),
    "steps": lambda theme: StepList(theme, "Steps", ["One", "Two"]),
    "card": lambda theme: Card(theme, "Accounts", "two"),
    "toast": lambda theme: Toast(theme, Message("warning", "Careful", "Look", "Retry", print)),
}


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_paints_in_both_schemes_and_its_controls_are_named(
    qtbot, theme: Theme, audit_accessibility, name: str
) -> None:
    piece = PIECES[name](theme)
    qtbot.addWidget(piece)
    piece.resize(max(320, piece.sizeHint().width()), max(120, piece.sizeHint().height()))
    piece.show()
    light = piece.grab().toImage()
    theme.choose("dark")
    assert piece.grab().toImage() != light
    assert piece.accessibleName()
    assert audit_accessibility(piece) == []


def _text_place(card: PaymentsCard, label: QLabel) -> QRect:
    """Where a label's letters are on the card: a wrapped one's whole place, else as wide as its text."""
    box = label.geometry().translated(label.parentWidget().mapTo(card, QPoint()))
    if not label.wordWrap():
        box.setWidth(min(box.width(), label.fontMetrics().horizontalAdvance(label.text())))
    return box


@pytest.mark.parametrize("size", [(360, 218), (380, 240), (620, 260)])
def test_white_text_is_legible_wherever_it_stands_on_the_gradient(qtbot, theme: Theme, size: tuple[int, int]) -> None:
    card = PaymentsCard(theme, FEATURES)
    qtbot.addWidget(card)
    card.show_connected(True)
    card.resize(*size)
    card.show()
    places = [_text_place(card, label) for label in card.findChildren(QLabel)]
    for child in card.findChildren(QWidget):
        child.setVisible(False)
    ground = card.grab().toImage()
    worst = min(
        contrast("#FFFFFF", ground.pixelColor(x, y).name())
        for box in places
        for x in range(box.left(), box.right() + 1, 4)
        for y in range(box.top(), box.bottom() + 1, 4)
    )
    assert worst >= 4.5


def test_the_card_of_the_request_says_what_it_says(qtbot, theme: Theme) -> None:
    card = PaymentsCard(theme, FEATURES)
    qtbot.addWidget(card)
    said = {label.text() for label in card.findChildren(QLabel)}
    assert {"Payments", "Process invoices and accept payments from clients", "Not Connected", *FEATURES} <= said
    card.show_connected(True)
    assert "Connected" in {label.text() for label in card.findChildren(QLabel)}
    with qtbot.waitSignal(card.connect_asked):
        card._button.click()


def test_an_ampersand_is_no_shortcut(qtbot, theme: Theme) -> None:
    button = Button(theme, "Harbour & Pine")
    qtbot.addWidget(button)
    assert button.text() == "Harbour && Pine"
    assert button.accessibleName() == "Harbour & Pine"


def test_a_key_figure_is_heard_whole_and_opens(qtbot, theme: Theme) -> None:
    figure = KeyFigure(theme, "Outstanding", "What remains to be paid of open invoices")
    qtbot.addWidget(figure)
    figure.show()
    figure.show_figure(["$17,920.00", "¥412,000"], "9 invoices · 3 overdue", "danger")
    assert figure.accessibleName() == "Outstanding, $17,920.00, ¥412,000, 9 invoices · 3 overdue"
    assert "remains to be paid" in figure.toolTip()
    with qtbot.waitSignal(figure.clicked):
        qtbot.mouseClick(figure, Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    with qtbot.waitSignal(figure.clicked):
        qtbot.keyClick(figure, Qt.Key.Key_Space)


def test_tabs_count_and_tell_only_what_a_person_chose(qtbot, theme: Theme) -> None:
    tabs = Segments(theme, "Status", [("", "All"), ("open", "Open"), ("late", "Late")])
    qtbot.addWidget(tabs)
    chosen: list[str] = []
    tabs.chosen.connect(chosen.append)
    tabs.show_counts({"": 1_412, "open": 9})
    assert [button.text() for button in tabs._buttons.values()] == ["All 1,412", "Open 9", "Late"]
    tabs.choose("open")
    assert (tabs.current(), chosen) == ("open", [])
    qtbot.mouseClick(tabs._buttons["late"], Qt.MouseButton.LeftButton)
    assert (tabs.current(), chosen) == ("late", ["late"])


def test_tabs_give_up_some_room_and_no_word(qtbot, theme: Theme) -> None:
    tabs = Segments(theme, "Status", [("", "All"), ("open", "Open")])
    qtbot.addWidget(tabs)
    counts = {"": 11_538, "open": 7}
    tabs.show_counts(counts)
    wide, said = tabs.sizeHint().width(), [button.text() for button in tabs._buttons.values()]
    tabs.show_counts(counts, tight=True)
    assert tabs.sizeHint().width() < wide
    assert [button.text() for button in tabs._buttons.values()] == said == ["All 11,538", "Open 7"]


def test_a_chip_shows_what_is_picked(qtbot, theme: Theme) -> None:
    chip = FilterChip(theme, "Provider", [("", "All providers"), ("stripe", "Stripe")])
    qtbot.addWidget(chip)
    assert chip.text() == "Provider"
    with qtbot.waitSignal(chip.picked) as heard:
        chip._group.actions()[1].trigger()
    assert heard.args == ["stripe"]
    assert (chip.text(), chip.accessibleName()) == ("Stripe", "Provider: Stripe")
    assert chip.property("active")


def test_a_pill_without_a_state_takes_no_room(qtbot, theme: Theme) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    pill = Pill(theme, parent=holder)
    assert pill.sizeHint().isEmpty()
    pill.show_state("4 days late $1,120.00", "danger")
    assert pill.sizeHint().width() > 100
    assert pill.accessibleName() == "4 days late $1,120.00"


def test_steps_are_told_by_word_too(qtbot, theme: Theme) -> None:
    steps = StepList(theme, "Connecting", ["Access granted", "First sync"])
    qtbot.addWidget(steps)
    steps.show_step(0, "done")
    steps.show_step(1, "failed", "First sync stopped")
    assert [label.accessibleName() for label in steps.findChildren(QLabel)] == [
        "Access granted: done",
        "First sync stopped: failed",
    ]


def test_progress_says_what_how_many_and_how_fast_and_can_be_cancelled(qtbot, theme: Theme) -> None:
    progress = Progress(theme, "First sync")
    qtbot.addWidget(progress)
    progress.show()
    progress.show_progress("Payments · 2,310 of about 3,200", 0.72, "4,900 a second")
    assert {"Payments · 2,310 of about 3,200", "4,900 a second"} <= {
        label.full_text() for label in (progress._text, progress._rate)
    }
    assert progress._bar.value() == 720
    with qtbot.waitSignal(progress.cancelled):
        progress._cancel.click()


def test_lines_show_labels_and_values_as_they_are(qtbot, theme: Theme) -> None:
    lines = LineList(theme, "Lines")
    qtbot.addWidget(lines)
    lines.show_lines([Line("<b>Menu</b>", "$900.00"), Line("Due", "$1,120.00", strong=True)], head=("Line", "Amount"))
    lines.show_lines([Line("Only", "$1.00")])
    texts = [label.full_text() for label in lines.findChildren(QLabel) if label.isVisibleTo(lines)]
    assert texts[-2:] == ["Only", "$1.00"]


def test_a_panel_shows_head_actions_and_content_and_closes(qtbot, theme: Theme) -> None:
    panel = DetailPanel(theme, "Invoice")
    qtbot.addWidget(panel)
    ran: list[str] = []
    panel.show_head(
        "INV-1041",
        pill="4 days late",
        tone="danger",
        who="Acme <i>Bakery</i>",
        actions=[PanelAction("Remind", lambda: ran.append("remind"), "primary")],
    )
    panel.finish()
    assert panel.isVisible()
    next(button for button in panel.findChildren(Button) if button.text() == "Remind").click()
    assert ran == ["remind"]
    with qtbot.waitSignal(panel.closed):
        panel.close_panel()
    assert not panel.isVisible()


def test_a_panel_shows_a_failure_with_retry(qtbot, theme: Theme) -> None:
    panel, retried = DetailPanel(theme, "Invoice"), []
    qtbot.addWidget(panel)
    panel.show_loading()
    panel.show_failed(UnreachableError("Locked", "The books are locked."), lambda: retried.append(1))
    next(button for button in panel.findChildren(Button) if button.text() == "Retry").click()
    assert retried == [1]


COLUMNS = (
    Column("number", "Number"),
    Column("client", "Client"),
    Column("status", "Status", "pill"),
    Column("total", "Total", "amount"),
)


@pytest.fixture
def make_card(qtbot, theme: Theme, inline_tasks: Tasks):
    def make(source) -> ListCard:
        model = RowsModel(inline_tasks, source, COLUMNS)
        card = ListCard(theme, model, "Invoices", lambda: StateView(theme, "empty-invoices", "No invoices yet"))
        model.setParent(card)
        qtbot.addWidget(card)
        card.resize(700, 500)
        card.show()
        return card

    return make


def test_a_list_shows_rows_and_totals_per_currency(qtbot, make_card, make_source) -> None:
    card = make_card(make_source(40))
    with qtbot.waitSignal(card.summarised) as heard:
        card._model.reload()
    assert isinstance(heard.args[0], Summary)
    assert card._stack.currentWidget() is card.table
    assert (card._foot_label.full_text(), card._foot_text.full_text()) == ("Outstanding", "$17,920.00 · ¥412,000")


def test_a_list_without_rows_says_so_and_without_matches_offers_all(qtbot, make_card, make_source) -> None:
    card = make_card(make_source(0))
    card._model.reload()
    qtbot.waitUntil(lambda: card._model.state == "empty")
    assert card._stack.currentWidget().accessibleName() == "No invoices yet"
    card._model.set_filter(RowFilter(search="zzz"))
    qtbot.waitUntil(lambda: not card._foot.isVisible())
    card._on_state("empty")
    view = card._stack.currentWidget()
    assert view.accessibleName() == "Nothing matches “zzz”"
    with qtbot.waitSignal(card.cleared):
        view.button.click()
    assert card._model.filter == RowFilter()


def test_a_list_that_cannot_be_read_says_why_and_retries(qtbot, make_card, make_source) -> None:
    source = make_source(5)
    source.error = UnreachableError("Locked", "The books are locked.", "Close the other program.")
    card = make_card(source)
    card._model.reload()
    qtbot.waitUntil(lambda: card._model.state == "failed")
    view = card._stack.currentWidget()
    assert view.accessibleName() == "Locked"
    source.error = None
    view.button.click()
    qtbot.waitUntil(lambda: card._model.state == "ready")
    assert card._stack.currentWidget() is card.table


def test_skeletons_come_only_when_rows_take_longer(qtbot, make_card, make_source) -> None:
    card = make_card(make_source(5))
    assert card._stack.currentWidget() is card._blank
    qtbot.waitUntil(lambda: card._stack.currentWidget() is card._skeleton)
