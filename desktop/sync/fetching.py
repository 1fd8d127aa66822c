"""The one thread that makes a sync's calls, so that what is waited for never holds up a heartbeat or a cancel.

All calls of a reader are made here, one at a time; lists are fetched a little ahead of what applies them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, TypeVar

from desktop.errors import CancelledError

T = TypeVar("T")

AHEAD: Final = 2
"""Items that are fetched before they are asked for: enough to overlap, few enough for memory to stay flat."""

_TICK: Final = 0.2
"""Seconds between two looks at cancel and heartbeat while a call is waited for."""


class Fetching:
    """A context manager: its thread has ended when the ``with`` block is left, however it is left."""

    def __init__(self, cancel: threading.Event, beat: Callable[[], None]) -> None:
        self._cancel = cancel
        self._beat = beat
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="paydesk-fetch")

    def __enter__(self) -> Fetching:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def call(self, work: Callable[[], T]) -> T:
        """The answer of one call. Raises: CancelledError, and whatever the call raises."""
        return self._result(self._pool.submit(work))

    def ahead(self, items: Iterator[T], depth: int = AHEAD) -> Iterator[T]:
        """The items of an iterator that runs in the thread, up to ``depth`` of them ahead of the one in use."""
        waiting: deque[Future[T | _End]] = deque()
        try:
            for _ in range(depth):
                waiting.append(self._pool.submit(next, items, _END))
            while True:
                item = self._result(waiting.popleft())
                if isinstance(item, _End):
                    return
                waiting.append(self._pool.submit(next, items, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()

    def stop_if_asked(self) -> None:
        """Raises: CancelledError once cancel is set."""
        if self._cancel.is_set():
            raise CancelledError("Stopped", "The sync was stopped.", "It goes on where it stopped at the next sync.")

    def _result(self, future: Future[T]) -> T:
        while True:
            self.stop_if_asked()
            try:
                return future.result(timeout=_TICK)
            except TimeoutError:
                if future.done():
                    return future.result()
                self._beat()


class _End:
    """After the last item."""


_END: Final = _End()
