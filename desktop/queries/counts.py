"""The counts beside the pages of the navigation rail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from desktop.books.tables import Client, Invoice, Location, Subscription, TerminalDevice
from desktop.books.tables.base import table_of
from desktop.queries.clients import ACTIVE
from desktop.queries.invoices import OPEN_STATUSES
from desktop.queries.subscriptions import ACTIVE_STATUSES

_CLIENT = table_of(Client)
_INVOICE = table_of(Invoice)
_SUBSCRIPTION = table_of(Subscription)
_LOCATION = table_of(Location)
_DEVICE = table_of(TerminalDevice)


@dataclass(frozen=True, slots=True)
class RailCounts:
    """Clients (the active ones, as the page's first tab has them), invoices on which something is due (late ones too),
    subscriptions that run, places and card readers.
    """

    clients: int
    invoices_due: int
    subscriptions: int
    locations: int = 0
    terminals: int = 0


def rail_counts(connection: Connection) -> RailCounts:
    """The counts, from indexes."""
    due = (_INVOICE.c.status.in_(OPEN_STATUSES), _INVOICE.c.deleted.is_(False))
    running = (_SUBSCRIPTION.c.status.in_(ACTIVE_STATUSES), _SUBSCRIPTION.c.deleted.is_(False))
    return RailCounts(
        _count(connection, _CLIENT, ACTIVE),
        _count(connection, _INVOICE, *due),
        _count(connection, _SUBSCRIPTION, *running),
        _count(connection, _LOCATION, _LOCATION.c.deleted.is_(False), _LOCATION.c.status == "active"),
        _count(connection, _DEVICE, _DEVICE.c.deleted.is_(False)),
    )


def _count(connection: Connection, table: Table, *where: object) -> int:
    query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
    return int(connection.execute(query).scalar_one())
