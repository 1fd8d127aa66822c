"""What subscriptions cost by interval: never a month and a year in one number, and no number where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.cli.lists import _prices
from desktop.queries.json_shapes import list_rows
from desktop.queries.listing import Filter
from desktop.queries.listings import LISTINGS
from desktop.queries.reading import ask
from desktop.queries.subscriptions import PeriodPrice, SubscriptionRow
from desktop.records import SubscriptionItemRecord, SubscriptionRecord
from desktop.ui.lists.words import price_text
from tests.worlds import World

TODAY = "2026-11-22"


def item(
    amount: int | None, interval: str = "month", every: int = 1, *, by_use: bool = False, currency: str = "usd"
) -> SubscriptionItemRecord:
    return SubscriptionItemRecord("si", "price", "prod", 1, amount, currency, interval, every, amount, by_use)


def read(tmp_path: Path, *items: SubscriptionItemRecord) -> tuple[SubscriptionRow, dict[str, Any]]:
    world = World(tmp_path)
    account = world.account()
    world.put(account, ("sub_1", SubscriptionRecord("active", "cus_1", "usd", 1_000, items=items)))
    listing = LISTINGS["subscriptions"]
    with world.books.read() as connection:
        (row,) = listing.rows(connection, listing.ids(connection, Filter(TODAY)), TODAY)
    (said,) = ask(world.books, list_rows, "subscriptions", TODAY)
    world.books.close()
    assert isinstance(row, SubscriptionRow)
    return row, said


@pytest.mark.parametrize(
    ("items", "amount", "window", "command"),
    [
        ((item(1_000), item(500)), 1_500, "$15.00 a month", "$15.00 every month"),
        ((item(900, "month", 3),), 900, "$9.00 every 3 months", "$9.00 every 3 months"),
        (
            (item(1_000), item(12_000, "year")),
            None,
            "$10.00 a month + $120.00 a year",
            "$10.00 every month + $120.00 every year",
        ),
        ((item(1_000), item(1_000, "month", 3)), None, "$10.00 a month + $10.00 every 3 months",
         "$10.00 every month + $10.00 every 3 months"),
        ((item(None, by_use=True),), None, "By use", "by use"),
        ((item(1_000), item(None, by_use=True)), 1_000, "$10.00 a month + by use", "$10.00 every month + by use"),
        ((item(None),), None, "Price not known", "not known"),
        ((item(1_000), item(None)), None, "Price not known", "not known"),
        ((item(1_000), item(900, currency="eur")), None, "$10.00 a month + €9.00 a month",
         "$10.00 every month + €9.00 every month"),
    ],
)  # fmt: skip
def test_what_a_period_costs(
    tmp_path: Path, items: tuple[SubscriptionItemRecord, ...], amount: int | None, window: str, command: str
) -> None:
    row, said = read(tmp_path, *items)
    assert (row.amount, said["amount"]) == (amount, amount)
    assert (row.interval == "") == (len({(one.interval, one.interval_count, one.currency) for one in items}) > 1)
    assert price_text(row) == window
    assert _prices(said["prices"], "stripe") == command


def test_programs_read_the_prices_by_interval(tmp_path: Path) -> None:
    row, said = read(tmp_path, item(1_000), item(12_000, "year"), item(None, by_use=True))
    assert row.prices == (PeriodPrice(1_000, "usd", "month", 1, True), PeriodPrice(12_000, "usd", "year", 1, False))
    assert said["prices"] == [
        {"amount": 1_000, "currency": "usd", "interval": "month", "interval_count": 1, "by_use": True},
        {"amount": 12_000, "currency": "usd", "interval": "year", "interval_count": 1, "by_use": False},
    ]
    assert (said["amount"], said["interval"], said["by_use"]) == (None, "", True)
