"""What figures rest on: up to when the books are complete, since which day, and which streams are missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.books.tables import Bookmark, Integration
from desktop.books.tables.base import table_of

_BOOKMARK = table_of(Bookmark)
_INTEGRATION = table_of(Integration)
_UNREADABLE = frozenset({"not_permitted", "not_available"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A stream that the provider does not let us read: what it would have told is not in the figures."""

    integration_id: int
    provider: str
    stream: str
    state: str


@dataclass(frozen=True, slots=True)
class Footing:
    """The ground under the figures of all connected accounts.

    ``complete_through``: every readable stream is complete up to this instant (ms); None while one never was.
    ``since_day``: the first day that is in the books where history was cut off; None for all of it.
    """

    complete_through: int | None
    since_day: str | None
    gaps: tuple[Gap, ...]


def read_footing(connection: Connection) -> Footing:
    """The footing, from the bookmarks of the accounts that are still connected."""
    query = (
        select(
            _BOOKMARK.c.integration_id,
            _INTEGRATION.c.provider,
            _BOOKMARK.c.stream,
            _BOOKMARK.c.state,
            _BOOKMARK.c.complete_through,
            _BOOKMARK.c.since_day,
        )
        .join(_INTEGRATION, _INTEGRATION.c.id == _BOOKMARK.c.integration_id)
        .where(_INTEGRATION.c.status != "disconnected")
        .order_by(_BOOKMARK.c.integration_id, _BOOKMARK.c.stream)
    )
    rows = connection.execute(query).all()
    gaps = {
        Gap(row.integration_id, row.provider, row.stream, row.state): None for row in rows if row.state in _UNREADABLE
    }
    # A stream may be read in two ways (its list, then its changes): the one that got further is the promise.
    reached: dict[tuple[int, str], int] = defaultdict(int)
    for row in rows:
        if row.state not in _UNREADABLE:
            stream = row.integration_id, row.stream
            reached[stream] = max(reached[stream], row.complete_through or 0)
    since = [row.since_day for row in rows if row.since_day and row.state not in _UNREADABLE]
    return Footing(min(reached.values(), default=0) or None, max(since, default=None), tuple(gaps))
