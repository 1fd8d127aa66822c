"""Payments, refunds and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.fields import child, open_word, text
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    lower,
    moment,
    moment_or_none,
    money,
    money_or,
    rows,
    total_money,
)
from desktop.providers.square.records.people import brand, person_name
from desktop.records import AttemptRecord, DisputeRecord, RefundRecord

PAYMENT_STATUSES: Mapping[str, str] = {
    "COMPLETED": "succeeded",
    "APPROVED": "succeeded",
    "PENDING": "pending",
    "CANCELED": "canceled",
    "FAILED": "failed",
}

STORED_SOURCES = frozenset({"SQUARE_ACCOUNT"})
"""Sources that bring no money: a Square account is the buyer's house account, settled by an invoice later
(developer.squareup.com/docs/payments-api/take-payments/house-accounts)."""

STORED_BRANDS = frozenset({"SQUARE_GIFT_CARD"})
STORED_EXTERNALS = frozenset({"STORED_BALANCE", "OTHER_GIFT_CARD"})
"""Brands of cards, and types of external payments, that are stored value and bring no money."""

MONEY_DESTINATIONS = frozenset({"CASH", "BANK_ACCOUNT", "WALLET", "BUY_NOW_PAY_LATER"})
"""Where a refund goes that surely is money, whatever was paid with."""

METHODS: Mapping[str, str] = {
    "CARD": "card",
    "CASH": "cash",
    "EXTERNAL": "external",
    "WALLET": "wallet",
    "BANK_ACCOUNT": "bank_account",
    "BUY_NOW_PAY_LATER": "buy_now_pay_later",
    "SQUARE_ACCOUNT": "square_account",
}
"""Our word for a payment's source; one that is not here is only lower-cased."""

REFUND_STATUSES: Mapping[str, str] = {
    "PENDING": "pending",
    "APPROVED": "pending",
    "COMPLETED": "succeeded",
    "REJECTED": "failed",
    "FAILED": "failed",
}

DISPUTE_STATUSES: Mapping[str, str] = {
    "INQUIRY_EVIDENCE_REQUIRED": "inquiry",
    "INQUIRY_PROCESSING": "inquiry",
    "INQUIRY_CLOSED": "inquiry_closed",
    "EVIDENCE_REQUIRED": "needs_response",
    "PROCESSING": "under_review",
    "WON": "won",
    "LOST": "lost",
    "ACCEPTED": "lost",
}


def map_payment(body: Mapping[str, Any], around: Around) -> AttemptRecord:
    """A payment, which at Square stands alone; its amount has the tip in it.

    Fees come after the payment, and cash has none: none stated is 0, and says so again when it changes. What another
    service took and keeps of it is a fee too. A status that is not known takes money where the card says so.
    Raises: Unreadable.
    """
    get = body.get
    status = open_word(get("status"), PAYMENT_STATUSES, "status")
    whole = get("total_money") if get("total_money") is not None else get("amount_money")
    unit = currency_of(whole)
    tip = money_or(get("tip_money"), unit, "tip")
    amount = money(whole, unit, "amount")
    if whole is not get("total_money"):
        amount += tip
    details = child(get("card_details"))
    card = child(details.get("card"))
    taken_at = moment_or_none(child(details.get("card_payment_timeline")).get("captured_at"), "time of capture")
    known = status in PAYMENT_STATUSES.values()
    captured = get("status") == "COMPLETED" if known else taken_at is not None or details.get("status") == "CAPTURED"
    errors = rows(details.get("errors")) or rows(child(get("bank_account_details")).get("errors"))
    error = child(errors[0]) if errors else {}
    payer = child(get("billing_address"))
    source = text(get("source_type"))
    external = child(get("external_details"))
    stored = _is_stored(source, card, external)
    fee = total_money(get("processing_fee"), "amount_money", unit, "fee")
    if not stored:
        fee += money_or(external.get("source_fee_money"), unit, "fee of the source")
    return AttemptRecord(
        status=status,
        amount=amount,
        amount_captured=amount if captured else 0,
        amount_refunded=money_or(get("refunded_money"), unit, "amount refunded"),
        currency=unit,
        created_at=moment(get("created_at"), "creation time"),
        captured=get("status") != "APPROVED" if known else captured,
        client_ref=text(get("customer_id")),
        client_name=person_name(payer.get("first_name"), payer.get("last_name")),
        client_email=text(get("buyer_email_address")),
        method=METHODS.get(source, source.lower()),
        brand=brand(card.get("card_brand")),
        last4=text(card.get("last_4"))[-4:],
        method_ref=text(card.get("id")),
        failure_code=lower(error.get("code")),
        failure_message=text(error.get("detail")),
        receipt_url=text(get("receipt_url")),
        description=text(get("note")),
        location_ref=text(get("location_id")),
        order_ref=text(get("order_id")),
        tip=tip,
        fee=fee,
        fee_parts=_later_fees(get("processing_fee"), unit),
        captured_at=taken_at if captured else None,
        stored_value=stored,
    )


