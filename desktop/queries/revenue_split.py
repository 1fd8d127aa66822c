"""Whose money a month's revenue is, and what it was for: top clients and services, from their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from desktop.books.tables import ClientLink, ClientTotal, Service, ServiceTotal
from desktop.books.tables.base import table_of
from desktop.periods import Period, month_of
from desktop.queries.naming import names_of_clients, product_of, service_name
from desktop.queries.scales import Scales
from desktop.queries.scope import EVERYTHING, Scope

TOP = 10
OTHER_ITEMS = "Other items"
NOT_ITEMISED = "Not itemised"
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
    """What one service brought. ``kind`` tells the two rows that are no service of the business's own: of lines that
    name none (``other``), and of money that was paid for nothing with lines (``not_itemised``).
    """

    service: str
    amount: int
    kind: Literal["service", "other", "not_itemised"] = "service"


# ------------------------------------------------------------------------------------------------------- clients


# Links of clients that have more than one: their sums are added up before ranking.
_JOINED = select(_LINK.c.id, _LINK.c.client_id).where(
    _LINK.c.client_id.in_(select(_LINK.c.client_id).group_by(_LINK.c.client_id).having(func.count() > 1))
)


def read_top_clients(
    connection: Connection, scales: Scales, month: Period, currencies: Iterable[str], scope: Scope = EVERYTHING
) -> dict[str, tuple[ClientAmount, ...]]:
    """The ten clients that paid most in the month, by currency; nobody who got back as much as they paid."""
    joined, joined_links = _read_joined(connection), _JOINED.with_only_columns(_LINK.c.id)
    top: dict[str, list[tuple[int, int]]] = {}
    for currency in currencies:
        query = _by_link(scales, month, currency, scope)
        best = query.order_by(query.selected_columns["amount"].desc()).limit(TOP)
        together: dict[int, int] = defaultdict(int)
        if joined:
            best = best.where(_CLIENT_TOTAL.c.client_link_id.not_in(joined_links))
            for link, amount in connection.execute(query.where(_CLIENT_TOTAL.c.client_link_id.in_(joined_links))):
                together[joined[link]] += amount
        ranked = [*_clients(connection, connection.execute(best)), *together.items()]
        paid = [one for one in ranked if one[1] > 0]
        top[currency] = sorted(paid, key=lambda one: (-one[1], one[0]))[:TOP]
    names = names_of_clients(connection, [client for ranked in top.values() for client, _ in ranked])
    return {
        currency: tuple(ClientAmount(client, names[client], amount) for client, amount in ranked if client in names)
        for currency, ranked in top.items()
    }


_ANY_JOINED = select(
    select(func.count()).select_from(_LINK).scalar_subquery()
    > select(func.count()).select_from(select(_LINK.c.client_id).distinct().subquery()).scalar_subquery()
)


def _read_joined(connection: Connection) -> dict[int, int]:
    # Counting what is distinct passes over an index; grouping it costs four times as much.
    if not connection.execute(_ANY_JOINED).scalar_one():
        return {}
    return {row.id: row.client_id for row in connection.execute(_JOINED)}


def _by_link(scales: Scales, month: Period, currency: str, scope: Scope) -> Select[Any]:
    sums = _CLIENT_TOTAL.c
    amount = scales.weighed(sums.paid, sums.integration_id, currency)
    return select(sums.client_link_id, amount.label("amount")).where(
        sums.month == month_of(month.start_day),
        sums.currency == currency,
        sums.client_link_id != 0,
        *scope.of_summed(_CLIENT_TOTAL),
    )


def _clients(connection: Connection, rows: Iterable[Any]) -> list[tuple[int, int]]:
    amounts = {row.client_link_id: row.amount for row in rows}
    links = connection.execute(select(_LINK.c.id, _LINK.c.client_id).where(_LINK.c.id.in_(amounts)))
    return [(row.client_id, amounts[row.id]) for row in links]


# ------------------------------------------------------------------------------------------------------ services


@dataclass(frozen=True, slots=True)
class ServiceSums:
    """One currency's sums by service name, of lines that name no service, and of what has no lines.

    They add up to the month's total revenue.
    """

    named: dict[str, int] = field(default_factory=dict)
    other: int = 0
    not_itemised: int = 0

    def rows(self) -> tuple[ServiceAmount, ...]:
        """Services by amount, then other items, and last what is not itemised, also where that is nothing.

        Empty where nothing at all came in or went back.
        """
        ranked = sorted(self.named.items(), key=lambda one: (-one[1], one[0]))
        rows = [ServiceAmount(name, amount) for name, amount in ranked if amount]
        if self.other:
            rows.append(ServiceAmount(OTHER_ITEMS, self.other, "other"))
        if rows or self.not_itemised:
            rows.append(ServiceAmount(NOT_ITEMISED, self.not_itemised, "not_itemised"))
        return tuple(rows)


_PARENT = _SERVICE.alias("parent")
_NAMED_BY = and_(
    _SERVICE.c.integration_id == _SERVICE_TOTAL.c.integration_id,
    _SERVICE.c.external_id == _SERVICE_TOTAL.c.service_ref,
)
_BY_SERVICE = (
    select(
        _SERVICE_TOTAL.c.currency,
        _SERVICE_TOTAL.c.integration_id,
        service_name(_SERVICE, _PARENT).label("name"),
        _SERVICE_TOTAL.c.itemised,
        _SERVICE_TOTAL.c.amount,
    )
    .select_from(_SERVICE_TOTAL.outerjoin(_SERVICE, _NAMED_BY).outerjoin(_PARENT, product_of(_SERVICE, _PARENT)))
    .where(_SERVICE_TOTAL.c.month == bindparam("month"))
)


def read_services(
    connection: Connection, scales: Scales, month: Period, scope: Scope = EVERYTHING
) -> dict[str, ServiceSums]:
    """What each service brought in the month, by currency. Services of the same name count together."""
    query = _BY_SERVICE.where(*scope.of(_SERVICE_TOTAL))
    named: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rest: dict[str, int] = defaultdict(int)
    for currency, account, name, itemised, amount in connection.execute(query, {"month": month_of(month.start_day)}):
        (named[currency] if itemised else rest)[name if itemised else currency] += scales.common(
            amount, currency, account
        )
    return {
        currency: ServiceSums(
            {name: amount for name, amount in named[currency].items() if name}, named[currency][""], rest[currency]
        )
        for currency in {*named, *rest}
    }
