"""Invoices with their payment requests, and subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.providers.fields import Unreadable, child, currency, open_word, text
from desktop.providers.square.moments import start_of_day
from desktop.providers.square.records.catalog import phase_price
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    day_or_none,
    moment,
    moment_or_none,
    money,
    money_or,
    rows,
)
from desktop.providers.square.records.people import person_name
from desktop.records import InvoiceRecord, PaymentRequestRecord, SubscriptionItemRecord, SubscriptionRecord

INVOICE_STATUSES: Mapping[str, str] = {
    "DRAFT": "draft",
    "UNPAID": "open",
    "SCHEDULED": "open",
    "PAYMENT_PENDING": "open",
    "PARTIALLY_PAID": "partly_paid",
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "refunded",
    "REFUNDED": "refunded",
    "CANCELED": "void",
    "FAILED": "void",
}
"""Ours by Square's. ``FAILED`` is an invoice that Square itself cancelled, not one whose payment failed.

*refunded* says what was given back and nothing of what was paid: see :func:`_status`.
"""

_PUBLISHED = frozenset({"open", "partly_paid", "paid", "void"})

REQUEST_KINDS: Mapping[str, str] = {"DEPOSIT": "deposit", "INSTALLMENT": "instalment", "BALANCE": "balance"}

SUBSCRIPTION_STATUSES: Mapping[str, str] = {
    "ACTIVE": "active",
    "PENDING": "incomplete",
    "PAUSED": "paused",
    "DEACTIVATED": "unpaid",
    "CANCELED": "canceled",
    "COMPLETED": "canceled",
}
"""Ours by Square's: one that has yet to begin is incomplete, one that was switched off for want of payment unpaid."""

_AMOUNTS = ("computed_amount_money", "fixed_amount_requested_money", "total_completed_amount_money")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One payment request: what it asks for, what of it was paid, and whether a card is charged for it."""

    external_id: str
    kind: str
    amount: int
    paid: int
    due_day: str | None
    automatic: bool


def map_invoice(body: Mapping[str, Any], around: Around) -> InvoiceRecord:
    """A bill. Its lines and its tax are those of its order; what a payer adds as a tip is not part of the bill.

    Square states no instants of payment and of cancellation: the last change stands in for them. That an invoice of
    a status that is not known here was published is not certain. Raises: Unreadable.
    """
    get = body.get
    stated = open_word(get("status"), INVOICE_STATUSES, "status")
    unit = _currency(body, around)
    asked = [_asked(one, unit, stated) for one in rows(get("payment_requests"))]
    total, paid = sum(one.amount for one in asked), sum(one.paid for one in asked)
    status = _status(stated, total, paid)
    created = moment(get("created_at"), "creation time")
    changed = moment_or_none(get("updated_at"), "last change")
    recipient = child(get("primary_recipient"))
    return InvoiceRecord(
        status=status,
        currency=unit,
        total=total,
        subtotal=total,
        tax=0,
        amount_due=total,
        amount_paid=paid,
        amount_remaining=total - paid,
        created_at=created,
        number=text(get("invoice_number")),
        client_ref=text(recipient.get("customer_id")),
        client_name=person_name(recipient.get("given_name"), recipient.get("family_name"))
        or text(recipient.get("company_name")),
        client_email=text(recipient.get("email_address")),
        finalized_at=created if status in _PUBLISHED else None,
        due_day=_due_day(asked),
        paid_at=changed if stated == "paid" else None,
        voided_at=changed if status == "void" else None,
        subscription_ref=text(get("subscription_id")),
        hosted_url=text(get("public_url")),
        description=text(get("title")) or text(get("description")),
        collection_method="charge_automatically" if any(one.automatic for one in asked) else "send_invoice",
        location_ref=text(get("location_id")),
        order_ref=text(get("order_id")),
        requests=_requests(asked),
    )


def _status(stated: str, total: int, paid: int) -> str:
    """What is to be said of the invoice: one with refunds is as paid as its payment requests are."""
    if stated != "refunded":
        return stated
    if paid >= total:
        return "paid"
    return "partly_paid" if paid > 0 else "open"


def _currency(body: Mapping[str, Any], around: Around) -> str:
    """The currency that the invoice is in; a draft may have no amounts yet: the merchant's own."""
    for request in rows(body.get("payment_requests")):
        for name in _AMOUNTS:
            if child(request).get(name) is not None:
                return currency_of(child(request)[name])
    following = body.get("next_payment_amount_money")
    return currency(around.currency or None) if following is None else currency_of(following)


