"""The wire to a provider: one httpx client per account, answers with the provider's clock, nothing secret in errors.

Exceptions of httpx hold the request with its headers; none of them leaves this module.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
import time
import weakref
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from desktop.errors import CancelledError, UsageError
from desktop.providers.clock import ProviderClock
from desktop.providers.limits import Fault

TIMEOUT = httpx.Timeout(connect=5.0, read=15.0, write=15.0, pool=15.0)
CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=60.0)

MOST_SECONDS: Final = 120.0
"""One answer may take this long in all, however steadily it drips."""

_LOOK_S: Final = 1.0
"""Seconds between two looks at whether an answer takes too long."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""One answer may be this long once it is unpacked: some twenty times the largest page that a provider gives."""

_MOST_DEPTH: Final = 100
"""How deep an answer may be nested where it has to be walked through."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, headers and bytes, and the provider's clock around it (ms, both included).

    ``doubtful``: whether that clock is to be believed would be told by a second answer (``ProviderClock``).
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    asked_at: int
    answered_at: int
    doubtful: bool = False


def is_loopback(address: str) -> bool:
    """Whether an address of the web is on this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_base(address: str, variable: str) -> str:
    """A base address that may be used: https, or loopback. Raises: UsageError naming the variable."""
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    right = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address.strip()))
    if not right or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise UsageError(
            "Address not usable",
            f"The address in {variable} is neither https nor on this machine.",
            "Set it to an https:// address, or to http://127.0.0.1 with a port, or remove it.",
        )
    return address.strip().rstrip("/")


class Wire:
    """Sends requests of one account and never follows a redirect.

    Safe for several threads. ``close`` also ends the calls that are under way.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        provider: str,
        stop: threading.Event,
        clock: ProviderClock | None = None,
    ) -> None:
        self.clock = clock or ProviderClock(single=True)
        loopback = is_loopback(base)
        # A plain loopback address needs neither certificates nor a proxy; loading certificates costs a fifth of
        # a second, and a proxy for 127.0.0.1 is never meant.
        bare = base.startswith("http://")
        self._client = httpx.Client(
            base_url=base,
            headers={**headers, "Accept-Encoding": "gzip"},
            http2=False,
            timeout=TIMEOUT,
            limits=CONNECTIONS,
            follow_redirects=False,
            trust_env=not loopback,
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if bare else True,
        )
        self._provider = provider
        self._stop = stop
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watching: threading.Thread | None = None
        self._under_way: dict[int, float] = {}
        self._number = 0

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        auth: str = "",
        json: Mapping[str, Any] | None = None,
    ) -> Answer:
        """One request, once, with a body of form fields or of JSON. ``auth`` replaces the account's own credentials.

        Raises: Fault where there was no answer that can be taken; CancelledError where the wire was closed under it.
        """
        extra = {"Authorization": f"Bearer {auth}"} if auth else {}
        content = None
        if json is not None:
            content = orjson.dumps(json)
            extra["Content-Type"] = "application/json"
        begun = time.monotonic()
        failure, sent, beyond = "", True, False
        response: httpx.Response | None = None
        received = b""
        number = self._watch(begun + MOST_SECONDS)
        try:
            with self._client.stream(
                method,
                path,
                params=params,
                data=form,
                content=content,
                headers=extra,
                extensions={"trace": self._trace},
            ) as response:
                received = _body(response, begun + MOST_SECONDS)
        except _TooMuch as error:
            response, failure, beyond = None, f"{self._provider} {error}", True
        except (httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ConnectError):
            response, failure, sent = None, f"{self._provider} could not be reached.", False
        except httpx.TimeoutException:
            response, failure = None, f"{self._provider} did not answer in time."
        except (httpx.RequestError, httpx.InvalidURL):
            response, failure = None, f"The connection to {self._provider} broke off."
            if time.monotonic() - begun >= MOST_SECONDS:
                failure, beyond = f"{self._provider} did not answer in time.", True
        except RuntimeError:
            # httpx says so of a client that was closed; any other is a bug and goes on.
            if not self._closed.is_set():
                raise
            response = None
        finally:
            with self._lock:
                del self._under_way[number]
        if response is None:
            if self._closed.is_set() or self._stop.is_set():
                raise CancelledError("Stopped", "The work was stopped.", "It can be started again at any time.")
            raise Fault(failure, answered=beyond, sent=sent, final=beyond)
        heard = self.clock.hear(response.headers.get("date", ""), time.monotonic() - begun)
        # httpx's response and its stream hold each other; apart, they go as soon as they have been read.
        response.stream = httpx.ByteStream(b"")
        return Answer(response.status_code, response.headers, received, *heard)

    def close(self) -> None:
        """Let the connections go; calls that wait for an answer fail at once."""
        self._closed.set()
        self._wake()
        self._client.close()

    def _watch(self, until: float) -> int:
        """Note a request that has to have ended by an instant of the steady clock; its number.

        One thread looks after all of a wire's: a timer for each would be a thread for each, which the interpreter has
        to be handed to before the request goes out.
        """
        with self._lock:
            self._number += 1
            self._under_way[self._number] = until
            if self._watching is None and not self._closed.is_set():
                self._watching = threading.Thread(target=self._see_to_it, name="paydesk-wire", daemon=True)
                self._watching.start()
            return self._number

    def _see_to_it(self) -> None:
        while not self._closed.wait(_LOOK_S):
            now = time.monotonic()
            with self._lock:
                if not self._under_way:
                    self._watching = None
                    return
                late = any(until < now for until in self._under_way.values())
            if late:
                self._wake()

    def _wake(self) -> None:
        """End whatever waits for this wire: the reading thread sees the end of its stream."""
        with self._lock:
            sockets = list(self._sockets)
        for one in sockets:
            try:
                # Of the plain socket, below TLS.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Remember each connection's socket, so that closing can wake whoever reads from it."""
        if name not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        opened = info["return_value"].get_extra_info("socket")
        if isinstance(opened, socket.socket):
            with self._lock:
                self._sockets.add(opened)


