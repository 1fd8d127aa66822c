"""The lists of card readers, of the sales sent to them, and of payment links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, literal_column, or_, select

from desktop.books.tables import (
    Integration,
    Location,
    Order,
    PaymentLink,
    TerminalCheckout,
    TerminalDevice,
    TerminalPayment,
)
from desktop.books.tables.base import table_of
from desktop.queries.listing import Filter, Listing, Sort, summed
from desktop.queries.locations import at_location, location_column
from desktop.queries.scales import Scales
from desktop.queries.search import Lookup, begins, by_amount, by_external_id, contains

_DEVICE = table_of(TerminalDevice)
_CHECKOUT = table_of(TerminalCheckout)
_LED_TO = table_of(TerminalPayment)
_PAY_LINK = table_of(PaymentLink)
_ORDER = table_of(Order)
_LOCATION = table_of(Location)
_INTEGRATION = table_of(Integration)
_NOTHING: ColumnElement[str] = literal_column("''")


class DeviceRow(NamedTuple):
    """A card reader. ``status`` is available, needs_attention, offline or unknown."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    name: str
    model: str
    status: str
    created_at: int
    location_ref: str
    location_name: str


class CheckoutRow(NamedTuple):
    """A sale sent to a card reader. ``device_name`` is empty for one that was never read."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    status: str
    amount: int
    currency: str
    device_ref: str
    device_name: str
    order_ref: str
    reference: str
    note: str
    cancel_reason: str
    created_at: int
    location_ref: str
    location_name: str


class PaymentLinkRow(NamedTuple):
    """An address to pay at. ``amount`` is its order's total, None where that was never read; gone: ``deleted``."""

    id: int
    integration_id: int
    provider: str
    external_id: str
    name: str
    url: str
    description: str
    order_ref: str
    order_status: str
    amount: int | None
    currency: str
    created_at: int
    updated_at: int | None
    location_ref: str
    location_name: str
    deleted: bool


_JOINED: dict[str, ColumnElement[Any]] = {
    "provider": _INTEGRATION.c.provider,
    "location_name": location_column(),
    "device_name": func.coalesce(_DEVICE.c.name, _NOTHING),
    "order_status": func.coalesce(_ORDER.c.status, _NOTHING),
}


def _with_account(table: Any) -> FromClause:
    return at_location(table.join(_INTEGRATION, _INTEGRATION.c.id == table.c.integration_id), table)


def _columns(shape: Any, table: Any, more: Mapping[str, ColumnElement[Any]] | None = None) -> list[ColumnElement[Any]]:
    joined = {**_JOINED, **(more or {})}
    return [joined[name] if name in joined else table.c[name] for name in shape._fields]


def select_checkouts() -> Select[Any]:
    """Checkouts as :class:`CheckoutRow` has them."""
    device = and_(
        _DEVICE.c.integration_id == _CHECKOUT.c.integration_id, _DEVICE.c.external_id == _CHECKOUT.c.device_ref
    )
    rows = _with_account(_CHECKOUT).outerjoin(_DEVICE, device)
    return select(*_columns(CheckoutRow, _CHECKOUT)).select_from(rows)


def select_links() -> Select[Any]:
    """Payment links as :class:`PaymentLinkRow` has them."""
    order = and_(_ORDER.c.integration_id == _PAY_LINK.c.integration_id, _ORDER.c.external_id == _PAY_LINK.c.order_ref)
    of_order: dict[str, ColumnElement[Any]] = {
        "amount": _ORDER.c.total,
        "currency": func.coalesce(_ORDER.c.currency, _NOTHING),
    }
    # Few links say their location; all others' is that of the order.
    location = func.coalesce(func.nullif(_PAY_LINK.c.location_ref, _NOTHING), _ORDER.c.location_ref, _NOTHING)
    here = and_(_LOCATION.c.integration_id == _PAY_LINK.c.integration_id, _LOCATION.c.external_id == location)
    rows = (
        _PAY_LINK.join(_INTEGRATION, _INTEGRATION.c.id == _PAY_LINK.c.integration_id)
        .outerjoin(_ORDER, order)
        .outerjoin(_LOCATION, here)
    )
    return select(*_columns(PaymentLinkRow, _PAY_LINK, {**of_order, "location_ref": location})).select_from(rows)


def read_devices(connection: Connection, ids: Sequence[int]) -> dict[int, DeviceRow]:
    """Rows by id."""
    query = select(*_columns(DeviceRow, _DEVICE)).select_from(_with_account(_DEVICE))
    query = query.where(_DEVICE.c.id.in_(ids), _DEVICE.c.deleted.is_(False))
    return {row[0]: DeviceRow(*row) for row in connection.execute(query)}


def read_checkouts(connection: Connection, ids: Sequence[int]) -> dict[int, CheckoutRow]:
    """Rows by id."""
    return {row[0]: CheckoutRow(*row) for row in connection.execute(select_checkouts().where(_CHECKOUT.c.id.in_(ids)))}


def read_links(connection: Connection, ids: Sequence[int]) -> dict[int, PaymentLinkRow]:
    """Rows by id."""
    query = select_links().where(_PAY_LINK.c.id.in_(ids), _PAY_LINK.c.deleted.is_(False))
    return {row[0]: PaymentLinkRow(*row) for row in connection.execute(query)}


# --------------------------------------------------------------------------------------------- what led to a payment


