"""What connecting Square asks for: shown before connecting, with what is missing without it.

Reading only: nothing is written yet, so nothing is asked for that would let it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.providers.contract import Permission

PERMISSIONS: Sequence[Permission] = (
    Permission("Payments", "read", "No payments, refunds, stored cards or sales on card readers."),
    Permission("Customers", "read", "Clients stay empty."),
    Permission("Invoices", "read", "No invoices, nothing outstanding."),
    Permission("Orders", "read", "Invoices and sales have no lines."),
    Permission("Items", "read", "Services have no names, and subscriptions no amounts."),
    Permission("Payouts", "read", "What was paid out to the bank is missing."),
    Permission("Disputes", "read", "Disputes are missing."),
    Permission("Subscriptions", "read", "Subscriptions are missing."),
    Permission("Inventory", "read", "Stock cannot be shown."),
    Permission("Devices", "read", "Card readers are not shown."),
    Permission("Merchant profile", "read", "Nothing can be read location by location: most lists stay empty."),
)

# The rows above by the first word of Square's scopes (MERCHANT_PROFILE_READ, CUSTOMERS_READ, …).
_TITLES: Mapping[str, str] = {
    "PAYMENTS": "Payments",
    "CUSTOMERS": "Customers",
    "INVOICES": "Invoices",
    "ORDERS": "Orders",
    "ITEMS": "Items",
    "PAYOUTS": "Payouts",
    "DISPUTES": "Disputes",
    "SUBSCRIPTIONS": "Subscriptions",
    "INVENTORY": "Inventory",
    "DEVICES": "Devices",
    "MERCHANT_PROFILE": "Merchant profile",
}


def title_of(scope: str) -> str:
    """A scope in the words of the list above: "Payments: read"; empty for one that is not asked for."""
    name, _, access = scope.rpartition("_")
    title = _TITLES.get(name)
    return f"{title}: {access.lower()}" if title else ""
