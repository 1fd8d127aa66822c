"""One location, opened: what it is, and the newest of what happened there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, literal_column, or_, select

from desktop.books.tables import (
    DailyTotal,
    Location,
    Order,
    Payment,
    PaymentLink,
    TerminalCheckout,
    TerminalDevice,
    TerminalPayment,
)
from desktop.books.tables.base import table_of
from desktop.periods import add_days, local_midnight
from desktop.queries.locations import LocationRow, read_locations, zone_of_books
from desktop.queries.orders import OrderRow, select_orders, titled
from desktop.queries.payment_date import DATED
from desktop.queries.payments import PaymentRow, select_payments, titles_of_sales
from desktop.queries.terminals import (
    CheckoutRow,
    DeviceRow,
    PaymentLinkRow,
    read_devices,
    select_checkouts,
    select_links,
)

SHOWN = 6
"""How many of a location's newest sales, open orders, checkouts and payment links are shown."""

_LOCATION = table_of(Location)
_DAILY = table_of(DailyTotal)
_PAYMENT = table_of(Payment)
_ORDER = table_of(Order)
_DEVICE = table_of(TerminalDevice)
_CHECKOUT = table_of(TerminalCheckout)
_LED_TO = table_of(TerminalPayment)
_PAY_LINK = table_of(PaymentLink)
#: So long before its last sale the newest sales of a location are looked for: no index leads from it to payments.
_LOOK_BACK_DAYS = 31


class LocationSale(NamedTuple):
    """A payment at a location; ``title`` is what was sold, where its order says so."""

    row: PaymentRow
    title: str


class LocationCheckout(NamedTuple):
    """A sale sent to a card reader; ``payment_id`` is the payment it led to, None before or without one."""

    row: CheckoutRow
    payment_id: int | None


class LocationLink(NamedTuple):
    """A payment link; ``payment_id`` is the newest payment that came by it, None before one did."""

    row: PaymentLinkRow
    payment_id: int | None


@dataclass(frozen=True, slots=True)
class LocationDetail:
    """A location, opened, with the newest of what happened there."""

    row: LocationRow
    address_line2: str
    postal_code: str
    region: str
    description: str
    devices: tuple[DeviceRow, ...]
    sales: tuple[LocationSale, ...]
    open_orders: tuple[OrderRow, ...]
    checkouts: tuple[LocationCheckout, ...]
    links: tuple[LocationLink, ...]


def location_detail(connection: Connection, location_id: int, today: str = "") -> LocationDetail | None:
    """One location with everything about it; None where it is gone.

    ``today`` is the business's day, whose month its sums are of; empty: by the machine's clock.
    """
    row = read_locations(connection, [location_id], today).get(location_id)
    if row is None:
        return None
    own = select(_LOCATION.c.address_line2, _LOCATION.c.postal_code, _LOCATION.c.region, _LOCATION.c.description).where(
        _LOCATION.c.id == location_id
    )
    return LocationDetail(
        row,
        *connection.execute(own).one(),
        devices=_devices(connection, row),
        sales=_sales(connection, row),
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


def _sales(connection: Connection, row: LocationRow) -> tuple[LocationSale, ...]:
    last = select(func.max(_DAILY.c.day)).where(*_at(_DAILY, row), _DAILY.c.measure == "collected")
    day = connection.execute(last).scalar_one()
    if day is None:
        return ()
    since = local_midnight(add_days(day, -_LOOK_BACK_DAYS), zone_of_books(connection))
    query = (
        select_payments()
        .where(*_at(_PAYMENT, row), _PAYMENT.c.status == "succeeded", since <= DATED)
        .order_by(DATED.desc(), _PAYMENT.c.id.desc())
        .limit(SHOWN)
    )
    payments = [PaymentRow(*found) for found in connection.execute(query)]
    titles = titles_of_sales(connection, payments)
    return tuple(LocationSale(payment, titles.get(payment.id, "")) for payment in payments)


def _open_orders(connection: Connection, row: LocationRow) -> tuple[OrderRow, ...]:
    query = (
        select_orders()
        .where(*_at(_ORDER, row), _ORDER.c.status == "open")
        .order_by(_ORDER.c.created_at.desc(), _ORDER.c.id.desc())
        .limit(SHOWN)
    )
    return tuple(titled(connection, query).values())


def _checkouts(connection: Connection, row: LocationRow) -> tuple[LocationCheckout, ...]:
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
        .order_by(DATED)
    )
    payments: Mapping[str, int] = dict(_pairs(connection, led))
    return tuple(LocationCheckout(checkout, payments.get(checkout.external_id)) for checkout in rows)


def _links(connection: Connection, row: LocationRow) -> tuple[LocationLink, ...]:
    """Links say their location themselves, or their orders do."""
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
        .order_by(DATED)
    )
    payments: Mapping[str, int] = dict(_pairs(connection, paid))
    return tuple(LocationLink(link, payments.get(link.order_ref)) for link in rows)


def _pairs(connection: Connection, query: Any) -> list[tuple[str, int]]:
    return [(str(ref), int(payment)) for ref, payment in connection.execute(query)]
