"""Builders of the objects that money makes: intents, charges, refunds, disputes, ledger lines, payouts."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe.cards import Card
from desktop.sandbox.stripe.objects import Wire, bank_facts

IN_PERSON = "card_present"
"""The type of a card that was read by a terminal."""


def _method_details(method: Wire, intent: Wire) -> Wire:
    amount: int = intent["amount"]
    if intent["payment_method_types"] == [IN_PERSON]:
        return {"type": IN_PERSON, IN_PERSON: _read_by_terminal(method["card"], amount)}
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


def _read_by_terminal(card: Wire, amount: int) -> Wire:
    kept = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {name: card[name] for name in kept} | {
        "amount_authorized": amount,
        "cardholder_name": None,
        "emv_auth_data": None,
        "generated_card": None,
        "incremental_authorization_supported": False,
        "network": card["brand"],
        "overcapture_supported": False,
        "preferred_locales": ["en"],
        "read_method": "contactless_emv",
        "receipt": None,
    }


def _bank_keys() -> frozenset[str]:
    return frozenset(bank_facts(Card("", ""), ""))


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
        "payment_method_details": _method_details(method, intent),
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
