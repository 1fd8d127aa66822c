"""Changing things through the official SDK, and the events that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from desktop.sandbox.launch import Running

# The SDK hands httpx its form in a way that httpx calls outdated.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

Make = Callable[[str], stripe.StripeClient]


def told_since(client: stripe.StripeClient, last: str) -> list[str]:
    """The types of the events after one, oldest first."""
    events = client.v1.events.list({"ending_before": last, "limit": 100}).auto_paging_iter()
    return [event.type for event in events]


@pytest.fixture
def last(client: stripe.StripeClient) -> str:
    return client.v1.events.list({"limit": 1}).data[0].id


def refused(call: Callable[[], Any]) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    return caught.value


def test_a_customers_life(client: stripe.StripeClient, last: str) -> None:
    made = client.v1.customers.create({"name": "Ada", "email": "ada@a.example", "metadata": {"crm": "7", "x": "1"}})
    changed = client.v1.customers.update(made.id, {"name": "Ada L.", "email": "", "metadata": {"x": "", "y": "2"}})
    assert (changed.name, changed.email, changed.to_dict()["metadata"]) == ("Ada L.", None, {"crm": "7", "y": "2"})
    gone = client.v1.customers.delete(made.id)
    assert gone.deleted
    assert told_since(client, last) == ["customer.created", "customer.updated", "customer.deleted"]
    error = refused(lambda: client.v1.customers.update(made.id, {"name": "Eve"}))
    assert (error.http_status, error.code) == (404, "resource_missing")


def test_an_update_event_says_what_was_before(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"name": "Before"})
    client.v1.customers.update(made.id, {"name": "After"})
    event = client.v1.events.list({"type": "customer.updated", "limit": 1}).data[0].to_dict()
    assert event["data"]["previous_attributes"] == {"name": "Before"}
    assert event["data"]["object"]["name"] == "After"
    assert event["request"]["id"].startswith("req_")


def test_an_invoice_from_draft_to_paid(client: stripe.StripeClient, last: str) -> None:
    customer = client.v1.customers.create({"email": "b@b.example"})
    draft = client.v1.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 14, "auto_advance": False}
    )
    for text, amount in (("Logo", 40000), ("Paper", 2500)):
        client.v1.invoice_items.create(
            {"customer": customer.id, "invoice": draft.id, "amount": amount, "currency": "usd", "description": text}
        )
    opened = client.v1.invoices.finalize_invoice(draft.id)
    assert (opened.status, opened.amount_due, opened.number is not None) == ("open", 42500, True)
    assert opened.due_date == opened.created + 14 * 86_400
    client.v1.invoices.send_invoice(draft.id)
    paid = client.v1.invoices.pay(draft.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 42500, 0)
    payment = client.v1.invoice_payments.list({"invoice": draft.id, "expand": ["data.payment.payment_intent"]}).data[0]
    intent = payment.to_dict()["payment"]["payment_intent"]
    assert (payment.amount_paid, intent["status"], intent["amount_received"]) == (42500, "succeeded", 42500)
    types = told_since(client, last)
    assert [one for one in types if one.startswith("invoice.")] == [
        *("invoice.created", "invoice.finalized", "invoice.sent", "invoice.updated", "invoice.paid"),
        "invoice.payment_succeeded",
    ]
    assert {"charge.succeeded", "charge.updated", "payment_intent.succeeded", "invoice_payment.paid"} <= set(types)
    assert not any(one.startswith("balance_transaction") for one in types)


def test_pending_items_join_the_next_invoice(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Pending"})
    client.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "usd", "description": "Hour"})
    invoice = client.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    assert (invoice.total, invoice.lines.data[0].description) == (700, "Hour")


def test_a_finalised_invoice_cannot_be_edited(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Fixed"})
    invoice = client.v1.invoices.create({"customer": customer.id})
    item = {"customer": customer.id, "invoice": invoice.id, "amount": 900, "currency": "usd"}
    client.v1.invoice_items.create(item)  # type: ignore[arg-type]
    client.v1.invoices.finalize_invoice(invoice.id)
    assert refused(lambda: client.v1.invoice_items.create(item)).code == "invoice_not_editable"  # type: ignore[arg-type]
    assert refused(lambda: client.v1.invoices.finalize_invoice(invoice.id)).code == "invoice_not_editable"
    assert refused(lambda: client.v1.invoices.delete(invoice.id)).code == "invoice_not_editable"
    assert client.v1.invoices.update(invoice.id, {"metadata": {"a": "b"}}).to_dict()["metadata"] == {"a": "b"}


def test_void_uncollectible_and_cash(client: stripe.StripeClient, sandbox: Running) -> None:
    voided = client.v1.invoices.void_invoice(sandbox.do("make_invoice")["id"])
    assert voided.status == "void"
    assert refused(lambda: client.v1.invoices.pay(voided.id)).code == "invoice_not_payable"
    lost = client.v1.invoices.mark_uncollectible(sandbox.do("make_invoice")["id"])
    assert (lost.status, lost.amount_remaining) == ("uncollectible", 25000)
    cash = client.v1.invoices.pay(sandbox.do("make_invoice")["id"], {"paid_out_of_band": True})
    assert (cash.status, cash.amount_paid_off_stripe) == ("paid", 25000)
    payment = next(one for one in client.v1.invoice_payments.list({"invoice": cash.id}).data if one.status == "paid")
    assert payment.payment.type == "payment_record"


def test_a_card_that_works_and_its_ledger_line(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 10000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "expand": ["latest_charge.balance_transaction"],
        }
    ).to_dict()
    line = intent["latest_charge"]["balance_transaction"]
    assert (intent["status"], line["amount"], line["fee"], line["net"]) == ("succeeded", 10000, 320, 9680)


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_card_that_is_declined_then_another(
    client: stripe.StripeClient, last: str, card: str, code: str, decline_code: str
) -> None:
    intent = client.v1.payment_intents.create({"amount": 3000, "currency": "usd"})
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": card})
    assert (declined.value.http_status, declined.value.code) == (402, code)
    assert declined.value.error is not None
    assert declined.value.error.decline_code == decline_code
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 2
    assert [one for one in told_since(client, last) if one.startswith("payment_intent")] == [
        *("payment_intent.created", "payment_intent.payment_failed", "payment_intent.succeeded"),
    ]


def test_a_card_that_asks_for_authentication(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 3000,
            "currency": "usd",
            "confirm": True,
            "payment_method_data": {"type": "card", "card": {"number": "4000002500003155"}},  # type: ignore[typeddict-unknown-key]
        }
    )
    assert intent.status == "requires_action"
    assert intent.latest_charge is None


def test_capture_less_than_was_authorised(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 8000,
            "currency": "usd",
            "capture_method": "manual",
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 8000)
    too_much = refused(lambda: client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 9000}))
    assert too_much.code == "amount_too_large"
    captured = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5000, "expand": ["latest_charge"]})
    charge = captured.to_dict()["latest_charge"]
    assert (captured.status, captured.amount_received) == ("succeeded", 5000)
    assert (charge["amount"], charge["amount_captured"], charge["captured"]) == (8000, 5000, True)
    assert refused(lambda: client.v1.payment_intents.cancel(intent.id)).code == "payment_intent_unexpected_state"


def test_refunds_in_parts_until_nothing_is_left(client: stripe.StripeClient, sandbox: Running, last: str) -> None:
    intent = sandbox.do("sale", amount=5000)["id"]
    first = client.v1.refunds.create({"payment_intent": intent, "amount": 2000, "reason": "duplicate"})
    assert (first.status, first.reason) == ("succeeded", "duplicate")
    error = refused(lambda: client.v1.refunds.create({"payment_intent": intent, "amount": 3001}))
    assert "greater than unrefunded amount on charge (3000)" in str(error.user_message)
    client.v1.refunds.create({"payment_intent": intent})
    charge = client.v1.charges.retrieve(str(first.charge))
    assert (charge.amount_refunded, charge.refunded) == (5000, True)
    assert refused(lambda: client.v1.refunds.create({"charge": charge.id})).code == "charge_already_refunded"
    types = told_since(client, last)
    assert types.count("refund.created") == types.count("charge.refunded") == 2


def test_refunds_that_pend_and_fail(client: stripe.StripeClient, sandbox: Running) -> None:
    failing = sandbox.do("sale", card="pm_card_refundFail")["id"]
    failed = client.v1.refunds.retrieve(client.v1.refunds.create({"payment_intent": failing}).id)
    assert (failed.status, failed.failure_balance_transaction is not None) == ("failed", True)
    assert client.v1.charges.retrieve(str(failed.charge)).amount_refunded == 0
    pending = client.v1.refunds.create({"payment_intent": sandbox.do("sale", card="pm_card_pendingRefund")["id"]})
    assert pending.status == "pending"


def test_a_dispute_and_its_end(client: stripe.StripeClient, sandbox: Running, last: str) -> None:
    intent = sandbox.do("sale", amount=7000, card="pm_card_createDispute")
    dispute = client.v1.disputes.list({"payment_intent": intent["id"]}).data[0]
    assert [line.net for line in dispute.balance_transactions] == [-8500]
    sandbox.do("close_dispute", dispute=dispute.id, won=True)
    won = client.v1.disputes.retrieve(dispute.id)
    assert (won.status, [line.amount for line in won.balance_transactions]) == ("won", [-7000, 7000])
    assert [one for one in told_since(client, last) if one.startswith("charge.dispute")] == [
        *("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"),
        "charge.dispute.funds_reinstated",
    ]


def test_a_subscription_starts_and_ends(client: stripe.StripeClient, last: str) -> None:
    product = client.v1.products.create({"name": "Care"})
    price = client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1900, "recurring": {"interval": "month"}}
    )
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    made = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id, "quantity": 2}]})
    assert made.status == "active"
    invoice = client.v1.invoices.retrieve(str(made.latest_invoice))
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 3800, "subscription_create")
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == made.id
    assert client.v1.subscriptions.cancel(made.id).status == "canceled"
    assert {"product.created", "price.created", "customer.subscription.created", "customer.subscription.deleted"} <= (
        set(told_since(client, last))
    )


def test_a_subscription_whose_first_payment_fails_is_incomplete(client: stripe.StripeClient, sandbox: Running) -> None:
    price = next(one for one in sandbox.world.every("price") if one["recurring"])
    customer = client.v1.customers.create({"payment_method": "pm_card_chargeDeclined"})
    made = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price["id"]}]})
    assert made.status == "incomplete"


def test_a_payout_by_hand_needs_money(client: stripe.StripeClient) -> None:
    error = refused(lambda: client.v1.payouts.create({"amount": 99_000_000, "currency": "usd"}))
    assert error.code == "balance_insufficient"


def test_the_same_key_and_body_give_the_same_answer_once(client: stripe.StripeClient, sandbox: Running) -> None:
    before = len(list(sandbox.world.every("customer")))
    body = {"name": "Twice"}
    headers = {"Idempotency-Key": "once-only"}
    first, second = (
        httpx.post(f"{sandbox.api_base}/v1/customers", data=body, headers=headers, auth=(sandbox.secret_key, ""))
        for _ in range(2)
    )
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["request-id"] != second.headers["original-request"] == first.headers["request-id"]
    assert len(list(sandbox.world.every("customer"))) == before + 1
    with pytest.raises(stripe.IdempotencyError) as reused:
        client.v1.customers.create({"name": "Thrice"}, {"idempotency_key": "once-only"})
    assert reused.value.http_status == 400


def test_a_declined_card_is_replayed_too(client: stripe.StripeClient, sandbox: Running) -> None:
    before = len(list(sandbox.world.every("charge")))
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create(
                {"amount": 700, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True},
                {"idempotency_key": "declined-once"},
            )
    assert len(list(sandbox.world.every("charge"))) == before + 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"currency": "usd"}, "parameter_missing"),
        ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer"),
        ({"amount": "10", "currency": "usd"}, "amount_too_small"),
        ({"amount": "999999999", "currency": "usd"}, "amount_too_large"),
        ({"amount": "100", "currency": "usd", "colour": "red"}, "parameter_unknown"),
        ({"amount": "100", "currency": "usd", "customer": "cus_nobody"}, "resource_missing"),
    ],
)
def test_a_wrong_intent_is_refused(sandbox: Running, params: dict[str, str], code: str) -> None:
    answer = httpx.post(f"{sandbox.api_base}/v1/payment_intents", data=params, auth=(sandbox.secret_key, ""))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_restricted_key_reads_and_does_not_write(sandbox: Running, client_with: Make) -> None:
    restricted = client_with(sandbox.restricted_key)
    assert restricted.v1.customers.list().data
    with pytest.raises(stripe.PermissionError) as caught:
        restricted.v1.customers.create({"name": "No"})
    assert caught.value.http_status == 403
    assert caught.value.json_body["error"]["code"] == "more_permissions_required"
    assert "rak_customer_write" in str(caught.value.user_message)
    assert sandbox.restricted_key not in str(caught.value.user_message)
    sandbox.allow_restricted("customer_read")
    assert restricted.v1.customers.list().data
    with pytest.raises(stripe.PermissionError):
        restricted.v1.disputes.list()


def test_triggers_over_http(sandbox: Running) -> None:
    address = f"{sandbox.api_base}/_sandbox/do"
    made = httpx.post(address, json={"trigger": "sale", "amount": 1234}).json()
    assert (made["status"], made["amount"]) == ("succeeded", 1234)
    edited = httpx.post(address, json={"trigger": "edit_customer", "name": "New name"}).json()
    assert edited["name"] == "New name"
    assert httpx.post(address, json={"trigger": "dance"}).status_code == 400
    assert httpx.post(address, json={"trigger": "sale", "customer": "cus_nobody"}).status_code == 400


def test_the_truth_follows_what_is_done(sandbox: Running) -> None:
    def collected() -> int:
        truth = sandbox.truth()
        return int(truth["months"][truth["as_of"][:7]]["usd"]["collected"])

    before = collected()
    sandbox.do("sale", amount=4321)
    assert collected() == before + 4321
    assert httpx.get(f"{sandbox.api_base}/_sandbox/truth").json()["months"] == sandbox.truth()["months"]
