"""Clients, and the provider customers that they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import Amount, Base, Flag, Id, Instant, OwnedBy, Ref, Words, by_external_id


class Client(Base):
    """Somebody the business sells to. ``origin_*`` names the provider customer it was first made for.

    ``status`` is active, deleted (at the provider), or mentioned (other objects name it, itself never read).
    """

    __tablename__ = "clients"
    __table_args__ = (
        Index("uq_clients_origin_integration_id_origin_ref", "origin_integration_id", "origin_ref", unique=True),
        Index("ix_clients_name", "name"),
        Index("ix_clients_email", "email"),
    )

    id: Mapped[Id]
    origin_integration_id: Mapped[int | None] = mapped_column(BigInteger)
    origin_ref: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="active")
    name: Mapped[Words]
    email: Mapped[Words]
    phone: Mapped[Words]
    company: Mapped[Words]
    address_line1: Mapped[Words]
    address_line2: Mapped[Words]
    city: Mapped[Words]
    postal_code: Mapped[Words]
    region: Mapped[Words]
    country: Mapped[Words]
    description: Mapped[Words]
    created_at: Mapped[Instant]


class ClientLink(Base):
    """One provider customer of a client. ``agreed`` is the last snapshot both sides agreed on.

    Everything that mentions a customer points here, so joining two clients moves links and nothing else.
    """

    __tablename__ = "client_links"
    __table_args__ = (by_external_id("client_links"), Index("ix_client_links_client_id", "client_id"))

    id: Mapped[Id]
    client_id: Mapped[int] = mapped_column(BigInteger)
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    stated: Mapped[Flag]
    deleted: Mapped[Flag]
    currency: Mapped[Words]
    balance: Mapped[Amount]
    delinquent: Mapped[Flag]
    default_method_ref: Mapped[Ref]
    agreed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[Instant]
