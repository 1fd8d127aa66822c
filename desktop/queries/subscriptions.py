"""The list of subscriptions, and one subscription with its items and invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, case, func, select

from desktop.books.tables import Invoice, Service, Subscription, SubscriptionItem
from desktop.books.tables.base import table_of
from desktop.queries.client_columns import by_client_name, client_columns, provider_column, with_client
from desktop.queries.invoices import InvoiceRow, invoice_rows, select_invoices
from desktop.queries.listing import Listing, Sort, one_of
from desktop.queries.search import Lookup, by_amount, by_client, by_external_id

_SUBSCRIPTION = table_of(Subscription)
_ITEM = table_of(SubscriptionItem)
_SERVICE = table_of(Service)
_INVOICE = table_of(Invoice)
ACTIVE_STATUSES = ("active", "trialing")
_INVOICES_SHOWN = 20


class PeriodPrice(NamedTuple):
    """What the items of one interval and currency cost together each time it comes round.

    ``amount`` is None where it follows from use alone or is not known; ``by_use``: use adds to it.
    """

    amount: int | None
    currency: str
    interval: str
    interval_count: int
    by_use: bool


class SubscriptionRow(NamedTuple):
    """A recurring service in a list. ``title`` is what it delivers.

    ``prices`` are what it costs by interval. ``amount`` is the price of a period where there is one such number, in
    the interval that all items have; None where it follows from use, is not known, or where items have intervals of
    their own (no ``interval`` then).
    """

    id: int
    integration_id: int
    provider: str
    external_id: str
    status: str
    client_id: int
    client_name: str
    currency: str
    amount: int | None
    interval: str
    interval_count: int
    created_at: int
    current_period_end_at: int | None
    cancel_at: int | None
    cancel_at_period_end: bool
    title: str
    by_use: bool
    prices: tuple[PeriodPrice, ...] = ()


_COLUMNS = (
    _SUBSCRIPTION.c.id, _SUBSCRIPTION.c.integration_id, provider_column(), _SUBSCRIPTION.c.external_id,
    _SUBSCRIPTION.c.status, *client_columns(), _SUBSCRIPTION.c.currency, _SUBSCRIPTION.c.amount,
    _SUBSCRIPTION.c.interval, _SUBSCRIPTION.c.interval_count, _SUBSCRIPTION.c.created_at,
    _SUBSCRIPTION.c.current_period_end_at, _SUBSCRIPTION.c.cancel_at, _SUBSCRIPTION.c.cancel_at_period_end,
    _SUBSCRIPTION.c.description, _SUBSCRIPTION.c.by_use,
)  # fmt: skip


def read_subscriptions(connection: Connection, ids: Sequence[int]) -> dict[int, SubscriptionRow]:
    """Rows by id."""
    query = (
        select(*_COLUMNS)
        .select_from(with_client(_SUBSCRIPTION))
        .where(_SUBSCRIPTION.c.id.in_(ids), _SUBSCRIPTION.c.deleted.is_(False))
    )
    rows = {row[0]: SubscriptionRow(*row) for row in connection.execute(query)}
    titles = _titles(connection, [row_id for row_id, row in rows.items() if not row.title])
    prices = _prices(connection, list(rows))
    return {
        row_id: row._replace(title=titles.get(row_id, row.title), prices=tuple(prices.get(row_id, ())))
        for row_id, row in rows.items()
    }


def _prices(connection: Connection, ids: Sequence[int]) -> dict[int, list[PeriodPrice]]:
    """What each subscription costs by interval and currency, in the order of its items."""
    known = _ITEM.c.by_use.is_(False)
    unknown = func.sum(case((and_(known, _ITEM.c.amount.is_(None)), 1), else_=0))
    group = (_ITEM.c.currency, _ITEM.c.interval, _ITEM.c.interval_count)
    query = (
        select(_SUBSCRIPTION.c.id, func.sum(_ITEM.c.amount), *group, func.sum(case((known, 0), else_=1)), unknown)
        .select_from(_SUBSCRIPTION.join(_ITEM, _OWNED))
        .where(_SUBSCRIPTION.c.id.in_(ids))
        .group_by(_SUBSCRIPTION.c.id, *group)
        .order_by(func.min(_ITEM.c.id))
    )
    found: dict[int, list[PeriodPrice]] = defaultdict(list)
    for row_id, amount, currency, interval, count, by_use, missing in connection.execute(query):
        told = None if missing or amount is None else int(amount)
        found[row_id].append(PeriodPrice(told, currency, interval, count, bool(by_use)))
    return found


_OWNED = and_(
    _ITEM.c.integration_id == _SUBSCRIPTION.c.integration_id,
    _ITEM.c.subscription_ref == _SUBSCRIPTION.c.external_id,
)


def _titles(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The names of what is delivered, where a subscription has no words of its own."""
    query = (
        select(_SUBSCRIPTION.c.id, _SERVICE.c.name)
        .select_from(_SUBSCRIPTION.join(_ITEM, _OWNED).join(_SERVICE, _of_item()))
        .where(_SUBSCRIPTION.c.id.in_(list(ids)), _SERVICE.c.name != "")
        .order_by(_ITEM.c.id)
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row_id, name in connection.execute(query):
        if name not in names[row_id]:
            names[row_id].append(name)
    return {row_id: ", ".join(found) for row_id, found in names.items()}


def _of_item() -> Any:
    return and_(_SERVICE.c.integration_id == _ITEM.c.integration_id, _SERVICE.c.external_id == _ITEM.c.service_ref)


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        by_client(word, _SUBSCRIPTION),
        *by_amount(word, _SUBSCRIPTION, _SUBSCRIPTION.c.amount, lookup),
        *by_external_id(word, _SUBSCRIPTION, lookup),
    ]


