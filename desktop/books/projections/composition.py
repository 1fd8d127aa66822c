"""How a payment follows from its parts: the intent as stated, its attempts, and their lines on the ledger.

Pure functions: the same parts give the same row whatever order they arrived in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from desktop.records import PaymentRecord


class Attempt(NamedTuple):
    """An attempt's facts, as its row has them."""

    payment_key: str
    external_id: str
    status: str
    amount: int
    amount_captured: int
    amount_refunded: int
    currency: str
    created_at: int
    captured: bool
    client_ref: str
    client_name: str
    invoice_ref: str
    entry_ref: str
    returned: bool
    returned_entry_ref: str
    method: str
    brand: str
    last4: str
    method_ref: str
    failure_code: str
    failure_message: str
    receipt_url: str
    description: str
    disputed: bool
    location_ref: str
    order_ref: str
    tip: int
    fee: int | None
    fee_parts: str


class Line(NamedTuple):
    """A ledger line of an attempt."""

    source_ref: str
    external_id: str
    kind: str
    fee: int
    net: int
    currency: str
    created_at: int


class Money(NamedTuple):
    """What the money of a payment did: in its own currency but for ``fee`` and ``net``, and at which instants.

    ``own_fee`` is the part of ``fee`` that the attempts state; ``fee_parts`` are the (instant in ms, amount) of its
    parts that take effect at an instant of their own, oldest first.
    """

    collected: int
    refunded: int
    returned: int
    settlement_currency: str
    fee: int
    net: int
    on_ledger: bool
    booked_at: int | None
    returned_at: int | None
    tip: int
    own_fee: int
    fee_parts: tuple[tuple[int, int], ...]


class Composed(NamedTuple):
    """A payment, as it follows from its parts. Days are left to the caller, who knows the business's zone."""

    status: str
    outcome: str
    client_ref: str
    client_name: str
    invoice_ref: str
    currency: str
    amount: int
    money: Money
    created_at: int
    attempted_at: int | None
    method: str
    brand: str
    last4: str
    method_ref: str
    failure_code: str
    failure_message: str
    description: str
    receipt_url: str
    disputed: bool
    location_ref: str
    order_ref: str


def compose(stated: PaymentRecord | None, attempts: Sequence[Attempt], lines: Sequence[Line]) -> Composed:
    """One payment from its parts; at least one of ``stated`` and ``attempts`` is there.

    ``attempts`` are all of this payment; ``lines`` all charge and payment_failure lines of these attempts but those
    that settle what the attempts say themselves.
    """
    ordered = sorted(attempts, key=_by_age) if len(attempts) > 1 else attempts
    lead = _leading(ordered)
    said, told = stated or _NO_PAYMENT, lead or _NO_ATTEMPT
    status = _status(stated, lead, bool(ordered))
    is_failed = status in _FAILED
    money = _money(said, lead, ordered, lines)
    began = ordered[0].created_at if ordered else None
    created = stated.created_at if stated else (began or 0)
    return Composed(
        status=status,
        outcome=_OUTCOMES.get(status, "open"),
        client_ref=told.client_ref or said.client_ref,
        client_name=told.client_name,
        invoice_ref=told.invoice_ref or said.invoice_ref,
        currency=told.currency or said.currency,
        amount=stated.amount if stated else told.amount,
        money=money,
        created_at=created,
        attempted_at=created if began is None and money.collected else began,
        method=told.method,
        brand=told.brand,
        last4=told.last4,
        method_ref=told.method_ref or said.method_ref,
        failure_code=(told.failure_code or said.failure_code) if is_failed else "",
        failure_message=(told.failure_message or said.failure_message) if is_failed else "",
        description=told.description or said.description,
        receipt_url=told.receipt_url,
        disputed=True in [attempt.disputed for attempt in ordered],
        location_ref=told.location_ref or said.location_ref,
        order_ref=told.order_ref,
    )


