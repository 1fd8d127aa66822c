"""What changed since the last sync: the event feed, and lists by creation where events do not tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy import func, select

from desktop.books.database import Writer
from desktop.books.tables import BalanceEntry
from desktop.books.tables.base import table_of
from desktop.errors import RefusedError
from desktop.providers.contract import EventPage, Feed, NotPermitted, Page, Stream, Unreachable
from desktop.sync.bookmarks import CLOSED, EVENTS, Mark
from desktop.sync.inbox import Inbox
from desktop.sync.listing import listed, listed_events
from desktop.sync.pages import take_page
from desktop.sync.session import DAY_MS, Session

OVERLAP_MS: Final = 600_000
"""Events become visible a little late and share seconds: each reading begins ten minutes before the bookmark."""

LOOK_BACK_DAYS: Final = 3
"""Lines of the ledger are listed again this far before the bookmark."""

_PENDING_DAYS: Final = 35
_ENTRY = table_of(BalanceEntry)


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of asking the event feed. ``through``: everything up to this instant (ms) is in the inbox.

    ``closed``: these credentials may not read it. ``gap``: it does not reach back to the bookmark any more, or could
    not be read until now, so that everything has to be read again.
    """

    through: int | None = None
    closed: bool = False
    gap: bool = False


def probe_events(session: Session) -> Mark:
    """The bookmark in the event feed as it begins: the provider's instant before anything else is read."""
    mark = Mark(session.integration_id, EVENTS, EVENTS)
    ask = partial(session.reader.events, cursor=None, created_from=session.books.now() - OVERLAP_MS)
    try:
        page: EventPage = session.calls.call(ask)
    except RefusedError as error:
        return _closed(mark, error)
    except Unreachable as error:
        # The bookmark then follows from when the passes began: see _start.
        return replace(mark, state="failed", error=str(error))
    session.heard(page.asked_at)
    return replace(mark, state="complete", complete_through=page.asked_at)


def is_late(session: Session) -> bool:
    """Whether the bookmark is older than the feed reaches back, by the provider's clock: ours may be wrong."""
    through = session.mark(EVENTS, EVENTS).complete_through
    if through is None or session.provider_now().low - through <= _retention(session):
        return False
    try:
        page: EventPage = session.calls.call(partial(session.reader.events, cursor=None, created_from=through))
    except (RefusedError, Unreachable):
        return False  # told when the feed is read
    session.heard(page.asked_at)
    return page.asked_at - through > _retention(session)


def _retention(session: Session) -> int:
    return session.provider.event_retention_days * DAY_MS


