"""What a deletion hides: rows that leave the lists, while what stands on them stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.books.tables import (
    CreditNote,
    InventoryCount,
    Location,
    PaymentLink,
    PaymentMethod,
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
