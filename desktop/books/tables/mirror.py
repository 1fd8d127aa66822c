"""The provider's objects as they were read, how far reading has come, and what could not be read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import Base, Count, Flag, Id, Instant, MaybeInstant, OwnedBy, Ref, Words


class IntegrationData(Base):
    """One provider object, stripped and compressed. Versions belong here; the other tables are projections.

    ``kind`` is the projection that it feeds ("invoice"); empty for a tombstone of something never seen.
    """

    __tablename__ = "integration_data"
    __table_args__ = (
        Index(
            "uq_integration_data_integration_id_data_type_external_id",
            "integration_id",
            "data_type",
            "external_id",
            unique=True,
        ),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    data_type: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[Words]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    version_low: Mapped[Instant]
    version_high: Mapped[Instant]
    version_native: Mapped[MaybeInstant]
    deletion: Mapped[int] = mapped_column(SmallInteger, default=0)


class Event(Base):
    """The inbox: something that happened at the provider, once by its id, done only with its effects."""

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_integration_id_external_id", "integration_id", "external_id", unique=True),
        Index("ix_events_state", "state"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[Words]
    data_type: Mapped[Words]
    object_id: Mapped[Ref]
    api_version: Mapped[Words]
    created_at: Mapped[Instant]
    received_at: Mapped[Instant]
    done_at: Mapped[MaybeInstant]
    state: Mapped[str] = mapped_column(Text, default="waiting")
    tries: Mapped[Count]
    error: Mapped[Words]
    data: Mapped[bytes | None] = mapped_column(LargeBinary)


class Bookmark(Base):
    """How far a feed has been read. Committed together with the page that it follows."""

    __tablename__ = "bookmarks"
    __table_args__ = (UniqueConstraint("integration_id", "stream", "feed"),)

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    stream: Mapped[str] = mapped_column(Text)
    feed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="never")
    cursor: Mapped[str | None] = mapped_column(Text)
    parent: Mapped[Words]
    pass_kind: Mapped[Words]
    pass_started_at: Mapped[MaybeInstant]
    pass_clean: Mapped[Flag]
    oldest_at: Mapped[MaybeInstant]
    usable: Mapped[Flag]
    complete_through: Mapped[MaybeInstant]
    since_day: Mapped[str | None] = mapped_column(Text)
    seen: Mapped[Count]
    error: Mapped[Words]
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    updated_at: Mapped[Instant]


class SyncRun(Base):
    """One run of the sync, for the activity page and for support."""

    __tablename__ = "sync_runs"

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    kind: Mapped[Words]
    started_at: Mapped[Instant]
    ended_at: Mapped[MaybeInstant]
    outcome: Mapped[Words]
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SetAsideObject(Base):
    """An object that could not be read, with the reason. Cleared when a later reading succeeds."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("integration_id", "data_type", "external_id"),)

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    stream: Mapped[Words]
    data_type: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[Words]
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    first_seen_at: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[int] = mapped_column(BigInteger)
