"""Passes over feeds, read side by side: a line takes its time to answer, and one list need not wait for another.

Each list is fetched by a lane of its own, within the account's one allowance, and applied by the thread of the job, one
batch after the other. Whichever is there first is applied first; where several are, the earlier feed in the provider's
order is, so that the ledger's lines go in before the charges that they are of, but none is left behind for long. A list
that is read for each object of another one begins when that one has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from desktop.errors import RefusedError
from desktop.providers.contract import Feed, NotAvailable, NotPermitted, Stream, Unreachable
from desktop.sync.fetching import AHEAD, Lane
from desktop.sync.listing import Fetched
from desktop.sync.pull import Pass, Pull

SIDE_BY_SIDE: Final = 5
"""Lists that are read at a time: what a real line takes, and fewer connections than a reader may have."""

_AT_ONCE: Final = 800
"""Objects that are fetched ahead of the first in line, and that are applied together where they are there already (a
fifth faster than page by page): whole pages, one at least."""

_PASSED_OVER: Final = 3
"""How often a list is passed over for an earlier one before its turn comes: it would be read alone in the end."""

_BESIDE: Final = 200
"""Objects that are fetched ahead of lists that are not the first in line: they need only not stand still."""


@dataclass(slots=True)
class Outcome:
    """What became of some passes: the names of streams that were read or refused, and of those without an answer."""

    read: list[str] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Reading:
    reading: Pass
    lane: Lane[Fetched]
    size: int = 100  # objects on a page, by the last one
    passed_over: int = 0

    def pages(self, objects: int) -> int:
        """So many pages hold so many objects: memory goes by these, and providers' pages differ in size."""
        return min(max(objects // self.size, 1), AHEAD)


def read_feeds(
    pull: Pull, feeds: Iterable[tuple[Stream, Feed]], give_up: Callable[[Outcome], bool] = lambda _so_far: False
) -> tuple[Outcome, Sequence[tuple[Stream, Feed]]]:
    """Read passes to their ends, side by side, and keep how each ended; what was not begun any more comes second.

    ``give_up`` is asked before another list is begun. Raises: CredentialsRefused, CancelledError, LeaseLost,
    ClosedBooksError.
    """
    return _SideBySide(pull, feeds, give_up).run()


def read_feed(pull: Pull, stream: Stream, feed: Feed) -> None:
    """Read the pass of one feed to its end. Raises: as ``read_feeds``."""
    read_feeds(pull, [(stream, feed)])


class _SideBySide:
    def __init__(self, pull: Pull, feeds: Iterable[tuple[Stream, Feed]], give_up: Callable[[Outcome], bool]) -> None:
        self._pull = pull
        self._give_up = give_up
        self._waiting = list(feeds)
        self._open: list[_Reading] = []
        self._told: Pass | None = None
        self._outcome = Outcome()

    def run(self) -> tuple[Outcome, Sequence[tuple[Stream, Feed]]]:
        try:
            while self._begin_more() or self._open:
                self._tell()
                self._fill()
                self._step(self._next())
        finally:
            for one in self._open:
                one.lane.drop()
        return self._outcome, self._waiting

    # --- which are read ----------------------------------------------------------------------------------------

    def _begin_more(self) -> bool:
        """Begin lists while there is room; whether any was begun."""
        begun = False
        # Where nobody has answered yet there is nothing to be had side by side.
        most = SIDE_BY_SIDE if self._pull.was_heard else 1
        while len(self._open) < most and not self._give_up(self._outcome):
            found = next((feed for feed in self._waiting if not self._waits(feed[0])), None)
            if found is None:
                break
            self._waiting.remove(found)
            begun = self._begin(Pass(self._pull, *found)) or begun
        return begun

    def _begin(self, reading: Pass) -> bool:
        if not self._try(reading, reading.begin):
            return False
        order = [(stream.name, feed.name) for stream, feed in self._pull.all_feeds]
        self._open.append(_Reading(reading, self._pull.calls.lane(reading.pages())))
        self._open.sort(key=lambda one: order.index((one.reading.stream.name, one.reading.feed.name)))
        return True

    def _waits(self, stream: Stream) -> bool:
        """Whether what a list is read for is still being read itself."""
        parent = self._pull.feed_of(stream.per_parent) if stream.per_parent else None
        reading = [(one.reading.stream, one.reading.feed) for one in self._open]
        return parent is not None and parent in (*self._waiting, *reading)

    # --- reading -----------------------------------------------------------------------------------------------

    def _next(self) -> _Reading:
        """A list of which something is there: the earliest, but one that was passed over too often goes first."""
        ready = [self._open[number] for number in self._pull.calls.ready([one.lane for one in self._open])]
        chosen = next((one for one in ready if one.passed_over >= _PASSED_OVER), ready[0])
        for one in ready:
            one.passed_over = 0 if one is chosen else one.passed_over + 1
        return chosen

    def _fill(self) -> None:
        """Have pages fetched: most of the first in line, whose turn comes first."""
        for number, one in enumerate(self._open):
            one.lane.fill(one.pages(_AT_ONCE if number == 0 else _BESIDE))

    def _step(self, one: _Reading) -> None:
        """Apply what is there of a list. It has ended once there is nothing more, or it could not be read on."""
        reading = one.reading
        if self._try(reading, lambda: self._apply(one)) and reading.under_way:
            return
        self._open.remove(one)
        one.lane.drop()
        self._pull.meter.say(reading.gauge, reading.seen)

    def _apply(self, one: _Reading) -> None:
        batch = one.lane.take(one.pages(_AT_ONCE))
        one.size = max((len(fetched.page.objects) for fetched in batch), default=one.size) or one.size
        # The thread has its next page to fetch while these are applied.
        self._fill()
        if batch:
            one.reading.take(batch)
        else:
            one.reading.finish()

    def _try(self, reading: Pass, work: Callable[[], None]) -> bool:
        """Go on with a pass; False where it stopped, which is kept with its bookmark."""
        try:
            work()
        except NotPermitted as error:
            self._stop(reading, "not_permitted", error)
        except NotAvailable as error:
            self._stop(reading, "not_available", error)
        except (RefusedError, Unreachable) as error:
            self._stop(reading, "failed", error)
        else:
            if not reading.under_way:
                self._outcome.read.append(reading.stream.name)
            return True
        return False

    def _stop(self, reading: Pass, state: str, error: RefusedError | Unreachable) -> None:
        reading.stop(state, str(error))
        name = reading.stream.name
        if isinstance(error, Unreachable):
            self._pull.counts.miss(name, error)
            self._outcome.unreachable.add(name)
        else:
            self._pull.counts.fail(name, str(error), retry=state == "failed")
            self._outcome.read.append(name)

    def _tell(self) -> None:
        """Say how far the first in line is: one list at a time, so that what is shown does not jump about."""
        reading = self._open[0].reading
        if reading is not self._told:
            self._told = reading
            self._pull.meter.say(reading.gauge, reading.seen)
        else:
            self._pull.meter.show(reading.gauge, reading.seen)
