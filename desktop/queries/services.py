"""The list of services: products with their prices, and prices of products that were never read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, or_, select, true

from desktop.books.tables import Integration, Service
from desktop.books.tables.base import table_of
from desktop.queries.listing import Listing, Sort
from desktop.queries.search import Lookup, begins, by_external_id, contains

_SERVICE = table_of(Service)
_INTEGRATION = table_of(Integration)


class Price(NamedTuple):
    """What a service costs. ``unit_amount`` is None where it depends on use, ``interval`` empty if paid once."""

    external_id: str
    unit_amount: int | None
    currency: str
    interval: str
    interval_count: int
    active: bool
    name: str = ""
    sku: str = ""


class ServiceRow(NamedTuple):
    """A service in a list."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    kind: str
    name: str
    description: str
    active: bool
    created_at: int
    prices: tuple[Price, ...]
    category: str = ""


_OWN = ServiceRow._fields[:-2]
_COLUMNS = tuple(_INTEGRATION.c.provider if name == "provider" else _SERVICE.c[name] for name in _OWN)
_PRICE_COLUMNS = tuple(_SERVICE.c[name] for name in Price._fields)


def read_services(connection: Connection, ids: Sequence[int]) -> dict[int, ServiceRow]:
    """Rows by id."""
    query = (
        select(*_COLUMNS)
        .select_from(_SERVICE.join(_INTEGRATION, _INTEGRATION.c.id == _SERVICE.c.integration_id))
        .where(_SERVICE.c.id.in_(ids), _SERVICE.c.deleted.is_(False))
    )
    rows = {row[0]: ServiceRow._make((*row, (), "")) for row in connection.execute(query)}
    prices = _prices(connection, list(rows))
    categories = _categories(connection, list(rows))
    return {
        row_id: row._replace(prices=tuple(prices[row_id]), category=categories.get(row_id, ""))
        for row_id, row in rows.items()
    }


def _categories(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What the categories of products are called."""
    category = _SERVICE.alias("category")
    of_category = and_(
        category.c.integration_id == _SERVICE.c.integration_id, category.c.external_id == _SERVICE.c.parent_ref
    )
    query = (
        select(_SERVICE.c.id, category.c.name)
        .select_from(_SERVICE.join(category, of_category))
        .where(_SERVICE.c.id.in_(ids), category.c.kind == "category")
    )
    return {row.id: row.name for row in connection.execute(query)}


def _prices(connection: Connection, ids: Sequence[int]) -> dict[int, list[Price]]:
    """The prices of products, and what a price on its own costs."""
    product = _SERVICE.alias("product")
    own = _SERVICE.c.id == product.c.id
    of_product = and_(
        _SERVICE.c.integration_id == product.c.integration_id, _SERVICE.c.parent_ref == product.c.external_id
    )
    found: dict[int, list[Price]] = defaultdict(list)
    for condition in (of_product, own):
        query = (
            select(product.c.id, *_PRICE_COLUMNS)
            .select_from(product.join(_SERVICE, condition))
            .where(product.c.id.in_(ids), _SERVICE.c.kind == "price", _SERVICE.c.deleted.is_(False))
            .order_by(_SERVICE.c.active.desc(), _SERVICE.c.created_at, _SERVICE.c.id)
        )
        for row_id, *price in connection.execute(query):
            found[row_id].append(Price(*price))
    return found


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        select(_SERVICE.c.id).where(contains(word, _SERVICE.c.name, _SERVICE.c.description)),
        _with_sku(word, lookup),
        *by_external_id(word, _SERVICE, lookup),
    ]


def _with_sku(word: str, lookup: Lookup) -> Select[Any]:
    """Products with a variation of this stock number."""
    product = _SERVICE.alias("product")
    variation = and_(
        product.c.integration_id == _SERVICE.c.integration_id, product.c.external_id == _SERVICE.c.parent_ref
    )
    return (
        select(product.c.id).join(_SERVICE, variation).where(_SERVICE.c.sku != "", begins(word, _SERVICE.c.sku, lookup))
    )


def _stands_alone() -> Any:
    parent = _SERVICE.alias("parent")
    known = select(parent.c.id).where(
        parent.c.integration_id == _SERVICE.c.integration_id, parent.c.external_id == _SERVICE.c.parent_ref
    )
    return or_(_SERVICE.c.kind != "price", ~known.exists())


_NAME = Sort((func.lower(_SERVICE.c.name),))
SERVICES: Listing[ServiceRow] = Listing(
    name="services",
    table=_SERVICE,
    tabs={
        "active": lambda _: _SERVICE.c.active.is_(true()),
        "archived": lambda _: _SERVICE.c.active.is_not(true()),
    },
    sorts={"": Sort((_SERVICE.c.created_at,)), "created": Sort((_SERVICE.c.created_at,)), "name": _NAME},
    listed=(_SERVICE.c.deleted.is_(False), _SERVICE.c.kind.in_(("product", "price")), _stands_alone()),
    meanings=_meanings,
    read=read_services,
)
LISTS: tuple[Listing[Any], ...] = (SERVICES,)
