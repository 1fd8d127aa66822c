"""What a sync tells while it runs and when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from desktop.errors import UnreachableError
from desktop.providers.contract import Unanswered
from desktop.providers.limits import Busy, Unusable
from desktop.records import Tally

PROGRESS_EVERY_S: Final = 0.1
"""Progress is told at most this often, and at each beginning and end of a feed."""

_STANDING = frozenset({"complete", "not_permitted", "not_available", "on_demand"})


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sync is: the stream, its objects seen so far in this pass, and how many a second.

    ``total_estimate`` is what the pass before saw, None where there was none. ``phase`` is reading, changes,
    looking_back, checking or done.
    """

    stream: str
    seen: int
    rate: float
    total_estimate: int | None
    phase: str


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What became of one stream in one sync. ``state`` is how it stands afterwards (see ``status.py``)."""

    name: str
    seen: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    errors: tuple[str, ...] = ()
    state: str = "complete"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """One sync of one integration.

    ``kind`` is first, resumed, full or changes; ``outcome`` is done or partial; ``retry`` says that something failed
    that may well succeed when it is tried again, and ``cause`` why the provider could not be read (see ``cause_of``).
    """

    integration_id: int
    provider: str
    kind: str
    outcome: str
    streams: tuple[StreamReport, ...]
    seconds: float
    retry: bool = False
    cause: str = ""

    @property
    def exit_status(self) -> int:
        """The command's exit status: 1 where a stream failed or is partial; standing refusals do not count."""
        return int(self.outcome != "done")

    def as_json(self) -> dict[str, Any]:
        """Plain values, as kept in ``sync_runs``."""
        return asdict(self)


UNREACHABLE: Final = "unreachable"
"""No answer came: no name, no connection, or one that broke off."""

UNUSABLE: Final = "unusable"
"""Answers came, but none that could be used (5xx, not JSON)."""

BUSY: Final = "busy"
"""The provider only wants fewer calls."""


def cause_of(error: UnreachableError) -> str:
    """Why the provider could not be read, as kept with a run."""
    if isinstance(error, Busy):
        return BUSY
    return UNUSABLE if isinstance(error, Unusable | Unanswered) else UNREACHABLE


@dataclass(slots=True)
class _Count:
    tally: Tally = field(default_factory=Tally)
    errors: list[str] = field(default_factory=list)
    read: bool = False
    missed: str = ""
    put_off: bool = False


class Counts:
    """Adds up what happens to each stream."""

    def __init__(self, streams: Sequence[str]) -> None:
        self._by_stream = {name: _Count() for name in streams}
        self.retry = False
        self.cause = ""

    def add(self, stream: str, tally: Tally) -> None:
        """Objects that went through the door. What follows a whole pass of the stream counts only what it changed."""
        count = self._by_stream[stream]
        if count.read:
            tally = Tally(tally.seen - tally.unchanged, tally.created, tally.updated, 0, tally.deleted)
        count.tally += tally

    def read(self, stream: str) -> None:
        """All of the stream has been read in this run."""
        self._by_stream[stream].read = True

    def was_read(self, stream: str) -> bool:
        """Whether a whole pass of the stream was made in this run."""
        return self._by_stream[stream].read

    def fail(self, stream: str, reason: str, *, retry: bool = False) -> None:
        """Something of the stream could not be read."""
        errors = self._by_stream[stream].errors
        if reason and reason not in errors:
            errors.append(reason)
        self.retry = self.retry or retry

    def miss(self, stream: str, error: UnreachableError) -> None:
        """The stream could not be brought up to date because the provider could not be read."""
        self.miss_for(stream, str(error), cause_of(error))

    def miss_for(self, stream: str, reason: str, cause: str) -> None:
        """:meth:`miss` where the error itself is not at hand."""
        self.fail(stream, reason, retry=True)
        self.cause = self.cause or cause
        count = self._by_stream[stream]
        count.missed = count.missed or reason

    def missed(self, stream: str) -> str:
        """Why the stream could not be brought up to date in this run; an empty text where it could."""
        return self._by_stream[stream].missed

    def put_off(self, stream: str) -> None:
        """The stream was not due in this run: it follows less often."""
        self._by_stream[stream].put_off = True

    def was_put_off(self, stream: str) -> bool:
        """Whether the stream was not due in this run."""
        return self._by_stream[stream].put_off

    @property
    def missed_count(self) -> int:
        """How many streams could not be brought up to date."""
        return sum(bool(count.missed) for count in self._by_stream.values())

    @property
    def first_missed(self) -> str:
        """The first reason why anything could not be brought up to date."""
        return next((count.missed for count in self._by_stream.values() if count.missed), "")

    def report(
        self, integration_id: int, provider: str, kind: str, states: dict[str, str], seconds: float
    ) -> SyncReport:
        """The whole, with how each stream stands now."""
        streams = []
        for name, count in self._by_stream.items():
            tally, state = count.tally, states[name]
            streams.append(
                StreamReport(
                    name, tally.seen, tally.created, tally.updated, tally.unchanged, tally.deleted,
                    tuple(count.errors), state,
                )
            )  # fmt: skip
        done = all(stream.state in _STANDING for stream in streams) and not self.retry
        outcome = "done" if done else "partial"
        return SyncReport(integration_id, provider, kind, outcome, tuple(streams), seconds, self.retry, self.cause)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One feed's reading: since when (s, steady), and how many of its objects were seen by then."""

    stream: str
    phase: str
    begun: float
    begun_at: int
    estimate: int | None


class Meter:
    """Tells progress now and then, with a rate over the whole of a feed's reading."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._told = 0.0
        self._gauge = self.gauge("", "")

    def gauge(self, stream: str, phase: str, seen: int = 0, estimate: int | None = None) -> Gauge:
        """A feed's reading that begins now, at ``seen`` where it is resumed; nothing is told yet."""
        return Gauge(stream, phase, time.monotonic(), seen, estimate)

    def begin(self, stream: str, phase: str, seen: int = 0, estimate: int | None = None) -> None:
        """A feed's reading begins, at ``seen`` where it is resumed."""
        self._gauge = self.gauge(stream, phase, seen, estimate)
        self.say(self._gauge, seen)

    def advance(self, seen: int) -> None:
        """So many objects were seen of the feed that was begun last."""
        self.show(self._gauge, seen)

    def show(self, gauge: Gauge, seen: int) -> None:
        """So many objects of a feed were seen; told now and then."""
        if time.monotonic() - self._told >= PROGRESS_EVERY_S:
            self.say(gauge, seen)

    def say(self, gauge: Gauge, seen: int) -> None:
        """Tell how many objects of a feed were seen, now."""
        self._told = time.monotonic()
        elapsed = self._told - gauge.begun
        rate = (seen - gauge.begun_at) / elapsed if elapsed > 0 else 0.0
        self._tell(Progress(gauge.stream, seen, rate, gauge.estimate, gauge.phase))
