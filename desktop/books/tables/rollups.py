"""Sums kept in step with the rows, so that a report costs the same at a million payments as at a thousand."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

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

    ``location_ref`` is empty for the sum over all places, so that the ten who paid most are found by the index; what
    has a place counts in a row of that place besides.
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


class ServiceAllocation(Base):
    """The share of one invoice's money of one month and place that belongs to one service."""

    __tablename__ = "service_allocations"
    __clustered__ = True

    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    invoice_ref = Column(Text, primary_key=True)
    month = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    service_ref = Column(Text, primary_key=True)
    location_ref = Column(Text, primary_key=True, default="")
    amount = Amount()


class ServiceTotal(Base):
    """What one service brought in a month at one place (empty: at none): the sum of its allocations."""

    __tablename__ = "service_totals"
    __clustered__ = True

    month = Column(Text, primary_key=True)
    currency = Column(Text, primary_key=True)
    integration_id = Column(BigInteger, primary_key=True, autoincrement=False)
    service_ref = Column(Text, primary_key=True)
    location_ref = Column(Text, primary_key=True, default="")
    amount = Amount()
