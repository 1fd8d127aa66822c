"""What is sold, what recurs, and how clients can pay again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text, false

from desktop.books.tables.base import (
    Base,
    Count,
    Flag,
    Id,
    Instant,
    LaterFlag,
    LaterRef,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
)


class Service(Base):
    """Something that is sold: a product or a price (variation) of one. ``kind`` is product, price or category."""

    __tablename__ = "services"
    __table_args__ = (
        by_external_id("services"),
        Index("ix_services_kind_name", "kind", "name"),
        Index("ix_services_integration_id_parent_ref", "integration_id", "parent_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    kind = Column(Text, nullable=False)
    parent_ref = Ref()
    name = Words()
    description = Words()
    active = Flag()
    unit_amount = Column(BigInteger)
    currency = Words()
    interval = Words()
    interval_count = Count()
    created_at = Instant()
    sku = LaterRef()


class Subscription(Base):
    """A recurring service. ``amount`` is what its items cost each period, ``interval`` the one that all of them have.

    ``amount`` is empty where it follows from use alone, is not known, or where items have intervals (or currencies)
    of their own: then the items tell, and there is no ``interval``. ``by_use``: something of it depends on use.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        by_external_id("subscriptions"),
        Index("ix_subscriptions_status_created_at", "status", "created_at"),
        Index("ix_subscriptions_client_link_id", "client_link_id"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    client_link_id = Column(BigInteger, nullable=False, default=0)
    status = Column(Text, nullable=False)
    currency = Column(Text, nullable=False)
    amount = Column(BigInteger)
    interval = Words()
    interval_count = Count()
    created_at = Instant()
    started_at = MaybeInstant()
    current_period_start_at = MaybeInstant()
    current_period_end_at = MaybeInstant()
    trial_end_at = MaybeInstant()
    cancel_at = MaybeInstant()
    cancel_at_period_end = Flag()
    canceled_at = MaybeInstant()
    ended_at = MaybeInstant()
    collection_method = Words()
    description = Words()
    method_ref = Ref()
    location_ref = Ref()
    by_use = LaterFlag(server_default=false())


class SubscriptionItem(Base):
    """What a subscription delivers each period.

    ``amount`` is what the quantity costs then, empty where it follows from use (``by_use``) or is not known;
    ``unit_amount_decimal`` the exact number of minor units of one where that has a fraction.
    """

    __tablename__ = "subscription_items"
    __table_args__ = (
        Index("ix_subscription_items_integration_id_subscription_ref", "integration_id", "subscription_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    subscription_ref = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    price_ref = Ref()
    service_ref = Ref()
    quantity = Count()
    unit_amount = Column(BigInteger)
    currency = Words()
    interval = Words()
    interval_count = Count()
    amount = Column(BigInteger)
    by_use = LaterFlag(server_default=false())
    unit_amount_decimal = LaterRef()


class PaymentMethod(Base):
    """A stored way to pay: a token and the four facts that may be kept, nothing else."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        by_external_id("payment_methods"),
        Index("ix_payment_methods_client_link_id", "client_link_id"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    client_link_id = Column(BigInteger, nullable=False, default=0)
    kind = Words()
    brand = Words()
    last4 = Words()
    exp_month = Column(Integer)
    exp_year = Column(Integer)
    created_at = Instant()
