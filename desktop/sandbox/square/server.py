"""The HTTP face of the pretend Square: an ASGI application over ``Api``, ``OAuth`` and the sandbox's own switches."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from desktop.sandbox.clock import Clock
from desktop.sandbox.consent import Page
from desktop.sandbox.faults import Faults
from desktop.sandbox.messages import Answer, Request
from desktop.sandbox.square.api import Api, decoded, dumps, failure, finished
from desktop.sandbox.square.deeds import DEEDS
from desktop.sandbox.square.errors import Refusal
from desktop.sandbox.square.keys import Keys
from desktop.sandbox.square.oauth import OAuth
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.world import World


class Severed(Response):
    """An answer whose connection breaks after half of its body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, and leave."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class SquareServer:
    """One pretend Square seller behind HTTP. ``lock`` guards the world against other threads."""

    def __init__(self, world: World, clock: Clock, seed: str) -> None:
        self.world = world
        self.clock = clock
        self.lock = threading.RLock()
        self.keys = Keys(seed)
        self.faults = Faults()
        self.oauth = OAuth(world, self.keys)
        self.api = Api(world, self.keys, self.faults)
        world.application_id = self.keys.application_id

    def do(self, deed: str, **settings: Any) -> Wire:
        """Make something happen now; answers the object it happened to. Unknown deeds raise ``KeyError``."""
        with self.lock:
            self.world.catch_up()
            return DEEDS[deed](self.world, **settings)

    def truth(self) -> dict[str, Any]:
        """What reports should show, from the world's own journal."""
        with self.lock:
            self.world.catch_up()
            return self.world.journal.summary(self.clock.now())

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v2/{path:path}", self._v2, methods=["GET", "POST", "PUT", "DELETE"]),
                Route("/oauth2/authorize", self._ask, methods=["GET"]),
                Route("/oauth2/authorize", self._decide, methods=["POST"]),
                Route("/oauth2/token", self._token, methods=["POST"]),
                Route("/oauth2/token/status", self._status, methods=["POST"]),
                Route("/oauth2/revoke", self._revoke, methods=["POST"]),
                Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
                Route("/_sandbox/do", self._do, methods=["POST"]),
                Route("/_sandbox/clock", self._clock, methods=["GET", "POST"]),
                Route("/_sandbox/truth", self._truth, methods=["GET"]),
            ]
        )

    def _headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        return {"Date": formatdate(self.clock.now(), usegmt=True), "Server": "istio-envoy"} | (headers or {})

    async def _send(self, answer: Answer) -> Response:
        if answer.delay:
            await asyncio.sleep(answer.delay)
        sent = answer.body[: len(answer.body) // 2] if answer.broken == "truncate" else answer.body
        kind = Severed if answer.broken == "drop" else Response
        return kind(sent, answer.status, self._headers(answer.headers))

    async def _v2(self, http: HttpRequest) -> Response:
        asked = await _request(http)
        with self.lock:
            self.world.catch_up()
            answer = self.api.answer(asked)
        return await self._send(answer)

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
        form = dict(parse_qsl((await http.body()).decode("utf-8", "replace"), keep_blank_values=True))
        with self.lock:
            where = self.oauth.decide(form)
        if isinstance(where, Page):
            return self._show(where)
        return Response(b"", 303, self._headers({"Location": where, "Cache-Control": "no-store"}))

    async def _oauth(self, http: HttpRequest, made: Callable[[Wire, str | None], Wire]) -> Response:
        """Answer one of the token endpoints, with the faults of the stream ``oauth2``."""
        asked = await _request(http)
        with self.lock:
            striking = self.faults.striking("oauth2", http.method)
            self.oauth.codes_expire_at_once = any(fault.kind == "expire_codes" for fault in striking)
            try:
                for fault in striking:
                    if fault.kind == "status" and not fault.after:
                        raise failure(fault)
                told = made(decoded(asked.body), asked.headers.get("authorization"))
                for fault in striking:
                    if fault.kind == "status":
                        raise failure(fault)
                answer = Answer(200, dumps(told))
            except Refusal as refusal:
                answer = Answer(refusal.status, dumps(refusal.body), dict(refusal.headers))
            answer = finished(answer, asked, striking)
            if self.oauth.take_cut():
                answer.broken = "drop"
        return await self._send(answer)

    async def _token(self, http: HttpRequest) -> Response:
        return await self._oauth(http, lambda body, header: self.oauth.exchange(body))

    async def _status(self, http: HttpRequest) -> Response:
        return await self._oauth(http, lambda body, header: self.oauth.status(header))

    async def _revoke(self, http: HttpRequest) -> Response:
        return await self._oauth(http, self.oauth.revoke)

    def _json(self, value: Any, status: int = 200) -> Response:
        return Response(dumps(value), status, self._headers(), "application/json")

    async def _faults(self, http: HttpRequest) -> Response:
        if http.method == "DELETE":
            self.faults.clear()
        if http.method == "POST":
            try:
                self.faults.add_from(await _settings(http))
            except (ValueError, TypeError) as error:
                return self._json({"error": str(error)}, 400)
        return self._json({"faults": self.faults.describe()})

    async def _do(self, http: HttpRequest) -> Response:
        try:
            settings = await _settings(http)
            made = self.do(settings.pop("deed", ""), **settings)
        except KeyError as error:
            return self._json({"error": f"no such deed: {error}; there are {sorted(DEEDS)}"}, 400)
        except (ValueError, TypeError, Refusal) as error:
            return self._json({"error": str(error)}, 400)
        return self._json(made)

    async def _clock(self, http: HttpRequest) -> Response:
        if http.method == "POST":
            try:
                self.clock.advance(float((await _settings(http)).get("advance_seconds", 0)))
            except (ValueError, TypeError) as error:
                return self._json({"error": str(error)}, 400)
        return self._json({"now": self.clock.now()})

    async def _truth(self, http: HttpRequest) -> Response:
        return self._json(self.truth())


async def _request(http: HttpRequest) -> Request:
    body = await http.body()
    headers = {name.lower(): value for name, value in http.headers.items()}
    path = http.scope["raw_path"].decode().split("?")[0]
    return Request(http.method, path, http.url.query, body.decode("utf-8", "replace"), headers)


async def _settings(http: HttpRequest) -> dict[str, Any]:
    read = json.loads(await http.body() or b"{}")
    if not isinstance(read, dict):
        raise ValueError("a JSON object is needed")
    return read
