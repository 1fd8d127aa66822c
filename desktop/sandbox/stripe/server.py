"""The HTTP server of the pretend Stripe: ``Api`` and ``OAuth`` behind the addresses that Stripe has."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from desktop.sandbox.clock import Clock
from desktop.sandbox.server import Server
from desktop.sandbox.stripe.api import Api
from desktop.sandbox.stripe.keys import Keys, key_of
from desktop.sandbox.stripe.oauth import OAuth, Refused
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.triggers import TRIGGERS
from desktop.sandbox.stripe.wire import decode
from desktop.sandbox.stripe.world import World


class StripeServer(Server):
    """One pretend Stripe account behind HTTP."""

    software = "nginx"
    root = "/v1"
    methods = ("GET", "POST", "DELETE")
    consent_address = "/oauth/authorize"
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

    def routes(self) -> list[Route]:
        """Connect's token endpoints."""
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/deauthorize", self._deauthorize, methods=["POST"]),
        ]

    async def form(self, http: HttpRequest) -> dict[str, str]:
        """The plain fields of a posted form; bracketed ones are left out."""
        decoded = decode((await http.body()).decode("utf-8", "replace"))
        return {name: value for name, value in decoded.items() if isinstance(value, str)}

    async def _token(self, http: HttpRequest) -> Response:
        form = await self.form(http)
        with self.lock:
            self.striking_tokens("oauth", http)
            return self._oauth_answer(lambda: self.oauth.exchange(form, _key(http)))

    async def _deauthorize(self, http: HttpRequest) -> Response:
        form = await self.form(http)
        with self.lock:
            return self._oauth_answer(lambda: self.oauth.deauthorize(form, _key(http)))

    def _oauth_answer(self, made: Callable[[], Wire]) -> Response:
        try:
            return self.json(made())
        except Refused as refused:
            return self.json(refused.body, refused.status)


def _key(http: HttpRequest) -> str | None:
    header = http.headers.get("authorization")
    return key_of(header) if header else None
