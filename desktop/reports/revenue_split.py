"""Whose money a month's revenue is, and what it was for: top clients and services, from their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, select

from desktop.books.naming import names_of_clients
from desktop.books.scales import Scales
from desktop.books.tables import ClientLink, ClientTotal, Service, ServiceTotal
from desktop.books.tables.base import table_of
from desktop.periods import Period, month_of

TOP = 10
OTHER_ITEMS = "Other items"
NO_INVOICE = "No invoice"
_LINK = table_of(ClientLink)
_CLIENT_TOTAL = table_of(ClientTotal)
_SERVICE_TOTAL = table_of(ServiceTotal)
_SERVICE = table_of(Service)


@dataclass(frozen=True, slots=True)
class ClientAmount:
    """Collected less refunds of one client, in minor units."""

    client_id: int
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class ServiceAmount:
    """What one service brought. ``kind`` tells the two rows that are no service of the business's own."""

    service: str
    amount: int
    kind: Literal["service", "other", "no_invoice"] = "service"


# ------------------------------------------------------------------------------------------------------- clients


def read_top_clients(
    connection: Connection, scales: Scales, month: Period, currencies: Iterable[str]
) -> dict[str, tuple[ClientAmount, ...]]:
    """The ten clients that paid most in the month, by currency; nobody who got back as much as they paid."""
    joined = _read_joined(connection)
    top: dict[str, list[tuple[int, int]]] = {}
    for currency in currencies:
        query = _by_link(scales, month, currency)
        best = query.order_by(query.selected_columns["amount"].desc(), _CLIENT_TOTAL.c.client_link_id).limit(TOP)
        together: dict[int, int] = defaultdict(int)
        if joined:
            best = best.where(_CLIENT_TOTAL.c.client_link_id.not_in(_joined_links()))
            for link, amount in connection.execute(query.where(_CLIENT_TOTAL.c.client_link_id.in_(_joined_links()))):
                together[joined[link]] += amount
        ranked = [*_clients(connection, connection.execute(best)), *together.items()]
        paid = [one for one in ranked if one[1] > 0]
        top[currency] = sorted(paid, key=lambda one: (-one[1], one[0]))[:TOP]
    names = names_of_clients(connection, [client for ranked in top.values() for client, _ in ranked])
    return {
        currency: tuple(ClientAmount(client, names[client], amount) for client, amount in ranked if client in names)
        for currency, ranked in top.items()
    }


def _joined_links() -> Select[Any]:
    """Links of clients that have more than one: their sums are added up before ranking."""
    several = select(_LINK.c.client_id).group_by(_LINK.c.client_id).having(func.count() > 1)
    return select(_LINK.c.id).where(_LINK.c.client_id.in_(several))


def _read_joined(connection: Connection) -> dict[int, int]:
    return {row.id: row.client_id for row in connection.execute(_joined_links().add_columns(_LINK.c.client_id))}


def _by_link(scales: Scales, month: Period, currency: str) -> Select[Any]:
    sums = _CLIENT_TOTAL.c
    amount = scales.weighed(sums.collected - sums.refunds, sums.integration_id, currency)
    return select(sums.client_link_id, amount.label("amount")).where(
        sums.month == month_of(month.start_day), sums.currency == currency, sums.client_link_id != 0
    )


def _clients(connection: Connection, rows: Iterable[Any]) -> list[tuple[int, int]]:
    amounts = {row.client_link_id: row.amount for row in rows}
    links = connection.execute(select(_LINK.c.id, _LINK.c.client_id).where(_LINK.c.id.in_(amounts)))
    return [(row.client_id, amounts[row.id]) for row in links]


# ------------------------------------------------------------------------------------------------------ services


@dataclass(frozen=True, slots=True)
class ServiceSums:
    """One currency's sums by service name, and of lines that name no service."""

    named: dict[str, int] = field(default_factory=dict)
    other: int = 0

    def up_to(self, total: int) -> tuple[ServiceAmount, ...]:
        """Rows that sum exactly to ``total``: services by amount, then other items, then what has no invoice."""
        ranked = sorted(self.named.items(), key=lambda one: (-one[1], one[0]))
        rows = [ServiceAmount(name, amount) for name, amount in ranked]
        rows.append(ServiceAmount(OTHER_ITEMS, self.other, "other"))
        rows.append(ServiceAmount(NO_INVOICE, total - self.other - sum(self.named.values()), "no_invoice"))
        return tuple(row for row in rows if row.amount)


def read_services(connection: Connection, scales: Scales, month: Period) -> dict[str, ServiceSums]:
    """What each service brought in the month, by currency. Services of the same name count together."""
    sums, own, parent = _SERVICE_TOTAL, _SERVICE, _SERVICE.alias("parent")
    named_by = (own.c.integration_id == sums.c.integration_id) & (own.c.external_id == sums.c.service_ref)
    priced_by = (parent.c.integration_id == own.c.integration_id) & (parent.c.external_id == own.c.parent_ref)
    name = func.coalesce(func.nullif(parent.c.name, ""), own.c.name, "").label("name")
    query = (
        select(sums.c.currency, sums.c.integration_id, name, sums.c.amount)
        .select_from(sums.outerjoin(own, named_by).outerjoin(parent, priced_by))
        .where(sums.c.month == month_of(month.start_day))
    )
    named: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for currency, integration_id, name, amount in connection.execute(query):
        named[currency][name] += scales.common(amount, currency, integration_id)
    return {
        currency: ServiceSums({name: amount for name, amount in by_name.items() if name}, by_name.get("", 0))
        for currency, by_name in named.items()
    }
