"""What is sold, what recurs, and how clients can pay again."""

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
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
)


class Service(Base):
    """Something that is sold: a product, or a price of one."""

    __tablename__ = "services"
    __table_args__ = (by_external_id("services"), Index("ix_services_kind_name", "kind", "name"))

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    kind: Mapped[str] = mapped_column(Text)
    parent_ref: Mapped[Ref]
    name: Mapped[Words]
    description: Mapped[Words]
    active: Mapped[Flag]
    unit_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[Words]
    interval: Mapped[Words]
    interval_count: Mapped[Count]
    created_at: Mapped[Instant]


class Subscription(Base):
    """A recurring service. ``amount`` is one period's price: the sum of its items."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        by_external_id("subscriptions"),
        Index("ix_subscriptions_status_created_at", "status", "created_at"),
        Index("ix_subscriptions_client_link_id", "client_link_id"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    interval: Mapped[Words]
    interval_count: Mapped[Count]
    created_at: Mapped[Instant]
    started_at: Mapped[MaybeInstant]
    current_period_start_at: Mapped[MaybeInstant]
    current_period_end_at: Mapped[MaybeInstant]
    trial_end_at: Mapped[MaybeInstant]
    cancel_at: Mapped[MaybeInstant]
    cancel_at_period_end: Mapped[Flag]
    canceled_at: Mapped[MaybeInstant]
    ended_at: Mapped[MaybeInstant]
    collection_method: Mapped[Words]
    description: Mapped[Words]
    method_ref: Mapped[Ref]
    location_ref: Mapped[Ref]


class SubscriptionItem(Base):
    """What a subscription delivers each period."""

    __tablename__ = "subscription_items"
    __table_args__ = (
        Index("ix_subscription_items_integration_id_subscription_ref", "integration_id", "subscription_ref"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    subscription_ref: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    price_ref: Mapped[Ref]
    service_ref: Mapped[Ref]
    quantity: Mapped[Count]
    unit_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[Words]
    interval: Mapped[Words]
    interval_count: Mapped[Count]


class PaymentMethod(Base):
    """A stored way to pay: a token and the four facts that may be kept, nothing else."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        by_external_id("payment_methods"),
        Index("ix_payment_methods_client_link_id", "client_link_id"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    deleted: Mapped[Flag]
    client_link_id: Mapped[int] = mapped_column(BigInteger, default=0)
    kind: Mapped[Words]
    brand: Mapped[Words]
    last4: Mapped[Words]
    exp_month: Mapped[int | None] = mapped_column(Integer)
    exp_year: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[Instant]
