"""One row, opened: what the panel beside a list shows of a client, an invoice or a service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, literal_column, or_, select

from desktop.books.tables import (
    Client,
    ClientLink,
    ClientTotal,
    Invoice,
    InvoicePayment,
    Payment,
    PaymentMethod,
    Subscription,
)
from desktop.books.tables.base import table_of
from desktop.queries.clients import ClientRow, read_clients
from desktop.queries.invoices import (
    CreditNoteRow,
    InvoiceEventRow,
    InvoiceFacts,
    InvoiceRow,
    Line,
    RequestRow,
    invoice_rows,
    read_credit_notes,
    read_facts,
    read_history,
    read_invoices,
    read_lines,
    read_requests,
    select_invoices,
)
from desktop.queries.location_detail import location_detail
from desktop.queries.locations import location_id, location_name
from desktop.queries.orders import OrderLineRow, OrderRow, find_order, read_order_lines, read_orders
from desktop.queries.payment_date import DATED
from desktop.queries.payments import PaymentRow, payment_detail, select_payments
from desktop.queries.payouts import payout_detail
from desktop.queries.scales import Scales, read_scales
from desktop.queries.services import ServiceRow, read_services
from desktop.queries.stock import stock_detail
from desktop.queries.subscriptions import SubscriptionRow, read_subscriptions, subscription_detail
from desktop.queries.terminals import (
    CheckoutRow,
    PaymentLinkRow,
    checkout_detail,
    checkout_of,
    device_detail,
    link_detail,
    link_of,
)

SHOWN = 20
"""How many of a client's newest invoices and payments the panel shows."""

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_TOTAL = table_of(ClientTotal)
_INVOICE = table_of(Invoice)
_PAYMENT = table_of(Payment)
_SHARE = table_of(InvoicePayment)
_SUBSCRIPTION = table_of(Subscription)
_METHOD = table_of(PaymentMethod)


# ------------------------------------------------------------------------------------------------------ an invoice


@dataclass(frozen=True, slots=True)
class InvoiceDetail:
    """An invoice, opened. ``history`` is newest first; ``payments`` are those for it, newest first.

    ``requests`` are its parts where it is asked for in parts, ``order`` the one that it bills.
    """

    row: InvoiceRow
    facts: InvoiceFacts
    lines: tuple[Line, ...]
    payments: tuple[PaymentRow, ...]
    credit_notes: tuple[CreditNoteRow, ...]
    history: tuple[InvoiceEventRow, ...]
    requests: tuple[RequestRow, ...] = ()
    location_name: str = ""
    location_id: int | None = None
    order: OrderRow | None = None


def invoice_detail(connection: Connection, invoice_id: int) -> InvoiceDetail | None:
    """One invoice with everything about it; None where it is gone."""
    row = read_invoices(connection, [invoice_id]).get(invoice_id)
    if row is None:
        return None
    account, ref = row.integration_id, row.external_id
    # A payment may be for several invoices: it names one, its shares name them all.
    shares = select(_SHARE.c.payment_ref).where(
        _SHARE.c.integration_id == account,
        _SHARE.c.invoice_ref == ref,
        _SHARE.c.deleted.is_(False),
        _SHARE.c.payment_ref != "",
    )
    named = connection.execute(shares).scalars().all()
    payments = (
        select_payments()
        .where(
            _PAYMENT.c.integration_id == account,
            or_(_PAYMENT.c.invoice_ref == ref, _PAYMENT.c.external_id.in_(named)),
        )
        .order_by(DATED.desc(), _PAYMENT.c.id.desc())
    )
    return InvoiceDetail(
        row,
        read_facts(connection, invoice_id),
        read_lines(connection, account, ref),
        tuple(PaymentRow(*payment) for payment in connection.execute(payments)),
        read_credit_notes(connection, account, ref),
        read_history(connection, account, ref),
        read_requests(connection, account, ref),
        location_name(connection, account, row.location_ref),
        location_id(connection, account, row.location_ref),
        find_order(connection, account, row.order_ref),
    )


# -------------------------------------------------------------------------------------------------------- a client


