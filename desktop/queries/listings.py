"""All listings by name, and what a list asks of one: ids, the rows of a block, counts and sums."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from desktop.queries import (
    clients,
    invoices,
    locations,
    orders,
    payments,
    payouts,
    services,
    stock,
    subscriptions,
    terminals,
)
from desktop.queries.feet import Foot, read_foot
from desktop.queries.listing import Filter, Listing, Sum
from desktop.queries.locations import LOCATIONS, sales_of_month
from desktop.queries.payments import PAYMENTS, titles_of_payments
from desktop.queries.transactions import TRANSACTIONS, Transactions, titles_of_transactions

_SUBJECTS = (clients, invoices, payments, subscriptions, payouts, services, locations, orders, stock, terminals)
LISTINGS: Mapping[str, Listing[Any]] = {listing.name: listing for subject in _SUBJECTS for listing in subject.LISTS}
"""Each listing by the name of its table and its command; every subject says which it has."""

# What was sold, for the rows that name neither a client nor what they are for.
_TITLES: Mapping[str, Callable[[Connection, Sequence[Any]], Mapping[int, str]]] = {
    PAYMENTS.name: titles_of_payments,
    TRANSACTIONS.name: titles_of_transactions,
}


class Block(NamedTuple):
    """Rows by their ids, in order: None for one that is gone. ``titles`` is what was sold, by the row's id, for those
    that name neither a client nor what they are for.
    """

    rows: list[Any | None]
    titles: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands beside the rows of a filter: how many each tab has, and what they add up to.

    ``foot`` is theirs where they are behind a figure; ``sums`` by measure otherwise: what the listing's ``foot`` names,
    or what locations collected, had in tips and refunded in the current month.
    """

    counts: Mapping[str, int]
    foot: Foot | None = None
    sums: Mapping[str, tuple[Sum, ...]] = field(default_factory=dict)


def listing_of(name: str) -> Listing[Any] | Transactions:
    """A listing of :data:`LISTINGS`, or the one of what is behind a figure. Raises KeyError for a name of none."""
    return TRANSACTIONS if name == TRANSACTIONS.name else LISTINGS[name]


def list_ids(connection: Connection, name: str, wanted: Filter) -> array[int]:
    """The ids of the rows of a listing, in order. Raises ValueError for a tab or sort that is not of this listing."""
    return listing_of(name).ids(connection, wanted)


def read_block(connection: Connection, name: str, ids: Sequence[int], wanted: Filter) -> Block:
    """The rows of ids that a filter found, as they are told under it."""
    rows: list[Any | None] = [*listing_of(name).shown(connection, ids, wanted)]
    titles = _TITLES[name](connection, [row for row in rows if row is not None]) if name in _TITLES else {}
    return Block(rows, titles)


def read_summary(connection: Connection, name: str, wanted: Filter) -> Summary:
    """Counts and sums of the rows of a filter."""
    listing = listing_of(name)
    counts = listing.status_counts(connection, wanted)
    if listing is LOCATIONS:
        return Summary(counts, sums=sales_of_month(connection, wanted))
    if wanted.figure is not None:
        return Summary(counts, read_foot(connection, wanted, name))
    totals = listing.totals(connection, wanted)
    return Summary(counts, sums={listing.foot: totals} if totals else {})
