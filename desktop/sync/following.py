"""Changes that no event feed tells of: listed by creation, by the last change, or found by reading everything again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from desktop.books.statements import word
from desktop.books.tables import BalanceEntry
from desktop.books.tables.base import table_of
from desktop.periods import local_midnight
from desktop.providers.contract import Feed, Stream
from desktop.sync.bookmarks import LOOKED_BACK, Mark
from desktop.sync.changes import OVERLAP_MS, guarded, list_since
from desktop.sync.intake import DAY_MS
from desktop.sync.lookback import PASS_EVERY_DAYS, read_all
from desktop.sync.parents import met_parents, present_parents, promised, see_parents, stored_parents
from desktop.sync.pull import HISTORY, Pull
from desktop.sync.schedule import HOUR_MS, LONGEST_HOUR_MS

LOOK_BACK_DAYS: Final = 3
"""Once a day, what is followed by creation is listed again at least this far before the bookmark."""

GIVE_UP_AFTER: Final = 2
"""Streams that could not be reached, with none that could, before nothing more is asked for in this sync."""

_PENDING_DAYS: Final = 35
_ENTRY = table_of(BalanceEntry)


def given_up(pull: Pull) -> str:
    """What is said of what was not even asked for any more."""
    return f"{pull.provider.title} could not be reached. It is tried again at the next sync."


def follow(pull: Pull) -> None:
    """Bring every stream up to date that says how its changes are found (``Stream.recheck``).

    Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError.
    """
    pull.hear_if_ahead()
    for stream, feed in pull.feeds:
        mark = pull.mark(stream.name, feed.name)
        ready = stream.recheck and not mark.under_way and mark.state == "complete"
        if ready and not pull.was_heard and pull.counts.missed_count >= GIVE_UP_AFTER:
            pull.counts.miss_for(stream.name, given_up(pull), pull.counts.cause)
        elif ready and not _is_due(pull, stream, mark):
            pull.counts.put_off(stream.name)
        elif ready and ((bookmark := _bookmark(mark)) is None or pull.lies_ahead(bookmark)):
            read_all(pull, stream, feed)  # up to when it was read is not known: a clock was wrong
        elif ready and _meet_parents(pull, stream, feed, mark):
            _WAYS[stream.recheck](pull, stream, feed, pull.mark(stream.name, feed.name))


def _is_due(pull: Pull, stream: Stream, mark: Mark) -> bool:
    """Whether this sync follows the stream: a person's does always, and what could not be read is tried again."""
    if not pull.job.scheduled or not stream.every_hours or mark.error:
        return True
    return _is_time(pull, max(mark.complete_through or 0, mark.pass_started_at or 0), stream.every_hours)


def _looks_back(pull: Pull, stream: Stream, feed: Feed, mark: Mark) -> bool:
    """Whether this sync asks again for what may have changed without saying so; a whole pass has just done that."""
    if not pull.job.scheduled or not stream.lookback_every_hours:
        return True
    looked = pull.mark(stream.name, LOOKED_BACK + feed.name)
    return _is_time(pull, max(looked.pass_started_at or 0, mark.pass_started_at or 0), stream.lookback_every_hours)


def _is_time(pull: Pull, last: int, hours: int) -> bool:
    """Whether so many hours would be over at the next hourly sync; also where the last time lies ahead."""
    return not 0 <= pull.provider_now().low - last <= hours * HOUR_MS - LONGEST_HOUR_MS


def _looked_back(pull: Pull, stream: Stream, feed: Feed, at: int | None) -> None:
    """Keep since when the stream need not be looked back over; None: it could not be."""
    if stream.lookback_every_hours and at is not None:
        mark = Mark(pull.integration_id, stream.name, LOOKED_BACK + feed.name)
        pull.keep(replace(mark, state="complete", pass_started_at=at))


def _meet_parents(pull: Pull, stream: Stream, feed: Feed, mark: Mark) -> bool:
    """Read for parents from the beginning that were not there when the feed was last read whole.

    What is older than the bookmark is in no list of changes: a new parent (a location that these credentials may see
    now) brings its past along. False where the feed cannot be read now, which is then told.
    """
    if not stream.per_parent:
        return True
    if guarded(pull, stream, feed, lambda: see_parents(pull, stream)) is None:
        return False
    known, present = met_parents(pull, stream, feed), present_parents(pull, stream, feed)
    if present.seen == known.seen or _is_read_whole(stream):
        return True
    begin = local_midnight(mark.since_day, pull.books.zone) if mark.since_day else None
    parents = stored_parents(pull, stream, beyond=known.seen)
    if list_since(pull, stream, feed, "reading", created_from=begin, parents=parents, promising=False) is None:
        return False
    pull.keep(present)
    return True


