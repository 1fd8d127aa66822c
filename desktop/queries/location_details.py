"""Everything about one place of business, or about one item's stock, as the window tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, literal_column, or_, select

from desktop.books.projections.orders import line_title
from desktop.books.tables import (
    DailyTotal,
    Integration,
    InventoryCount,
    Location,
    Order,
    OrderLine,
    Payment,
    PaymentLink,
    Service,
    TerminalCheckout,
    TerminalDevice,
    TerminalPayment,
)
from desktop.books.tables.base import table_of
from desktop.periods import add_days, local_midnight, period_of, zone
from desktop.queries.listing import Filter, Sum, sums_of
from desktop.queries.locations import LOCATIONS, LocationRow, location_column, read_locations
from desktop.queries.naming import product_of
from desktop.queries.orders import OrderRow, select_orders, titled
from desktop.queries.payments import PaymentRow, select_payments
from desktop.queries.scales import read_scales
from desktop.queries.stock import StockRow, stock_detail
from desktop.queries.terminals import (
    CheckoutRow,
    DeviceRow,
    PaymentLinkRow,
    read_devices,
    select_checkouts,
    select_links,
)

SHOWN = 6
"""How many of a place's newest sales, open orders, checkouts and payment links are shown."""

_LOCATION = table_of(Location)
_INTEGRATION = table_of(Integration)
_DAILY = table_of(DailyTotal)
_PAYMENT = table_of(Payment)
_ORDER = table_of(Order)
_LINE = table_of(OrderLine)
_DEVICE = table_of(TerminalDevice)
_CHECKOUT = table_of(TerminalCheckout)
_LED_TO = table_of(TerminalPayment)
_PAY_LINK = table_of(PaymentLink)
_COUNT = table_of(InventoryCount)
_SERVICE = table_of(Service)
_PRODUCT = _SERVICE.alias("product")
#: So long before its last sale the newest sales of a place are looked for: no index leads from places to payments.
_LOOK_BACK_DAYS = 31


def sales_of_month(connection: Connection, wanted: Filter) -> dict[str, tuple[Sum, ...]]:
    """What the places of a filter took together in the current month: ``collected``, ``tips`` and ``refunds``."""
    period, scales = period_of("month", f"{wanted.today[:7]}-01"), read_scales(connection)
    here = and_(_LOCATION.c.integration_id == _DAILY.c.integration_id, _LOCATION.c.external_id == _DAILY.c.location_ref)
    query = (
        select(_DAILY.c.measure, _DAILY.c.currency, _DAILY.c.integration_id, func.sum(_DAILY.c.amount))
        .join(_LOCATION, here)
        .where(
            _DAILY.c.day >= period.start_day, _DAILY.c.day < period.end_day_exclusive,
            _DAILY.c.measure.in_(("collected", "tips", "refunds")), *LOCATIONS.where(connection, wanted),
        )
        .group_by(_DAILY.c.measure, _DAILY.c.currency, _DAILY.c.integration_id)
    )  # fmt: skip
    sums: dict[str, dict[str, int]] = {"collected": {}, "tips": {}, "refunds": {}}
    for measure, currency, account, amount in connection.execute(query):
        of_measure = sums[measure]
        of_measure[currency] = of_measure.get(currency, 0) + scales.common(int(amount or 0), currency, account)
    return {measure: sums_of(of_measure, scales) for measure, of_measure in sums.items()}


# ------------------------------------------------------------------------------------------------------- one place


class Sale(NamedTuple):
    """A payment at a place; ``title`` is what was sold, where its order says so."""

    row: PaymentRow
    title: str


class Taken(NamedTuple):
    """A sale sent to a card reader; ``payment_id`` is the payment it led to, None before or without one."""

    row: CheckoutRow
    payment_id: int | None


class Linked(NamedTuple):
    """A payment link; ``payment_id`` is the newest payment that came by it, None before one did."""

    row: PaymentLinkRow
    payment_id: int | None


@dataclass(frozen=True, slots=True)
class PlaceDetail:
    """A place, opened, with the newest of what happened there."""

    row: LocationRow
    address_line2: str
    postal_code: str
    region: str
    description: str
    devices: tuple[DeviceRow, ...]
    sales: tuple[Sale, ...]
    open_orders: tuple[OrderRow, ...]
    checkouts: tuple[Taken, ...]
    links: tuple[Linked, ...]


