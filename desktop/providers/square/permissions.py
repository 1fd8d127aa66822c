"""What connecting Square asks for: shown before connecting, with what is missing without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.providers.contract import Permission

PERMISSIONS: Sequence[Permission] = (
    Permission(
        "Payments",
        "read and write",
        "No payments, refunds, stored cards or terminal checkouts, and no payment can be taken.",
    ),
    Permission("Customers", "read and write", "Clients stay empty, and changes to them cannot be sent."),
    Permission("Invoices", "read and write", "No invoices, nothing outstanding, and none can be sent."),
    Permission("Orders", "read and write", "Invoices have no lines, and none can be made."),
    Permission("Items", "read", "Services have no names, and subscriptions no amounts."),
    Permission("Payouts", "read", "What was paid out to the bank is missing."),
    Permission("Disputes", "read", "Objections of payers are missing."),
    Permission("Subscriptions", "read", "Recurring services are missing."),
    Permission("Inventory", "read", "Stock cannot be shown."),
    Permission("Devices", "read", "Card terminals cannot be chosen."),
    Permission("Merchant profile", "read", "Nothing can be read location by location: most lists stay empty."),
)

# The rows above by the first word of Square's scopes (MERCHANT_PROFILE_READ, CUSTOMERS_WRITE, …).
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
