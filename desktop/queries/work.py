"""What waits and what failed: events that came in, intents that go out, and conflicts between the two sides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from desktop.books.tables import Base, Conflict, Event, OutboxEntry
from desktop.books.tables.base import table_of

_CONFLICT = table_of(Conflict)


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How many intents and events there are of each state, and how many conflicts wait for the owner."""

    outbox: dict[str, int]
    events: dict[str, int]
    conflicts: int


def count_work(connection: Connection) -> WorkCounts:
    """The counts, the usual states always among them."""
    outbox, events = _by_state(connection, OutboxEntry), _by_state(connection, Event)
    unresolved = select(func.count()).select_from(_CONFLICT).where(_CONFLICT.c.resolved_at.is_(None))
    return WorkCounts(
        {name: outbox.get(name, 0) for name in ("waiting", "failed")},
        {name: events.get(name, 0) for name in ("done", "waiting", "failed", "rejected")},
        int(connection.execute(unresolved).scalar_one()),
    )


def _by_state(connection: Connection, model: type[Base]) -> dict[str, int]:
    table = table_of(model)
    query = select(table.c.state, func.count()).group_by(table.c.state)
    return {state: int(count) for state, count in connection.execute(query)}
