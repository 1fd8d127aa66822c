"""Payments: intents, charges, refunds and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.stripe.records.fields import (
    Mapper,
    amount,
    amount_or,
    child,
    currency,
    instant,
    instant_or_none,
    open_word,
    ref,
    rows,
    text,
)
from desktop.providers.stripe.records.people import brand
from desktop.records import AttemptRecord, DisputeRecord, PaymentRecord, RefundRecord

INTENT_STATUSES: Mapping[str, str] = {
    "succeeded": "succeeded",
    "processing": "processing",
    "requires_capture": "requires_capture",
    "requires_payment_method": "open",
    "requires_confirmation": "open",
    "requires_action": "open",
    "requires_source": "open",
    "requires_source_action": "open",
    "canceled": "canceled",
}

CHARGE_STATUSES: Mapping[str, str] = {
    "succeeded": "succeeded",
    "paid": "succeeded",
    "pending": "pending",
    "failed": "failed",
}

REFUND_STATUSES: Mapping[str, str] = {
    name: name for name in ("pending", "succeeded", "failed", "canceled", "requires_action")
}

RELEASE_REASON = "expired_uncaptured_charge"
"""Why Stripe itself makes a refund of an authorisation that nobody captured in time."""

DISPUTE_STATUSES: Mapping[str, str] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "inquiry_closed",
    "needs_response": "needs_response",
    "appeal_needs_response": "needs_response",
    "under_review": "under_review",
    "appeal_under_review": "under_review",
    "won": "won",
    "lost": "lost",
    "prevented": "prevented",
}
"""Older objects have more: ``charge_refunded`` is one whose charge was refunded before it was decided."""


def map_payment_intent(body: Mapping[str, Any]) -> PaymentRecord:
    """The wish to be paid once. A tip that was left at a terminal is told here only. Raises: Unreadable."""
    get = body.get
    status = open_word(get("status"), INTENT_STATUSES, "status")
    asked = amount(get("amount"), "amount")
    latest = ref(get("latest_charge"))
    if not latest:
        older = rows(get("charges"))
        latest = ref(older[0]) if older else ""
    error = child(get("last_payment_error")).get
    return PaymentRecord(
        status=status,
        amount=asked,
        currency=currency(get("currency")),
        created_at=instant(get("created"), "creation time"),
        amount_received=amount_or(get("amount_received"), "amount received", asked if status == "succeeded" else 0),
        client_ref=ref(get("customer")),
        invoice_ref=ref(get("invoice")),
        latest_attempt_ref=latest,
        method_ref=ref(get("payment_method")) or ref(get("source")),
        description=text(get("description")),
        canceled_at=instant_or_none(get("canceled_at"), "cancellation time"),
        failure_code=text(error("code")),
        failure_message=text(error("message")),
        tip=amount_or(child(child(get("amount_details")).get("tip")).get("amount"), "tip", 0),
    )


def map_charge(body: Mapping[str, Any]) -> AttemptRecord:
    """One try to move the money.

    ``paid`` stands in for a missing status. A charge that failed with a ledger line for the failure had succeeded
    before and was taken back (docs.stripe.com/api/charges/object, ``failure_balance_transaction``). One that was never
    captured took nothing that could be refunded, though API versions before Basil say that all of it was when the
    authorisation is given up: then it is canceled
    (docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow).
    Raises: Unreadable.
    """
    get = body.get
    stated = get("status")
    if stated is None and type(get("paid")) is bool:
        stated = "succeeded" if get("paid") else "failed"
    status = open_word(stated, CHARGE_STATUSES, "status")
    tried = amount(get("amount"), "amount")
    captured = get("captured") is not False
    refunded = amount_or(get("amount_refunded"), "amount refunded", 0)
    entry, returned_entry = ref(get("balance_transaction")), ref(get("failure_balance_transaction"))
    if status == "succeeded" and not captured and (get("refunded") is True or 0 < tried <= refunded):
        status = "canceled"
    payer = child(get("billing_details")).get
    method, card_brand, last4 = _method(body)
    return AttemptRecord(
        status=status,
        amount=tried,
        amount_captured=_captured(body, status, tried) if captured else 0,
        amount_refunded=refunded if captured else 0,
        currency=currency(get("currency")),
        created_at=instant(get("created"), "creation time"),
        captured=captured,
        payment_ref=ref(get("payment_intent")),
        client_ref=ref(get("customer")),
        client_name=text(payer("name")),
        client_email=text(payer("email")) or text(get("receipt_email")),
        invoice_ref=ref(get("invoice")),
        entry_ref=entry,
        returned=status == "failed" and returned_entry != "",
        returned_entry_ref=returned_entry,
        method=method,
        brand=card_brand,
        last4=last4,
        method_ref=ref(get("payment_method")) or ref(get("source")),
        failure_code=text(get("failure_code")),
        failure_message=text(get("failure_message")),
        receipt_url=text(get("receipt_url")),
        description=text(get("description")),
        disputed=get("disputed") is True or bool(ref(get("dispute"))),
    )


def _captured(body: Mapping[str, Any], status: str, tried: int) -> int:
    """How much was taken. A status that is not known says nothing of it: whether the charge is paid does."""
    get = body.get
    if status not in CHARGE_STATUSES.values():
        surely = tried if get("paid") is True else 0
        return 0 if get("paid") is False else amount_or(get("amount_captured"), "amount captured", surely)
    booked = {
        "succeeded": True,
        "pending": bool(ref(get("balance_transaction"))),
        "failed": bool(ref(get("failure_balance_transaction"))),
    }[status]
    return amount_or(get("amount_captured"), "amount captured", tried if booked else 0)


def _method(body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Kind, brand and last four, from the details of the charge or from the older ``source`` beside it."""
    details = body.get("payment_method_details")
    if type(details) is dict:
        kind = details.get("type")
        if type(kind) is str:
            facts = child(details.get(kind)).get
            return kind, brand(facts("brand")), text(facts("last4"))[-4:]
    older = child(body.get("source")).get
    kind = text(older("type")) or text(older("object"))
    if not kind:
        return "", "", ""
    facts = child(older(kind)).get
    return kind, brand(older("brand") or facts("brand")), text(older("last4") or facts("last4"))[-4:]


