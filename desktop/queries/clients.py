"""The list of clients, with what they owe and what they paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, ScalarSelect, Select, func, literal_column, or_, select

from desktop.books.tables import Client, ClientLink, ClientTotal, Invoice, Payment
from desktop.books.tables.base import table_of
from desktop.periods import add_days
from desktop.queries.figures import Figure
from desktop.queries.listing import Filter, Listing, Sort, Sum, figure_of, summed, sums_of
from desktop.queries.naming import names_of_clients, own_name, shown_name
from desktop.queries.outstanding import OPEN_STATUSES
from desktop.queries.payment_date import DATED
from desktop.queries.scales import Scales, read_scales
from desktop.queries.search import Lookup, begins, contains

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_INVOICE = table_of(Invoice)
_PAYMENT = table_of(Payment)
_TOTAL = table_of(ClientTotal)


class ClientRow(NamedTuple):
    """A client in a list. ``paid`` is Collected less Refunds over all time, ``outstanding`` what is still open.

    ``last_paid_at`` is when the money of the newest payment that succeeded counted.
    """

    id: int
    name: str
    email: str
    company: str
    phone: str
    country: str
    status: str
    created_at: int
    providers: tuple[str, ...]
    outstanding: tuple[Sum, ...]
    paid: tuple[Sum, ...]
    last_paid_at: int | None


_COLUMNS = (
    _CLIENT.c.id, own_name().label("name"), _CLIENT.c.email, _CLIENT.c.company, _CLIENT.c.phone, _CLIENT.c.country,
    _CLIENT.c.status, _CLIENT.c.created_at,
)  # fmt: skip


def read_clients(connection: Connection, ids: Sequence[int]) -> dict[int, ClientRow]:
    """Rows by id."""
    scales = read_scales(connection)
    rows = connection.execute(select(*_COLUMNS).where(_CLIENT.c.id.in_(ids))).all()
    nameless = [row.id for row in rows if not row.name]
    names = names_of_clients(connection, nameless) if nameless else {}
    links = connection.execute(
        select(_LINK.c.id, _LINK.c.client_id, _LINK.c.integration_id).where(_LINK.c.client_id.in_(ids))
    ).all()
    owners = {link.id: link.client_id for link in links}
    providers: dict[int, dict[str, None]] = defaultdict(dict)
    for link in links:
        providers[link.client_id][scales.providers[link.integration_id]] = None
    outstanding = _by_client(connection, _open_sums(list(owners)), owners, scales)
    paid = _by_client(connection, _paid_sums(list(owners)), owners, scales)
    last = _last_paid(connection, ids)
    return {
        row.id: ClientRow(
            id=row.id,
            name=names.get(row.id, row.name),
            email=row.email,
            company=row.company,
            phone=row.phone,
            country=row.country,
            status=row.status,
            created_at=row.created_at,
            providers=tuple(providers[row.id]),
            outstanding=sums_of(outstanding[row.id], scales),
            paid=sums_of(paid[row.id], scales),
            last_paid_at=last.get(row.id),
        )
        for row in rows
    }


def _last_paid(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """When each client paid last: for every link the newest payment, by its index."""
    query = select(_LINK.c.client_id, _newest_payment()).where(_LINK.c.client_id.in_(ids))
    last: dict[int, int] = {}
    for client_id, at in connection.execute(query):
        if at is not None:
            last[client_id] = max(at, last.get(client_id, at))
    return last


def _newest_payment() -> ScalarSelect[int | None]:
    """When the newest payment of a link that succeeded counted, by its index."""
    return (
        select(DATED)
        .where(_PAYMENT.c.client_link_id == _LINK.c.id, _PAYMENT.c.status == "succeeded")
        .order_by(DATED.desc())
        .limit(1)
        .scalar_subquery()
    )


def _open_sums(links: list[int]) -> Select[Any]:
    return (
        select(
            _INVOICE.c.client_link_id, _INVOICE.c.currency, _INVOICE.c.integration_id,
            func.sum(_INVOICE.c.amount_remaining),
        )
        .where(
            _INVOICE.c.client_link_id.in_(links),
            _INVOICE.c.status.in_(OPEN_STATUSES),
            _INVOICE.c.deleted.is_(False),
        )
        .group_by(_INVOICE.c.client_link_id, _INVOICE.c.currency, _INVOICE.c.integration_id)
    )  # fmt: skip


def _paid_sums(links: list[int]) -> Select[Any]:
    amount = func.sum(_TOTAL.c.paid)
    return (
        select(_TOTAL.c.client_link_id, _TOTAL.c.currency, _TOTAL.c.integration_id, amount)
        .where(_TOTAL.c.client_link_id.in_(links), _TOTAL.c.location_ref == "")
        .group_by(_TOTAL.c.client_link_id, _TOTAL.c.currency, _TOTAL.c.integration_id)
    )


def _by_client(
    connection: Connection, query: Select[Any], owners: dict[int, int], scales: Scales
) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for link, currency, integration_id, amount in connection.execute(query):
        sums[owners[link]][currency] += scales.common(int(amount or 0), currency, integration_id)
    return sums


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    texts = (_CLIENT.c.name, _CLIENT.c.email, _CLIENT.c.phone, _CLIENT.c.company)
    found = [select(_CLIENT.c.id).where(contains(word, *texts))]
    if "_" in word or len(word) > 8:
        found += [
            select(_LINK.c.client_id).where(
                _LINK.c.integration_id == integration_id, begins(word, _LINK.c.external_id, lookup)
            )
            for integration_id in lookup.scales.providers
        ]
    return found


def has_history() -> Any:
    """The client has an invoice or a payment."""
    link = _LINK.c.client_id == _CLIENT.c.id
    billed = select(_LINK.c.id).join(_INVOICE, _INVOICE.c.client_link_id == _LINK.c.id).where(link)
    paying = select(_LINK.c.id).join(_PAYMENT, _PAYMENT.c.client_link_id == _LINK.c.id).where(link)
    return or_(billed.exists(), paying.exists())


def _at_location(ref: str) -> Any:
    """The client paid or was billed there."""
    paid = select(_TOTAL.c.client_link_id).where(_TOTAL.c.location_ref == ref)
    billed = select(_INVOICE.c.client_link_id).where(_INVOICE.c.location_ref == ref, _INVOICE.c.deleted.is_(False))
    links = select(_LINK.c.client_id).where(_LINK.c.id.in_(paid.union(billed)))
    return _CLIENT.c.id.in_(links)


# Whoever is only named by something without money, and whoever was deleted before anything happened, is nobody.
LISTED = or_(_CLIENT.c.status == "active", has_history())
# Whoever is a customer today: the one rule of the rail's count, the page's first tab and what an account counts.
ACTIVE = _CLIENT.c.status == "active"
_NEWEST = Sort((_CLIENT.c.created_at,))


def _paid_within(figure: Figure) -> list[ColumnElement[bool]]:
    """The sums of the months of a figure."""
    conditions = [
        _TOTAL.c.month >= figure.start_day[:7],
        _TOTAL.c.month <= add_days(figure.end_day, -1)[:7],
        _TOTAL.c.currency == figure.currency,
        _TOTAL.c.location_ref == (figure.location or ""),
    ]
    if figure.integration_id is not None:
        conditions.append(_TOTAL.c.integration_id == figure.integration_id)
    return conditions


def _who_paid(figure: Figure, _today: str) -> list[ColumnElement[bool]]:
    links = select(_TOTAL.c.client_link_id).where(*_paid_within(figure))
    return [_CLIENT.c.id.in_(select(_LINK.c.client_id).where(_LINK.c.id.in_(links)))]


def _read_who_paid(connection: Connection, ids: Sequence[int], figure: Figure) -> dict[int, ClientRow]:
    """Rows whose ``paid`` is what was paid in the months of a figure, less what was given back."""
    scales = read_scales(connection)
    links = connection.execute(select(_LINK.c.id, _LINK.c.client_id).where(_LINK.c.client_id.in_(ids)))
    owners = {row.id: row.client_id for row in links}
    query = (
        select(_TOTAL.c.client_link_id, _TOTAL.c.currency, _TOTAL.c.integration_id, func.sum(_TOTAL.c.paid))
        .where(_TOTAL.c.client_link_id.in_(owners), *_paid_within(figure))
        .group_by(_TOTAL.c.client_link_id, _TOTAL.c.currency, _TOTAL.c.integration_id)
    )
    paid = _by_client(connection, query, owners, scales)
    rows = read_clients(connection, ids)
    return {row_id: row._replace(paid=sums_of(paid[row_id], scales)) for row_id, row in rows.items()}


def sum_who_paid(connection: Connection, wanted: Filter) -> tuple[int, int]:
    """How many clients a filter with a figure leaves, and what they paid in its months less what was given back."""
    listed = select(_CLIENT.c.id).where(*CLIENTS.where(connection, wanted))
    links = select(_LINK.c.id).where(_LINK.c.client_id.in_(listed))
    query = (
        select(_TOTAL.c.currency, _TOTAL.c.integration_id, func.sum(_TOTAL.c.paid))
        .where(_TOTAL.c.client_link_id.in_(links), *_paid_within(figure_of(wanted)))
        .group_by(_TOTAL.c.currency, _TOTAL.c.integration_id)
    )
    sums = summed(connection, query, read_scales(connection))
    count = connection.execute(select(func.count()).select_from(listed.subquery())).scalar_one()
    return int(count), sum(sums.values())


def _by_paid_within(figure: Figure) -> Sort:
    return _largest("paid", _TOTAL, _TOTAL.c.paid, *_paid_within(figure))


def _largest(name: str, source: FromClause, amount: ColumnElement[Any], *where: ColumnElement[bool]) -> Sort:
    """By the sum that is shown first: the largest of a client's currencies, nothing where there is none."""
    by_currency = (
        select(_LINK.c.client_id, func.nullif(func.sum(amount), literal_column("0")).label("amount"))
        .select_from(source.join(_LINK, _LINK.c.id == source.c.client_link_id))
        .where(*where)
        .group_by(_LINK.c.client_id, source.c.currency)
        .subquery(f"{name}_by_currency")
    )
    sums = (
        select(by_currency.c.client_id, func.max(by_currency.c.amount).label("amount"))
        .group_by(by_currency.c.client_id)
        .subquery(name)
    )
    joined = _CLIENT.outerjoin(sums, sums.c.client_id == _CLIENT.c.id)
    return Sort((func.coalesce(sums.c.amount, literal_column("0")),), joined)


