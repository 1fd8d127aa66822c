"""Faults that a test can switch on: what goes wrong, where, how often. Knows no provider."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields
from typing import Any

KINDS = frozenset(
    {
        "drop",  # the connection breaks in the middle of the answer
        "expire_codes",  # every OAuth code is too old
        "missing",  # the address does not exist (404)
        "refuse",  # the key lacks the permission (403)
        "refuse_parameter",  # ``name`` is an unknown parameter (400)
        "slow",  # the answer takes ``seconds``
        "spoil",  # objects lose the field ``name``, or get ``value`` for it
        "status",  # the answer is an error with this HTTP ``status``
        "truncate",  # the JSON ends too early
        "unknown_object",  # a page holds an object of a type that nobody knows
    }
)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    ``stream`` is a collection such as ``charges``, or ``*``; ``method`` an HTTP method, or ``*``. The first ``skip``
    matching requests are spared, then every ``every``-th one is hit, ``times`` times in all (None: for ever).
    ``after`` lets a write happen before its answer is lost. ``object_id`` limits ``spoil`` to one object. ``spare``: a
    request that was hit so often, by whatever fault, gets through when it is tried again (0: it never does).
    """

    kind: str
    stream: str = "*"
    method: str = "*"
    every: int = 1
    times: int | None = None
    skip: int = 0
    status: int = 500
    seconds: float = 0.0
    name: str = ""
    value: Any = None
    object_id: str | None = None
    after: bool = False
    reason: str = ""
    spare: int = 0
    seen: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")

    def strikes(self, stream: str, method: str) -> bool:
        """Whether this request is hit; counts it."""
        if self.stream not in {"*", stream} or self.method not in {"*", method}:
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.seen - self.skip) % self.every:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    def spoiled(self, one: dict[str, Any]) -> dict[str, Any]:
        """An object without the field ``name``, or with ``value`` for it; the same one where another is meant."""
        if self.object_id not in {None, one.get("id")}:
            return one
        copy = dict(one)
        if self.value is None:
            copy.pop(self.name, None)
        else:
            copy[self.name] = self.value
        return copy


class Bucket:
    """A token bucket over real time: ``rate`` requests a second, ``burst`` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._level = float(burst)
        self._last = clock()

    def take(self) -> float:
        """Take a token: 0.0 where there was one, else the seconds until there is."""
        now = self._clock()
        self._level = min(self.burst, self._level + (now - self._last) * self.rate)
        self._last = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self.rate


class Faults:
    """The faults that are switched on. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._active: dict[int, Fault] = {}
        self._bucket: Bucket | None = None
        self._hit: Counter[Hashable] = Counter()

    def add(self, kind: str, **settings: Any) -> Fault:
        """Switch a fault on and answer it, so that its ``hits`` can be looked at."""
        fault = Fault(kind, **settings)
        with self._lock:
            self._active[next(self._numbers)] = fault
        return fault

    def add_from(self, wanted: dict[str, Any]) -> Fault | None:
        """Switch a fault on as a request asks for it; ``rate_limit`` takes ``rate`` and ``burst``."""
        if wanted.get("kind") == "rate_limit":
            self.limit_rate(float(wanted.get("rate", 25)), int(wanted.get("burst", 25)))
            return None
        names = {one.name for one in fields(Fault) if one.init}
        unknown = set(wanted) - names
        if unknown or "kind" not in wanted:
            raise ValueError(f"a fault has a kind and any of {sorted(names)}; not {sorted(unknown)}")
        return self.add(**wanted)

    def limit_rate(self, rate: float, burst: int) -> None:
        """Answer 429 to more than so many requests a second."""
        with self._lock:
            self._bucket = Bucket(rate, burst)

    def clear(self) -> None:
        """Switch everything off."""
        with self._lock:
            self._active.clear()
            self._hit.clear()
            self._bucket = None

    def wait_for_token(self) -> float:
        """Seconds that this request comes too early by the rate limit; 0.0 where it may pass."""
        with self._lock:
            return 0.0 if self._bucket is None else self._bucket.take()

    def striking(self, stream: str, method: str, request: Hashable = None) -> list[Fault]:
        """The faults that hit this request, in the order in which they were switched on; ``request`` tells it apart."""
        with self._lock:
            found = []
            for fault in self._active.values():
                if fault.spare and self._hit[request] >= fault.spare:
                    continue
                if fault.strikes(stream, method):
                    self._hit[request] += 1
                    found.append(fault)
            return found

    def describe(self) -> list[dict[str, Any]]:
        """What is switched on, for ``GET /_sandbox/faults``."""
        with self._lock:
            return [
                {"id": number, "kind": fault.kind, "stream": fault.stream, "seen": fault.seen, "hits": fault.hits}
                for number, fault in self._active.items()
            ]