_NEWEST = Sort((_SUBSCRIPTION.c.created_at,))
SUBSCRIPTIONS: Listing[SubscriptionRow] = Listing(
    name="subscriptions",
    table=_SUBSCRIPTION,
    tabs={
        "active": one_of(_SUBSCRIPTION.c.status, *ACTIVE_STATUSES),
        "past_due": one_of(_SUBSCRIPTION.c.status, "past_due", "unpaid", "incomplete"),
        "paused": one_of(_SUBSCRIPTION.c.status, "paused"),
        "ended": one_of(_SUBSCRIPTION.c.status, "canceled", "incomplete_expired"),
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "amount": Sort((_SUBSCRIPTION.c.amount,)),
        "status": Sort((_SUBSCRIPTION.c.status, _SUBSCRIPTION.c.created_at)),
        "next": Sort((_SUBSCRIPTION.c.current_period_end_at,)),
        "client": by_client_name(_SUBSCRIPTION),
    },
    listed=(_SUBSCRIPTION.c.deleted.is_(False),),
    meanings=_meanings,
    read=read_subscriptions,
)
LISTS: tuple[Listing[Any], ...] = (SUBSCRIPTIONS,)


class ItemRow(NamedTuple):
    """What is delivered each period. ``amount`` is what all of it costs then, None where that depends on use.

    ``unit_amount`` is None where one has no whole price; ``unit_amount_decimal`` is its exact one where it has a
    fraction of a minor unit.
    """

    service: str
    quantity: int
    unit_amount: int | None
    currency: str
    interval: str
    interval_count: int
    amount: int | None = None
    by_use: bool = False
    unit_amount_decimal: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionDetail:
    """A subscription, opened, with its newest invoices."""

    row: SubscriptionRow
    started_at: int | None
    current_period_start_at: int | None
    trial_end_at: int | None
    canceled_at: int | None
    ended_at: int | None
    collection_method: str
    description: str
    items: tuple[ItemRow, ...]
    invoices: tuple[InvoiceRow, ...]


_FACTS = (
    "started_at", "current_period_start_at", "trial_end_at", "canceled_at", "ended_at", "collection_method",
    "description",
)  # fmt: skip


def subscription_detail(connection: Connection, subscription_id: int) -> SubscriptionDetail | None:
    """One subscription with its items and newest invoices; None where it is gone."""
    row = read_subscriptions(connection, [subscription_id]).get(subscription_id)
    if row is None:
        return None
    own = select(*(_SUBSCRIPTION.c[name] for name in _FACTS)).where(_SUBSCRIPTION.c.id == subscription_id)
    items = (
        select(
            func.coalesce(_SERVICE.c.name, ""), _ITEM.c.quantity, _ITEM.c.unit_amount, _ITEM.c.currency,
            _ITEM.c.interval, _ITEM.c.interval_count, _ITEM.c.amount, _ITEM.c.by_use, _ITEM.c.unit_amount_decimal,
        )
        .select_from(_ITEM.outerjoin(_SERVICE, _of_item()))
        .where(_ITEM.c.integration_id == row.integration_id, _ITEM.c.subscription_ref == row.external_id)
        .order_by(_ITEM.c.id)
    )  # fmt: skip
    invoices = (
        select_invoices()
        .where(
            _INVOICE.c.integration_id == row.integration_id,
            _INVOICE.c.subscription_ref == row.external_id,
            _INVOICE.c.deleted.is_(False),
            _INVOICE.c.client_link_id == _link_of(subscription_id),
        )
        .order_by(_INVOICE.c.created_at.desc(), _INVOICE.c.id.desc())
        .limit(_INVOICES_SHOWN)
    )
    return SubscriptionDetail(
        row=row,
        items=tuple(ItemRow(*item) for item in connection.execute(items)),
        invoices=invoice_rows(connection, invoices),
        **connection.execute(own).mappings().one(),
    )


def _link_of(subscription_id: int) -> Any:
    """Its client's link: the way to its invoices by an index."""
    return select(_SUBSCRIPTION.c.client_link_id).where(_SUBSCRIPTION.c.id == subscription_id).scalar_subquery()