def _money(said: PaymentRecord, lead: Attempt | None, ordered: Sequence[Attempt], lines: Sequence[Line]) -> Money:
    """What the attempts that took money and their ledger lines come to.

    Where an attempt states its fee, the payment counts by what it says and no line does.
    """
    taken = [attempt for attempt in ordered if _was_captured(attempt)]
    collected = sum([attempt.amount_captured for attempt in taken])
    if not ordered and said.status == "succeeded":
        collected = said.amount_received
    fees = [attempt.fee for attempt in taken if attempt.fee is not None]
    own_fee = sum(fees)
    charged = [] if fees else [line for line in lines if line.kind == "charge"]
    booked_at, returned_at = _moments(lead or said, charged, () if fees else lines) if collected else (None, None)
    returned = 0 if returned_at is None else collected
    return Money(
        collected=collected,
        refunded=sum([attempt.amount_refunded for attempt in ordered]),
        returned=returned,
        settlement_currency=charged[0].currency if charged else taken[0].currency if fees else "",
        fee=own_fee if fees else sum([line.fee for line in lines]),
        net=collected - own_fee - returned if fees else sum([line.net for line in lines]),
        on_ledger=bool(charged),
        booked_at=booked_at,
        returned_at=returned_at,
        tip=sum([attempt.tip for attempt in taken]),
        own_fee=own_fee,
        fee_parts=_fee_parts(taken),
    )


def _moments(source: Attempt | PaymentRecord, charged: Sequence[Line], lines: Sequence[Line]) -> tuple[int, int | None]:
    """When the money counts, and when it was taken back: as the ledger has it, else by what it came from."""
    booked = min([line.created_at for line in charged], default=source.created_at)
    if not isinstance(source, Attempt) or not source.returned:
        return booked, None
    return booked, min([line.created_at for line in lines if line.kind == "payment_failure"], default=booked)


def _fee_parts(taken: Sequence[Attempt]) -> tuple[tuple[int, int], ...]:
    """The parts of the fees that count on a day of their own; oldest first, in whatever order they were stated."""
    stated = [attempt.fee_parts for attempt in taken if attempt.fee_parts]
    if not stated:
        return ()
    return tuple(sorted([(at, amount) for parts in stated for at, amount in orjson.loads(parts)]))


_FAILED = frozenset({"failed", "returned"})
# Ended failed: a failed one that nobody retried, and one that was taken back after it had succeeded.
_OUTCOMES = {"succeeded": "succeeded", "failed": "failed", "returned": "failed", "canceled": "left", "open": "left"}
_FROM_ATTEMPT = {"pending": "processing", "failed": "failed", "canceled": "canceled"}


_NO_PAYMENT = PaymentRecord(status="", amount=0, currency="", created_at=0)
_NO_ATTEMPT = Attempt(
    payment_key="", external_id="", status="", amount=0, amount_captured=0, amount_refunded=0, currency="",
    created_at=0, captured=False, client_ref="", client_name="", invoice_ref="", entry_ref="", returned=False,
    returned_entry_ref="", method="", brand="", last4="", method_ref="", failure_code="", failure_message="",
    receipt_url="", description="", disputed=False, location_ref="", order_ref="", tip=0, fee=None, fee_parts="",
)  # fmt: skip


def _by_age(attempt: Attempt) -> tuple[int, str]:
    return attempt.created_at, attempt.external_id


def _was_captured(attempt: Attempt) -> bool:
    """Whether its money counts: a bank debit that is booked counts from then on, and is returned if it fails."""
    booked = attempt.status == "pending" and bool(attempt.entry_ref)
    done = attempt.status == "succeeded" or attempt.returned or booked
    return done and attempt.captured and attempt.amount_captured > 0


def _leading(ordered: Sequence[Attempt]) -> Attempt | None:
    """The attempt that tells the payment's story: the one that took the money, else the last one."""
    if not ordered:
        return None
    for attempt in reversed(ordered):
        if attempt.status == "succeeded":
            return attempt
    for attempt in reversed(ordered):
        if attempt.returned or attempt.status == "pending":
            return attempt
    return ordered[-1]


def _status(stated: PaymentRecord | None, lead: Attempt | None, attempted: bool) -> str:
    """What happened in the end. Money that moved outweighs an intent that was read before it did."""
    if lead is not None and lead.returned:
        return "returned"
    if lead is not None and lead.status == "succeeded" and lead.captured:
        return "succeeded"
    if stated is None:
        if lead is None or (lead.status == "succeeded" and not lead.captured):
            return "requires_capture"
        return _FROM_ATTEMPT[lead.status]
    if stated.status == "open" and attempted and lead is not None and lead.status == "failed":
        return "failed"
    return stated.status
