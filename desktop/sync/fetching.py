"""The threads that make a sync's calls, so that what is waited for never holds up a heartbeat or a cancel.

One makes single calls and the pages of one list, a little ahead of what applies them. Lists that are read side by side
have a lane each: a thread of its own, which makes the pages of that list one after the other.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Final, Generic, TypeVar

from desktop.errors import CancelledError

T = TypeVar("T")

AHEAD: Final = 8
"""Items that are fetched before they are asked for: enough to overlap, few enough for memory to stay flat."""

_TICK: Final = 0.2
"""Seconds between two looks at cancel and heartbeat while a call is waited for."""


class Lane(Generic[T]):
    """The items of an iterator that runs in a thread, some of them ahead of the one in use.

    ``pool`` has that one thread: an iterator cannot be asked by two at once. ``own``: it ends with the lane.
    """

    def __init__(self, pool: ThreadPoolExecutor, items: Iterator[T], *, own: bool = False) -> None:
        self._pool = pool
        self._items = items
        self._own = own
        self._waiting: deque[Future[T | _End]] = deque()

    def fill(self, ahead: int) -> None:
        """Have so many made, those that are there already among them."""
        while len(self._waiting) < ahead:
            self._waiting.append(self._pool.submit(next, self._items, _END))

    @property
    def head(self) -> Future[T | _End]:
        """The next item, or the end."""
        self.fill(1)
        return self._waiting[0]

    def take(self, most: int) -> Sequence[T]:
        """The items that are there, up to ``most``; none at the end. The head has to be there.

        Raises: what the next item raises; what an item raises comes after those before it were used.
        """
        batch: list[T] = []
        while not batch or (self._waiting and len(batch) < most and _is_good(self._waiting[0])):
            item = self._waiting.popleft().result()
            if isinstance(item, _End):
                break
            batch.append(item)
        return batch

    def drop(self) -> None:
        """Nothing more of it is wanted: what waits is not begun, and what is under way is not waited for."""
        for future in self._waiting:
            future.cancel()
        if self._own:
            self._pool.shutdown(wait=False)


class Fetching:
    """A context manager: its threads have ended when the ``with`` block is left, however it is left."""

    def __init__(self, cancel: threading.Event, beat: Callable[[], None]) -> None:
        self._cancel = cancel
        self._beat = beat
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="paydesk-fetch")
        self._beside: list[ThreadPoolExecutor] = []

    def __enter__(self) -> Fetching:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the threads once what they do has ended; nothing more of what waits is begun."""
        for pool in (self._pool, *self._beside):
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in (self._pool, *self._beside):
            pool.shutdown(wait=True)

    def call(self, work: Callable[[], T]) -> T:
        """The answer of one call. Raises: CancelledError, and whatever the call raises."""
        future = self._pool.submit(work)
        self._wait_for([future])
        return future.result()

    def ahead(self, items: Iterator[T]) -> Iterator[T]:
        """The items of an iterator that runs in the thread of single calls, a few of them ahead of the one in use."""
        lane = Lane(self._pool, items)
        try:
            while True:
                lane.fill(AHEAD)
                self._wait_for([lane.head])
                found = lane.take(1)
                if not found:
                    return
                lane.fill(AHEAD)
                yield found[0]
        finally:
            lane.drop()

    def lane(self, items: Iterator[T]) -> Lane[T]:
        """The items of an iterator that runs in a thread of its own, beside whatever else is read."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="paydesk-fetch-beside")
        self._beside.append(pool)
        return Lane(pool, items, own=True)

    def ready(self, lanes: Sequence[Lane[T]]) -> Sequence[int]:
        """Which lanes have something there, in their order, one at least: waits for it. Raises: CancelledError."""
        heads = [lane.head for lane in lanes]
        self._wait_for(heads)
        return [number for number, head in enumerate(heads) if head.done()]

    def stop_if_asked(self) -> None:
        """Raises: CancelledError once cancel is set."""
        if self._cancel.is_set():
            raise CancelledError("Stopped", "The sync was stopped.", "It goes on where it stopped at the next sync.")

    def _wait_for(self, futures: Sequence[Future[T]]) -> None:
        """Until one of them has ended, with a look at cancel and heartbeat now and then, and one before."""
        while True:
            self.stop_if_asked()
            self._beat()
            if any(future.done() for future in futures) or wait(futures, _TICK, FIRST_COMPLETED).done:
                return


def _is_good(future: Future[T]) -> bool:
    """Whether it has ended well: what an item raised is raised after those before it were used."""
    return future.done() and not future.cancelled() and future.exception() is None


class _End:
    """After the last item."""


_END: Final = _End()