def _by_last_payment() -> Sort:
    """By the newest payment that succeeded, of each link by its index; whoever never paid is before all others."""
    newest = (
        select(_LINK.c.client_id, func.max(_newest_payment()).label("at")).group_by(_LINK.c.client_id).subquery("last")
    )
    joined = _CLIENT.outerjoin(newest, newest.c.client_id == _CLIENT.c.id)
    return Sort((func.coalesce(newest.c.at, literal_column("0")),), joined)


CLIENTS: Listing[ClientRow] = Listing(
    name="clients",
    table=_CLIENT,
    tabs={
        "active": lambda _: ACTIVE,
        "deleted": lambda _: _CLIENT.c.status == "deleted",
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "name": Sort((func.lower(shown_name()),)),
        "email": Sort((func.lower(_CLIENT.c.email),)),
        "outstanding": _largest(
            "outstanding", _INVOICE, _INVOICE.c.amount_remaining, _INVOICE.c.status.in_(OPEN_STATUSES),
            _INVOICE.c.deleted.is_(False),
        ),
        "paid": _largest("paid", _TOTAL, _TOTAL.c.paid, _TOTAL.c.location_ref == literal_column("''")),
        "last": _by_last_payment(),
    },
    listed=(LISTED,),
    meanings=_meanings,
    read=read_clients,
    at_location=_at_location,
    behind={"paid": _who_paid},
    read_behind=_read_who_paid,
    sorts_behind={"paid": _by_paid_within},
)  # fmt: skip
LISTS: tuple[Listing[Any], ...] = (CLIENTS,)
