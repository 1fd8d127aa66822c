"""Lists and panels of what is sold at a counter: locations, orders, stock, card readers, payment links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.queries.counts import page_counts
from desktop.queries.details import DETAILS
from desktop.queries.json_shapes import list_rows
from desktop.queries.listing import Filter, Sum
from desktop.queries.listings import LISTINGS
from desktop.queries.locations import LocationRow
from desktop.queries.reading import ask
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    InventoryCountRecord,
    InvoiceRecord,
    LocationRecord,
    OrderLineRecord,
    OrderRecord,
    PaymentLinkRecord,
    PaymentRequestRecord,
    PayoutRecord,
    RefundRecord,
    ServiceRecord,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
)
from tests.worlds import World

TODAY = "2026-11-22"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A café with two locations: a sale on a card reader, one by a payment link, and a bill in two parts."""
    made = World(tmp_path)
    square, at = made.account("square"), made.at("2026-11-02")
    made.client(square, "cus_1", "Acme Bakery")
    made.put(
        square,
        ("loc_1", LocationRecord("Market", "active", "usd", at, main=True, city="Berlin")),
        ("loc_2", LocationRecord("Harbour", "inactive", "usd", at + 1)),
        ("cat_1", ServiceRecord("category", "Drinks", True, at)),
        ("prod_1", ServiceRecord("product", "Coffee", True, at, "cat_1")),
        ("price_1", ServiceRecord("price", "Large", True, at, "prod_1", unit_amount=400, currency="usd", sku="CF-L")),
        ("stock_1", InventoryCountRecord("price_1", "loc_1", "in_stock", "12.5", at)),
        ("stock_2", InventoryCountRecord("price_1", "loc_2", "in_stock", "0", at + 1)),
        ("stock_3", InventoryCountRecord("price_1", "loc_1", "sold", "7", at)),
        ("device_1", TerminalDeviceRecord("Till 1", "Terminal", "available", at, "loc_1")),
    )
    line = OrderLineRecord("l_1", 0, "Coffee", 800, "2", "price_1", "Large", tax=56)
    sale = OrderRecord("completed", "usd", 956, at, tip=100, source="Register", reference="A-17", location_ref="loc_1")
    taken = AttemptRecord(
        "succeeded", 956, 956, 0, "usd", at, client_ref="cus_1", location_ref="loc_1", order_ref="order_1", tip=100,
        fee=35,
    )  # fmt: skip
    made.put(
        square,
        ("order_1", replace(sale, client_ref="cus_1", lines=(line,))),
        ("ch_1", taken),
        ("checkout_1", TerminalCheckoutRecord("completed", 956, "usd", at, "device_1", "order_1", ("ch_1",))),
        ("po_1", PayoutRecord(921, "usd", "paid", at + 9, location_ref="loc_1", on_ledger=False, fee=5)),
        ("txn_1", BalanceEntryRecord("charge", 956, 35, 921, "usd", at + 9, None, "ch_1", "po_1", settles=True)),
        ("re_1", RefundRecord(56, "usd", "succeeded", at, "ch_1", location_ref="loc_1", fee=2)),
        ("link_1", PaymentLinkRecord("https://square.link/u/x", at, "order_2", "Deposit")),
        ("order_2", OrderRecord("open", "usd", 5_000, at + 5, reference="B-18", location_ref="loc_2", lines=(line,))),
        ("ch_2", replace(taken, amount=2_000, amount_captured=2_000, tip=0, order_ref="order_2", location_ref="loc_2",
                         created_at=at + 6)),
        ("in_1", InvoiceRecord(
            "open", "usd", 5_000, 5_000, 0, 5_000, 2_000, 3_000, at, finalized_at=at, location_ref="loc_2",
            order_ref="order_2", requests=(
                PaymentRequestRecord("r_1", 0, "deposit", 2_000, 2_000, "2026-11-05"),
                PaymentRequestRecord("r_2", 1, "balance", 3_000, 0, "2026-12-05"),
            ),
        )),
    )  # fmt: skip
    yield made
    made.books.close()