def _is_stored(source: str, card: Mapping[str, Any], external: Mapping[str, Any]) -> bool:
    """Whether something is stored value (a gift card, store credit, a house account) and no money."""
    return (
        source in STORED_SOURCES
        or text(card.get("card_brand")) in STORED_BRANDS
        or text(external.get("type")) in STORED_EXTERNALS
    )


def _goes_onto_stored(body: Mapping[str, Any]) -> bool | None:
    """Whether a refund goes onto stored value; None where it says no more than that it goes back."""
    destination, details = text(body.get("destination_type")), child(body.get("destination_details"))
    card = child(child(details.get("card_details")).get("card"))
    external = child(details.get("external_details"))
    if _is_stored(destination, card, external):
        return True
    surely = destination in MONEY_DESTINATIONS or bool(card.get("card_brand") or external.get("type"))
    return False if surely else None


def _later_fees(values: object, unit: str) -> tuple[tuple[int, int], ...]:
    """The adjustments of a fee, each with the instant at which it takes effect (ms): not on the payment's day."""
    parts = []
    for row in rows(values):
        get = child(row).get
        at = moment_or_none(get("effective_at"), "effective time of a fee")
        amount = money_or(get("amount_money"), unit, "fee")
        if at is not None and amount and get("type") != "INITIAL":
            parts.append((at, amount))
    return tuple(parts)


def map_refund(body: Mapping[str, Any], around: Around) -> RefundRecord:
    """Money sent back. Square states the part of its fee that it gave back as a negative one. Raises: Unreadable.

    An authorisation that is given up is a canceled payment at Square, and never a refund.
    """
    get = body.get
    unit = currency_of(get("amount_money"))
    status = open_word(get("status"), REFUND_STATUSES, "status")
    return RefundRecord(
        amount=money(get("amount_money"), unit, "amount"),
        currency=unit,
        status=status,
        created_at=moment(get("created_at"), "creation time"),
        attempt_ref=text(get("payment_id")),
        failed_at=moment_or_none(get("updated_at"), "last change") if status == "failed" else None,
        reason=text(get("reason")),
        failure_reason=lower(get("status")) if status == "failed" else "",
        location_ref=text(get("location_id")),
        fee=-total_money(get("processing_fee"), "amount_money", unit, "fee"),
        release=False,
        stored_value=_goes_onto_stored(body),
    )


def map_dispute(body: Mapping[str, Any], around: Around) -> DisputeRecord:
    """A payer's objection. One that the business accepted is lost. Raises: Unreadable."""
    get = body.get
    unit = currency_of(get("amount_money"))
    return DisputeRecord(
        amount=money(get("amount_money"), unit, "amount"),
        currency=unit,
        status=open_word(get("state"), DISPUTE_STATUSES, "state"),
        created_at=moment(get("created_at") or get("reported_at"), "creation time"),
        attempt_ref=text(child(get("disputed_payment")).get("payment_id")),
        reason=lower(get("reason")),
        evidence_due_at=moment_or_none(get("due_at"), "evidence deadline"),
        location_ref=text(get("location_id")),
        on_ledger=False,
        changed_at=moment_or_none(get("updated_at"), "last change"),
    )


MAPPERS: Mapping[str, Mapper] = {
    "payment": map_payment,
    "refund": map_refund,
    "dispute": map_dispute,
}
