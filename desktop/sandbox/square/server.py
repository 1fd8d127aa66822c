"""The HTTP server of the pretend Square: ``Api`` and ``OAuth`` behind the addresses that Square has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from desktop.sandbox.clock import Clock
from desktop.sandbox.messages import Answer, Request
from desktop.sandbox.server import Server
from desktop.sandbox.square.api import Api, decoded
from desktop.sandbox.square.errors import Refusal
from desktop.sandbox.square.keys import Keys
from desktop.sandbox.square.oauth import OAuth
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.triggers import TRIGGERS
from desktop.sandbox.square.world import World


class SquareServer(Server):
    """One pretend Square seller behind HTTP."""

    software = "istio-envoy"
    root = "/v2"
    methods = ("GET", "POST", "PUT", "DELETE")
    consent_address = "/oauth2/authorize"
    triggers = TRIGGERS

    world: World
    api: Api
    oauth: OAuth

    def __init__(self, world: World, clock: Clock, seed: str) -> None:
        super().__init__(clock)
        self.world = world
        self.keys = Keys(seed)
        self.oauth = OAuth(world, self.keys)
        self.api = Api(world, self.keys, self.faults)
        world.application_id = self.keys.application_id

    def routes(self) -> list[Route]:
        """The token endpoints."""
        return [
            Route("/oauth2/token", self._token, methods=["POST"]),
            Route("/oauth2/token/status", self._status, methods=["POST"]),
            Route("/oauth2/revoke", self._revoke, methods=["POST"]),
        ]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Hold the world, in which what became due by now has happened."""
        with super().at_work():
            self.world.catch_up()
            yield

    async def asked(self, http: HttpRequest) -> Request:
        """A request whose path is as it was sent, so that an id may have a slash in it (``%2F``)."""
        return replace(await super().asked(http), path=http.scope["raw_path"].decode().split("?")[0])

    async def _oauth(self, http: HttpRequest, made: Callable[[Wire, str | None], Wire]) -> Response:
        """Answer one of the token endpoints, with the faults of the stream ``oauth2``."""
        asked = await self.asked(http)
        with self.lock:
            striking = self.striking_tokens("oauth2", http)
            try:
                self.api.fail(striking, after=False)
                told = made(decoded(asked.body), asked.headers.get("authorization"))
                self.api.fail(striking, after=True)
                answer = Answer(200, self.api.dumps(told))
            except Refusal as refusal:
                answer = self.api.refused(refusal)
            answer = self.api.finished(answer, asked, striking)
            if self.oauth.take_cut():
                answer.broken = "drop"
        return await self.send(answer)

    async def _token(self, http: HttpRequest) -> Response:
        return await self._oauth(http, lambda body, header: self.oauth.exchange(body))

    async def _status(self, http: HttpRequest) -> Response:
        return await self._oauth(http, lambda body, header: self.oauth.status(header))

    async def _revoke(self, http: HttpRequest) -> Response:
        return await self._oauth(http, self.oauth.revoke)
