"""Serves a pretend provider by a thread of this process, and leaves none behind when it is stopped."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import uvicorn
from starlette.types import ASGIApp

from desktop.sandbox.clock import Clock
from desktop.sandbox.faults import Faults
from desktop.sandbox.server import Server

LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 10
_GLANCE_S = 0.2

S = TypeVar("S", bound=Server)


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
        while not self._server.ready.wait(_GLANCE_S):
            if not self._thread.is_alive():
                self.stop()
                raise RuntimeError("the sandbox did not start")

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Stop serving and wait for the thread. Stopping twice is harmless."""
        self._server.should_exit = True
        self._thread.join(_SECONDS_TO_STOP)
        self._socket.close()


class Stoppable(ABC):
    """Something that runs until it is stopped, or until its ``with`` block ends."""

    __slots__ = ()

    @abstractmethod
    def stop(self) -> None:
        """Stop it. Nothing of it runs any more when this returns."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Served(Stoppable, Generic[S]):
    """A pretend provider that is being served; ``application`` is its server's, or one around that."""

    def __init__(self, server: S, port: int, application: ASGIApp) -> None:
        self.server = server
        self._background = Background(application, port)
        self.port = self._background.port
        self.api_base = f"http://{LOOPBACK}:{self.port}"

    @property
    def faults(self) -> Faults:
        """What can go wrong; a stream is a collection, e.g. ``charges`` or ``payments``."""
        return self.server.faults

    @property
    def clock(self) -> Clock:
        """The sandbox's time; ``advance`` moves it forward, and what became due happens before the next answer."""
        return self.server.clock

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request to the API so far, oldest first; token endpoints are not among them."""
        return self.server.api.requests

    def do(self, trigger: str, **settings: Any) -> dict[str, Any]:
        """Make something happen now, e.g. ``do("refund")`` or ``do("sale", amount=1200)``."""
        return self.server.do(trigger, **settings)

    def truth(self) -> dict[str, Any]:
        """What reports should show, from the world's own journal."""
        return self.server.truth()

    def stop(self) -> None:
        """Stop serving; the thread has ended when this returns."""
        self._background.stop()
