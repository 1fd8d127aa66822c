"""What the kinds of things that are read are called to people, in the window and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

TITLES: Final[Mapping[str, str]] = {
    "clients": "Clients",
    "services": "Services",
    "invoices": "Invoices",
    "payments": "Payments",
    "refunds": "Refunds",
    "disputes": "Disputes",
    "balance_entries": "Ledger",
    "payouts": "Payouts",
    "subscriptions": "Subscriptions",
    "payment_methods": "Payment methods",
    "credit_notes": "Credit notes",
    "locations": "Locations",
    "orders": "Orders",
    "inventory_counts": "Stock",
    "terminal_devices": "Card readers",
    "terminal_checkouts": "Card reader payments",
    "payment_links": "Payment links",
    "events": "Changes",
}
"""By the name of the stream, which is that of its table."""

_NAMED: Final = 3


def title_of(stream: str) -> str:
    """A stream as people read it: "balance_entries" is "Ledger"."""
    return TITLES.get(stream, stream.replace("_", " ").capitalize())


def names_of(streams: Sequence[str], *, most: int = _NAMED) -> str:
    """Several of them in a sentence: "Payments, refunds and payouts", or "Payments, refunds and 4 more"."""
    titles = [title_of(stream) for stream in dict.fromkeys(streams)]
    if len(titles) > most:
        titles = [*titles[: most - 1], f"{len(titles) - most + 1:,} more"]
    rest = [title[:1].lower() + title[1:] for title in titles[1:]]
    named = [*titles[:1], *rest]
    return " and ".join([part for part in (", ".join(named[:-1]), *named[-1:]) if part])
