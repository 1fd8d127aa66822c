"""Clients, and the provider customers that they are."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Text

from desktop.books.tables.base import Amount, Base, Flag, Id, Instant, LaterRef, OwnedBy, Ref, Words, by_external_id


class Client(Base):
    """Somebody the business sells to. ``origin_*`` names the provider customer it was first made for.

    ``status`` is active, deleted (at the provider), mentioned (other objects name it, itself never read), or joined
    (its customers belong to another client now: it is kept for the day on which they are taken apart).
    """

    __tablename__ = "clients"
    __table_args__ = (
        Index("uq_clients_origin_integration_id_origin_ref", "origin_integration_id", "origin_ref", unique=True),
        Index("ix_clients_name", "name"),
        Index("ix_clients_email", "email"),
    )

    id = Id()
    origin_integration_id = Column(BigInteger)
    origin_ref = Column(Text)
    status = Column(Text, nullable=False, default="active")
    name = Words()
    email = Words()
    phone = Words()
    company = Words()
    address_line1 = Words()
    address_line2 = Words()
    city = Words()
    postal_code = Words()
    region = Words()
    country = Words()
    description = Words()
    created_at = Instant()


class ClientLink(Base):
    """One provider customer of a client. ``agreed`` is the last snapshot both sides agreed on.

    Everything that mentions a customer points here, so joining two clients moves links and nothing else. The client
    that the link had before is the one with its origin. ``merged_into`` is the customer that the provider merged this
    one with; such a link follows that customer's.
    """

    __tablename__ = "client_links"
    __table_args__ = (by_external_id("client_links"), Index("ix_client_links_client_id", "client_id"))

    id = Id()
    client_id = Column(BigInteger, nullable=False)
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    stated = Flag()
    deleted = Flag()
    currency = Words()
    balance = Amount()
    delinquent = Flag()
    default_method_ref = Ref()
    agreed = Column(JSON, nullable=False, default=dict)
    created_at = Instant()
    merged_into = LaterRef()


class DismissedPair(Base):
    """Two clients of whom the owner said that they are not the same; the smaller id first."""

    __tablename__ = "dismissed_pairs"
    __clustered__ = True

    first_client_id = Column(BigInteger, primary_key=True, autoincrement=False)
    second_client_id = Column(BigInteger, primary_key=True, autoincrement=False)
    created_at = Instant()
