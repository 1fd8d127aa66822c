"""How everything stands: accounts, streams, what waits and what failed. Nothing is silently missing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from desktop.actions.business import Business
from desktop.books.integrations import IntegrationRow, list_integrations
from desktop.books.tables import Conflict, Event, OutboxEntry
from desktop.books.tables.base import Base, table_of
from desktop.sync.status import StreamStatus, read_status


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account and its streams."""

    integration: IntegrationRow
    streams: tuple[StreamStatus, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The whole standing of one set of books."""

    accounts: tuple[AccountStatus, ...]
    outbox: dict[str, int]
    events: dict[str, int]
    conflicts: int
    timezone: str


def standing(business: Business) -> Status:
    """How everything stands, in one consistent read."""
    accounts = []
    with business.books.read() as connection:
        for row in list_integrations(connection):
            streams = read_status(connection, row.id, business.provider(row.provider))
            accounts.append(AccountStatus(row, tuple(streams)))
        events = _counts(connection, Event)
        outbox = _counts(connection, OutboxEntry)
        conflict = table_of(Conflict)
        waiting = select(func.count()).select_from(conflict).where(conflict.c.resolved_at.is_(None))
        conflicts = connection.execute(waiting).scalar_one()
    return Status(
        tuple(accounts),
        {name: outbox.get(name, 0) for name in ("waiting", "failed")},
        {name: events.get(name, 0) for name in ("done", "waiting", "failed", "rejected")},
        int(conflicts),
        business.books.timezone,
    )


def _counts(connection: Connection, model: type[Base]) -> dict[str, int]:
    table = table_of(model)
    return {
        row[0]: int(row[1]) for row in connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    }