def asked(world: World, name: str, **wanted: Any) -> list[Any]:
    with world.books.read() as connection:
        listing = LISTINGS[name]
        return listing.rows(connection, listing.ids(connection, Filter(TODAY, **wanted)), TODAY)


def names(world: World, name: str, **wanted: Any) -> list[str]:
    return [row.external_id for row in asked(world, name, **wanted)]


def opened(world: World, name: str, ref: str) -> Any:
    (row,) = (row for row in asked(world, name) if row.external_id == ref)
    with world.books.read() as connection:
        return DETAILS[name](connection, row.id)


def test_locations_say_what_they_sold_this_month(world: World) -> None:
    rows: dict[str, LocationRow] = {row.external_id: row for row in asked(world, "locations")}
    market = rows["loc_1"]
    assert (market.name, market.main, market.month, market.payments) == ("Market", True, "2026-11", 1)
    assert (market.sales, market.tips, market.refunds) == (
        (Sum("usd", 956, "square"),), (Sum("usd", 100, "square"),), (Sum("usd", 56, "square"),),
    )  # fmt: skip
    assert names(world, "locations", status="active") == names(world, "locations", search="berlin") == ["loc_1"]
    assert names(world, "locations", location_ref="loc_2") == ["loc_2"]
    (told, _) = ask(world.books, list_rows, "locations", "2026-12-01", search="")
    assert (told["month"], told["sales"]) == ("2026-12", [])
    assert ask(world.books, page_counts).locations == 1


def test_orders_are_found_by_reference_client_amount_and_location(world: World) -> None:
    assert names(world, "orders") == ["order_2", "order_1"]
    for search in ("A-17", "acme", "9.56", "order_1"):
        assert names(world, "orders", search=search) == ["order_1"], search
    assert names(world, "orders", location_ref="loc_2") == names(world, "orders", status="open") == ["order_2"]
    (row,) = asked(world, "orders", search="A-17")
    assert (row.client_name, row.location_name, row.title, row.tip) == ("Acme Bakery", "Market", "Coffee, Large", 100)
    with world.books.read() as connection:
        assert LISTINGS["orders"].totals(connection, Filter(TODAY)) == (Sum("usd", 5_956, "square"),)


def test_an_order_opens_with_its_lines_its_payments_and_what_asked_for_the_money(world: World) -> None:
    first, second = opened(world, "orders", "order_1"), opened(world, "orders", "order_2")
    assert [(line.service, line.quantity, line.tax) for line in first.lines] == [("Coffee, Large", "2", 56)]
    assert [row.external_id for row in first.payments] == ["ch_1"]
    assert (first.checkout.device_name, first.invoice, first.link) == ("Till 1", None, None)
    assert (second.invoice.external_id, second.link.name, second.checkout) == ("in_1", "Deposit", None)


def test_a_payment_opens_with_its_order_tip_fee_payout_and_card_reader(world: World) -> None:
    detail = opened(world, "payments", "ch_1")
    assert (detail.row.tip, detail.row.fee, detail.row.net, detail.row.settlement_currency) == (100, 35, 921, "usd")
    assert (detail.location_name, detail.order.reference, detail.order_lines[0].name) == ("Market", "A-17", "Coffee")
    assert (detail.payout.external_id, detail.payout.fee) == ("po_1", 5)
    assert (detail.checkout.external_id, detail.link) == ("checkout_1", None)
    other = opened(world, "payments", "ch_2")
    assert (other.invoice.external_id, other.link.external_id, other.payout) == ("in_1", "link_1", None)
    assert names(world, "payments", search="b-18") == ["ch_2"]


