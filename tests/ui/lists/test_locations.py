"""The locations page: what each location sold, and everything about one, with ways to its payments and invoices."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.books.integrations import update_integration
from desktop.errors import ClosedBooksError
from desktop.records import AttemptRecord, InventoryCountRecord, LocationRecord
from desktop.ui.lists.orders import checkout_pill, device_pill
from desktop.ui.lists.rows import Amount, Marked, TwoLines, shown_text
from desktop.ui.pages import catalogue


def shown(page: Any, settle: Any) -> list[Any]:
    for row in range(page.model.rowCount()):
        page.model.cells(row)
    settle()
    return [page.model.cells(row) for row in range(page.model.rowCount())]


@pytest.fixture
def page(shop, scene, show_page) -> Any:
    return show_page(catalogue.locations(scene.handle))


def test_it_stands_in_the_rail_on_demand(scene) -> None:
    spec = catalogue.locations(scene.handle)
    assert (spec.key, spec.title, spec.on_demand) == ("locations", "Locations", True)


def test_each_place_reads_with_what_it_took_this_month_by_name(page, settle) -> None:
    rows = shown(page, settle)
    assert [row[0] for row in rows] == [
        TwoLines("Harbour <b>stall</b>", "On the move"),
        TwoLines("Market", "Main location · Shop"),
        TwoLines("Old kiosk", "Inactive"),
    ]
    assert [shown_text(row[1]) for row in rows] == ["Hamburg", "Berlin", "—"]
    assert rows[0][2] == Marked("Café <b>Nord</b>", "square")
    assert [[shown_text(cell) for cell in row[3:]] for row in rows] == [
        ["$5.00", "—", "—"], ["$34.26", "$1.50", "—"], ["—", "—", "—"],
    ]  # fmt: skip


def test_currencies_are_told_apart_the_smaller_below(world, shop, page, settle) -> None:
    yen = AttemptRecord("succeeded", 900_000, 900_000, 0, "jpy", world.at("2026-11-21"), location_ref="loc_2", fee=0)
    world.put(shop, ("ch_9", yen))
    page.model.reload()
    settle()
    stall = shown(page, settle)[0]
    assert stall[3] == Amount("¥900,000", "900000", False, "$5.00")


def test_tabs_count_and_the_foot_adds_up_what_is_listed(page, buttons, texts, press) -> None:
    assert buttons(page.tabs) == ["All 3", "Active 2", "Inactive 1"]
    assert texts(page.card)[-2:] == ["Sales in November", "$39.26 · tips $1.50"]
    press(page.tabs, "Inactive")
    assert page.count.full_text() == "1 location"
    assert "Sales in November" not in texts(page.card)


def test_a_place_is_found_by_its_city(page, settle) -> None:
    page.search("hamburg")
    settle()
    assert [shown_text(row[0]) for row in shown(page, settle)] == ["Harbour <b>stall</b> On the move"]


def test_the_panel_tells_everything_about_a_place(page, settle, texts) -> None:
    page.open(row_id=1)
    settle()
    told = texts(page.panel)
    assert told == [
        "Market", "Active", "Main location · Shop", "Square",
        "November", "Sales", "$34.26", "2 payments", "Tips, included", "$1.50",
        "About", "Address", "Markt 1\n10115 Berlin\nGermany", "Phone", "+49 30 1", "Email", "m@cafe.example",
        "Currency", "USD", "Time zone", "Europe/Berlin",
        "Open in Square",
        "Card readers", "Till <b>1</b>", "Offline", "Terminal",
        "Latest sales",
        "Seat", "$20.00", "20 Nov, 10:02 · Visa •••• 4242",
        "Coffee, Large; Cake <b>of the day</b>", "$14.26", "20 Nov, 10:00 · Visa •••• 4242",
        "Open orders", "Catering", "$90.00", "20 Nov, 10:00 · Acme Bakery",
        "Sent to card readers",
        "Table 4", "$14.26", "Paid", "20 Nov, 10:00 · Till <b>1</b>",
        "Table 5", "$5.00", "Cancelled", "20 Nov, 09:59 · Till <b>1</b>",
        "Payment links", "Seat", "$20.00", "Paid", "20 Nov, 10:00",
    ]  # fmt: skip


def test_its_payments_and_invoices_are_a_click_away(page, scene, settle, press) -> None:
    page.open(row_id=1)
    settle()
    press(page.panel, "Payments")
    press(page.panel, "Invoices")
    press(page.panel, "Coffee, Large")
    press(page.panel, "Table 4")
    assert scene.pages == [
        ("payments", {"location": "loc_1"}), ("invoices", {"location": "loc_1"}), ("payments", {"row_id": 1}),
        ("payments", {"row_id": 1}),
    ]  # fmt: skip
    press(page.panel, "Open in Square")
    assert scene.addresses == ["https://app.squareupsandbox.com/dashboard/locations/loc_1"]


def test_a_place_where_nothing_happened_says_so(page, settle, texts) -> None:
    page.open(row_id=3)
    settle()
    told = texts(page.panel)
    assert told[:2] == ["Old kiosk", "Inactive"]
    assert "Nothing was sold here this month" in told
    assert "Latest sales" not in told
    assert "Card readers" not in told


def test_sales_that_are_long_ago_are_still_the_latest(world, shop, page, settle, texts) -> None:
    old = AttemptRecord("succeeded", 700, 700, 0, "usd", world.at("2025-03-01"), location_ref="loc_3", fee=0)
    world.put(shop, ("ch_9", old))
    page.open(row_id=3)
    settle()
    told = texts(page.panel)
    assert told[told.index("Latest sales") :] == ["Latest sales", "Sale", "$7.00", "1 Mar 2025, 12:00 · —"]


def test_a_place_that_is_gone_says_so(page, settle, texts) -> None:
    page.open(row_id=99)
    settle()
    assert "This location is gone" in texts(page.panel)


def test_states_in_words(qapp) -> None:
    assert [device_pill(name).text for name in ("available", "needs_attention", "offline", "", "new_one")] == [
        "Ready", "Needs attention", "Offline", "Unknown", "New one",
    ]  # fmt: skip
    assert [checkout_pill(name).tone for name in ("completed", "pending", "canceled")] == ["accent", "info", "neutral"]


def test_books_that_cannot_be_opened_are_tried_again(shop, scene, show_page, press, texts) -> None:
    scene.error = ClosedBooksError("The books are closed", "They cannot be read.", "Try again.")
    page = show_page(catalogue.locations(scene.handle))
    assert "The books are closed" in texts(page)
    scene.error = None
    press(page, "Retry")
    assert page.model.rowCount() == 3


def test_without_places_it_says_when_they_come(world, scene, show_page, texts) -> None:
    world.account("square")
    assert "No locations yet" in texts(show_page(catalogue.locations(scene.handle)))


def test_without_an_account_the_next_step_is_to_connect(scene, show_page, texts) -> None:
    told = texts(show_page(catalogue.locations(scene.handle)))
    assert "Connect the account you sell with, and its locations appear here." in told


def test_every_control_has_a_name(page, settle, audit_accessibility) -> None:
    page.open(row_id=1)
    settle()
    assert audit_accessibility(page) == []


def test_the_marks_are_read_out(page, settle) -> None:
    from PySide6.QtCore import Qt

    shown(page, settle)
    assert page.model.index(0, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "Café <b>Nord</b>, Square"


def test_names_that_are_alike_say_whose_they_are(world, shop, scene, show_page) -> None:
    from desktop.ui.pages import catalogue

    other = world.account("square")
    with world.books.write() as writer:
        update_integration(writer.connection, other, name="Bakery", config={"sync_inventory": True})
    world.put(other, ("loc_8", LocationRecord("Market", "inactive", "usd", 1)),
              ("stock_8", InventoryCountRecord("x", "loc_8", "in_stock", "1", 1)))  # fmt: skip
    page = show_page(catalogue.stock(scene.handle))
    names = [action.text() for action in page._chips["location"].menu().actions()]
    assert names == [
        "All locations", "Market · Café <b>Nord</b>", "Harbour <b>stall</b>", "Market · Bakery (inactive)",
        "Old kiosk (inactive)",
    ]  # fmt: skip
