"""What all providers have in common: facts and allowances, paced reads, refusals, events and code exchanges."""

from __future__ import annotations

import hashlib
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from desktop.errors import CancelledError, RefusedError
from desktop.providers.clock import ProviderClock
from desktop.providers.contract import (
    Endpoints,
    NotAvailable,
    ProviderEvent,
    Unreachable,
    Usage,
)
from desktop.providers.facts import Facts
from desktop.providers.http import Answer, Wire, decoded, is_loopback
from desktop.providers.limits import Allowance, Fault, Pace, Unusable, pause, persist, seconds_asked
from desktop.providers.registry import facts_of, provider_names
from desktop.records import SetAside, SourceObject, Version
from desktop.secrets.redaction import one_line

T = TypeVar("T")

_NEXT_SYNC = "It is tried again at the next sync."


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

    def elsewhere(self, pasted: str) -> str:
        """What to say of a key that is another provider's by its beginning; empty where it is nobody else's."""
        for name in provider_names():
            other, own = facts_of(name), self._facts
            if other is not own and re.match(other.key_start, pasted):
                noun = other.key_words.noun
                return f"That looks like a {noun} of {other.title}, not a {own.key_words.noun} of {own.title}."
        return ""

    @abstractmethod
    def rates(self, account: str) -> tuple[float, float]:
        """Requests a second that the provider allows an account, and on one endpoint."""

    def allowance(self, account: str, endpoints: Endpoints) -> Pace | None:
        """The allowance of an account, which its key or id names; None on this machine, where nothing is limited."""
        if is_loopback(endpoints.api_base):
            return None
        digest = hashlib.sha256(account.encode()).digest()
        with self._lock:
            found = self._allowances.get(digest)
            if found is None:
                found = self._allowances[digest] = Allowance(*self.rates(account))
        return found


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: the decoded object, the provider's clock around it (ms) and the parameters that were left out."""

    body: dict[str, Any]
    asked_at: int
    answered_at: int
    left_out: tuple[str, ...] = ()

    @property
    def version(self) -> Version:
        """When what it says was true."""
        return Version(self.asked_at, self.answered_at)


class Refused(Exception):
    """An answer that no retry will change; the caller decides what it means where it asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class BaseCalls:
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, pace: Pace | None, stop: threading.Event, provider: str) -> None:
        self._wire = wire
        self.pace = pace
        self._stop = stop
        self._provider = provider
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

    def read(
        self,
        what: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        json: Mapping[str, Any] | None = None,
        shape: Callable[[dict[str, Any]], None] | None = None,
        settled: Callable[[Answer, int], bool] | None = None,
    ) -> tuple[Answer, dict[str, Any]]:
        """Ask, again after each Fault within the limits: the answer, and its object where the status is 200.

        ``what`` names the endpoint. ``shape`` completes a good object, or raises a Fault for one that is not what was
        asked for. ``settled`` says of an answer, and which try it came with, whether to leave it at that.
        Raises: Unreachable, CancelledError.
        """
        tries = 0

        def attempt() -> tuple[Answer, dict[str, Any]]:
            nonlocal tries
            tries += 1
            answer = self._send(what, path, params, method=method, json=json, again=tries > 1)
            if settled is not None and settled(answer, tries):
                return answer, {}
            fault = fault_in(answer, self._provider)
            if fault is not None:
                raise fault
            return answer, self._shaped(answer, shape) if answer.status == 200 else {}

        return persist(attempt, self._stop, f"{self._provider} not reachable", self._back_off)

    def unlike_a_page(self) -> Fault:
        """The fault of an answer that is no page of a list."""
        return Fault(f"{self._provider} sent something that is not a page of a list.", answered=True)

    def _shaped(self, answer: Answer, shape: Callable[[dict[str, Any]], None] | None) -> dict[str, Any]:
        body = decoded(answer.content, self._provider)
        if not isinstance(body, dict):
            raise Fault(f"{self._provider} sent something that is not an object.", answered=True)
        if shape is not None:
            shape(body)
        return body

    def _send(
        self,
        what: str,
        path: str,
        params: Mapping[str, str] | None,
        *,
        method: str,
        json: Mapping[str, Any] | None,
        again: bool,
    ) -> Answer:
        """One request within the allowance; ``again`` counts it as a retry.

        Raises: Fault, CancelledError.
        """
        if self.pace is not None:
            seconds = self.pace.reserve(what)
            while seconds > 0:
                self._count_wait(seconds)
                pause(seconds, self._stop)
                seconds = self.pace.held()  # somebody else was told to wait meanwhile
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

    def _back_off(self, seconds: float, fault: Fault) -> None:
        """A wait before the next try; one because of the rate is everybody's."""
        self._count_wait(seconds)
        if fault.limited and self.pace is not None:
            self.pace.hold(seconds)

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
    if answer.status == 400 and object_in(answer) is None:
        return Fault(f"{provider} refused without a reason that can be read (400).", answered=True)
    if answer.status < 400 and answer.status != 200:
        return Fault(f"Something between here and {provider} answered instead of it ({answer.status}).", answered=True)
    return None


