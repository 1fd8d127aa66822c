"""Stripe's objects in their current shapes, small and made up here, and a reader on a loopback server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from desktop.providers.stripe.reads import StripeReader

AT = 1_780_000_000
KEY = "rk_test_51QyWmNkXbTdLrHcVpZaEoUsGiFj"

_PERIOD = {"start": AT, "end": AT + 2_592_000}

_LINE = {
    "id": "il_1",
    "object": "line_item",
    "amount": 9000,
    "currency": "usd",
    "description": "Identity design",
    "discount_amounts": [{"amount": 500, "discount": "di_1"}],
    "taxes": [{"amount": 700, "tax_behavior": "exclusive"}],
    "period": _PERIOD,
    "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"}},
    "parent": {"type": "invoice_item_details", "invoice_item_details": {"invoice_item": "ii_1"}},
    "quantity": 2,
}

_PRICE = {
    "id": "price_1",
    "object": "price",
    "active": True,
    "created": AT,
    "currency": "usd",
    "nickname": "Monthly",
    "product": "prod_1",
    "recurring": {"interval": "month", "interval_count": 1},
    "unit_amount": 4500,
}

_SAMPLES: dict[str, dict[str, Any]] = {
    "customer": {
        "id": "cus_1",
        "object": "customer",
        "address": {"line1": "4 Mill Lane", "city": "Bristol", "postal_code": "BS1", "state": None, "country": "GB"},
        "balance": -250,
        "business_name": "Harbour Cafe Ltd",
        "created": AT,
        "currency": "gbp",
        "delinquent": False,
        "email": "ana@harbour.example",
        "invoice_settings": {"default_payment_method": "pm_1"},
        "name": "Ana Diaz",
        "phone": "+44 117 000000",
    },
    "product": {"id": "prod_1", "object": "product", "active": True, "created": AT, "name": "Care plan"},
    "price": _PRICE,
    "invoice": {
        "id": "in_1",
        "object": "invoice",
        "amount_due": 9200,
        "amount_paid": 1000,
        "amount_remaining": 8200,
        "attempt_count": 1,
        "billing_reason": "manual",
        "collection_method": "send_invoice",
        "created": AT,
        "currency": "usd",
        "customer": "cus_1",
        "customer_email": "ana@harbour.example",
        "customer_name": "Ana Diaz",
        "due_date": AT + 86_400,
        "hosted_invoice_url": "https://invoice.stripe.com/i/1",
        "lines": {"object": "list", "data": [_LINE], "has_more": False},
        "number": "HC-0001",
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
        "status": "open",
        "status_transitions": {"finalized_at": AT + 60, "paid_at": None, "voided_at": None},
        "subtotal": 8500,
        "total": 9200,
        "total_taxes": [{"amount": 700, "tax_behavior": "exclusive"}],
    },
    "invoice_payment": {
        "id": "inpay_1",
        "object": "invoice_payment",
        "amount_paid": 1000,
        "amount_requested": 9200,
        "created": AT,
        "currency": "usd",
        "invoice": "in_1",
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
        "status": "paid",
        "status_transitions": {"paid_at": AT + 5},
    },
    "charge": {
        "id": "ch_1",
        "object": "charge",
        "amount": 9200,
        "amount_captured": 9200,
        "amount_refunded": 0,
        "balance_transaction": "txn_1",
        "billing_details": {"name": "Ana Diaz", "email": "ana@harbour.example"},
        "captured": True,
        "created": AT,
        "currency": "usd",
        "customer": "cus_1",
        "disputed": False,
        "failure_balance_transaction": None,
        "paid": True,
        "payment_intent": "pi_1",
        "payment_method": "pm_1",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "receipt_url": "https://pay.stripe.com/receipts/1",
        "status": "succeeded",
    },
    "payment_intent": {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 9200,
        "amount_received": 9200,
        "created": AT,
        "currency": "usd",
        "customer": "cus_1",
        "latest_charge": "ch_1",
        "payment_method": "pm_1",
        "status": "succeeded",
    },
    "refund": {
        "id": "re_1",
        "object": "refund",
        "amount": 1200,
        "balance_transaction": "txn_2",
        "charge": "ch_1",
        "created": AT,
        "currency": "usd",
        "payment_intent": "pi_1",
        "reason": "requested_by_customer",
        "status": "succeeded",
    },
    "balance_transaction": {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": 9200,
        "available_on": AT + 172_800,
        "created": AT,
        "currency": "usd",
        "exchange_rate": None,
        "fee": 297,
        "net": 8903,
        "reporting_category": "charge",
        "source": "ch_1",
        "status": "pending",
        "type": "charge",
    },
    "payout": {
        "id": "po_1",
        "object": "payout",
        "amount": 8903,
        "arrival_date": 1_780_012_800,
        "automatic": True,
        "balance_transaction": "txn_3",
        "created": AT,
        "currency": "usd",
        "method": "standard",
        "status": "in_transit",
    },
    "dispute": {
        "id": "du_1",
        "object": "dispute",
        "amount": 9200,
        "charge": "ch_1",
        "created": AT,
        "currency": "usd",
        "evidence_details": {"due_by": AT + 604_800},
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": "needs_response",
    },
    "subscription": {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": AT,
        "currency": "usd",
        "customer": "cus_1",
        "default_payment_method": "pm_1",
        "items": {
            "object": "list",
            "has_more": False,
            "data": [
                {
                    "id": "si_1",
                    "object": "subscription_item",
                    "price": _PRICE,
                    "quantity": 3,
                    "current_period_start": AT,
                    "current_period_end": AT + 2_592_000,
                }
            ],
        },
        "start_date": AT,
        "status": "active",
    },
    "credit_note": {
        "id": "cn_1",
        "object": "credit_note",
        "amount": 300,
        "created": AT,
        "currency": "usd",
        "customer": "cus_1",
        "invoice": "in_1",
        "number": "HC-0001-CN-01",
        "reason": "order_change",
        "refunds": [{"amount_refunded": 300, "refund": "re_1"}],
        "status": "issued",
    },
    "payment_method": {
        "id": "pm_1",
        "object": "payment_method",
        "billing_details": {"name": "Ana Diaz", "address": {"line1": "4 Mill Lane"}},
        "card": {
            "brand": "visa",
            "last4": "4242",
            "exp_month": 8,
            "exp_year": 2031,
            "fingerprint": "Xt5EWLLDS7FJjR1c",
            "checks": {"cvc_check": "pass"},
        },
        "created": AT,
        "customer": "cus_1",
        "type": "card",
    },
}


@pytest.fixture(scope="session")
def sample() -> Callable[..., dict[str, Any]]:
    """A fresh object of a kind, with some of its fields changed; ``...`` takes a field out."""

    def make(kind: str, **changes: Any) -> dict[str, Any]:
        body = {**deepcopy(_SAMPLES[kind]), **changes}
        return {name: value for name, value in body.items() if value is not ...}

    return make


@pytest.fixture
def stop() -> threading.Event:
    """What ends the reader's waits."""
    return threading.Event()


@pytest.fixture
def reader(server: Any, stop: threading.Event) -> Iterator[StripeReader]:
    """A reader of the loopback server."""
    made = StripeReader(KEY, server.base, None, stop, user_agent="Paydesk/test")
    yield made
    made.close()


@pytest.fixture
def listing() -> Callable[..., dict[str, Any]]:
    """A page of a list."""

    def make(*rows: Any, more: bool = False) -> dict[str, Any]:
        return {"object": "list", "data": list(rows), "has_more": more, "url": "/v1/x"}

    return make