class ClientSums(NamedTuple):
    """What happened with a client in one currency, over all time. ``provider`` is whose minor units these are."""

    currency: str
    provider: str | None
    collected: int
    refunds: int
    outstanding: int
    payments: int


class LinkRow(NamedTuple):
    """A provider's customer that the client is. ``merged_into``: the customer that the provider merged it with."""

    integration_id: int
    provider: str
    external_id: str
    deleted: bool
    balance: int
    currency: str
    delinquent: bool
    link_id: int = 0
    merged_into: str = ""


class MethodRow(NamedTuple):
    """A stored way to pay."""

    provider: str
    external_id: str
    kind: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    is_default: bool


class Address(NamedTuple):
    """Where the client is."""

    line1: str
    line2: str
    city: str
    postal_code: str
    region: str
    country: str


@dataclass(frozen=True, slots=True)
class ClientDetail:
    """A client, opened, with the newest invoices and payments."""

    row: ClientRow
    address: Address
    description: str
    sums: tuple[ClientSums, ...]
    invoices: tuple[InvoiceRow, ...]
    payments: tuple[PaymentRow, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    methods: tuple[MethodRow, ...]
    links: tuple[LinkRow, ...]


def client_detail(connection: Connection, client_id: int) -> ClientDetail | None:
    """One client with everything about it; None where it is gone."""
    row = read_clients(connection, [client_id]).get(client_id)
    if row is None:
        return None
    scales = read_scales(connection)
    found = connection.execute(
        select(_LINK.c.id, *_LINK_COLUMNS, _LINK.c.default_method_ref, _LINK.c.merged_into)
        .where(_LINK.c.client_id == client_id)
        .order_by(_LINK.c.id)
    ).all()
    links = [link.id for link in found]
    *address, description = connection.execute(select(*_ADDRESS).where(_CLIENT.c.id == client_id)).one()
    newest_invoices = (
        select_invoices()
        .where(_INVOICE.c.client_link_id.in_(links), _INVOICE.c.deleted.is_(False))
        .order_by(_INVOICE.c.created_at.desc(), _INVOICE.c.id.desc())
        .limit(SHOWN)
    )
    newest_payments = (
        select_payments()
        .where(_PAYMENT.c.client_link_id.in_(links))
        .order_by(DATED.desc(), _PAYMENT.c.id.desc())
        .limit(SHOWN)
    )
    return ClientDetail(
        row,
        Address(*address),
        description,
        _client_sums(connection, row, links, scales),
        invoice_rows(connection, newest_invoices),
        tuple(PaymentRow(*one) for one in connection.execute(newest_payments)),
        _subscriptions(connection, links),
        _methods(connection, links, scales, {link.default_method_ref for link in found}),
        tuple(
            LinkRow(link.integration_id, scales.providers[link.integration_id], *link[2:-2], link.id, link.merged_into)
            for link in found
        ),
    )


_LINK_COLUMNS = (
    _LINK.c.integration_id, _LINK.c.external_id, _LINK.c.deleted, _LINK.c.balance, _LINK.c.currency,
    _LINK.c.delinquent,
)  # fmt: skip
_ADDRESS = (
    _CLIENT.c.address_line1, _CLIENT.c.address_line2, _CLIENT.c.city, _CLIENT.c.postal_code, _CLIENT.c.region,
    _CLIENT.c.country, _CLIENT.c.description,
)  # fmt: skip


def _client_sums(connection: Connection, row: ClientRow, links: list[int], scales: Scales) -> tuple[ClientSums, ...]:
    query = (
        select(
            _TOTAL.c.currency, _TOTAL.c.integration_id, func.sum(_TOTAL.c.collected), func.sum(_TOTAL.c.refunds),
            func.sum(_TOTAL.c.payments),
        )
        .where(_TOTAL.c.client_link_id.in_(links), _TOTAL.c.location_ref == "")
        .group_by(_TOTAL.c.currency, _TOTAL.c.integration_id)
    )  # fmt: skip
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for currency, integration_id, collected, refunds, payments in connection.execute(query):
        weight = scales.factor(integration_id, currency)
        for position, number in enumerate((int(collected) * weight, int(refunds) * weight, 0, int(payments))):
            sums[currency][position] += number
    for currency, amount, _ in row.outstanding:
        sums[currency][2] += amount
    return tuple(
        ClientSums(currency, scales.provider_of(currency), *numbers)
        for currency, numbers in sorted(sums.items(), key=lambda one: (-one[1][0], one[0]))
        if any(numbers)
    )


def _subscriptions(connection: Connection, links: list[int]) -> tuple[SubscriptionRow, ...]:
    query = (
        select(_SUBSCRIPTION.c.id)
        .where(_SUBSCRIPTION.c.client_link_id.in_(links), _SUBSCRIPTION.c.deleted.is_(False))
        .order_by(_SUBSCRIPTION.c.created_at.desc(), _SUBSCRIPTION.c.id.desc())
        .limit(SHOWN)
    )
    ids = connection.execute(query).scalars().all()
    rows = read_subscriptions(connection, ids)
    return tuple(rows[row_id] for row_id in ids if row_id in rows)


def _methods(connection: Connection, links: list[int], scales: Scales, defaults: set[str]) -> tuple[MethodRow, ...]:
    query = (
        select(
            _METHOD.c.integration_id, _METHOD.c.external_id, _METHOD.c.kind, _METHOD.c.brand, _METHOD.c.last4,
            _METHOD.c.exp_month, _METHOD.c.exp_year,
        )
        .where(_METHOD.c.client_link_id.in_(links), _METHOD.c.deleted.is_(False))
        .order_by(_METHOD.c.created_at.desc(), _METHOD.c.id.desc())
    )  # fmt: skip
    return tuple(
        MethodRow(scales.providers[one.integration_id], *one[1:], one.external_id in defaults)
        for one in connection.execute(query)
    )


# ------------------------------------------------------------------------------------------------------- a service


def service_detail(connection: Connection, service_id: int) -> ServiceRow | None:
    """One service; its row says everything. None where it is gone."""
    return read_services(connection, [service_id]).get(service_id)


# ------------------------------------------------------------------------------------------------------- an order


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order, opened: what was sold, what was paid for it, and what asked for the money."""

    row: OrderRow
    lines: tuple[OrderLineRow, ...]
    payments: tuple[PaymentRow, ...]
    invoice: InvoiceRow | None
    checkout: CheckoutRow | None
    link: PaymentLinkRow | None


def order_detail(connection: Connection, order_id: int) -> OrderDetail | None:
    """One order with everything about it; None where it is gone."""
    row = read_orders(connection, [order_id]).get(order_id)
    if row is None:
        return None
    account, ref = row.integration_id, row.external_id
    payments = select_payments().where(
        _PAYMENT.c.integration_id == account, _PAYMENT.c.order_ref == ref, _PAYMENT.c.order_ref != literal_column("''")
    )
    paid = connection.execute(payments.order_by(DATED.desc(), _PAYMENT.c.id.desc())).all()
    invoices = select_invoices().where(
        _INVOICE.c.integration_id == account,
        _INVOICE.c.order_ref == ref,
        _INVOICE.c.order_ref != literal_column("''"),
        _INVOICE.c.deleted.is_(False),
    )
    billed = invoice_rows(connection, invoices.order_by(_INVOICE.c.external_id).limit(1))
    return OrderDetail(
        row,
        read_order_lines(connection, account, ref),
        tuple(PaymentRow(*payment) for payment in paid),
        billed[0] if billed else None,
        checkout_of(connection, account, [payment.external_id for payment in paid], ref),
        link_of(connection, account, ref),
    )


DETAILS: Mapping[str, Callable[[Connection, int], Any]] = {
    "clients": client_detail,
    "invoices": invoice_detail,
    "payments": payment_detail,
    "subscriptions": subscription_detail,
    "payouts": payout_detail,
    "services": service_detail,
    "locations": location_detail,
    "orders": order_detail,
    "inventory_counts": stock_detail,
    "terminal_devices": device_detail,
    "terminal_checkouts": checkout_detail,
    "payment_links": link_detail,
}
"""How a row of each listing is opened, by the listing's name."""