def object_in(answer: Answer) -> dict[str, Any] | None:
    """The JSON object of an answer as it came; None where there is none."""
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


class BaseReader:
    """What the readers of all providers answer alike (``contract.Reader``)."""

    _calls: BaseCalls

    @property
    def clock(self) -> ProviderClock:
        """The provider's clock, as far as it is believed."""
        return self._calls.provider_clock

    @property
    def pace(self) -> Pace | None:
        """What the account's calls keep to; None where nothing is limited."""
        return self._calls.pace

    def usage(self) -> Usage:
        """Reads made so far."""
        return self._calls.usage()

    def close(self) -> None:
        """Let the connections go; a call that is under way fails at once."""
        self._calls.close()


def sorted_out(
    mapped: Iterable[SourceObject | SetAside],
) -> tuple[tuple[SourceObject, ...], tuple[SetAside, ...]]:
    """The objects that could be read, and those that are set aside, each in their order."""
    objects: list[SourceObject] = []
    aside: list[SetAside] = []
    for one in mapped:
        if isinstance(one, SourceObject):
            objects.append(one)
        else:
            aside.append(one)
    return tuple(objects), tuple(aside)


# --- What refusals mean ----------------------------------------------------------------------------------------------


def no_such_address(what: str) -> NotAvailable:
    """The error for a list that a server does not have at all."""
    return NotAvailable("Not available", f"This server does not have {what}.", "Everything else goes on.")


def not_given(provider: str, what: str, status: int, message: str) -> NotAvailable:
    """The error for a list that the provider refuses for a reason of its own; ``message`` is the provider's."""
    told = one_line(message)
    said = f" It says: {told}" if told else ""
    return NotAvailable(
        "Not available",
        f"{provider} does not give the list of {what} ({status}).{said}",
        "Everything else goes on.",
    )


def list_stuck(provider: str, what: str) -> Unusable:
    """The error for a list whose pages do not move on."""
    return Unusable("List stuck", f"{provider}'s list of {what} does not go on.", _NEXT_SYNC)


# --- Events ----------------------------------------------------------------------------------------------------------


def type_by_prefix(event_type: str, prefixes: Sequence[tuple[str, str]]) -> str:
    """What an event is about, by the first prefix that fits its type; empty for what is not kept."""
    return next((data_type for prefix, data_type in prefixes if event_type.startswith(prefix)), "")


def event_version(event: ProviderEvent) -> Version:
    """When the state of an event was true: within the second of its making, ``.created`` first."""
    if event.event_type.endswith(".created"):
        return Version(event.created_at, event.created_at)
    return Version(event.created_at + 1, event.created_at + 999)


# --- Code exchanges (RFC 6749) ---------------------------------------------------------------------------------------


def send_once(
    base: str,
    headers: Mapping[str, str],
    provider: str,
    path: str,
    *,
    form: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Answer:
    """Send what works once, once, over a connection of its own. Raises: Fault."""
    wire = Wire(base, headers, provider, threading.Event())
    try:
        return wire.send("POST", path, form=form, json=json)
    finally:
        wire.close()


def not_reachable(provider: str, reason: str, action: str) -> Unreachable:
    """The error for a provider from which no answer came that can be used."""
    return Unreachable(f"{provider} not reachable", reason, action)


def sensible_object(answer: Answer, provider: str, action: str) -> dict[str, Any]:
    """The object of an answer, a refusal's too. Raises: Unreachable for a failure, or where there is none."""
    body = object_in(answer)
    if body is None or answer.status >= 500 or answer.status == 429:
        raise not_reachable(provider, f"{provider} did not answer sensibly ({answer.status}).", action)
    return body


def refused_to_connect(provider: str, known: tuple[str, str] | None, description: str, action: str) -> RefusedError:
    """The error for an exchange that the provider refuses: sentence and action where they are known, else its own."""
    if known is not None:
        return RefusedError("Not connected", *known)
    return RefusedError("Not connected", f"{provider} refused to connect. {one_line(description)}".strip(), action)
