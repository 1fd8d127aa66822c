"""Who uses the books, which accounts are connected, and what holds their secrets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import Base, Count, Id, Instant, MaybeInstant, OwnedBy, Sealed, Words


class User(Base):
    """A person who works with the books."""

    __tablename__ = "users"

    id: Mapped[Id]
    name: Mapped[Words]
    email: Mapped[Words]
    created_at: Mapped[Instant]


class Integration(Base):
    """A connected account, unique by provider, mode and account id. ``credentials`` is sealed by the vault."""

    __tablename__ = "integrations"
    __table_args__ = (Index("ix_integrations_provider_mode_account_id", "provider", "mode", "account_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, default=1)
    type: Mapped[str] = mapped_column(Text, default="payments")
    name: Mapped[Words]
    provider: Mapped[str] = mapped_column(Text)
    label: Mapped[Words]
    account_id: Mapped[Words]
    mode: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="active")
    attention: Mapped[Words]
    country: Mapped[Words]
    currency: Mapped[Words]
    config: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    row_uuid: Mapped[str] = mapped_column(Text, unique=True)
    credentials: Mapped[Sealed]
    created_at: Mapped[Instant]
    connected_at: Mapped[MaybeInstant]
    disconnected_at: Mapped[MaybeInstant]
    last_sync_at: Mapped[MaybeInstant]


class Webhook(Base):
    """An address at which the provider tells of events. ``secret`` is sealed by the vault."""

    __tablename__ = "webhooks"

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    url: Mapped[Words]
    external_id: Mapped[Words]
    secret: Mapped[Sealed]
    events: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[Instant]


class KeyRecord(Base):
    """What is known about a master key without being the key: where it is kept and how to tell the right one."""

    __tablename__ = "key_records"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    params: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)


class WrappedDataKey(Base):
    """The data key of one integration (by its ``row_uuid``), wrapped under the master key ``master_id``."""

    __tablename__ = "wrapped_keys"

    integration_uuid: Mapped[str] = mapped_column(Text, primary_key=True)
    master_id: Mapped[str] = mapped_column(Text)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class Lease(Base):
    """Who may sync, send and refresh tokens for an integration. ``fence`` grows with every new holder."""

    __tablename__ = "leases"

    integration_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holder: Mapped[Words]
    heartbeat_at: Mapped[Instant]
    fence: Mapped[Count]


class Setting(Base):
    """A choice that is kept with the books."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
