"""Square's facts that are data: the pinned version, addresses, rates, scopes, and the streams that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.providers.contract import Feed, Stream

API_VERSION = "2025-08-20"
"""The ``Square-Version`` that is sent with every call."""

API_BASE = "https://connect.squareup.com"
SANDBOX_BASE = "https://connect.squareupsandbox.com"
API_BASE_VARIABLE = "PAYDESK_SQUARE_API_BASE"
CLIENT_ID_VARIABLE = "PAYDESK_SQUARE_CLIENT_ID"
SANDBOX_PREFIX = "sandbox-"
"""How ids and tokens begin that are of Square's sandbox."""

DASHBOARDS: Mapping[str, str] = {"live": "https://app.squareup.com", "sandbox": "https://app.squareupsandbox.com"}
DASHBOARD_PAGES: Mapping[str, str] = {
    "clients": "/dashboard/customers/directory/customer/{id}",
    "disputes": "/dashboard/disputes/{id}",
    "invoices": "/dashboard/invoices/{id}",
    "locations": "/dashboard/locations/{id}",
    "orders": "/dashboard/orders/overview/{id}",
    "payments": "/dashboard/sales/transactions/{id}",
    "services": "/dashboard/items/library/{id}",
    "subscriptions": "/dashboard/subscriptions-list/{id}",
}
"""Where the dashboard shows the rows of a table."""

RATE = 10.0
"""Requests a second. Square publishes no limits; sellers' reports of being limited begin above this."""

FIRST_MOMENT = 1_230_768_000_000
"""2009-01-01 (ms), before Square's first payment. Left out, most lists begin a year ago."""

SCOPES: Sequence[str] = (
    "MERCHANT_PROFILE_READ",
    "CUSTOMERS_READ",
    "ITEMS_READ",
    "ORDERS_READ",
    "INVOICES_READ",
    "PAYMENTS_READ",
    "PAYOUTS_READ",
    "DISPUTES_READ",
    "SUBSCRIPTIONS_READ",
    "INVENTORY_READ",
    "DEVICES_READ",
)
"""What connecting in the browser asks for: reading every stream, and nothing else until something is written."""

SERVICE_TYPES: Sequence[str] = (
    "CATEGORY",
    "ITEM",
    "ITEM_VARIATION",
    "SUBSCRIPTION_PLAN",
    "SUBSCRIPTION_PLAN_VARIATION",
)
"""The kinds of catalog objects that are kept."""

SELDOM_HOURS = 6
"""How often the schedule asks for what no figure waits for, or what seldom changes after it was read.

Without events a list costs a request each time, and a payout's entries cost one a payout. Followed with each sync:
locations, on which others depend, what figures are made of, and disputes, which have a last day to answer.
"""

STREAMS: Sequence[Stream] = (
    Stream("locations", (Feed("locations", "location"),), recheck="scan"),
    Stream("clients", (Feed("customers", "customer"),), recheck="updated"),
    Stream("services", (Feed("catalog", "catalog_object"),), recheck="updated", every_hours=SELDOM_HOURS),
    # A sale made offline arrives up to 72 hours late, with the time at which it was made: hence the look-back.
    Stream(
        "orders",
        (Feed("orders", "order"),),
        per_parent="location",
        recheck="updated",
        lookback_days=4,
        lookback_every_hours=SELDOM_HOURS,
    ),
    Stream("invoices", (Feed("invoices", "invoice"),), per_parent="location", recheck="scan"),
    # The fees of a payment arrive later, without its updated_at moving: hence the look-back.
    Stream(
        "payments",
        (Feed("payments", "payment"),),
        per_parent="location",
        recheck="updated",
        lookback_days=7,
        lookback_every_hours=SELDOM_HOURS,
    ),
    Stream(
        "refunds",
        (Feed("refunds", "refund"),),
        recheck="updated",
        lookback_days=7,
        lookback_every_hours=SELDOM_HOURS,
    ),
    Stream("payouts", (Feed("payouts", "payout"),), per_parent="location", recheck="created", lookback_days=14),
    Stream(
        "balance_entries",
        (Feed("payout_entries", "payout_entry"),),
        per_parent="payout",
        recheck="scan",
        parent_days=30,
        lookback_every_hours=SELDOM_HOURS,
    ),
    Stream("disputes", (Feed("disputes", "dispute"),), recheck="scan"),
    Stream("subscriptions", (Feed("subscriptions", "subscription"),), recheck="scan", every_hours=SELDOM_HOURS),
    Stream("payment_methods", (Feed("cards", "card"),), recheck="scan", every_hours=SELDOM_HOURS),
    Stream(
        "inventory_counts",
        (Feed("inventory_counts", "inventory_count"),),
        recheck="updated",
        option="sync_inventory",
    ),
    Stream("terminal_devices", (Feed("devices", "device"),), recheck="scan", every_hours=SELDOM_HOURS),
    Stream(
        "terminal_checkouts",
        (Feed("terminal_checkouts", "terminal_checkout"),),
        recheck="created",
        lookback_days=30,
        lookback_every_hours=SELDOM_HOURS,
    ),
    Stream("payment_links", (Feed("payment_links", "payment_link"),), recheck="scan", every_hours=SELDOM_HOURS),
)
"""Everything that is kept of Square, in the order of a first sync."""
