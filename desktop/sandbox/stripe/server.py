"""The HTTP face of the pretend Stripe: an ASGI application over ``Api``, ``OAuth`` and the sandbox's own switches."""

from __future__ import annotations

import asyncio
import json
import threading
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from desktop.sandbox.clock import Clock
from desktop.sandbox.consent import Page
from desktop.sandbox.faults import Faults
from desktop.sandbox.messages import Request
from desktop.sandbox.stripe.api import Api, dumps
from desktop.sandbox.stripe.deeds import DEEDS
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.keys import Keys, key_of
from desktop.sandbox.stripe.oauth import OAuth, Refused
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.wire import decode
from desktop.sandbox.stripe.world import World


class Severed(Response):
    """An answer whose connection breaks after half of its body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, and leave."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class StripeServer:
    """One pretend Stripe account behind HTTP. ``lock`` guards the world against other threads."""

    def __init__(self, world: World, clock: Clock, seed: str) -> None:
        self.world = world
        self.clock = clock
        self.lock = threading.RLock()
        self.keys = Keys(seed)
        self.faults = Faults()
        self.oauth = OAuth(world, self.keys)
        self.api = Api(world, self.keys, self.faults)

    def do(self, deed: str, **settings: Any) -> Wire:
        """Make something happen now; answers the object it happened to. Unknown deeds raise ``KeyError``."""
        with self.lock:
            return DEEDS[deed](self.world, **settings)

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/{path:path}", self._v1, methods=["GET", "POST", "DELETE"]),
                Route("/oauth/authorize", self._ask, methods=["GET"]),
                Route("/oauth/authorize", self._decide, methods=["POST"]),
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/oauth/deauthorize", self._deauthorize, methods=["POST"]),
                Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
                Route("/_sandbox/do", self._do, methods=["POST"]),
                Route("/_sandbox/clock", self._clock, methods=["GET", "POST"]),
                Route("/_sandbox/truth", self._truth, methods=["GET"]),
            ]
        )

    def _headers(self, headers: dict[str, str] | None = None) -> dict[str, str]:
        return {"Date": formatdate(self.clock.now(), usegmt=True), "Server": "nginx"} | (headers or {})

    async def _v1(self, http: HttpRequest) -> Response:
        body = await http.body()
        headers = {name.lower(): value for name, value in http.headers.items()}
        asked = Request(http.method, http.url.path, http.url.query, body.decode("utf-8", "replace"), headers)
        with self.lock:
            answer = self.api.answer(asked)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        sent = answer.body[: len(answer.body) // 2] if answer.broken == "truncate" else answer.body
        kind = Severed if answer.broken == "drop" else Response
        return kind(sent, answer.status, self._headers(answer.headers))

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
        form = await _form(http)
        with self.lock:
            where = self.oauth.decide(form)
        if isinstance(where, Page):
            return self._show(where)
        return Response(b"", 303, self._headers({"Location": where, "Cache-Control": "no-store"}))

    async def _token(self, http: HttpRequest) -> Response:
        form = await _form(http)
        with self.lock:
            self.oauth.codes_expire_at_once = any(
                fault.kind == "expire_codes" for fault in self.faults.striking("oauth", "POST")
            )
            return self._oauth_answer(lambda: self.oauth.exchange(form, _key(http)))

    async def _deauthorize(self, http: HttpRequest) -> Response:
        form = await _form(http)
        with self.lock:
            return self._oauth_answer(lambda: self.oauth.deauthorize(form, _key(http)))

    def _oauth_answer(self, made: Any) -> Response:
        try:
            return self._json(made())
        except Refused as refused:
            return self._json({"error": refused.error, "error_description": refused.description}, refused.status)

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
        with self.lock:
            return self._json(self.world.journal.summary(self.clock.now()))


async def _form(http: HttpRequest) -> dict[str, str]:
    decoded = decode((await http.body()).decode("utf-8", "replace"))
    return {name: value for name, value in decoded.items() if isinstance(value, str)}


async def _settings(http: HttpRequest) -> dict[str, Any]:
    read = json.loads(await http.body() or b"{}")
    if not isinstance(read, dict):
        raise ValueError("a JSON object is needed")
    return read


def _key(http: HttpRequest) -> str | None:
    header = http.headers.get("authorization")
    return key_of(header) if header else None
