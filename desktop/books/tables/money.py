"""Payments and what can happen to them: attempts, refunds, disputes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Text, false, text

from desktop.books.tables.base import (
    Amount,
    Base,
    Day,
    Flag,
    Id,
    Instant,
    LaterAmount,
    LaterFlag,
    LaterRef,
    MaybeDay,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
    only,
)

DATED: Final = "coalesce(booked_at, created_at)"
"""The instant of a payment's date in lists: when its money first counted, else, where none came in, when it was made.

Indexes of this expression answer; ``queries/payment_date.py`` has it for asking."""


class Payment(Base):
    """A payment: its intent, its attempts and its ledger lines, composed whichever part arrives first.

    ``stated`` keeps the intent's own record, so that any later part composes the same row. ``booked_day`` is the
    day on which ``collected`` counts; ``outcome`` is succeeded, failed, open or left (abandoned, cancelled).
    ``client_link_id`` is the client whom the payment names, else the one of its order or of the invoice for that.
    ``tip`` is part of what was paid. ``own_fee`` is the part of ``fee`` that the payment itself states and that counts
    with it; what ledger lines say counts with them. ``stored_value`` was paid with a gift card, store credit or a house
    account: no money came in, so it is in neither ``collected`` nor net, and counts beside them on ``booked_day``.

    ``capture_parts``, ``return_parts`` and ``fee_parts`` say how many rows of ``payment_parts`` there are of each kind.
    Where there are any, they tell on which days that money counts, and ``booked_day`` and ``returned_day`` only when it
    first did; 0, as nearly always: all of it counts on this row's day. ``queries/contributions.py`` asks for either.
    """

    __tablename__ = "payments"
    __table_args__ = (
        by_external_id("payments"),
        # With the last four digits, so that looking for them passes over this index and not over the rows; and with
        # what the date is made of, without which SQLite would read each row for it.
        Index("ix_payments_dated", text(DATED), "id", "last4", "booked_at", "created_at"),
        Index("ix_payments_status_dated", "status", text(DATED), "id", "booked_at", "created_at"),
        Index("ix_payments_client_link_id_dated", "client_link_id", text(DATED)),
        Index("ix_payments_integration_id_invoice_ref", "integration_id", "invoice_ref"),
        Index("ix_payments_amount", "amount"),
        Index("ix_payments_ordered", "integration_id", "order_ref", **only("order_ref != ''")),
        Index("ix_payments_refunded", text(DATED), **only("refunded > 0")),
        Index("ix_payments_disputed", text(DATED), **only("disputed")),
        # By the days on which they count: what is behind a figure is asked for by these.
        Index("ix_payments_booked_day", "booked_day"),
        Index("ix_payments_attempted_day", "attempted_day"),
        Index("ix_payments_returned_day", "returned_day", **only("returned_day is not null")),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    stated = Column(LargeBinary)
    status = Column(Text, nullable=False)
    outcome = Column(Text, nullable=False)
    client_link_id = Column(BigInteger, nullable=False, default=0)
    client_name = Words()
    invoice_ref = Ref()
    currency = Column(Text, nullable=False)
    amount = Amount()
    collected = Amount()
    refunded = Amount()
    returned = Amount()
    settlement_currency = Words()
    fee = Amount()
    net = Amount()
    on_ledger = Flag()
    created_at = Instant()
    attempted_day = MaybeDay()
    booked_at = MaybeInstant()
    booked_day = MaybeDay()
    returned_at = MaybeInstant()
    returned_day = MaybeDay()
    method = Words()
    brand = Words()
    last4 = Words()
    method_ref = Ref()
    failure_code = Words()
    failure_message = Words()
    description = Words()
    receipt_url = Words()
    disputed = Flag()
    location_ref = Ref()
    order_ref = LaterRef()
    tip = LaterAmount()
    own_fee = LaterAmount()
    stored_value = LaterAmount()
    capture_parts = LaterAmount()
    return_parts = LaterAmount()
    fee_parts = LaterAmount()


class PaymentPart(Base):
    """Money of a payment that counts on a day of its own. Only payments whose money has several days have any.

    ``kind`` is *capture* (the amounts add up to ``payments.collected``), *return* (to ``payments.returned``) or *fee*
    (parts of ``payments.own_fee``: what is left of it counts on ``payments.booked_day``). All of a payment's captures
    are here, or none; its returns likewise. ``payment_ref`` is ``payments.external_id``. ``amount`` is in the currency
    of the payment. ``on_ledger``: a ledger line tells of it and counts in net; else this row does.
    """

    __tablename__ = "payment_parts"
    __table_args__ = (
        Index("ix_payment_parts_integration_id_payment_ref", "integration_id", "payment_ref"),
        Index("ix_payment_parts_kind_day", "kind", "day"),
    )

    id = Id()
    integration_id = OwnedBy()
    payment_ref = Column(Text, nullable=False)
    kind = Column(Text, nullable=False)
    at = Instant()
    day = Day()
    amount = Amount()
    on_ledger = Flag()


class PaymentAttempt(Base):
    """One try to move the money. ``payment_key`` is the payment's external id: its intent's, or its own.

    ``fee`` is what the provider said with it that it keeps; empty where only its ledger tells. ``fee_parts`` are
    (instant, amount) of its parts that take effect at an instant of their own, as JSON; empty where there are none.
    ``captured_at`` is when the money was taken where the provider says so; ``stored_value``: it was no money, but a
    gift card, store credit or a house account.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        by_external_id("payment_attempts"),
        Index("ix_payment_attempts_integration_id_payment_key", "integration_id", "payment_key"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    payment_key = Column(Text, nullable=False)
    status = Column(Text, nullable=False)
    amount = Amount()
    amount_captured = Amount()
    amount_refunded = Amount()
    currency = Column(Text, nullable=False)
    created_at = Instant()
    captured = Flag()
    client_ref = Ref()
    client_name = Words()
    client_email = Words()
    invoice_ref = Ref()
    entry_ref = Ref()
    returned = Flag()
    returned_entry_ref = Ref()
    method = Words()
    brand = Words()
    last4 = Words()
    method_ref = Ref()
    failure_code = Words()
    failure_message = Words()
    receipt_url = Words()
    description = Words()
    disputed = Flag()
    location_ref = Ref()
    order_ref = LaterRef()
    tip = LaterAmount()
    fee = Column(BigInteger)
    fee_parts = LaterRef()
    captured_at = MaybeInstant()
    stored_value = LaterFlag(default=False, server_default=false())


class Refund(Base):
    """Money sent back. It counts on ``refunded_day``; one that failed is booked back on ``failed_day``.

    ``fee`` is what the provider gave back of its own; empty where only its ledger tells. What went onto stored value
    (a gift card, store credit, a house account) is no money sent back: it counts on ``stored_day``, and
    ``refunded_day`` is empty. Both are empty where nothing was collected that could be sent back: the provider words
    the giving up of an authorisation, or of the uncaptured rest of one, as a refund. ``stated_release`` and
    ``stated_stored`` are what the provider says of these two itself (empty: nothing).
    """

    __tablename__ = "refunds"
    __table_args__ = (
        by_external_id("refunds"),
        Index("ix_refunds_integration_id_payment_key", "integration_id", "payment_key"),
        Index("ix_refunds_integration_id_attempt_ref", "integration_id", "attempt_ref"),
        Index("ix_refunds_created_at_id", "created_at", "id"),
        # Those of payments without an invoice or an order take no place in them.
        Index("ix_refunds_invoiced", "integration_id", "invoice_ref", **only("invoice_ref != ''")),
        Index("ix_refunds_ordered", "integration_id", "order_ref", **only("order_ref != ''")),
        Index("ix_refunds_refunded_day", "refunded_day"),
        Index("ix_refunds_failed_day", "failed_day", **only("failed_day is not null")),
        Index("ix_refunds_stored_day", "stored_day", **only("stored_day is not null")),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    payment_key = Ref()
    payment_ref = Ref()
    attempt_ref = Ref()
    client_link_id = Column(BigInteger, nullable=False, default=0)
    invoice_ref = Ref()
    status = Column(Text, nullable=False)
    amount = Amount()
    currency = Column(Text, nullable=False)
    settlement_currency = Words()
    created_at = Instant()
    refunded_day = MaybeDay()
    stated_failed_at = MaybeInstant()
    failed_at = MaybeInstant()
    failed_day = MaybeDay()
    entry_ref = Ref()
    failure_entry_ref = Ref()
    on_ledger = Flag()
    reason = Words()
    failure_reason = Words()
    location_ref = Ref()
    fee = Column(BigInteger)
    stored_day = MaybeDay()
    stated_release = Column(Boolean)
    stated_stored = Column(Boolean)
    order_ref = LaterRef()


class Dispute(Base):
    """A payer's objection. Its money is in the ledger's lines, or else counts on these two days."""

    __tablename__ = "disputes"
    __table_args__ = (
        by_external_id("disputes"),
        Index("ix_disputes_integration_id_attempt_ref", "integration_id", "attempt_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    payment_ref = Ref()
    attempt_ref = Ref()
    status = Column(Text, nullable=False)
    reason = Words()
    amount = Amount()
    currency = Column(Text, nullable=False)
    created_at = Instant()
    evidence_due_at = MaybeInstant()
    location_ref = Ref()
    withdrawn_at = MaybeInstant()
    withdrawn_day = MaybeDay()
    reversed_at = MaybeInstant()
    reversed_day = MaybeDay()
