"""The stock: how much of each variation is at each location, and one item with all of its counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, literal_column, select

from desktop.books.tables import Integration, InventoryCount, Location, Service
from desktop.books.tables.base import table_of
from desktop.queries.listing import Listing, Sort
from desktop.queries.locations import at_location, location_column
from desktop.queries.naming import item_name, product_of, variation_name
from desktop.queries.search import Lookup, by_external_id, contains

_COUNT = table_of(InventoryCount)
_SERVICE = table_of(Service)
_PRODUCT = _SERVICE.alias("product")
_LOCATION = table_of(Location)
_INTEGRATION = table_of(Integration)
_NOTHING: ColumnElement[str] = literal_column("''")


class StockRow(NamedTuple):
    """How much of something is at a location. ``quantity`` is the provider's decimal, counted at ``created_at``.

    ``variation`` is empty where the item has none of another name.
    """

    id: int
    integration_id: int
    provider: str
    external_id: str
    service_ref: str
    item: str
    variation: str
    sku: str
    location_ref: str
    location_name: str
    state: str
    quantity: str
    created_at: int


_ITEM = item_name(_SERVICE, _PRODUCT)
_VARIATION = variation_name(_SERVICE, _PRODUCT)
_COLUMNS = (
    _COUNT.c.id, _COUNT.c.integration_id, _INTEGRATION.c.provider, _COUNT.c.external_id, _COUNT.c.service_ref,
    _ITEM.label("item"), _VARIATION.label("variation"), func.coalesce(_SERVICE.c.sku, _NOTHING).label("sku"),
    _COUNT.c.location_ref, location_column(), _COUNT.c.state, _COUNT.c.quantity, _COUNT.c.created_at,
)  # fmt: skip


def _named() -> FromClause:
    """Counts joined with what they count and where."""
    counted = and_(_SERVICE.c.integration_id == _COUNT.c.integration_id, _SERVICE.c.external_id == _COUNT.c.service_ref)
    joined: FromClause = (
        at_location(_COUNT.join(_INTEGRATION, _INTEGRATION.c.id == _COUNT.c.integration_id), _COUNT)
        .outerjoin(_SERVICE, counted)
        .outerjoin(_PRODUCT, product_of(_SERVICE, _PRODUCT))
    )
    return joined


def read_stock(connection: Connection, ids: Sequence[int]) -> dict[int, StockRow]:
    """Rows by id."""
    query = select(*_COLUMNS).select_from(_named()).where(_COUNT.c.id.in_(ids), _COUNT.c.deleted.is_(False))
    return {row[0]: StockRow(*row) for row in connection.execute(query)}


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    texts = (_SERVICE.c.name, _PRODUCT.c.name, _SERVICE.c.sku, _LOCATION.c.name)
    return [
        select(_COUNT.c.id).select_from(_named()).where(contains(word, *texts)),
        *by_external_id(word, _COUNT, lookup),
    ]


def _by(*columns: Any) -> Sort:
    return Sort(columns, _named())


_NEWEST = Sort((_COUNT.c.created_at,))
STOCK: Listing[StockRow] = Listing(
    name="inventory_counts",
    table=_COUNT,
    tabs={
        "in_stock": lambda _: _COUNT.c.quantity_e5 > 0,
        "out": lambda _: _COUNT.c.quantity_e5 <= 0,
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "quantity": Sort((_COUNT.c.quantity_e5,)),
        "item": _by(func.lower(_ITEM), func.lower(_VARIATION)),
        "sku": _by(func.coalesce(_SERVICE.c.sku, _NOTHING)),
        "location": _by(func.lower(func.coalesce(_LOCATION.c.name, _NOTHING)), func.lower(_ITEM)),
    },
    listed=(_COUNT.c.deleted.is_(False), _COUNT.c.state == "in_stock"),
    meanings=_meanings,
    read=read_stock,
)
LISTS: tuple[Listing[Any], ...] = (STOCK,)


# ----------------------------------------------------------------------------------------------- one item's stock


class LocationCount(NamedTuple):
    """How much of an item is at a location in one state."""

    location_ref: str
    location_name: str
    state: str
    quantity: str
    counted_at: int


@dataclass(frozen=True, slots=True)
class StockDetail:
    """A count, opened: the item, what it costs (None where that is asked for at the till), and every count of it."""

    row: StockRow
    price: int | None
    currency: str
    category: str
    description: str
    active: bool
    product_ref: str
    counts: tuple[LocationCount, ...]


def stock_detail(connection: Connection, count_id: int) -> StockDetail | None:
    """The item that a count is of, with its counts by location and state; None where the count is gone."""
    row = read_stock(connection, [count_id]).get(count_id)
    if row is None:
        return None
    category = _SERVICE.alias("category")
    of_category = and_(
        category.c.integration_id == _PRODUCT.c.integration_id,
        category.c.external_id == _PRODUCT.c.parent_ref,
        category.c.kind == "category",
    )
    facts = (
        select(
            _SERVICE.c.unit_amount, _SERVICE.c.currency, func.coalesce(category.c.name, _NOTHING),
            func.coalesce(func.nullif(_SERVICE.c.description, _NOTHING), _PRODUCT.c.description,
                          _NOTHING),
            _SERVICE.c.active, func.coalesce(_PRODUCT.c.external_id, _NOTHING),
        )
        .select_from(_SERVICE.outerjoin(_PRODUCT, product_of(_SERVICE, _PRODUCT)).outerjoin(category, of_category))
        .where(_SERVICE.c.integration_id == row.integration_id, _SERVICE.c.external_id == row.service_ref)
    )  # fmt: skip
    told = connection.execute(facts).first() or (None, "", "", "", True, "")
    price, currency, kind, words, active, product = told
    return StockDetail(row, price, currency, kind, words, active, product, _counts(connection, row))


def _counts(connection: Connection, row: StockRow) -> tuple[LocationCount, ...]:
    here = and_(_LOCATION.c.integration_id == _COUNT.c.integration_id, _LOCATION.c.external_id == _COUNT.c.location_ref)
    query = (
        select(_COUNT.c.location_ref, location_column(), _COUNT.c.state, _COUNT.c.quantity, _COUNT.c.created_at)
        .select_from(_COUNT.outerjoin(_LOCATION, here))
        .where(
            _COUNT.c.integration_id == row.integration_id, _COUNT.c.service_ref == row.service_ref,
            _COUNT.c.deleted.is_(False),
        )
        .order_by(_LOCATION.c.main.desc(), func.lower(_LOCATION.c.name), _COUNT.c.state, _COUNT.c.id)
    )  # fmt: skip
    return tuple(LocationCount(*found) for found in connection.execute(query))
