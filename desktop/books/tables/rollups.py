"""Sums kept in step with the rows, so that a report costs the same at a million payments as at a thousand."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Text

from desktop.books.tables.base import Amount, Base, Count

# Kept in the order of their keys (SQLite: WITHOUT ROWID): one tree to write, and a period is read in one go.


class DailyTotal(Base):
    """One measure of one day: ``collected``, ``refunds``, ``fees`` … (see ``books/rollups.py``)."""

    __tablename__ = "daily_totals"
    __clustered__ = True

    day = Column(Text, primary_key=True)
    measure = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    location_ref = Column(Text, primary_key=True, default="")
    amount = Amount()
    count = Count()


class ClientTotal(Base):
    """What a client (by link; 0: nobody named) paid and got back in a month; ``paid`` is what is left of it.

    ``location_ref`` is empty for the sum over all locations, so that the ten who paid most are found by the index; what
    has a location counts in a row of that location besides.
    """

    __tablename__ = "client_totals"
    __table_args__ = (
        Index("ix_client_totals_client_link_id", "client_link_id"),
        Index("ix_client_totals_top", "month", "currency", "location_ref", "paid"),
    )
    __clustered__ = True

    month = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    client_link_id = Column(BigInteger, primary_key=True, autoincrement=False)
    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    location_ref = Column(Text, primary_key=True, default="")
    collected = Amount()
    refunds = Amount()
    payments = Count()
    paid = Amount()


class RowCount(Base):
    """How many rows an account has of what is ``counted``, a table by its name: see ``books/counting.py``."""

    __tablename__ = "row_counts"
    __clustered__ = True

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    counted = Column(Text, primary_key=True)
    count = Count()


class ServiceAllocation(Base):
    """The share of one bill's money of one month and location that belongs to one service.

    ``bill_kind`` says whose external id ``bill_ref`` is: an *invoice*'s, an *order*'s, a *payment*'s that is for
    neither (``payments.external_id``; refunds of a payment that was never read are under its id too), or a *refund*'s
    that names no payment. Every part of total revenue is in exactly one bill, so the amounts of a month, currency,
    account and location add up to it. ``itemised``: it was split over the bill's lines. Then ``service_ref`` is what
    they name, empty for lines that name nothing. What has no lines to be split over is not itemised and names no
    service; neither is what was returned.

    "What is behind this service's figure?" is asked by month, currency and service, or by ``itemised``.
    """

    __tablename__ = "service_allocations"
    __table_args__ = (Index("ix_service_allocations_asked", "month", "currency", "itemised", "service_ref", "amount"),)
    __clustered__ = True

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    bill_kind = Column(Text, primary_key=True)
    bill_ref = Column(Text, primary_key=True)
    month = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    itemised = Column(Boolean, primary_key=True)
    service_ref = Column(Text, primary_key=True)
    location_ref = Column(Text, primary_key=True, default="")
    amount = Amount()


class ServiceTotal(Base):
    """What one service brought in a month at one location (empty: at none): the sum of its allocations.

    What is not ``itemised`` names no service.
    """

    __tablename__ = "service_totals"
    __clustered__ = True

    month = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    itemised = Column(Boolean, primary_key=True)
    service_ref = Column(Text, primary_key=True)
    location_ref = Column(Text, primary_key=True, default="")
    amount = Amount()