def collect_events(session: Session) -> Collected:
    """Bring everything that happened since the bookmark into the inbox, and move the bookmark.

    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    mark = session.mark(EVENTS, EVENTS)
    was_closed = mark.state in CLOSED
    start = _start(session, mark)
    inbox = Inbox(session)
    session.meter.begin(EVENTS, "changes")
    through: int | None = None
    try:
        for page in session.calls.ahead(listed_events(session.reader, start - OVERLAP_MS)):
            session.heard(page.asked_at)
            if was_closed or page.asked_at - start > _retention(session):
                return Collected(gap=True)
            through = page.asked_at if through is None else through
            moved = replace(mark, state="complete", error="").promise(through)
            with session.write() as writer:
                inbox.take_in(writer, page.events)
                if page.cursor is None:
                    session.save(writer, moved)
            if page.cursor is None:
                session.committed(moved)
    except RefusedError as error:
        session.keep(_closed(mark, error))
        return Collected(closed=True)
    except Unreachable as error:
        _fail_all(session, str(error))
        return Collected()
    return Collected(through)


def _closed(mark: Mark, error: RefusedError) -> Mark:
    state = "not_permitted" if isinstance(error, NotPermitted) else "not_available"
    return replace(mark, state=state, complete_through=None, error=str(error))


def _start(session: Session, mark: Mark) -> int:
    """Where to go on: the bookmark, or when the earliest pass began where there was none to be had then."""
    if mark.complete_through is not None:
        return mark.complete_through
    begun = [
        started
        for stream, feed in session.feeds
        if mark.state not in CLOSED
        and (started := session.mark(stream.name, feed.name).pass_started_at) is not None
        and not stream.recheck
    ]
    return min(begun, default=session.provider_now().low)


def _fail_all(session: Session, reason: str) -> None:
    for stream in session.provider.streams:
        if not stream.recheck:
            session.counts.fail(stream.name, reason, retry=True)


def recheck_created(session: Session) -> None:
    """List again what the event feed does not tell of, from a little before where it was complete."""
    for stream, feed in session.feeds:
        mark = session.mark(stream.name, feed.name)
        if stream.recheck != "created" or mark.under_way or mark.state != "complete":
            continue
        since = mark.complete_through if mark.complete_through is not None else mark.pass_started_at
        if since is None:
            continue
        since = min(since - LOOK_BACK_DAYS * DAY_MS, _oldest_pending(session))
        list_since(session, stream, feed, since, "changes")


def _oldest_pending(session: Session) -> int:
    """The oldest line that says it is pending although its money is available by now: its new state is listed."""
    now = session.provider_now().low
    query = select(func.min(_ENTRY.c.created_at)).where(
        _ENTRY.c.integration_id == session.integration_id,
        _ENTRY.c.created_at >= now - _PENDING_DAYS * DAY_MS,
        _ENTRY.c.available_at < now,
        _ENTRY.c.status == "pending",
    )
    with session.books.read() as connection:
        oldest = connection.execute(query).scalar_one_or_none()
    return now if oldest is None else int(oldest)


def list_since(session: Session, stream: Stream, feed: Feed, created_from: int, phase: str) -> int | None:
    """Read what was created since an instant (ms) and move the feed's promise to when that began.

    The answer: that instant; None where something could not be read, which is then told.
    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    return guarded(session, stream, feed, lambda: _list(session, stream, feed, created_from, phase))


def _list(session: Session, stream: Stream, feed: Feed, created_from: int, phase: str) -> int | None:
    listing = _Listing(session, feed, session.mark(stream.name, feed.name))
    seen = 0
    session.meter.begin(stream.name, phase)
    for fetched in session.calls.ahead(listed(session.reader, stream, feed, created_from=created_from)):
        page = fetched.page
        take_page(session, stream, page, page.objects, partial(listing.conclude, page))
        seen += len(page.objects)
        session.meter.advance(seen)
    session.committed(listing.mark)
    return listing.started if listing.whole else None


class _Listing:
    """What a listing since an instant may promise, page by page."""

    def __init__(self, session: Session, feed: Feed, mark: Mark) -> None:
        self._session = session
        self._feed = feed
        self.mark = mark
        self.started: int | None = None
        self.whole = True

    def conclude(self, page: Page, writer: Writer, whole: bool) -> None:
        """A page is in; after the last one the bookmark moves."""
        self.started = page.asked_at if self.started is None else self.started
        self.whole = self.whole and whole
        self.mark = self.mark.noted(page.notes)
        if page.cursor is None:
            if self.whole and not self._session.aside.has([self._feed.data_type]):
                self.mark = self.mark.promise(self.started)
            self._session.save(writer, self.mark)


def guarded(session: Session, stream: Stream, feed: Feed, work: Callable[[], int | None]) -> int | None:
    """Do some reading of a feed; a refusal stops this feed only, and a broken line leaves it for the next time."""
    try:
        return work()
    except Unreachable as error:
        session.counts.fail(stream.name, str(error), retry=True)
    except RefusedError as error:
        state = "not_permitted" if isinstance(error, NotPermitted) else "not_available"
        session.keep(replace(session.mark(stream.name, feed.name), state=state, error=str(error)))
        session.counts.fail(stream.name, str(error))
    return None