def checkout_of(
    connection: Connection, integration_id: int, payment_refs: Sequence[str], order_ref: str
) -> CheckoutRow | None:
    """The sale on a card reader that led to a payment, by its ids, else by the order that both were for."""
    led = select(_LED_TO.c.checkout_ref).where(
        _LED_TO.c.integration_id == integration_id, _LED_TO.c.payment_ref.in_(payment_refs)
    )
    named = _CHECKOUT.c.external_id.in_(connection.execute(led).scalars().all())
    untold = and_(_CHECKOUT.c.order_ref == order_ref, _CHECKOUT.c.status == "completed") if order_ref else named
    query = select_checkouts().where(_CHECKOUT.c.integration_id == integration_id, or_(named, untold))
    found = connection.execute(query.order_by(named.desc(), _CHECKOUT.c.created_at.desc()).limit(1)).first()
    return None if found is None else CheckoutRow(*found)


def link_of(connection: Connection, integration_id: int, order_ref: str) -> PaymentLinkRow | None:
    """The payment link of an order, also one that is gone meanwhile; None where there never was one."""
    if not order_ref:
        return None
    query = select_links().where(_PAY_LINK.c.integration_id == integration_id, _PAY_LINK.c.order_ref == order_ref)
    found = connection.execute(query.order_by(_PAY_LINK.c.deleted, _PAY_LINK.c.created_at.desc()).limit(1)).first()
    return None if found is None else PaymentLinkRow(*found)


def device_detail(connection: Connection, device_id: int) -> DeviceRow | None:
    """One card reader; its row says everything. None where it is gone."""
    return read_devices(connection, [device_id]).get(device_id)


def checkout_detail(connection: Connection, checkout_id: int) -> CheckoutRow | None:
    """One sale sent to a card reader; its row says everything. None where it is gone."""
    return read_checkouts(connection, [checkout_id]).get(checkout_id)


def link_detail(connection: Connection, link_id: int) -> PaymentLinkRow | None:
    """One payment link; its row says everything. None where it is gone."""
    return read_links(connection, [link_id]).get(link_id)


# ----------------------------------------------------------------------------------------------------------- lists


def _device_meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    found = select(_DEVICE.c.id).where(contains(word, _DEVICE.c.name, _DEVICE.c.model))
    return [found, *by_external_id(word, _DEVICE, lookup)]


def _checkout_meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        select(_CHECKOUT.c.id).where(begins(word, _CHECKOUT.c.reference, lookup), _CHECKOUT.c.reference != ""),
        select(_CHECKOUT.c.id).where(contains(word, _CHECKOUT.c.note)),
        *by_amount(word, _CHECKOUT, _CHECKOUT.c.amount, lookup),
        *by_external_id(word, _CHECKOUT, lookup),
    ]


def _link_meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    found = select(_PAY_LINK.c.id).where(contains(word, _PAY_LINK.c.name, _PAY_LINK.c.description, _PAY_LINK.c.url))
    return [found, *by_external_id(word, _PAY_LINK, lookup)]


def _link_at(ref: str) -> ColumnElement[bool]:
    orders = select(_ORDER.c.external_id).where(
        _ORDER.c.integration_id == _PAY_LINK.c.integration_id, _ORDER.c.location_ref == ref
    )
    unsaid = and_(_PAY_LINK.c.location_ref == "", _PAY_LINK.c.order_ref.in_(orders))
    return or_(_PAY_LINK.c.location_ref == ref, unsaid)


def _taken(connection: Connection, listing: Listing[CheckoutRow], wanted: Filter, scales: Scales) -> dict[str, int]:
    query = (
        select(_CHECKOUT.c.currency, _CHECKOUT.c.integration_id, func.sum(_CHECKOUT.c.amount))
        .where(*listing.where(connection, wanted), _CHECKOUT.c.status == "completed")
        .group_by(_CHECKOUT.c.currency, _CHECKOUT.c.integration_id)
    )
    return summed(connection, query, scales)


def _sorts(table: Any, **more: Sort) -> dict[str, Sort]:
    newest = Sort((table.c.created_at,))
    return {"": newest, "created": newest, **more}


DEVICES: Listing[DeviceRow] = Listing(
    name="terminal_devices",
    table=_DEVICE,
    tabs={
        "available": lambda _: _DEVICE.c.status == "available",
        "attention": lambda _: _DEVICE.c.status.in_(("needs_attention", "offline")),
    },
    sorts=_sorts(_DEVICE, name=Sort((func.lower(_DEVICE.c.name),)), status=Sort((_DEVICE.c.status,))),
    listed=(_DEVICE.c.deleted.is_(False),),
    meanings=_device_meanings,
    read=read_devices,
)
CHECKOUTS: Listing[CheckoutRow] = Listing(
    name="terminal_checkouts",
    table=_CHECKOUT,
    tabs={
        "waiting": lambda _: _CHECKOUT.c.status.in_(("pending", "in_progress", "cancel_requested")),
        "completed": lambda _: _CHECKOUT.c.status == "completed",
        "canceled": lambda _: _CHECKOUT.c.status == "canceled",
    },
    sorts=_sorts(_CHECKOUT, amount=Sort((_CHECKOUT.c.amount,)), status=Sort((_CHECKOUT.c.status,))),
    listed=(),
    meanings=_checkout_meanings,
    read=read_checkouts,
    sum_up=_taken,
    foot="completed",
)
PAYMENT_LINKS: Listing[PaymentLinkRow] = Listing(
    name="payment_links",
    table=_PAY_LINK,
    tabs={},
    sorts=_sorts(_PAY_LINK, name=Sort((func.lower(_PAY_LINK.c.name),))),
    listed=(_PAY_LINK.c.deleted.is_(False),),
    meanings=_link_meanings,
    read=read_links,
    at_location=_link_at,
)
LISTS: tuple[Listing[Any], ...] = (DEVICES, CHECKOUTS, PAYMENT_LINKS)