def map_refund(body: Mapping[str, Any]) -> RefundRecord:
    """Money sent back; a refund without a status is one from before refunds had any: done. Raises: Unreadable.

    Up to API versions before Basil Stripe makes one also for what was authorised and not captured. Only the reason can
    tell so; else the books see what was captured.
    """
    get = body.get
    reason = text(get("reason"))
    return RefundRecord(
        amount=amount(get("amount"), "amount"),
        currency=currency(get("currency")),
        status=open_word(get("status") or "succeeded", REFUND_STATUSES, "status"),
        created_at=instant(get("created"), "creation time"),
        attempt_ref=ref(get("charge")),
        payment_ref=ref(get("payment_intent")),
        entry_ref=ref(get("balance_transaction")),
        failure_entry_ref=ref(get("failure_balance_transaction")),
        reason=reason,
        failure_reason=text(get("failure_reason")),
        release=True if reason == RELEASE_REASON else None,
    )


def map_dispute(body: Mapping[str, Any]) -> DisputeRecord:
    """A payer's objection. Raises: Unreadable."""
    get = body.get
    due = child(get("evidence_details")).get("due_by")
    return DisputeRecord(
        amount=amount(get("amount"), "amount"),
        currency=currency(get("currency")),
        status=open_word(get("status"), DISPUTE_STATUSES, "status"),
        created_at=instant(get("created"), "creation time"),
        attempt_ref=ref(get("charge")),
        payment_ref=ref(get("payment_intent")),
        reason=text(get("reason")),
        evidence_due_at=instant_or_none(due or None, "evidence deadline"),
    )


MAPPERS: Mapping[str, Mapper] = {
    "charge": map_charge,
    "payment_intent": map_payment_intent,
    "refund": map_refund,
    "dispute": map_dispute,
}
