"""Money that counts on days of its own: what a fee was adjusted by, and disputes that no ledger tells of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.books.books import Books, open_books
from desktop.books.rebuild import change_timezone, compare_totals, rebuild_totals
from desktop.records import AttemptRecord, BalanceEntryRecord, DisputeRecord
from tests.helpers.shops import STEADY, ZONE, Shop, at, read_at
from tests.helpers.variants import variants

SOLD = at("2026-03-30 10:00")
FIRST, SECOND = at("2026-04-02 10:00"), at("2026-04-30 23:30")  # the second is in May in the shop's zone
SALE = AttemptRecord("succeeded", 1000, 1000, 0, "usd", SOLD, location_ref="loc_1", fee=30)
ADJUSTED = replace(SALE, fee=38, fee_parts=((FIRST, 10), (SECOND, -2)))

BEGAN, CHANGED, ENDED = at("2026-03-30 12:00"), at("2026-04-02 12:00"), at("2026-05-04 12:00")
DISPUTE = DisputeRecord(
    700, "usd", "needs_response", BEGAN, "ch_1", location_ref="loc_1", on_ledger=False, changed_at=BEGAN
)
INQUIRY = replace(DISPUTE, status="inquiry")
WON = replace(DISPUTE, status="won", changed_at=ENDED)
Sums = dict[tuple[str, str], tuple[int, int]]


@pytest.fixture
def shop(books: Books) -> Shop:
    return Shop(books)


@pytest.fixture
def postgres_shop(postgres_books: Books) -> Shop:
    return Shop(postgres_books)


def kept(shop: Shop) -> Sums:
    """The days' fees, disputes and net, which a rebuild gives as well."""
    assert compare_totals(shop.books) == []
    days = {key: sums for key, sums in shop.days().items() if key[1] in {"fees", "disputes", "net"}}
    rebuild_totals(shop.books, shop.id)
    assert {key: sums for key, sums in shop.days().items() if key in days} == days
    return days


def month(sums: Sums, name: str) -> Sums:
    return {key: value for key, value in sums.items() if key[0].startswith(name)}


# ------------------------------------------------------------------------------------------------ adjusted fees

ADJUSTED_DAYS: Sums = {
    ("2026-03-30", "fees"): (30, 1), ("2026-03-30", "net"): (970, 1),
    ("2026-04-02", "fees"): (10, 1), ("2026-04-02", "net"): (-10, 0),
    ("2026-05-01", "fees"): (-2, 1), ("2026-05-01", "net"): (2, 0),
}  # fmt: skip


def check_adjustments(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1))
    closed = month(kept(shop), "2026-03")
    shop.take(read_at(replace(ADJUSTED, fee=40, fee_parts=ADJUSTED.fee_parts[:1]), "ch_1", 50))
    assert month(kept(shop), "2026-03") == closed
    april = month(kept(shop), "2026-04")
    shop.take(read_at(ADJUSTED, "ch_1", 60))
    assert kept(shop) == ADJUSTED_DAYS
    assert month(kept(shop), "2026-03") | month(kept(shop), "2026-04") == closed | april
    assert shop.only("payments", "fee", "own_fee", "net") == {"fee": 38, "own_fee": 38, "net": 962}


def test_an_adjustment_counts_on_its_own_day_and_no_closed_month_changes(shop: Shop) -> None:
    check_adjustments(shop)


def test_on_postgresql_an_adjustment_counts_on_its_own_day_too(postgres_shop: Shop) -> None:
    check_adjustments(postgres_shop)


