"""Payments and what can happen to them: attempts, refunds, disputes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import (
    Amount,
    Base,
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


class Payment(Base):
    """A payment: its intent, its attempts and its ledger lines, composed whichever part arrives first.

    ``stated`` keeps the intent's own record, so that any later part composes the same row. ``booked_day`` is the
    day on which ``collected`` counts; ``outcome`` is succeeded, failed, open or left (abandoned, cancelled).
    """

    __tablename__ = "payments"
    __table_args__ = (
        by_external_id("payments"),
        # With the last four digits, so that looking for them passes over this index and not over the rows.
        Index("ix_payments_created_at_id", "created_at", "id", "last4"),
        Index("ix_payments_status_created_at", "status", "created_at"),
        Index("ix_payments_client_link_id_created_at", "client_link_id", "created_at"),
        Index("ix_payments_integration_id_invoice_ref", "integration_id", "invoice_ref"),
        Index("ix_payments_booked_day", "booked_day"),
        Index("ix_payments_amount", "amount"),
        Index(
            "ix_payments_refunded",
            "created_at",
            sqlite_where=text("refunded > 0"),
            postgresql_where=text("refunded > 0"),
        ),
        Index(
            "ix_payments_disputed",
            "created_at",
            sqlite_where=text("disputed IS 1"),
            postgresql_where=text("disputed IS true"),
        ),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    stated: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    client_name: Mapped[Words]
    invoice_ref: Mapped[Ref]
    currency: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    collected: Mapped[Amount]
    refunded: Mapped[Amount]
    returned: Mapped[Amount]
    settlement_currency: Mapped[Words]
    fee: Mapped[Amount]
    net: Mapped[Amount]
    on_ledger: Mapped[Flag]
    created_at: Mapped[Instant]
    attempted_day: Mapped[MaybeDay]
    booked_at: Mapped[MaybeInstant]
    booked_day: Mapped[MaybeDay]
    returned_at: Mapped[MaybeInstant]
    returned_day: Mapped[MaybeDay]
    method: Mapped[Words]
    brand: Mapped[Words]
    last4: Mapped[Words]
    method_ref: Mapped[Ref]
    failure_code: Mapped[Words]
    failure_message: Mapped[Words]
    description: Mapped[Words]
    receipt_url: Mapped[Words]
    disputed: Mapped[Flag]
    location_ref: Mapped[Ref]


class PaymentAttempt(Base):
    """One try to move the money. ``payment_key`` is the payment's external id: its intent's, or its own."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        by_external_id("payment_attempts"),
        Index("ix_payment_attempts_integration_id_payment_key", "integration_id", "payment_key"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    payment_key: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    amount_captured: Mapped[Amount]
    amount_refunded: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]
    captured: Mapped[Flag]
    client_ref: Mapped[Ref]
    client_name: Mapped[Words]
    client_email: Mapped[Words]
    invoice_ref: Mapped[Ref]
    entry_ref: Mapped[Ref]
    returned: Mapped[Flag]
    returned_entry_ref: Mapped[Ref]
    method: Mapped[Words]
    brand: Mapped[Words]
    last4: Mapped[Words]
    method_ref: Mapped[Ref]
    failure_code: Mapped[Words]
    failure_message: Mapped[Words]
    receipt_url: Mapped[Words]
    description: Mapped[Words]
    disputed: Mapped[Flag]
    location_ref: Mapped[Ref]


class Refund(Base):
    """Money sent back. It counts on ``refunded_day``; one that failed is booked back on ``failed_day``."""

    __tablename__ = "refunds"
    __table_args__ = (
        by_external_id("refunds"),
        Index("ix_refunds_integration_id_payment_key", "integration_id", "payment_key"),
        Index("ix_refunds_integration_id_attempt_ref", "integration_id", "attempt_ref"),
        Index("ix_refunds_created_at_id", "created_at", "id"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    payment_key: Mapped[Ref]
    payment_ref: Mapped[Ref]
    attempt_ref: Mapped[Ref]
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    invoice_ref: Mapped[Ref]
    status: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    settlement_currency: Mapped[Words]
    created_at: Mapped[Instant]
    refunded_day: Mapped[MaybeDay]
    stated_failed_at: Mapped[MaybeInstant]
    failed_at: Mapped[MaybeInstant]
    failed_day: Mapped[MaybeDay]
    entry_ref: Mapped[Ref]
    failure_entry_ref: Mapped[Ref]
    on_ledger: Mapped[Flag]
    reason: Mapped[Words]
    failure_reason: Mapped[Words]
    location_ref: Mapped[Ref]


class Dispute(Base):
    """A payer's objection. Its money is in the ledger's lines, not here."""

    __tablename__ = "disputes"
    __table_args__ = (
        by_external_id("disputes"),
        Index("ix_disputes_integration_id_attempt_ref", "integration_id", "attempt_ref"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    payment_ref: Mapped[Ref]
    attempt_ref: Mapped[Ref]
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[Words]
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]
    evidence_due_at: Mapped[MaybeInstant]
    location_ref: Mapped[Ref]
