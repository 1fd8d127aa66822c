"""A web server on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

NOW = 1_790_000_000


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Told:
    """What to answer: JSON unless ``raw`` is given. ``cut`` breaks the connection off after that many bytes."""

    body: Any = None
    status: int = 200
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    date: str = formatdate(NOW, usegmt=True)
    cut: int | None = None


class Script:
    """Answers by path: a fixed answer, a list of answers in turn (the last one stays), or a function."""

    def __init__(self) -> None:
        self.answers: dict[str, Told | list[Told] | Callable[[Asked], Told]] = {}
        self.asked: list[Asked] = []
        self.base = ""

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        told = self.answers.get(asked.path)
        if told is None:
            return Told(raw=b"404: Not Found", status=404)
        if isinstance(told, list):
            return told.pop(0) if len(told) > 1 else told[0]
        return told(asked) if callable(told) else told


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        # Head and body leave in one piece: two small writes would wait for each other's acknowledgement.
        wbufsize = 65_536

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(self.rfile.read(size).decode())
            told = script.answer(
                Asked(
                    self.command,
                    parts.path,
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                    {name: values[0] for name, values in form.items()},
                )
            )
            content = json.dumps(told.body).encode() if told.raw is None else told.raw
            self.send_response_only(told.status)
            if told.date:
                self.send_header("Date", told.date)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: told.cut])
            with suppress(ConnectionError):
                self.wfile.flush()
            if told.cut is not None:
                self.close_connection = True

        do_GET = _serve
        do_POST = _serve

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


@pytest.fixture
def server() -> Iterator[Script]:
    """A server on loopback; ``server.base`` is its address."""
    script = Script()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(script)) as httpd:
        httpd.daemon_threads = False
        script.base = f"http://127.0.0.1:{httpd.server_port}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield script
        httpd.shutdown()
        thread.join()


@pytest.fixture
def told() -> type[Told]:
    """The kind of answer that a script is made of."""
    return Told


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between retries in seconds, remembered instead of waited."""
    from desktop.providers import limits

    kept: list[float] = []

    def remember(seconds: float, stop: threading.Event) -> None:
        if seconds > 0:
            kept.append(seconds)

    monkeypatch.setattr(limits, "pause", remember)
    return kept