class _TooMuch(Exception):
    """An answer goes beyond what is taken; its text goes on after the provider's name."""


def _body(response: httpx.Response, until: float) -> bytes:
    """The bytes of an answer, unpacked, within bounds. Raises: _TooMuch, and what httpx raises.

    httpx would unpack each piece whole, and any nesting of encodings: a few kilobytes can become gigabytes.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise _TooMuch("packed its answer in a way that was not asked for.")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding == "gzip" else None
    pieces: list[bytes] = []
    room = MOST_BYTES
    for raw in response.iter_raw():
        try:
            piece = raw if unpack is None else unpack.decompress(raw, room + 1)
        except zlib.error:
            raise _TooMuch("sent an answer that cannot be unpacked.") from None
        room -= len(piece)
        if room < 0:
            raise _TooMuch(f"sent an answer of more than {MOST_BYTES // (1024 * 1024)} MB.")
        if time.monotonic() > until:
            raise _TooMuch("did not answer in time.")
        pieces.append(piece)
    if unpack is not None and pieces and not unpack.eof:
        raise _TooMuch("sent an answer that is cut off.")
    return b"".join(pieces)


def decoded(content: bytes, provider: str) -> Any:
    """The JSON of an answer, without characters that no database stores. Raises: Fault for anything else."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = _leniently(content, provider)
        return _storable(value, _MOST_DEPTH)
    return _storable(value, _MOST_DEPTH) if b"\\u0000" in content else value


def _leniently(content: bytes, provider: str) -> Any:
    """JSON that orjson refuses for one character in it: half of a pair, or bytes that are not UTF-8."""
    try:
        return json.loads(content.decode("utf-8", "replace"), parse_int=_bounded, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Fault(f"{provider} sent an answer that is cut off or is not JSON.", answered=True) from None


def _bounded(digits: str) -> int | float:
    """A whole number as orjson has it: beyond 64 bits a float."""
    found = int(digits) if len(digits) <= 20 else 2**64
    return found if -(2**63) <= found < 2**64 else float(digits)


def _refuse(word: str) -> float:
    raise ValueError(word)


def _storable(value: Any, depth: int) -> Any:
    """A copy without NUL characters and halves of pairs, which no database stores, and without what lies too deep."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(inner, depth - 1) for inner in value] if depth else None
    if isinstance(value, dict):
        return {_storable(name, 1): _storable(inner, depth - 1) for name, inner in value.items()} if depth else None
    return value
