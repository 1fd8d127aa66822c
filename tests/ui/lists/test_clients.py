"""The clients page: who owes and who pays, and everything about one of them."""

from typing import Any

import pytest

from desktop.providers.contract import Unreachable
from desktop.records import Changes, ClientRecord, PaymentMethodRecord, SubscriptionItemRecord, SubscriptionRecord
from desktop.ui.lists.rows import Marked, TwoLines, copied_text, heard_text, shown_text
from desktop.ui.pages import catalogue
from tests import worlds


@pytest.fixture
def account(world, monkeypatch) -> int:
    kinds = {**worlds._TYPES, SubscriptionRecord: "subscription", PaymentMethodRecord: "payment_method"}
    monkeypatch.setattr(worlds, "_TYPES", kinds)
    return int(world.account())


def rows(page: Any, settle: Any) -> list[Any]:
    page.model.cells(0)
    settle()
    return [page.model.cells(row) for row in range(page.model.rowCount())]


def opened(scene: Any, show_page: Any, settle: Any, row_id: int = 1) -> Any:
    page = show_page(catalogue.clients(scene.handle))
    page.open(row_id=row_id)
    settle()
    return page


def after(told: list[str], title: str) -> list[str]:
    return told[told.index(title) + 1 :]


# ------------------------------------------------------------------------------------------------------------ the list


def test_each_client_reads_with_what_is_open_and_paid(world, scene, account, show_page, settle) -> None:
    world.client(account, "cus_1", "Kline Dental", email="k@kline.example", country="DE")
    world.invoice(account, "in_1", 112_000, "2026-11-10", client="cus_1")
    world.invoice(account, "in_2", 5_000, "2026-11-10", client="cus_1", currency="jpy")
    world.sale(account, "1", 4_000_00, "2026-11-01", client="cus_1")
    world.refund(account, "re_1", "1", 100_00, "2026-11-05")
    page = show_page(catalogue.clients(scene.handle))
    (row,) = rows(page, settle)
    assert row[0] == TwoLines("Kline Dental", "k@kline.example")
    assert [shown_text(cell) for cell in row[1:]] == [
        "", "Germany", "$1,120.00", "$3,900.00", "1 Nov",
    ]  # fmt: skip
    assert heard_text(row[3]) == "$1,120.00, ¥5,000"
    assert [copied_text(cell) for cell in row[3:5]] == ["1120.00 USD 5000 JPY", "3900.00"]


def test_a_client_only_named_or_deleted_still_reads(world, scene, account, show_page, settle, texts) -> None:
    world.client(account, "cus_1", "", email="fern@yoga.example")
    world.client(account, "cus_2", "Gone Ltd")
    world.sale(account, "1", 700, "2026-11-01", client="cus_2")
    world.put(account, ("cus_2", None))
    world.sale(account, "2", 900, "2026-11-02", client="cus_unread")
    page = show_page(catalogue.clients(scene.handle))
    page._on_tab("")
    settle()
    names = sorted((row[0].text, row[0].detail) for row in rows(page, settle))
    assert names == [("Client cus_unread", ""), ("Gone Ltd (deleted)", ""), ("fern@yoga.example", "")]
    page.open(row_id=2)
    settle()
    assert texts(page.panel)[:2] == ["Gone Ltd", "Deleted"]
    assert "Open in Stripe" not in texts(page.panel)


def test_search_and_sort_by_name(world, scene, account, show_page, settle) -> None:
    for number, name in enumerate(("Mori & Sons", "acme Bakery", "Fern Yoga")):
        world.client(account, f"cus_{number}", name)
    page = show_page(catalogue.clients(scene.handle))
    page.card.table.horizontalHeader().sectionClicked.emit(0)
    settle()
    assert [row[0].text for row in rows(page, settle)] == ["acme Bakery", "Fern Yoga", "Mori & Sons"]
    page.search("fern")
    settle()
    assert [row[0].text for row in rows(page, settle)] == ["Fern Yoga"]
    assert page.count.full_text() == "1 client"


# ----------------------------------------------------------------------------------------------------------- the panel


@pytest.fixture
def kline(world, account) -> int:
    record = ClientRecord(
        "Kline Dental", "k@kline.example", "+49 30 123", "Kline GmbH", "Hauptstr. 1", "", "Berlin", "10115", "", "DE",
        "Pays late <b>always</b>", default_method_ref="pm_1", created_at=world.at("2025-03-02"),
    )  # fmt: skip
    world.put(account, ("cus_1", record))
    world.invoice(account, "in_1", 112_000, "2026-11-11", client="cus_1", due="2026-11-18", number="INV-1041")
    world.invoice(account, "in_2", 4_000_00, "2026-10-01", client="cus_1", status="paid", number="INV-1033")
    world.sale(account, "1", 4_000_00, "2026-11-01", client="cus_1", invoice="in_2")
    world.decline(account, "2", 112_000, "2026-11-12", client="cus_1")
    return account


