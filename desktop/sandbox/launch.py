"""Starts the pretend providers on loopback, in a thread of this process, and stops them without leaving one behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette

from desktop.sandbox.clock import Clock, opening
from desktop.sandbox.faults import Faults
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.scenes import tell
from desktop.sandbox.stripe.server import StripeServer
from desktop.sandbox.stripe.world import World

DEFAULT_TIMEZONE = "America/New_York"
DEFAULT_SEED = 1
LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 10


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

    def __init__(self, application: Starlette, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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


def build(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    real_now: Callable[[], float] = time.time,
) -> StripeServer:
    """A pretend Stripe with a generated year that ends at ``today`` (the real one by default), not served yet."""
    zone = ZoneInfo(timezone)
    day = today or datetime.fromtimestamp(real_now(), zone).date()
    world = tell(seed, day, zone)
    clock = Clock(opening(day, zone, real_now()))
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
