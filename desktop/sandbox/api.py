"""What answering a request has in common, whichever provider is played: who asks, may they, what goes wrong on the way.

Knows no HTTP server and no provider's words: those are hooks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from desktop.sandbox.calls import Endpoint
from desktop.sandbox.errors import Refusal
from desktop.sandbox.faults import Fault, Faults
from desktop.sandbox.messages import Answer, Request

E = TypeVar("E", bound=Endpoint)
C = TypeVar("C")
A = TypeVar("A")


class Replays(Generic[A]):
    """What was answered to writes by their idempotency keys."""

    def __init__(self) -> None:
        self._answered: dict[str, tuple[str, A]] = {}

    def find(self, key: str, asked: str, reused: Callable[[], Refusal]) -> A | None:
        """What a key was answered; None where it is new. Raises ``reused`` where something else was asked with it."""
        before, answer = self._answered.get(key, (asked, None))
        if before != asked:
            raise reused()
        return answer

    def keep(self, key: str, asked: str, answer: A) -> None:
        """Remember what was answered."""
        self._answered[key] = (asked, answer)

    def forget(self) -> None:
        """As providers do after a while: every key is fresh again."""
        self._answered.clear()


class Api(ABC, Generic[E, C]):
    """An API over a table of endpoints. ``requests`` are method and path of all that it was asked, oldest first."""

    def __init__(self, faults: Faults, endpoints: Sequence[E]) -> None:
        self.faults = faults
        self.requests: list[tuple[str, str]] = []
        self._endpoints = endpoints

    def answer(self, request: Request) -> Answer:
        """The answer to one request; every refusal becomes an error in the provider's format."""
        self.requests.append((request.method, request.path))
        striking = self.faults.striking(
            self.stream_of(request.path), request.method, (request.method, request.path, request.query, request.body)
        )
        try:
            answer = self._admit(request, striking)
        except Refusal as refusal:
            answer = self.refused(refusal)
        return self.finished(answer, request, striking)

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal as an answer."""
        return Answer(refusal.status, self.dumps(refusal.body), dict(refusal.headers))

    def finished(self, answer: Answer, request: Request, striking: list[Fault]) -> Answer:
        """An answer with its headers, and with what faults do to it on its way."""
        answer.headers |= self.headers(request)
        answer.hamper(striking)
        return answer

    def _admit(self, request: Request, striking: list[Fault]) -> Answer:
        self.fail(striking, after=False)
        caller = self.identify(request)
        early = self.faults.wait_for_token()
        if early:
            raise self.limited(early)
        endpoint, ids = self._route(request, striking)
        self.permit(endpoint, caller, request, striking)
        return self.serve(request, endpoint, ids, caller, striking)

    def fail(self, striking: list[Fault], *, after: bool) -> None:
        """Raise the error that a fault wants before a request is served, or after."""
        for fault in striking:
            if fault.kind == "status" and fault.after == after:
                raise self.failure(fault)

    def _route(self, request: Request, striking: list[Fault]) -> tuple[E, tuple[str, ...]]:
        gone = any(fault.kind == "missing" for fault in striking)
        known = False
        for endpoint in () if gone else self._endpoints:
            found = endpoint.pattern.match(request.path)
            known = known or found is not None
            if found and endpoint.method == request.method:
                return endpoint, found.groups()
        raise self.unknown(request, known=known)

    # What one provider knows

    @abstractmethod
    def dumps(self, value: Any) -> bytes:
        """JSON as the provider prints it."""

    @abstractmethod
    def stream_of(self, path: str) -> str:
        """The collection that an address belongs to, such as ``payments``: faults are switched on by these."""

    @abstractmethod
    def headers(self, request: Request) -> dict[str, str]:
        """The headers of every answer."""

    @abstractmethod
    def identify(self, request: Request) -> C:
        """Who asks, in a version that exists. Raises the refusals."""

    @abstractmethod
    def permit(self, endpoint: E, caller: C, request: Request, striking: list[Fault]) -> None:
        """Refuse who lacks the right, and whom a fault wants refused."""

    @abstractmethod
    def serve(self, request: Request, endpoint: E, ids: tuple[str, ...], caller: C, striking: list[Fault]) -> Answer:
        """Let an endpoint answer, a write with a known idempotency key as it was answered before."""

    @abstractmethod
    def unknown(self, request: Request, *, known: bool) -> Refusal:
        """No such address; ``known`` where it has other methods."""

    @abstractmethod
    def limited(self, seconds: float) -> Refusal:
        """The 429 of a request that came so many seconds too early."""

    @abstractmethod
    def failure(self, fault: Fault) -> Refusal:
        """The error that a fault of kind ``status`` asks for."""
