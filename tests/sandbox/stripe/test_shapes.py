"""The fields of generated objects: those of the pinned SDK, and those of Stripe's own examples where these are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import stripe

from desktop.sandbox.launch import Running
from desktop.sandbox.stripe.objects import API_VERSION

CLASSES: dict[str, type[stripe.StripeObject]] = {
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "coupon": stripe.Coupon,
    "credit_note": stripe.CreditNote,
    "customer": stripe.Customer,
    "customer_balance_transaction": stripe.CustomerBalanceTransaction,
    "discount": stripe.Discount,
    "dispute": stripe.Dispute,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "invoiceitem": stripe.InvoiceItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "tax_rate": stripe.TaxRate,
}
SAID_ONLY_BY_OLDER_VERSIONS = {
    "charge": {"refunds"},
    "invoice": {"subscription"},
}
"""Fields that the examples still show and the pinned version sends only when they are asked for, or not at all."""


def test_the_version_is_the_installed_sdks() -> None:
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize("kind", CLASSES)
def test_the_sdk_knows_every_field(reading_sandbox: Running, kind: str) -> None:
    known = set(CLASSES[kind].__annotations__) | {"id", "object"}
    objects = list(reading_sandbox.world.every(kind))
    assert objects
    for one in objects:
        assert not set(one) - known


def test_the_sdk_knows_every_field_of_a_line(reading_sandbox: Running) -> None:
    known = set(stripe.InvoiceLineItem.__annotations__)
    for lines in reading_sandbox.world.lines.values():
        for line in lines:
            assert not set(line) - known


def _examples() -> dict[str, Any]:
    folder = os.environ.get("PAYDESK_SPECS")
    if not folder:
        pytest.skip("PAYDESK_SPECS does not name the folder with Stripe's example objects")
    found = sorted(Path(folder).glob("stripe-example-objects-*.json"))
    if not found:
        pytest.skip(f"no Stripe example objects in {folder}")
    resources: dict[str, Any] = json.loads(found[-1].read_text(encoding="utf-8"))["resources"]
    return resources


@pytest.mark.parametrize("kind", CLASSES)
def test_no_field_of_the_example_is_lacking(reading_sandbox: Running, kind: str) -> None:
    expected = set(_examples()[kind]) - SAID_ONLY_BY_OLDER_VERSIONS.get(kind, set())
    if kind == "payment_method":
        expected -= {"card"}
    for one in reading_sandbox.world.every(kind):
        assert not expected - set(one)


def test_no_field_of_the_example_line_is_lacking(reading_sandbox: Running) -> None:
    expected = set(_examples()["line_item"])
    for lines in reading_sandbox.world.lines.values():
        for line in lines:
            assert not expected - set(line)


def test_an_event_has_the_fields_of_the_example(reading_sandbox: Running) -> None:
    expected = set(_examples()["event"])
    assert all(set(event) == expected for event in reading_sandbox.world.events)


def test_the_account_has_the_fields_of_the_example(reading_sandbox: Running) -> None:
    assert set(reading_sandbox.world.account) == set(_examples()["account"])
