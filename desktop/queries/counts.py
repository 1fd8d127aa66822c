"""The counts beside the pages of the window, and which pages there is something for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from desktop.books.tables import Client, Invoice
from desktop.books.tables.base import table_of
from desktop.queries.choices import keeps_stock, list_locations
from desktop.queries.clients import ACTIVE
from desktop.queries.outstanding import OPEN_STATUSES

_CLIENT = table_of(Client)
_INVOICE = table_of(Invoice)


@dataclass(frozen=True, slots=True)
class PageCounts:
    """Clients (the active ones, as the page's first tab has them), invoices on which something is due (late ones too),
    the locations of connected accounts, and whether there is stock.
    """

    clients: int
    invoices_due: int
    locations: int = 0
    stock: bool = False


def page_counts(connection: Connection) -> PageCounts:
    """The counts, from indexes."""
    due = (_INVOICE.c.status.in_(OPEN_STATUSES), _INVOICE.c.deleted.is_(False))
    locations = [location for location in list_locations(connection) if location.connected]
    return PageCounts(
        clients=_count(connection, _CLIENT, ACTIVE),
        invoices_due=_count(connection, _INVOICE, *due),
        # All of them being closed is worth seeing too, and counts as there being some.
        locations=sum(location.active for location in locations) or len(locations),
        stock=keeps_stock(connection),
    )


def _count(connection: Connection, table: Table, *where: object) -> int:
    query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
    return int(connection.execute(query).scalar_one())
