"""Square's objects, small and made up here, and a reader whose requests are answered in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import respx

from desktop.providers.square.reads import SquareReader

NOW = 1_790_000_000
"""The pretended Square's clock (Unix seconds): 2026-09-21T14:13:20Z."""

TOKEN = "EAAAlf4kIRZzk2mQvJmSXeVmZUwXyZPAcEoGr7nQeVwZkLbWnXpTgRyHsDuQaJic"
BASE = "http://127.0.0.1:9"

_USD = {"amount": 2500, "currency": "USD"}


def usd(amount: int) -> dict[str, Any]:
    """An amount of money."""
    return {"amount": amount, "currency": "USD"}


_CARD = {
    "id": "ccof:1",
    "card_brand": "AMERICAN_EXPRESS",
    "last_4": "1234",
    "exp_month": 8,
    "exp_year": 2031,
    "fingerprint": "sq-1-abc",
    "bin": "424242",
    "cardholder_name": "Ana Diaz",
}

SAMPLES: dict[str, dict[str, Any]] = {
    "location": {
        "id": "L1",
        "name": "Harbour",
        "status": "ACTIVE",
        "type": "PHYSICAL",
        "currency": "USD",
        "country": "US",
        "timezone": "America/New_York",
        "created_at": "2024-05-01T10:00:00Z",
        "address": {"address_line_1": "1 Quay", "address_line_2": "Unit 2", "address_line_3": "Rear"},
    },
    "customer": {
        "id": "CUST1",
        "created_at": "2026-05-28T20:26:40.120Z",
        "updated_at": "2026-06-01T08:00:00.5Z",
        "given_name": "Ana",
        "family_name": "Diaz",
        "email_address": "ana@example.com",
        "company_name": "Diaz & Co",
        "note": "Prefers mail",
        "address": {"address_line_1": "4 Mill Lane", "locality": "York", "postal_code": "YO1", "country": "GB"},
        "version": 3,
    },
    "catalog_object": {
        "type": "ITEM_VARIATION",
        "id": "VAR1",
        "updated_at": "2026-05-28T20:26:40.120Z",
        "version": 1_780_000_000_120,
        "is_deleted": False,
        "item_variation_data": {
            "item_id": "ITEM1",
            "name": "Large",
            "sku": "SKU-1",
            "pricing_type": "FIXED_PRICING",
            "price_money": _USD,
        },
    },
    "order": {
        "id": "ORDER1",
        "location_id": "L1",
        "customer_id": "CUST1",
        "state": "COMPLETED",
        "version": 4,
        "created_at": "2026-05-28T20:26:40.120Z",
        "updated_at": "2026-05-28T20:27:00Z",
        "closed_at": "2026-05-28T20:27:00Z",
        "source": {"name": "Point of Sale"},
        "taxes": [
            {"uid": "added", "type": "ADDITIVE", "percentage": "10"},
            {"uid": "held", "type": "INCLUSIVE", "percentage": "5"},
        ],
        "line_items": [
            {
                "uid": "line-a",
                "name": "Print",
                "variation_name": "Large",
                "quantity": "2",
                "catalog_object_id": "VAR1",
                "applied_taxes": [
                    {"tax_uid": "added", "applied_money": usd(90)},
                    {"tax_uid": "held", "applied_money": usd(45)},
                ],
                "total_discount_money": usd(100),
                "total_tax_money": usd(135),
                "total_money": usd(990),
            }
        ],
        "total_money": usd(1290),
        "total_tax_money": usd(135),
        "total_discount_money": usd(100),
        "total_tip_money": usd(200),
        "total_service_charge_money": usd(100),
        "tenders": [{"id": "PAY1", "type": "CARD", "card_details": {"card": _CARD}}],
    },
    "invoice": {
        "id": "inv:1",
        "version": 2,
        "location_id": "L1",
        "order_id": "ORDER1",
        "status": "UNPAID",
        "invoice_number": "000042",
        "title": "Identity design",
        "created_at": "2026-05-28T20:26:40Z",
        "updated_at": "2026-05-29T20:26:40Z",
        "public_url": "https://squareup.com/pay-invoice/inv:1",
        "primary_recipient": {"customer_id": "CUST1", "given_name": "Ana", "family_name": "Diaz"},
        "payment_requests": [
            {
                "uid": "r1",
                "request_type": "DEPOSIT",
                "due_date": "2026-06-10",
                "computed_amount_money": usd(3000),
                "total_completed_amount_money": usd(3000),
            },
            {
                "uid": "r2",
                "request_type": "BALANCE",
                "due_date": "2026-07-10",
                "computed_amount_money": usd(7000),
                "total_completed_amount_money": usd(0),
            },
        ],
    },
    "payment": {
        "id": "PAY1",
        "created_at": "2026-05-28T20:26:40.120Z",
        "updated_at": "2026-05-28T20:26:41.340Z",
        "amount_money": usd(2300),
        "tip_money": usd(200),
        "total_money": usd(2500),
        "status": "COMPLETED",
        "source_type": "CARD",
        "card_details": {"status": "CAPTURED", "card": _CARD, "application_cryptogram": "99AA"},
        "processing_fee": [
            {"type": "INITIAL", "amount_money": usd(102)},
            {"type": "ADJUSTMENT", "amount_money": usd(-2)},
        ],
        "location_id": "L1",
        "order_id": "ORDER1",
        "customer_id": "CUST1",
        "receipt_url": "https://squareup.com/receipt/preview/PAY1",
    },
    "refund": {
        "id": "PAY1_r1",
        "status": "COMPLETED",
        "location_id": "L1",
        "amount_money": usd(500),
        "processing_fee": [{"type": "INITIAL", "amount_money": usd(-15)}],
        "payment_id": "PAY1",
        "reason": "Broken",
        "created_at": "2026-05-29T20:26:40.120Z",
        "updated_at": "2026-05-29T20:27:40.120Z",
    },
    "payout": {
        "id": "po_1",
        "status": "SENT",
        "location_id": "L1",
        "amount_money": usd(9800),
        "created_at": "2026-05-30T09:00:00Z",
        "updated_at": "2026-05-30T09:00:00Z",
        "arrival_date": "2026-06-01",
        "destination": {"type": "BANK_ACCOUNT", "id": "bact:1"},
        "payout_fee": [{"type": "TRANSFER_FEE", "amount_money": usd(95)}],
        "end_to_end_id": "L2100000005",
        "version": 1,
        "type": "BATCH",
    },
    "payout_entry": {
        "id": "poe_1",
        "payout_id": "po_1",
        "effective_at": "2026-05-29T23:31:49Z",
        "type": "CHARGE",
        "gross_amount_money": {"amount": 2500, "currency_code": "USD"},
        "fee_amount_money": {"amount": 100, "currency_code": "USD"},
        "net_amount_money": {"amount": 2400, "currency_code": "USD"},
        "type_charge_details": {"payment_id": "PAY1"},
    },
    "dispute": {
        "id": "DIS1",
        "dispute_id": "DIS1",
        "amount_money": usd(2500),
        "state": "EVIDENCE_REQUIRED",
        "reason": "NOT_RECEIVED",
        "due_at": "2026-06-12T00:00:00.000Z",
        "disputed_payment": {"payment_id": "PAY1"},
        "created_at": "2026-06-01T10:00:00Z",
        "updated_at": "2026-06-01T10:00:00Z",
        "version": 1,
        "location_id": "L1",
    },
    "subscription": {
        "id": "SUB1",
        "location_id": "L1",
        "plan_variation_id": "PLANVAR1",
        "customer_id": "CUST1",
        "start_date": "2026-05-01",
        "charged_through_date": "2026-05-31",
        "status": "ACTIVE",
        "version": 5,
        "created_at": "2026-04-30T10:00:00Z",
        "card_id": "ccof:1",
        "timezone": "America/New_York",
    },
    "card": {**_CARD, "customer_id": "CUST1", "enabled": True, "version": 1},
    "inventory_count": {
        "catalog_object_id": "VAR1",
        "catalog_object_type": "ITEM_VARIATION",
        "state": "IN_STOCK",
        "location_id": "L1",
        "quantity": "12.5",
        "calculated_at": "2026-05-28T20:26:40.120Z",
    },
    "device": {
        "id": "device:995CS397A6475287",
        "attributes": {
            "type": "TERMINAL",
            "manufacturer": "Square",
            "model": "T2",
            "name": "Counter",
            "updated_at": "2026-05-28T20:26:40.335762883Z",
        },
        "components": [{"type": "APPLICATION", "application_details": {"session_location": "L1"}}],
        "status": {"category": "NEEDS_ATTENTION"},
    },
    "terminal_checkout": {
        "id": "tsQPvzwBpMqqO",
        "amount_money": usd(2610),
        "device_options": {"device_id": "995CS397A6475287"},
        "status": "COMPLETED",
        "payment_ids": ["PAY1"],
        "reference_id": "id14467",
        "location_id": "L1",
        "created_at": "2026-05-28T20:26:40.120Z",
        "updated_at": "2026-05-28T20:26:52.725Z",
    },
    "payment_link": {
        "id": "PLK1",
        "version": 1,
        "order_id": "ORDER1",
        "url": "https://square.link/u/abc",
        "description": "Workshop",
        "created_at": "2026-05-28T20:26:40Z",
    },
    "plan": {
        "type": "SUBSCRIPTION_PLAN_VARIATION",
        "id": "PLANVAR1",
        "updated_at": "2026-05-28T20:26:40Z",
        "version": 1_780_000_000_000,
        "subscription_plan_variation_data": {
            "name": "Monthly",
            "subscription_plan_id": "PLAN1",
            "phases": [
                {
                    "ordinal": 0,
                    "periods": 1,
                    "cadence": "MONTHLY",
                    "pricing": {"type": "STATIC", "price_money": usd(100)},
                },
                {"ordinal": 1, "cadence": "QUARTERLY", "pricing": {"type": "STATIC", "price_money": usd(4500)}},
            ],
        },
    },
    "merchant": {
        "id": "MERCHANT1",
        "business_name": "Harbour Studio",
        "country": "US",
        "currency": "USD",
        "main_location_id": "L1",
    },
}


