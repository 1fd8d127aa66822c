"""The provider's ledger, what it paid into the bank, and exchange rates."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.books.tables.base import (
    Amount,
    Base,
    Day,
    Flag,
    Id,
    Instant,
    MaybeDay,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
)


class BalanceEntry(Base):
    """One line of the provider's own ledger, in the settlement currency."""

    __tablename__ = "balance_entries"
    __table_args__ = (
        by_external_id("balance_entries"),
        Index("ix_balance_entries_integration_id_source_ref", "integration_id", "source_ref"),
        Index("ix_balance_entries_integration_id_payout_ref", "integration_id", "payout_ref"),
        Index("ix_balance_entries_created_at_id", "created_at", "id"),
    )

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    fee: Mapped[Amount]
    net: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]
    entry_day: Mapped[Day]
    available_at: Mapped[MaybeInstant]
    source_ref: Mapped[Ref]
    payout_ref: Mapped[Ref]
    status: Mapped[Words]
    exchange_rate: Mapped[Words]
    description: Mapped[Words]
    location_ref: Mapped[Ref]


class Payout(Base):
    """Money on its way to the bank, or there."""

    __tablename__ = "payouts"
    __table_args__ = (by_external_id("payouts"), Index("ix_payouts_created_at_id", "created_at", "id"))

    id: Mapped[Id]
    integration_id: Mapped[OwnedBy]
    external_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]
    arrival_at: Mapped[MaybeInstant]
    arrival_day: Mapped[MaybeDay]
    automatic: Mapped[Flag]
    entry_ref: Mapped[Ref]
    failure_entry_ref: Mapped[Ref]
    failure_code: Mapped[Words]
    failure_message: Mapped[Words]
    description: Mapped[Words]
    method: Mapped[Words]
    location_ref: Mapped[Ref]


class ExchangeRate(Base):
    """A rate between two currencies on a day, as text, with where it came from."""

    __tablename__ = "exchange_rates"

    id: Mapped[Id]
    day: Mapped[Day]
    base: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    rate: Mapped[str] = mapped_column(Text)
    source: Mapped[Words]
