"""The list of orders, and what of an order is shown wherever it is opened: its lines, and how it was to be paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, literal_column, select

from desktop.books.projections.orders import line_title
from desktop.books.tables import Order, OrderLine, Service
from desktop.books.tables.base import table_of
from desktop.queries.client_columns import by_client_name, client_columns, provider_column, with_client
from desktop.queries.listing import Filter, Listing, Sort, summed
from desktop.queries.locations import at_location, location_column
from desktop.queries.naming import product_of, service_name
from desktop.queries.scales import Scales
from desktop.queries.search import Lookup, begins, by_amount, by_client, by_external_id

_ORDER = table_of(Order)
_LINE = table_of(OrderLine)
_SERVICE = table_of(Service)
_PRODUCT = _SERVICE.alias("product")


class OrderRow(NamedTuple):
    """An order in a list. ``tip`` is part of ``total``; ``title`` is what was sold."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    status: str
    client_id: int
    client_name: str
    currency: str
    total: int
    tax: int
    discount: int
    tip: int
    service_charge: int
    source: str
    reference: str
    created_at: int
    closed_at: int | None
    location_ref: str
    location_name: str
    title: str


class OrderLineRow(NamedTuple):
    """What was sold. ``amount`` is after the line's discounts and before exclusive tax; ``quantity`` is a decimal."""

    name: str
    variation: str
    quantity: str
    amount: int
    tax: int
    discount: int
    note: str
    service: str


_OWN = ("currency", "total", "tax", "discount", "tip", "service_charge", "source", "reference", "created_at",
        "closed_at", "location_ref")  # fmt: skip
_COLUMNS = (
    _ORDER.c.id, _ORDER.c.integration_id, provider_column(), _ORDER.c.external_id, _ORDER.c.status, *client_columns(),
    *(_ORDER.c[name] for name in _OWN), location_column(), literal_column("''").label("title"),
)  # fmt: skip


def select_orders() -> Select[Any]:
    """Orders as :class:`OrderRow` has them, but for their titles: see :func:`titled`."""
    return select(*_COLUMNS).select_from(at_location(with_client(_ORDER), _ORDER))


def read_orders(connection: Connection, ids: Sequence[int]) -> dict[int, OrderRow]:
    """Rows by id."""
    return titled(connection, select_orders().where(_ORDER.c.id.in_(ids)))


def titled(connection: Connection, query: Select[Any]) -> dict[int, OrderRow]:
    """The rows of a query of orders by id, in its order, with what was sold as their titles."""
    rows = [OrderRow(*row) for row in connection.execute(query)]
    lines = (
        select(_ORDER.c.id, _LINE.c.name, _LINE.c.variation)
        .join(_LINE, (_LINE.c.integration_id == _ORDER.c.integration_id) & (_LINE.c.order_ref == _ORDER.c.external_id))
        .where(_ORDER.c.id.in_([row.id for row in rows]))
        .order_by(_LINE.c.position, _LINE.c.id)
    )
    titles: dict[int, list[str]] = defaultdict(list)
    for row_id, name, variation in connection.execute(lines):
        title = line_title(name, variation)
        if title and title not in titles[row_id]:
            titles[row_id].append(title)
    return {row.id: row._replace(title="; ".join(titles[row.id])) for row in rows}


def find_order(connection: Connection, integration_id: int, ref: str) -> OrderRow | None:
    """The order with a provider's id; None where there is none or it was never read."""
    if not ref:
        return None
    query = select_orders().where(_ORDER.c.integration_id == integration_id, _ORDER.c.external_id == ref)
    return next(iter(titled(connection, query).values()), None)


def read_order_lines(connection: Connection, integration_id: int, ref: str) -> tuple[OrderLineRow, ...]:
    """An order's lines in the provider's order."""
    named = (_SERVICE.c.integration_id == _LINE.c.integration_id) & (_SERVICE.c.external_id == _LINE.c.service_ref)
    query = (
        select(
            _LINE.c.name, _LINE.c.variation, _LINE.c.quantity, _LINE.c.amount, _LINE.c.tax, _LINE.c.discount,
            _LINE.c.note, service_name(_SERVICE, _PRODUCT),
        )
        .select_from(_LINE.outerjoin(_SERVICE, named).outerjoin(_PRODUCT, product_of(_SERVICE, _PRODUCT)))
        .where(_LINE.c.integration_id == integration_id, _LINE.c.order_ref == ref)
        .order_by(_LINE.c.position, _LINE.c.id)
    )  # fmt: skip
    return tuple(OrderLineRow(*row) for row in connection.execute(query))


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        select(_ORDER.c.id).where(begins(word, _ORDER.c.reference, lookup), _ORDER.c.reference != ""),
        by_client(word, _ORDER),
        *by_amount(word, _ORDER, _ORDER.c.total, lookup),
        *by_external_id(word, _ORDER, lookup),
    ]


def orders_referred(word: str, integration_id: int, lookup: Lookup) -> Select[Any]:
    """Provider's ids of an account's orders whose reference begins with the word."""
    return select(_ORDER.c.external_id).where(
        _ORDER.c.integration_id == integration_id, begins(word, _ORDER.c.reference, lookup)
    )


def _sold(connection: Connection, listing: Listing[OrderRow], wanted: Filter, scales: Scales) -> dict[str, int]:
    query = (
        select(_ORDER.c.currency, _ORDER.c.integration_id, func.sum(_ORDER.c.total))
        .where(*listing.where(connection, wanted), _ORDER.c.status != "canceled")
        .group_by(_ORDER.c.currency, _ORDER.c.integration_id)
    )
    return summed(connection, query, scales)


def _one_of(status: str) -> Any:
    return lambda _: _ORDER.c.status == status


_NEWEST = Sort((_ORDER.c.created_at,))
ORDERS: Listing[OrderRow] = Listing(
    name="orders",
    table=_ORDER,
    tabs={name: _one_of(name) for name in ("open", "completed", "canceled", "draft")},
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "total": Sort((_ORDER.c.total,)),
        "status": Sort((_ORDER.c.status, _ORDER.c.created_at)),
        "reference": Sort((_ORDER.c.reference,)),
        "client": by_client_name(_ORDER),
    },
    listed=(),
    meanings=_meanings,
    read=read_orders,
    sum_up=_sold,
    foot="total",
)
LISTS: tuple[Listing[Any], ...] = (ORDERS,)