def _since_created(pull: Pull, stream: Stream, feed: Feed, mark: Mark) -> None:
    since = _bookmark(mark)
    if since is None:
        return
    # What is listed again costs a request a page each time: days of it once a day, else from what is complete.
    is_new_day = since // DAY_MS < pull.provider_now().low // DAY_MS
    overlap = LOOK_BACK_DAYS * DAY_MS if is_new_day else OVERLAP_MS
    looks_back = _looks_back(pull, stream, feed, mark)
    back = stream.lookback_days * DAY_MS if looks_back else 0
    since = min(since - max(overlap, back), _oldest_pending(pull, stream))
    read = list_since(pull, stream, feed, "changes", created_from=since, parents=_parents(pull, stream))
    if looks_back:
        _looked_back(pull, stream, feed, read)


def _since_changed(pull: Pull, stream: Stream, feed: Feed, mark: Mark) -> None:
    since = _bookmark(mark)
    if since is None:
        return
    if _may_have_lost(pull, stream, mark):
        read_all(pull, stream, feed)
        return
    if stream.lookback_days and _looks_back(pull, stream, feed, mark):
        recent = pull.provider_now().low - stream.lookback_days * DAY_MS
        read = list_since(
            pull, stream, feed, "looking_back",
            created_from=recent, parents=_parents(pull, stream), promising=False,
        )  # fmt: skip
        if read is None:
            return
        _looked_back(pull, stream, feed, read)
    list_since(pull, stream, feed, "changes", changed_from=since - OVERLAP_MS, parents=_parents(pull, stream))


def _by_scan(pull: Pull, stream: Stream, feed: Feed, mark: Mark) -> None:
    if pull.counts.was_read(stream.name):
        return
    if _is_read_whole(stream):
        read_all(pull, stream, feed)
    elif _looks_back(pull, stream, feed, mark):
        read = list_since(pull, stream, feed, "changes", parents=_parents(pull, stream))
        _looked_back(pull, stream, feed, read)
    elif not pull.aside.has([feed.data_type]):
        # Parents that are new were just asked for; of the others nothing is expected.
        pull.keep(mark.promise(promised(pull, stream, pull.provider_now().low)))


def _is_read_whole(stream: Stream) -> bool:
    """Whether each sync reads everything of the stream again, for every parent."""
    return stream.recheck == "scan" and not stream.parent_days


def _may_have_lost(pull: Pull, stream: Stream, mark: Mark) -> bool:
    """What is gone says so in no list of changes: things that can be deleted are read in full once a day."""
    most = PASS_EVERY_DAYS * DAY_MS - stream.every_hours * HOUR_MS  # it is looked at no sooner than after those hours
    old = mark.pass_started_at is None or pull.provider_now().low - mark.pass_started_at >= most
    return stream.name not in HISTORY and not stream.per_parent and old


_WAYS: Final[Mapping[str, Callable[[Pull, Stream, Feed, Mark], None]]] = {
    "created": _since_created,
    "updated": _since_changed,
    "scan": _by_scan,
}


def _bookmark(mark: Mark) -> int | None:
    return mark.complete_through if mark.complete_through is not None else mark.pass_started_at


def _parents(pull: Pull, stream: Stream) -> Iterator[str]:
    """Whom to ask for: the empty name where the stream is one list."""
    if not stream.per_parent:
        return iter(("",))
    since = pull.provider_now().low - stream.parent_days * DAY_MS if stream.parent_days else None
    return stored_parents(pull, stream, created_from=since)


def _oldest_pending(pull: Pull, stream: Stream) -> int:
    """The oldest line that says it is pending although its money is available by now: its new state is listed."""
    now = pull.provider_now().low
    if stream.name != _ENTRY.name:
        return now
    query = (
        select(_ENTRY.c.created_at)
        .where(
            _ENTRY.c.integration_id == pull.integration_id,
            _ENTRY.c.created_at >= now - _PENDING_DAYS * DAY_MS,
            _ENTRY.c.available_at < now,
            # Written out, so that the partial index with the same words answers.
            _ENTRY.c.status == word("pending"),
        )
        .order_by(_ENTRY.c.created_at)
        .limit(1)
    )
    with pull.books.read() as connection:
        oldest = connection.execute(query).scalar_one_or_none()
    return now if oldest is None else int(oldest)