def test_one_client_from_contact_to_notes(kline, scene, show_page, settle, texts) -> None:
    told = texts(opened(scene, show_page, settle).panel)
    assert told == [
        "Kline Dental", "Owes $1,120.00", "k@kline.example", "+49 30 123 · Stripe",
        "Totals", "Collected", "$4,000.00", "Outstanding", "$1,120.00",
        "Open invoices", "INV-1041", "4 days late $1,120.00",
        "Newest payments", "12 Nov · •••• 0002", "$1,120.00", "Failed", "1 Nov · Visa •••• 4242", "$4,000.00",
        "About", "Company", "Kline GmbH", "Client since", "2 Mar 2025",
        "Address", "Hauptstr. 1 · 10115 Berlin · Germany", "Note", "Pays late <b>always</b>",
        "Open in Stripe",
    ]  # fmt: skip


def test_several_currencies_have_a_block_each(world, kline, scene, show_page, settle, texts) -> None:
    world.sale(kline, "3", 9_000, "2026-11-02", client="cus_1", currency="jpy")
    told = texts(opened(scene, show_page, settle).panel)
    assert after(told, "USD")[:4] == ["Collected", "$4,000.00", "Outstanding", "$1,120.00"]
    assert after(told, "JPY")[:2] == ["Collected", "¥9,000"]


def test_what_recurs_and_how_it_is_paid(world, kline, scene, show_page, settle, texts) -> None:
    item = SubscriptionItemRecord("si_1", "price_1", "prod_1", 1, 19_000, "usd", "month", 1, 19_000)
    world.service(kline, "prod_1", "Website care")
    world.put(
        kline,
        ("sub_1", SubscriptionRecord("active", "cus_1", "usd", world.at("2026-01-01"), items=(item,),
                                     current_period_end_at=world.at("2026-12-14"))),
        ("pm_1", PaymentMethodRecord("cus_1", "card", world.at("2026-01-02"), "visa", "4242", 4, 2030)),
        ("pm_2", PaymentMethodRecord("cus_1", "card", world.at("2026-01-01"), "amex", "0005", 10, 2026)),
    )  # fmt: skip
    told = texts(opened(scene, show_page, settle).panel)
    assert after(told, "Subscriptions")[:3] == ["Website care", "Active", "$190.00 a month · Next 14 Dec"]
    assert after(told, "Ways to pay")[:5] == [
        "Visa •••• 4242", "Expires 04/30", "Default", "Amex •••• 0005", "Expired 10/26",
    ]  # fmt: skip


@pytest.fixture
def unlocked(scene: Any) -> None:
    scene.business.vault.unlock()


def test_who_opens_a_client_has_its_ways_to_pay_read_once(
    qtbot, world, account, kline, unlocked, scene, show_page, settle, texts, monkeypatch
) -> None:
    asked = []

    def read(business: Any, client_id: int, *, cancel: Any) -> Changes:
        asked.append(client_id)
        card = PaymentMethodRecord(client_ref="cus_1", kind="card", created_at=1, brand="visa", last4="7777")
        world.put(account, ("pm_new", card))
        return Changes(frozenset({"payment_methods"}))

    monkeypatch.setattr("desktop.actions.clients.read_client", read)
    page = opened(scene, show_page, settle)
    qtbot.waitUntil(lambda: "7777" in " ".join(texts(page.panel)))
    page.panel.close_panel()
    page.open(row_id=1)
    settle()
    assert asked == [1]


def test_what_could_not_be_asked_for_is_said_in_the_panel_and_tried_again(
    kline, unlocked, scene, show_page, settle, texts, monkeypatch
) -> None:
    asked = []

    def fail(*_arguments: Any, **_words: Any) -> Changes:
        asked.append(1)
        raise Unreachable("Not reached", "The provider could not be reached.", "Check the connection.")

    monkeypatch.setattr("desktop.actions.clients.read_client", fail)
    page = opened(scene, show_page, settle)
    assert "The provider could not be reached. Check the connection." in " ".join(texts(page.panel))
    page.panel.close_panel()
    page.open(row_id=1)
    settle()
    assert len(asked) == 2


