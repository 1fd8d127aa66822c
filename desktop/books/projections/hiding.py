"""What goes with an object: rows that a deletion hides, and rows that a mapping anew takes away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.books.tables import (
    BalanceEntry,
    CreditNote,
    Dispute,
    InventoryCount,
    Location,
    PaymentAttempt,
    PaymentLink,
    PaymentMethod,
    Payout,
    Refund,
    Service,
    Subscription,
    TerminalDevice,
)
from desktop.books.tables.base import table_of

HIDDEN: Mapping[str, tuple[Any, str]] = {
    "service": (table_of(Service), "services"),
    "subscription": (table_of(Subscription), "subscriptions"),
    "payment_method": (table_of(PaymentMethod), "payment_methods"),
    "credit_note": (table_of(CreditNote), "credit_notes"),
    "location": (table_of(Location), "locations"),
    "inventory_count": (table_of(InventoryCount), "inventory_counts"),
    "terminal_device": (table_of(TerminalDevice), "terminal_devices"),
    "payment_link": (table_of(PaymentLink), "payment_links"),
}
"""By kind of object: its table, and who hears of it. Money that moved is never hidden: no provider deletes it either,
and orders are not deleted but cancelled."""

MONEY: Mapping[str, tuple[Any, str]] = {
    "attempt": (table_of(PaymentAttempt), "payments"),
    "refund": (table_of(Refund), "refunds"),
    "dispute": (table_of(Dispute), "disputes"),
    "balance_entry": (table_of(BalanceEntry), "balance_entries"),
    "payout": (table_of(Payout), "payouts"),
}
"""By kind of object: its table, and who hears of it, where mapping it anew makes another kind of row of it, or none."""
