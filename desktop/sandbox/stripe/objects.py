"""Builders of the people, goods and payment objects, with the keys of Stripe's API version 2026-10-28.endive.

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


def _bank_facts(card: Card, fingerprint: str) -> Wire:
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
        method["us_bank_account"] = _bank_facts(card, fingerprint) | {
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "status_details": {},
        }
    return method


def _method_details(method: Wire, amount: int) -> Wire:
    if method["type"] != "card":
        bank = {key: value for key, value in method["us_bank_account"].items() if key in _bank_keys()}
        bank |= {"expected_debit_date": None, "mandate": None, "payment_reference": None}
        return {"type": method["type"], method["type"]: bank}
    shown = {
        key: value
        for key, value in method["card"].items()
        if key not in {"display_brand", "generated_from", "networks", "three_d_secure_usage"}
    }
    shown |= {
        "amount_authorized": amount,
        "authorization_code": "123456",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": method["card"]["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": None,
        "transaction_link_id": None,
    }
    return {"card": shown, "type": "card"}


def _bank_keys() -> frozenset[str]:
    return frozenset(_bank_facts(Card("", ""), ""))


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


def payment_intent(intent_id: str, created: int, amount: int, currency: str, secret: str, **facts: Any) -> Wire:
    """An intent that waits for a payment method."""
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{secret}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    } | facts


def charge(charge_id: str, created: int, intent: Wire, method: Wire, **facts: Any) -> Wire:
    """An attempt to pay an intent with a method; the caller says how it went."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "HARBOUR STUDIO" if method["type"] == "card" else None,
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(method, intent["amount"]),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{charge_id}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    } | facts


def outcome(card: Card, declined: bool) -> Wire:
    """What the card network said about an attempt."""
    return {
        "advice_code": "try_again_later" if declined else None,
        "network_advice_code": None,
        "network_decline_code": "05" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": card.decline_code if declined else None,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline."
        if declined
        else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def refund(refund_id: str, created: int, charge_object: Wire, amount: int, **facts: Any) -> Wire:
    """A refund of part or all of a charge."""
    kind = charge_object["payment_method_details"]["type"]
    facts_of_kind = {
        "reference": None,
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge_object["id"],
        "created": created,
        "currency": charge_object["currency"],
        "customer": charge_object["customer"],
        "customer_account": None,
        "destination_details": {kind: facts_of_kind if kind == "card" else {}, "type": kind},
        "metadata": {},
        "payment_intent": charge_object["payment_intent"],
        "payment_method": charge_object["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    } | facts


def dispute(dispute_id: str, created: int, charge_object: Wire, due_by: int, **facts: Any) -> Wire:
    """A dispute (or inquiry) over a card charge."""
    brand = charge_object["payment_method_details"]["card"]["brand"]
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge_object["amount"],
        "balance_transactions": [],
        "charge": charge_object["id"],
        "created": created,
        "currency": charge_object["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge_object["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": "chargeback",
                "network": brand,
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    } | facts


_EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def balance_transaction(transaction_id: str, created: int, **facts: Any) -> Wire:
    """One line of the account's ledger. ``net`` is worked out here."""
    made: Wire = {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": 0,
        "available_on": created,
        "balance_type": "payments",
        "created": created,
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": 0,
        "reporting_category": "charge",
        "source": None,
        "status": "pending",
        "type": "charge",
    } | facts
    made["net"] = made["amount"] - made["fee"]
    return made


def payout(payout_id: str, created: int, amount: int, arrival: int, bank: str, **facts: Any) -> Wire:
    """Money on its way to the studio's bank."""
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": True,
        "balance_transaction": None,
        "created": created,
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": bank,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    } | facts


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
