"""Staying within a provider's limits: token buckets, and retries that back off and can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_random_exponential

from desktop.errors import CancelledError
from desktop.providers.contract import Unreachable

T = TypeVar("T")

MAX_RETRIES = 3
LONGEST_WAIT = 60.0
"""Seconds; a provider that asks for more is not waited for: the work is parked instead."""

_backoff = wait_random_exponential(multiplier=0.5, max=8.0)


class Fault(Exception):
    """A call that failed in a way that may pass: no answer, 429, 5xx, or an answer that cannot be read.

    ``answered`` tells whether the provider answered at all, ``limited`` whether it only wants fewer calls;
    ``retry_after`` is the wait it asked for, in seconds. ``sent`` is False where the call surely never left.
    ``final``: it would only go the same way again.
    """

    def __init__(
        self,
        reason: str,
        *,
        answered: bool,
        limited: bool = False,
        retry_after: float | None = None,
        sent: bool = True,
        final: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answered = answered
        self.sent = sent
        self.final = final
        self.limited = limited
        self.retry_after = retry_after


class Unusable(Unreachable):
    """The provider answers, but even after the retries not with anything that can be used."""


class Busy(Unreachable):
    """The provider limits the rate, and did so even after the retries."""


class TokenBucket:
    """A rate that all threads of one account share: ``rate`` calls a second, and one second's worth at once."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._filled_at = clock()
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take one token, on credit if need be, and answer how many seconds to wait before using it."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
            self._filled_at = now
            self._tokens -= 1.0
            return max(0.0, -self._tokens / self._rate)

    def drain(self) -> None:
        """Nothing is left of what was saved up: what comes next comes at the rate."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)
            self._filled_at = self._clock()


class Pace(Protocol):
    """What calls of one account keep to, wherever they are made."""

    def reserve(self, endpoint: str) -> float:
        """Take one call of an endpoint and answer how many seconds to wait before making it."""

    def hold(self, seconds: float) -> None:
        """The provider limits the rate: nobody calls for so long."""

    def held(self) -> float:
        """For how many seconds nobody calls from now on: 0 where the provider is content."""


class Allowance:
    """The limits of one account (``Pace``): a rate for everything, and one for each endpoint.

    Once the provider says that it is asked too fast, all calls of the account wait together, and then go on at the
    rate: each for itself would only be refused one after the other.
    """

    def __init__(self, rate: float, endpoint_rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._all = TokenBucket(rate, clock)
        self._endpoint_rate = endpoint_rate
        self._clock = clock
        self._endpoints: dict[str, TokenBucket] = {}
        self._held_until = clock()
        self._lock = threading.Lock()

    def reserve(self, endpoint: str) -> float:
        """Take one call of an endpoint and answer how many seconds to wait before making it."""
        with self._lock:
            bucket = self._endpoints.get(endpoint)
            if bucket is None:
                bucket = self._endpoints[endpoint] = TokenBucket(self._endpoint_rate, self._clock)
        return self.held() + max(self._all.reserve(), bucket.reserve())

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long, and then at the rate."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)
        self._all.drain()

    def held(self) -> float:
        """For how many seconds nobody calls from now on."""
        with self._lock:
            return max(0.0, self._held_until - self._clock())


def pause(seconds: float, stop: threading.Event) -> None:
    """Wait, but not a moment after ``stop`` is set. Raises: CancelledError."""
    if stop.wait(max(0.0, seconds)) if seconds > 0 else stop.is_set():
        raise CancelledError("Stopped", "The work was stopped.", "It can be started again at any time.")


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """The wait that ``Retry-After`` asks for, in seconds; None where it is missing or no number."""
    stated = headers.get("retry-after", "")
    return float(stated) if stated.isascii() and stated.replace(".", "", 1).isdigit() else None


def persist(call: Callable[[], T], stop: threading.Event, title: str, waiting: Callable[[float, Fault], None]) -> T:
    """Make a call, again after a Fault: up to three times, backing off with full jitter or as long as it was asked to.

    ``title`` heads the error, ``waiting`` hears each wait in seconds before it begins, and after what.
    Raises: Busy, Unusable or Unreachable when the retries are used up; CancelledError once ``stop`` is set.
    """

    def fault_of(state: RetryCallState) -> Fault | None:
        error = state.outcome.exception() if state.outcome else None
        return error if isinstance(error, Fault) else None

    def wait(state: RetryCallState) -> float:
        fault = fault_of(state)
        asked = None if fault is None else fault.retry_after
        return _backoff(state) if asked is None else asked + _backoff(state) * 0.1

    def tell(state: RetryCallState) -> None:
        fault = fault_of(state)
        if fault is not None and state.next_action is not None:
            waiting(state.next_action.sleep, fault)

    def hopeless(state: RetryCallState) -> bool:
        fault = fault_of(state)
        return fault is not None and (fault.final or (fault.retry_after or 0.0) > LONGEST_WAIT)

    attempts = stop_after_attempt(MAX_RETRIES + 1)
    retrying = Retrying(
        stop=lambda state: attempts(state) or hopeless(state),
        wait=wait,
        sleep=lambda seconds: pause(seconds, stop),
        before_sleep=tell,
        retry=lambda state: fault_of(state) is not None,
        reraise=True,
    )
    # What the retrying keeps of a result hangs in a cycle: a page must not, or memory grows until it is collected.
    answers: list[T] = []

    def once() -> None:
        answers.append(call())

    pause(0.0, stop)
    try:
        retrying(once)
        return answers.pop()
    except Fault as fault:
        kind = Busy if fault.limited else Unusable if fault.answered else Unreachable
        action = "It is tried again at the next sync." if fault.answered else "Check the connection and try again."
        raise kind(title, fault.reason, action) from None
    finally:
        retrying.iter_state.reset()  # its steps and itself hold each other: a request would leave some thirty objects
