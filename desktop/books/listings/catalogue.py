"""All listings by name: what the window's lists and the commands choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.books.listings.clients import CLIENTS
from desktop.books.listings.invoices import INVOICES
from desktop.books.listings.listing import Listing
from desktop.books.listings.orders import ORDERS
from desktop.books.listings.payments import PAYMENTS
from desktop.books.listings.payouts import PAYOUTS
from desktop.books.listings.places import LOCATIONS
from desktop.books.listings.recurring import SUBSCRIPTIONS
from desktop.books.listings.services import SERVICES
from desktop.books.listings.stock import STOCK
from desktop.books.listings.terminals import CHECKOUTS, DEVICES, PAYMENT_LINKS

_ALL: tuple[Listing[Any], ...] = (
    CLIENTS, INVOICES, PAYMENTS, SUBSCRIPTIONS, PAYOUTS, SERVICES, LOCATIONS, ORDERS, STOCK, DEVICES, CHECKOUTS,
    PAYMENT_LINKS,
)  # fmt: skip
LISTINGS: Mapping[str, Listing[Any]] = {listing.name: listing for listing in _ALL}
"""Each listing by the name of its table and its command."""
