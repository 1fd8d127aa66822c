"""What is to be done or was done: outbox, conflicts, reminders, notifications, and the audit log."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, Text

from desktop.books.tables.base import Base, Count, Id, Instant, MaybeInstant, OwnedBy, Ref, Words


class OutboxEntry(Base):
    """An intent: steps with stored bodies and keys, on disk before anything is sent."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state", "state"),)

    id = Id()
    integration_id = OwnedBy()
    intent_uuid = Column(Text, nullable=False, unique=True)
    kind = Words()
    state = Column(Text, nullable=False, default="waiting")
    steps = Column(LargeBinary)
    tries = Count()
    error = Words()
    created_at = Instant()
    done_at = MaybeInstant()


class Conflict(Base):
    """A field that both sides changed; kept and shown until the owner chooses."""

    __tablename__ = "conflicts"

    id = Id()
    integration_id = OwnedBy()
    kind = Words()
    external_id = Ref()
    field = Words()
    mine = Column(JSON, nullable=False)
    theirs = Column(JSON, nullable=False)
    created_at = Instant()
    resolved_at = MaybeInstant()


class Reminder(Base):
    """A reminder of an invoice that was sent or is due to be."""

    __tablename__ = "reminders"

    id = Id()
    integration_id = OwnedBy()
    invoice_ref = Ref()
    kind = Words()
    state = Words()
    due_at = MaybeInstant()
    sent_at = MaybeInstant()


class Notification(Base):
    """Something the owner should know, until it is read."""

    __tablename__ = "notifications"

    id = Id()
    integration_id = Column(BigInteger)
    kind = Words()
    title = Words()
    message = Words()
    created_at = Instant()
    read_at = MaybeInstant()


class Activity(Base):
    """The audit log: who did what, when, with which outcome."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_at", "at"),)

    id = Id()
    at = Instant()
    actor = Words()
    action = Words()
    subject = Words()
    integration_id = Column(BigInteger)
    outcome = Words()
    details = Column(JSON, nullable=False, default=dict)
