"""The provider's objects as they were read, how far reading has come, and what could not be read."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, SmallInteger, Text, UniqueConstraint

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

    id = Id()
    integration_id = OwnedBy()
    data_type = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    kind = Words()
    data = Column(LargeBinary, nullable=False)
    digest = Column(LargeBinary, nullable=False)
    version_low = Instant()
    version_high = Instant()
    version_native = MaybeInstant()
    deletion = Column(SmallInteger, nullable=False, default=0)


class Event(Base):
    """The inbox: something that happened at the provider, once by its id, done only with its effects."""

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_integration_id_external_id", "integration_id", "external_id", unique=True),
        Index("ix_events_state_integration_id_received_at", "state", "integration_id", "received_at"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    kind = Words()
    data_type = Words()
    object_id = Ref()
    api_version = Words()
    created_at = Instant()
    received_at = Instant()
    done_at = MaybeInstant()
    state = Column(Text, nullable=False, default="waiting")
    tries = Count()
    error = Words()
    data = Column(LargeBinary)


class Bookmark(Base):
    """How far a feed has been read. Committed together with the page that it follows."""

    __tablename__ = "bookmarks"
    __table_args__ = (UniqueConstraint("integration_id", "stream", "feed"),)

    id = Id()
    integration_id = OwnedBy()
    stream = Column(Text, nullable=False)
    feed = Column(Text, nullable=False)
    state = Column(Text, nullable=False, default="never")
    cursor = Column(Text)
    parent = Words()
    pass_kind = Words()
    pass_started_at = MaybeInstant()
    pass_clean = Flag()
    oldest_at = MaybeInstant()
    usable = Flag()
    complete_through = MaybeInstant()
    since_day = Column(Text)
    seen = Count()
    error = Words()
    notes = Column(JSON, nullable=False, default=list)
    updated_at = Instant()


class SyncRun(Base):
    """One run of the sync, for the activity page and for support."""

    __tablename__ = "sync_runs"

    id = Id()
    integration_id = OwnedBy()
    kind = Words()
    started_at = Instant()
    ended_at = MaybeInstant()
    outcome = Words()
    report = Column(JSON, nullable=False, default=dict)


class SetAsideObject(Base):
    """An object that could not be read, with the reason. Cleared when a later reading succeeds."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("integration_id", "data_type", "external_id"),)

    id = Id()
    integration_id = OwnedBy()
    stream = Words()
    data_type = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    reason = Words()
    data = Column(LargeBinary)
    first_seen_at = Column(BigInteger, nullable=False)
    last_seen_at = Column(BigInteger, nullable=False)


class ReadCount(Base):
    """What reading an account cost in requests on one day (UTC, this machine's clock): kept for some weeks.

    ``reads`` are all of them. ``routine_reads`` are those of the schedule's syncs that only followed changes, and
    ``routine_syncs`` how many these were: what another such sync will cost is told by them.
    """

    __tablename__ = "read_counts"
    __clustered__ = True

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    day = Column(Text, primary_key=True)
    reads = Count()
    routine_reads = Count()
    routine_syncs = Count()
