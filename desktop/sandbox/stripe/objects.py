"""Builders of the people, goods and events, with the keys of Stripe's API version 2026-10-28.endive.

Amounts are integers of the currency's minor unit, instants are seconds since the epoch.
"""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe.cards import Card

API_VERSION = "2026-10-28.endive"

Wire = dict[str, Any]
"""One object as it goes over the wire."""

EMPTY_ADDRESS: Wire = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}


def listing(url: str, data: list[Any], has_more: bool = False) -> Wire:
    """A list as Stripe wraps it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def account(account_id: str, created: int, name: str, email: str, url: str, timezone: str) -> Wire:
    """A standard account that may charge and be paid out daily."""
    nothing_due: Wire = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": 6,
            "mcc": "7333",
            "minority_owned_business_designation": None,
            "name": name,
            "product_description": "Graphic design",
            "support_address": dict(EMPTY_ADDRESS),
            "support_email": email,
            "support_phone": None,
            "support_url": url,
            "url": url,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": email,
        "external_accounts": listing(f"/v1/accounts/{account_id}/external_accounts", []),
        "future_requirements": dict(nothing_due),
        "metadata": {},
        "payouts_enabled": True,
        "requirements": nothing_due,
        "settings": {
            "bacs_debit_payments": {"display_name": None, "service_user_number": None},
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": True},
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": name, "timezone": timezone},
            "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
            "payments": {
                "statement_descriptor": name.upper()[:22],
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"delay_days": 2, "interval": "daily"},
                "statement_descriptor": None,
            },
            "sepa_debit_payments": {},
        },
        "tos_acceptance": {"date": created, "ip": None, "user_agent": None},
        "type": "standard",
    }


def customer(customer_id: str, created: int, **facts: Any) -> Wire:
    """A customer; ``facts`` overrides any field."""
    return {
        "id": customer_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": customer_id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    } | facts


def billing_details(name: str | None, email: str | None, address: Wire | None = None) -> Wire:
    """Who pays, as charges and payment methods carry it."""
    return {
        "address": dict(address or EMPTY_ADDRESS),
        "email": email,
        "name": name,
        "phone": None,
        "tax_id": None,
    }


def _card_facts(card: Card, expiry: tuple[int, int], fingerprint: str) -> Wire:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card.country,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": fingerprint,
        "funding": card.funding,
        "last4": card.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }


def bank_facts(card: Card, fingerprint: str) -> Wire:
    """What is known of a bank account."""
    return {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": card.brand,
        "fingerprint": fingerprint,
        "last4": card.last4,
        "routing_number": "110000000",
    }


def payment_method(
    method_id: str, created: int, card: Card, expiry: tuple[int, int], fingerprint: str, owner: Wire | None
) -> Wire:
    """A card or US bank account, attached to ``owner`` (a customer) or to nobody."""
    payer = owner or {"id": None, "name": None, "email": None, "address": None}
    details = billing_details(payer["name"], payer["email"], payer["address"])
    method: Wire = {
        "id": method_id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": details,
        "created": created,
        "customer": payer["id"],
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": card.kind,
    }
    if card.kind == "card":
        method["card"] = _card_facts(card, expiry, fingerprint) | {
            "display_brand": card.brand,
            "generated_from": None,
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
        }
    else:
        method["us_bank_account"] = bank_facts(card, fingerprint) | {
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "status_details": {},
        }
    return method


def product(product_id: str, created: int, name: str, **facts: Any) -> Wire:
    """A product."""
    return {
        "id": product_id,
        "object": "product",
        "active": True,
        "created": created,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": created,
        "url": None,
    } | facts


def price(price_id: str, created: int, product_id: str, currency: str, unit_amount: int, **facts: Any) -> Wire:
    """A price per unit; give ``recurring`` for one that repeats."""
    made: Wire = {
        "id": price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    } | facts
    made["type"] = "recurring" if made["recurring"] else "one_time"
    return made


def recurrence(months: int) -> Wire:
    """The ``recurring`` part of a price: every so many months, years where they divide."""
    years, rest = divmod(months, 12)
    return {
        "interval": "month" if rest else "year",
        "interval_count": months if rest else years,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def event(event_id: str, created: int, kind: str, snapshot: Wire, previous: Wire | None, request: Wire) -> Wire:
    """Something that happened, with the object as it was then."""
    data: Wire = {"object": snapshot}
    if previous:
        data["previous_attributes"] = previous
    return {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": kind,
    }
