"""Holds that are given up, captures on days of their own, money that goes back: told by the ledger, in any order."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from desktop.books.books import Books
from desktop.books.rebuild import compare_totals
from desktop.records import AttemptRecord, BalanceEntryRecord, DisputeRecord, PaymentRecord, PayoutRecord, RefundRecord
from tests.helpers.shops import Shop, at, read_at

HELD, LATER, LATEST = at("2026-03-30 10:00"), at("2026-04-02 10:00"), at("2026-05-04 10:00")
HOLD = AttemptRecord("succeeded", 5000, 0, 0, "usd", HELD, captured=False)
GIVEN_UP = replace(HOLD, status="canceled")
RELEASE = RefundRecord(5000, "usd", "succeeded", LATER, attempt_ref="ch_1")
PARTLY = AttemptRecord("succeeded", 5000, 3000, 2000, "usd", HELD)
REST = RefundRecord(2000, "usd", "succeeded", HELD, attempt_ref="ch_1")
TAKEN = BalanceEntryRecord("charge", 3000, 90, 2910, "usd", HELD, source_ref="ch_1")
Days = dict[tuple[str, str], tuple[int, int]]


@pytest.fixture
def shop(shared_books: Books) -> Shop:
    return Shop(shared_books)


def take(shop: Shop, *told: tuple[str, Any]) -> Days:
    """Let in one after the other; the sums but those of what succeeded or failed."""
    for index, (ref, record) in enumerate(told):
        shop.take(read_at(record, ref, 10 * index + 1))
    return sums(shop)


def sums(shop: Shop) -> Days:
    return {key: value for key, value in shop.days().items() if key[1] not in {"succeeded", "failed"}}


# ------------------------------------------------------------------------------------------------ holds


@pytest.mark.parametrize("charge", [HOLD, GIVEN_UP])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_hold_that_was_given_up_moves_nothing_in_any_order(
    shop: Shop, charge: AttemptRecord, order: tuple[int, ...]
) -> None:
    intent = PaymentRecord("canceled", 5000, "usd", HELD)
    told = (("ch_1", replace(charge, payment_ref="pi_1")), ("pi_1", intent), ("re_1", RELEASE))
    for index in order:
        shop.take(read_at(told[index][1], told[index][0], 1))
        assert shop.days() == {}
    payment = shop.only("payments", "status", "outcome", "collected", "refunded", "fee", "net")
    assert payment == {"status": "canceled", "outcome": "left", "collected": 0, "refunded": 0, "fee": 0, "net": 0}
    assert shop.only("refunds", "refunded_day", "stored_day") == {"refunded_day": None, "stored_day": None}


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([("ch_1", HOLD)], "requires_capture"),
        ([("ch_1", GIVEN_UP)], "canceled"),
        ([("ch_1", HOLD), ("re_1", RELEASE)], "canceled"),
        ([("ch_1", HOLD), ("re_1", replace(RELEASE, amount=4000))], "requires_capture"),
    ],
)
def test_a_lone_charge_that_was_given_up_is_canceled(shop: Shop, told: list[tuple[str, Any]], status: str) -> None:
    take(shop, *told)
    assert shop.only("payments", "status") == {"status": status}


def test_a_hold_that_is_captured_after_all_counts_and_so_do_its_refunds(shop: Shop) -> None:
    back = RefundRecord(700, "usd", "succeeded", LATER, attempt_ref="ch_1")
    assert take(shop, ("re_1", back), ("ch_1", HOLD)) == {}
    shop.take(read_at(replace(HOLD, captured=True, amount_captured=5000, amount_refunded=700), "ch_1", 50))
    assert sums(shop) == {
        ("2026-03-30", "collected"): (5000, 1), ("2026-03-30", "net"): (5000, 1),
        ("2026-04-02", "refunds"): (700, 1), ("2026-04-02", "net"): (-700, 1),
    }  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(5)))[::11])
def test_beside_the_rest_that_was_given_up_ordinary_and_pending_refunds_count(
    shop: Shop, order: tuple[int, ...]
) -> None:
    done = RefundRecord(500, "usd", "succeeded", LATER, attempt_ref="ch_1", entry_ref="txn_2")
    line = BalanceEntryRecord("refund", -500, 0, -500, "usd", LATER, source_ref="re_2")
    pending = RefundRecord(2000, "usd", "pending", LATEST, attempt_ref="ch_1")
    told = (
        ("ch_1", replace(PARTLY, amount_refunded=4500)), ("re_1", REST), ("re_2", done), ("txn_2", line),
        ("re_3", pending),
    )  # fmt: skip
    take(shop, *(told[index] for index in order), ("txn_1", TAKEN))
    assert sums(shop) == {
        ("2026-03-30", "collected"): (3000, 1), ("2026-03-30", "fees"): (90, 1), ("2026-03-30", "net"): (2910, 1),
        ("2026-04-02", "refunds"): (500, 1), ("2026-04-02", "net"): (-500, 1),
        ("2026-05-04", "refunds"): (2000, 1), ("2026-05-04", "net"): (-2000, 1),
    }  # fmt: skip
    assert shop.only("payments", "refunded", "fee", "status") == {"refunded": 2500, "fee": 90, "status": "succeeded"}


def test_a_ledger_line_proves_that_just_as_much_was_sent_back(shop: Shop) -> None:
    """Of newer versions, which make no refund of the rest: one of just as much could be taken for it."""
    line = BalanceEntryRecord("refund", -2000, 0, -2000, "usd", LATER, source_ref="re_1")
    days = take(shop, ("ch_1", PARTLY), ("txn_1", TAKEN), ("re_1", replace(REST, created_at=LATER)), ("txn_2", line))
    assert days["2026-04-02", "refunds"] == (2000, 1)
    assert shop.only("payments", "refunded") == {"refunded": 2000}


def test_a_line_that_takes_the_rest_back_belongs_to_the_payment(shop: Shop) -> None:
    held = replace(TAKEN, amount=5000, fee=150, net=4850)
    rest = BalanceEntryRecord("charge", -2000, -60, -1940, "usd", HELD, source_ref="re_1")
    days = take(shop, ("txn_2", rest), ("ch_1", PARTLY), ("re_1", REST), ("txn_1", held))
    assert days == {
        ("2026-03-30", "collected"): (3000, 1), ("2026-03-30", "fees"): (90, 2), ("2026-03-30", "net"): (2910, 2),
    }  # fmt: skip
    assert shop.only("payments", "fee", "net", "refunded") == {"fee": 90, "net": 2910, "refunded": 0}


# ------------------------------------------------------------------------------------------------ captures


def test_a_later_capture_leaves_the_closed_month_as_it_was(shop: Shop) -> None:
    first = AttemptRecord("succeeded", 5000, 3000, 0, "usd", HELD)
    closed = take(shop, ("ch_1", first), ("txn_1", TAKEN))
    second = BalanceEntryRecord("charge", 2000, 60, 1940, "usd", LATER, source_ref="ch_1")
    days = take(shop, ("txn_2", second), ("ch_1", replace(first, amount_captured=5000)))
    assert {key: value for key, value in days.items() if key[0] < "2026-04"} == closed
    assert days["2026-04-02", "collected"] == (2000, 1)
    assert [(row["kind"], row["day"], row["amount"]) for row in shop.rows("payment_parts")] == [
        ("capture", "2026-03-30", 3000), ("capture", "2026-04-02", 2000),
    ]  # fmt: skip
    assert shop.only("payments", "collected", "capture_parts") == {"collected": 5000, "capture_parts": 2}


def test_a_capture_whose_line_has_not_come_counts_on_the_charges_day(shop: Shop) -> None:
    days = take(shop, ("ch_1", AttemptRecord("succeeded", 5000, 5000, 0, "usd", HELD)), ("txn_1", TAKEN))
    assert days["2026-03-30", "collected"] == (5000, 2)
    assert days["2026-03-30", "net"] == (2910 + 2000, 2)


def test_a_tip_that_only_the_intent_tells_is_part_of_what_was_collected(shop: Shop) -> None:
    charge = AttemptRecord("succeeded", 1200, 1200, 0, "usd", HELD, payment_ref="pi_1")
    days = take(shop, ("pi_1", PaymentRecord("succeeded", 1200, "usd", HELD, 1200, tip=200)), ("ch_1", charge))
    assert days["2026-03-30", "tips"] == (200, 1)
    assert days["2026-03-30", "collected"] == (1200, 1)


# ------------------------------------------------------------------------------------------------ what goes back


def test_a_charge_that_still_says_it_succeeded_is_returned_where_the_ledger_says_so(shop: Shop) -> None:
    charge = AttemptRecord("succeeded", 3000, 3000, 0, "usd", HELD)
    closed = take(shop, ("ch_1", charge), ("txn_1", TAKEN))
    failure = BalanceEntryRecord("payment_failure", -3000, -10, -2990, "usd", LATER, source_ref="ch_1")
    assert take(shop, ("txn_2", failure)) == closed | {
        ("2026-04-02", "returned"): (3000, 1), ("2026-04-02", "fees"): (-10, 1), ("2026-04-02", "net"): (-2990, 1),
    }  # fmt: skip
    assert shop.only("payments", "status", "outcome", "returned") == {
        "status": "returned", "outcome": "failed", "returned": 3000,
    }  # fmt: skip


def test_net_and_returned_wait_for_the_line_together(shop: Shop) -> None:
    charge = AttemptRecord("pending", 3000, 3000, 0, "usd", HELD, entry_ref="txn_1")
    closed = take(shop, ("ch_1", charge), ("txn_1", TAKEN))
    failed = replace(charge, status="failed", returned=True)
    shop.take(read_at(failed, "ch_1", 50))
    assert sums(shop) == closed
    assert shop.only("payments", "status") == {"status": "returned"}


@pytest.mark.parametrize("kind", ["payout", "payout_failure"])
def test_what_a_payouts_line_says_of_a_fee_is_missing_from_net(shop: Shop, kind: str) -> None:
    line = BalanceEntryRecord(kind, -9000, 90, -9090, "usd", HELD)
    days = take(shop, ("txn_1", line))
    assert (days["2026-03-30", "fees"], days["2026-03-30", "net"]) == ((90, 1), (-90, 1))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("stated", [75, 0])
def test_a_payouts_fee_counts_once_whoever_tells_it(shop: Shop, order: tuple[int, ...], stated: int) -> None:
    payout = PayoutRecord(5000, "usd", "paid", HELD, on_ledger=False, fee=stated)
    fee = BalanceEntryRecord("fee", -75, 0, -75, "usd", HELD, None, "po_1", "po_1", payout_fee=True)
    back = BalanceEntryRecord("fee", 75, 0, 75, "usd", LATER, None, "po_1", "po_2")
    told = (("po_1", payout), ("entry_1", fee), ("entry_2", back))
    days = take(shop, *(told[index] for index in order))
    assert (days["2026-03-30", "fees"], days["2026-04-02", "fees"]) == ((75, 1), (-75, 1))
    assert (days["2026-03-30", "net"], days["2026-04-02", "net"]) == ((-75, 1), (75, 1))


# ------------------------------------------------------------------------------------------------ stored value


def test_stored_value_stands_beside_and_so_does_what_goes_back_onto_it(shop: Shop) -> None:
    card = AttemptRecord("succeeded", 5000, 5000, 0, "usd", HELD, fee=0, stored_value=True)
    back = RefundRecord(700, "usd", "succeeded", LATER, attempt_ref="ch_1", fee=0, release=False)
    failed = replace(back, status="failed", failed_at=LATEST)
    cash = replace(back, stored_value=False)
    assert take(shop, ("re_1", back), ("re_2", failed), ("re_3", cash), ("ch_1", card)) == {
        ("2026-03-30", "stored_value"): (5000, 1), ("2026-04-02", "stored_refunds"): (1400, 2),
        ("2026-05-04", "stored_refunds"): (-700, -1), ("2026-04-02", "refunds"): (700, 1),
        ("2026-04-02", "net"): (-700, 1),
    }  # fmt: skip
    assert shop.only("payments", "collected", "stored_value", "status") == {
        "collected": 0, "stored_value": 5000, "status": "succeeded",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ words of later


def test_a_payment_of_a_word_that_is_not_known_counts_what_was_captured(shop: Shop) -> None:
    take(shop, ("ch_1", AttemptRecord("on_review", 5000, 5000, 0, "usd", HELD)))
    assert shop.only("payments", "status", "outcome", "collected") == {
        "status": "on_review", "outcome": "succeeded", "collected": 5000,
    }  # fmt: skip


def test_a_refund_of_a_word_that_is_not_known_counts_from_its_ledger_line(shop: Shop) -> None:
    back = RefundRecord(700, "usd", "on_review", LATER, attempt_ref="ch_1")
    charge = AttemptRecord("succeeded", 3000, 3000, 0, "usd", HELD)
    assert ("2026-04-02", "refunds") not in take(shop, ("ch_1", charge), ("re_1", back))
    line = BalanceEntryRecord("refund", -700, 0, -700, "usd", LATER, source_ref="re_1")
    assert take(shop, ("txn_2", line))["2026-04-02", "refunds"] == (700, 1)


def test_a_dispute_of_a_word_that_is_not_known_leaves_its_money_where_it_is(shop: Shop) -> None:
    dispute = DisputeRecord(700, "usd", "needs_response", HELD, "ch_1", on_ledger=False, changed_at=HELD)
    taken = take(shop, ("dp_1", dispute))
    shop.take(read_at(replace(dispute, status="on_review", changed_at=LATER), "dp_1", 50))
    assert sums(shop) == taken
    assert shop.only("disputes", "status") == {"status": "on_review"}


def test_all_of_these_recount(shared_books: Books) -> None:
    assert compare_totals(shared_books) == []
