"""Who uses the books, which accounts are connected, and what holds their secrets."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, Text, text

from desktop.books.tables.base import Base, Count, Id, Instant, LaterAmount, MaybeInstant, OwnedBy, Sealed, Words

MAPPING_VERSION: Final = 2
"""What the mappers and the projections together make of a stored object, by number.

Raise it, once for a release, when a mapper reads something else out of an object, or a projection makes other rows of
a record, than books may hold already: each account whose number is lower is mapped anew from its stored objects when
its books are next opened (``desktop/sync/remapping.py``).
"""


class User(Base):
    """A person who works with the books."""

    __tablename__ = "users"

    id = Id()
    name = Words()
    email = Words()
    created_at = Instant()


class Integration(Base):
    """A connected account, unique by provider, mode and account id. ``credentials`` is sealed by the vault.

    ``mapping_version`` says how its stored objects were mapped, and ``mapping_cursor`` the last one that a mapping
    anew, begun and not ended yet, has come to.
    """

    __tablename__ = "integrations"
    __table_args__ = (Index("ix_integrations_provider_mode_account_id", "provider", "mode", "account_id"),)

    id = Id()
    user_id = Column(BigInteger, nullable=False, default=1)
    type = Column(Text, nullable=False, default="payments")
    name = Words()
    provider = Column(Text, nullable=False)
    label = Words()
    account_id = Words()
    mode = Column(Text, nullable=False)
    status = Column(Text, nullable=False, default="active")
    attention = Words()
    country = Words()
    currency = Words()
    config = Column(JSON, nullable=False, default=dict)
    row_uuid = Column(Text, nullable=False, unique=True)
    credentials = Sealed()
    created_at = Instant()
    connected_at = MaybeInstant()
    disconnected_at = MaybeInstant()
    last_sync_at = MaybeInstant()
    mapping_version = Column(BigInteger, nullable=False, default=MAPPING_VERSION, server_default=text("0"))
    mapping_cursor = LaterAmount()


class Webhook(Base):
    """An address at which the provider tells of events. ``secret`` is sealed by the vault."""

    __tablename__ = "webhooks"

    id = Id()
    integration_id = OwnedBy()
    url = Words()
    external_id = Words()
    secret = Sealed()
    events = Column(JSON, nullable=False, default=list)
    created_at = Instant()


class KeyRecord(Base):
    """What is known about a master key without being the key: where it is kept and how to tell the right one."""

    __tablename__ = "key_records"

    id = Column(Text, primary_key=True)
    kind = Column(Text, nullable=False)
    params = Column(Text, nullable=False)
    verifier = Column(Text, nullable=False)
    state = Column(Text, nullable=False)


class WrappedDataKey(Base):
    """The data key of one integration (by its ``row_uuid``), wrapped under the master key ``master_id``."""

    __tablename__ = "wrapped_keys"

    integration_uuid = Column(Text, primary_key=True)
    master_id = Column(Text, nullable=False)
    wrapped = Column(LargeBinary, nullable=False)


class Lease(Base):
    """Who may sync, send and refresh tokens for an integration. ``fence`` grows with every new holder."""

    __tablename__ = "leases"

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    holder = Words()
    heartbeat_at = Instant()
    fence = Count()


class Setting(Base):
    """A choice that is kept with the books."""

    __tablename__ = "settings"

    name = Column(Text, primary_key=True)
    value = Column(JSON, nullable=False)
