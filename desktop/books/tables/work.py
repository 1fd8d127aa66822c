"""What is to be done or was done: outbox, conflicts, reminders, notifications, and the audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import Base, Count, Id, Instant, MaybeInstant, OwnedBy, Ref, Words


class OutboxEntry(Base):
    """An intent: steps with stored bodies and keys, on disk before anything is sent."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state", "state"),)

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    intent_uuid: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[Words]
    state: Mapped[str] = mapped_column(Text, default="waiting")
    steps: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[Count]
    error: Mapped[Words]
    created_at: Mapped[Instant]
    done_at: Mapped[MaybeInstant]


class Conflict(Base):
    """A field that both sides changed; kept and shown until the owner chooses."""

    __tablename__ = "conflicts"

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    kind: Mapped[Words]
    external_id: Mapped[Ref]
    field: Mapped[Words]
    mine: Mapped[Any] = mapped_column(JSON)
    theirs: Mapped[Any] = mapped_column(JSON)
    created_at: Mapped[Instant]
    resolved_at: Mapped[MaybeInstant]


class Reminder(Base):
    """A reminder of an invoice that was sent or is due to be."""

    __tablename__ = "reminders"

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    invoice_ref: Mapped[Ref]
    kind: Mapped[Words]
    state: Mapped[Words]
    due_at: Mapped[MaybeInstant]
    sent_at: Mapped[MaybeInstant]


class Notification(Base):
    """Something the owner should know, until it is read."""

    __tablename__ = "notifications"

    id: Mapped[Id]
    integration_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[Words]
    title: Mapped[Words]
    message: Mapped[Words]
    created_at: Mapped[Instant]
    read_at: Mapped[MaybeInstant]


class Activity(Base):
    """The audit log: who did what, when, with which outcome."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_at", "at"),)

    id: Mapped[Id]
    at: Mapped[Instant]
    actor: Mapped[Words]
    action: Mapped[Words]
    subject: Mapped[Words]
    integration_id: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[Words]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