def place_detail(connection: Connection, location_id: int, today: str, timezone: str) -> PlaceDetail | None:
    """One place with everything about it, as of a day of the business; None where it is gone."""
    row = read_locations(connection, [location_id], today).get(location_id)
    if row is None:
        return None
    own = select(_LOCATION.c.address_line2, _LOCATION.c.postal_code, _LOCATION.c.region, _LOCATION.c.description).where(
        _LOCATION.c.id == location_id
    )
    return PlaceDetail(
        row,
        *connection.execute(own).one(),
        devices=_devices(connection, row),
        sales=_sales(connection, row, timezone),
        open_orders=_open_orders(connection, row),
        checkouts=_checkouts(connection, row),
        links=_links(connection, row),
    )


def _at(table: Any, row: LocationRow) -> tuple[Any, Any]:
    return table.c.integration_id == row.integration_id, table.c.location_ref == row.external_id


def _devices(connection: Connection, row: LocationRow) -> tuple[DeviceRow, ...]:
    query = select(_DEVICE.c.id).where(*_at(_DEVICE, row)).order_by(func.lower(_DEVICE.c.name), _DEVICE.c.id)
    ids = connection.execute(query).scalars().all()
    found = read_devices(connection, ids)
    return tuple(found[device] for device in ids if device in found)


def _sales(connection: Connection, row: LocationRow, timezone: str) -> tuple[Sale, ...]:
    last = select(func.max(_DAILY.c.day)).where(*_at(_DAILY, row), _DAILY.c.measure == "collected")
    day = connection.execute(last).scalar_one()
    if day is None:
        return ()
    since = local_midnight(add_days(day, -_LOOK_BACK_DAYS), zone(timezone))
    query = (
        select_payments()
        .where(*_at(_PAYMENT, row), _PAYMENT.c.status == "succeeded", _PAYMENT.c.created_at >= since)
        .order_by(_PAYMENT.c.created_at.desc(), _PAYMENT.c.id.desc())
        .limit(SHOWN)
    )
    payments = [PaymentRow(*found) for found in connection.execute(query)]
    titles = titles_of_sales(connection, payments)
    return tuple(Sale(payment, titles.get(payment.id, "")) for payment in payments)


def titles_of_sales(connection: Connection, payments: Sequence[PaymentRow]) -> dict[int, str]:
    """What was sold, by the payment's row, for those of some payments that have an order with lines."""
    named: dict[tuple[int, str], list[str]] = defaultdict(list)
    for account in {payment.integration_id for payment in payments}:
        refs = {payment.order_ref for payment in payments if payment.integration_id == account and payment.order_ref}
        query = (
            select(_LINE.c.order_ref, _LINE.c.name, _LINE.c.variation)
            .where(_LINE.c.integration_id == account, _LINE.c.order_ref.in_(refs))
            .order_by(_LINE.c.position, _LINE.c.id)
        )
        for ref, name, variation in connection.execute(query):
            title = line_title(name, variation)
            if title and title not in named[account, ref]:
                named[account, ref].append(title)
    titles = {payment.id: named.get((payment.integration_id, payment.order_ref)) for payment in payments}
    return {payment: "; ".join(title) for payment, title in titles.items() if title}


def _open_orders(connection: Connection, row: LocationRow) -> tuple[OrderRow, ...]:
    query = (
        select_orders()
        .where(*_at(_ORDER, row), _ORDER.c.status == "open")
        .order_by(_ORDER.c.created_at.desc(), _ORDER.c.id.desc())
        .limit(SHOWN)
    )
    return tuple(titled(connection, query).values())