def _asked(request: object, unit: str, status: str) -> _Asked:
    """A payment request. Paid counts up to what was asked for: the rest is a tip and comes with its payment."""
    if type(request) is not dict:
        raise Unreadable("One of its payment requests is not an object.")
    get = request.get
    computed = get("computed_amount_money")
    wanted = money_or(
        computed if computed is not None else get("fixed_amount_requested_money"), unit, "amount asked for"
    )
    # Paid in cash, the amount may have been rounded to what coins there are.
    wanted += money_or(get("rounding_adjustment_included_money"), unit, "rounding")
    paid = min(money_or(get("total_completed_amount_money"), unit, "amount paid"), wanted)
    source = get("automatic_payment_source")
    return _Asked(
        external_id=text(get("uid")),
        kind=open_word(get("request_type") or "BALANCE", REQUEST_KINDS, "kind of payment request"),
        amount=wanted,
        paid=wanted if status == "paid" else paid,
        due_day=day_or_none(get("due_date"), "due date"),
        automatic=type(source) is str and source not in ("", "NONE"),
    )


def _due_day(asked: Sequence[_Asked]) -> str | None:
    """The earliest day by which something is still to be paid; of one that is paid, the last of its days."""
    waiting = [one.due_day for one in asked if one.due_day and one.paid < one.amount]
    if waiting:
        return min(waiting)
    return max((one.due_day for one in asked if one.due_day), default=None)


def _requests(asked: Sequence[_Asked]) -> tuple[PaymentRequestRecord, ...]:
    if len(asked) < 2:
        return ()
    return tuple(
        [
            PaymentRequestRecord(
                external_id=one.external_id or f"request-{position}",
                position=position,
                kind=one.kind,
                amount=one.amount,
                paid=one.paid,
                due_day=one.due_day,
            )
            for position, one in enumerate(asked)
        ]
    )


def map_subscription(body: Mapping[str, Any], around: Around) -> SubscriptionRecord:
    """A recurring service. Square's dates are days in the subscription's zone: they become the instant they begin.

    Raises: Unreadable.
    """
    get = body.get
    zone = text(get("timezone"))
    status = open_word(get("status"), SUBSCRIPTION_STATUSES, "status")
    start = day_or_none(get("start_date"), "start")
    through = day_or_none(get("charged_through_date"), "day charged through")
    ending = day_or_none(get("canceled_date"), "day of cancellation")
    ends = None if ending is None else start_of_day(ending, zone)
    item = _item(body, around)
    card = text(get("card_id"))
    return SubscriptionRecord(
        status=status,
        client_ref=text(get("customer_id")),
        currency=currency(item.currency or None),
        created_at=moment(get("created_at"), "creation time"),
        started_at=None if start is None else start_of_day(start, zone),
        current_period_end_at=None if through is None else start_of_day(through, zone, 1),
        cancel_at=ends,
        cancel_at_period_end=ends is not None and status != "canceled",
        canceled_at=ends if status == "canceled" else None,
        ended_at=ends if status == "canceled" else None,
        collection_method="charge_automatically" if card else "send_invoice",
        method_ref=card,
        location_ref=text(get("location_id")),
        items=(item,),
    )


def _item(body: Mapping[str, Any], around: Around) -> SubscriptionItemRecord:
    """What is delivered each period: of the plan's variation, at the price that was agreed with the customer if any."""
    variation = text(body.get("plan_variation_id"))
    data = child(child(around.plans.get(variation)).get("subscription_plan_variation_data"))
    amount, unit, interval, interval_count = phase_price(data)
    override = body.get("price_override_money")
    if override is not None:
        unit = currency_of(override)
        amount = money(override, unit, "price")
    return SubscriptionItemRecord(
        external_id=text(body.get("id")),
        price_ref=variation,
        service_ref=text(data.get("subscription_plan_id")),
        quantity=1,
        unit_amount=amount,
        amount=amount,
        currency=unit or around.currency,
        interval=interval,
        interval_count=interval_count,
    )


MAPPERS: Mapping[str, Mapper] = {
    "invoice": map_invoice,
    "subscription": map_subscription,
}