@given(
    parts=st.lists(st.tuples(st.integers(SOLD, SECOND), st.integers(-500, 500)), max_size=5),
    fee=st.integers(-100, 900),
    data=st.data(),
)
@settings(STEADY, max_examples=variants(25))
def test_any_order_of_parts_gives_the_same_row_and_days_and_all_add_up(
    shared_books: Books, parts: list[tuple[int, int]], fee: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(parts))
    shops = Shop(shared_books), Shop(shared_books)
    for shop, stated in zip(shops, (parts, shuffled), strict=True):
        shop.take(read_at(replace(SALE, fee=fee, fee_parts=tuple(stated)), "ch_1", 1))
    assert shops[0].rows("payments") == shops[1].rows("payments")
    days = shops[0].days()
    assert days == shops[1].days()
    assert sum(amount for (_, measure), (amount, _) in days.items() if measure == "fees") == fee
    assert sum(amount for (_, measure), (amount, _) in days.items() if measure == "net") == 1000 - fee
    assert days.get(("2026-03-30", "collected")) == (1000, 1)


def test_parts_in_another_order_are_no_change_of_any_sum(shop: Shop) -> None:
    shop.take(read_at(ADJUSTED, "ch_1", 1))
    again = replace(ADJUSTED, fee_parts=ADJUSTED.fee_parts[::-1])
    assert "totals" not in shop.take(read_at(again, "ch_1", 50)).changes.kinds
    assert kept(shop) == ADJUSTED_DAYS


def test_a_part_that_is_taken_back_leaves_its_day(shop: Shop) -> None:
    shop.take(read_at(ADJUSTED, "ch_1", 1))
    shop.take(read_at(SALE, "ch_1", 50))
    assert kept(shop) == month(ADJUSTED_DAYS, "2026-03")
    assert shop.only("payments", "fee_parts") == {"fee_parts": 0}
    assert shop.rows("payment_parts") == []


def test_parts_of_what_took_no_money_count_nowhere(shop: Shop) -> None:
    shop.take(read_at(replace(ADJUSTED, status="canceled", captured=False, amount_captured=0), "ch_1", 1))
    assert shop.days() == {}


# ------------------------------------------------------------------------------------------------ disputes


def taken(day: str) -> Sums:
    return {(day, "disputes"): (700, 1), (day, "net"): (-700, 1)}


def given_back(day: str) -> Sums:
    return {(day, "disputes"): (-700, -1), (day, "net"): (700, -1)}


def check_dispute(shop: Shop) -> None:
    shop.take(read_at(DISPUTE, "dp_1", 1))
    assert kept(shop) == taken("2026-03-30")
    shop.take(read_at(replace(DISPUTE, status="under_review", changed_at=CHANGED), "dp_1", 50))
    assert kept(shop) == taken("2026-03-30")
    shop.take(read_at(WON, "dp_1", 60))
    assert kept(shop) == taken("2026-03-30") | given_back("2026-05-04")
    shop.take(read_at(replace(WON, changed_at=ENDED + 40 * 86_400_000, reason="fraud"), "dp_1", 70))
    assert kept(shop) == taken("2026-03-30") | given_back("2026-05-04")


def test_a_dispute_counts_from_the_day_it_began_to_the_day_it_was_first_seen_won(shop: Shop) -> None:
    check_dispute(shop)


def test_on_postgresql_a_dispute_counts_on_its_days_too(postgres_shop: Shop) -> None:
    check_dispute(postgres_shop)


def test_a_dispute_first_read_as_won_has_both_its_days(shop: Shop) -> None:
    shop.take(read_at(WON, "dp_1", 1))
    assert kept(shop) == taken("2026-03-30") | given_back("2026-05-04")


@pytest.mark.parametrize("status", ["lost", "under_review"])
def test_one_that_is_not_won_gives_nothing_back(shop: Shop, status: str) -> None:
    shop.take(read_at(replace(DISPUTE, status=status, changed_at=ENDED), "dp_1", 1))
    assert kept(shop) == taken("2026-03-30")


@pytest.mark.parametrize("status", ["inquiry", "inquiry_closed"])
def test_an_inquiry_is_zero(shop: Shop, status: str) -> None:
    shop.take(read_at(replace(DISPUTE, status=status), "dp_1", 1))
    assert kept(shop) == {}
    assert shop.only("disputes", "withdrawn_day", "reversed_day") == {"withdrawn_day": None, "reversed_day": None}


