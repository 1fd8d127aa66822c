"""Changes that no event feed tells of: listed by creation, by the last change, or found by reading everything again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sqlalchemy import func, select

from desktop.books.tables import BalanceEntry
from desktop.books.tables.base import table_of
from desktop.periods import local_midnight
from desktop.providers.contract import Feed, Stream
from desktop.sync.bookmarks import Mark
from desktop.sync.changes import OVERLAP_MS, guarded, list_since
from desktop.sync.lookback import PASS_EVERY_DAYS, read_all
from desktop.sync.pull import HISTORY, see_parents
from desktop.sync.session import DAY_MS, Session
from desktop.sync.streams import met_parents, present_parents, stored_parents

LOOK_BACK_DAYS: Final = 3
"""What is followed by creation is listed again at least this far before the bookmark."""

GIVE_UP_AFTER: Final = 2
"""Streams that could not be reached, with none that could, before nothing more is asked for in this sync."""

_PENDING_DAYS: Final = 35
_ENTRY = table_of(BalanceEntry)


def given_up(session: Session) -> str:
    """What is said of what was not even asked for any more."""
    return f"{session.provider.title} could not be reached. It is tried again at the next sync."


def follow(session: Session) -> None:
    """Bring every stream up to date that says how its changes are found (``Stream.recheck``).

    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    session.hear_if_ahead()
    for stream, feed in session.feeds:
        mark = session.mark(stream.name, feed.name)
        ready = stream.recheck and not mark.under_way and mark.state == "complete"
        if ready and not session.was_heard and session.counts.missed_count >= GIVE_UP_AFTER:
            session.counts.miss_for(stream.name, given_up(session), session.counts.cause)
        elif ready and ((bookmark := _bookmark(mark)) is None or session.lies_ahead(bookmark)):
            read_all(session, stream, feed)  # up to when it was read is not known: a clock was wrong
        elif ready and _meet_parents(session, stream, feed, mark):
            _WAYS[stream.recheck](session, stream, feed, session.mark(stream.name, feed.name))


def _meet_parents(session: Session, stream: Stream, feed: Feed, mark: Mark) -> bool:
    """Read for parents from the beginning that were not there when the feed was last read whole.

    What is older than the bookmark is in no list of changes: a new parent (a location that these credentials may see
    now) brings its past along. False where the feed cannot be read now, which is then told.
    """
    if not stream.per_parent:
        return True
    if guarded(session, stream, feed, lambda: see_parents(session, stream)) is None:
        return False
    known, present = met_parents(session, stream, feed), present_parents(session, stream, feed)
    if present.seen == known.seen or _is_read_whole(stream):
        return True
    begin = local_midnight(mark.since_day, session.books.zone) if mark.since_day else None
    parents = stored_parents(session, stream, beyond=known.seen)
    if list_since(session, stream, feed, "reading", created_from=begin, parents=parents, promising=False) is None:
        return False
    session.keep(present)
    return True


def _since_created(session: Session, stream: Stream, feed: Feed, mark: Mark) -> None:
    since = _bookmark(mark)
    if since is None:
        return
    since = min(since - max(LOOK_BACK_DAYS, stream.lookback_days) * DAY_MS, _oldest_pending(session, stream))
    list_since(session, stream, feed, "changes", created_from=since, parents=_parents(session, stream))


def _since_changed(session: Session, stream: Stream, feed: Feed, mark: Mark) -> None:
    since = _bookmark(mark)
    if since is None:
        return
    if _may_have_lost(session, stream, mark):
        read_all(session, stream, feed)
        return
    if stream.lookback_days:
        recent = session.provider_now().low - stream.lookback_days * DAY_MS
        read = list_since(
            session, stream, feed, "looking_back",
            created_from=recent, parents=_parents(session, stream), promising=False,
        )  # fmt: skip
        if read is None:
            return
    list_since(session, stream, feed, "changes", changed_from=since - OVERLAP_MS, parents=_parents(session, stream))


def _by_scan(session: Session, stream: Stream, feed: Feed, mark: Mark) -> None:
    if session.counts.was_read(stream.name):
        return
    if not _is_read_whole(stream):
        list_since(session, stream, feed, "changes", parents=_parents(session, stream))
        return
    read_all(session, stream, feed)


def _is_read_whole(stream: Stream) -> bool:
    """Whether each sync reads everything of the stream again, for every parent."""
    return stream.recheck == "scan" and not stream.parent_days


def _may_have_lost(session: Session, stream: Stream, mark: Mark) -> bool:
    """What is gone says so in no list of changes: things that can be deleted are read in full once a day."""
    old = mark.pass_started_at is None or session.provider_now().low - mark.pass_started_at >= PASS_EVERY_DAYS * DAY_MS
    return stream.name not in HISTORY and not stream.per_parent and old


_WAYS: Final[Mapping[str, Callable[[Session, Stream, Feed, Mark], None]]] = {
    "created": _since_created,
    "updated": _since_changed,
    "scan": _by_scan,
}


def _bookmark(mark: Mark) -> int | None:
    return mark.complete_through if mark.complete_through is not None else mark.pass_started_at


def _parents(session: Session, stream: Stream) -> Iterator[str]:
    """Whom to ask for: the empty name where the stream is one list."""
    if not stream.per_parent:
        return iter(("",))
    since = session.provider_now().low - stream.parent_days * DAY_MS if stream.parent_days else None
    return stored_parents(session, stream, created_from=since)


def _oldest_pending(session: Session, stream: Stream) -> int:
    """The oldest line that says it is pending although its money is available by now: its new state is listed."""
    now = session.provider_now().low
    if stream.name != _ENTRY.name:
        return now
    query = select(func.min(_ENTRY.c.created_at)).where(
        _ENTRY.c.integration_id == session.integration_id,
        _ENTRY.c.created_at >= now - _PENDING_DAYS * DAY_MS,
        _ENTRY.c.available_at < now,
        _ENTRY.c.status == "pending",
    )
    with session.books.read() as connection:
        oldest = connection.execute(query).scalar_one_or_none()
    return now if oldest is None else int(oldest)
