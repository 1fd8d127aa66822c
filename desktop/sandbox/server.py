"""The HTTP server that all pretend providers are: an API, the owner's consent page, and the sandbox's own switches."""

from __future__ import annotations

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from desktop.sandbox.api import Api
from desktop.sandbox.clock import Clock
from desktop.sandbox.consent import Page
from desktop.sandbox.errors import Refusal
from desktop.sandbox.faults import Fault, Faults
from desktop.sandbox.journal import Journal
from desktop.sandbox.messages import Answer, Request
from desktop.sandbox.oauth import OAuth
from desktop.sandbox.triggers import Trigger


class Severed(Response):
    """An answer whose connection breaks after half of its body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, and leave."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class World(Protocol):
    """What a pretend provider is about."""

    @property
    def journal(self) -> Journal:
        """What really happened in it."""


class Server(ABC):
    """One pretend provider behind HTTP. ``lock`` guards the world against other threads.

    ``software`` is the ``Server`` header, ``root`` the API's first folder with the ``methods`` that it knows,
    ``consent_address`` where the owner is asked, ``triggers`` what can be made to happen.
    """

    software: ClassVar[str]
    root: ClassVar[str]
    methods: ClassVar[Sequence[str]]
    consent_address: ClassVar[str]
    triggers: ClassVar[Mapping[str, Trigger]]

    world: World
    api: Api[Any, Any]
    oauth: OAuth

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.faults = Faults()

    @abstractmethod
    def routes(self) -> list[Route]:
        """The provider's addresses beside its API and its consent page."""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Hold the world for as long as something is read from it or happens in it."""
        with self.lock:
            yield

    def do(self, trigger: str, **settings: Any) -> dict[str, Any]:
        """Make something happen now; answers the object it happened to. Unknown triggers raise ``KeyError``."""
        with self.at_work():
            return self.triggers[trigger](self.world, **settings)

    def truth(self) -> dict[str, Any]:
        """What reports should show, from the world's own journal."""
        with self.at_work():
            return self.world.journal.summary(self.clock.now())

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route(f"{self.root}/{{path:path}}", self._answer, methods=list(self.methods)),
                Route(self.consent_address, self._ask, methods=["GET"]),
                Route(self.consent_address, self._decide, methods=["POST"]),
                *self.routes(),
                Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
                Route("/_sandbox/do", self._do, methods=["POST"]),
                Route("/_sandbox/clock", self._clock, methods=["GET", "POST"]),
                Route("/_sandbox/truth", self._truth, methods=["GET"]),
            ]
        )

    async def asked(self, http: HttpRequest) -> Request:
        """A request as APIs take it."""
        headers = {name.lower(): value for name, value in http.headers.items()}
        return Request(http.method, http.url.path, http.url.query, await _text(http), headers)

    async def form(self, http: HttpRequest) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(await _text(http), keep_blank_values=True))

    async def send(self, answer: Answer) -> Response:
        """An answer on its way, late or broken where a fault wants it so."""
        if answer.delay:
            await asyncio.sleep(answer.delay)
        sent = answer.body[: len(answer.body) // 2] if answer.broken == "truncate" else answer.body
        kind = Severed if answer.broken == "drop" else Response
        return kind(sent, answer.status, self._headers(answer.headers))

    def striking_tokens(self, stream: str, http: HttpRequest) -> list[Fault]:
        """The faults that hit a request to a token endpoint; one of them may have spoiled every code."""
        striking = self.faults.striking(stream, http.method)
        self.oauth.codes_expire_at_once = any(fault.kind == "expire_codes" for fault in striking)
        return striking

    def json(self, value: Any, status: int = 200) -> Response:
        """An answer of JSON that no fault touches."""
        return Response(self.api.dumps(value), status, self._headers({}), "application/json")

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Date": formatdate(self.clock.now(), usegmt=True), "Server": self.software} | headers

    async def _answer(self, http: HttpRequest) -> Response:
        asked = await self.asked(http)
        with self.at_work():
            answer = self.api.answer(asked)
        return await self.send(answer)

    def _show(self, page: Page) -> Response:
        headers = {
            "Content-Security-Policy": page.policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(page.html, page.status, self._headers(headers), "text/html")

    async def _ask(self, http: HttpRequest) -> Response:
        with self.lock:
            return self._show(self.oauth.ask(dict(http.query_params)))

    async def _decide(self, http: HttpRequest) -> Response:
        form = await self.form(http)
        with self.lock:
            where = self.oauth.decide(form)
        if isinstance(where, Page):
            return self._show(where)
        return Response(b"", 303, self._headers({"Location": where, "Cache-Control": "no-store"}))

    async def _faults(self, http: HttpRequest) -> Response:
        if http.method == "DELETE":
            self.faults.clear()
        if http.method == "POST":
            try:
                self.faults.add_from(await _settings(http))
            except (ValueError, TypeError) as error:
                return self.json({"error": str(error)}, 400)
        return self.json({"faults": self.faults.describe()})

    async def _do(self, http: HttpRequest) -> Response:
        try:
            settings = await _settings(http)
            made = self.do(settings.pop("trigger", ""), **settings)
        except KeyError as error:
            return self.json({"error": f"no such trigger: {error}; there are {sorted(self.triggers)}"}, 400)
        except (ValueError, TypeError, Refusal) as error:
            return self.json({"error": str(error)}, 400)
        return self.json(made)

    async def _clock(self, http: HttpRequest) -> Response:
        if http.method == "POST":
            try:
                self.clock.advance(float((await _settings(http)).get("advance_seconds", 0)))
            except (ValueError, TypeError) as error:
                return self.json({"error": str(error)}, 400)
        return self.json({"now": self.clock.now()})

    async def _truth(self, http: HttpRequest) -> Response:
        return self.json(self.truth())


async def _text(http: HttpRequest) -> str:
    return (await http.body()).decode("utf-8", "replace")


async def _settings(http: HttpRequest) -> dict[str, Any]:
    read = json.loads(await http.body() or b"{}")
    if not isinstance(read, dict):
        raise ValueError("a JSON object is needed")
    return read