def test_a_refusal_is_said_of_the_client_that_it_was_about(
    world, account, kline, unlocked, scene, show_page, settle, texts, monkeypatch
) -> None:
    world.client(account, "cus_2", "Fern Yoga")

    def read(_business: Any, client_id: int, *, cancel: Any) -> Changes:
        if client_id == 1:
            raise Unreachable("Not reached", "The provider could not be reached.", "Check the connection.")
        return Changes()

    monkeypatch.setattr("desktop.actions.clients.read_client", read)
    page = opened(scene, show_page, settle)
    page.open(row_id=2)
    settle()
    assert "Fern Yoga" in texts(page.panel)
    assert "could not be reached" not in " ".join(texts(page.panel))


def test_nobody_is_asked_for_a_passphrase_to_look_at_a_client(kline, scene, show_page, settle, monkeypatch) -> None:
    monkeypatch.setattr("desktop.actions.clients.read_client", pytest.fail)
    opened(scene, show_page, settle)


def test_invoices_and_payments_are_a_click_away(kline, scene, show_page, settle, press) -> None:
    page = opened(scene, show_page, settle)
    for name in ("All invoices", "All payments", "INV-1041", "12 Nov"):
        press(page.panel, name)
    press(page.panel, "Open in Stripe")
    assert scene.pages == [
        ("invoices", {"client_id": 1}),
        ("payments", {"client_id": 1}),
        ("invoices", {"row_id": 1}),
        ("payments", {"row_id": 2}),
    ]
    assert scene.addresses == ["https://dashboard.stripe.com/test/customers/cus_1"]


def test_a_line_is_reached_and_followed_by_the_keyboard(qtbot, kline, scene, show_page, settle) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton

    page = opened(scene, show_page, settle)
    (line,) = [one for one in page.panel.findChildren(QAbstractButton) if one.accessibleName().startswith("INV-1041")]
    assert line.accessibleName() == "INV-1041 4 days late $1,120.00"
    assert line.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(line, Qt.Key.Key_Space)
    assert scene.pages == [("invoices", {"row_id": 1})]


def test_every_control_has_a_name(kline, scene, show_page, settle, audit_accessibility) -> None:
    assert audit_accessibility(opened(scene, show_page, settle)) == []


def test_the_page_listens_to_what_it_shows(kline, world, scene, show_page, settle, texts, qtbot) -> None:
    from desktop.records import Changes

    page = opened(scene, show_page, settle)
    world.client(kline, "cus_1", "Kline & Sons")
    scene.context.tasks.broadcast(Changes(frozenset({"clients"})))
    qtbot.waitUntil(lambda: texts(page.panel)[0] == "Kline & Sons")


def test_without_clients_it_says_when_they_come(scene, account, show_page, texts) -> None:
    assert "No clients yet" in texts(show_page(catalogue.clients(scene.handle)))


# ------------------------------------------------------------------------------------------------- one client of two


@pytest.fixture
def twins(world, account) -> int:
    """Kline is a customer of both; so is Fern, by another name."""
    shop = int(world.account("square"))
    world.client(account, "cus_1", "Kline Dental", email="k@kline.example", phone="+49 30 1234567")
    world.client(account, "cus_2", "Fern Yoga", email="fern@yoga.example")
    world.client(shop, "SQ1", "KLINE dental", email="K@kline.example", phone="0301234567")
    world.client(shop, "SQ2", "Fern", email="fern@yoga.example")
    world.sale(account, "1", 4_000_00, "2026-11-01", client="cus_1")
    world.sale(shop, "2", 50_00, "2026-11-02", client="SQ1")
    return shop


@pytest.fixture
def page(twins, scene, show_page, settle) -> Any:
    made = show_page(catalogue.clients(scene.handle))
    settle()
    return made


def sheet_of(page: Any) -> Any:
    sheet = page.joins._sheet
    assert sheet is not None
    return sheet


def pairs_in(page: Any) -> list[tuple[str, str]]:
    return [(card.pair.keep.name, card.pair.other.name) for card in sheet_of(page).cards]


def names(page: Any, settle: Any) -> list[str]:
    page.refresh()
    settle()
    return sorted(row[0].text for row in rows(page, settle))


def test_a_banner_says_who_looks_alike(page) -> None:
    assert page.joins.banner.isVisible()
    assert page.joins.banner.accessibleName() == "2 clients look like the same person in Stripe and Square"


