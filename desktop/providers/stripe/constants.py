"""Stripe's facts that are data: the pinned API version, addresses, rates, and where each kind of object lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.providers.contract import Feed, Stream

API_VERSION = "2026-10-28.endive"
"""The version that is sent with every call: the one the official SDK of the same release is built for."""

OLDEST_EVENT_VERSION = "2023-10-16"
"""Event payloads from this version on are mapped as they are; older ones are read again by id."""

API_BASE = "https://api.stripe.com"
CONNECT_BASE = "https://connect.stripe.com"
API_BASE_VARIABLE = "PAYDESK_STRIPE_API_BASE"
CONNECT_BASE_VARIABLE = "PAYDESK_STRIPE_CONNECT_BASE"

DASHBOARD = "https://dashboard.stripe.com"
DASHBOARD_SECTIONS: Mapping[str, str] = {
    "clients": "customers",
    "disputes": "disputes",
    "invoices": "invoices",
    "payments": "payments",
    "payouts": "payouts",
    "services": "products",
    "subscriptions": "subscriptions",
}
"""Where the dashboard shows the rows of a table, below the account and, in test mode, ``test/``."""

PAGE_LIMIT = 100

RATES: Mapping[str, float] = {"live": 100.0, "test": 25.0}
"""Requests a second by mode (docs.stripe.com/rate-limits)."""

ENDPOINT_RATE = 25.0
"""Requests a second on one endpoint, in any mode (docs.stripe.com/rate-limits)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where the objects of a feed are listed, and what its first request needs beside ``limit``.

    ``methods``: where its objects name a stored way to pay, which is then asked for with them: it costs no request.
    """

    path: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    methods: tuple[str, ...] = ()


LISTINGS: Mapping[str, Listing] = {
    "customers": Listing("/v1/customers", methods=("invoice_settings.default_payment_method", "default_source")),
    "products": Listing("/v1/products"),
    "prices": Listing("/v1/prices"),
    "invoices": Listing("/v1/invoices"),
    "invoice_payments": Listing("/v1/invoice_payments"),
    "charges": Listing("/v1/charges"),
    "payment_intents": Listing("/v1/payment_intents", methods=("payment_method",)),
    "refunds": Listing("/v1/refunds"),
    "balance_transactions": Listing("/v1/balance_transactions"),
    "payouts": Listing("/v1/payouts"),
    "disputes": Listing("/v1/disputes"),
    "subscriptions": Listing("/v1/subscriptions", {"status": "all"}, methods=("default_payment_method",)),
    "credit_notes": Listing("/v1/credit_notes"),
    "payment_methods": Listing("/v1/customers/{parent}/payment_methods"),
}

OBJECT_PATHS: Mapping[str, str] = {
    "customer": "/v1/customers/{id}",
    "product": "/v1/products/{id}",
    "price": "/v1/prices/{id}",
    "invoice": "/v1/invoices/{id}",
    "invoice_payment": "/v1/invoice_payments/{id}",
    "charge": "/v1/charges/{id}",
    "payment_intent": "/v1/payment_intents/{id}",
    "refund": "/v1/refunds/{id}",
    "balance_transaction": "/v1/balance_transactions/{id}",
    "payout": "/v1/payouts/{id}",
    "dispute": "/v1/disputes/{id}",
    "subscription": "/v1/subscriptions/{id}",
    "credit_note": "/v1/credit_notes/{id}",
    "payment_method": "/v1/payment_methods/{id}",
}

# Charges before intents: an attempt carries the method, the ledger line and the outcome, so that the payments that
# a first sync shows early are complete ones.
STREAMS: Sequence[Stream] = (
    Stream("clients", (Feed("customers", "customer"),)),
    Stream("services", (Feed("products", "product"), Feed("prices", "price"))),
    Stream(
        "invoices",
        (Feed("invoices", "invoice"), Feed("invoice_payments", "invoice_payment")),
        horizon_days=90,
    ),
    # The ledger before the payments: a payment counts on its ledger line's day, so it is composed once, not twice.
    Stream("balance_entries", (Feed("balance_transactions", "balance_transaction"),), recheck="created"),
    Stream("payments", (Feed("charges", "charge"), Feed("payment_intents", "payment_intent"))),
    Stream("refunds", (Feed("refunds", "refund"),)),
    Stream("payouts", (Feed("payouts", "payout"),)),
    Stream("disputes", (Feed("disputes", "dispute"),)),
    Stream("subscriptions", (Feed("subscriptions", "subscription"),)),
    Stream("credit_notes", (Feed("credit_notes", "credit_note"),)),
    Stream("payment_methods", (Feed("payment_methods", "payment_method"),), per_parent="customer", on_demand=True),
)
"""Everything that is kept of Stripe, in the order of a first sync."""
