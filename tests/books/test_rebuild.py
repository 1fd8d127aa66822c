"""Sums from nothing, the comparison with the moving ones, and a change of the business's zone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.books.books import Books, open_books
from desktop.books.rebuild import change_timezone, compare_totals, rebuild_totals
from desktop.books.tables import (
    BalanceEntry,
    Base,
    ClientTotal,
    DailyTotal,
    Dispute,
    Invoice,
    Payment,
    Payout,
    Refund,
    RowCount,
    ServiceAllocation,
    ServiceTotal,
)
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from tests.helpers.shops import STEADY, Shop
from tests.helpers.towns import Town
from tests.helpers.variants import variants
from tests.worlds import World

SUMS = (DailyTotal, ClientTotal, ServiceAllocation, ServiceTotal, RowCount)
DATED = (Payment, Refund, Dispute, BalanceEntry, Invoice, Payout, *SUMS)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


def stored(books: Books, models: tuple[type[Base], ...] = SUMS) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of tables; sums that are all zero say nothing and are left out."""
    found = {}
    with books.read() as connection:
        for model in models:
            table = table_of(model)
            sums = [name for name in ("amount", "count", "collected", "refunds", "payments") if name in table.c]
            rows = connection.execute(select(table)).mappings().all()
            if model in SUMS:
                rows = [row for row in rows if any(row[name] for name in sums)]
            found[table.name] = sorted((tuple(row.values()) for row in rows), key=repr)
    return found


@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=2))
@settings(STEADY, max_examples=variants(10))
def test_a_rebuild_gives_what_the_moving_sums_are(tmp_path_factory: pytest.TempPathFactory, seeds: list[int]) -> None:
    world = World(tmp_path_factory.mktemp("books"))
    for seed in seeds:
        Shop(world.books).take(*Town(seed).objects)
    before = stored(world.books)
    assert compare_totals(world.books) == []
    rebuild_totals(world.books)
    assert stored(world.books) == before
    world.books.close()


def town(world: World, seed: int = 3) -> Shop:
    """A town by chance, and an invoice whose money is split over its lines."""
    shop = Shop(world.books)
    shop.take(*Town(seed).objects)
    world.service(shop.id, "prod_design", "Design")
    lines = [("prod_design", 700), ("", 300)]
    world.invoice(shop.id, "in_split", 1_000, "2026-03-28", status="paid", lines=lines)
    world.sale(shop.id, "split", 1_000, "2026-03-28", invoice="in_split")
    return shop


@pytest.mark.parametrize("table", [table_of(model).name for model in SUMS])
def test_a_wrong_sum_is_found_and_mended(world: World, table: str) -> None:
    town(world)
    before = stored(world.books)
    assert before[table]
    column = {"client_totals": "collected", "row_counts": "count"}.get(table, "amount")
    with world.books.write() as writer:
        writer.connection.exec_driver_sql(f"update {table} set {column} = {column} + 7")
    wrong = compare_totals(world.books)
    assert {one.table for one in wrong} == {table}
    assert all(one.stored != one.expected for one in wrong)
    rebuild_totals(world.books)
    assert compare_totals(world.books) == []
    assert stored(world.books) == before


def test_a_sum_that_is_missing_is_found(world: World) -> None:
    town(world)
    with world.books.write() as writer:
        writer.connection.exec_driver_sql("delete from daily_totals where measure = 'collected'")
        writer.connection.exec_driver_sql("delete from service_allocations")
    assert {one.table for one in compare_totals(world.books)} == {"daily_totals", "service_allocations"}


def test_one_accounts_rebuild_leaves_the_others_alone(world: World) -> None:
    first, second = town(world), town(world, 4)
    with world.books.write() as writer:
        writer.connection.exec_driver_sql("update daily_totals set amount = amount + 7")
    rebuild_totals(world.books, first.id)
    wrong = compare_totals(world.books)
    assert wrong
    assert {one.key[3] for one in wrong} == {second.id}


@pytest.mark.parametrize("seed", [3, 11, 29])
def test_another_zone_gives_the_books_that_zone_would_have_given(tmp_path: Path, seed: int) -> None:
    for name in ("moved", "native"):
        (tmp_path / name).mkdir()
    moved, native = World(tmp_path / "moved"), World(tmp_path / "native", "Pacific/Auckland")
    for world in (moved, native):
        Shop(world.books).take(*Town(seed).objects)

    changed = change_timezone(moved.books, "Pacific/Auckland")
    assert stored(changed, DATED) == stored(native.books, DATED)
    assert (changed.timezone, changed.days.zone.key) == ("Pacific/Auckland", "Pacific/Auckland")
    assert compare_totals(changed) == []
    for world in (moved, native):
        world.books.close()
    kept = open_books(tmp_path / "moved")
    assert kept.timezone == "Pacific/Auckland"
    kept.close()


def test_an_unknown_zone_changes_nothing(world: World) -> None:
    town(world)
    before = stored(world.books, DATED)
    with pytest.raises(UsageError):
        change_timezone(world.books, "Europe/Berln")
    assert stored(world.books, DATED) == before
    assert world.books.setting("timezone") == "Europe/Berlin"