@dataclass
class Told:
    """What to answer: JSON unless ``raw`` is given."""

    body: Any = None
    status: int = 200
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    at: int = NOW


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any


class Script:
    """Answers by path: a fixed answer, a list of answers in turn (the last one stays), or a function."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"/v2/merchants/me": Told({"merchant": SAMPLES["merchant"]})}
        self.asked: list[Asked] = []
        self.base = BASE

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Note a request and answer it."""
        asked = Asked(
            request.method,
            request.url.raw_path.decode().partition("?")[0],
            dict(request.url.params),
            {name.lower(): value for name, value in request.headers.items()},
            json.loads(request.content) if request.content else None,
        )
        self.asked.append(asked)
        told = self.answers.get(asked.path)
        if told is None:
            detail = f"API endpoint for URL path `{asked.path}` and HTTP method `GET` is not found."
            told = refused(404, "NOT_FOUND", detail)
        elif isinstance(told, list):
            told = told.pop(0) if len(told) > 1 else told[0]
        elif callable(told):
            told = told(asked)
        content = json.dumps(told.body).encode() if told.raw is None else told.raw
        return httpx.Response(
            told.status, content=content, headers={"Date": formatdate(told.at, usegmt=True), **told.headers}
        )

    def to(self, path: str) -> list[Asked]:
        """The requests to one address."""
        return [asked for asked in self.asked if asked.path == path]


def refused(status: int, code: str = "", detail: str = "", **more: Any) -> Told:
    """An error as Square states it."""
    return Told({"errors": [{"category": "X", "code": code, "detail": detail, **more}]}, status=status)


@pytest.fixture
def server() -> Iterator[Script]:
    """What answers instead of Square."""
    script = Script()
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=script.answer)
        yield script


@pytest.fixture
def told() -> type[Told]:
    """The kind of answer that a script is made of."""
    return Told


@pytest.fixture
def error() -> Callable[..., Told]:
    """An error as Square states it."""
    return refused


@pytest.fixture(scope="session")
def sample() -> Callable[..., dict[str, Any]]:
    """A fresh object of a kind, with some of its fields changed; ``...`` takes a field out."""

    def make(kind: str, **changes: Any) -> dict[str, Any]:
        body = {**deepcopy(SAMPLES[kind]), **changes}
        return {name: value for name, value in body.items() if value is not ...}

    return make


@pytest.fixture
def reader(server: Script) -> Iterator[SquareReader]:
    """A reader of the scripted server."""
    made = SquareReader(TOKEN, server.base, None, threading.Event(), user_agent="Paydesk/test")
    yield made
    made.close()
