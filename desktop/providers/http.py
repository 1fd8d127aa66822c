"""The wire to a provider: one httpx client per account, answers with the provider's clock, nothing secret in errors.

Exceptions of httpx hold the request with its headers; none of them leaves this module.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from desktop.errors import CancelledError, UsageError
from desktop.providers.limits import Fault

TIMEOUT = httpx.Timeout(connect=5.0, read=15.0, write=15.0, pool=15.0)
CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, headers and bytes, and the provider's clock around it (ms, both included)."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    asked_at: int
    answered_at: int


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

    def __init__(self, base: str, headers: Mapping[str, str], provider: str, stop: threading.Event) -> None:
        loopback = is_loopback(base)
        # A plain loopback address needs neither certificates nor a proxy; loading certificates costs a fifth of
        # a second, and a proxy for 127.0.0.1 is never meant.
        bare = base.startswith("http://")
        self._client = httpx.Client(
            base_url=base,
            headers=dict(headers),
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
        self._closed = False

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

        Raises: Fault where there was no answer; CancelledError where the wire was closed under it.
        """
        extra = {"Authorization": f"Bearer {auth}"} if auth else {}
        content = None
        if json is not None:
            content = orjson.dumps(json)
            extra["Content-Type"] = "application/json"
        begun = time.monotonic()
        failure, sent = "", True
        response: httpx.Response | None = None
        try:
            response = self._client.request(
                method,
                path,
                params=params,
                data=form,
                content=content,
                headers=extra,
                extensions={"trace": self._trace},
            )
        except (httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ConnectError):
            failure, sent = f"{self._provider} could not be reached.", False
        except httpx.TimeoutException:
            failure = f"{self._provider} did not answer in time."
        except (httpx.RequestError, httpx.InvalidURL):
            failure = f"The connection to {self._provider} broke off."
        except RuntimeError:
            # httpx says so of a client that was closed; any other is a bug and goes on.
            if not self._closed:
                raise
        if response is None:
            if self._closed or self._stop.is_set():
                raise CancelledError("Stopped", "The work was stopped.", "It can be started again at any time.")
            raise Fault(failure, answered=False, sent=sent)
        asked_at, answered_at = provider_clock(response.headers.get("date", ""), time.monotonic() - begun, time.time())
        received = response.content
        # httpx's response and its stream hold each other; apart, the bytes go as soon as they have been read.
        response.stream = httpx.ByteStream(b"")
        return Answer(response.status_code, response.headers, received, asked_at, answered_at)

    def close(self) -> None:
        """Let the connections go; calls that wait for an answer fail at once."""
        with self._lock:
            self._closed = True
            sockets = list(self._sockets)
        for one in sockets:
            try:
                # Of the plain socket, below TLS: the reading thread then sees the end of the stream.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue
        self._client.close()

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Remember each connection's socket, so that closing can wake whoever reads from it."""
        if name not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        opened = info["return_value"].get_extra_info("socket")
        if isinstance(opened, socket.socket):
            with self._lock:
                self._sockets.add(opened)


def provider_clock(date: str, elapsed: float, local: float) -> tuple[int, int]:
    """The provider's clock (ms) from asking to answering, by the response's ``Date``, which is in whole seconds.

    ``elapsed`` is what the call took, in seconds; ``local`` is this machine's clock, for a missing or garbled date.
    """
    try:
        stated = int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        stated = int(local)
    return int(stated - elapsed) * 1000, stated * 1000 + 999


def decoded(content: bytes, provider: str) -> Any:
    """The JSON of an answer, without NUL characters, which no database stores. Raises: Fault for anything else."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Fault(f"{provider} sent an answer that is cut off or is not JSON.", answered=True) from None
    return _without_nul(value) if b"\\u0000" in content else value


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(inner) for inner in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
    return value
