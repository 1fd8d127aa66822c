"""What follows from sales whose provider says fees, tips and orders with the payment, and settles them later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from desktop.books.books import Books, open_books
from desktop.books.projections.stores import hundred_thousandths
from desktop.books.rebuild import compare_totals
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    InventoryCountRecord,
    InvoiceRecord,
    OrderLineRecord,
    OrderRecord,
    PaymentRequestRecord,
    PayoutRecord,
    Record,
    RefundRecord,
    TerminalCheckoutRecord,
)
from tests.helpers.shops import ZONE, Shop, at, gone_at, read_at

SOLD, SETTLED = at("2026-03-31 21:30"), at("2026-04-02 08:00")  # 31 March at 23:30 in the shop's zone
SALE = AttemptRecord(
    "succeeded", 1100, 1100, 0, "usd", SOLD, location_ref="loc_1", order_ref="order_1", tip=100, fee=35
)
SETTLES = BalanceEntryRecord(
    "charge", 1100, 35, 1065, "usd", SETTLED, source_ref="ch_1", payout_ref="po_1", location_ref="loc_1", settles=True
)
LINES = (
    OrderLineRecord("l_1", 0, "Coffee", 700, "2", "var_1", "Large"),
    OrderLineRecord("l_2", 1, "Cake", 300, "1", "var_2", "cake"),
)
ORDER = OrderRecord("open", "usd", 1000, SOLD, tax=160, location_ref="loc_1", lines=LINES)
BILL = InvoiceRecord(
    "open", "usd", 1000, 1000, 0, 1000, 0, 1000, SOLD, finalized_at=SOLD, location_ref="loc_1", order_ref="order_1"
)


@pytest.fixture
def shop(books: Books) -> Shop:
    return Shop(books)


# ------------------------------------------------------------------------------------------------ fees and tips


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_payment_that_states_its_fee_counts_alone_and_on_its_own_day(shop: Shop, order: tuple[int, ...]) -> None:
    told = read_at(SALE, "ch_1", 1), read_at(SETTLES, "txn_1", 1)
    for index in order:
        shop.take(told[index])
    assert shop.days() == {
        ("2026-03-31", "collected"): (1100, 1),
        ("2026-03-31", "tips"): (100, 1),
        ("2026-03-31", "fees"): (35, 1),
        ("2026-03-31", "net"): (1065, 1),
        ("2026-03-31", "succeeded"): (0, 1),
    }
    payment = shop.only("payments", "fee", "net", "settlement_currency", "on_ledger", "tip", "order_ref")
    assert payment == {
        "fee": 35, "net": 1065, "settlement_currency": "usd", "on_ledger": False, "tip": 100, "order_ref": "order_1",
    }  # fmt: skip


def test_a_fee_that_comes_late_or_changes_moves_the_day_of_the_payment_by_the_difference(shop: Shop) -> None:
    shop.take(read_at(replace(SALE, fee=None), "ch_1", 1), read_at(SETTLES, "txn_1", 1))
    assert shop.days()["2026-03-31", "net"] == (1100, 1)
    for reading, fee in ((50, 35), (60, 41), (70, 0)):
        shop.take(read_at(replace(SALE, fee=fee), "ch_1", reading))
        assert shop.days()["2026-03-31", "net"] == (1100 - fee, 1)
        assert shop.days().get(("2026-03-31", "fees"), (0, 0))[0] == fee
    assert {day for day, _ in shop.days()} == {"2026-03-31"}


def test_cash_has_no_fee_and_a_cancelled_payment_counts_nowhere(shop: Shop) -> None:
    shop.take(read_at(replace(SALE, fee=0, tip=0, method="cash"), "ch_1", 1))
    shop.take(read_at(replace(SALE, status="canceled", captured=False, amount_captured=0, fee=None), "ch_2", 1))
    assert shop.days() == {
        ("2026-03-31", "collected"): (1100, 1),
        ("2026-03-31", "net"): (1100, 1),
        ("2026-03-31", "succeeded"): (0, 1),
    }
    outcomes = {row["external_id"]: (row["status"], row["outcome"]) for row in shop.rows("payments")}
    assert outcomes["ch_2"] == ("canceled", "left")


def test_a_refund_gives_back_what_it_says_of_the_fee(shop: Shop) -> None:
    back = RefundRecord(500, "usd", "pending", SETTLED, "ch_1", location_ref="loc_1", fee=9)
    settles = replace(SETTLES, kind="refund", amount=-500, fee=-9, net=-491, source_ref="re_1")
    shop.take(read_at(SALE, "ch_1", 1), read_at(back, "re_1", 1), read_at(settles, "txn_2", 1))
    assert shop.days()["2026-04-02", "net"] == (-491, 1)
    assert shop.days()["2026-04-02", "fees"] == (-9, -1)
    failed_at = at("2026-04-05 10:00")
    shop.take(read_at(replace(back, status="failed", failed_at=failed_at), "re_1", 50))
    assert shop.days()["2026-04-05", "net"] == (491, -1)
    assert shop.days()["2026-04-05", "fees"] == (9, 1)
    assert sum(amount for (_, measure), (amount, _) in shop.days().items() if measure == "net") == 1065


def test_a_payout_without_a_ledger_line_counts_on_the_day_it_was_made_and_its_failure_on_its_own(shop: Shop) -> None:
    sent = PayoutRecord(5000, "usd", "pending", SOLD, arrival_day="2026-04-02", on_ledger=False, fee=75)
    shop.take(read_at(sent, "po_1", 1))
    counted = {
        ("2026-03-31", "paid_out"): (5000, 1), ("2026-03-31", "fees"): (75, 1), ("2026-03-31", "net"): (-75, 1),
    }  # fmt: skip
    assert shop.days() == counted
    shop.take(read_at(replace(sent, status="paid"), "po_1", 50))
    assert shop.days() == counted
    failed = replace(sent, status="failed", failed_at=SETTLED)
    shop.take(read_at(failed, "po_1", 60))
    booked_back = counted | {("2026-04-02", "paid_out"): (-5000, -1)}
    assert shop.days() == booked_back
    shop.take(read_at(replace(failed, failed_at=SETTLED + 40 * 86_400_000, description="Again"), "po_1", 70))
    assert shop.days() == booked_back
    shop.take(read_at(replace(sent, on_ledger=True), "po_2", 1))
    assert shop.days() == booked_back


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_line_that_says_no_place_belongs_to_its_payouts(shop: Shop, order: tuple[int, ...]) -> None:
    fee = BalanceEntryRecord("fee", -200, 0, -200, "usd", SETTLED, payout_ref="po_1")
    payout = PayoutRecord(5000, "usd", "paid", SETTLED, location_ref="loc_1", on_ledger=False)
    told = read_at(fee, "txn_1", 1), read_at(payout, "po_1", 1)
    for index in order:
        shop.take(told[index])
    assert {row["location_ref"] for row in shop.everything()["daily_totals"]} == {"loc_1"}
    assert compare_totals(shop.books) == []


# ------------------------------------------------------------------------------------------------ orders


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_invoices_lines_and_payments_come_by_way_of_its_order(shop: Shop, order: tuple[int, ...]) -> None:
    told = read_at(SALE, "ch_1", 1), read_at(ORDER, "order_1", 1), read_at(BILL, "in_1", 1)
    for index in order:
        shop.take(told[index])
    assert shop.only("payments", "invoice_ref") == {"invoice_ref": "in_1"}
    assert [(row["description"], row["amount"]) for row in shop.rows("invoice_lines")] == [
        ("Coffee, Large", 700), ("Cake", 300),
    ]  # fmt: skip
    assert shop.only("invoices", "tax", "subtotal") == {"tax": 160, "subtotal": 840}
    shares = {row["service_ref"]: row["amount"] for row in shop.everything()["service_totals"]}
    assert shares == {"var_1": 770, "var_2": 330}
    (paid,) = (row for row in shop.rows("invoice_events") if row["kind"] == "payment")
    assert (paid["source_ref"], paid["amount"], paid["at"]) == ("ch_1", 1100, SOLD)


def test_what_an_order_says_later_moves_the_money_of_its_invoice(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1), read_at(ORDER, "order_1", 1), read_at(BILL, "in_1", 1))
    shop.take(read_at(replace(ORDER, lines=LINES[1:]), "order_1", 50))
    assert {row["service_ref"]: row["amount"] for row in shop.everything()["service_totals"]} == {"var_2": 1100}
    assert [row["external_id"] for row in shop.rows("order_lines")] == ["l_2"]
    assert compare_totals(shop.books) == []


def test_an_invoice_that_is_gone_lets_its_payment_go(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1), read_at(ORDER, "order_1", 1), read_at(BILL, "in_1", 1))
    shop.take(gone_at("invoice", "in_1", 50))
    assert shop.only("payments", "invoice_ref") == {"invoice_ref": ""}
    assert [row for row in shop.rows("invoice_events") if row["kind"] == "payment"] == []
    assert compare_totals(shop.books) == []


WHO = {
    "payment": (replace(SALE, client_ref="cus_1"), "ch_1"),
    "order": (replace(ORDER, client_ref="cus_2"), "order_1"),
    "bill": (replace(BILL, client_ref="cus_3"), "in_1"),
}
NOBODY = {"payment": (SALE, "ch_1"), "order": (ORDER, "order_1"), "bill": (BILL, "in_1")}
BACK = read_at(RefundRecord(500, "usd", "succeeded", SETTLED, "ch_1", location_ref="loc_1", fee=9), "re_1", 1)


def paid_by(shop: Shop) -> str:
    """Who the one payment, its refund and all sums of clients say has paid."""
    (payment,) = {row["client_link_id"] for row in shop.rows("payments")}
    assert {row["client_link_id"] for row in (*shop.rows("refunds"), *shop.everything()["client_totals"])} == {payment}
    assert compare_totals(shop.books) == []
    return str(payment)


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize(
    ("naming", "client"),
    [
        ({"payment", "order", "bill"}, "cus_1"),
        ({"payment"}, "cus_1"),
        ({"order", "bill"}, "cus_2"),
        ({"order"}, "cus_2"),
        ({"bill"}, "cus_3"),
        (set(), ""),
    ],
)
def test_who_paid_is_named_by_the_payment_or_its_order_or_its_invoice(
    shop: Shop, naming: set[str], client: str, order: tuple[int, ...]
) -> None:
    told = [read_at(*(WHO if name in naming else NOBODY)[name], 1) for name in NOBODY]
    for index in order:
        shop.take([*told, BACK][index])
    assert paid_by(shop) == client


def test_who_paid_follows_what_order_and_invoice_say_later(shop: Shop) -> None:
    shop.take(*(read_at(*WHO[name], 1) for name in ("order", "bill")), read_at(SALE, "ch_1", 1), BACK)
    assert paid_by(shop) == "cus_2"
    shop.take(read_at(replace(ORDER, client_ref="cus_4"), "order_1", 50))
    assert paid_by(shop) == "cus_4"
    shop.take(read_at(ORDER, "order_1", 60))
    assert paid_by(shop) == "cus_3"
    shop.take(gone_at("invoice", "in_1", 70))
    assert paid_by(shop) == ""
    shop.take(read_at(replace(SALE, client_ref="cus_1"), "ch_1", 80))
    assert paid_by(shop) == "cus_1"


def test_a_payment_without_an_order_takes_no_client_from_its_invoice(shop: Shop) -> None:
    bill = replace(BILL, client_ref="cus_3", order_ref="")
    shop.take(read_at(bill, "in_1", 1), read_at(replace(SALE, order_ref="", invoice_ref="in_1"), "ch_1", 1))
    assert shop.only("payments", "invoice_ref", "client_link_id") == {"invoice_ref": "in_1", "client_link_id": ""}


def test_an_invoice_is_asked_for_in_parts(shop: Shop) -> None:
    parts = (
        PaymentRequestRecord("r_1", 0, "deposit", 400, 0, "2026-04-05"),
        PaymentRequestRecord("r_2", 1, "balance", 600, 0, "2026-05-05"),
    )
    asked = replace(BILL, requests=parts, due_day="2026-05-05")
    shop.take(read_at(asked, "in_1", 1))
    shop.take(read_at(replace(asked, amount_paid=400, amount_remaining=600,
                              requests=(replace(parts[0], paid=400), parts[1])), "in_1", 50))  # fmt: skip
    assert [(row["kind"], row["paid"], row["due_day"]) for row in shop.rows("invoice_requests")] == [
        ("deposit", 400, "2026-04-05"), ("balance", 0, "2026-05-05"),
    ]  # fmt: skip
    assert shop.only("invoices", "status", "due_day") == {"status": "partly_paid", "due_day": "2026-05-05"}


# ------------------------------------------------------------------------------------------------ stock, readers


@pytest.mark.parametrize(
    ("quantity", "number"), [("12", 1_200_000), ("-0.5", -50_000), ("0.00001", 1), ("", 0), ("many", 0), ("NaN", 0)]
)
def test_a_quantity_is_an_integer_to_compare_by(quantity: str, number: int) -> None:
    assert hundred_thousandths(quantity) == number


def test_a_count_that_is_gone_can_come_back(shop: Shop) -> None:
    count = InventoryCountRecord("var_1", "loc_1", "in_stock", "3", SOLD)
    shop.take(read_at(count, "stock_1", 1))
    assert shop.take(gone_at("inventory_count", "stock_1", 50, stated=False)).changes.kinds == {"inventory_counts"}
    assert shop.only("inventory_counts", "deleted") == {"deleted": True}
    shop.take(read_at(replace(count, quantity="4"), "stock_1", 60))
    assert shop.only("inventory_counts", "deleted", "quantity") == {"deleted": False, "quantity": "4"}


def test_a_checkout_names_the_payments_that_it_led_to(shop: Shop) -> None:
    sent = TerminalCheckoutRecord("pending", 1100, "usd", SOLD, "device_1", "order_1")
    shop.take(read_at(sent, "checkout_1", 1))
    shop.take(read_at(replace(sent, status="completed", payment_refs=("ch_1", "ch_2", "ch_1")), "checkout_1", 50))
    assert [row["payment_ref"] for row in shop.rows("terminal_payments")] == ["ch_1", "ch_2"]


# ------------------------------------------------------------------------------------------------ who hears


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Shop]:
    """A shop that has a bill, and the sale for it."""
    books = open_books(tmp_path, timezone=ZONE)
    shop = Shop(books)
    shop.take(read_at(SALE, "ch_1", 1), read_at(BILL, "in_1", 1))
    yield shop
    books.close()


@pytest.mark.parametrize(
    ("record", "ref", "kinds"),
    [
        (ORDER, "order_1", {"orders", "invoices", "totals"}),
        (ORDER, "order_9", {"orders"}),
        (SETTLES, "txn_1", {"balance_entries", "payments"}),
        (replace(SALE, fee=40), "ch_1", {"payments", "invoices", "totals"}),
        (PayoutRecord(5, "usd", "paid", SOLD, on_ledger=False), "po_1", {"payouts", "totals"}),
    ],
)
def test_a_change_names_every_kind_of_row_that_it_touched(
    known: Shop, record: Record, ref: str, kinds: set[str]
) -> None:
    assert known.take(read_at(record, ref, 50)).changes.kinds == kinds
