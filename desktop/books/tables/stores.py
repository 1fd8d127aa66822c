"""Where and what is sold over the counter and on line: locations, orders, stock, card readers and payment links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from desktop.books.tables.base import (
    Amount,
    Base,
    Flag,
    Id,
    Instant,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
)


class Location(Base):
    """A location of the business. ``main``: the account's main one."""

    __tablename__ = "locations"
    __table_args__ = (by_external_id("locations"),)

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    name = Words()
    status = Column(Text, nullable=False)
    currency = Words()
    main = Flag()
    kind = Words()
    timezone = Words()
    country = Words()
    address_line1 = Words()
    address_line2 = Words()
    city = Words()
    postal_code = Words()
    region = Words()
    phone = Words()
    email = Words()
    description = Words()
    created_at = Instant()


class Order(Base):
    """What was sold together. ``tip`` is part of ``total``. The provider never deletes one."""

    __tablename__ = "orders"
    __table_args__ = (
        by_external_id("orders"),
        Index("ix_orders_created_at_id", "created_at", "id"),
        Index("ix_orders_status_created_at", "status", "created_at"),
        Index("ix_orders_client_link_id_created_at", "client_link_id", "created_at"),
        Index("ix_orders_reference", "reference"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    status = Column(Text, nullable=False)
    client_link_id = Column(BigInteger, nullable=False, default=0)
    currency = Column(Text, nullable=False)
    total = Amount()
    tax = Amount()
    discount = Amount()
    tip = Amount()
    service_charge = Amount()
    source = Words()
    reference = Words()
    created_at = Instant()
    closed_at = MaybeInstant()
    location_ref = Ref()


class OrderLine(Base):
    """One line of an order, in the provider's order. An invoice of the order takes its lines from here."""

    __tablename__ = "order_lines"
    __table_args__ = (Index("ix_order_lines_integration_id_order_ref", "integration_id", "order_ref"),)

    id = Id()
    integration_id = OwnedBy()
    order_ref = Column(Text, nullable=False)
    external_id = Column(Text, nullable=False)
    position = Column(Integer, nullable=False)
    name = Words()
    variation = Words()
    amount = Amount()
    quantity = Words()
    service_ref = Ref()
    tax = Amount()
    discount = Amount()
    note = Words()


class InventoryCount(Base):
    """How much of something is at a location, in one state.

    ``quantity`` is the provider's decimal; ``quantity_e5`` the same in hundred-thousandths, to sort and compare by.
    """

    __tablename__ = "inventory_counts"
    __table_args__ = (
        by_external_id("inventory_counts"),
        Index("ix_inventory_counts_integration_id_service_ref", "integration_id", "service_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    service_ref = Ref()
    location_ref = Ref()
    state = Words()
    quantity = Words()
    quantity_e5 = Amount()
    created_at = Instant()


class TerminalDevice(Base):
    """A card reader of the business."""

    __tablename__ = "terminal_devices"
    __table_args__ = (by_external_id("terminal_devices"),)

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    name = Words()
    model = Words()
    status = Words()
    created_at = Instant()
    location_ref = Ref()


class TerminalCheckout(Base):
    """A sale that was sent to a card reader. The payments it led to are in ``terminal_payments``."""

    __tablename__ = "terminal_checkouts"
    __table_args__ = (
        by_external_id("terminal_checkouts"),
        Index("ix_terminal_checkouts_created_at_id", "created_at", "id"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    status = Column(Text, nullable=False)
    amount = Amount()
    currency = Column(Text, nullable=False)
    device_ref = Ref()
    order_ref = Ref()
    reference = Words()
    note = Words()
    cancel_reason = Words()
    created_at = Instant()
    location_ref = Ref()


class TerminalPayment(Base):
    """A payment that a checkout led to: the way from the payment to its card reader."""

    __tablename__ = "terminal_payments"
    __table_args__ = (Index("ix_terminal_payments_integration_id_checkout_ref", "integration_id", "checkout_ref"),)
    __clustered__ = True

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    payment_ref = Column(Text, primary_key=True)
    checkout_ref = Column(Text, primary_key=True)


class PaymentLink(Base):
    """An address at which somebody can pay for an order."""

    __tablename__ = "payment_links"
    __table_args__ = (
        by_external_id("payment_links"),
        Index("ix_payment_links_created_at_id", "created_at", "id"),
        Index("ix_payment_links_integration_id_order_ref", "integration_id", "order_ref"),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    deleted = Flag()
    url = Words()
    order_ref = Ref()
    name = Words()
    description = Words()
    created_at = Instant()
    updated_at = MaybeInstant()
    location_ref = Ref()
