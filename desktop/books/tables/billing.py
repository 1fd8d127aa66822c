"""Invoices, their lines, what was paid on them, and their history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from desktop.books.tables.base import (
    Amount,
    Base,
    Count,
    Flag,
    Id,
    Instant,
    LaterRef,
    MaybeDay,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
    only,
)


class Invoice(Base):
    """A bill. ``status`` is draft, open, partly_paid, paid, void or uncollectible; late is derived from ``due_day``."""

    __tablename__ = "invoices"
    __table_args__ = (
        by_external_id("invoices"),
        # Lists and figures are answered from these alone, without reaching for the rows.
        Index("ix_invoices_listed", "deleted", "created_at", "id", "total"),
        Index(
            "ix_invoices_open",
            "status",
            "deleted",
            "currency",
            "integration_id",
            "due_day",
            "amount_remaining",
            "location_ref",
        ),
        Index(
            "ix_invoices_of_client",
            "client_link_id",
            "created_at",
            "status",
            "deleted",
            "currency",
            "integration_id",
            "amount_remaining",
        ),
        Index("ix_invoices_number", "number"),
        Index("ix_invoices_finalized_day", "finalized_day"),
        # A payment asks which invoice names it each time it is composed.
        Index("ix_invoices_integration_id_payment_ref", "integration_id", "payment_ref"),
        # The same for invoices that are paid by way of an order; those without one take no place in it.
        Index("ix_invoices_ordered", "integration_id", "order_ref", **only("order_ref != ''")),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    number = Words()
    status = Column(Text, nullable=False)
    client_link_id = Column(BigInteger, nullable=False, default=0)
    client_name = Words()
    client_email = Words()
    currency = Column(Text, nullable=False)
    total = Amount()
    subtotal = Amount()
    tax = Amount()
    amount_due = Amount()
    amount_paid = Amount()
    amount_remaining = Amount()
    created_at = Instant()
    finalized_at = MaybeInstant()
    finalized_day = MaybeDay()
    due_at = MaybeInstant()
    due_day = MaybeDay()
    stated_due_day = MaybeDay()
    paid_at = MaybeInstant()
    voided_at = MaybeInstant()
    uncollectible_at = MaybeInstant()
    subscription_ref = Ref()
    payment_ref = Ref()
    hosted_url = Words()
    pdf_url = Words()
    description = Words()
    collection_method = Words()
    billing_reason = Words()
    attempt_count = Count()
    next_attempt_at = MaybeInstant()
    location_ref = Ref()
    order_ref = LaterRef()


class InvoiceLine(Base):
    """One line of an invoice, in the provider's order."""

    __tablename__ = "invoice_lines"
    __table_args__ = (Index("ix_invoice_lines_integration_id_invoice_ref", "integration_id", "invoice_ref"),)

    id = Id()
    integration_id = OwnedBy()
    invoice_ref = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    position = Column(Integer, nullable=False)
    description = Words()
    amount = Amount()
    quantity = Words()
    service_ref = Ref()
    price_ref = Ref()
    tax = Amount()
    discount = Amount()
    period_start_at = MaybeInstant()
    period_end_at = MaybeInstant()


class InvoiceRequest(Base):
    """A part of an invoice that is asked for by a day of its own. ``kind`` is deposit, instalment or balance."""

    __tablename__ = "invoice_requests"
    __table_args__ = (
        Index("ix_invoice_requests_integration_id_invoice_ref", "integration_id", "invoice_ref"),
        # Parts still to be paid, which are few, with all that asking what is late needs of them.
        Index(
            "ix_invoice_requests_unpaid", "integration_id", "invoice_ref", "due_day", "amount", "paid",
            **only("paid < amount"),
        ),
    )  # fmt: skip

    id = Id()
    integration_id = OwnedBy()
    invoice_ref = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    position = Column(Integer, nullable=False)
    kind = Words()
    amount = Amount()
    paid = Amount()
    due_day = MaybeDay()


class InvoicePayment(Base):
    """A payment's share in an invoice."""

    __tablename__ = "invoice_payments"
    __table_args__ = (
        by_external_id("invoice_payments"),
        Index("ix_invoice_payments_integration_id_invoice_ref", "integration_id", "invoice_ref"),
        Index("ix_invoice_payments_integration_id_payment_ref", "integration_id", "payment_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    invoice_ref = Ref()
    payment_ref = Ref()
    amount = Amount()
    currency = Words()
    status = Words()
    is_default = Flag()
    created_at = Instant()
    paid_at = MaybeInstant()


class InvoiceEvent(Base):
    """What happened to an invoice and when: what as-of reports stand on.

    ``observed`` is true where the provider did not state the instant and we only saw the change.
    """

    __tablename__ = "invoice_events"
    __table_args__ = (
        Index(
            "uq_invoice_events_integration_id_invoice_ref_kind_source_ref",
            "integration_id",
            "invoice_ref",
            "kind",
            "source_ref",
            unique=True,
        ),
        Index("ix_invoice_events_at", "at"),
    )

    id = Id()
    integration_id = OwnedBy()
    invoice_ref = Column(Text, nullable=False)
    kind = Column(Text, nullable=False)
    source_ref = Ref()
    amount = Amount()
    at = Instant()
    observed = Flag()


class CreditNote(Base):
    """A correction of a finalised invoice."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        by_external_id("credit_notes"),
        Index("ix_credit_notes_integration_id_invoice_ref", "integration_id", "invoice_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    number = Words()
    invoice_ref = Ref()
    client_link_id = Column(BigInteger, nullable=False, default=0)
    amount = Amount()
    currency = Words()
    status = Words()
    reason = Words()
    refund_ref = Ref()
    created_at = Instant()
    voided_at = MaybeInstant()


class ClientBalanceEntry(Base):
    """A movement of a client's credit with the business."""

    __tablename__ = "client_balance_entries"
    __table_args__ = (by_external_id("client_balance_entries"),)

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    client_link_id = Column(BigInteger, nullable=False, default=0)
    amount = Amount()
    currency = Words()
    ending_balance = Amount()
    kind = Words()
    invoice_ref = Ref()
    description = Words()
    created_at = Instant()
