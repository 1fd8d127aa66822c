"""What changed since the last sync: the event feed, and lists since an instant where events do not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from desktop.books.database import Writer
from desktop.errors import RefusedError
from desktop.providers.contract import EventPage, Feed, NotPermitted, Page, Stream, Unreachable
from desktop.records import AHEAD_MS
from desktop.sync.bookmarks import CLOSED, EVENTS, Mark
from desktop.sync.inbox import Inbox
from desktop.sync.intake import DAY_MS, Intake
from desktop.sync.listing import Fetched, listed, listed_events
from desktop.sync.pages import take_page
from desktop.sync.parents import promised

OVERLAP_MS: Final = 600_000
"""Events become visible a little late and share seconds: each reading begins ten minutes before the bookmark."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of asking the event feed. ``through``: everything up to this instant (ms) is in the inbox.

    ``closed``: these credentials may not read it. ``gap``: it does not reach back to the bookmark any more, or could
    not be read until now, so that everything has to be read again.
    """

    through: int | None = None
    closed: bool = False
    gap: bool = False


def probe_events(intake: Intake) -> Mark:
    """The bookmark in the event feed as it begins: the provider's instant before anything else is read."""
    mark = Mark(intake.integration_id, EVENTS, EVENTS)
    ask = partial(intake.reader.events, cursor=None, created_from=intake.books.now() - OVERLAP_MS)
    try:
        page: EventPage = intake.calls.call(ask)
    except RefusedError as error:
        return _closed(mark, error)
    except Unreachable as error:
        # The bookmark then follows from when the passes began: see _start.
        return replace(mark, state="failed", error=str(error))
    intake.heard(page.asked_at)
    return replace(mark, state="complete", complete_through=page.asked_at)


def is_late(intake: Intake) -> bool:
    """Whether the bookmark is older than the feed reaches back, by the provider's clock: ours may be wrong."""
    through = intake.mark(EVENTS, EVENTS).complete_through
    if through is None or intake.provider_now().low - through <= _retention(intake):
        return False
    try:
        page: EventPage = intake.calls.call(partial(intake.reader.events, cursor=None, created_from=through))
    except (RefusedError, Unreachable):
        return False  # told when the feed is read
    intake.heard(page.asked_at)
    return page.asked_at - through > _retention(intake)


def _is_ahead(bookmark: int, asked_at: int) -> bool:
    """Whether a bookmark lies where no event can be yet: a clock was wrong when it was kept."""
    return bool(asked_at) and bookmark > asked_at + AHEAD_MS


def _retention(intake: Intake) -> int:
    return intake.provider.facts.event_retention_days * DAY_MS


def collect_events(intake: Intake) -> Collected:
    """Bring everything that happened since the bookmark into the inbox, and move the bookmark.

    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    mark = intake.mark(EVENTS, EVENTS)
    was_closed = mark.state in CLOSED
    start = _start(intake, mark)
    inbox = Inbox(intake)
    intake.meter.begin(EVENTS, "changes")
    through: int | None = None
    try:
        for page in intake.calls.ahead(listed_events(intake.reader, max(start - OVERLAP_MS, 0))):
            intake.heard(page.asked_at)
            if was_closed or page.asked_at - start > _retention(intake) or _is_ahead(start, page.asked_at):
                return Collected(gap=True)
            through = page.asked_at if through is None else through
            moved = replace(mark, state="complete", error="").promise(through)
            with intake.write() as writer:
                inbox.take_in(writer, page.events)
                if page.cursor is None:
                    intake.save(writer, moved)
            if page.cursor is None:
                intake.committed(moved)
    except RefusedError as error:
        intake.keep(_closed(mark, error))
        return Collected(closed=True)
    except Unreachable as error:
        _miss_all(intake, error)
        return Collected()
    return Collected(through)


def _closed(mark: Mark, error: RefusedError) -> Mark:
    state = "not_permitted" if isinstance(error, NotPermitted) else "not_available"
    return replace(mark, state=state, complete_through=None, error=str(error))


def _start(intake: Intake, mark: Mark) -> int:
    """Where to go on: the bookmark, or when the earliest pass began where there was none to be had then."""
    if mark.complete_through is not None:
        return mark.complete_through
    begun = [
        started
        for stream, feed in intake.feeds
        if mark.state not in CLOSED
        and (started := intake.mark(stream.name, feed.name).pass_started_at) is not None
        and not stream.recheck
    ]
    return min(begun, default=intake.provider_now().low)


def _miss_all(intake: Intake, error: Unreachable) -> None:
    for stream in intake.streams:
        if not (stream.recheck or stream.on_demand):
            intake.counts.miss(stream.name, error)


def list_since(
    intake: Intake,
    stream: Stream,
    feed: Feed,
    phase: str,
    *,
    created_from: int | None = None,
    changed_from: int | None = None,
    parents: Iterator[str] | None = None,
    promising: bool = True,
) -> int | None:
    """Read what was created, or changed, since an instant (ms) and move the feed's promise to when that began.

    ``parents`` are asked one after the other; without them the feed is one list. ``promising=False`` leaves the
    promise where it is. The answer: the instant at which it began; None where reading it stopped, which is then told.
    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """

    created_from = None if created_from is None else max(created_from, 0)
    changed_from = None if changed_from is None else max(changed_from, 0)

    def pages() -> Iterator[Fetched]:
        for parent in parents if parents is not None else ("",):
            yield from listed(
                intake.reader, stream, feed, parent=parent, created_from=created_from, changed_from=changed_from
            )

    listing = _Listing(intake, stream, feed, promising=promising)
    return guarded(intake, stream, feed, lambda: listing.run(pages(), phase))


class _Listing:
    """One listing since an instant, and what it may promise."""

    def __init__(self, intake: Intake, stream: Stream, feed: Feed, *, promising: bool) -> None:
        self._intake = intake
        self._stream = stream
        self._feed = feed
        self._promising = promising
        self._mark = intake.mark(stream.name, feed.name)
        self._started: int | None = None
        self._whole = True

    def run(self, pages: Iterator[Fetched], phase: str) -> int:
        """Take the pages in; the instant (ms) at which the first was asked for. What is set aside ends the promise."""
        intake, seen = self._intake, 0
        intake.meter.begin(self._stream.name, phase)
        for fetched in intake.calls.ahead(pages):
            page = fetched.page
            take_page(intake, self._stream, page, page.objects, partial(self._conclude, page))
            seen += len(page.objects)
            intake.meter.advance(seen)
        if self._started is None:  # there was nobody to ask for
            self._started = intake.provider_now().low
        if self._promising and self._whole and not intake.aside.has([self._feed.data_type]):
            intake.keep(self._mark.promise(promised(intake, self._stream, self._started)))
        else:
            intake.keep(self._mark)
        return self._started

    def _conclude(self, page: Page, _writer: Writer, whole: bool) -> None:
        self._started = page.asked_at if self._started is None else self._started
        self._whole = self._whole and whole
        self._mark = self._mark.noted(page.notes)


def guarded(intake: Intake, stream: Stream, feed: Feed, work: Callable[[], int | None]) -> int | None:
    """Do some reading of a feed; a refusal stops this feed only, and a broken line leaves it for the next time."""
    try:
        return work()
    except Unreachable as error:
        intake.counts.miss(stream.name, error)
    except RefusedError as error:
        state = "not_permitted" if isinstance(error, NotPermitted) else "not_available"
        intake.keep(replace(intake.mark(stream.name, feed.name), state=state, error=str(error)))
        intake.counts.fail(stream.name, str(error))
    return None