def _checkouts(connection: Connection, row: LocationRow) -> tuple[Taken, ...]:
    query = (
        select_checkouts()
        .where(*_at(_CHECKOUT, row))
        .order_by(_CHECKOUT.c.created_at.desc(), _CHECKOUT.c.id.desc())
        .limit(SHOWN)
    )
    rows = [CheckoutRow(*found) for found in connection.execute(query)]
    paid = and_(_PAYMENT.c.integration_id == _LED_TO.c.integration_id, _PAYMENT.c.external_id == _LED_TO.c.payment_ref)
    led = (
        select(_LED_TO.c.checkout_ref, _PAYMENT.c.id)
        .join(_PAYMENT, paid)
        .where(
            _LED_TO.c.integration_id == row.integration_id,
            _LED_TO.c.checkout_ref.in_([checkout.external_id for checkout in rows]),
        )
        .order_by(_PAYMENT.c.created_at)
    )
    payments: Mapping[str, int] = dict(_pairs(connection, led))
    return tuple(Taken(checkout, payments.get(checkout.external_id)) for checkout in rows)


def _links(connection: Connection, row: LocationRow) -> tuple[Linked, ...]:
    """Links say their place themselves, or their orders do."""
    own = _PAY_LINK.c.location_ref == row.external_id
    untold = and_(_PAY_LINK.c.location_ref == literal_column("''"), _ORDER.c.location_ref == row.external_id)
    query = (
        select_links()
        .where(_PAY_LINK.c.integration_id == row.integration_id, _PAY_LINK.c.deleted.is_(False), or_(own, untold))
        .order_by(_PAY_LINK.c.created_at.desc(), _PAY_LINK.c.id.desc())
        .limit(SHOWN)
    )
    rows = [PaymentLinkRow(*found) for found in connection.execute(query)]
    paid = (
        select(_PAYMENT.c.order_ref, _PAYMENT.c.id)
        .where(
            _PAYMENT.c.integration_id == row.integration_id,
            _PAYMENT.c.order_ref.in_([link.order_ref for link in rows if link.order_ref]),
            _PAYMENT.c.order_ref != literal_column("''"),
        )
        .order_by(_PAYMENT.c.created_at)
    )
    payments: Mapping[str, int] = dict(_pairs(connection, paid))
    return tuple(Linked(link, payments.get(link.order_ref)) for link in rows)


def _pairs(connection: Connection, query: Any) -> list[tuple[str, int]]:
    return [(str(ref), int(payment)) for ref, payment in connection.execute(query)]


# ------------------------------------------------------------------------------------------------- one item's stock


class PlaceCount(NamedTuple):
    """How much of an item is at a place in one state."""

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
    counts: tuple[PlaceCount, ...]


def item_stock(connection: Connection, count_id: int) -> StockDetail | None:
    """The item that a count is of, with its counts in every place and state; None where the count is gone."""
    row = stock_detail(connection, count_id)
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
            _SERVICE.c.unit_amount, _SERVICE.c.currency, func.coalesce(category.c.name, literal_column("''")),
            func.coalesce(func.nullif(_SERVICE.c.description, literal_column("''")), _PRODUCT.c.description,
                          literal_column("''")),
            _SERVICE.c.active, func.coalesce(_PRODUCT.c.external_id, literal_column("''")),
        )
        .select_from(_SERVICE.outerjoin(_PRODUCT, product_of(_SERVICE, _PRODUCT)).outerjoin(category, of_category))
        .where(_SERVICE.c.integration_id == row.integration_id, _SERVICE.c.external_id == row.service_ref)
    )  # fmt: skip
    told = connection.execute(facts).first() or (None, "", "", "", True, "")
    price, currency, kind, words, active, product = told
    return StockDetail(row, price, currency, kind, words, active, product, _counts(connection, row))


def _counts(connection: Connection, row: StockRow) -> tuple[PlaceCount, ...]:
    place = and_(
        _LOCATION.c.integration_id == _COUNT.c.integration_id, _LOCATION.c.external_id == _COUNT.c.location_ref
    )
    query = (
        select(_COUNT.c.location_ref, location_column(), _COUNT.c.state, _COUNT.c.quantity, _COUNT.c.created_at)
        .select_from(_COUNT.outerjoin(_LOCATION, place))
        .where(
            _COUNT.c.integration_id == row.integration_id, _COUNT.c.service_ref == row.service_ref,
            _COUNT.c.deleted.is_(False),
        )
        .order_by(_LOCATION.c.main.desc(), func.lower(_LOCATION.c.name), _COUNT.c.state, _COUNT.c.id)
    )  # fmt: skip
    return tuple(PlaceCount(*found) for found in connection.execute(query))
