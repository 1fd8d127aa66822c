"""Starts the pretend providers on loopback, in a thread of this process, and stops them without leaving one behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import uvicorn
from starlette.types import ASGIApp

from desktop.sandbox.clock import Clock, local_day, opening
from desktop.sandbox.faults import Faults
from desktop.sandbox.square import scenes as shop
from desktop.sandbox.square.keys import ALL_SCOPES
from desktop.sandbox.square.server import SquareServer
from desktop.sandbox.square.world import World as SquareWorld
from desktop.sandbox.square.year import SALES_A_DAY
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.scenes import tell
from desktop.sandbox.stripe.server import StripeServer
from desktop.sandbox.stripe.world import World

DEFAULT_TIMEZONE = "America/New_York"
DEFAULT_SEED = 1
DEFAULT_SALES_A_DAY = SALES_A_DAY
LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 10

Around = Callable[[ASGIApp], ASGIApp]


class _Announcing(uvicorn.Server):
    """Says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then let the starter go on."""
        await super().startup(sockets)
        self.ready.set()


class Background:
    """An ASGI application served by a thread. ``port`` 0 takes a free one; a taken one raises ``OSError``."""

    def __init__(self, application: ASGIApp, port: int = 0) -> None:
        # Named as TCP, or asyncio leaves TCP_NODELAY off and each small answer waits 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            application,
            access_log=False,
            date_header=False,
            http="h11",
            lifespan="off",
            log_config=None,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
        self._server = _Announcing(config)
        self._thread = threading.Thread(target=self._run, name=f"sandbox on {self.port}", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_SECONDS_TO_STOP):
            self.stop()
            raise RuntimeError("the sandbox did not start")

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Stop serving and wait for the thread. Stopping twice is harmless."""
        self._server.should_exit = True
        self._thread.join(_SECONDS_TO_STOP)
        self._socket.close()


