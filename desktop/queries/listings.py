"""All listings by name: what the window's lists and the commands choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.queries.clients import CLIENTS
from desktop.queries.invoices import INVOICES
from desktop.queries.listing import Listing
from desktop.queries.locations import LOCATIONS
from desktop.queries.orders import ORDERS
from desktop.queries.payments import PAYMENTS
from desktop.queries.payouts import PAYOUTS
from desktop.queries.services import SERVICES
from desktop.queries.stock import STOCK
from desktop.queries.subscriptions import SUBSCRIPTIONS
from desktop.queries.terminals import CHECKOUTS, DEVICES, PAYMENT_LINKS

_ALL: tuple[Listing[Any], ...] = (
    CLIENTS, INVOICES, PAYMENTS, SUBSCRIPTIONS, PAYOUTS, SERVICES, LOCATIONS, ORDERS, STOCK, DEVICES, CHECKOUTS,
    PAYMENT_LINKS,
)  # fmt: skip
LISTINGS: Mapping[str, Listing[Any]] = {listing.name: listing for listing in _ALL}
"""Each listing by the name of its table and its command."""
