"""What follows from which objects: payments, refunds, history, shares of services, and who hears of a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from desktop.books.books import Books
from desktop.books.tables import ClientLink
from desktop.books.tables.base import table_of
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    PaymentRecord,
    PayoutRecord,
    RefundRecord,
    SourceObject,
)
from tests.helpers.shops import Shop, at, gone_at, read_at

LATE_MARCH = at("2026-03-31 22:30")  # already April in the shop's zone
SALE = AttemptRecord("succeeded", 1000, 1000, 0, "usd", LATE_MARCH, payment_ref="pi_1", client_ref="cus_1")
LINE = BalanceEntryRecord("charge", 1000, 59, 941, "usd", LATE_MARCH, source_ref="ch_1")
LINES = (
    InvoiceLineRecord("il_1", 0, "Design", 700, service_ref="prod_1"),
    InvoiceLineRecord("il_2", 1, "Hosting", 300, service_ref="prod_2"),
)
INVOICE = InvoiceRecord("open", "usd", 1000, 1000, 0, 1000, 0, 1000, 5, finalized_at=LATE_MARCH, lines=LINES)
SHARE = InvoicePaymentRecord("in_1", "pi_1", 1000, "usd", "paid", 6, 7)


@pytest.fixture
def shop(books: Books) -> Shop:
    return Shop(books)


def days(shop: Shop) -> dict[tuple[str, str, str], tuple[int, int]]:
    """The sums that are not zero."""
    rows = shop.everything()["daily_totals"]
    return {(row["day"], row["measure"], row["currency"]): (row["amount"], row["count"]) for row in rows}


# ------------------------------------------------------------------------------------------------ payments


def test_a_payment_counts_on_the_businesss_day_of_its_ledger_line(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1))
    assert days(shop)["2026-04-01", "collected", "usd"] == (1000, 1)
    assert days(shop)["2026-04-01", "net", "usd"] == (1000, 1)
    shop.take(read_at(replace(LINE, created_at=LATE_MARCH - 86_400_000), "txn_1", 1))
    assert days(shop) == {
        ("2026-03-31", "collected", "usd"): (1000, 1),
        ("2026-03-31", "fees", "usd"): (59, 1),
        ("2026-03-31", "net", "usd"): (941, 1),
        ("2026-04-01", "succeeded", "usd"): (0, 1),
    }


def test_a_payment_that_fails_later_stays_collected_and_is_returned_that_day(shop: Shop) -> None:
    back = replace(SALE, status="failed", returned=True, failure_code="debit_refused")
    failure = BalanceEntryRecord("payment_failure", -1000, 0, -1000, "usd", at("2026-05-05 10:00"), source_ref="ch_1")
    shop.take(read_at(SALE, "ch_1", 1), read_at(LINE, "txn_1", 1))
    shop.take(read_at(back, "ch_1", 50), read_at(failure, "txn_2", 50))
    sums = days(shop)
    assert sums["2026-04-01", "collected", "usd"] == (1000, 1)
    assert sums["2026-05-05", "returned", "usd"] == (1000, 1)
    assert sums["2026-04-01", "failed", "usd"] == (0, 1)
    payment = shop.only("payments", "status", "outcome", "returned", "failure_code", "net")
    assert payment == {
        "status": "returned", "outcome": "failed", "returned": 1000, "failure_code": "debit_refused", "net": -59,
    }  # fmt: skip


def test_attempts_that_failed_first_belong_to_one_payment(shop: Shop) -> None:
    failed = replace(
        SALE, status="failed", amount_captured=0, created_at=LATE_MARCH - 3_600_000, failure_code="declined"
    )
    shop.take(read_at(failed, "ch_0", 1))
    assert shop.only("payments", "status", "failure_code") == {"status": "failed", "failure_code": "declined"}
    shop.take(read_at(SALE, "ch_1", 1), read_at(PaymentRecord("succeeded", 1000, "usd", 5), "pi_1", 1))
    assert shop.only("payments", "external_id", "status", "failure_code", "attempted_day") == {
        "external_id": "pi_1", "status": "succeeded", "failure_code": "", "attempted_day": "2026-03-31",
    }  # fmt: skip
    assert ("2026-03-31", "failed", "usd") not in days(shop)


def test_a_yen_charge_on_a_dollar_account_is_marked_converted(shop: Shop) -> None:
    shop.take(read_at(replace(SALE, currency="jpy"), "ch_1", 1), read_at(replace(LINE, net=600, fee=40), "txn_1", 1))
    sums = days(shop)
    assert sums["2026-04-01", "collected", "jpy"] == (1000, 1)
    assert sums["2026-04-01", "net", "usd"] == (600, 1)
    assert {key[2] for key in sums if key[1] == "converted"} == {"jpy", "usd"}


def test_a_charge_that_finds_its_intent_leaves_no_second_payment(shop: Shop) -> None:
    shop.take(read_at(replace(SALE, payment_ref=""), "ch_1", 1))
    shop.take(read_at(RefundRecord(100, "usd", "succeeded", LATE_MARCH, attempt_ref="ch_1"), "re_1", 1))
    assert shop.only("refunds", "payment_key") == {"payment_key": "ch_1"}
    shop.take(read_at(SALE, "ch_1", 50))
    assert shop.only("payments", "external_id") == {"external_id": "pi_1"}
    assert shop.only("refunds", "payment_key", "client_link_id") == {"payment_key": "pi_1", "client_link_id": "cus_1"}


# ------------------------------------------------------------------------------------------------ refunds


def test_a_refund_that_fails_is_booked_back_on_that_day_and_the_closed_month_stays(shop: Shop) -> None:
    pending = RefundRecord(300, "usd", "pending", at("2026-03-20 12:00"), attempt_ref="ch_1")
    shop.take(read_at(SALE, "ch_1", 1), read_at(pending, "re_1", 1))
    march = days(shop)["2026-03-20", "refunds", "usd"]
    failed = replace(pending, status="failed", failed_at=at("2026-04-10 12:00"))
    shop.take(read_at(failed, "re_1", 50))
    assert days(shop)["2026-03-20", "refunds", "usd"] == march == (300, 1)
    assert days(shop)["2026-04-10", "refunds", "usd"] == (-300, -1)


def test_a_failure_that_nobody_dates_counts_when_it_was_first_seen(shop: Shop) -> None:
    failed = RefundRecord(300, "usd", "failed", at("2026-03-20 12:00"), attempt_ref="ch_1")
    first, later = at("2026-04-10 12:00"), at("2026-06-10 12:00")
    shop.take(read_at(failed, "re_1", first))
    shop.take(read_at(replace(failed, failure_reason="lost_or_stolen_card"), "re_1", later))
    assert shop.only("refunds", "failed_day") == {"failed_day": "2026-04-10"}
    line = BalanceEntryRecord("refund_failure", 300, 0, 300, "usd", at("2026-04-09 12:00"), source_ref="re_1")
    shop.take(read_at(line, "txn_1", later))
    assert shop.only("refunds", "failed_day") == {"failed_day": "2026-04-09"}


def test_a_refund_that_waits_for_the_payer_does_not_count_yet(shop: Shop) -> None:
    waiting = RefundRecord(300, "usd", "requires_action", LATE_MARCH, attempt_ref="ch_1")
    shop.take(read_at(waiting, "re_1", 1))
    assert days(shop) == {}


# ------------------------------------------------------------------------------------------------ the ledger


@pytest.mark.parametrize(
    ("kind", "amount", "fee", "sums"),
    [
        ("dispute", -1000, 1500, {"disputes": (1000, 1), "fees": (1500, 1), "net": (-2500, 1)}),
        ("dispute_reversal", 1000, 0, {"disputes": (-1000, -1), "net": (1000, 1)}),
        ("fee", -200, 0, {"fees": (200, 1), "net": (-200, 1)}),
        ("payout", -5000, 0, {"paid_out": (5000, 1)}),
        ("payout_failure", 5000, 0, {"paid_out": (-5000, -1)}),
        ("adjustment", 70, 0, {"adjusted": (70, 1)}),
        ("transfer", -70, 0, {"adjusted": (-70, 1)}),
    ],
)
def test_each_line_of_the_ledger_counts_in_its_place(
    shop: Shop, kind: str, amount: int, fee: int, sums: dict[str, tuple[int, int]]
) -> None:
    line = BalanceEntryRecord(kind, amount, fee, amount - fee, "usd", LATE_MARCH)
    shop.take(read_at(line, "txn_1", 1))
    assert days(shop) == {("2026-04-01", measure, "usd"): sum_ for measure, sum_ in sums.items()}


def test_a_line_that_is_corrected_moves_and_does_not_count_twice(shop: Shop) -> None:
    shop.take(
        read_at(SALE, "ch_1", 1), read_at(replace(SALE, payment_ref="pi_2"), "ch_2", 1), read_at(LINE, "txn_1", 1)
    )
    shop.take(read_at(replace(LINE, source_ref="ch_2", fee=100, net=900), "txn_1", 50))
    ledger = {row["external_id"]: (row["on_ledger"], row["fee"]) for row in shop.rows("payments")}
    assert ledger == {"pi_1": (False, 0), "pi_2": (True, 100)}
    assert days(shop)["2026-04-01", "fees", "usd"] == (100, 1)


def test_an_arrival_stated_as_an_instant_is_the_day_that_it_begins_in_utc(shop: Shop) -> None:
    shop.take(read_at(PayoutRecord(5, "usd", "paid", 1, arrival_at=at("2026-04-02 00:00")), "po_1", 1))
    assert shop.only("payouts", "arrival_day") == {"arrival_day": "2026-04-02"}


# ------------------------------------------------------------------------------------------------ invoices


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ({"due_at": at("2026-04-30 22:30")}, "2026-05-01"),
        ({"due_day": "2026-04-29"}, "2026-04-29"),
        ({}, "2026-04-01"),
    ],
)
def test_the_due_day(shop: Shop, due: dict[str, Any], day: str) -> None:
    shop.take(read_at(replace(INVOICE, **due), "in_1", 1))
    assert shop.only("invoices", "due_day") == {"due_day": day}


def test_invoices_count_when_finalised_without_drafts_void_and_zero_ones(shop: Shop) -> None:
    changes: list[dict[str, Any]] = [
        {"status": "draft", "finalized_at": None}, {"status": "void"}, {"total": 0}, {"status": "uncollectible"}, {},
    ]  # fmt: skip
    for number, change in enumerate(changes):
        shop.take(read_at(replace(INVOICE, **change), f"in_{number}", 1))
    assert days(shop) == {("2026-04-01", "invoiced", "usd"): (2000, 2)}
    shop.take(gone_at("invoice", "in_4", 9, stated=False))
    assert days(shop) == {("2026-04-01", "invoiced", "usd"): (1000, 1)}


def test_an_open_invoice_with_money_on_it_is_partly_paid(shop: Shop) -> None:
    shop.take(read_at(replace(INVOICE, amount_paid=400, amount_remaining=600), "in_1", 1))
    assert shop.only("invoices", "status") == {"status": "partly_paid"}


def test_the_history_holds_what_is_stated_now_and_what_was_seen(shop: Shop) -> None:
    shop.take(read_at(INVOICE, "in_1", 1000), read_at(SHARE, "inpay_1", 1))
    paid = replace(INVOICE, status="paid", amount_paid=1000, amount_remaining=0, paid_at=77)
    shop.take(read_at(paid, "in_1", 2000, 2500))
    kinds = {(row["kind"], row["observed"]): (row["amount"], row["at"]) for row in shop.rows("invoice_events")}
    assert kinds == {
        ("created", False): (1000, 5),
        ("finalized", False): (1000, LATE_MARCH),
        ("paid", False): (1000, 77),
        ("payment", False): (1000, 7),
        ("remaining", True): (0, 2500),
    }
    shop.take(read_at(INVOICE, "in_1", 3000), read_at(replace(SHARE, status="canceled"), "inpay_1", 3000))
    stated = {row["kind"] for row in shop.rows("invoice_events") if not row["observed"]}
    assert stated == {"created", "finalized"}


def test_a_credit_note_is_history_and_so_is_taking_it_back(shop: Shop) -> None:
    note = CreditNoteRecord("in_1", "cus_1", 200, "usd", "issued", 10)
    shop.take(read_at(note, "cn_1", 1))
    shop.take(read_at(replace(note, status="void", voided_at=20), "cn_1", 50))
    assert {(row["kind"], row["at"]) for row in shop.rows("invoice_events")} == {("credited", 10), ("uncredited", 20)}


def test_lines_are_replaced_and_never_doubled(shop: Shop) -> None:
    shop.take(read_at(INVOICE, "in_1", 1))
    shop.take(read_at(replace(INVOICE, lines=LINES[1:]), "in_1", 50))
    assert shop.rows("invoice_lines", columns=["external_id"]) == [{"external_id": "il_2"}]


# ------------------------------------------------------------------------------------------------ services


def services(shop: Shop) -> dict[tuple[str, str], int]:
    totals = shop.everything()["service_totals"]
    return {(row["month"], row["service_ref"] if row["itemised"] else "rest"): row["amount"] for row in totals}


def test_an_invoices_money_is_split_over_its_lines_to_the_last_cent(shop: Shop) -> None:
    shop.take(read_at(INVOICE, "in_1", 1), read_at(SHARE, "inpay_1", 1), read_at(SALE, "ch_1", 1))
    assert services(shop) == {("2026-04", "prod_1"): 700, ("2026-04", "prod_2"): 300}
    refund = RefundRecord(101, "usd", "succeeded", at("2026-05-02 12:00"), attempt_ref="ch_1")
    shop.take(read_at(refund, "re_1", 1))
    assert services(shop) == {
        ("2026-04", "prod_1"): 700, ("2026-04", "prod_2"): 300, ("2026-05", "prod_1"): -71, ("2026-05", "prod_2"): -30,
    }  # fmt: skip
    assert sum(services(shop).values()) == 1000 - 101


def test_a_payment_without_an_invoice_is_not_itemised(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1))
    assert services(shop) == {("2026-04", "rest"): 1000}
    (share,) = shop.everything()["service_allocations"]
    assert (share["bill_kind"], share["itemised"], share["amount"]) == ("payment", False, 1000)


def test_lines_that_change_move_the_money(shop: Shop) -> None:
    shop.take(read_at(INVOICE, "in_1", 1), read_at(SHARE, "inpay_1", 1), read_at(SALE, "ch_1", 1))
    shop.take(read_at(replace(INVOICE, lines=LINES[1:]), "in_1", 50))
    assert services(shop) == {("2026-04", "prod_2"): 1000}


# ------------------------------------------------------------------------------------------------ clients


def test_a_customer_that_is_only_named_is_a_client_in_waiting(shop: Shop) -> None:
    shop.take(read_at(SALE, "ch_1", 1))
    assert [(client["external_id"], client["status"], client["name"]) for client in shop.clients()] == [
        ("cus_1", "mentioned", "")
    ]
    shop.take(read_at(ClientRecord("Ana"), "cus_1", 1))
    assert [(client["status"], client["name"]) for client in shop.clients()] == [("active", "Ana")]


def test_a_client_of_two_customers_keeps_the_owners_name_and_lives_while_one_does(books: Books) -> None:
    shop = Shop(books)
    shop.take(read_at(ClientRecord("Ana"), "cus_1", 1), read_at(ClientRecord("Ana B."), "cus_2", 1))
    link = table_of(ClientLink)
    with books.write() as writer:
        first = writer.connection.execute(link.select().where(link.c.external_id == "cus_1")).one()
        writer.connection.execute(update(link).where(link.c.external_id == "cus_2").values(client_id=first.client_id))
    shop.take(read_at(ClientRecord("Ana C."), "cus_2", 50))
    assert {(client["status"], client["name"]) for client in shop.clients()} == {("active", "Ana")}
    shop.take(gone_at("customer", "cus_1", 60, stated=False))
    assert {client["status"] for client in shop.clients()} == {"active"}
    shop.take(gone_at("customer", "cus_2", 60, stated=False))
    assert {client["status"] for client in shop.clients()} == {"deleted"}
    shop.take(read_at(ClientRecord("Ana C."), "cus_2", 70))
    assert {(client["status"], client["name"]) for client in shop.clients()} == {("active", "Ana")}


# ------------------------------------------------------------------------------------------------ who hears


@pytest.mark.parametrize(
    ("arrives", "kinds"),
    [
        (read_at(ClientRecord("Ana"), "cus_1", 50), {"clients"}),
        (read_at(LINE, "txn_1", 50), {"balance_entries", "payments", "totals"}),
        (
            read_at(BalanceEntryRecord("refund", -100, 0, -100, "usd", 9, source_ref="re_1"), "txn_2", 50),
            {"balance_entries", "refunds", "totals"},
        ),
        (read_at(SHARE, "inpay_1", 50), {"invoices", "payments", "refunds", "totals"}),
        (read_at(replace(SALE, description="New words"), "ch_1", 50), {"payments"}),
        (read_at(INVOICE, "in_9", 50), {"invoices", "totals"}),
    ],
)
def test_a_change_names_every_kind_of_row_that_it_touched(shop: Shop, arrives: SourceObject, kinds: set[str]) -> None:
    refund = RefundRecord(100, "usd", "succeeded", LATE_MARCH, attempt_ref="ch_1")
    shop.take(read_at(SALE, "ch_1", 1), read_at(refund, "re_1", 1), read_at(INVOICE, "in_1", 1))
    assert shop.take(arrives).changes.kinds == kinds
