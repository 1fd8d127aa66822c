"""Finding changes where the event feed is closed: list again what is recent, read again what is still open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, select

from desktop.books.tables import (
    Dispute,
    IntegrationData,
    Invoice,
    Payment,
    PaymentAttempt,
    Payout,
    Refund,
    Subscription,
)
from desktop.books.tables.base import table_of
from desktop.providers.contract import Feed, Stream
from desktop.records import Deletion
from desktop.sync.bookmarks import FULL
from desktop.sync.changes import guarded, list_since
from desktop.sync.intake import DAY_MS
from desktop.sync.pages import take_read
from desktop.sync.passes import read_feed
from desktop.sync.pull import HISTORY, Pull
from desktop.sync.rereading import read_again

LOOK_BACK_DAYS: Final = 35
"""What was created in these days is listed again at each sync."""

PASS_EVERY_DAYS: Final = 1
"""How often lists of things that change without being new (clients, services) are read in full."""

MOST_BY_ID: Final = 200
"""With more open objects than this, reading the whole list costs fewer reads than reading each by id."""

_DATA = table_of(IntegrationData)


def _among(name: str, *words: str) -> Callable[[Table], ColumnElement[bool]]:
    return lambda table: table.c[name].in_(words)


def _not_among(name: str, *words: str) -> Callable[[Table], ColumnElement[bool]]:
    return lambda table: table.c[name].not_in(words)


# What can still change of its own accord, however old it is.
_OPEN: Mapping[str, Sequence[tuple[type[Any], Callable[[Table], ColumnElement[bool]]]]] = {
    "invoices": ((Invoice, _among("status", "draft", "open", "partly_paid")),),
    "payments": ((Payment, _among("outcome", "open")), (PaymentAttempt, _among("status", "pending"))),
    "refunds": ((Refund, _among("status", "pending", "requires_action")),),
    "disputes": ((Dispute, _not_among("status", "won", "lost", "inquiry_closed", "prevented")),),
    "subscriptions": ((Subscription, _not_among("status", "canceled", "incomplete_expired")),),
    "payouts": ((Payout, _among("status", "pending", "in_transit")),),
}


def look_back(pull: Pull) -> None:
    """Find changes without events, as far as lists and single objects tell.

    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    now = pull.provider_now().low
    for stream, feed in pull.feeds:
        mark = pull.mark(stream.name, feed.name)
        if stream.recheck or mark.under_way or mark.state != "complete" or pull.counts.was_read(stream.name):
            continue
        old = mark.pass_started_at is None or now - mark.pass_started_at >= PASS_EVERY_DAYS * DAY_MS
        if stream.name not in HISTORY and old:
            read_all(pull, stream, feed)
        elif not stream.per_parent:
            _look_back(pull, stream, feed, now)


def _look_back(pull: Pull, stream: Stream, feed: Feed, now: int) -> None:
    open_refs = _still_open(pull, stream, feed, now - LOOK_BACK_DAYS * DAY_MS)
    if len(open_refs) > MOST_BY_ID:
        read_all(pull, stream, feed)
        return
    keys = [(feed.data_type, ref) for ref in open_refs]

    def read_open() -> int:
        tally = take_read(pull, stream, read_again(pull, keys), lambda _writer, _whole: None)
        pull.counts.add(stream.name, tally)
        return len(keys)

    if keys and guarded(pull, stream, feed, read_open) is None:
        return
    list_since(pull, stream, feed, "looking_back", created_from=now - LOOK_BACK_DAYS * DAY_MS)


def read_all(pull: Pull, stream: Stream, feed: Feed) -> None:
    """A full pass over a feed, now. Raises: as ``read_feed``."""
    mark = pull.mark(stream.name, feed.name)
    pull.keep(mark.begin(FULL, since_day=mark.since_day))
    read_feed(pull, stream, feed)


def _still_open(pull: Pull, stream: Stream, feed: Feed, before: int) -> list[str]:
    """Open objects that the listing will not show because they were created before it begins."""
    found: dict[str, None] = {}
    with pull.books.read() as connection:
        for model, still in _OPEN.get(stream.name, ()):
            table = table_of(model)
            stored = and_(
                _DATA.c.integration_id == table.c.integration_id,
                _DATA.c.data_type == feed.data_type,
                _DATA.c.external_id == table.c.external_id,
            )
            query = (
                select(table.c.external_id)
                .join_from(table, _DATA, stored)
                .where(
                    table.c.integration_id == pull.integration_id,
                    still(table),
                    table.c.created_at < before,
                    _DATA.c.deletion == int(Deletion.NONE),
                )
                .order_by(table.c.external_id)
                .limit(MOST_BY_ID + 1)
            )
            found.update(dict.fromkeys(row[0] for row in connection.execute(query)))
    return list(found)
