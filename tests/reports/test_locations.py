"""The dashboard of one location or account, and of sales whose fees and tips the payment itself says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desktop.records import AttemptRecord, InvoiceRecord, OrderLineRecord, OrderRecord, ServiceRecord
from desktop.reports.dashboard import dashboard
from tests.worlds import World


def counter_sale(world: World, account: int, ref: str, amount: int, at: str, location: str, **facts: Any) -> None:
    """A payment that says its fee itself."""
    record = AttemptRecord("succeeded", amount, amount, 0, "usd", world.at(at), location_ref=location, fee=0)
    world.put(account, (ref, replace(record, **facts)))


def test_a_place_has_figures_of_its_own_and_all_places_add_up(world: World) -> None:
    square = world.account("square")
    counter_sale(world, square, "ch_1", 1_000, "2026-11-02", "loc_1", fee=30, tip=100, client_ref="cus_1")
    counter_sale(world, square, "ch_2", 500, "2026-11-03", "loc_2", fee=15, client_ref="cus_1")
    counter_sale(world, square, "ch_3", 200, "2026-11-03", "", client_ref="cus_2")
    shown = {
        location: dashboard(world.books, "2026-11-22", location=location).currencies[0]
        for location in (None, "loc_1", "loc_2")
    }
    figures = {location: part.figures for location, part in shown.items()}
    assert [one.collected for one in figures.values()] == [1_700, 1_000, 500]
    assert [one.fees for one in figures.values()] == [45, 30, 15]
    assert [one.net for one in figures.values()] == [1_655, 970, 485]
    assert [(one.tips, one.tipped) for one in figures.values()] == [(100, 1), (100, 1), (0, 0)]
    top = {location: [one.amount for one in part.top_clients] for location, part in shown.items()}
    assert top == {None: [1_500, 200], "loc_1": [1_000], "loc_2": [500]}


def test_a_variation_is_called_by_its_product_and_by_itself_where_that_says_more(world: World) -> None:
    square = world.account("square")
    at = world.at("2026-01-01")
    for ref, name in (("price_1", "COFFEE"), ("price_2", "Large"), ("price_3", "")):
        world.put(square, (ref, ServiceRecord("price", name, True, at, "prod_1")))
    world.put(square, ("prod_1", ServiceRecord("product", "Coffee", True, at, "cat_1")))
    world.put(square, ("cat_1", ServiceRecord("category", "Drinks", True, at)))
    lines = tuple(OrderLineRecord(f"l_{n}", n, "Coffee", 500, service_ref=f"price_{n}") for n in (1, 2, 3))
    world.put(square, ("order_1", OrderRecord("completed", "usd", 1_500, at, lines=lines)))
    bill = InvoiceRecord("paid", "usd", 1_500, 1_500, 0, 1_500, 1_500, 0, at, finalized_at=at, order_ref="order_1")
    world.put(square, ("in_1", bill))
    counter_sale(world, square, "ch_1", 1_500, "2026-11-02", "loc_1", order_ref="order_1")
    split = dashboard(world.books, "2026-11-22").currencies[0].revenue_by_service
    named = {(one.service, one.amount) for one in split if one.kind == "service"}
    assert named == {("Coffee", 1_000), ("Coffee, Large", 500)}
