"""One row, opened: what the panel beside each list shows."""

from __future__ import annotations

from typing import Any

from desktop.queries.details import DETAILS, Address, ClientSums, LinkRow, MethodRow
from desktop.queries.invoices import CreditNoteRow, InvoiceEventRow, Line
from desktop.queries.payments import AttemptRow
from desktop.queries.payouts import EntrySum
from desktop.queries.subscriptions import ItemRow
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
    DisputeRecord,
    InvoicePaymentRecord,
    PaymentMethodRecord,
    PayoutRecord,
    SubscriptionItemRecord,
    SubscriptionRecord,
)
from tests.worlds import World


def opened(world: World, name: str, row_id: int = 1) -> Any:
    with world.books.read() as connection:
        return DETAILS[name](connection, row_id)


def test_what_is_gone_opens_as_nothing(world: World) -> None:
    world.account()
    assert {name: opened(world, name, 99) for name in DETAILS} == dict.fromkeys(DETAILS)


def test_an_invoice_opens_with_lines_payments_and_history(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme")
    world.service(stripe, "prod_1", "Menu redesign")
    lines = [("prod_1", 900), ("", 220)]
    world.invoice(stripe, "in_1", 1_120, "2026-11-01", client="cus_1", number="INV-1", lines=lines)
    world.invoice(
        stripe, "in_1", 1_120, "2026-11-01", client="cus_1", number="INV-1", lines=lines, paid=500, status="open"
    )
    world.sale(stripe, "1", 500, "2026-11-05", client="cus_1", invoice="in_1")
    world.sale(stripe, "2", 20, "2026-11-06", client="cus_1")
    paid_at = world.at("2026-11-05")
    world.put(stripe, ("inpay_1", InvoicePaymentRecord("in_1", "pi_1", 500, "usd", "paid", paid_at, paid_at)))
    world.put(stripe, ("inpay_2", InvoicePaymentRecord("in_1", "pi_2", 20, "usd", "paid", paid_at, paid_at + 1)))
    noted_at = world.at("2026-11-08")
    world.put(stripe, ("cn_1", CreditNoteRecord("in_1", "cus_1", 50, "usd", "issued", noted_at, "CN-1", "goodwill")))

    invoice = opened(world, "invoices")
    assert (invoice.row.status, invoice.row.amount_remaining, invoice.facts.subtotal) == ("partly_paid", 620, 1_120)
    assert invoice.lines == (
        Line("Line 0", "1", 900, 0, 0, "Menu redesign"), Line("Line 1", "1", 220, 0, 0, ""),
    )  # fmt: skip
    assert [payment.external_id for payment in invoice.payments] == ["pi_2", "pi_1"]
    assert invoice.credit_notes == (CreditNoteRow("CN-1", 50, "issued", "goodwill", noted_at),)
    stated = [happening for happening in invoice.history if not happening.observed]
    created = world.at("2026-11-01")
    assert stated == [
        InvoiceEventRow("credited", noted_at, 50, False),
        InvoiceEventRow("payment", paid_at + 1, 20, False),
        InvoiceEventRow("payment", paid_at, 500, False),
        InvoiceEventRow("finalized", created, 1_120, False),
        InvoiceEventRow("created", created, 1_120, False),
    ]
    assert [(one.kind, one.amount) for one in invoice.history if one.observed] == [("remaining", 620)]


def test_a_payment_opens_with_its_attempts_refunds_disputes_and_invoice(world: World) -> None:
    stripe = world.account()
    world.invoice(stripe, "in_1", 800, "2026-11-01", number="INV-1", status="paid")
    world.decline(stripe, "1", 800, "2026-11-01")
    world.sale(stripe, "1", 800, "2026-11-02", invoice="in_1", fee=30)
    again = world.at("2026-11-02")
    world.put(
        stripe,
        (
            "ch_2",
            AttemptRecord(
                "succeeded", 800, 800, 0, "usd", again, payment_ref="pi_1", method="card",
                receipt_url="https://pay.stripe.com/receipts/1",
            ),
        ),
        (
            "ch_1",
            AttemptRecord(
                "failed", 800, 0, 0, "usd", again - 1_000, captured=False, payment_ref="pi_1",
                failure_code="card_declined", failure_message="No.",
            ),
        ),
        ("dp_1", DisputeRecord(800, "usd", "needs_response", again + 1, "ch_2", reason="fraudulent")),
    )  # fmt: skip
    world.refund(stripe, "re_1", "2", 100, "2026-11-03", ledger=False)

    payment = opened(world, "payments")
    assert (payment.row.status, payment.invoice.number) == ("succeeded", "INV-1")
    assert payment.receipt_url == "https://pay.stripe.com/receipts/1"
    assert payment.attempts == (
        AttemptRow("ch_2", "succeeded", 800, again, "card", "", "", "", "", False),
        AttemptRow("ch_1", "failed", 800, again - 1_000, "", "", "", "card_declined", "No.", False),
    )
    assert [dispute.status for dispute in payment.disputes] == ["needs_response"]
    assert payment.refunds == ()


def test_a_client_opens_with_sums_and_everything_of_theirs(world: World) -> None:
    stripe = world.account()
    record = ClientRecord(
        "Acme", "a@acme.example", address_line1="Main Street 1", city="Berlin", postal_code="10115", country="DE",
        description="Bakery", balance=-500, currency="usd", default_method_ref="pm_1", created_at=1_000,
    )  # fmt: skip
    world.put(stripe, ("cus_1", record))
    card = PaymentMethodRecord("cus_1", "card", 1_000, "visa", "4242", 12, 2030)
    world.put(stripe, ("pm_1", card), ("pm_2", card))
    world.put(stripe, ("pm_2", None))
    world.put(stripe, ("sub_1", SubscriptionRecord("active", "cus_1", "usd", 1_000, description="Care")))
    world.sale(stripe, "1", 900, "2026-10-01", client="cus_1")
    world.sale(stripe, "2", 100, "2026-11-01", client="cus_1")
    world.refund(stripe, "re_1", "1", 50, "2026-11-02")
    world.invoice(stripe, "in_1", 70, "2026-11-03", client="cus_1", number="INV-1")

    client = opened(world, "clients")
    assert client.sums == (ClientSums("usd", "stripe", 1_000, 50, 70, 2),)
    assert client.address == Address("Main Street 1", "", "Berlin", "10115", "", "DE")
    assert client.description == "Bakery"
    assert [invoice.number for invoice in client.invoices] == ["INV-1"]
    assert [payment.external_id for payment in client.payments] == ["pi_2", "pi_1"]
    assert [subscription.title for subscription in client.subscriptions] == ["Care"]
    assert client.methods == (MethodRow("stripe", "pm_1", "card", "visa", "4242", 12, 2030, True),)
    (link,) = client.links
    assert link == LinkRow(stripe, "stripe", "cus_1", False, -500, "usd", False, link.link_id)


def test_a_subscription_opens_with_items_and_invoices(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme")
    world.service(stripe, "prod_1", "Care")
    items = (SubscriptionItemRecord("si_1", "price_1", "prod_1", 2, 450, "usd", "month", 1, 900),)
    world.put(stripe, ("sub_1", SubscriptionRecord("trialing", "cus_1", "usd", 1_000, started_at=2_000, items=items)))
    world.invoice(stripe, "in_1", 900, "2026-11-01", client="cus_1", number="INV-1", subscription="sub_1")
    world.invoice(stripe, "in_2", 900, "2026-11-01", client="cus_1", number="INV-2")

    subscription = opened(world, "subscriptions")
    assert (subscription.row.title, subscription.row.amount, subscription.started_at) == ("Care", 900, 2_000)
    assert subscription.items == (ItemRow("Care", 2, 450, "usd", "month", 1, 900),)
    assert [invoice.number for invoice in subscription.invoices] == ["INV-1"]


def test_a_payout_opens_with_what_it_is_made_of(world: World) -> None:
    stripe = world.account()
    at = world.at("2026-11-01")
    world.put(stripe, ("po_1", PayoutRecord(1_310, "usd", "paid", at, arrival_day="2026-11-03")))
    for ref, kind, amount, fee in (
        ("txn_1", "charge", 1_000, 40), ("txn_2", "charge", 500, 20), ("txn_3", "refund", -130, 0),
        ("txn_4", "payout", -1_310, 0),
    ):  # fmt: skip
        world.put(stripe, (ref, BalanceEntryRecord(kind, amount, fee, amount - fee, "usd", at, payout_ref="po_1")))

    payout = opened(world, "payouts")
    assert payout.entries == (
        EntrySum("charge", "usd", 2, 1_500, 60, 1_440), EntrySum("refund", "usd", 1, -130, 0, -130),
    )  # fmt: skip
    assert sum(entry.net for entry in payout.entries) == payout.row.amount == 1_310


def test_a_service_opens_as_its_row(world: World) -> None:
    world.service(world.account(), "prod_1", "Logo")
    assert opened(world, "services").name == "Logo"
