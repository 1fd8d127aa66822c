"""The invoices page: states in words, one invoice beside the list, and the way from and to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.errors import ClosedBooksError
from desktop.records import InvoiceLineRecord, InvoicePaymentRecord, InvoiceRecord
from desktop.ui.lists.rows import copied_text, shown_text
from desktop.ui.pages import catalogue


def shown(page: Any, column: int | None = None) -> list[Any]:
    """The rows of the table, or one column of them, as text."""
    model = page.model
    rows = [model.cells(row) for row in range(model.rowCount())]
    told = [[shown_text(cell) for cell in row] for row in rows if row is not None]
    return told if column is None else [row[column] for row in told]


def click_row(qtbot, page: Any, row: int) -> None:
    table = page.card.table
    point = table.visualRect(page.model.index(row, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)


@pytest.fixture
def account(world) -> int:
    made = world.account()
    world.client(made, "cus_acme", "Acme Bakery", email="billing@acme.example")
    return made


@pytest.fixture
def some(world, account) -> int:
    """One invoice of each state."""
    world.invoice(account, "in_open", 420_000, "2026-11-12", client="cus_acme", due="2026-11-26", number="INV-6")
    world.invoice(account, "in_late", 112_000, "2026-11-11", client="cus_acme", due="2026-11-18", number="INV-5")
    world.invoice(account, "in_one", 31_000, "2026-11-10", due="2026-11-21", number="INV-4", client_name="Blue Door")
    world.invoice(account, "in_part", 412_000, "2026-11-09", due="2026-12-09", currency="jpy", paid=200_000)
    world.invoice(account, "in_paid", 99_000, "2026-11-08", status="paid", number="INV-2")
    world.invoice(account, "in_draft", 64_000, "2026-11-06", status="draft")
    world.invoice(account, "in_void", 7_500, "2025-10-29", status="void", number="INV-1")
    return account


@pytest.fixture
def page(scene, some, show_page) -> Any:
    return show_page(catalogue.invoices(scene.handle))


# ------------------------------------------------------------------------------------------------------------ the list


def test_each_state_reads_with_its_amount_or_days(page, settle) -> None:
    shown(page)
    settle()
    assert shown(page) == [
        ["INV-6", "Acme Bakery", "12 Nov", "26 Nov", "Open $4,200.00", "$4,200.00"],
        ["INV-5", "Acme Bakery", "11 Nov", "18 Nov", "4 days late $1,120.00", "$1,120.00"],
        ["INV-4", "Blue Door", "10 Nov", "21 Nov", "1 day late $310.00", "$310.00"],
        ["—", "—", "9 Nov", "9 Dec", "Partly paid ¥200,000", "¥412,000"],
        ["INV-2", "—", "8 Nov", "8 Nov", "Paid", "$990.00"],
        ["—", "—", "6 Nov", "—", "Draft", "$640.00"],
        ["INV-1", "—", "29 Oct 2025", "29 Oct 2025", "Void", "$75.00"],
    ]


def test_tabs_count_and_narrow(qtbot, page, press, settle, buttons) -> None:
    assert buttons(page.tabs) == [
        "All 7", "Draft 1", "Open 2", "Late 2", "Paid 1", "Void 1", "Uncollectible 0",
    ]  # fmt: skip
    assert page.count.full_text() == "7 invoices"
    press(page.tabs, "Late")
    shown(page)
    settle()
    assert shown(page, 0) == ["INV-5", "INV-4"]
    press(page.tabs, "Void")
    assert page.count.full_text() == "1 invoice"


def test_the_foot_adds_up_what_is_outstanding_by_currency(page, press, texts) -> None:
    assert texts(page.card)[-2:] == ["Outstanding", "$5,630.00 · ¥212,000"]
    press(page.tabs, "Late")
    assert texts(page.card)[-2:] == ["Outstanding", "$1,430.00"]
    press(page.tabs, "Paid")
    assert "Outstanding" not in texts(page.card)


def test_a_header_click_sorts_in_the_books(page, settle) -> None:
    head = page.card.table.horizontalHeader()
    head.sectionClicked.emit(5)
    settle()
    shown(page)
    settle()
    assert shown(page, 5)[:2] == ["$4,200.00", "¥412,000"]
    assert page.model.filter.sort == "total"


def test_a_period_narrows_the_list(page, settle) -> None:
    chip = page._chips["period"]
    chip.menu().actions()[6].trigger()
    settle()
    shown(page)
    settle()
    assert chip.accessibleName() == "All time: Last year"
    assert shown(page, 0) == ["INV-1"]


def test_accounts_are_offered_where_there_are_several(world, scene, some, show_page, settle) -> None:
    other = world.account()
    with world.books.write() as writer:
        writer.connection.exec_driver_sql(f"update integrations set status='disconnected', name='Old' where id={other}")
    world.invoice(other, "in_old", 700, "2026-11-20", number="OLD-1")
    page = show_page(catalogue.invoices(scene.handle))
    chip = page._chips["account"]
    assert [action.text() for action in chip.menu().actions()] == ["All accounts", "Stripe", "Old (disconnected)"]
    chip.menu().actions()[2].trigger()
    settle()
    shown(page)
    settle()
    assert shown(page, 0) == ["OLD-1"]


def test_an_account_that_was_forgotten_hides_nothing(world, scene, some, show_page, settle) -> None:
    other = world.account()
    page = show_page(catalogue.invoices(scene.handle))
    page._chips["account"].menu().actions()[2].trigger()
    settle()
    assert page.model.rowCount() == 0
    with world.books.write() as writer:
        writer.connection.exec_driver_sql(f"delete from integrations where id={other}")
    page.refresh()
    settle()
    assert page.model.rowCount() == 7
    assert "account" not in page._chips


def test_amounts_are_copied_without_thousands_separators(qtbot, page, settle) -> None:
    shown(page)
    settle()
    assert copied_text(page.model.cells(3)[5]) == "412000"
    page.card.table.selectRow(0)
    qtbot.keyClick(page.card.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\t")[-1] == "4200.00"


def test_search_as_you_type_takes_the_latest(page, settle) -> None:
    for text in ("a", "ac", "acme"):
        page.search(text)
    settle()
    shown(page)
    settle()
    assert shown(page, 0) == ["INV-6", "INV-5"]
    assert page.search_text() == "acme"


def test_a_search_without_hits_says_so_and_clears(page, scene, press, settle, texts) -> None:
    page.search("zebra")
    settle()
    assert "Nothing matches “zebra”" in texts(page.card)
    press(page.card, "Clear")
    assert page.model.rowCount() == 7
    assert page.search_text() == ""
    assert scene.pages == [("invoices", {})]


def test_a_refresh_keeps_the_row_and_what_is_in_sight(world, scene, account, show_page, settle) -> None:
    for number in range(1, 60):
        world.invoice(
            account, f"in_{number}", number, f"2026-{1 + number // 28:02d}-{1 + number % 28:02d}", number=f"N-{number}"
        )
    page = show_page(catalogue.invoices(scene.handle))
    table = page.card.table
    table.selectRow(5)
    chosen = table.current_id()
    table.verticalScrollBar().setValue(30 * table.rowHeight(0) + 7)
    top = page.model.id_at(table.rowAt(0))
    for number in range(100, 103):
        world.invoice(account, f"in_{number}", number, "2026-11-20")
    page.refresh()
    settle()
    assert page.model.rowCount() == 62
    assert table.current_id() == chosen
    assert page.model.id_at(table.rowAt(0)) == top
    assert table.rowViewportPosition(table.rowAt(0)) == -7


# ----------------------------------------------------------------------------------------------------------- the panel


def bill(world, **changed: Any) -> InvoiceRecord:
    """An open invoice of two lines with tax."""
    lines = (
        InvoiceLineRecord("l1", 0, "Menu redesign", 90_000, "3", tax=8_000),
        InvoiceLineRecord("l2", 1, "Window lettering", 14_000, discount=1_000),
    )
    at = world.at("2026-11-11 23:40")
    record = InvoiceRecord(
        "open", "usd", 112_000, 104_000, 8_000, 112_000, 0, 112_000, at, number="INV-1041", client_ref="cus_acme",
        client_email="billing@acme.example", finalized_at=at, due_at=world.at("2026-11-18"),
        hosted_url="https://invoice.stripe.com/i/x", lines=lines,
    )  # fmt: skip
    return replace(record, **changed)


def test_a_click_opens_the_invoice_beside_the_list(qtbot, world, scene, account, show_page, settle, texts) -> None:
    world.put(account, ("in_1", bill(world)))
    page = show_page(catalogue.invoices(scene.handle))
    shown(page)
    settle()
    assert page.panel.isHidden()
    click_row(qtbot, page, 0)
    settle()
    assert texts(page.panel) == [
        "INV-1041", "4 days late $1,120.00", "Acme Bakery", "billing@acme.example · Stripe",
        "Line", "Amount",
        "3 × Menu redesign", "$900.00",
        "Window lettering", "$140.00", "After a discount of $10.00",
        "Tax", "$80.00",
        "Due 18 Nov", "$1,120.00",
        "History", "Became late", "19 Nov", "Issued", "11 Nov, 23:40", "Created", "11 Nov, 23:40",
        "Open in Stripe",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({"total": 104_000, "amount_remaining": 104_000}, ["Tax, included", "$80.00", "Due 18 Nov", "$1,040.00"]),
        (
            {"total": 102_000, "amount_remaining": 102_000},
            ["Tax", "$80.00", "Discount", "−$100.00", "Due 18 Nov", "$1,020.00"],
        ),
        (
            {"amount_paid": 12_000, "amount_remaining": 100_000},
            ["Tax", "$80.00", "Total", "$1,120.00", "Paid", "−$120.00", "Due 18 Nov", "$1,000.00"],
        ),
        ({"status": "paid", "amount_paid": 112_000, "amount_remaining": 0}, ["Tax", "$80.00", "Total", "$1,120.00"]),
        ({"status": "draft", "number": ""}, ["Tax", "$80.00", "Total", "$1,120.00"]),
    ],
)
def test_the_lines_end_in_what_is_due(
    world, scene, account, show_page, settle, texts, changed: dict[str, Any], lines: Sequence[str]
) -> None:
    world.put(account, ("in_1", bill(world, **changed)))
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    told = texts(page.panel)
    start = told.index("After a discount of $10.00") + 1
    assert told[start : told.index("History")] == list(lines)


def test_payments_on_it_and_what_happened_are_told(world, scene, account, show_page, press, settle, texts) -> None:
    world.put(account, ("in_1", bill(world, status="paid", amount_paid=112_000, amount_remaining=0,
                                     paid_at=world.at("2026-11-15 09:00"))))  # fmt: skip
    world.sale(account, "1", 112_000, "2026-11-15 09:00", client="cus_acme", invoice="in_1")
    share = InvoicePaymentRecord(
        "in_1", "pi_1", 112_000, "usd", "paid", world.at("2026-11-15"), world.at("2026-11-15 09:00")
    )
    world.put(account, ("inpay_1", share))
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    told = texts(page.panel)
    assert told[told.index("Payments") :] == [
        "Payments", "15 Nov · Visa •••• 4242", "$1,120.00",
        "History", "Paid in full", "15 Nov, 09:00", "Payment of $1,120.00", "15 Nov, 09:00",
        "Issued", "11 Nov, 23:40", "Created", "11 Nov, 23:40", "Open in Stripe",
    ]  # fmt: skip
    press(page.panel, "15 Nov · Visa")
    assert scene.pages == [("payments", {"row_id": 1})]


def test_what_can_be_done_with_it(world, scene, account, show_page, press, settle) -> None:
    world.put(account, ("in_1", bill(world)))
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    press(page.panel, "Copy link")
    assert QGuiApplication.clipboard().text() == "https://invoice.stripe.com/i/x"
    assert [message.title for message in scene.told] == ["Link copied"]
    press(page.panel, "Open page")
    press(page.panel, "Open in Stripe")
    assert scene.addresses == [
        "https://invoice.stripe.com/i/x",
        "https://dashboard.stripe.com/test/invoices/in_1",
    ]
    press(page.panel, "Client")
    assert scene.pages == [("clients", {"row_id": 1})]


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "https://invoice.stripe.com.evil.example/x", "http://invoice.stripe.com/i/x"],
)
def test_an_address_that_is_not_the_providers_is_not_offered(
    world, scene, account, show_page, settle, buttons, address: str
) -> None:
    world.put(account, ("in_1", bill(world, hosted_url=address)))
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    assert buttons(page.panel) == ["Close the panel", "Client", "Open in Stripe"]


def test_a_draft_has_no_link_to_give_away(world, scene, account, show_page, settle, buttons) -> None:
    world.put(account, ("in_1", bill(world, status="draft", number="")))
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    assert "Copy link" not in buttons(page.panel)


def test_the_keyboard_opens_walks_and_closes(qtbot, page, settle, texts) -> None:
    table = page.card.table
    table.setFocus()
    table.selectRow(0)
    assert page.close_panel() is False
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settle()
    assert texts(page.panel)[0] == "INV-6"
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: texts(page.panel)[0] == "INV-5")
    assert page.close_panel() is True
    assert page.panel.isHidden()


def test_provider_text_is_shown_as_it_is_written(world, scene, account, show_page, settle, texts) -> None:
    world.client(account, "cus_evil", "<h1>PAID</h1> \u202egnp.exe 🎨")
    world.invoice(account, "in_1", 5, "2026-11-20", client="cus_evil", number="<b>1</b>")
    page = show_page(catalogue.invoices(scene.handle))
    shown(page)
    settle()
    assert shown(page)[0][:2] == ["<b>1</b>", "<h1>PAID</h1> gnp.exe 🎨"]
    page.open_row(page.model.id_at(0))
    settle()
    assert texts(page.panel)[0] == "<b>1</b>"
    assert "<h1>PAID</h1> gnp.exe 🎨" in texts(page.panel)


def test_a_long_number_has_its_state_below_it(world, scene, account, show_page, settle) -> None:
    world.put(account, ("in_1", bill(world, number="2026-NORTH-LIGHT-0000001041")), ("in_2", bill(world, number="I-2")))
    page = show_page(catalogue.invoices(scene.handle))
    for row_id, below in ((1, True), (2, False)):
        page.open_row(row_id)
        settle()
        assert page.panel._pill_below.isVisibleTo(page) is below
        assert page.panel._pill.isVisibleTo(page) is not below
        title = page.panel._title
        assert title.text() == title.full_text()


def test_an_invoice_that_is_gone_says_so(world, scene, some, show_page, settle, texts) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    world.put(some, ("in_draft", None))
    page.open_row(6)
    settle()
    assert texts(page.panel) == ["This invoice is gone"]


def test_a_disconnected_account_is_named_so(world, scene, some, show_page, settle, texts) -> None:
    with world.books.write() as writer:
        writer.connection.exec_driver_sql("update integrations set status = 'disconnected'")
    page = show_page(catalogue.invoices(scene.handle))
    page.open_row(2)
    settle()
    assert "Stripe · disconnected" in texts(page.panel)


def test_a_small_window_shows_the_panel_in_the_lists_place(page, settle) -> None:
    page.open_row(1)
    settle()
    assert page.card.isVisibleTo(page)
    page.resize(684, 500)
    settle()
    assert not page.card.isVisibleTo(page)
    assert page.panel.width() > 600
    page.close_panel()
    assert page.card.isVisibleTo(page)


# ---------------------------------------------------------------------------------------------------- opened from afar


def test_opened_with_a_state_it_shows_that_tab(page, settle) -> None:
    page.open(status="late")
    settle()
    assert page.tabs.current() == "late"
    assert page.model.rowCount() == 2


def test_opened_with_a_row_it_is_selected_and_shown_also_outside_of_the_filter(page, settle, texts) -> None:
    page.open(status="late", search="Blue")
    settle()
    assert page.model.rowCount() == 1
    page.open(row_id=5)
    settle()
    assert page.tabs.current() == ""
    assert page.card.table.current_id() == 5
    assert texts(page.panel)[0] == "INV-2"


def test_opened_before_its_first_look_the_row_is_found(scene, some, context, settle, qtbot, texts) -> None:
    page = catalogue.invoices(scene.handle).make(scene.context)
    qtbot.addWidget(page)
    page.open(row_id=3)
    page.resize(1016, 744)
    page.show()
    settle()
    assert page.card.table.current_id() == 3
    assert texts(page.panel)[0] == "INV-4"


def test_a_long_name_does_not_fill_the_row_of_filters(world, scene, account, show_page, settle) -> None:
    world.client(account, "cus_long", "A name that goes on and on " * 5)
    page = show_page(catalogue.invoices(scene.handle))
    page.open(client_id=2)
    settle()
    assert page._chips["client"].text() == "A name that goes o…at goes on and on"


def test_opened_for_a_client_it_says_whose_and_lets_go(page, settle) -> None:
    page.open(client_id=1)
    settle()
    chip = page._chips["client"]
    assert (page.model.rowCount(), chip.text()) == (2, "Acme Bakery")
    chip.menu().actions()[0].trigger()
    settle()
    assert page.model.rowCount() == 7
    assert "client" not in page._chips


# -------------------------------------------------------------------------------------------------------------- states


def test_without_an_account_the_next_step_is_to_connect(scene, show_page, press, texts) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    assert "No account is connected" in texts(page)
    press(page, "Connect an account")
    assert scene.pages == [("integrations", {})]


def test_connecting_brings_the_list(world, scene, show_page, settle, texts) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    world.invoice(world.account(), "in_1", 5, "2026-11-20")
    page.refresh()
    settle()
    assert "No account is connected" not in texts(page)
    assert page.card.table.isVisibleTo(page)


def test_an_account_without_invoices_says_when_they_come(account, scene, show_page, texts) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    assert "No invoices yet" in texts(page.card)


def test_books_that_cannot_be_opened_are_tried_again(scene, some, show_page, press, texts) -> None:
    scene.error = ClosedBooksError("The books are locked", "Another program holds them.", "Close it.")
    page = show_page(catalogue.invoices(scene.handle))
    assert "The books are locked" in texts(page)
    scene.error = None
    press(page, "Retry")
    assert page.card.table.isVisibleTo(page)
    assert page.model.rowCount() == 7


def test_every_control_has_a_name(page, settle, audit_accessibility) -> None:
    page.open_row(1)
    settle()
    assert audit_accessibility(page) == []


def test_nothing_heavy_is_imported_for_the_pages_name(scene) -> None:
    spec = catalogue.invoices(scene.handle)
    assert (spec.key, spec.title, spec.icon, spec.tool) == ("invoices", "Invoices", "invoice", False)


# ---------------------------------------------------------------------------------------------------- at a location


def test_a_bill_in_parts_tells_each_part_its_due_day_and_its_state(scene, shop, show_page, settle, texts) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    page.open(row_id=1)
    settle()
    told = texts(page.panel)
    start, end = told.index("Location"), told.index("History")
    assert told[start:end] == [
        "Location", "Market",
        "Line", "Amount", "Catering", "$80.00", "Service charge", "$10.00",
        "Total", "$90.00", "Paid", "−$30.00", "Late since 20 Nov", "$50.00", "Due 5 Dec", "$10.00",
        "Asked for in parts",
        "Deposit", "$20.00", "Paid", "Due 5 Nov",
        "Instalment 1 of 2", "$30.00", "Late", "Due 20 Nov",
        "Instalment 2 of 2", "$30.00", "Late", "Due 21 Nov",
        "Balance", "$10.00", "Open", "Due 5 Dec",
    ]  # fmt: skip


def test_invoices_are_narrowed_to_a_location(world, scene, shop, show_page, settle) -> None:
    world.invoice(shop, "in_9", 100, "2026-11-01")
    page = show_page(catalogue.invoices(scene.handle))
    assert page.model.rowCount() == 2
    page.open(location="loc_1")
    settle()
    assert (page.model.rowCount(), page._chips["location"].text()) == (1, "Market")
    page.open(location="loc_2")
    settle()
    assert page.model.rowCount() == 0
