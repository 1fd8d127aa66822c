"""What all providers have in common: their facts and allowances, and reads that are paced, retried and counted."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

from desktop.errors import CancelledError
from desktop.providers.clock import ProviderClock
from desktop.providers.contract import Endpoints, Usage
from desktop.providers.facts import Facts
from desktop.providers.http import Answer, Wire, is_loopback
from desktop.providers.limits import Allowance, Fault, pause, persist, seconds_asked

T = TypeVar("T")


class BaseProvider(ABC):
    """A provider's facts, and the allowances that all readers of one account share. Safe for several threads."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._lock = threading.Lock()
        self._allowances: dict[bytes, Allowance] = {}

    @property
    def facts(self) -> Facts:
        """What is true of it before anything is asked."""
        return self._facts

    @property
    def name(self) -> str:
        """As stored."""
        return self._facts.name

    @property
    def title(self) -> str:
        """As people write it."""
        return self._facts.title

    @abstractmethod
    def rates(self, account: str) -> tuple[float, float]:
        """Requests a second that the provider allows an account, and on one endpoint."""

    def allowance(self, account: str, endpoints: Endpoints) -> Allowance | None:
        """The allowance of an account, which its key or id names; None on this machine, where nothing is limited."""
        if is_loopback(endpoints.api_base):
            return None
        digest = hashlib.sha256(account.encode()).digest()
        with self._lock:
            found = self._allowances.get(digest)
            if found is None:
                found = self._allowances[digest] = Allowance(*self.rates(account))
        return found


class PacedCalls:
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, allowance: Allowance | None, stop: threading.Event, provider: str) -> None:
        self._wire = wire
        self._allowance = allowance
        self._stop = stop
        self._title = f"{provider} not reachable"
        self._lock = threading.Lock()
        self._reads = 0
        self._retried = 0
        self._waited = 0.0

    def usage(self) -> Usage:
        """Reads made so far, retries and waits included."""
        with self._lock:
            return Usage(reads=self._reads, waited_ms=int(self._waited * 1000), retried=self._retried)

    def close(self) -> None:
        """Let the connections go."""
        self._wire.close()

    @property
    def provider_clock(self) -> ProviderClock:
        """The provider's clock, as far as it is believed."""
        return self._wire.clock

    def heard_clock(self) -> int | None:
        """The provider's clock now (ms), by the last answer; never ahead of it. None where none has come yet."""
        return self._wire.clock.now()

    def persist(self, attempt: Callable[[int], T]) -> T:
        """Make an attempt, which is told its number from 1 on, again after each Fault within the limits.

        Raises: Unreachable, CancelledError, and what the attempt raises.
        """
        tries = 0

        def once() -> T:
            nonlocal tries
            tries += 1
            return attempt(tries)

        return persist(once, self._stop, self._title, self._count_wait)

    def send(
        self,
        what: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        json: Mapping[str, Any] | None = None,
        again: bool = False,
    ) -> Answer:
        """One request within the allowance. ``what`` names the endpoint, ``again`` counts it as a retry.

        Raises: Fault, CancelledError.
        """
        if self._allowance is not None:
            seconds = self._allowance.reserve(what)
            if seconds > 0:
                self._count_wait(seconds)
                pause(seconds, self._stop)
        answer = self._sent(method, path, params, json, again=again)
        if answer.doubtful:
            # Its clock is ahead of all that is known here: two answers that say so are believed, one is not.
            answer = self._sent(method, path, params, json, again=True)
        return answer

    def _sent(
        self, method: str, path: str, params: Mapping[str, str] | None, json: Mapping[str, Any] | None, *, again: bool
    ) -> Answer:
        with self._lock:
            self._reads += 1
            self._retried += again
        answer = self._wire.send(method, path, params, json=json)
        if self._stop.is_set():
            raise CancelledError("Stopped", "The work was stopped.", "It can be started again at any time.")
        return answer

    def _count_wait(self, seconds: float) -> None:
        with self._lock:
            self._waited += seconds


def fault_in(answer: Answer, provider: str) -> Fault | None:
    """The fault that may pass and is tried again, or None: 408, 429, 5xx, redirects of something in between.

    So is a 400 that does not say why: providers do, and what was cut off may have said that a cursor is too old.
    """
    if answer.status == 429:
        return Fault(
            f"{provider} limits how fast it can be asked.",
            answered=True,
            limited=True,
            retry_after=seconds_asked(answer.headers),
        )
    if answer.status == 408 or (answer.status >= 500 and answer.status != 501):
        return Fault(
            f"{provider} answered with an error of its own ({answer.status}).",
            answered=True,
            retry_after=seconds_asked(answer.headers),
        )
    if answer.status == 400 and not _is_object(answer.content):
        return Fault(f"{provider} refused without a reason that can be read (400).", answered=True)
    if answer.status < 400 and answer.status != 200:
        return Fault(f"Something between here and {provider} answered instead of it ({answer.status}).", answered=True)
    return None


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(orjson.loads(content), dict)
    except orjson.JSONDecodeError:
        return False