def test_an_invoice_opens_with_its_parts_its_orders_lines_and_what_was_paid(world: World) -> None:
    detail = opened(world, "invoices", "in_1")
    assert [(part.kind, part.amount, part.paid) for part in detail.requests] == [
        ("deposit", 2_000, 2_000), ("balance", 3_000, 0),
    ]  # fmt: skip
    assert [(line.description, line.amount, line.service) for line in detail.lines] == [
        ("Coffee, Large", 800, "Coffee, Large")
    ]
    assert (detail.location_name, detail.order.external_id) == ("Harbour", "order_2")
    assert [row.external_id for row in detail.payments] == ["ch_2"]
    assert ("payment", 2_000) in {(one.kind, one.amount) for one in detail.history}


def test_stock_is_what_can_be_sold_by_item_variation_and_location(world: World) -> None:
    (full, empty) = asked(world, "inventory_counts", sort="quantity")
    assert (full.item, full.variation, full.sku, full.location_name, full.quantity) == (
        "Coffee", "Large", "CF-L", "Market", "12.5",
    )  # fmt: skip
    assert empty.quantity == "0"
    assert names(world, "inventory_counts", status="out") == ["stock_2"]
    assert names(world, "inventory_counts", status="in_stock", search="cf-l market") == ["stock_1"]
    world.put(1, ("stock_1", None))
    assert names(world, "inventory_counts") == ["stock_2"]
    world.put(1, ("price_1", ServiceRecord("price", "COFFEE", True, 1, "prod_1")))
    assert [(row.item, row.variation) for row in asked(world, "inventory_counts")] == [("Coffee", "")]


def test_readers_sales_on_them_and_links_are_listed(world: World) -> None:
    (device,) = asked(world, "terminal_devices", status="available")
    assert (device.name, device.location_name) == ("Till 1", "Market")
    (checkout,) = asked(world, "terminal_checkouts", status="completed", search="9.56")
    assert (checkout.device_name, checkout.order_ref) == ("Till 1", "order_1")
    (link,) = asked(world, "payment_links", search="deposit")
    assert (link.amount, link.currency, link.order_status, link.location_name) == (5_000, "usd", "open", "Harbour")


def test_a_location_narrows_every_list_that_has_locations(world: World) -> None:
    world.client(1, "cus_2", "Blue Door")
    assert names(world, "payments", location_ref="loc_2") == ["ch_2"]
    assert names(world, "invoices", location_ref="loc_2") == ["in_1"]
    assert names(world, "payouts", location_ref="loc_1") == ["po_1"]
    assert names(world, "payment_links", location_ref="loc_2") == ["link_1"]
    assert names(world, "payment_links", location_ref="loc_1") == []
    assert [row.name for row in asked(world, "clients", location_ref="loc_1")] == ["Acme Bakery"]
    assert len(asked(world, "clients")) == 2
    (service,) = asked(world, "services", location_ref="loc_2", search="CF-L")
    assert (service.category, [(price.name, price.sku) for price in service.prices]) == ("Drinks", [("Large", "CF-L")])


def test_a_payment_is_in_the_lists_of_the_client_whom_its_order_names(world: World) -> None:
    order = OrderRecord("completed", "usd", 700, world.at("2026-11-04"), client_ref="cus_1", location_ref="loc_1")
    sale = AttemptRecord("succeeded", 700, 700, 0, "usd", world.at("2026-11-04"), order_ref="order_3", fee=20)
    world.put(1, ("ch_3", sale))
    (client,) = asked(world, "clients")
    before, known = client.paid, ["ch_2", "ch_1"]  # the first of them by its invoice
    assert names(world, "payments", search="acme") == names(world, "payments", client_id=client.id) == known
    world.put(1, ("order_3", order))
    (client,) = asked(world, "clients")
    assert names(world, "payments", search="acme") == names(world, "payments", client_id=client.id) == ["ch_3", *known]
    assert client.paid[0].amount - before[0].amount == 700
    assert opened(world, "payments", "ch_3").row.client_name == "Acme Bakery"
    assert asked(world, "payments", search="ch_3")[0].client_name == "Acme Bakery"
