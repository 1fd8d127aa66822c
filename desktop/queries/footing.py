"""What figures rest on: up to when the books are complete, since which day, and which streams are missing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.books.tables import Bookmark, Integration
from desktop.books.tables.base import table_of

_BOOKMARK = table_of(Bookmark)
_INTEGRATION = table_of(Integration)
# The event feed has a bookmark of its own, and so has what is done beside a feed ("unseen:…"); they are no streams.
_EVENTS = "events"
_BESIDE = "%:%"
FIGURE_STREAMS = ("clients", "invoices", "payments", "refunds", "balance_entries")
"""What the figures are made of: before all of these were read, nothing is promised."""

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


_CONNECTED = select(_INTEGRATION.c.id).where(_INTEGRATION.c.status != "disconnected")
_MARKS = (
    select(
        _BOOKMARK.c.integration_id,
        _INTEGRATION.c.provider,
        _BOOKMARK.c.stream,
        _BOOKMARK.c.state,
        _BOOKMARK.c.complete_through,
        _BOOKMARK.c.since_day,
    )
    .join(_INTEGRATION, _INTEGRATION.c.id == _BOOKMARK.c.integration_id)
    .where(
        _INTEGRATION.c.status != "disconnected",
        _BOOKMARK.c.stream != _EVENTS,
        _BOOKMARK.c.feed.not_like(_BESIDE),
    )
    .order_by(_BOOKMARK.c.integration_id, _BOOKMARK.c.stream)
)


def read_footing(connection: Connection, integration_id: int | None = None) -> Footing:
    """The footing, from the bookmarks of the accounts that are still connected, or of one of them."""
    marks, connected = _MARKS, _CONNECTED
    if integration_id is not None:
        marks = marks.where(_BOOKMARK.c.integration_id == integration_id)
        connected = connected.where(_INTEGRATION.c.id == integration_id)
    rows = connection.execute(marks).all()
    gaps = {
        Gap(row.integration_id, row.provider, row.stream, row.state): None for row in rows if row.state in _UNREADABLE
    }
    # A stream's feeds promise together what the least of them does.
    reached: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.state not in _UNREADABLE:
            stream, through = (row.integration_id, row.stream), row.complete_through or 0
            reached[stream] = min(reached.get(stream, through), through)
    told = {(row.integration_id, row.stream) for row in rows}
    accounts = connection.execute(connected).scalars()
    untold = any((account, stream) not in told for account in accounts for stream in FIGURE_STREAMS)
    through = 0 if untold else min(reached.values(), default=0)
    since = [row.since_day for row in rows if row.since_day and row.state not in _UNREADABLE]
    return Footing(through or None, max(since, default=None), tuple(gaps))