class Running:
    """A pretend Stripe that is being served. Use as a context manager, or call ``stop``."""

    def __init__(self, server: StripeServer, port: int) -> None:
        self.server = server
        self._background = Background(server.application(), port)
        self.port = self._background.port
        self.api_base = f"http://{LOOPBACK}:{self.port}"
        self.connect_base = self.api_base

    @property
    def client_id(self) -> str:
        """The Connect application's id."""
        return self.server.keys.client_id

    @property
    def secret_key(self) -> str:
        """The platform's secret key; it also reads and writes the studio's account."""
        return self.server.keys.secret_key

    @property
    def restricted_key(self) -> str:
        """A key that may read everything and write nothing (``allow_restricted`` narrows it)."""
        return self.server.keys.restricted_key

    @property
    def account_id(self) -> str:
        """The studio's account."""
        return str(self.world.account["id"])

    @property
    def world(self) -> World:
        """The generated world; take ``server.lock`` before touching it while requests may come in."""
        return self.server.world

    @property
    def faults(self) -> Faults:
        """What can go wrong."""
        return self.server.faults

    @property
    def clock(self) -> Clock:
        """The sandbox's time; ``advance`` moves it forward."""
        return self.server.clock

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request to ``/v1`` so far, oldest first."""
        return self.server.api.requests

    def do(self, deed: str, **settings: Any) -> Wire:
        """Make something happen now, e.g. ``do("refund")`` or ``do("pay_invoice", card="pm_card_visa")``."""
        return self.server.do(deed, **settings)

    def truth(self) -> dict[str, Any]:
        """What reports should show, from the world's own journal."""
        with self.server.lock:
            return self.world.journal.summary(self.clock.now())

    def allow_restricted(self, *rights: str) -> None:
        """Give the restricted key only these rights, e.g. ``charge_read``."""
        self.server.api.restricted_rights = frozenset(rights)

    def stop(self) -> None:
        """Stop serving; the thread has ended when this returns."""
        self._background.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class RunningSquare:
    """A pretend Square that is being served. Use as a context manager, or call ``stop``.

    ``around`` may put something between the server and the network, as a validator of all that passes.
    """

    def __init__(self, server: SquareServer, port: int, around: Around | None = None) -> None:
        self.server = server
        application: ASGIApp = server.application()
        self._background = Background(application if around is None else around(application), port)
        self.port = self._background.port
        self.api_base = f"http://{LOOPBACK}:{self.port}"

    @property
    def application_id(self) -> str:
        """The application's id, OAuth's ``client_id``."""
        return self.server.keys.application_id

    @property
    def application_secret(self) -> str:
        """The application's secret; PKCE needs it for revoking only."""
        return self.server.keys.application_secret

    @property
    def access_token(self) -> str:
        """The personal access token."""
        return self.server.keys.access_token

    @property
    def merchant_id(self) -> str:
        """The seller."""
        return str(self.world.merchant["id"])

    @property
    def main_location_id(self) -> str:
        """The location that lists of payments and payouts stop at where they are not told another."""
        return self.world.main_location

    @property
    def world(self) -> SquareWorld:
        """The generated world; take ``server.lock`` before touching it while requests may come in."""
        return self.server.world

    @property
    def faults(self) -> Faults:
        """What can go wrong; streams are ``payments``, ``orders``, ``oauth2`` and so on."""
        return self.server.faults

    @property
    def clock(self) -> Clock:
        """The sandbox's time; ``advance`` moves it forward, and what became due happens before the next answer."""
        return self.server.clock

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request to ``/v2`` so far, oldest first."""
        return self.server.api.requests

    def do(self, deed: str, **settings: Any) -> Wire:
        """Make something happen now, e.g. ``do("sale", amount=1200)`` or ``do("merge_customers")``."""
        return self.server.do(deed, **settings)

    def truth(self) -> dict[str, Any]:
        """What reports should show, from the world's own journal."""
        return self.server.truth()

    def token(self, *scopes: str, short_lived: bool = False) -> str:
        """A new OAuth access token with these scopes, or with all where none is named."""
        with self.server.lock:
            pair = self.server.keys.new_pair(
                frozenset(scopes) or ALL_SCOPES, self.clock.now(), pkce=True, short_lived=short_lived
            )
        return pair.access_token

    def narrow(self, token: str, *scopes: str) -> None:
        """Leave an access token (the personal one too) with these scopes only; without any it may do nothing."""
        with self.server.lock:
            self.server.keys.tokens[token].scopes = frozenset(scopes)

    def lose_next_refresh(self) -> None:
        """Cut the connection of the next token refresh after the new pair was issued and the old token spent."""
        self.server.oauth.lose_next_refresh = True

    def expire_cursors(self, at_once: bool = True) -> None:
        """Make every cursor too old, those to come included; False lets them live their five minutes again."""
        self.server.api.cursors.expire_at_once = at_once

    def lag(self, seconds: int) -> None:
        """Hide from lists and searches what changed in the last so many seconds; 0 ends it."""
        self.server.api.lag = seconds

    def stop(self) -> None:
        """Stop serving; the thread has ended when this returns."""
        self._background.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Both:
    """A pretend Stripe and a pretend Square that tell about one business on one day. Use as a context manager."""

    stripe: Running
    square: RunningSquare

    def advance(self, seconds: float) -> int:
        """Move the one clock that both have and answer the new present."""
        return self.square.clock.advance(seconds)

    def stop(self) -> None:
        """Stop serving both."""
        self.stripe.stop()
        self.square.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def build(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    real_now: Callable[[], float] = time.time,
    clock: Clock | None = None,
) -> StripeServer:
    """A pretend Stripe with a generated year that ends at ``today`` (the real one by default), not served yet."""
    zone = ZoneInfo(timezone)
    day = today or datetime.fromtimestamp(real_now(), zone).date()
    world = tell(seed, day, zone)
    clock = clock or Clock(opening(day, zone, real_now()))
    world.present = clock.now
    return StripeServer(world, clock, str(seed))


def start(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    port: int = 0,
) -> Running:
    """Generate a year and serve it on loopback. A busy port raises ``OSError``, an unknown zone ``KeyError``."""
    return Running(build(seed=seed, today=today, timezone=timezone), port)


def build_square(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    real_now: Callable[[], float] = time.time,
    clock: Clock | None = None,
) -> SquareServer:
    """A pretend Square with a generated year that ends at ``today`` (the real one by default), not served yet."""
    zone = ZoneInfo(timezone)
    day = today or datetime.fromtimestamp(real_now(), zone).date()
    world = shop.tell(seed, day, zone, sales_a_day)
    clock = clock or Clock(opening(day, zone, real_now()))
    world.present = clock.now
    return SquareServer(world, clock, str(seed))


def start_square(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    port: int = 0,
    around: Around | None = None,
) -> RunningSquare:
    """Generate a year of the shop and serve it on loopback. Errors as ``start``."""
    server = build_square(seed=seed, today=today, timezone=timezone, sales_a_day=sales_a_day)
    return RunningSquare(server, port, around)


def start_both(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    port: int = 0,
) -> Both:
    """Serve Stripe on a port and Square on the next one (0: free ones), by one clock. Errors as ``start``."""
    stripe_server = build(seed=seed, today=today, timezone=timezone)
    clock = stripe_server.clock
    day = today or local_day(clock.now(), ZoneInfo(timezone))
    square_server = build_square(seed=seed, today=day, timezone=timezone, sales_a_day=sales_a_day, clock=clock)
    stripe = Running(stripe_server, port)
    try:
        square = RunningSquare(square_server, port and port + 1)
    except BaseException:
        stripe.stop()
        raise
    return Both(stripe, square)
