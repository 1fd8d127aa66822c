"""The counts in the rail and the pages on demand: read again when such rows changed, not at every page of a sync."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.actions.business import Business
from desktop.books.integrations import update_integration
from desktop.keystore import BooksKeyStore
from desktop.periods import TODAY
from desktop.records import Changes, InventoryCountRecord, LocationRecord
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.rail_badges import RailBadges
from desktop.ui.app.tasks import Tasks
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


@pytest.fixture
def badges(world: World, tmp_path: Path, inline_tasks: Tasks) -> RailBadges:
    vault = Vault(BooksKeyStore(world.books), OneSource(MemorySource()))
    business = Business(tmp_path, world.books, vault, {TODAY: "2026-11-22"})
    return RailBadges(BusinessHandle(lambda: business), inline_tasks)


def counted(qtbot, badges: RailBadges) -> dict[str, str]:
    with qtbot.waitSignal(badges.counted) as told:
        badges.refresh()
    return told.args[0]


def test_empty_books_are_shown_by_nothing(qtbot, badges: RailBadges) -> None:
    assert counted(qtbot, badges) == {"clients": "", "invoices": "", "locations": ""}


def test_clients_and_what_is_due_are_counted(qtbot, badges: RailBadges, world: World) -> None:
    account = world.account()
    world.client(account, "cus_1", "Harbour & Pine")
    world.invoice(account, "in_1", 5_000, "2026-11-01", client="cus_1")
    world.invoice(account, "in_2", 5_000, "2026-11-01", status="paid", client="cus_1")
    world.invoice(account, "in_3", 5_000, "2026-11-01", status="draft", client="cus_1")
    assert counted(qtbot, badges) == {"clients": "1", "invoices": "1 due", "locations": ""}


def offered(qtbot, badges: RailBadges) -> frozenset[str]:
    with qtbot.waitSignal(badges.offered) as told:
        badges.refresh()
    return told.args[0]


def switch(world: World, account: int, **config: bool) -> None:
    with world.books.write() as writer:
        update_integration(writer.connection, account, config=config)


def test_pages_on_demand_are_offered_where_there_is_something_for_them(qtbot, badges: RailBadges, world: World) -> None:
    square = world.account("square")
    assert offered(qtbot, badges) == frozenset()
    world.put(square, ("loc_1", LocationRecord("Market", "active", "usd", 1)))
    assert offered(qtbot, badges) == {"locations"}
    world.put(square, ("stock_1", InventoryCountRecord("price_1", "loc_1", "in_stock", "12.5", 1)))
    assert offered(qtbot, badges) == {"locations"}
    switch(world, square, sync_inventory=True)
    assert offered(qtbot, badges) == {"locations", "stock"}
    world.put(square, ("stock_1", None))
    assert offered(qtbot, badges) == {"locations"}


def test_only_connected_accounts_have_pages_on_demand(qtbot, badges: RailBadges, world: World) -> None:
    square = world.account("square")
    world.put(
        square,
        ("loc_1", LocationRecord("Market", "active", "usd", 1)),
        ("stock_1", InventoryCountRecord("price_1", "loc_1", "in_stock", "1", 1)),
    )
    switch(world, square, sync_inventory=True)
    with world.books.write() as writer:
        update_integration(writer.connection, square, status="disconnected")
    assert offered(qtbot, badges) == frozenset()


def test_locations_are_counted_where_there_are_several(qtbot, badges: RailBadges, world: World) -> None:
    square = world.account("square")
    told = [(f"loc_{name}", LocationRecord(name, "active", "usd", 1)) for name in "abc"]
    world.put(square, *told, ("loc_d", LocationRecord("d", "inactive", "usd", 1)))
    assert counted(qtbot, badges)["locations"] == "3"


def test_a_change_of_such_rows_is_followed_once_however_many_pages_come(
    qtbot, badges: RailBadges, world: World, inline_tasks: Tasks
) -> None:
    told: list[dict[str, str]] = []
    badges.counted.connect(told.append)
    world.client(world.account(), "cus_1", "Harbour & Pine")
    with qtbot.waitSignal(badges.counted):
        for _ in range(20):
            inline_tasks.broadcast(Changes(frozenset({"clients"})))
    assert told == [{"clients": "1", "invoices": "", "locations": ""}]


@pytest.mark.parametrize("kinds", [{"payments"}, {"sync_runs", "balance_entries"}])
def test_other_rows_are_no_reason_to_count(badges: RailBadges, inline_tasks: Tasks, kinds: set[str]) -> None:
    inline_tasks.broadcast(Changes(frozenset(kinds)))
    assert not badges._again.waiting
