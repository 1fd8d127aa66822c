"""How each stream of an integration stands: what is promised, what is missing, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.books.books import now_ms
from desktop.providers.contract import Provider, Stream
from desktop.sync.aside import aside_by_stream
from desktop.sync.bookmarks import CLOSED, EVENTS, ON_DEMAND, Mark, Marks, read_marks
from desktop.sync.lease import holder_in
from desktop.sync.streams import streams_of

EVENTS_CLOSED: Final = "The event feed is closed to this key: changes are found by looking back."

_ON_DEMAND: Final = "What comes with other lists is kept; all of a client's are read when the client is opened."

_INTERRUPTED: Final = "Reading was interrupted; it goes on at the next sync."


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream as ``status --json`` shows it. ``complete_through`` in ms; ``since`` a day, or None.

    ``state`` is complete, partial, running, failed, not_permitted, not_available, on_demand or never. ``usable``:
    enough was read to work with, while older objects may follow. ``every_hours``: the schedule follows it only that
    often (``Stream.every_hours``); 0: with each sync.
    """

    name: str
    state: str
    count: int
    complete_through: int | None
    since: str | None
    set_aside: int
    error: str
    notes: tuple[str, ...]
    usable: bool
    every_hours: int = 0


def read_status(
    connection: Connection,
    integration_id: int,
    provider: Provider,
    now: int | None = None,
    counts: Mapping[str, int] | None = None,
) -> list[StreamStatus]:
    """Every stream that the account reads, in the provider's order, read in the caller's transaction.

    ``now`` is this machine's clock (ms). ``counts`` are the rows by stream, for whoever shows them; else 0.
    """
    marks = read_marks(connection, integration_id)
    aside = aside_by_stream(connection, integration_id)
    working = holder_in(connection, integration_id, now_ms() if now is None else now) is not None
    closed = marks.get((EVENTS, EVENTS))
    events_closed = closed is not None and closed.state in CLOSED
    answer = []
    for stream in streams_of(connection, provider, integration_id):
        status = _status(stream, marks, aside.get(stream.name, 0), working=working, events_closed=events_closed)
        answer.append(
            StreamStatus(
                name=stream.name,
                state=status.state,
                count=(counts or {}).get(stream.name, 0),
                complete_through=status.through,
                since=status.since,
                set_aside=aside.get(stream.name, 0),
                error=status.error,
                notes=status.notes,
                usable=status.usable,
                every_hours=stream.every_hours,
            )
        )
    return answer


@dataclass(frozen=True, slots=True)
class _Standing:
    state: str
    through: int | None
    since: str | None
    error: str
    notes: tuple[str, ...]
    usable: bool


def _status(stream: Stream, marks: Marks, set_aside: int, *, working: bool, events_closed: bool) -> _Standing:
    """A stream stands as its feeds do together."""
    missing = Mark(0, stream.name, "")
    feeds = [marks.get((stream.name, feed.name)) or missing for feed in stream.feeds]
    read = [mark for mark in feeds if mark.state not in CLOSED]
    refused = [mark for mark in feeds if mark.state in CLOSED]
    notes = dict.fromkeys(note for mark in feeds for note in mark.notes)
    if not read:
        return _Standing(feeds[0].state, _least(feeds), None, feeds[0].error, tuple(notes), False)
    if stream.on_demand:
        return _Standing("partial" if set_aside else ON_DEMAND, None, None, "", (_ON_DEMAND, *notes), True)
    for mark in refused:
        notes[f"{mark.feed}: {mark.error}"] = None
    if events_closed and not stream.recheck and any(mark.state != "never" for mark in read):
        notes[EVENTS_CLOSED] = None
    state, why = _together(read, working=working)
    if why:
        notes[why] = None
    if state == "complete" and (set_aside or not all(mark.pass_clean or mark.complete_through for mark in read)):
        state = "partial"
    through = _least(read)
    since = max((mark.since_day for mark in read if mark.since_day), default=None)
    error = next((mark.error for mark in read if _is_failed(mark)), "")
    usable = all(mark.usable for mark in read)
    return _Standing(state, through, since, error, tuple(notes), usable)


def _together(read: Sequence[Mark], *, working: bool) -> tuple[str, str]:
    """The state of the feeds that can be read, and what to say about it."""
    if any(_is_failed(mark) for mark in read):
        return "failed", ""
    if any(mark.under_way for mark in read):
        if working:
            return "running", ""
        if all(mark.complete_through is not None for mark in read):
            return "complete", _INTERRUPTED
        return ("partial", _INTERRUPTED) if any(mark.seen for mark in read) else ("never", "")
    if all(mark.state == "complete" for mark in read):
        return "complete", ""
    return ("partial", "") if any(mark.seen for mark in read) else ("never", "")


def _is_failed(mark: Mark) -> bool:
    """Whether the last sync could not read it: its pass, or what changed since one (see ``Mark.error``)."""
    return mark.state == "failed" or (mark.state == "complete" and bool(mark.error))


def _least(marks: Sequence[Mark]) -> int | None:
    """What all feeds together can promise."""
    throughs = [mark.complete_through for mark in marks]
    known = [through for through in throughs if through is not None]
    return min(known) if len(known) == len(throughs) and known else None