def test_without_twins_there_is_no_banner(world, scene, account, show_page, settle) -> None:
    world.client(account, "cus_1", "Kline Dental")
    made = show_page(catalogue.clients(scene.handle))
    settle()
    assert not made.joins.banner.isVisible()


def test_the_sheet_shows_both_side_by_side_and_why(page, press, texts, settle, audit_accessibility) -> None:
    press(page.joins.banner, "Review")
    told = texts(sheet_of(page).cards[0])
    assert told == [
        "Kline Dental", "KLINE dental",
        "E-mail", "k@kline.example", "K@kline.example",
        "Phone", "+49 30 1234567", "0301234567",
        "From", "Stripe", "Square",
        "Same e-mail address, phone number and name.",
    ]  # fmt: skip
    assert texts(sheet_of(page).cards[1])[-1] == "Same e-mail address."
    assert audit_accessibility(sheet_of(page)) == []
    sheet_of(page).done_button.click()
    settle()
    assert page.joins._sheet is None


def test_joined_by_the_owner_they_are_one_with_both_marks(page, scene, texts, settle) -> None:
    page.joins.review()
    sheet_of(page).cards[0].join_button.click()
    settle()
    assert pairs_in(page) == [("Fern Yoga", "Fern")]
    assert names(page, settle) == ["Fern", "Fern Yoga", "Kline Dental"]
    kline = next(row for row in rows(page, settle) if row[0].text == "Kline Dental")
    assert kline[1] == Marked("", "stripe", ("square",))
    assert heard_text(kline[1]) == copied_text(kline[1]) == "Stripe, Square"
    assert kline[4].text == "$4,050.00"
    assert "Kline Dental is one client now." in texts(sheet_of(page))
    assert scene.told == []
    sheet_of(page).undo_button.click()
    settle()
    assert len(pairs_in(page)) == 2
    assert names(page, settle) == ["Fern", "Fern Yoga", "KLINE dental", "Kline Dental"]
    assert not sheet_of(page).undo_button.isVisible()
    assert "2 pairs" in texts(sheet_of(page))
    sheet_of(page).reject()


def test_what_is_not_the_same_goes_and_comes_back_on_request(page, settle) -> None:
    page.joins.review()
    sheet_of(page).cards[1].dismiss_button.click()
    settle()
    assert pairs_in(page) == [("Kline Dental", "KLINE dental")]
    assert page.joins.banner.accessibleName() == "1 client looks like the same person in Stripe and Square"
    sheet_of(page).undo_button.click()
    settle()
    assert len(pairs_in(page)) == 2
    sheet_of(page).reject()


def test_after_the_last_pair_the_sheet_says_so_and_the_banner_goes(page, texts, settle) -> None:
    page.joins.review()
    for _ in range(2):
        sheet_of(page).cards[0].join_button.click()
        settle()
    assert "Nothing is left to decide" in texts(sheet_of(page))
    assert not page.joins.banner.isVisible()
    sheet_of(page).reject()


def test_a_refused_decision_is_said_in_the_sheet(page, settle) -> None:
    page.joins.review()
    page.joins._on_join(1, 999)
    settle()
    assert "not in the books" in sheet_of(page).notice.accessibleName()
    assert sheet_of(page).cards[0].isEnabled()
    sheet_of(page).reject()


def test_the_panel_says_what_a_client_is_made_of_and_separates(page, scene, texts, press, settle) -> None:
    page.joins.review()
    sheet_of(page).cards[0].join_button.click()
    sheet_of(page).reject()
    settle()
    page.open(row_id=1)
    settle()
    told = texts(page.panel)
    assert after(told, "Made of")[:4] == ["Stripe", "cus_1", "Square", "SQ1"]
    assert {"Open in Stripe", "Open in Square"} <= set(told)
    assert after(told, "Totals")[:2] == ["Collected", "$4,050.00"]
    press(page.panel, "Separate: Square SQ1")
    assert scene.told[-1].text == "KLINE dental is a client of its own again."
    assert names(page, settle) == ["Fern", "Fern Yoga", "KLINE dental", "Kline Dental"]
    assert "Made of" not in texts(page.panel)
    scene.told[-1].action()
    assert names(page, settle) == ["Fern", "Fern Yoga", "Kline Dental"]
    assert "Made of" in texts(page.panel)


def test_the_review_opens_from_elsewhere(twins, scene, show_page, settle) -> None:
    made = catalogue.clients(scene.handle).make(scene.context)
    made.open(review=True)
    settle()
    assert len(pairs_in(made)) == 2
    sheet_of(made).reject()
    made.deleteLater()
