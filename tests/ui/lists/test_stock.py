"""The stock page: how much of each item is where, and the filter that narrows it to one location."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.ui.lists.rows import shown_text
from desktop.ui.lists.stock import quantity_text, stock_pill
from desktop.ui.pages import catalogue


def shown(page: Any, settle: Any) -> list[list[str]]:
    for row in range(page.model.rowCount()):
        page.model.cells(row)
    settle()
    rows = [page.model.cells(row) for row in range(page.model.rowCount())]
    return [[shown_text(cell) for cell in row] for row in rows if row is not None]


@pytest.fixture
def page(shop, scene, show_page) -> Any:
    return show_page(catalogue.stock(scene.handle))


def test_each_count_reads_with_its_item_place_and_state(page, settle) -> None:
    assert shown(page, settle) == [
        ["Coffee", "—", "Market", "20 Nov", "Oversold", "-2"],
        ["Coffee Large", "CF-L", "Market", "20 Nov", "In stock", "1,250.5"],
        ["Coffee Large", "CF-L", "Harbour <b>stall</b>", "20 Nov", "Out of stock", "0"],
    ]


def test_tabs_count_and_narrow(page, settle, buttons, press) -> None:
    assert buttons(page.tabs) == ["All 3", "In stock 1", "Out of stock 2"]
    press(page.tabs, "Out of stock")
    assert [row[-1] for row in shown(page, settle)] == ["-2", "0"]


def test_it_is_searched_by_sku_and_narrowed_to_a_location(page, settle) -> None:
    page.search("cf-l")
    settle()
    assert page.model.rowCount() == 2
    chip = page._chips["location"]
    assert [action.text() for action in chip.menu().actions()] == [
        "All locations", "Market", "Harbour <b>stall</b>", "Old kiosk (inactive)",
    ]  # fmt: skip
    chip.menu().actions()[2].trigger()
    settle()
    assert [row[2] for row in shown(page, settle)] == ["Harbour <b>stall</b>"]


def test_the_panel_tells_of_the_item_everywhere(page, scene, settle, texts, press) -> None:
    page.open(row_id=1)
    settle()
    assert texts(page.panel) == [
        "Coffee", "In stock", "Large", "Market · Square",
        "Price", "$4.00", "SKU", "CF-L", "Category", "Drinks", "Description", "Hot & black",
        "By location",
        "Market", "1,250.5", "In stock · counted 20 Nov, 10:00",
        "Market", "3", "Lost or spoiled · counted 20 Nov, 10:00",
        "Harbour <b>stall</b>", "0", "In stock · counted 20 Nov, 10:00",
        "Open in Square",
    ]  # fmt: skip
    press(page.panel, "Open in Square")
    assert scene.addresses == ["https://app.squareupsandbox.com/dashboard/items/library/prod_1"]


def test_an_item_without_a_price_says_when_it_is_asked_for(page, settle, texts) -> None:
    page.open(row_id=3)
    settle()
    told = texts(page.panel)
    assert told[told.index("Price") + 1] == "Asked for at the sale"


def test_a_count_that_is_gone_says_so(page, settle, texts) -> None:
    page.open(row_id=99)
    settle()
    assert "This count is gone" in texts(page.panel)


@pytest.mark.parametrize(
    ("quantity", "text", "tone"),
    [("12.50000", "12.5", "accent"), ("1000000", "1,000,000", "accent"), ("0.0", "0", "danger"),
     ("-3", "-3", "warning"), ("", "0", "danger"), ("0.00001", "0.00001", "accent")],
)  # fmt: skip
def test_quantities_as_people_write_them(qapp, quantity: str, text: str, tone: str) -> None:
    assert (quantity_text(quantity), stock_pill(quantity).tone) == (text, tone)


def test_without_counts_it_says_when_they_come(world, scene, show_page, texts) -> None:
    world.account("square")
    assert "Nothing has been counted yet" in texts(show_page(catalogue.stock(scene.handle)))


def test_every_control_has_a_name(page, settle, audit_accessibility) -> None:
    page.open(row_id=1)
    settle()
    assert audit_accessibility(page) == []
