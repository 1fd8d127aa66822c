"""The list of payouts, and one payout with what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from desktop.books.tables import BalanceEntry, Integration, Payout
from desktop.books.tables.base import table_of
from desktop.queries.listing import Filter, Listing, Sort, one_of, summed
from desktop.queries.scales import Scales
from desktop.queries.search import Lookup, by_amount, by_external_id

_PAYOUT = table_of(Payout)
_ENTRY = table_of(BalanceEntry)
_INTEGRATION = table_of(Integration)
ON_THE_WAY = ("pending", "in_transit")
_PAYOUT_KINDS = ("payout", "payout_failure")


class PayoutRow(NamedTuple):
    """A payout in a list. ``fee`` is what the payout itself says was kept for it."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    status: str
    amount: int
    currency: str
    created_at: int
    arrival_day: str | None
    automatic: bool
    method: str
    description: str
    failure_message: str
    fee: int = 0
    location_ref: str = ""


_COLUMNS = tuple(_INTEGRATION.c.provider if name == "provider" else _PAYOUT.c[name] for name in PayoutRow._fields)


def read_payouts(connection: Connection, ids: Sequence[int]) -> dict[int, PayoutRow]:
    """Rows by id."""
    query = (
        select(*_COLUMNS)
        .select_from(_PAYOUT.join(_INTEGRATION, _INTEGRATION.c.id == _PAYOUT.c.integration_id))
        .where(_PAYOUT.c.id.in_(ids))
    )
    return {row[0]: PayoutRow(*row) for row in connection.execute(query)}


def payout_of(connection: Connection, integration_id: int, sources: Sequence[str]) -> PayoutRow | None:
    """The payout in which the money of some attempts went, by their ledger lines; None before it did."""
    paid = select(_ENTRY.c.payout_ref).where(
        _ENTRY.c.integration_id == integration_id,
        _ENTRY.c.source_ref.in_(sources),
        _ENTRY.c.kind == "charge",
        _ENTRY.c.payout_ref != "",
    )
    refs = connection.execute(paid).scalars().all()
    query = select(_PAYOUT.c.id).where(_PAYOUT.c.integration_id == integration_id, _PAYOUT.c.external_id.in_(refs))
    newest = connection.execute(query.order_by(_PAYOUT.c.created_at.desc()).limit(1)).scalar_one_or_none()
    return None if newest is None else read_payouts(connection, [newest])[newest]


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        select(_PAYOUT.c.id).where(_PAYOUT.c.status == word.lower()),
        *by_amount(word, _PAYOUT, _PAYOUT.c.amount, lookup),
        *by_external_id(word, _PAYOUT, lookup),
    ]


def _paid_out(connection: Connection, listing: Listing[PayoutRow], wanted: Filter, scales: Scales) -> dict[str, int]:
    undone = ("failed", "canceled")
    query = (
        select(_PAYOUT.c.currency, _PAYOUT.c.integration_id, func.sum(_PAYOUT.c.amount))
        .where(*listing.where(connection, wanted), _PAYOUT.c.status.not_in(undone))
        .group_by(_PAYOUT.c.currency, _PAYOUT.c.integration_id)
    )
    return summed(connection, query, scales)


_NEWEST = Sort((_PAYOUT.c.created_at,))
PAYOUTS: Listing[PayoutRow] = Listing(
    name="payouts",
    table=_PAYOUT,
    tabs={
        "on_the_way": one_of(_PAYOUT.c.status, *ON_THE_WAY),
        "paid": one_of(_PAYOUT.c.status, "paid"),
        "failed": one_of(_PAYOUT.c.status, "failed", "canceled"),
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "arrival": Sort((_PAYOUT.c.arrival_day,)),
        "amount": Sort((_PAYOUT.c.amount,)),
        "status": Sort((_PAYOUT.c.status, _PAYOUT.c.created_at)),
    },
    listed=(),
    meanings=_meanings,
    read=read_payouts,
    sum_up=_paid_out,
    foot="paid_out",
)
LISTS: tuple[Listing[Any], ...] = (PAYOUTS,)


class EntrySum(NamedTuple):
    """The payout's ledger lines of one kind, added up."""

    kind: str
    currency: str
    lines: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True, slots=True)
class PayoutDetail:
    """A payout, opened.

    ``entries`` are the ledger lines that it pays out, by kind, without its own line; where the provider says which
    they are, their ``net`` sums to the payout's amount.
    """

    row: PayoutRow
    arrival_at: int | None
    failure_code: str
    entries: tuple[EntrySum, ...]


def payout_detail(connection: Connection, payout_id: int) -> PayoutDetail | None:
    """One payout with what it is made of; None where it is gone."""
    row = read_payouts(connection, [payout_id]).get(payout_id)
    if row is None:
        return None
    own = select(_PAYOUT.c.arrival_at, _PAYOUT.c.failure_code).where(_PAYOUT.c.id == payout_id)
    sums = (func.sum(_ENTRY.c.amount), func.sum(_ENTRY.c.fee), func.sum(_ENTRY.c.net))
    entries = (
        select(_ENTRY.c.kind, _ENTRY.c.currency, func.count(), *sums)
        .where(
            _ENTRY.c.integration_id == row.integration_id,
            _ENTRY.c.payout_ref == row.external_id,
            _ENTRY.c.kind.not_in(_PAYOUT_KINDS),
        )
        .group_by(_ENTRY.c.kind, _ENTRY.c.currency)
        .order_by(func.sum(_ENTRY.c.net).desc(), _ENTRY.c.kind)
    )
    return PayoutDetail(
        row,
        *connection.execute(own).one(),
        entries=tuple(
            EntrySum(kind, currency, int(lines), *(int(number) for number in numbers))
            for kind, currency, lines, *numbers in connection.execute(entries)
        ),
    )
