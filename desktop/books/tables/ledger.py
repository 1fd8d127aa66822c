"""The provider's ledger, what it paid into the bank, and exchange rates."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, false, true

from desktop.books.tables.base import (
    Amount,
    Base,
    Day,
    Flag,
    Id,
    Instant,
    LaterAmount,
    LaterFlag,
    MaybeDay,
    MaybeInstant,
    OwnedBy,
    Ref,
    Words,
    by_external_id,
    only,
)


class BalanceEntry(Base):
    """One line of the provider's own ledger, in the settlement currency.

    ``settles``: it repeats money that its source stated itself, says in which payout it went, and counts nowhere.
    ``payout_fee``: it is the fee of the payout that ``source_ref`` names, and settles while that one states a fee.
    """

    __tablename__ = "balance_entries"
    __table_args__ = (
        by_external_id("balance_entries"),
        Index("ix_balance_entries_integration_id_source_ref", "integration_id", "source_ref"),
        Index("ix_balance_entries_integration_id_payout_ref", "integration_id", "payout_ref"),
        Index("ix_balance_entries_created_at_id", "created_at", "id"),
        Index("ix_balance_entries_entry_day", "entry_day"),
        Index("ix_balance_entries_pending", "integration_id", "created_at", **only("status = 'pending'")),
    )

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    kind = Column(Text, nullable=False)
    amount = Amount()
    fee = Amount()
    net = Amount()
    currency = Column(Text, nullable=False)
    created_at = Instant()
    entry_day = Day()
    available_at = MaybeInstant()
    source_ref = Ref()
    payout_ref = Ref()
    status = Words()
    exchange_rate = Words()
    description = Words()
    location_ref = Ref()
    settles = LaterFlag(default=False, server_default=false())
    payout_fee = LaterFlag(default=False, server_default=false())


class Payout(Base):
    """Money on its way to the bank, or there.

    ``on_ledger``: a ledger line tells of it, and counts. Where none does, the payout counts itself, less its ``fee``,
    on ``counted_day``, and is booked back on ``failed_day`` where it failed; for others both days are empty. Its fee
    stays: what the provider gives back of it is a ledger line.
    """

    __tablename__ = "payouts"
    __table_args__ = (by_external_id("payouts"), Index("ix_payouts_created_at_id", "created_at", "id"))

    id = Id()
    integration_id = OwnedBy()
    external_id = Column(Text, nullable=False)
    status = Column(Text, nullable=False)
    amount = Amount()
    currency = Column(Text, nullable=False)
    created_at = Instant()
    arrival_at = MaybeInstant()
    arrival_day = MaybeDay()
    automatic = Flag()
    entry_ref = Ref()
    failure_entry_ref = Ref()
    failure_code = Words()
    failure_message = Words()
    description = Words()
    method = Words()
    location_ref = Ref()
    on_ledger = LaterFlag(default=True, server_default=true())
    fee = LaterAmount()
    counted_day = MaybeDay()
    failed_at = MaybeInstant()
    failed_day = MaybeDay()


class ExchangeRate(Base):
    """A rate between two currencies on a day, as text, with where it came from."""

    __tablename__ = "exchange_rates"

    id = Id()
    day = Day()
    base = Column(Text, nullable=False)
    quote = Column(Text, nullable=False)
    rate = Column(Text, nullable=False)
    source = Words()