def test_an_inquiry_that_escalates_counts_from_that_day_and_no_closed_month_changes(shop: Shop) -> None:
    shop.take(read_at(INQUIRY, "dp_1", 1))
    shop.take(read_at(replace(DISPUTE, changed_at=CHANGED), "dp_1", 50))
    assert kept(shop) == taken("2026-04-02")
    shop.take(read_at(WON, "dp_1", 60))
    assert kept(shop) == taken("2026-04-02") | given_back("2026-05-04")


def test_an_inquiry_next_seen_won_was_taken_and_given_back_on_that_day(shop: Shop) -> None:
    shop.take(read_at(INQUIRY, "dp_1", 1))
    shop.take(read_at(WON, "dp_1", 50))
    assert kept(shop) == {}
    days = shop.only("disputes", "withdrawn_day", "reversed_day")
    assert days == {"withdrawn_day": "2026-05-04", "reversed_day": "2026-05-04"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_payouts_line_of_a_dispute_adds_nothing(shop: Shop, order: tuple[int, ...]) -> None:
    line = BalanceEntryRecord("dispute", -700, 0, -700, "usd", CHANGED, source_ref="dp_1", settles=True)
    told = (
        read_at(replace(DISPUTE, status="lost", changed_at=ENDED), "dp_1", 1),
        read_at(line, "txn_1", 1),
        read_at(SALE, "ch_1", 1),
    )
    for index in order:
        shop.take(told[index])
    assert kept(shop) == {
        ("2026-03-30", "fees"): (30, 1), ("2026-03-30", "net"): (270, 2), ("2026-03-30", "disputes"): (700, 1),
    }  # fmt: skip


def test_a_dispute_whose_ledger_tells_adds_nothing_itself(shop: Shop) -> None:
    shop.take(read_at(replace(WON, on_ledger=True), "dp_1", 1))
    assert kept(shop) == {}
    shop.take(read_at(BalanceEntryRecord("dispute", -700, 0, -700, "usd", CHANGED, source_ref="dp_1"), "txn_1", 1))
    assert kept(shop) == taken("2026-04-02")


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_payment_is_disputed_where_a_dispute_says_so(shop: Shop, order: tuple[int, ...]) -> None:
    told = read_at(SALE, "ch_1", 1), read_at(INQUIRY, "dp_1", 1)
    for index in order:
        shop.take(told[index])
    assert shop.only("payments", "disputed") == {"disputed": True}
    shop.take(read_at(replace(SALE, fee=31), "ch_1", 50))
    assert shop.only("payments", "disputed") == {"disputed": True}


# ------------------------------------------------------------------------------------------------ another zone


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Shop]:
    """A shop in Berlin, moved to Auckland, where it is ten hours later."""
    books = open_books(tmp_path, timezone=ZONE)
    shop = Shop(books)
    late = at("2026-04-14 13:00")
    fee = replace(ADJUSTED, fee=40, fee_parts=((late, 10),))
    won = replace(WON, created_at=at("2026-03-31 13:00"), changed_at=late)
    shop.take(read_at(fee, "ch_1", 1), read_at(won, "dp_1", 1))
    shop.books = change_timezone(books, "Pacific/Auckland")
    yield shop
    books.close()


def test_another_zone_moves_the_days_of_parts_and_disputes(moved: Shop) -> None:
    assert moved.only("payment_parts", "kind", "day", "amount") == {"kind": "fee", "day": "2026-04-15", "amount": 10}
    assert moved.only("disputes", "withdrawn_day", "reversed_day") == {
        "withdrawn_day": "2026-04-01", "reversed_day": "2026-04-15",
    }  # fmt: skip
    assert kept(moved) == {
        ("2026-03-30", "fees"): (30, 1), ("2026-03-30", "net"): (970, 1),
        ("2026-04-01", "disputes"): (700, 1), ("2026-04-01", "net"): (-700, 1),
        ("2026-04-15", "disputes"): (-700, -1), ("2026-04-15", "fees"): (10, 1), ("2026-04-15", "net"): (690, -1),
    }  # fmt: skip
