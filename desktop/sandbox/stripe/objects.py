"""Builders of the people, goods and events, with the keys of Stripe's API version 2026-10-28.endive.

What they look like is in ``templates/``: each key that Stripe has, with what it is unless something else is known.
Amounts are integers of the currency's minor unit, instants are seconds since the epoch.
"""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe.cards import Card
from desktop.sandbox.templates import template

API_VERSION = "2026-10-28.endive"

Wire = dict[str, Any]
"""One object as it goes over the wire."""


def fill(name: str, /, **values: Any) -> Wire:
    """A new object of the template of a name."""
    return template(__package__, name).filled(values)


def listing(url: str, data: list[Any], has_more: bool = False) -> Wire:
    """A list as Stripe wraps it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def account(account_id: str, created: int, name: str, email: str, url: str, timezone: str) -> Wire:
    """A standard account that may charge and be paid out daily."""
    descriptor = name.upper()[:22]
    return fill(
        "account",
        id=account_id,
        created=created,
        name=name,
        email=email,
        url=url,
        timezone=timezone,
        statement_descriptor=descriptor,
    )


def customer(customer_id: str, created: int, **facts: Any) -> Wire:
    """A customer; ``facts`` overrides any field."""
    return fill("customer", id=customer_id, created=created, invoice_prefix=customer_id[-8:].upper()) | facts


def payment_method(
    method_id: str, created: int, card: Card, expiry: tuple[int, int], fingerprint: str, owner: Wire | None
) -> Wire:
    """A card or US bank account, attached to ``owner`` (a customer) or to nobody."""
    payer = owner or {"id": None, "name": None, "email": None, "address": None}
    address = dict(payer["address"] or fill("address"))
    details = fill("billing_details", name=payer["name"], email=payer["email"], address=address)
    method = fill("payment_method", id=method_id, created=created, billing_details=details, payer=payer, type=card.kind)
    if card.kind == "card":
        method["card"] = fill(
            "payment_method_card",
            brand=card.brand,
            country=card.country,
            exp_month=expiry[0],
            exp_year=expiry[1],
            fingerprint=fingerprint,
            funding=card.funding,
            last4=card.last4,
        )
    else:
        method["us_bank_account"] = fill(
            "payment_method_us_bank_account", bank_name=card.brand, fingerprint=fingerprint, last4=card.last4
        )
    return method


def product(product_id: str, created: int, name: str, **facts: Any) -> Wire:
    """A product."""
    return fill("product", id=product_id, created=created, name=name) | facts


def price(price_id: str, created: int, product_id: str, currency: str, unit_amount: int, **facts: Any) -> Wire:
    """A price per unit; give ``recurring`` for one that repeats."""
    made = fill("price", id=price_id, created=created, product=product_id, currency=currency, unit_amount=unit_amount)
    made |= facts
    made["type"] = "recurring" if made["recurring"] else "one_time"
    return made


def recurrence(months: int) -> Wire:
    """The ``recurring`` part of a price: every so many months, years where they divide."""
    years, rest = divmod(months, 12)
    return fill("recurring", interval="month" if rest else "year", interval_count=months if rest else years)


def event(event_id: str, created: int, kind: str, snapshot: Wire, previous: Wire | None, request: Wire) -> Wire:
    """Something that happened, with the object as it was then."""
    data: Wire = {"object": snapshot}
    if previous:
        data["previous_attributes"] = previous
    return fill("event", id=event_id, api_version=API_VERSION, created=created, type=kind, data=data, request=request)
