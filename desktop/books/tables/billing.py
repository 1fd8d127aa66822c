"""Invoices, their lines, what was paid on them, and their history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import (
    Amount,
    Base,
    Count,
    Flag,
    Id,
    Instant,
    MaybeDay,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
)


class Invoice(Base):
    """A bill. ``status`` is draft, open, partly_paid, paid, void or uncollectible; late is derived from ``due_day``."""

    __tablename__ = "invoices"
    __table_args__ = (
        by_external_id("invoices"),
        # Lists and figures are answered from these alone, without reaching for the rows.
        Index("ix_invoices_listed", "deleted", "created_at", "id", "total"),
        Index("ix_invoices_open", "status", "deleted", "currency", "integration_id", "due_day", "amount_remaining"),
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
        # A payment asks which invoice names it each time it is composed.
        Index("ix_invoices_integration_id_payment_ref", "integration_id", "payment_ref"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    number: Mapped[Words]
    status: Mapped[str] = mapped_column(Text)
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    client_name: Mapped[Words]
    client_email: Mapped[Words]
    currency: Mapped[str] = mapped_column(Text)
    total: Mapped[Amount]
    subtotal: Mapped[Amount]
    tax: Mapped[Amount]
    amount_due: Mapped[Amount]
    amount_paid: Mapped[Amount]
    amount_remaining: Mapped[Amount]
    created_at: Mapped[Instant]
    finalized_at: Mapped[MaybeInstant]
    finalized_day: Mapped[MaybeDay]
    due_at: Mapped[MaybeInstant]
    due_day: Mapped[MaybeDay]
    stated_due_day: Mapped[MaybeDay]
    paid_at: Mapped[MaybeInstant]
    voided_at: Mapped[MaybeInstant]
    uncollectible_at: Mapped[MaybeInstant]
    subscription_ref: Mapped[Ref]
    payment_ref: Mapped[Ref]
    hosted_url: Mapped[Words]
    pdf_url: Mapped[Words]
    description: Mapped[Words]
    collection_method: Mapped[Words]
    billing_reason: Mapped[Words]
    attempt_count: Mapped[Count]
    next_attempt_at: Mapped[MaybeInstant]
    location_ref: Mapped[Ref]


class InvoiceLine(Base):
    """One line of an invoice, in the provider's order."""

    __tablename__ = "invoice_lines"
    __table_args__ = (Index("ix_invoice_lines_integration_id_invoice_ref", "integration_id", "invoice_ref"),)

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    invoice_ref: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    description: Mapped[Words]
    amount: Mapped[Amount]
    quantity: Mapped[Words]
    service_ref: Mapped[Ref]
    price_ref: Mapped[Ref]
    tax: Mapped[Amount]
    discount: Mapped[Amount]
    period_start_at: Mapped[MaybeInstant]
    period_end_at: Mapped[MaybeInstant]


class InvoicePayment(Base):
    """A payment's share in an invoice."""

    __tablename__ = "invoice_payments"
    __table_args__ = (
        by_external_id("invoice_payments"),
        Index("ix_invoice_payments_integration_id_invoice_ref", "integration_id", "invoice_ref"),
        Index("ix_invoice_payments_integration_id_payment_ref", "integration_id", "payment_ref"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    invoice_ref: Mapped[Ref]
    payment_ref: Mapped[Ref]
    amount: Mapped[Amount]
    currency: Mapped[Words]
    status: Mapped[Words]
    is_default: Mapped[Flag]
    created_at: Mapped[Instant]
    paid_at: Mapped[MaybeInstant]


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

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    invoice_ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    source_ref: Mapped[Ref]
    amount: Mapped[Amount]
    at: Mapped[Instant]
    observed: Mapped[Flag]


class CreditNote(Base):
    """A correction of a finalised invoice."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        by_external_id("credit_notes"),
        Index("ix_credit_notes_integration_id_invoice_ref", "integration_id", "invoice_ref"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    number: Mapped[Words]
    invoice_ref: Mapped[Ref]
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    amount: Mapped[Amount]
    currency: Mapped[Words]
    status: Mapped[Words]
    reason: Mapped[Words]
    refund_ref: Mapped[Ref]
    created_at: Mapped[Instant]
    voided_at: Mapped[MaybeInstant]


class ClientBalanceEntry(Base):
    """A movement of a client's credit with the business."""

    __tablename__ = "client_balance_entries"
    __table_args__ = (by_external_id("client_balance_entries"),)

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    amount: Mapped[Amount]
    currency: Mapped[Words]
    ending_balance: Mapped[Amount]
    kind: Mapped[Words]
    invoice_ref: Mapped[Ref]
    description: Mapped[Words]
    created_at: Mapped[Instant]
