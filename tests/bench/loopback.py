"""A loopback server of answers that were made before: it costs next to nothing, so that the reader is measured.

With a latency each answer is written that long after its request came, however many are in flight, as on a real line.
What was asked, and when, is told at ``ASKED`` and then forgotten.
"""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import orjson

ASKED = "/bench/asked"
"""Where the server tells the requests since it was asked the last time: ``[[seconds, endpoint], …]``."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the names of its query once each, and the body as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON, and the status that it comes with."""

    body: bytes
    status: str = "200 OK"

    def whole(self) -> bytes:
        """All that goes over the wire, by the clock of now."""
        now = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: application/json\r\nDate: {now}\r\n"
        return f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


Reply = Callable[[Request], Answer]
"""What a server answers to a request."""


def serve(reply: Reply, *, endpoint: Callable[[str], str] = str, latency_ms: float = 0) -> None:
    """Print the address and serve until stopped; ``endpoint`` says what a path is counted as."""
    asyncio.run(_serve(_Answers(reply, endpoint, latency_ms / 1000)))


async def _serve(answers: _Answers) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


class _Answers:
    """What all connections share."""

    def __init__(self, reply: Reply, endpoint: Callable[[str], str], latency: float) -> None:
        self._reply = reply
        self._endpoint = endpoint
        self._asked: list[tuple[float, str]] = []
        self.latency = latency

    def to(self, request: Request) -> Answer:
        """The answer to a request, which is remembered."""
        if request.path == ASKED:
            told, self._asked = self._asked, []
            return Answer(orjson.dumps(told))
        self._asked.append((time.monotonic(), self._endpoint(request.path)))
        return self._reply(request)


class _Connection(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (taken := _first(self._rest)) is not None:
            request, self._rest = taken
            made = self._answers.to(request)
            if self._answers.latency and request.path != ASKED:
                asyncio.get_running_loop().call_later(self._answers.latency, self._write, made)
            else:
                self._write(made)

    def _write(self, made: Answer) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(made.whole())


def _first(received: bytes) -> tuple[Request, bytes] | None:
    """The first whole request, and what came after it; None while it is not all there."""
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return None
    line, *headers = head.split(b"\r\n")
    length = 0
    for header in headers:
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if len(rest) < length:
        return None
    method, target, _ = line.decode().split(" ", 2)
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query)), rest[:length]), rest[length:]
